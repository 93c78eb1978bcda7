"""What a conversation is about: the phrases of its questions, and how likely each is meant by "it".

Of answers only the names of people count, for "Who founded it?" "When did she die?".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from bot.conversation.english import DETERMINERS, PARTS, PERSONS, PICKING, PREPOSITIONS, PRONOUNS, stem
from bot.conversation.phrases import Phrase, Wording, wording
from bot.conversation.turns import Turn

# Weights of a phrase, chosen by benchmarks/followups.py on CAsT 2019.
_NAME, _INTRODUCED, _NEW, _PUT_IN = 0.6, 0.4, 0.6, 1.6  # what makes it what a turn is about
_PART, _BARE_PART, _WHOLE = (
    -0.5,
    -1.0,
    -0.9,
)  # of a part without a whole, the part alone, and beside its whole
_LATER, _ASIDE = -0.3, -0.4  # for each subject before it, and for standing after a preposition
_LONGEST = 8  # words of a phrase that can be repeated
_FADES = 0.45  # from turn to turn
_MENTIONED = 0.1  # for each turn more
_PAIR = 0.05  # of two together, over one of them


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that was spoken of, how much, and whether it is known to be a person."""

    phrase: Phrase
    weight: float
    person: bool = False

    @property
    def name(self) -> str:
        """As it is said."""
        return self.phrase.full

    @property
    def owning(self) -> str:
        """As it is said before something of its own."""
        return self.name + ("'" if self.phrase.plural else "'s")


def topics_of(turns: Sequence[Turn]) -> tuple[Topic, ...]:
    """What the turns speak of, likeliest first.

    Args:
        turns: oldest first.
    """
    topics: dict[frozenset[str], Topic] = {}
    for age, turn in enumerate(reversed(turns)):
        for phrase, weight in _mentions(turn):
            faded = weight * _FADES**age
            key = next((k for k in topics if phrase.stems <= k or k <= phrase.stems), phrase.stems)
            person = _is_person(phrase, turn)
            if known := topics.get(key):  # the latest wording of it
                again = max(known.weight, faded) + _MENTIONED
                topics[key] = Topic(known.phrase, again, known.person or person)
            elif key and phrase.last - phrase.first <= _LONGEST:
                topics[key] = Topic(phrase, faded, person)
    if pair := _pair(turns[-1]):
        weights = (topic.weight for key, topic in topics.items() if key & pair.stems)
        topics[pair.stems] = Topic(pair, max(weights, default=0.0) + _PAIR)
    likely = (topic for topic in topics.values() if topic.weight > 0)
    return tuple(sorted(likely, key=lambda topic: -topic.weight))


_INTRODUCES = re.compile(
    r"\W*(?:(?:what|who)(?:\s+(?:is|are|was|were)|['’]s)|tell me (?:more )?about|describe"
    r"|(?:what|how) about)\b",
    re.IGNORECASE,
)


def _mentions(turn: Turn) -> Iterator[tuple[Phrase, float]]:
    """The phrases of a turn, each with how much the turn is about it."""
    asked, searched = wording(turn.question), wording(turn.searched_for)
    spoken_of = searched.phrases()
    first, last = _put_in(asked, searched)
    usual = 1.0 + _INTRODUCED * bool(_INTRODUCES.match(turn.searched_for)) + _NEW * (first == last)
    subjects = 0
    for phrase, after in zip_longest(spoken_of, spoken_of[1:]):
        weight = usual + _NAME * phrase.name
        if first < last and phrase.first < last and first < phrase.last:
            yield _without_question(phrase, asked, searched, first, last), weight + _PUT_IN
            continue
        if phrase.head in PARTS and not phrase.name:
            whole = after is not None and after.after_of
            weight += _WHOLE if whole else _PART if phrase.last - phrase.first > 1 else _BARE_PART
        else:
            weight += _LATER * min(subjects, 2)
            subjects += 1
        before = phrase.first - (2 if phrase.determiner else 1)
        weight += _ASIDE * (searched.at(before) in PREPOSITIONS - {"about"})
        weight -= phrase.text.isdigit() or len(phrase.text) < 2
        yield phrase, weight


