"""What pronouns stand for: "it", "there", "she" and the like, each replaced by a topic."""

import re
from dataclasses import replace

from bot.conversation.asked import Asked, begun_anew
from bot.conversation.english import (
    ADJECTIVES,
    ASKING,
    AUXILIARIES,
    DETERMINERS,
    JOINING,
    PARTS,
    PREPOSITIONS,
    PRONOUNS,
    SUBJECTS,
    VERBS,
)
from bot.conversation.phrases import Phrase
from bot.conversation.topics import Topic, person_of

_Meant = tuple[Topic, str]

_ONE = ("it", "its", "it's")
_MANY = ("they", "them", "their", "theirs", "they're", "these", "those", "ones")
_PERSON = ("he", "she", "him", "his", "her", "hers", "he's", "she's")
POINTING = ("this", "that", "these", "those")
OWNING = ("its", "their", "theirs", "his", "hers")
_LATER_CLAUSE = ("when", "while", "because", "after", "before", "since", "if")
_IMPERSONAL = re.compile(
    r"""it (?: ['’]s )? \s (?: \w+ \s ){0,3}? (?: rain\w* | snow\w* | (?: takes? | costs? | means? | true
    | possible | necessary | important | safe | ok | okay | legal | worth ) \b .*
      \b (?: to | that | \w+ing ) \b )""",
    re.VERBOSE | re.IGNORECASE,
)  # "How long does it take to …"


def pronouns(asked: Asked) -> str | None:
    """“What are its symptoms?”: a topic for each pronoun; the same pronoun again means the same."""
    text, moved = asked.text, 0
    kinds: set[str] = set()
    rest = asked
    for i, word in enumerate(asked.words):
        kind = "many" if word.lower in _MANY else "person" if word.lower in _PERSON else "one"
        meant = None if kind in kinds else _meant(rest, i)
        if meant is None:
            continue
        kinds.add(kind)
        topic, new = meant
        others = (other for other in rest.topics if not other.phrase.stems & topic.phrase.stems)
        rest = replace(rest, topics=tuple(others))
        text = text[: word.start + moved] + new + text[word.end + moved :]
        moved += len(new) - (word.end - word.start)
    return begun_anew(text) if kinds else None


def _meant(asked: Asked, i: int) -> _Meant | None:
    """What the word at a place stands for, if for something said before; and how that is said there."""
    word = asked.at(i)
    if word in ("one", "ones"):
        topic = asked.topic(plural=True if word == "ones" else None) if _is_noun(asked, i) else None
        return (topic, topic.phrase.text) if topic else None
    if word == "there":
        return _place(asked, i)
    if word in POINTING:
        topic = asked.topic(plural=True if word in _MANY else None) if _points(asked, i) else None
        return (topic, topic.name) if topic else None
    if word in (*_ONE, *_MANY, *_PERSON) and not _is_impersonal(asked, i) and not _means_own(asked, i):
        return _owner(asked, i)
    return None


def _place(asked: Asked, i: int) -> _Meant | None:
    """Where "there" is, unless it only says that something is."""
    before, after = asked.at(i - 1), asked.at(i + 1)
    placed = (
        asked.wording.ends(i + 1)
        and not {before, after} & (AUXILIARIES | {"that", "who", "which"})
        and before
    )
    topic = asked.topic() if placed else None
    if topic is None:
        return None
    preposition = "" if before in PREPOSITIONS else "in " if topic.phrase.proper else "at "
    return topic, preposition + topic.name


def _owner(asked: Asked, i: int) -> _Meant | None:
    """Whom or what a personal pronoun stands for; of "its", with the ending of an owner."""
    word, before = asked.at(i), asked.at(i - 1)
    many = word in _MANY
    topic = _whom(asked) if word in _PERSON else asked.topic(plural=many, person=many)
    if topic is None:
        return None
    if word.endswith(("'s", "'re")) and (i == 0 or before in JOINING | PREPOSITIONS | ASKING):
        return topic, f"{topic.name} {'are' if word.endswith('re') else 'is'}"
    owns = word in OWNING or word == "it's" or (word == "her" and not asked.wording.ends(i + 1))
    return topic, topic.owning if owns else topic.name


_PEOPLE = (
    "er",
    "or",
    "ist",
    "ian",
    "man",
    "woman",
    "king",
    "queen",
    "boy",
    "girl",
    "president",
    "wife",
    "child",
)


def _whom(asked: Asked) -> Topic | None:
    """Who "she" is: the person of the last answer, else somebody named before."""
    if person := person_of(asked.last):
        phrase = Phrase(person, "", 0, 0, 0, 0, name=True, after_of=False)
        return Topic(phrase, 1.0)
    people = (topic for topic in asked.topics if topic.phrase.name or topic.phrase.head.endswith(_PEOPLE))
    return replace(asked, topics=tuple(people)).topic(plural=False, named=True)


def _is_noun(asked: Asked, i: int) -> bool:
    """Whether "one" stands for a noun, as in "a smart one", and is no number."""
    before, after = asked.at(i - 1), asked.at(i + 1)
    told = before in ("a", "the", "this", "that", "which", "what", "another", "other")
    ends = after != "of" and (asked.wording.ends(i + 1) or after in VERBS)
    return ends and i > 0 and (told or not asked.wording.ends(i - 1))


def _points(asked: Asked, i: int) -> bool:
    """Whether "that" stands for something, rather than before a noun or at the head of a clause."""
    before, after = asked.at(i - 1), asked.at(i + 1)
    if before == "there" or (i > 0 and not asked.wording.ends(i - 1) and before not in VERBS):
        return False  # "breeds that are independent"
    if before in AUXILIARIES and asked.at(i + 2) in DETERMINERS | PRONOUNS and not asked.wording.ends(i + 1):
        return True  # "Does that delete my files?"
    ends = asked.wording.ends(i + 1) or after in VERBS | ADJECTIVES
    return ends and after not in SUBJECTS | {"there", "the", "a"}


def _is_impersonal(asked: Asked, i: int) -> bool:
    """Whether "it" stands for nothing, as in "What time is it?"."""
    told = re.search(r"\b(?:time|day)\s+(?:is|was)\s+$", asked.text[: asked.words[i].start], re.IGNORECASE)
    return told is not None or _IMPERSONAL.match(asked.text, asked.words[i].start) is not None


def _means_own(asked: Asked, i: int) -> bool:
    """Whether a pronoun may mean a phrase of an earlier clause of the same question."""
    for phrase in asked.phrases:
        if phrase.last > i:
            break
        if phrase.head in PARTS and not phrase.name:
            continue  # "Who was the author, and when was it published?"
        if asked.at(i) in OWNING:
            return True  # "How did Boise get its name?"
        if set(",;.?") & set(asked.text[phrase.end : asked.words[i].start]):
            return True
        for j in range(phrase.last, i):
            joins = asked.at(j) in JOINING and (j + 1 == i or asked.at(j + 1) in ASKING | AUXILIARIES | VERBS)
            if joins or asked.at(j) in _LATER_CLAUSE:
                return True
    return False
