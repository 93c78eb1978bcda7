"""A bot as a real process, and everybody and everything around it, in threads that can be paused."""

import os
import random
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.soak.desk import Desk
from benchmarks.soak.people import Person, Told
from benchmarks.soak.vital import Pulse, Signs
from benchmarks.soak.weather import Weather
from index.settings import load
from tests.conftest import ROOT
from tests.telegram.beacons import NAMES, RESTLESS, Beacons
from tests.telegram.chats import Chat
from tests.telegram.conftest import Running, environment
from tests.telegram.server import BotApi

MODELS = "-c", "from bot.terminal.main import main; main()"
_LOOK = 1.0  # seconds between two looks at the process
_MEMBERS = 3  # of a group


@dataclass(frozen=True)
class Plan:
    """How much of all there is.

    ``seconds`` it goes on; ``people`` do something at a time, in so many ``private`` chats and ``groups``;
    seconds pass between two changes of documents (``stir``), two uploads (``upload``) and two faults of the
    API (``fault``), before people come back where nothing came (``wait``), and before a call that hangs is
    cut (``hang``; the bot waits for 20). A change of documents has to be seen after ``lag`` seconds. ``calm``
    is for how long nothing happens then, so that idle connections are closed. ``models`` tells whether the
    bot runs as people have it, by the settings of the environment, or without a model, as tests do.
    """

    seconds: float = 600.0
    private: int = 200
    groups: int = 40
    people: int = 24
    stir: float = 3.0
    upload: float = 5.0
    fault: float = 0.7
    wait: float = 30.0
    hang: float = 22.0
    lag: float = 60.0
    calm: float = 7.0
    models: bool = True
    seed: int = 1


class Scene:
    """All of it. ``signs`` are those of the process while all goes on, ``quiet`` those of moments of calm."""

    def __init__(
        self, plan: Plan, api: BotApi, beacons: Beacons, desk: Chat, bot: Running, pulse: Pulse
    ) -> None:
        self.plan, self.api, self.beacons, self.told = plan, api, beacons, Told()
        self.desk, self.bot, self._pulse = desk, bot, pulse
        self.weather = Weather(api, random.Random(plan.seed + 1), plan.hang)
        self.private = [api.private(api.user(f"P{number}")) for number in range(plan.private)]
        self.groups = [self._group(number) for number in range(plan.groups)]
        self.signs: list[Signs] = []
        self.quiet: list[Signs] = []
        self._over = threading.Event()
        self._go = threading.Event()
        self._idle = threading.Semaphore(0)
        people = [self._person(number) for number in range(plan.people)]
        administrator = Desk(api, beacons, self.told, desk, self._person(-1), 2 * plan.wait)
        self._works: list[Callable[[], None]] = [
            *(one.act for one in people), lambda: self._paced(administrator.administer, plan.upload),
            lambda: self._paced(self._stir, plan.stir), lambda: self.weather.blow(plan.fault),
        ]  # fmt: skip
        self._threads = [threading.Thread(target=self._run, args=[work], daemon=True) for work in self._works]
        for thread in self._threads:
            thread.start()

    def go_on(self, seconds: float) -> None:
        """Let everything happen for so long, then nothing; look at the process all the while and then."""
        self._go.set()
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.bot.process.poll() is None:
            self.signs.append(self._pulse.felt())
            time.sleep(_LOOK)
        self._go.clear()
        for _ in self._threads:
            self._idle.acquire()
        self.api.clear_faults()
        time.sleep(self.plan.calm)
        self.quiet.append(self._pulse.felt(tasks=True))

    def end(self) -> int:
        """Stop the bot; its exit code."""
        self._over.set()
        self._go.set()
        for thread in self._threads:
            thread.join()
        return self.bot.stop()

    def chats(self) -> Iterator[Chat]:
        """All in which is asked."""
        yield from (*self.private, *self.groups, self.desk)

    def _run(self, work: Callable[[], None]) -> None:
        """Do something again and again, and tell at each pause."""
        while True:
            if not self._go.is_set():
                self._idle.release()
                self._go.wait()
            if self._over.is_set():
                return
            try:
                work()
            except Exception as error:  # of the benchmark itself: it breaks nobody else's work off
                with self.told.lock:
                    self.told.troubles.append(f"the soak itself: {error!r}"[:500])

    def _paced(self, work: Callable[[], None], seconds: float) -> None:
        work()
        end = time.monotonic() + seconds
        while self._go.is_set() and time.monotonic() < end:
            time.sleep(0.1)

    def _stir(self) -> None:
        self.beacons.stir()
        self.told.count("changes of documents")

    def _person(self, number: int) -> Person:
        chance, people = random.Random(self.plan.seed + 10 + number), self.plan.people
        chats = self.private[number::people] if number >= 0 else [self.desk]
        groups = self.groups[number::people] if number >= 0 else []
        return Person(self.api, self.beacons, self.told, chance, chats, groups, self.plan.wait)

    def _group(self, number: int) -> Chat:
        members = [self.api.user(f"G{number}-{member}") for member in range(_MEMBERS)]
        return self.api.group(f"Group {number}", members)


@contextmanager
def soaked(plan: Plan, folder: Path) -> Iterator[Scene]:
    """A scene, whose bot is ended in any case."""
    beacons = Beacons(folder / "docs", random.Random(plan.seed), still=NAMES[RESTLESS:])
    beacons.begin()
    with BotApi() as api:
        desk, port = api.private(api.user("Olga")), _free_port()
        bot = _started(plan, api, folder, desk.id, port)
        try:
            bot.wait_line("Answering as", timeout=300)
            yield Scene(plan, api, beacons, desk, bot, Pulse(bot.process.pid, port))
        finally:
            bot.stop()


def _started(plan: Plan, api: BotApi, folder: Path, owner: int, port: int) -> Running:
    """The bot: ``docent telegram`` as people run it, or one without a model."""
    given = {
        "DOCENT_TELEGRAM__ADMINS": f"[{owner}]",
        "DOCENT_TELEGRAM__ACCESS": "open",
        "DOCENT_TELEGRAM__QUESTIONS_PER_MINUTE": "10000",
        "DOCENT_DOCUMENTS__WATCH": "true",
        "DOCENT_MONITORING__PORT": str(port),
    }
    if not plan.models:
        variables = environment(api, folder / "docs", folder / "state", HELD=str(folder), **given)
        return Running([sys.executable, "-m", "tests.telegram.watching_bot", "telegram"], variables)
    models = load(environment=os.environ).state_folder() / "models"  # what was exported stays exported
    variables = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TELEGRAM_BOT_TOKEN": api.token,
        "DOCENT_TELEGRAM__BASE_URL": api.url,
        "DOCENT_DOCUMENTS__FOLDER": str(folder / "docs"),
        "DOCENT_STATE__FOLDER": str(folder / "state"),
        "DOCENT_SERVING__FOLDER": str(models),
        **given,
    }
    return Running(
        [sys.executable, "-c", "from bot.terminal.main import main; main()", "telegram"], variables
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
