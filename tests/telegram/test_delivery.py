"""Requests go out at Telegram's pace, are repeated where that is safe, and never twice where it is not."""

import asyncio
import sqlite3
import warnings
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.telegram.transport.delivery import Delivery, Unconfirmed
from bot.telegram.transport.inbox import Inbox, handled
from tests.telegram.inside import bodies, update


class Clock:
    """The loop's clock runs as fast as it is slept, so that no test waits."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.passed = 0.0
        self._select, self._time = loop._selector.select, loop.time  # type: ignore[attr-defined]
        loop.time = lambda: self._time() + self.passed  # type: ignore[method-assign]
        loop._selector.select = self.select  # type: ignore[attr-defined]

    def select(self, timeout: float | None) -> Any:
        ready = self._select(0)
        if not ready and timeout:
            self.passed += timeout
        return ready


pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

Outcome = BaseException | object


class Line:
    """A connection to Telegram on which everything goes as the test says."""

    def __init__(self, inbox: Inbox) -> None:
        loop = asyncio.get_running_loop()
        self.clock = Clock(loop)
        self.inbox, self.delivery = inbox, Delivery(inbox, clock=loop.time)
        self.calls: list[tuple[str, int | None, float]] = []

    async def call(self, endpoint: str, *outcomes: Outcome, chat: int | None = 7) -> Any:
        """Make a request whose attempts end one after the other as given, the last one for ever."""
        left = list(outcomes)
        start = self.clock.passed

        async def attempt(*args: Any, **kwargs: Any) -> object:
            assert (args, kwargs) == ((1,), {"two": 2})
            self.calls.append((endpoint, chat, round(self.clock.passed - start, 1)))
            outcome = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        data = {} if chat is None else {"chat_id": chat}
        return await self.delivery.process_request(attempt, (1,), {"two": 2}, endpoint, data, None)

    @property
    def times(self) -> list[float]:
        """When the attempts were made."""
        return [at for _, _, at in self.calls]


Play = Callable[[Callable[[Line], Awaitable[Any]]], Any]


@pytest.fixture
def play(database: sqlite3.Connection) -> Play:
    def play(scene: Callable[[Line], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            return await asyncio.wait_for(scene(Line(Inbox(database))), 100_000)

        return asyncio.run(run())

    return play


def caused(cause: Exception, error: type[NetworkError] = NetworkError) -> NetworkError:
    """As python-telegram-bot makes it of httpx's error."""
    made = TimedOut() if error is TimedOut else error(f"httpx.{type(cause).__name__}: {cause}")
    made.__cause__ = cause
    return made


NEVER_SENT = [
    caused(httpx.ConnectError("refused")),
    caused(httpx.ConnectTimeout("late"), TimedOut),
    caused(httpx.PoolTimeout("busy"), TimedOut),
    NetworkError("Bad Gateway"),
    NetworkError("Bad Gateway (502). Parsing the server response b'<html>' failed"),
    NetworkError("Service Unavailable (503)"),
]
PERHAPS_SENT = [
    caused(httpx.ReadError("reset")),
    caused(httpx.WriteError("reset")),
    caused(httpx.RemoteProtocolError("closed")),
    caused(httpx.ReadTimeout("late"), TimedOut),
    caused(httpx.WriteTimeout("late"), TimedOut),
    NetworkError("Internal Server Error (500)"),
    NetworkError("Gateway Timeout (504)"),
    NetworkError("Unknown error in HTTP implementation: ValueError()"),
    TelegramError("Invalid server response"),
]
REFUSED = [
    BadRequest("Message text is empty"),
    Forbidden("Forbidden: bot was blocked by the user"),
    ChatMigrated(-1005),
    InvalidToken("Unauthorized"),
    Conflict("Conflict: terminated"),
    TelegramError("I'm a teapot (418)"),
]


def flood(seconds: int | timedelta) -> RetryAfter:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its attribute is deprecated, and read while it is made
        return RetryAfter(seconds)


