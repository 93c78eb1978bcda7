"""What is asked about files that are gone, and what becomes of it; the bot as a process: test_watching.py."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.engine import Engine
from bot.telegram.documents.consent import WITHDRAWN, Consent
from bot.telegram.persistence.removals import Decision, Removals
from bot.telegram.persistence.state import Memory
from bot.telegram.presses import ONLY_ADMINISTRATORS
from index.building.summary import Summary
from index.errors import IndexFolderError
from index.values import Ids
from tests.telegram.inside import Desk

KEPT = "Olga keeps the index: what is gone stays in it, and what is new is taken up. /reindex asks again."
TAKEN = "Olga had me take it up: what is gone leaves the index."


class Posted:
    """What stands in the messages of chats."""

    def __init__(self) -> None:
        self.messages: dict[tuple[int, int], str] = {}

    async def send(self, place: Any, screen: Any) -> tuple[int, ...]:
        number = len(self.messages) + 1
        self.messages[place.chat, number] = screen.messages[0].plain
        return (number,)

    async def edit(self, place: Any, old: Any, screen: Any) -> tuple[int, ...]:
        self.messages[place.chat, old[0]] = screen.messages[0].plain
        return (old[0],)


class Renewed:
    """A queue of builds that only keeps what is wanted."""

    def __init__(self) -> None:
        self.wanted: list[bool] = []
        self.error: Exception | None = None

    async def renew(self, *, removals: bool = False) -> None:
        self.wanted.append(removals)
        if self.error:
            raise self.error


class Scene:
    """Two administrators, 1 and 2, and files that go."""

    def __init__(self, desk: Desk, database: Any) -> None:
        self.post, self.renewals, self.acknowledged = Posted(), Renewed(), list[str]()
        telegram = replace(desk.services.settings.telegram, admins=Ids((1, 2)))
        self.services = replace(
            desk.services,
            post=self.post,
            renewals=self.renewals,
            access=type(desk.services.access)(telegram, database),
            removals=Removals(database),
        )
        self.consent = Consent(self.services)

    async def gone(self, count: int, **how: bool) -> None:
        held = tuple(f"f{number}.txt" for number in range(count))
        summary = _summary(held)
        await self.consent.consider(summary, **how)

    async def press(self, chat: int, message: int, word: str, user: int = 1) -> None:
        async def answer(text: str | None, *, show_alert: bool = False) -> None:
            self.acknowledged.append(text or "")

        query = SimpleNamespace(
            data=f"removals:{word}",
            from_user=SimpleNamespace(id=user, full_name="Olga"),
            message=SimpleNamespace(chat=SimpleNamespace(id=chat), message_id=message),
            answer=answer,
        )
        await self.consent.press(SimpleNamespace(callback_query=query), None)  # type: ignore[arg-type]
        await asyncio.sleep(0)
        await asyncio.sleep(0)


def _summary(held: tuple[str, ...]) -> Summary:
    counts = dict.fromkeys(
        ("documents", "passages", "sentences", "reused", "embedded", "documents_embedded"), 9
    )
    return Summary(
        generation="g", changed=False, documents_removed=0, skipped=(), seconds=0.1, held=held, **counts
    )


@pytest.fixture
def scene(engine: Engine, database: Memory, tmp_path: Path) -> "Play":
    """Plays scenes, each by a bot that was started anew over what it kept."""

    def play(acts: Callable[[Scene], Awaitable[None]]) -> Scene:
        async def act(scene: Scene) -> None:
            await acts(scene)

        made = Scene(Desk(engine, database, tmp_path), database)
        asyncio.run(act(made))
        return made

    return play


Play = Callable[[Callable[[Scene], Awaitable[None]]], Scene]


def test_it_is_asked_once_and_again_where_more_files_go(scene: Play):
    async def acts(scene: Scene) -> None:
        await scene.gone(0)
        assert scene.post.messages == {}
        await scene.gone(3)
        await scene.gone(3)
        await scene.gone(2)
        assert list(scene.post.messages) == [(1, 1), (2, 2)]
        assert all(text.startswith("⚠ 3 files are gone") for text in scene.post.messages.values())
        await scene.gone(4)  # while it is open, it is the same question
        assert list(scene.post.messages) == [(1, 1), (2, 2)]
        assert all(text.startswith("⚠ 4 files are gone") for text in scene.post.messages.values())
        assert "f0.txt, f1.txt, f2.txt …" in scene.post.messages[1, 1]
        await scene.press(1, 1, "keep")
        assert set(scene.post.messages.values()) == {KEPT}
        await scene.gone(4)
        assert len(scene.post.messages) == 2
        await scene.gone(5)
        assert list(scene.post.messages)[2:] == [(1, 3), (2, 4)]

    scene(acts)


def test_a_restart_asks_nothing_again_and_does_what_was_decided(scene: Play):
    async def ask(scene: Scene) -> None:
        await scene.gone(3)

    async def decide(scene: Scene) -> None:
        await scene.gone(3)
        assert scene.post.messages == {}
        scene.renewals.error = IndexFolderError("The disk is full.")
        await scene.press(1, 1, "take")
        assert scene.renewals.wanted == [True]
        assert scene.post.messages[1, 1] == scene.post.messages[2, 2] == TAKEN
        told = [text for text in scene.post.messages.values() if text != TAKEN]
        assert told == ["The index was not renewed; the old one is still in use. The disk is full."]

    async def restart(scene: Scene) -> None:
        await scene.gone(3)
        await asyncio.sleep(0)
        assert scene.renewals.wanted == [True]  # it was not done yet
        await scene.gone(0)
        assert scene.services.removals.gone == 0
        assert scene.post.messages == {}

    for acts in (ask, decide, restart):
        scene(acts)


def test_files_that_come_back_end_the_question_and_the_next_time_it_is_asked_anew(scene: Play):
    async def acts(scene: Scene) -> None:
        await scene.gone(3)
        await scene.gone(0)
        assert set(scene.post.messages.values()) == {WITHDRAWN}
        await scene.press(1, 1, "take")  # just then
        assert (scene.acknowledged, scene.renewals.wanted) == ([WITHDRAWN], [])
        await scene.gone(3)
        assert list(scene.post.messages)[2:] == [(1, 3), (2, 4)]

    scene(acts)


def test_only_administrators_decide_and_only_once(scene: Play):
    async def acts(scene: Scene) -> None:
        await scene.gone(3)
        await scene.press(1, 1, "take", user=9)
        assert scene.acknowledged == [ONLY_ADMINISTRATORS]
        await scene.press(1, 1, "keep")
        await scene.press(2, 2, "take", user=2)
        assert scene.acknowledged[1:] == ["", KEPT]
        assert scene.renewals.wanted == []
        assert scene.services.removals.latest() == Decision("keep", "Olga")
        await scene.gone(3, anew=True)  # /reindex
        assert list(scene.post.messages)[2:] == [(1, 3), (2, 4)]
        await scene.gone(3, anew=True)
        assert len(scene.post.messages) == 4
        await scene.press(2, 4, "take", user=2)
        assert scene.renewals.wanted == [True]

    scene(acts)
