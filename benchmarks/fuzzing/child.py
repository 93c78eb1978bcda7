"""The process that damages files of one format and parses them, until its time is over or a parser ends it.

With atheris (libFuzzer for Python) what is damaged further is what reached code that nothing before did;
without it the seeds are damaged again and again.
"""

import faulthandler
import hashlib
import importlib
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from types import FrameType

import msgspec

MEGABYTES = 3000  # of address space, as parsers have
SLOW, HANGS = 2.0, 10.0  # seconds of processor time
_GUIDED = 2  # times as long as parsing takes where each branch is counted
_ROOT = str(Path(__file__).parents[2]) + "/"
_HELD = Path(__file__).parents[1] / "fuzzing"


class Task(msgspec.Struct, frozen=True):
    """What to fuzz: a format by its module, and how.

    ``work`` is where findings go and what is known of the run; ``seconds`` are of processor time.
    """

    module: str
    seeds: str
    work: str
    seconds: float
    seed: int
    guided: bool


class State(msgspec.Struct):
    """How far a run is: files parsed, of them read and not refused, and findings by what tells them apart."""

    runs: int = 0
    read: int = 0
    found: dict[str, int] = {}


class Slow(Exception):
    """A file that took long, and where its time went."""


class Run:
    """Parses files, and notes down what goes wrong."""

    def __init__(self, task: Task) -> None:
        from benchmarks.fuzzing.checks import checker
        from index.parsing.formats import FORMATS

        self._task = task
        self._form = next(form for form in FORMATS if form.module == task.module)
        self._check = checker(self._form)
        self._factor = _GUIDED if task.guided else 1
        self._work = Path(task.work)
        self._state_file = self._work / "state.json"
        self.state = (
            msgspec.json.decode(self._state_file.read_bytes(), type=State)
            if self._state_file.exists()
            else State()
        )
        self._current = (self._work / "current").open("wb", buffering=0)
        self._told = 0.0
        self._where = ""
        self._trace = (self._work / "trace").open("w")
        faulthandler.enable(self._trace)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        faulthandler.register(signal.SIGPROF, self._trace, all_threads=False, chain=True)  # then it ends
        signal.signal(signal.SIGVTALRM, self._late)

    def seeds(self) -> list[bytes]:
        """The seeds of the format as they are damaged: a byte that tells the suffix, then the file."""
        files = sorted(Path(self._task.seeds).iterdir())
        return [bytes([self._form.suffixes.index(file.suffix)]) + file.read_bytes() for file in files]

    def one(self, packed: bytes) -> None:
        """Parse a file, unless the time is over; then this process ends."""
        now = time.process_time()
        if now - self._told > 1:
            self._told = now
            self.save()
            if now > self._task.seconds:
                os._exit(0)  # libFuzzer has no other end
        if not packed:
            return
        suffix, data = self._form.suffixes[packed[0] % len(self._form.suffixes)], packed[1:]
        self._current.seek(0)
        self._current.write(packed)
        self._current.truncate()
        self._where = ""
        self.state.runs += 1
        signal.setitimer(signal.ITIMER_VIRTUAL, SLOW * self._factor * 0.8)
        signal.setitimer(signal.ITIMER_PROF, HANGS * self._factor)
        try:
            self.state.read += self._check(data, f"file{suffix}")
        except Exception as error:  # that is what is looked for
            self.found(type(error).__name__, error, suffix, data)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)
        took = time.process_time() - now
        if took > SLOW * self._factor:
            self.found(f"slow in {self._where}", Slow(f"{took:.1f} s of {len(data):,} bytes"), suffix, data)

    def found(self, kind: str, error: Exception, suffix: str, data: bytes) -> None:
        """Note a finding down, and keep its file if it is the first of its kind, or smaller."""
        name = kind if isinstance(error, Slow) else f"{kind} at {where(error)}"
        self.state.found[name] = self.state.found.get(name, 0) + 1
        keep(self._work, name, suffix, data, "".join(traceback.format_exception(error)[-12:]))

    def save(self) -> None:
        """Write down how far it is."""
        self._state_file.write_bytes(msgspec.json.encode(self.state))

    def _late(self, _: int, frame: FrameType | None) -> None:
        stack = [one for one in traceback.extract_stack(frame) if one.filename.startswith(_ROOT)]
        ours = [one for one in stack if "/fuzzing/" not in one.filename]
        self._where = " < ".join(
            f"{one.filename.removeprefix(_ROOT)}:{one.name}" for one in reversed(ours[-2:])
        )


