"""What the benchmarks of speed share: which machine this is, processes and their memory, percentiles, tables.

numpy is not imported here, and should not be by a script before its last process has ended: on Linux the peak
memory of a process is at least that of the one that started it.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

TELLING = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")  # instruction sets that matter here
OWN = ("torch", "openvino", "faiss-cpu", "numpy", "tantivy")
NO_ANSWER = 3  # what `docent ask` exits with where the documents do not answer


def cpu_flags() -> frozenset[str]:
    """The instruction sets of this CPU as Linux names them; none where it does not say."""
    return frozenset(_cpuinfo("flags").split())


def machine(packages: Iterable[str] = OWN) -> str:
    """One line: CPU, cores, instruction sets, memory, load, Python and versions of packages."""
    name = _cpuinfo("model name") or platform.processor() or platform.machine()
    sets = ", ".join(sorted(cpu_flags().intersection(TELLING))) or "instruction sets unknown"
    parts = [f"{_cores()} cores of {name} ({sets})", f"{_memory_gib():.0f} GiB"]
    if hasattr(os, "getloadavg"):
        parts.append(f"load {os.getloadavg()[0]:.1f}")
    return "; ".join([*parts, f"Python {platform.python_version()}", *_versions(packages)])


def _cpuinfo(key: str) -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.partition("\t")[0] == key), "")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _versions(packages: Iterable[str]) -> list[str]:
    found = []
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return found


@contextmanager
def work_folder(given: Path | None) -> Iterator[Path]:
    """Where a benchmark works: the folder that was given, else one that is gone afterwards."""
    if given:
        given.mkdir(parents=True, exist_ok=True)
    with nullcontext(given) if given else tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@dataclass(frozen=True, slots=True)
class Run:
    """A process that has ended: its wall time, its peak memory, what it printed, and its processor time."""

    seconds: float
    peak_mb: float
    output: str
    code: int
    processor: float = 0.0

    @property
    def report(self) -> Any:
        """The JSON in the last line of the output."""
        return json.loads(self.output.splitlines()[-1])


def run(
    command: Sequence[str | Path], extra: Mapping[str, str] | None = None, allowed: Iterable[int] = (0,)
) -> Run:
    """Run a process to its end.

    Args:
        command: the program and its arguments.
        extra: variables added to the environment.
        allowed: exit codes that are no failure; a negative one is a signal.
    """
    environment = {**os.environ, **(extra or {})}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        child = subprocess.Popen(list(map(str, command)), stdout=output, stderr=errors, env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = code = os.waitstatus_to_exitcode(status)
        for stream in (output, errors):
            stream.seek(0)
        if code not in allowed:
            sys.exit(f"{' '.join(map(str, command))}\nended with {code}:\n{errors.read()[-3000:]}")
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return Run(seconds, peak / 1e6, output.read(), code, usage.ru_utime + usage.ru_stime)


def docent(*arguments: str | Path, extra: Mapping[str, str] | None = None) -> Run:
    """Run the command ``docent`` of this Python."""
    program = Path(sys.executable).parent / "docent"  # without resolving links, which leads out of the venv
    return run([program, *arguments], extra, allowed=(0, NO_ANSWER))


def resident_mb() -> dict[str, float]:
    """Memory of this process in MB: now and at most, with and without what files are mapped to it."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    values = dict(line.split(":", 1) for line in lines)
    return {key: int(values[key].split()[0]) * 1024 / 1e6 for key in ("VmRSS", "VmHWM", "RssAnon")}


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which a share of them lies, between the two nearest ones in proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def median(values: Iterable[float]) -> float:
    """The middle value."""
    return percentile(values, 0.5)


def table(head: Sequence[str], rows: Iterable[Sequence[str | float]]) -> str:
    """A table in Markdown; numbers get three digits that tell."""
    lines = [head, ["---"] * len(head), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return value
    if value == 0 or isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".")
