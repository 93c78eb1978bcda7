"""The chat in a terminal: a loop around a function that reads a line and one that writes a text."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot import render
from bot.answering.answers import Answer, Citation
from bot.conversation.turns import TURNS, Turn, turn_of
from bot.engine import Engine
from bot.plain import line
from index.errors import DocentError

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completer

COMMANDS = {
    "/help": "what can be typed here",
    "/sources": "the documents that are answered from",
    "/show": "N: the passage of citation N in its context",
    "/more": "the next best passages for the last question",
    "/alone": "ask the last question exactly as typed, whatever was said before",
    "/reset": "forget the conversation",
    "/quit": "leave, as Ctrl-D does",
}
PROMPT = "? "
UNDO = "/alone asks it as typed"

Read = Callable[[], str]
Write = Callable[[str], None]


class Repl:
    """A conversation: the last turns, and the citations that it can be asked to show."""

    def __init__(self, engine: Engine, write: Write, *, width: int, colour: bool) -> None:
        self._engine = engine
        self._write = write
        self._width, self._colour = width, colour
        self._turns: tuple[Turn, ...] = ()
        self._citations: tuple[Citation, ...] = ()

    def run(self, read: Read) -> None:
        """Read lines and answer them until the end of the input or ``/quit``."""
        while True:
            try:
                text = read().strip()
                if text == "/quit":
                    return
                if text:
                    self._write(self.respond(text))
            except EOFError:
                return
            except KeyboardInterrupt:
                self._write("(cancelled)\n")
            except DocentError as error:
                self._write(f"{error}\n")

    def respond(self, text: str) -> str:
        """What is written to a line: an answer, or the result of a command."""
        if not text.startswith("/"):
            return self._ask(text, self._turns)
        command, _, argument = text.partition(" ")
        answers: dict[str, Callable[[], str]] = {
            "/help": self._help,
            "/sources": self._sources,
            "/show": partial(self._show, argument.strip().strip("[]")),
            "/more": self._more,
            "/alone": self._alone,
            "/reset": self._reset,
        }
        if command in answers:
            return answers[command]()
        return f"There is no command {line(command)}. /help lists them.\n"

    def _ask(self, question: str, history: tuple[Turn, ...], *, as_typed: bool = False) -> str:
        reply: Answer = self._engine.ask(question, history, as_typed=as_typed)
        if not reply.talk:
            self._turns = (*history, turn_of(reply))[-TURNS:]
        self._citations = reply.citations or reply.near
        matches = self._engine.matches(reply.searched_for)
        return render.terminal(reply, matches, width=self._width, colour=self._colour, undo=UNDO)

    def _alone(self) -> str:
        if not self._turns:
            return "Ask something first.\n"
        return self._ask(self._turns[-1].question, (), as_typed=True)

    def _reset(self) -> str:
        self._turns, self._citations = (), ()
        return "Forgotten: the next question stands alone.\n"

    def _help(self) -> str:
        rows = "".join(f"  {name:<9} {what}\n" for name, what in COMMANDS.items())
        return f"Type a question, or one of these:\n{rows}Ctrl-C cancels a question.\n"

    def _sources(self) -> str:
        entries = self._engine.sources()
        rows = (f"  {line(entry.source)}  {line(entry.title)}\n" for entry in entries)
        return "".join(rows)

    def _show(self, number: str) -> str:
        citation = next((c for c in self._citations if str(c.number) == number), None)
        if citation is None:
            known = ", ".join(str(citation.number) for citation in self._citations)
            return (
                f"Show which citation? There are {known}.\n" if known else "There is nothing to show yet.\n"
            )
        context = self._engine.around(citation.source, citation.start)
        quote = (citation.start, citation.end)
        return render.passage(context, quote, width=self._width, colour=self._colour)

    def _more(self) -> str:
        if not self._turns:
            return "Ask something first.\n"
        searched_for = self._turns[-1].searched_for
        found = self._engine.more(searched_for, self._citations)
        self._citations += found
        matches = self._engine.matches(searched_for)
        return render.more(found, matches, width=self._width, colour=self._colour)


def terminal_reader(history: Path) -> Read:
    """Lines typed at a terminal, with completion of commands, and a history across runs if it can be kept."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory

    class History(FileHistory):
        """A history whose file need not be readable or writable: else no line could be typed."""

        def load_history_strings(self) -> Iterable[str]:
            try:
                return list(super().load_history_strings())
            except OSError:
                return []

        def store_string(self, string: str) -> None:
            with suppress(OSError):
                super().store_string(string)

    with suppress(OSError):
        history.parent.mkdir(parents=True, exist_ok=True)
    session: PromptSession[str] = PromptSession(
        PROMPT, history=History(str(history)), completer=completer(), complete_while_typing=False
    )
    return session.prompt


def lines_reader(lines: Iterable[str]) -> Read:
    """Lines of a file or pipe."""
    iterator = iter(lines)

    def read() -> str:
        for text in iterator:
            return text
        raise EOFError

    return read


def completer() -> "Completer":
    """Completes the commands, and nothing else."""
    from prompt_toolkit.completion import WordCompleter

    return WordCompleter(list(COMMANDS), meta_dict=dict(COMMANDS), sentence=True)
