"""Documents that change all the time, from outside and from the chat, under people who ask.

SOAK    a variable: seconds that it goes on
"""

import os
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import pytest

from tests.telegram.chats import Chat, Sent, User
from tests.telegram.conftest import Start
from tests.telegram.desk import by_bot
from tests.telegram.server import BotApi
from tests.telegram.talks import reply, say, turn

WATCHING = "-m", "tests.telegram.watching_bot"
SECONDS = float(os.environ.get("SOAK", "5"))
LAG = 20.0  # seconds after which a change must be seen on a busy machine
NAMES = ("amber", "birch", "cobalt", "dune", "ember", "fjord", "garnet", "heron", "ivory", "juniper", "kelp")
PEOPLE = 3
SAYS = re.compile(r"The beacon of (\w+) shines (\d+) times\.")
CITED = re.compile(r"\S+\.txt")
TROUBLES = "Something went wrong", "I cannot look into the documents"


def line(name: str, number: int) -> str:
    return f"The beacon of {name} shines {number} times."


@dataclass
class Beacons:
    """The files, and what stood in each of them since when."""

    folder: Path
    chance: random.Random
    versions: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    number: int = 100

    def there(self) -> list[str]:
        """The files that are changed from outside."""
        there = [source for source, told in self.versions.items() if told[-1][1]]
        return [source for source in there if not source.startswith("uploads/")]

    def note(self, source: str, text: str) -> None:
        self.versions.setdefault(source, []).append((time.monotonic(), text))

    def text(self, name: str) -> str:
        self.number += 1
        return f"{line(name, self.number)}\n\nIt stands near the {name} cliffs."

    def write(self, source: str, text: str) -> None:
        with self.lock:
            (self.folder / source).parent.mkdir(exist_ok=True)
            (self.folder / source).write_text(text, encoding="utf-8")
            self.note(source, text)

    def stir(self) -> None:
        """Somebody changes something in the folder."""
        with self.lock:
            source = self.chance.choice(self.there())
            name = Path(source).stem
            what = self.chance.choice(["edit", "edit", "move", "delete"])
            missing = [one for one in NAMES if one not in {Path(it).stem for it in self.there()}]
            if len(missing) > 2:
                for one in missing:
                    self.write(f"{one}.txt", self.text(one))
            elif what == "edit":
                self.write(source, self.text(name))
            elif what == "move":
                to = f"coast/{name}.txt" if "/" not in source else f"{name}.txt"
                (self.folder / to).parent.mkdir(exist_ok=True)
                (self.folder / source).rename(self.folder / to)
                self.note(to, self.versions[source][-1][1])
                self.note(source, "")
            else:
                (self.folder / source).unlink()
                self.note(source, "")

    def stood(self, source: str, quote: str, since: float) -> bool:
        """Whether a quote stood in a file at some time since then."""
        with self.lock:
            told = self.versions.get(source, [])
            ends = [at for at, _ in told[1:]] + [float("inf")]
            return any(quote in text and end >= since for (_, text), end in zip(told, ends, strict=True))

    def stands(self, quote: str) -> bool:
        return any(quote in told[-1][1] for told in self.versions.values())


@dataclass
class Asked:
    """A question that was answered: by which message, after how many seconds, and what it said first."""

    chat: Chat
    sent: Sent
    began: float
    seconds: float


def ask(chat: Chat, name: str) -> Asked:
    began = time.monotonic()
    sent = say(chat, f"How many times does the beacon of {name} shine?")
    return Asked(chat, sent, began, sent.at - began)


def p95(asked: list[Asked]) -> float:
    return quantiles([one.seconds for one in asked], n=20)[-1]


def going_on(
    work: Callable[[], None], over: threading.Event, troubles: list[BaseException]
) -> threading.Thread:
    """Do something again and again in a thread."""

    def run() -> None:
        try:
            while not over.is_set():
                work()
        except BaseException as error:
            troubles.append(error)
            over.set()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.slow