def keep(work: Path, name: str, suffix: str, data: bytes, told: str) -> None:
    """Keep the smallest file of a finding, and what is told of it."""
    stem = hashlib.sha256(name.encode()).hexdigest()[:12]
    found = work / f"{stem}{suffix}"
    before = [file for file in work.glob(f"{stem}.*") if file.suffix != ".told"]
    if any(file.stat().st_size <= len(data) for file in before):
        return
    for file in before:
        file.unlink()
    found.write_bytes(data)
    (work / f"{stem}.told").write_text(f"{name}\n{told}", "utf-8", "backslashreplace")


def where(error: Exception) -> str:
    """The innermost line of our own that raised an error."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(_ROOT)
    ]
    frames = [frame for frame in frames if "/fuzzing/child" not in frame.filename]
    if not frames:
        return "?"
    if isinstance(error, RecursionError):
        [((file, function), _)] = Counter((one.filename, one.name) for one in frames).most_common(1)
        return f"{file.removeprefix(_ROOT)}:{function}"
    return f"{frames[-1].filename.removeprefix(_ROOT)}:{frames[-1].lineno} {frames[-1].name}"


def without_programs() -> None:
    """Leave programs out that take seconds: LibreOffice, and Tesseract, which finds no words then."""
    os.environ["PATH"] = ""
    from index.parsing.pages import ocr

    ocr.available = lambda: True  # type: ignore[assignment]
    ocr.read = lambda picture, points: []  # type: ignore[assignment]


def main() -> None:
    """Fuzz as the task on the command line says."""
    task = msgspec.json.decode(sys.argv[1], type=Task)
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 1_000_000,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if task.guided:
        import atheris

        with atheris.instrument_imports(
            include=["index.parsing", "index.units"], enable_loader_override=False
        ):
            importlib.import_module(f"index.parsing.{task.module}")
            importlib.import_module("index.units.divide")
    without_programs()
    from benchmarks.fuzzing.mutation import Mutator

    run = Run(task)
    seeds = run.seeds()
    chance = random.Random(task.seed)
    mutator = Mutator(task.module, [seed[1:] for seed in seeds], chance)

    def damaged(packed: bytes, limit: int = 100_000) -> bytes:
        return packed[:1] + mutator.mutate(packed[1:])[: limit - 1]

    if task.guided:
        corpus = Path(task.work) / "corpus"
        corpus.mkdir(exist_ok=True)
        for number, seed in enumerate(seeds):
            (corpus / f"seed-{number}").write_bytes(seed)

        def guided(packed: bytes, limit: int, _: int) -> bytes:
            return damaged(packed or chance.choice(seeds), limit)

        options = [
            "-max_len=100000", "-len_control=0", "-rss_limit_mb=100000", "-timeout=100000", "-reload=0",
            "-handle_segv=0", "-handle_abrt=0", "-handle_fpe=0", "-handle_bus=0", "-handle_ill=0",
            "-verbosity=0", f"-artifact_prefix={task.work}/", f"-seed={task.seed % 2**31 or 1}",
        ]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, str(corpus)], run.one, custom_mutator=guided)
        atheris.Fuzz()
    else:
        for seed in seeds:
            run.one(seed)
        while True:
            run.one(damaged(chance.choice(seeds)))


if __name__ == "__main__":
    main()