def name(error: Exception) -> str:
    return f"{type(error).__name__} {type(error.__cause__).__name__} {error}"[:50]


# ------------------------------------------------------------------------------- what is repeated


@pytest.mark.parametrize("endpoint", ["sendMessage", "sendDocument"])
@pytest.mark.parametrize("error", NEVER_SENT, ids=name)
def test_a_message_that_surely_did_not_arrive_is_sent_again(play: Play, endpoint: str, error: Exception):
    async def scene(line: Line) -> list[float]:
        assert await line.call(endpoint, error, error, "sent") == "sent"
        return line.times

    assert play(scene) == [0, 1, 3]


@pytest.mark.parametrize("endpoint", ["sendMessage", "sendDocument", "methodOfNextYear"])
@pytest.mark.parametrize("error", PERHAPS_SENT, ids=name)
def test_a_message_that_may_have_arrived_is_not_sent_again(play: Play, endpoint: str, error: Exception):
    async def scene(line: Line) -> list[float]:
        with pytest.raises(Unconfirmed, match=rf"The reply to {endpoint} was lost") as caught:
            await line.call(endpoint, error, "sent")
        assert caught.value.__cause__ is error
        return line.times

    assert play(scene) == [0]


@pytest.mark.parametrize("endpoint", ["editMessageText", "deleteMessage", "setMyCommands", "getWebhookInfo"])
@pytest.mark.parametrize("error", NEVER_SENT + PERHAPS_SENT, ids=name)
def test_what_is_known_to_be_idempotent_is_repeated(play: Play, endpoint: str, error: Exception):
    async def scene(line: Line) -> list[float]:
        assert await line.call(endpoint, error, True) is True
        return line.times

    assert play(scene) == [0, 1]


@pytest.mark.parametrize("endpoint", ["sendMessage", "editMessageText", "getMe", "sendChatAction"])
@pytest.mark.parametrize("error", REFUSED, ids=name)
def test_what_is_refused_is_not_repeated(play: Play, endpoint: str, error: Exception):
    async def scene(line: Line) -> list[float]:
        with pytest.raises(type(error)) as caught:
            await line.call(endpoint, error, True)
        assert caught.value is error
        return line.times

    assert play(scene) == [0]


@pytest.mark.parametrize("endpoint", ["sendChatAction", "answerInlineQuery", "answerCallbackQuery"])
def test_what_is_of_no_use_later_is_tried_once(play: Play, endpoint: str):
    async def scene(line: Line) -> list[float]:
        for error in (NEVER_SENT[0], flood(3)):
            with pytest.raises(type(error)):
                await line.call(endpoint, error, True, chat=None)
        return line.times

    assert play(scene) == [0, 0]


@pytest.mark.slow
def test_pauses_grow_to_half_a_minute_and_end_after_a_day(play: Play):
    async def scene(line: Line) -> list[float]:
        with pytest.raises(NetworkError):
            await line.call("sendMessage", NEVER_SENT[0])
        return line.times

    times = play(scene)
    assert times[:7] == [0, 1, 3, 7, 15, 31, 61]
    assert 86_350 < times[-1] <= 86_400


def test_an_hour_without_telegram_delays_answers_and_loses_none(play: Play, database: sqlite3.Connection):
    """Meanwhile the question is open in the file: a bot that is started anew answers it, too."""
    asked = update(1)

    async def scene(line: Line) -> Any:
        await line.inbox.put(asked)
        handled.set(asked)
        attempts = [NEVER_SENT[0]] * 120
        waiting = asyncio.ensure_future(line.call("sendMessage", *attempts, "sent"))
        while line.clock.passed < 3000:
            await asyncio.sleep(1)
        open_then = bodies(database)
        return open_then, await waiting, line.times[-1]

    open_then, sent, after = play(scene)
    assert (open_then, sent) == ([1], "sent")
    assert 3400 < after < 3700
    assert bodies(database) == []


