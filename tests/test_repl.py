"""The chat, by scripted conversations."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.conversation.turns import TURNS, Turn
from bot.engine import Engine
from bot.terminal import repl
from index.errors import DocentError
from tests.answering import profiles

ATTENDED = """\
[1] Alice Archer, Bob Baker and Carol Cook attended the
    meeting.

Minutes of the garden club  (minutes.md)
  [1] Attendance, paragraph 1

1 sentence in 1 of 3 documents · confidence 90%
"""
SHOWN = """\
Minutes of the garden club  (minutes.md, Attendance,
paragraph 1, characters 90–192)

Minutes of the garden club

The meeting was held in the village hall on 3 May 2024.

  Attendance

  Alice Archer, Bob Baker and Carol Cook attended the
  meeting.
  Dora Dean sent her apologies.

Decisions

The club bought a new greenhouse for 900 euros. It will
stand behind the school.
"""
MORE = """\
[2] The meeting was held in the village hall on 3 May 2024.
[3] It will stand behind the school.
[4] The crossing takes two days.

Minutes of the garden club  (minutes.md)
  [2] paragraph 1 · [3] Decisions, paragraph 1
ferry  (letters/ferry.txt)
  [4] paragraphs 1–3
"""
HELP = """\
Type a question, or one of these:
  /help     what can be typed here
  /sources  the documents that are answered from
  /show     N: the passage of citation N in its context
  /more     the next best passages for the last question
  /alone    ask the last question exactly as typed, whatever was said before
  /reset    forget the conversation
  /quit     leave, as Ctrl-D does
Ctrl-C cancels a question.
"""
SOURCES = """\
  letters/ferry.txt  ferry
  minutes.md  Minutes of the garden club
  soup.txt  Onion soup
"""

Talk = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def fixed_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is fitted anew, confidence here stays what it is."""
    profiles.use(monkeypatch)


@pytest.fixture
def talk(engine: Engine) -> Talk:
    """Types lines and returns what was written, one text a line that was answered."""

    def talk(*lines: str) -> list[str]:
        written: list[str] = []
        repl.Repl(engine, written.append, width=60, colour=False).run(repl.lines_reader(lines))
        return written

    return talk


def test_a_conversation(talk: Talk):
    written = talk(
        "who attended the meeting?\n", "/show 1\n", "\n", "/more\n", "/show [4]\n", "/sources\n", "/help\n"
    )
    assert written[:3] == [ATTENDED, SHOWN, MORE]
    assert written[3].startswith("ferry  (letters/ferry.txt, paragraphs 1–3, characters 0–167)\n\n")
    assert written[4:] == [SOURCES, HELP]


def test_more_goes_on_until_there_is_no_more(talk: Talk):
    _, first, second, third = talk("who attended the meeting?", "/more", "/more", "/more")
    assert first == MORE
    assert second.startswith("[5] ")
    assert third == "There is no more.\n"


def test_a_question_that_is_not_answered_can_be_looked_into(talk: Talk):
    unanswered, shown = talk("zebra quantum Iceland?", "/show 1")
    assert unanswered.startswith("The documents do not answer this.\n")
    assert shown.startswith("ferry  (letters/ferry.txt, paragraphs 1–3, characters 0–167)\n")


@pytest.mark.parametrize(
    ("lines", "reply"),
    [
        (["/show 1"], "There is nothing to show yet.\n"),
        (["/more"], "Ask something first.\n"),
        (["/nonsense now"], "There is no command /nonsense. /help lists them.\n"),
        (["/\x1b[2J"], "There is no command /[2J. /help lists them.\n"),
        (["who attended the meeting?", "/show 99"], "Show which citation? There are 1.\n"),
        (["who attended the meeting?", "/show"], "Show which citation? There are 1.\n"),
        (["who attended the meeting?", "/more", "/show x"], "Show which citation? There are 1, 2, 3, 4.\n"),
    ],
)
def test_what_cannot_be_done_is_said(talk: Talk, lines: list[str], reply: str):
    assert talk(*lines)[-1] == reply


WHEN = """\
searched for: When was the meeting held?  (/alone asks it as
typed)
[1] The meeting was held in the village hall on 3 May 2024.
[2] Alice Archer, Bob Baker and Carol Cook attended the
    meeting.

Minutes of the garden club  (minutes.md)
  [1] paragraph 1 · [2] Attendance, paragraph 1

confidence 93%
"""


def test_a_follow_up_shows_what_was_searched_for_and_can_be_asked_alone(talk: Talk):
    _, when, more, alone, again = talk(
        "Where was the meeting held?", "and when?", "/more", "/alone", "Why is that?"
    )
    assert when == WHEN
    assert more.startswith("[3] ")  # of what was searched for
    assert alone.startswith("The documents do not answer this.\n")
    assert "searched for" not in alone
    assert "searched for" not in again  # what was said before is left behind


def test_a_question_that_stands_alone_drags_nothing_along(talk: Talk):
    assert talk("Where was the meeting held?", "who attended the meeting?")[1] == ATTENDED


