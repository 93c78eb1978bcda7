"""Kills processes at random moments of what they do, and looks whether anything is lost that was confirmed.

    python -m benchmarks.faults [--tries N] [--seed N]

Each try forks a process that works and writes down, in a pipe, what it may tell people by then: that an index
is built, a message received, an answer sent, a verdict or a file kept. SIGKILL ends it after a random time.
Then the files that it left are opened as by the next start. It survived if they are usable and hold all that
was confirmed; lost are confirmed things that they do not hold, or would do twice.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Protocol

from telegram import Update

from bot.answering.answers import Answer
from bot.engine import Engine
from bot.feedback import Feedback
from bot.settings import Settings, load
from bot.telegram.persistence import state
from bot.telegram.persistence.answers import Answers, Kept
from bot.telegram.persistence.offers import Item, Offer, Offers
from bot.telegram.transport.inbox import Inbox
from index import documents
from index.building.intake import Checked, Intake
from index.engines.local.store import Store
from index.errors import DocentError
from index.parsing.worker import shared
from tests.words_encoder import WordsEncoder

Confirm = Callable[[str], None]

CHAT, MANY = 7, 2000  # things that a process would do if it were not killed: more than it has time for
ANSWER = Answer(question="?", searched_for="?", found=False, confidence=0.0, text="", citations=())


@dataclass
class Figures:
    """Of one kind of work; ``lost`` are sentences on what was confirmed and is not there."""

    tried: int = 0
    survived: int = 0
    confirmed: int = 0
    lost: list[str] = field(default_factory=list)


class Work(Protocol):
    """Something that may be killed."""

    spread: float
    """Seconds within which it is killed,"""

    after: Literal["start", "word"]
    """counted from its start, or from the first word that it confirms."""

    def prepare(self) -> None:
        """Make ready for the next try, in the process that stays."""

    def work(self, confirm: Confirm) -> None:
        """What is killed, in a process of its own."""

    def lost(self, confirmed: Sequence[str]) -> list[str]:
        """What is missing afterwards, in sentences."""


def settings_in(folder: Path) -> Settings:
    """Settings for documents and state below a folder, with no model."""
    (folder / "docs").mkdir(parents=True, exist_ok=True)
    return load(
        flags={
            "documents.folder": folder / "docs",
            "state.folder": str(folder / "state"),
            "encoder.model": "all-MiniLM-L6-v2",
            "reader.model": "none",
            "answer.threshold": 0.05,
        }
    )


class Indexing:
    """The index is renewed after all documents changed: killed anywhere."""

    after: Literal["start", "word"] = "start"
    files = 12

    def __init__(self, folder: Path) -> None:
        self.settings = settings_in(folder)
        self.spread, self.version = 0.0, 0
        self._write()
        began = time.perf_counter()
        Engine(self.settings, WordsEncoder()).build()
        self.spread = 1.1 * (time.perf_counter() - began)
        self.named = self._years()

    def prepare(self) -> None:
        self._write()

    def work(self, confirm: Confirm) -> None:
        Engine(self.settings, WordsEncoder()).build()
        confirm(str(self.version))

    def lost(self, confirmed: Sequence[str]) -> list[str]:
        try:
            engine = Engine(self.settings, WordsEncoder())
            engine.generation().check()
            found = self._years()
            quote = engine.ask("When was the harbour of town 3 opened?").citations[0].quote
        except (DocentError, IndexError) as error:
            return [f"the index: {error!r}"]
        wanted = {self.version} if confirmed else {self.version, *self.named}
        lost = [f"the year {year} in the index of {wanted}" for year in found - wanted]
        lost += [f"one index: it holds the years {sorted(found)}"] if len(found) > 1 else []
        lost += [f"the quote {quote!r}"] if not quote.endswith(f"{min(found)}.") else []
        self.named = found
        return lost

    def _write(self) -> None:
        self.version += 1
        for number in range(self.files):
            text = f"Town {number}\n\nThe harbour of town {number} was opened in the year {self.version}.\n"
            (self.settings.documents.folder / f"{number}.txt").write_text(text, encoding="utf-8")

    def _years(self) -> set[int]:
        generation = Store(self.settings.index_folder()).current()
        texts = [generation.document(entry.source).text for entry in generation.entries()]
        return {int(text.rstrip(".\n").rpartition(" ")[2]) for text in texts}


class Switching(Indexing):
    """The same, killed from the moment on in which a whole generation is made the current one."""

    after = "word"

    def work(self, confirm: Confirm) -> None:
        publish = Store.publish

        def announced(*arguments: Any) -> Any:
            confirm("")  # from here on the clock runs
            return publish(*arguments)

        Store.publish = announced  # type: ignore[method-assign, assignment]
        super().work(confirm)

    def prepare(self) -> None:
        super().prepare()
        self.spread = 0.03


class Answering:
    """The bot receives messages and answers them."""

    spread, after = 0.15, "word"

    def __init__(self, folder: Path) -> None:
        self.file = folder / "bot.sqlite"
        self.next = 1

    def prepare(self) -> None:
        """Nothing is needed."""

    def work(self, confirm: Confirm) -> None:
        database = state.connect(self.file)
        inbox, answers = Inbox(database), Answers(database, 30)
        for number in range(self.next, self.next + MANY):
            update = message(number)
            asyncio.run(inbox.put(update))
            confirm(f"received {number}")
            inbox.begin(update)
            kept = Kept(
                number=answers.reserve(), chat=CHAT, question_message=number, messages=(), generation="g",
                answer=ANSWER, shown=0,
            )  # fmt: skip
            answers.sending(kept)
            inbox.settle(update)
            confirm(f"sent {number}")  # Telegram has it: here the request goes out
            answers.sent(kept.number, [number])

    def lost(self, confirmed: Sequence[str]) -> list[str]:
        with closing(state.connect(self.file)) as database:
            inbox, answers = Inbox(database), Answers(database, 30)
            inbox.restore(None)  # type: ignore[arg-type]
            waiting: set[int] = set()
            while not inbox.empty():
                update: Any = inbox.get_nowait()
                waiting.add(update.update_id)
                inbox.settle(update)  # as the next start answers it
            done = {number for (number,) in database.execute("SELECT id FROM updates WHERE body IS NULL")}
            kept = {one.question_message for one in answers.doubtful(CHAT, None)}
            self.next = max(done | {0}) + 1
        received, sent = (numbers(confirmed, word) for word in ("received", "sent"))
        lost = [f"message {number}" for number in received - waiting - done]
        lost += [f"message {number} would be answered twice" for number in sent & waiting]
        unsure = received - sent - waiting  # crossed out, but not sent: people are told of it
        return lost + [f"message {number} is crossed out, and nobody hears of it" for number in unsure - kept]


class Judging:
    """Readers' verdicts are kept."""

    spread, after = 0.15, "word"

    def __init__(self, folder: Path) -> None:
        self.log = Feedback(folder / "feedback.sqlite", folder)
        self.known: set[str] = set()
        self.next = 0

    def prepare(self) -> None:
        self.next += MANY

    def work(self, confirm: Confirm) -> None:
        for number in range(self.next, self.next + MANY):
            asked = Answer(
                question=str(number), searched_for="", found=False, confidence=0.0, text="", citations=()
            )
            self.log.add(asked, "g", "good", str(number))
            confirm(str(number))

    def lost(self, confirmed: Sequence[str]) -> list[str]:
        self.known |= {*confirmed}
        kept = {one["question"] for one in self.log.export()}
        return [f"the verdict on {number}" for number in sorted(self.known - kept)]