_IS_WHO = re.compile(r"\W*(?:and\s+)?who(?:\s+(?:is|was|are|were)|['’]s)\s+(?:(?:the|an?|our|my)\s+)?", re.I)
_PERSONAL = ("ian", "ist", "man", "woman", "men", "women")


def _is_person(phrase: Phrase, turn: Turn) -> bool:
    """Whether a phrase of a turn is somebody: "Who is Marta Lind?", "the librarian"."""
    asked = _IS_WHO.match(turn.searched_for)
    is_who = asked is not None and turn.searched_for.startswith(phrase.text, asked.end())
    common = stem(phrase.head) in PERSONS or phrase.head.endswith(_PERSONAL)
    return is_who or (common and not phrase.name)


_COMPARES = re.compile(
    r"\b(?:same|differ\w*|compare\w*|similar\w*|versus|vs|between|better|than)\b", re.IGNORECASE
)


def _pair(turn: Turn) -> Phrase | None:
    """Two things that a turn compares or joins: "gouda and cheddar"."""
    searched = wording(turn.searched_for)
    spoken_of = [phrase for phrase in searched.phrases() if phrase.head not in PARTS or phrase.name]
    for one, other in pairwise(spoken_of):
        between = [searched.at(i) for i in range(one.last, other.first)]
        joined = between in (["and"], ["or"], ["and", other.determiner], ["or", other.determiner])
        if joined or (_COMPARES.search(turn.searched_for) and len(spoken_of) == 2):
            owner = re.sub(r"['’]s?\s.*", "", one.text)
            return replace(one, text=f"{owner} and {other.full}", last=other.last)
    return None


def _put_in(asked: Wording, searched: Wording) -> tuple[int, int]:
    """From which to which word is what was searched but not asked."""
    before, after = asked.words, searched.words
    shorter = min(len(before), len(after))
    first = next((i for i in range(shorter) if before[i].lower != after[i].lower), shorter)
    rest = shorter - first
    same = next((i for i in range(rest) if before[-1 - i].lower != after[-1 - i].lower), rest)
    return first, len(after) - same


def _without_question(phrase: Phrase, asked: Wording, searched: Wording, first: int, last: int) -> Phrase:
    """Of a phrase the words that were put in, with a noun that they were put before after "the"."""
    i, j = phrase.first, phrase.last
    if i < first < j and (searched.at(i) in PICKING or searched.words[first].capital):
        i = first
    if not (first == phrase.first and phrase.determiner and searched.at(first - 1) == asked.at(first - 1)):
        j = min(j, last)
    for k in range(i, j):
        word = searched.words[k]
        owns = word.lower.endswith("'s") or searched.text[word.end : word.end + 1] in ("'", "’")
        if owns and searched.at(k + 1) in {other.lower for other in asked.words}:
            j = k + 1
            break
    text = searched.text[searched.words[i].start : searched.words[j - 1].end]
    determiner = phrase.determiner if i == phrase.first else ""
    return replace(phrase, text=re.sub(r"['’]s?$", "", text), determiner=determiner, first=i, last=j)


_FULL_NAME = re.compile(r"\b[^\W\d_a-z][\w’'-]*(?:\s(?:(?:de|van|von|of)\s)?[^\W\d_a-z][\w’'-]*)+")


def person_of(turn: Turn) -> str | None:
    """Whom the answer to a question for a person names."""
    if not re.match(r"\W*(?:and\s+)?(?:who|whom|whose)\b", turn.searched_for, re.IGNORECASE):
        return None
    known = wording(turn.searched_for).stems
    names = (found[0] for found in _FULL_NAME.finditer(turn.quote))
    return next((name for name in names if not wording(name).stems & (known | PRONOUNS | DETERMINERS)), None)