@pytest.mark.parametrize("endpoint", ["getMe", "deleteWebhook", "setWebhook"])
def test_what_the_start_needs_is_tried_for_ever(play: Play, endpoint: str):
    async def scene(line: Line) -> float:
        assert await line.call(endpoint, *[NEVER_SENT[0]] * 100, True, chat=None) is True
        return line.times[-1]

    assert play(scene) > 2000


# ------------------------------------------------------------------------------------ flood control


@pytest.mark.parametrize("endpoint", ["sendMessage", "editMessageText", "deleteMessage"])
def test_in_flood_control_a_chat_waits_as_long_as_it_is_told(play: Play, endpoint: str):
    async def scene(line: Line) -> list[float]:
        assert await line.call(endpoint, flood(5), flood(7), "sent") == "sent"
        return line.times

    assert play(scene) == pytest.approx([0, 5.1, 12.2], abs=0.15)


def test_flood_control_of_typing_holds_up_no_message(play: Play):
    async def scene(line: Line) -> list[float]:
        with pytest.raises(RetryAfter):
            await line.call("sendChatAction", flood(60), True)
        assert await line.call("sendChatAction", "unsaid") is True
        await line.call("sendMessage", "sent")
        return line.times

    times = play(scene)
    assert len(times) == 2
    assert times[1] < 1


def test_stopping_breaks_off_a_request_that_hangs(play: Play, database: sqlite3.Connection):
    """Whether its message arrived is not known, so it is not sent after the next start."""

    async def scene(line: Line) -> None:
        await line.inbox.put(update(1))
        handled.set(update(1))
        hang = asyncio.create_task(
            line.delivery.process_request(
                lambda: asyncio.sleep(3600), (), {}, "sendMessage", {"chat_id": 7}, None
            )
        )
        await asyncio.sleep(1)
        line.delivery.stop()
        with pytest.raises(asyncio.CancelledError):
            await hang

    play(scene)
    assert bodies(database) == []