class Uploading:
    """Files that administrators send are placed among the documents."""

    spread, after = 0.3, "word"

    def __init__(self, folder: Path) -> None:
        self.settings = settings_in(folder)
        self.file = folder / "bot.sqlite"
        self.next = 0

    def prepare(self) -> None:
        self.next += MANY

    def work(self, confirm: Confirm) -> None:
        offers, intake = Offers(state.connect(self.file)), Intake(self.settings)
        for number in range(self.next, self.next + MANY):
            item = Item(kind="text", name=f"{number}.txt", content=str(number))
            offer = offers.save(
                Offer(chat=CHAT, thread=None, message=number, by=CHAT, stage="adding", items=(item,))
            )
            confirm(f"offered {number}")
            intake.place(sent_in(number))
            confirm(f"placed {number}")
            offers.delete(offer)

    def lost(self, confirmed: Sequence[str]) -> list[str]:
        intake = Intake(self.settings)
        intake.tidy()
        with closing(state.connect(self.file)) as database:
            offers = Offers(database)
            unfinished = offers.unfinished()
            for offer in unfinished:  # as the next start goes on
                intake.place(sent_in(int(offer.items[0].content)))
                offers.delete(offer)
        offered, placed = (numbers(confirmed, word) for word in ("offered", "placed"))
        files, _ = documents.found_by(self.settings)
        held = {file.source: documents.read(file) for file in files}
        lost = [
            f"the file {number}"
            for number in offered | placed
            if held.get(f"uploads/{number}.txt") != sent_in(number).data
        ]
        twice = [name for name in held if not Path(name).stem.isdigit()]
        left = [path.name for path in (self.settings.documents.folder / "uploads").glob(".*")]
        for file in files:
            file.path.unlink()
        return lost + [f"{name} is there twice, or half written" for name in twice + left]


