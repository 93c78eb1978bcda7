"""How a process is: its memory, files, threads and tasks, now and over time (Linux)."""

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np

_TASKS = re.compile(r"^docent_event_loop_tasks (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Signs:
    """Of a process at a time (monotonic): memory in MB, open files, threads, child processes, tasks."""

    at: float
    rss: float
    fds: int
    threads: int
    children: int
    tasks: int = 0


class Pulse:
    """Feels it.

    Args:
        process: its number.
        port: where the bot tells its metrics.
    """

    def __init__(self, process: int, port: int) -> None:
        self._folder = Path("/proc") / str(process)
        self._url = f"http://127.0.0.1:{port}/metrics"

    def felt(self, *, tasks: bool = False) -> Signs:
        """How the process is; the tasks of its event loop have to be asked for, which takes a request."""
        status = dict(row.split(":", 1) for row in (self._folder / "status").read_text().splitlines())
        told = httpx.get(self._url, timeout=20, trust_env=False).text if tasks else ""
        found = _TASKS.search(told)
        return Signs(
            time.monotonic(),
            int(status["VmRSS"].split()[0]) / 1024,
            len(os.listdir(self._folder / "fd")),
            int(status["Threads"]),
            sum(map(_children, self._folder.glob("task/*/children"))),
            int(float(found[1])) if found else 0,
        )


def _children(file: Path) -> int:
    try:
        return len(file.read_text().split())
    except OSError:  # that thread has just ended
        return 0


def slope(signs: Sequence[Signs]) -> float:
    """By how many MB an hour the memory grows, by least squares; 0 for less than three looks."""
    if len(signs) < 3:
        return 0.0
    hours = np.array([one.at for one in signs]) / 3600
    return float(np.polyfit(hours - hours[0], [one.rss for one in signs], 1)[0])
