"""Small documents and questions about them, with what is wanted of each answer: read, laid out, judged."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from bot.answering.answers import Answer
from bot.engine import Engine
from bot.reader.readers import readers_of
from bot.settings import Settings
from index.joining import encoder_of

_SAME = str.maketrans({"\u00a0": " ", "“": '"', "”": '"', "’": "'", "‘": "'"})


class Raw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bytes of a file that is no UTF-8."""

    hex: str


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question, and what is wanted of its answer; what is None or empty may be anything.

    ``first``: the first quote holds one of these; ``any``: one of the first three does; ``all``: each stands
    in some quote; ``order``: they stand in the quotes in this order; ``none``: no quote holds one of these;
    ``lead``: the words that answer by themselves hold one; ``not_lead``: they hold none.
    """

    question: str
    found: bool | None = None
    first: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    not_lead: tuple[str, ...] = ()


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files by their names, and questions about them."""

    name: str
    kind: str
    files: dict[str, str | Raw]
    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a case that was asked: its answer, and the engine that gave it."""

    case: Case
    ask: Ask
    answer: Answer
    engine: Engine


def asked(cases: Iterable[Case], settings: Settings, folder: Path) -> Iterator[Asked]:
    """Ask each case in a folder of its own; encoder and reader are the same for all."""
    encoder, readers = encoder_of(settings), readers_of(settings)
    for case in cases:
        place = folder / case.name
        lay_out(case, place / "documents")
        here = replace(
            settings,
            documents=replace(settings.documents, folder=place / "documents"),
            index=replace(settings.index, folder=str(place / "index")),
        )
        engine = Engine(here, encoder, readers)
        engine.build()
        for ask in case.asks:
            yield Asked(case, ask, engine.ask(ask.question), engine)
        engine.generation().close()


def read(file: Path) -> list[Case]:
    """The cases of a file, one a line."""
    return [msgspec.json.decode(line, type=Case) for line in file.read_bytes().splitlines() if line.strip()]


def lay_out(case: Case, folder: Path) -> None:
    """Write the files of a case into a folder."""
    for name, content in case.files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(bytes.fromhex(content.hex) if isinstance(content, Raw) else content.encode())


def wrong(answer: Answer, ask: Ask) -> list[str]:
    """What an answer is not as it is wanted; nothing where it is right."""
    quotes = [folded(citation.shown) for citation in answer.citations]
    lead, together = folded(answer.lead), " ¶ ".join(quotes)
    places = [together.find(words) for words in ask.order]
    checks: dict[str, Any] = {
        f"found is {answer.found}": ask.found in (None, answer.found),
        "first quote": not ask.first or _holds(quotes[:1], ask.first),
        "first three quotes": not ask.any or _holds(quotes[:3], ask.any),
        "some quote": all(words in together for words in ask.all),
        "order": -1 not in places and places == sorted(places),
        "unwanted quote": not _holds([together], ask.none),
        f"leads with “{lead}”": not ask.lead or _holds([lead], ask.lead),
        f"leads with “{lead}” which it should not": not _holds([lead], ask.not_lead),
    }
    return [name for name, right in checks.items() if not right]


def folded(text: str) -> str:
    """A text with blanks, typographic quotes and marks of bold words made plain."""
    return " ".join(re.sub(r"\*\*", "", text.translate(_SAME)).split())


def _holds(quotes: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether one of the quotes holds one of the wanted texts."""
    return any(words in quote for quote in quotes for words in wanted)
