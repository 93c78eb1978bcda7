"""Questions to try, drawn from the documents: names that stand in them, put into a question each."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice, zip_longest

from bot.engine import Engine
from bot.plain import line
from index.records import Document

_FORMS = ("What is said about {}?", "Why is {} mentioned?", "What do we learn about {}?")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_LINKS = {"of", "the", "de", "da", "van", "von"}  # inside a name
_LONG = 6  # letters, where a document has no names
_DOCUMENTS, _CHARACTERS = 12, 20_000  # looked at: enough for three questions
_TRIES = 15  # questions put to the engine


def examples(engine: Engine, count: int, most_bytes: int) -> list[str]:
    """Questions that the engine finds an answer to, about different documents where there are several.

    Args:
        engine: with an index.
        count: the most questions.
        most_bytes: the most UTF-8 bytes of a question.
    """
    entries = engine.sources()
    step = max(1, len(entries) // _DOCUMENTS)
    chosen_documents = (engine.document(entry.source) for entry in entries[::step][:_DOCUMENTS])
    topics = chain.from_iterable(zip_longest(*map(topics_of, chosen_documents)))
    chosen: list[str] = []
    for topic in islice(dict.fromkeys(filter(None, topics)), _TRIES):
        question = _FORMS[len(chosen) % len(_FORMS)].format(topic)
        if len(question.encode()) <= most_bytes and engine.ask(question).found:
            chosen.append(question)
        if len(chosen) == count:
            break
    return chosen


def topics_of(document: Document) -> list[str]:
    """What a document is about: names, those of several words first; else its title and long words."""
    text = document.text[:_CHARACTERS]
    names = Counter(line(name) for name in _names(text))
    ranked = sorted(names, key=lambda name: (" " not in name.removeprefix("the "), -names[name]))
    if not ranked:
        words = Counter(word.lower() for word in _WORD.findall(text) if len(word) >= _LONG)
        ranked = [*filter(None, [line(document.title)]), *(word for word, _ in words.most_common())]
    chosen: list[str] = []
    for topic in ranked:
        if not any(topic in other or other in topic for other in chosen):
            chosen.append(topic)
    return chosen


def _names(text: str) -> Iterator[str]:
    """Runs of capitalised words, with their article; the first word of a sentence is none."""
    name: list[str] = []
    before = ""
    end = 0
    for word in _WORD.finditer(text):
        gap = text[end : word.start()]
        capital = word[0][0].isupper() and len(word[0]) > 1
        if name and (gap not in (" ", "\u00a0") or not (capital or word[0] in _LINKS)):
            yield _joined(name)
            name = []
        if name or (capital and gap in (" ", ", ", "\u00a0")):
            name += [before, word[0]] if before == "the" and not name else [word[0]]
        before, end = word[0], word.end()
    if name:
        yield _joined(name)


def _joined(name: list[str]) -> str:
    """The words of a name, without a linking word at the end, as in "Bank of"."""
    while name[-1] in _LINKS:
        name.pop()
    return " ".join(re.sub(r"['’]s$", "", word) for word in name)
