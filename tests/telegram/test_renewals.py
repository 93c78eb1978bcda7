"""One queue of builds, which all who want the index renewed share."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.engine import Engine
from bot.telegram.renewals import Course, Renewals, Stopped
from bot.telegram.workers import Workers
from index.building.progress import Progress
from index.building.summary import Summary
from index.errors import DocumentsError


class Builds:
    """An engine that only builds, each time when it may."""

    def __init__(self) -> None:
        self.begun: list[Progress] = []
        self.may_end = threading.Semaphore(0)
        self.error: Exception | None = None

    def build(self, *, progress: Progress, **_: object) -> Any:
        number = len(self.begun)
        progress.stage("encoding texts", 2)
        self.begun.append(progress)
        while not self.may_end.acquire(timeout=0.01):
            progress.advance(0)
        progress.advance(1)
        if self.error:
            raise self.error
        return number


async def until(true: Callable[[], object]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that")


def run(scene: Callable[[Builds, Renewals], Awaitable[None]]) -> None:
    async def scene_of_its_own() -> None:
        builds = Builds()
        await scene(builds, Renewals(builds, Workers()))  # type: ignore[arg-type]

    asyncio.run(scene_of_its_own())


def test_who_asks_while_a_build_goes_on_waits_for_the_next_one_which_all_share():
    async def scene(builds: Builds, renewals: Renewals) -> None:
        first = asyncio.create_task(renewals.renew())
        await until(lambda: builds.begun)
        assert str(renewals.running) == "encoding texts 0 of 2"
        course = Course()
        others = [asyncio.create_task(renewals.renew(course)) for _ in range(3)]
        await asyncio.sleep(0.05)
        assert len(builds.begun) == 1  # one at a time
        assert str(course) == "starting"
        builds.may_end.release()
        assert await first == 0
        await until(lambda: len(builds.begun) == 2)
        assert str(course) == "encoding texts 0 of 2"
        builds.may_end.release()
        assert await asyncio.gather(*others) == [1, 1, 1]
        assert renewals.running is None
        builds.may_end.release()
        assert await renewals.renew() == 2

    run(scene)


def test_what_goes_wrong_is_told_to_all_who_wait_and_the_next_build_is_made_all_the_same():
    async def scene(builds: Builds, renewals: Renewals) -> None:
        builds.error = DocumentsError("There is no folder.")
        builds.may_end.release()
        told = await asyncio.gather(renewals.renew(), renewals.renew(), return_exceptions=True)
        assert [str(one) for one in told] == ["There is no folder."] * 2
        builds.error = None
        builds.may_end.release()
        assert await renewals.renew() == 1

    run(scene)


def test_who_waits_no_longer_takes_the_build_from_nobody():
    async def scene(builds: Builds, renewals: Renewals) -> None:
        impatient = asyncio.create_task(renewals.renew())
        patient = asyncio.create_task(renewals.renew())
        await until(lambda: builds.begun)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        builds.may_end.release()
        assert await patient == 0

    run(scene)


def test_a_stop_breaks_off_what_is_built_and_what_waits_for_it():
    async def scene(builds: Builds, renewals: Renewals) -> None:
        waiting = [asyncio.create_task(renewals.renew())]
        await until(lambda: builds.begun)
        waiting.append(asyncio.create_task(renewals.renew()))
        await asyncio.sleep(0)
        await renewals.stop()
        told = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(one) for one in told] == [Stopped, Stopped]
        with pytest.raises(Stopped):
            await renewals.renew()
        assert len(builds.begun) == 1

    run(scene)


def test_what_is_renewed_is_the_index(engine: Engine, docs: Path):
    (docs / "plums.txt").write_text("The plum tree bears forty kilos of plums.", encoding="utf-8")

    async def renew() -> Summary:
        return await Renewals(engine, Workers()).renew()

    summary = asyncio.run(renew())
    assert (summary.changed, summary.documents) == (True, 4)
    assert engine.generation().name == summary.generation
