"""Bursts of changes to the documents folder, as they are told of to whoever keeps an index up to date."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from queue import Empty, Queue

import pytest

from index.building.watching import Burst, Events, Pace, Watch
from index.settings import Settings

QUICK = Pace(quiet=0.2, latest=5.0, look=60.0, wake=0.1)
SILENCE = 0.8  # seconds in which a burst would have been told of


class Listener:
    """Hears a watch in a thread, and keeps the time of each burst."""

    def __init__(self, settings: Settings, pace: Pace = QUICK, events: Events | None = None) -> None:
        self.watch = Watch(settings, pace, events)
        self.heard: Queue[float] = Queue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        self.wait()  # the one at the start

    def wait(self) -> float:
        """The time of the next burst."""
        return self.heard.get(timeout=10)

    def settle(self) -> None:
        """Wait for the end of bursts; a busy machine makes several of one."""
        while not self.is_silent():
            pass

    def is_silent(self) -> bool:
        try:
            self.heard.get(timeout=SILENCE)
        except Empty:
            return True
        return False

    def stop(self) -> float:
        """Seconds that it took."""
        began = time.monotonic()
        self._stop.set()
        self._thread.join(5)
        assert not self._thread.is_alive()
        return time.monotonic() - began

    def _listen(self) -> None:
        for _ in self.watch.bursts(self._stop):
            self.heard.put(time.monotonic())


@pytest.fixture
def listen(settings: Settings) -> Iterator[Callable[..., Listener]]:
    """Starts listeners, and stops them."""
    listeners: list[Listener] = []

    def start(settings: Settings = settings, pace: Pace = QUICK, events: Events | None = None) -> Listener:
        listeners.append(Listener(settings, pace, events))
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.stop()


@pytest.mark.slow
def test_each_kind_of_change_is_told_of_once_and_what_is_hidden_is_not(
    listen: Callable[..., Listener], docs: Path, settings: Settings
):
    own = replace(settings, state=replace(settings.state, folder=str(docs / "state")))
    (docs / "state").mkdir()
    heard = listen(own)
    for number in range(20):
        (docs / f"n{number}.txt").write_text("New.")
    heard.wait()
    (docs / "soup.txt").write_text("Edited.")
    heard.wait()
    (docs / "soup.txt").rename(docs / "letters" / "stew.txt")
    heard.wait()
    (docs / "n7.txt").unlink()
    heard.wait()
    heard.settle()
    (docs / ".hidden.txt").write_text("Nobody sees it.")
    (docs / ".folder").mkdir()
    (docs / ".folder" / "a.txt").write_text("Nor this.")
    (docs / "state" / "a.txt").write_text("Nor what is Docent's own.")
    assert heard.is_silent()


@pytest.mark.slow
def test_a_file_that_is_being_written_is_waited_for(listen: Callable[..., Listener], docs: Path):
    heard = listen(pace=Pace(quiet=0.7, latest=30.0, wake=0.1))
    with (docs / "long.txt").open("w") as file:
        for _ in range(8):
            print("One more line.", file=file, flush=True)
            time.sleep(0.2)
        written = time.monotonic()
    assert heard.wait() >= written


@pytest.mark.slow
def test_changes_without_pause_are_told_of_all_the_same_and_once_more_at_their_end(
    listen: Callable[..., Listener], docs: Path
):
    heard = listen(pace=Pace(quiet=0.6, latest=1.0, wake=0.1))
    began = time.monotonic()
    while time.monotonic() - began < 1.8:
        (docs / "busy.txt").write_text(str(time.monotonic()))
        time.sleep(0.1)
    written = time.monotonic()
    assert 1.0 <= heard.wait() - began < 1.8
    assert heard.wait() > written


@pytest.mark.slow
def test_folders_that_come_and_go_are_watched(listen: Callable[..., Listener], docs: Path):
    heard = listen()
    (docs / "new" / "deep").mkdir(parents=True)
    heard.wait()
    (docs / "new" / "deep" / "a.txt").write_text("New.")
    heard.wait()
    shutil.rmtree(docs / "new")
    heard.wait()
    (docs / "new").mkdir()
    heard.wait()
    (docs / "new" / "a.txt").write_text("New again.")
    heard.wait()


@pytest.mark.slow
def test_a_folder_that_is_a_link_or_is_replaced_is_followed(
    listen: Callable[..., Listener], docs: Path, settings: Settings, tmp_path: Path
):
    link, other = tmp_path / "link", tmp_path / "other"
    link.symlink_to(docs)
    heard = listen(replace(settings, documents=replace(settings.documents, folder=link)))
    (docs / "letters" / "a.txt").write_text("New.")
    heard.wait()
    shutil.copytree(docs, other)
    link.unlink()
    assert not heard.heard.qsize()
    heard.wait()  # it is away
    link.symlink_to(other)
    heard.wait()
    (other / "letters" / "b.txt").write_text("Newer.")
    heard.wait()
    heard.settle()
    (docs / "letters" / "a.txt").write_text("Nobody's any more.")
    assert heard.is_silent()


@pytest.mark.slow
def test_links_lead_no_watch_out_of_the_folder(
    listen: Callable[..., Listener], docs: Path, settings: Settings, tmp_path: Path
):
    outside = tmp_path / "outside"
    outside.mkdir()
    (docs / "out").symlink_to(outside)
    (docs / "in").symlink_to(docs / "letters")
    heard = listen()
    (outside / "a.txt").write_text("Not ours.")
    assert heard.is_silent()
    follows = listen(replace(settings, documents=replace(settings.documents, follow_links=True)))
    (outside / "b.txt").write_text("Ours now.")
    follows.wait()
    assert heard.is_silent()


@pytest.mark.slow
def test_without_events_changes_are_found_by_looking(listen: Callable[..., Listener], docs: Path):
    def no_events(folders: list[str], stop: threading.Event, wake: float) -> Iterator[bool]:
        while not stop.wait(wake):
            yield False

    pace = Pace(quiet=0.3, latest=30.0, look=0.4, wake=0.1)
    heard = listen(pace=pace, events=no_events)  # as of a network disk
    (docs / "soup.txt").write_text("Edited.")
    heard.wait()
    heard.watch.again()
    heard.wait()
    assert heard.is_silent()


@pytest.mark.slow
def test_where_the_system_does_not_watch_so_many_folders_they_are_looked_through(
    listen: Callable[..., Listener],
    docs: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    def refuse(*_: object, **__: object) -> Iterator[None]:
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr("watchfiles.watch", refuse)
    heard = listen(pace=Pace(quiet=0.3, latest=30.0, look=0.4, wake=0.1))
    (docs / "soup.txt").write_text("Edited.")
    heard.wait()
    assert "OS file watch limit reached" in caplog.text


@pytest.mark.slow
def test_a_folder_that_cannot_be_listed_is_no_change_without_end(listen: Callable[..., Listener], docs: Path):
    away = docs.with_name("away")
    docs.rename(away)
    docs.write_text("No folder.")
    heard = listen(pace=Pace(quiet=0.2, latest=0.6, wake=0.1))
    assert heard.is_silent()
    docs.unlink()
    away.rename(docs)
    heard.wait()


def test_a_stop_is_heeded_at_once(listen: Callable[..., Listener], docs: Path):
    heard = listen()
    assert heard.stop() < 1
    docs.rename(docs.with_name("away"))
    away = listen()
    assert away.stop() < 1


def test_a_burst_ends_when_it_is_quiet_and_is_late_when_it_does_not_end():
    burst = Burst(Pace(quiet=1, latest=5))
    assert not (burst.goes_on or burst.is_quiet(9) or burst.is_late(9))
    for now in (10, 10.9, 11.8):
        burst.touch(now)
        assert not burst.is_quiet(now + 0.9)
    assert burst.is_quiet(12.8)
    assert not burst.is_late(14.9)
    assert burst.is_late(15)
    burst.end()
    assert not (burst.goes_on or burst.is_quiet(99) or burst.is_late(99))