def test_a_wait_may_be_given_as_a_timedelta(play: Play, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")

    async def scene(line: Line) -> list[float]:
        await line.call("sendMessage", flood(timedelta(seconds=2)), "sent")
        return line.times

    assert play(scene) == pytest.approx([0, 2.1], abs=0.15)


def test_one_chat_in_flood_control_stalls_no_other(play: Play):
    async def scene(line: Line) -> list[tuple[str, int | None, float]]:
        slow = asyncio.create_task(line.call("sendMessage", flood(30), "late", chat=7))
        await asyncio.sleep(0.01)
        also = asyncio.create_task(line.call("editMessageText", "late too", chat=7))
        await asyncio.sleep(0.01)
        assert await line.call("sendMessage", "at once", chat=8) == "at once"
        assert await line.call("sendChatAction", "unsaid", chat=7) is True  # not asked of Telegram at all
        await asyncio.gather(slow, also)
        return line.calls

    made = play(scene)
    assert [chat for _, chat, _ in made] == [7, 8, 7, 7]
    assert made[1][2] < 1
    assert min(made[2][2], made[3][2]) >= 29.9


def test_an_hour_of_flood_control_is_waited_for(play: Play):
    async def scene(line: Line) -> list[float]:
        await line.call("sendMessage", flood(3600), "sent")
        return line.times

    assert play(scene) == pytest.approx([0, 3600.1], abs=0.15)


# ----------------------------------------------------------------------------------------- pacing


async def send(
    line: Line, count: int, chats: Callable[[int], int], endpoint: str = "sendMessage"
) -> list[float]:
    """Make many requests at once; when they went out."""
    before = len(line.calls)
    await asyncio.gather(*(line.call(endpoint, "sent", chat=chats(n)) for n in range(count)))
    return line.times[before:]


def most_within(times: list[float], seconds: float) -> int:
    return max(sum(start <= time < start + seconds for time in times) for start in times)


def test_all_chats_together_get_thirty_messages_a_second(play: Play):
    times = play(lambda line: send(line, 90, lambda n: n + 1))
    assert most_within(times, 1) <= 31
    assert times[-1] == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize("endpoint", ["sendMessage", "editMessageText", "sendDocument"])
def test_a_group_gets_twenty_messages_a_minute_one_of_them_to_say_so(play: Play, endpoint: str):
    times = play(lambda line: send(line, 50, lambda _: -5, endpoint))
    assert most_within(times, 60) == 19
    assert times[-1] < 125


def test_one_busy_group_stalls_no_other(play: Play):
    async def scene(line: Line) -> list[float]:
        busy = asyncio.create_task(send(line, 40, lambda _: -5))
        await asyncio.sleep(10)
        other = await send(line, 19, lambda _: -6)
        await busy
        return other

    assert play(scene)[-1] < 2


def test_a_private_chat_may_be_written_to_faster(play: Play):
    async def scene(line: Line) -> float:
        return (await send(line, 30, lambda _: 7))[-1]

    assert play(scene) < 1.1


def test_typing_is_not_shown_where_a_message_would_have_to_wait(play: Play):
    async def scene(line: Line) -> int:
        await send(line, 19, lambda _: -5)
        before = len(line.calls)
        assert await line.call("sendChatAction", "unsaid", chat=-5) is True
        assert await line.call("sendChatAction", "said", chat=-6) == "said"
        return len(line.calls) - before

    assert play(scene) == 1


def test_of_a_message_that_has_to_wait_in_a_group_is_told_once_in_the_place_that_is_spared(play: Play):
    async def scene(line: Line) -> list[tuple[int, int | None]]:
        told: list[tuple[int, int | None]] = []

        def waits(chat: int, thread: int | None, wait: float) -> None:
            assert 59 < wait <= 61
            told.append((chat, thread))

        line.delivery.on_wait = waits  # type: ignore[method-assign]
        await send(line, 19, lambda _: -5)
        assert 59 < line.delivery.wait_in(-5) <= 61
        assert line.delivery.wait_in(-6) == line.delivery.wait_in(7) == 0
        late = [asyncio.create_task(line.call("sendMessage", "sent", chat=-5)) for _ in range(2)]
        await asyncio.sleep(0.01)

        async def attempt() -> str:
            return "said"

        said = line.delivery.process_request(attempt, (), {}, "sendMessage", {"chat_id": -5}, True)
        assert await asyncio.wait_for(said, 1) == "said"
        await asyncio.gather(*late)
        return told

    assert play(scene) == [(-5, None)]


def test_chat_actions_count_for_nothing(play: Play):
    async def scene(line: Line) -> float:
        await asyncio.gather(*(line.call("sendChatAction", True, chat=-5) for _ in range(40)))
        return (await send(line, 19, lambda _: -5))[-1]

    assert play(scene) < 1


def test_other_requests_are_not_paced(play: Play):
    async def scene(line: Line) -> float:
        return (await send(line, 200, lambda n: n, "answerCallbackQuery"))[-1]

    assert play(scene) < 0.5


# ------------------------------------------------------------------- what becomes of the update


def test_an_update_is_crossed_out_before_its_answer_goes_out(play: Play, database: sqlite3.Connection):
    async def scene(line: Line) -> list[int]:
        await line.inbox.put(update(1))
        handled.set(update(1))
        seen: list[int] = []

        async def attempt() -> str:
            seen.extend(bodies(database))
            return "sent"

        await line.call("answerCallbackQuery", True)
        await line.call("sendChatAction", True)
        assert bodies(database) == [1]
        await line.delivery.process_request(attempt, (), {}, "sendMessage", {"chat_id": 7}, None)
        return [*seen, *bodies(database)]

    assert play(scene) == []


@pytest.mark.parametrize("error", [flood(10), NEVER_SENT[0]], ids=name)
def test_while_an_answer_waits_to_be_sent_its_update_is_open(
    play: Play, database: sqlite3.Connection, error: TelegramError
):
    async def scene(line: Line) -> None:
        await line.inbox.put(update(1))
        handled.set(update(1))
        task = asyncio.create_task(line.call("sendMessage", error, "sent"))
        await asyncio.sleep(0.5)
        assert bodies(database) == [1]
        await task
        assert bodies(database) == []

    play(scene)


@pytest.mark.parametrize("error", [PERHAPS_SENT[0], REFUSED[0]], ids=name)
def test_an_answer_that_must_not_be_repeated_leaves_its_update_crossed_out(
    play: Play, database: sqlite3.Connection, error: TelegramError
):
    async def scene(line: Line) -> None:
        await line.inbox.put(update(1))
        handled.set(update(1))
        with pytest.raises(TelegramError):
            await line.call("sendMessage", error)

    play(scene)
    assert bodies(database) == []


def test_an_update_that_is_answered_in_part_is_not_opened_again(play: Play, database: sqlite3.Connection):
    """Else the part that arrived would be sent again after a restart."""

    async def scene(line: Line) -> None:
        await line.inbox.put(update(1))
        handled.set(update(1))
        await line.call("sendMessage", "first part")
        task = asyncio.create_task(line.call("sendMessage", flood(10), "second part"))
        await asyncio.sleep(0.5)
        assert bodies(database) == []
        line.delivery.stop()
        with pytest.raises(asyncio.CancelledError):
            await task

    play(scene)
    assert bodies(database) == []


@pytest.mark.parametrize("error", PERHAPS_SENT, ids=name)
def test_a_call_that_nobody_has_called_harmless_is_not_repeated(play: Play, error: TelegramError):
    async def scene(line: Line) -> list[float]:
        with pytest.raises(Unconfirmed):
            await line.call("sendDice", error, "sent")
        return line.times

    assert play(scene) == [0]


# --------------------------------------------------------------------------------------- stopping


def test_what_has_not_begun_when_the_bot_stops_leaves_its_update_open(
    play: Play, database: sqlite3.Connection
):
    async def scene(line: Line) -> list[float]:
        await line.inbox.put(update(1))
        handled.set(update(1))
        line.delivery.stop()
        with pytest.raises(asyncio.CancelledError):
            await line.call("sendMessage", "sent")
        return line.times

    assert play(scene) == []
    assert bodies(database) == [1]


def test_a_request_that_is_under_way_when_the_bot_stops_has_a_second_to_end(play: Play):
    async def scene(line: Line) -> list[object]:
        async def attempt(seconds: float) -> str:
            await asyncio.sleep(seconds)
            return "sent"

        tasks = [
            asyncio.create_task(
                line.delivery.process_request(
                    lambda seconds=seconds: attempt(seconds), (), {}, "sendMessage", {"chat_id": 7}, None
                )
            )
            for seconds in (0.9, 1.5)
        ]
        await asyncio.sleep(0.2)
        line.delivery.stop()
        return await asyncio.gather(*tasks, return_exceptions=True)

    quick, slow = play(scene)
    assert quick == "sent"
    assert isinstance(slow, asyncio.CancelledError)


@pytest.mark.parametrize("error", [flood(10), NEVER_SENT[0]], ids=name)
def test_stopping_breaks_off_a_wait_and_leaves_the_update_for_the_next_start(
    play: Play, database: sqlite3.Connection, error: TelegramError
):
    async def scene(line: Line) -> list[float]:
        await line.inbox.put(update(1))
        handled.set(update(1))
        task = asyncio.create_task(line.call("sendMessage", error, "sent"))
        await asyncio.sleep(0.5)
        line.delivery.stop()
        with pytest.raises(asyncio.CancelledError):
            await task
        return line.times

    assert play(scene) == [0]
    assert bodies(database) == [1]


def test_stopping_breaks_off_what_waits_for_its_turn(play: Play):
    async def scene(line: Line) -> int:
        await send(line, 19, lambda _: -5)
        task = asyncio.create_task(line.call("sendMessage", "sent", chat=-5))
        await asyncio.sleep(0.01)
        line.delivery.stop()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(line.calls)

    assert play(scene) == 19


def test_it_needs_no_starting(play: Play):
    async def scene(line: Line) -> None:
        await line.delivery.initialize()
        await line.delivery.shutdown()

    play(scene)
