"""Office files are laid out while their answers are read; a script stands in for LibreOffice."""

import asyncio
import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import docx
import pytest

from bot.answering.answers import Citation
from bot.engine import Engine
from bot.telegram.answering.pages import prepare
from bot.telegram.answering.prefetching import Prefetching
from bot.telegram.persistence import state
from index.cancellation import uncancelled
from index.drawing import paged
from tests.drawing.marked import pdf
from tests.telegram.inside import Desk

OWN = os.nice(0)
PATIENT = [str(min(OWN + 10, 19))]
NAMES = "boat", "mill", "barn"
SOFFICE = """#!/bin/sh
while [ $# -gt 1 ]; do [ "$1" = --outdir ] && out="$2"; shift; done
sleep "$(cat '{folder}/sleep')"
mkdir -p "$out"
cp '{folder}/laid.pdf' "$out/document.pdf"
echo "$(nice)" >> '{folder}/runs'
"""


def words(name: str) -> str:
    return f"Erik Olsen repaired the {name}."


class Office:
    """How often LibreOffice was run, and how nice it was."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        (folder / "laid.pdf").write_bytes(pdf([(40, 250, words(name)) for name in NAMES]))
        (folder / "soffice").write_text(SOFFICE.format(folder=folder), encoding="utf-8")
        (folder / "soffice").chmod(0o755)
        self.takes(0)

    def takes(self, seconds: float) -> None:
        (self._folder / "sleep").write_text(str(seconds), encoding="utf-8")

    @property
    def runs(self) -> list[str]:
        file = self._folder / "runs"
        return file.read_text(encoding="utf-8").split() if file.exists() else []


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("PATH", f"{tmp_path / 'office'}:/usr/bin:/bin")
    paged.close()  # what runs has another PATH
    yield Office(tmp_path / "office")
    paged.close()


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Iterator[Desk]:
    for name in NAMES:
        made, out = docx.Document(), io.BytesIO()
        made.add_paragraph(words(name))
        made.save(out)
        (engine.settings.documents.folder / f"{name}.docx").write_bytes(out.getvalue())
    engine.build()
    with closing(state.connect(tmp_path / "bot.sqlite")) as database:
        yield Desk(engine, database, tmp_path)


def cited(desk: Desk, name: str) -> Citation:
    answer = desk.services.engine.ask(f"Who repaired the {name}?")
    return next(one for one in answer.citations if one.source == f"{name}.docx")


async def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def test_an_office_file_is_laid_out_while_its_answer_is_read(desk: Desk, office: Office) -> None:
    pictures = desk.services.settings.state_folder() / "pages" / "pictures"
    boat, text = cited(desk, "boat"), desk.services.engine.ask("How long does the crossing take?").citations

    async def reading() -> None:
        prefetching = Prefetching(desk.services)
        prefetching.cited(7, text)
        prefetching.cited(7, [*text, boat])
        await until(lambda: pictures.exists() and list(pictures.glob("*-*")))

    asyncio.run(reading())
    assert office.runs == PATIENT, "once, and it gives way to all else"
    prepare(desk.services.engine, boat, uncancelled)
    assert len(office.runs) == len(list(pictures.glob("*-*"))) == 1, "all that a press needs is there"


def test_one_waits_at_most_and_who_presses_meanwhile_waits_for_no_second_time(
    desk: Desk, office: Office
) -> None:
    office.takes(0.5)
    boat, mill, barn = (cited(desk, name) for name in NAMES)
    engine = desk.services.engine

    async def reading() -> None:
        prefetching = Prefetching(desk.services)
        prefetching.cited(7, [boat])
        await asyncio.sleep(0.1)
        prefetching.cited(7, [mill])
        prefetching.cited(7, [barn])
        await asyncio.to_thread(engine.paged, boat.source, (boat.start, boat.end))
        assert len(office.runs) == 1
        await until(lambda: len(office.runs) == 2)
        await asyncio.sleep(0.2)

    asyncio.run(reading())
    office.takes(0)
    engine.paged(barn.source)
    assert office.runs == PATIENT * 2
    engine.paged(mill.source)
    assert office.runs == [*PATIENT * 2, str(OWN)], "it was displaced by the barn"


def test_nothing_is_laid_out_while_somebody_waits_for_an_answer(
    desk: Desk, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.telegram")
    boat = cited(desk, "boat")

    async def busy() -> None:
        question = asyncio.ensure_future(desk.services.work(lambda: time.sleep(0.5)))
        await asyncio.sleep(0.1)
        Prefetching(desk.services).cited(7, [boat])
        await question

    asyncio.run(busy())
    assert office.runs == []
    assert [record.getMessage() for record in caplog.records] == ["not_prefetched chat=7 reason=Cancelled"]
