"""Follow-up questions made stand-alone from the turns before them, by rules, in English.

A question that leans on the conversation gets what it leaves out: "What are its symptoms?" becomes "What are
lung cancer's symptoms?". Any other is left as it is, and so is one in another language.
"""

import re
from collections.abc import Callable, Sequence

from bot.conversation.asked import TYING, Asked, appended, begun_anew, closing, lower, upper
from bot.conversation.english import (
    ASKING,
    AUXILIARIES,
    BE,
    GENERAL,
    PARTS,
    PICKING,
    PREPOSITIONS,
    THINGS,
    VERBS,
    stem,
)
from bot.conversation.phrases import Phrase, wording
from bot.conversation.pronouns import OWNING, POINTING, pronouns
from bot.conversation.topics import topics_of
from bot.conversation.turns import Rewrite, Turn, leant_on

Rule = Callable[[Asked], str | None]
"""Puts into a question what it leaves out, or finds nothing to."""


def stand_alone(question: str, turns: Sequence[Turn]) -> str:
    """A question that can be understood without the turns before it; unchanged if it does not lean on them.

    Args:
        question: as it was asked.
        turns: before it, oldest first.
    """
    return leaning(question, turns).text


def leaning(question: str, turns: Sequence[Turn]) -> Rewrite:
    """The same, and whether it is certain that the question leans on the turns.

    Args:
        question: as it was asked.
        turns: before it, oldest first.
    """
    near = leant_on(question, turns)
    if not near:
        return Rewrite(question)
    found = wording(question)
    asked = Asked(found, found.phrases(), topics_of(near), near[-1])
    for rule in _RULES:
        if made := rule(asked):
            return Rewrite(made, _is_certain(asked, rule))
    return Rewrite(question)


# ---------------------------------------------------------------------------------------------- rules