def test_reset_forgets_the_conversation(talk: Talk):
    *_, reset, when, shown, alone = talk(
        "Where was the meeting held?", "/reset", "When was it?", "/show 99", "/alone"
    )
    assert reset == "Forgotten: the next question stands alone.\n"
    assert "searched for" not in when
    assert shown.startswith("Show which citation? There are 1, 2")  # those of the last answer
    assert "searched for" not in alone
    assert talk("Where was the meeting held?", "/reset", "/show 1", "/more", "/alone")[2:] == [
        "There is nothing to show yet.\n",
        "Ask something first.\n",
        "Ask something first.\n",
    ]


def test_only_so_many_turns_are_kept(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    seen: list[int] = []
    ask = Engine.ask

    def watched(self: Engine, question: str, history: tuple[Turn, ...] = (), **_: object):
        seen.append(len(history))
        return ask(self, question, history)

    monkeypatch.setattr(Engine, "ask", watched)
    chat = repl.Repl(engine, lambda _: None, width=60, colour=False)
    chat.run(repl.lines_reader(["zebra?"] * (TURNS + 2)))
    assert seen == [*range(TURNS + 1), TURNS]


def test_quit_leaves_at_once(talk: Talk):
    assert talk("/help", "/quit", "/help") == [HELP]
    assert talk() == []


def test_an_interrupted_question_is_cancelled_and_the_loop_goes_on(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    def ask(question: str, history: object, **_: object):
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "ask", ask)
    written: list[str] = []
    chat = repl.Repl(engine, written.append, width=60, colour=False)
    chat.run(repl.lines_reader(["who attended the meeting?", "/show 1"]))
    assert written == ["(cancelled)\n", "There is nothing to show yet.\n"]


def test_ctrl_c_at_the_prompt_goes_on_and_ctrl_d_leaves(engine: Engine):
    keys = iter([KeyboardInterrupt, "/help", EOFError, "/help"])

    def read() -> str:
        key = next(keys)
        if isinstance(key, str):
            return key
        raise key

    written: list[str] = []
    repl.Repl(engine, written.append, width=60, colour=False).run(read)
    assert written == ["(cancelled)\n", HELP]


def test_an_error_is_shown_and_the_loop_goes_on(engine: Engine, talk: Talk, monkeypatch: pytest.MonkeyPatch):
    def ask(question: str, history: object, **_: object):
        raise DocentError("The index is damaged.")

    monkeypatch.setattr(engine, "ask", ask)
    assert talk("who attended the meeting?", "/help") == ["The index is damaged.\n", HELP]


def test_without_an_index_the_error_says_what_to_do(engine: Engine, talk: Talk):
    (engine.store.folder / "current").unlink()
    assert talk("why?", "/sources") == 2 * [
        f"There is no index in {engine.store.folder} yet. Run `docent index`.\n"
    ]


# ------------------------------------------------------------------------------------ at a terminal


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    """What is typed, at a terminal that shows nothing."""
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe


def test_history_lasts_across_runs(keys: PipeInput, tmp_path: Path):
    history = tmp_path / "not" / "yet" / "history"
    keys.send_text("who attended?\r")
    assert repl.terminal_reader(history)() == "who attended?"
    keys.send_text("\x1b[A\r")
    assert repl.terminal_reader(history)() == "who attended?"


@pytest.mark.parametrize("place", ["history", "file/state/history"])
def test_lines_are_read_where_no_history_can_be_kept(keys: PipeInput, tmp_path: Path, place: str):
    (tmp_path / "history").mkdir()
    (tmp_path / "file").touch()
    keys.send_text("who attended?\r")
    read = repl.terminal_reader(tmp_path / place)
    assert read() == "who attended?"
    read.__self__.history.store_string("who else?")  # at a terminal this raised in the midst of a line


@pytest.mark.parametrize(("key", "error"), [("\x03", KeyboardInterrupt), ("\x04", EOFError)])
def test_keys_that_end_a_line(keys: PipeInput, tmp_path: Path, key: str, error: type[BaseException]):
    keys.send_text(key)
    with pytest.raises(error):
        repl.terminal_reader(tmp_path / "history")()


def test_tab_completes_a_command(keys: PipeInput, tmp_path: Path):
    read = repl.terminal_reader(tmp_path / "history")

    def enter_when_complete(buffer):
        if buffer.text == "/sources":
            keys.send_text("\r")

    read.__self__.default_buffer.on_text_changed += enter_when_complete
    keys.send_text("/so\t")
    assert read() == "/sources"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("/", ["/help", "/sources", "/show", "/more", "/alone", "/reset", "/quit"]),
        ("/s", ["/sources", "/show"]),
        ("/show 1", []),
        ("who", []),
    ],
)
def test_only_commands_are_completed(typed: str, offered: list[str]):
    found = repl.completer().get_completions(Document(typed), CompleteEvent())
    assert [completion.text for completion in found] == offered
