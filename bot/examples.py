"""Questions to try, drawn from the documents: names that stand in them, put into a question each."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest

from bot.engine import Engine
from bot.plain import line
from index.languages import detect
from index.records import NAMES, Document

_FORM = "Who or what is {}?"  # of a name; in English, as what is asked about
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_LINKS = {"of", "the", "de", "da", "van", "von"}  # inside a name
_LONG = 6  # letters, where a document has no names
_DOCUMENTS, _CHARACTERS = 12, 20_000  # looked at: enough for three questions
_TRIES = 15  # questions put to the engine
_SURE = 0.6  # confidence, from which on an answer invites to ask more
_HEADING = range(2, 8)  # words of a heading that can be asked


def examples(engine: Engine, count: int, most: int, sources: Sequence[str] | None = None) -> list[str]:
    """Questions that the engine answers with confidence, about different documents where there are several.

    Args:
        engine: with an index.
        count: the most questions.
        most: the most characters of a question.
        sources: the documents that the answers should be quoted from, if not from any.
    """
    known = [entry.source for entry in engine.sources()] if sources is None else list(sources)
    step = max(1, len(known) // _DOCUMENTS)
    chosen_documents = [engine.document(source) for source in known[::step][:_DOCUMENTS]]
    asked = chain.from_iterable(zip_longest(*map(questions_of, chosen_documents)))
    short = (question for question in dict.fromkeys(filter(None, asked)) if len(question) <= most)
    chosen: dict[str, str] = {}  # by the document that is quoted first
    others: list[str] = []
    quoted: set[tuple[str, int]] = set()
    for question in islice(short, _TRIES):
        reply = engine.ask(question)
        if not reply.found or reply.confidence < _SURE:
            continue
        best = reply.citations[0]
        if (best.source, best.start) in quoted:
            continue  # two questions with one answer
        if sources is not None and best.source not in sources:
            continue
        quoted.add((best.source, best.start))
        if chosen.setdefault(best.source, question) != question:
            others.append(question)
        if len(chosen) == count or (sources is not None and len(chosen) + len(others) == count):
            break
    return [*chosen.values(), *others][:count]


def questions_of(document: Document) -> Iterator[str]:
    """What may be asked of a document, the best first: its own questions, its headings, what it names."""
    text, blocks = document.text, document.layout.blocks
    names = [(block.kind, line(text[block.start : block.end])) for block in blocks if block.kind in NAMES]
    yield from (name for _, name in names if name.endswith(("?", "？", "؟")))
    headings = [name for kind, name in names if kind == "heading" and name != line(document.title)]
    askable = (name for name in headings if len(name.split()) in _HEADING)
    yield from (f"{name}?" for name in askable if name[0].isalnum() and name[-1].isalnum())
    if detect(text[:_CHARACTERS]) == "en":
        topics = (topic for topic in topics_of(document) if not any(topic in name for _, name in names))
        yield from (_FORM.format(topic) for topic in topics)


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