_BARE = re.compile(
    r"""\W* (?: (?: and | but | so | or | then ) \s+ )? (?:
      (?P<word> why | when | where | how | who | whom | which | how \s much | how \s many | how \s long
        | how \s often | since \s when | until \s when | why \s not | how \s come
        | (?: by | with | for ) \s whom )
    | (?P<more> (?: tell \s me | anything | something | what | who ) \s (?: more | else ) )
    ) \W*""",
    re.VERBOSE | re.IGNORECASE,
)
_TURNED = re.compile(
    r"""\W* (?: (?: what | who | where | when | why | how | which ) \s+ )?
    (?P<rest> (?: is | are | was | were | do | does | did | has | have | had | can | could | will | would
      | should ) \s+ (?P<next> [\w’'-]+ ) \b .* )""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)  # a question whose verb stands before its subject; "Why does it cost?" is none of how much it costs


def _bare(asked: Asked) -> str | None:
    """The last question asked otherwise: “Why?”; or more about the topic: “Tell me more.”."""
    match = _BARE.fullmatch(asked.text)
    if match is None:
        return None
    if match["more"]:
        return _more(asked, match["more"])
    word, last = upper(match["word"].lower()), asked.last.searched_for
    if _BARE.fullmatch(asked.last.question):
        last = last.partition(": ")[2] or last  # "Why: who refused?", now asked "When?"
    last = begun_anew(last)
    turned = _TURNED.fullmatch(last)
    if turned and turned["next"].lower() not in VERBS and not turned["next"].endswith("ed"):
        return f"{word} {lower(turned['rest'])}"
    return f"{word}: {lower(last)}"


def _more(asked: Asked, more: str) -> str | None:
    """“Who else?”: who else did what was asked last. “Tell me more.”: about the topic."""
    who, _, else_ = more.partition(" ")
    last = asked.last.searched_for
    if else_.lower() == "else" and last.lower().startswith((f"{who.lower()} ", f"{who.lower()}'s ")):
        return f"{upper(more)}{last[len(who) :]}"
    topic = asked.topic()
    return f"{upper(more)} about {topic.name}" if topic else None


def _definite(asked: Asked) -> str | None:
    """“the experiment”: which one it is; “this system”: of what."""
    for phrase in asked.phrases:
        determiner = asked.at(phrase.first - 1)
        if phrase.head in PARTS or determiner not in ("the", *POINTING):
            continue
        for topic in asked.topics:
            fuller = topic.phrase.stems > phrase.stems and stem(topic.phrase.head) == stem(phrase.head)
            if fuller and not topic.phrase.stems <= asked.wording.stems:
                start = asked.words[phrase.first].start
                return asked.text[:start] + topic.phrase.text + asked.text[phrase.end :]
        spoken_of = (topic.phrase for topic in asked.topics if topic.phrase.determiner == "the")
        if any(known.stems == phrase.stems for known in spoken_of):
            continue  # in these words
        general = phrase.text.lower() in GENERAL or determiner != "the"
        likeliest = asked.topic()
        if general and likeliest and not phrase.name and _glossable(asked, phrase):
            return f"{asked.text[: phrase.end]} ({likeliest.name}){asked.text[phrase.end :]}"
    return None


def _glossable(asked: Asked, phrase: Phrase) -> bool:
    return asked.at(phrase.last) != "of" and not asked.text[phrase.end :].lstrip().startswith("(")


_ABOUT = re.compile(
    r"\W*+(?:(?:and|but)\s++)?(?:(?:what|how)\s++about|and)\s++(?P<rest>.+?)(?<![\s?.!…])[\s?.!…]*+",
    re.IGNORECASE | re.DOTALL,
)
_MOST_WORDS = 8  # of "what about" something


def _what_about(asked: Asked) -> str | None:
    """“What about Pakistan?”: the last question, of that. “What about side effects?”: of the topic."""
    match = _ABOUT.fullmatch(asked.text)
    if match is None or len(asked.words) > _MOST_WORDS:
        return None
    rest = match["rest"]
    begin = wording(rest)
    if not begin.words or begin.at(0) in AUXILIARIES | ASKING:
        return None
    own = begin.phrases()
    if begin.at(0) in PREPOSITIONS | {"of"}:
        return _ending(asked.last.searched_for, rest)
    if asked.named:
        return _swapped(asked, rest, own)
    topic = asked.topic()
    known = any(phrase.stems & other.phrase.stems for phrase in own for other in asked.topics)
    return None if topic is None or known else appended(asked.text, f"of {topic.name}")


def _swapped(asked: Asked, rest: str, own: tuple[Phrase, ...]) -> str | None:
    """The last question, asked of another name, if that is what it was about."""
    last = asked.last.searched_for
    names = [phrase for phrase in wording(last).phrases() if phrase.name]
    topic = asked.topic()
    if topic is None or len(own) != 1 or not own[0].proper or topic.phrase.stems & own[0].stems:
        return None
    if len(names) == 1 and names[0].proper:
        return last[: names[0].start] + rest + last[names[0].end :]
    return None if topic.phrase.proper else appended(asked.text, f"({topic.name})")


def _ending(last: str, rest: str) -> str:
    """The last question, ending as told: "… in the UK" instead of "… in France"."""
    found = wording(last)
    same = [word for word in found.words[-4:] if word.lower == wording(rest).at(0)]
    start = same[-1].start if same else len(last) - len(closing(last))
    return f"{last[:start].rstrip()} {rest}?"


_WHOLE_FOLLOWS = ("of", "between")
_VAGUE = ("lot", "people", "place", "places", "thing", "things", "time")
_TOLD_OTHERWISE = (("way", "to"), ("ways", "to"), ("difference", "in"), ("differences", "in"))
_USES = ("implications", "consequences", "benefits", "advantages", "importance", "effects", "uses")
_COMPARING = {"different": "from", "differ": "from", "compare": "to", "similar": "to", "related": "to"}


def _part(asked: Asked) -> str | None:
    """“What are the symptoms?”: of what."""
    topic = asked.topic()
    if topic is None or asked.named or not asked.phrases or asked.phrases[0].head not in PARTS:
        return None
    part, *others = asked.phrases
    end = part
    if asked.at(part.last) in ("and", "or") and others and others[0].head in PARTS:  # "the pros and cons"
        end, *others = others
    after = asked.at(end.last)
    told = (
        after in _WHOLE_FOLLOWS
        or (after in VERBS and others)
        or (after == "for" and end.head not in _USES)
        or (end.head, after) in _TOLD_OTHERWISE
    )
    if told or not _lacks_whole(asked, part):
        return None
    return f"{asked.text[: end.end]} of {topic.name}{asked.text[end.end :]}"


def _lacks_whole(asked: Asked, part: Phrase) -> bool:
    """Whether a part is spoken of as of something known: "the symptoms", "which type is"."""
    before = asked.at(part.first - 1)
    if re.search(r"['’]s?\s", part.text):
        return False  # "lung cancer's symptoms"
    if before in ("what", "which"):
        return asked.at(part.last) in AUXILIARIES and part.head not in _VAGUE
    if before in (*OWNING, "my", "your", "our") or before.endswith("'s"):
        return False
    told = before in {"the", "a", "an", "any", "some", "other", "many", "about", "are"}
    return told or (part.last - part.first > 1 and asked.wording.ends(part.first - 1))


def _picked(asked: Asked) -> str | None:
    """“What are typical dishes?”: of what; names come first."""
    topic = asked.topic(named=True)
    if topic is None or asked.named or len(asked.phrases) != 1:
        return None
    (phrase,) = asked.phrases
    asks = asked.at(0) in ("what", "who", "are", "is") and asked.at(1) in BE | {"there"}
    asks = asks or asked.at(0) in ("what's", "who's")
    picks = PICKING & {asked.at(i) for i in range(phrase.last)}
    if not asks or not picks or phrase.head in PARTS or asked.at(phrase.last):
        return None
    return appended(asked.text, f"of {topic.name}")


def _compared(asked: Asked) -> str | None:
    """“How is a container different?”: from what."""
    topic = asked.topic()
    if topic is None or len(asked.phrases) != 1 or asked.phrases[0].plural:
        return None
    after = asked.phrases[0].last
    if asked.at(after) not in _COMPARING or asked.at(after + 1):
        return None
    return appended(asked.text, f"{_COMPARING[asked.at(after)]} {topic.name}")


_MOST = re.compile(r"\w{2,}est|best|worst|first|last", re.IGNORECASE)


def _superlative(asked: Asked) -> str | None:
    """“What is the largest?”: the largest what."""
    topic = asked.topic()
    for i, word in enumerate(asked.words):
        if topic is None or any(phrase.last <= i for phrase in asked.phrases):
            break
        most = asked.at(i - 1) == "the" and _MOST.fullmatch(word.text) is not None
        most = most or (asked.at(i - 1) == "most" and asked.at(i - 2) == "the")
        after = asked.at(i + 1)
        if most and (asked.wording.ends(i + 1) or after in VERBS - PARTS or after.endswith("ed")):
            return f"{asked.text[: word.end]} {topic.phrase.single}{asked.text[word.end :]}"
    return None


def _begun(asked: Asked) -> str | None:
    """“And who refused?”: who refused the topic."""
    begins = asked.at(0) in TYING and asked.at(1) in ASKING | AUXILIARIES
    topic = asked.topic()
    if not begins or topic is None or asked.named:
        return None
    return appended(begun_anew(asked.text), topic.name)


def _is_certain(asked: Asked, rule: Rule) -> bool:
    """Whether a rule that put something in did so because the question points, or leaves something out."""
    if rule is _definite:  # "the experiment" may be the only one
        return any(asked.at(phrase.first - 1) in POINTING for phrase in asked.phrases)
    if rule is _part:  # "the rules" may be things by themselves, "the symptoms" not
        return asked.phrases[0].head not in THINGS
    return rule is not _picked


_RULES: tuple[Rule, ...] = (
    _bare, pronouns, _definite, _what_about, _part, _picked, _compared, _superlative, _begun,
)  # fmt: skip
"""The first that finds something to put in does."""