def test_no_answer_quotes_what_its_file_does_not_say_however_the_documents_change(
    start: Start, api: BotApi, owner: User, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    docs, chance = tmp_path / "docs", random.Random(7)
    docs.mkdir(exist_ok=True)
    for file in docs.rglob("*.*"):
        file.unlink()
    beacons = Beacons(docs, chance)
    for name in NAMES:
        beacons.write(f"{name}.txt", beacons.text(name))
    running = start(
        command=WATCHING,
        HELD=str(tmp_path),
        DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]",
        DOCENT_TELEGRAM__ACCESS="open",
        DOCENT_TELEGRAM__QUESTIONS_PER_MINUTE="10000",
        DOCENT_DOCUMENTS__WATCH="true",
    )
    desk, chats = api.private(owner), [api.private(api.user(f"P{i}")) for i in range(PEOPLE)]
    quiet = [ask(chat, name) for name in NAMES for chat in chats[:2]]

    over, troubles, asked = threading.Event(), [], []
    counts = {"changes": 0, "uploads": 0, "forgotten": 0}

    def stir() -> None:
        beacons.stir()
        counts["changes"] += 1
        time.sleep(0.15)

    def administer() -> None:
        """A file comes by the chat, is renewed with all else, and goes again."""
        number = counts["uploads"]
        name = f"lamp{number}"
        text = beacons.text(name)
        with beacons.lock:
            beacons.note(f"uploads/{name}.txt", text)
        begun = reply(desk, desk.send_file(f"{name}.txt", text.encode(), caption="/add")["message_id"])
        told = desk.wait_until(lambda _: _done(desk, begun), 30)
        assert f"uploads/{name}.txt" in told.text, told.text
        counts["uploads"] += 1
        one = ask(desk, name)
        asked.append(one)
        assert text.partition("\n")[0] in one.sent.text, one.sent.text
        say(desk, "/reindex")
        sure = say(desk, f"/forget uploads/{name}.txt")
        turn(api, sure, "Remove")
        desk.wait_until(lambda _: _done(desk, sure), 30)
        with beacons.lock:
            beacons.note(f"uploads/{name}.txt", "")
        counts["forgotten"] += 1

    def person(chat: Chat) -> Callable[[], None]:
        own = random.Random(chat.id)

        def question() -> None:
            asked.append(ask(chat, own.choice(NAMES)))
            time.sleep(own.uniform(0.1, 0.8))

        return question

    threads = [going_on(work, over, troubles) for work in (stir, administer, *map(person, chats))]
    over.wait(SECONDS)
    over.set()
    for thread in threads:
        thread.join()
    assert not troubles, troubles
    assert counts["forgotten"] >= 1

    for one in asked:
        assert not [told for told in TROUBLES if told in one.sent.text], one.sent.text
        for name, number in SAYS.findall(one.sent.text):
            quote = line(name, int(number))
            sources = CITED.findall(one.sent.text)
            assert any(beacons.stood(source, quote, one.began - LAG) for source in sources), one.sent.text
    for chat in chats:
        questions = [one.id for one in chat.messages if one.sender != api.me["id"]]
        assert [one.reply_to for one in by_bot(chat)] == questions, "each answered once, in order"

    # Once it is quiet, no answer that is shown says what no longer stands anywhere.
    def stale() -> list[str]:
        told = (one.chat.get(one.sent) for one in (*quiet, *asked))
        return [
            sent.text
            for sent in told
            if sent
            for name, number in SAYS.findall(re.sub(r"<s>.*?</s>", "", sent.html))
            if not beacons.stands(line(name, int(number)))
        ]

    deadline = time.monotonic() + 30 + len(asked)  # two edits a second, some answers more than once
    while (left := stale()) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert left == []
    assert running.stop() == 0
    assert "Traceback" not in running.text
    figures = {
        "questions": len(asked), **counts, "renewals": sum("renewed documents" in one for one in running.log),
        "quiet_p95_ms": round(1000 * p95(quiet)), "p95_ms": round(1000 * p95(asked)),
        "slowest_ms": round(1000 * max(one.seconds for one in asked)),
    }  # fmt: skip
    for name, value in figures.items():
        record_property(name, value)
    print(
        f"\n{PEOPLE} people, {SECONDS:g} seconds:\n  "
        + ", ".join(f"{name} {value}" for name, value in figures.items())
    )


def _done(chat: Chat, begun: Sent) -> Sent | None:
    """The message that says that something is being done, once it says what came of it."""
    now = chat.get(begun)
    return now if now and not now.text.startswith(("Reading", "Renewing", "Removing", "Shall")) else None