WORKS: dict[str, Callable[[Path], Work]] = {
    "indexing": Indexing,
    "switching": Switching,
    "answering": Answering,
    "feedback": Judging,
    "uploading": Uploading,
}


def message(number: int) -> Update:
    """A question as it comes from Telegram."""
    body = {
        "message_id": number,
        "date": 0,
        "chat": {"id": CHAT, "type": "private"},
        "from": {"id": CHAT, "is_bot": False, "first_name": "Ann"},
        "text": "Who attended the meeting?",
    }
    return Update.de_json({"update_id": number, "message": body}, None)


def numbers(confirmed: Sequence[str], word: str) -> set[int]:
    """Of what it was confirmed with this word."""
    return {int(one.split()[1]) for one in confirmed if one.startswith(word)}


def sent_in(number: int) -> Checked:
    """A file that was read and may be kept, of some kilobytes."""
    data = (sha256(str(number).encode()).hexdigest() * 200 + "\n").encode()
    return Checked(f"{number}.txt", data, ())


def killed(work: Work, delay: float) -> list[str] | None:
    """Have a process work and kill it after some seconds; what it confirmed, None where it ended before."""
    reading, writing = os.pipe()

    def confirm(said: str) -> None:
        os.write(writing, f"{said}\n".encode())

    child = os.fork()
    if not child:
        try:
            os.close(reading)
            work.work(confirm)
        except BaseException as error:  # a fault of the work, not of the kill
            confirm(f"failed: {error!r}")
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.readline() if work.after == "word" else b""
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        said += pipe.read()
    _, status = os.waitpid(child, 0)
    lines = [line for line in said.decode().splitlines() if line]
    if failed := [line for line in lines if line.startswith("failed: ")]:
        raise RuntimeError(failed[0])
    return lines if os.WIFSIGNALED(status) else None


def tried(work: Work, tries: int, chance: random.Random) -> Figures:
    """Kill a work so often, and look each time what it left; what ended before it was killed is no try."""
    figures = Figures()
    while figures.tried < tries:
        work.prepare()
        shared().close()  # no process shares the worker of another
        confirmed = killed(work, chance.uniform(0, work.spread))
        lost = work.lost(confirmed or [])
        if confirmed is None:
            continue
        figures.tried += 1
        figures.confirmed += len(confirmed)
        figures.survived += not lost
        figures.lost += lost
    return figures


def main() -> None:
    """Print the figures; the exit code is 1 where anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=100, help="kills of each kind of work")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance, lost = random.Random(given.seed), []
    print("| killed while | tried | survived | confirmed | lost |\n|---|---|---|---|---|")
    for name, kind in WORKS.items():
        with tempfile.TemporaryDirectory(prefix="docent-faults-") as folder:
            figures = tried(kind(Path(folder)), given.tries, chance)
        lost += figures.lost
        row = name, figures.tried, figures.survived, figures.confirmed, len(figures.lost)
        print(f"| {' | '.join(map(str, row))} |", flush=True)
    for one in lost[:20]:
        print(f"lost: {one}")
    sys.exit(bool(lost))


if __name__ == "__main__":
    main()
