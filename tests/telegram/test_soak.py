"""Everything at once, as in ``python -m benchmarks.soak``, for seconds; and what it finds."""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from benchmarks.soak import __main__ as command
from benchmarks.soak import findings
from benchmarks.soak.people import Asked, Told
from benchmarks.soak.quoting import quoted, standing
from benchmarks.soak.scene import Plan
from benchmarks.soak.vital import Signs, slope
from tests.telegram.beacons import Beacons
from tests.telegram.chats import Chat
from tests.telegram.server import BotApi
from tests.telegram.talks import ATTENDED_ANSWER

PLAN = Plan(
    seconds=4, private=12, groups=2, people=6, stir=0.15, upload=0, fault=0.3, wait=5, hang=1, lag=20, calm=1,
    models=False, seed=7,
)  # fmt: skip


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_or_untrue_whatever_happens(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    figures, found = command.soak(PLAN, tmp_path)
    assert found == []
    assert (figures["lost"], figures["doubled"]) == ("0", "0")
    assert int(figures["questions"].split()[0]) > 5
    assert "forgotten" in figures["besides"]
    for name, value in figures.items():
        record_property(name, value)
    print(*(f"\n{name}: {value}" for name, value in figures.items()))


BLOCK = "<blockquote><b>[1] </b>The beacon of kelp shines 7 times.</blockquote>\n<b>kelp.txt</b>\nparagraph 1"
TWO = (
    "<blockquote><b>[1] </b>It stands &amp; shines.</blockquote>\n"
    "<blockquote><b>[2] </b>The beacon of <b>kelp</b> shines 7 times.</blockquote>\n"
    "<blockquote><b>[3] </b>One.</blockquote>\n"
    "<b>coast/dune.txt</b>\n[2] paragraph 1\n<b>Kelp</b> · kelp.txt\n[1] paragraph 1 · [3] paragraph 3"
)


def test_quotes_of_a_message_are_known_with_their_files() -> None:
    assert quoted(BLOCK) == [("The beacon of kelp shines 7 times.", "kelp.txt")]
    assert quoted(TWO) == [
        ("It stands & shines.", "kelp.txt"),
        ("The beacon of kelp shines 7 times.", "coast/dune.txt"),
        ("One.", "kelp.txt"),
    ]
    ranged = TWO.replace("[1] paragraph 1 · [3] paragraph 3", "[1]–[3] paragraphs 1–3")
    assert [source for _, source in quoted(ranged)] == ["kelp.txt"] * 3
    assert quoted("Nothing.") == []
    struck = (
        BLOCK.replace("The beacon of kelp shines 7 times.", "<s>Gone.</s>")
        + "\n<blockquote>Now.</blockquote>"
    )
    assert standing(struck) == ["Now."]
    assert standing(ATTENDED_ANSWER) == ["Alice Archer, Bob Baker and Carol Cook attended the meeting."]


@pytest.fixture
def chat(api: BotApi) -> Chat:
    return api.private(api.user("Ann"))


def asked(chat: Chat, api: BotApi, *answers: str) -> Asked:
    """A question with answers to it, the first of which was seen."""
    message = chat.send("How?")["message_id"]
    sent = [chat.post(api.me_user, {"text": text}, message, html=text) for text in answers]
    return Asked("private", chat, message, time.monotonic(), sent[0] if sent else None)


def test_what_is_lost_or_doubled_is_found(api: BotApi, chat: Chat) -> None:
    once, never, twice = asked(chat, api, "A"), asked(chat, api), asked(chat, api, "A", "B")
    told = Told([once, never, twice])
    assert findings.lost(told) == [f"lost: private {never.message} in {chat}"]
    doubled = [f"doubled: message {twice.message} in chat {chat.id}"]
    assert findings.doubled(told, set()) == doubled
    assert twice.answer
    unheard = {(chat.id, twice.answer.id)}
    assert findings.doubled(told, unheard) == doubled
    edited = replace(twice, how="edit", anew=True)
    assert findings.doubled(Told([edited]), unheard) == []
    assert findings.doubled(Told([edited]), set()) == doubled


def test_what_is_untrue_is_found(api: BotApi, chat: Chat, tmp_path: Path) -> None:
    beacons = Beacons(tmp_path, Random(1))
    beacons.write("kelp.txt", "The beacon of kelp shines 7 times.")
    one = asked(chat, api, BLOCK)
    told = Told([one], [(BLOCK, one.began), ("<b>Something went wrong</b>", one.began)])
    assert findings.false(told, beacons, 1.0) == ["failed: Something went wrong"]
    other = BLOCK.replace("kelp.txt", "dune.txt")
    told.shown[1:] = [(other, one.began)]
    assert findings.false(told, beacons, 1.0) == [
        f"false: “The beacon of kelp shines 7 times.” of dune.txt in {other!r}"
    ]
    assert findings.stale(told, beacons, set()) == []
    beacons.write("kelp.txt", "The beacon of kelp shines 8 times.")
    assert len(findings.false(told, beacons, 1.0)) == 1, "it stood there a moment ago"
    told.shown.append((BLOCK, time.monotonic() + 9))
    assert len(findings.false(told, beacons, 1.0)) == 2
    assert [told.partition(":")[0] for told in findings.stale(told, beacons, set())] == ["stale"]
    assert one.answer
    assert findings.stale(told, beacons, {(chat.id, one.answer.id)}) == []


def test_what_only_grows_is_found_and_told_by_the_hour() -> None:
    calm = Signs(at=0, rss=300, fds=20, threads=40, children=1, tasks=10)
    assert findings.grown([calm, calm]) == []
    assert findings.grown([calm, replace(calm, rss=326, fds=28)]) == []
    assert findings.grown([calm, replace(calm, rss=330, fds=29, tasks=15)]) == [
        "grown: memory from 300 to 330 MB", "grown: fds from 20 to 29", "grown: tasks from 10 to 15",
    ]  # fmt: skip
    looks = [replace(calm, at=60.0 * minute, rss=300 + minute) for minute in range(5)]
    assert slope(looks) == pytest.approx(60)


def test_the_exit_code_tells_whether_anything_was_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for found in ([], ["lost: one"]):
        monkeypatch.setattr(
            command, "soak", lambda plan, folder, found=found: ({"lost": str(len(found))}, found)
        )
        monkeypatch.setattr(sys, "argv", ["soak", "--seconds", "9", "--words"])
        with pytest.raises(SystemExit) as ended:
            command.main()
        assert ended.value.code == bool(found)
    assert capsys.readouterr().out.splitlines()[-3:] == ["|---|---|", "| lost | 1 |", "lost: one"]
