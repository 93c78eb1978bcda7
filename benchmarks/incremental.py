"""What building an index again costs where one document in a hundred changed: seconds, and bytes by file.

    python -m benchmarks.incremental FILE... [--sentences N] [--changed SHARE] [--work DIR]

The text and the vectors are those of ``million.py``. An index is built; of the documents so many, evenly
spread, get a sentence more; and it is built again, each time in a process of its own. A file of the new
generation counts as written unless it is, by a hard link, that of the old one. Seconds are of the clock,
and of the processor: in all, and of the processor by the stages that a build tells of.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.machine import machine, resident_mb, run, table, work_folder
from index.building.progress import Silent


def main() -> None:
    """Run it, or one of its stages, which is what the processes that it starts do."""
    stages = {"prepare": _prepare, "build": _build, "change": _change}
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path, help="of SQuAD's format")
    parser.add_argument("--sentences", type=int, default=200_000)
    parser.add_argument("--changed", type=float, default=0.01, help="share of the documents")
    parser.add_argument("--work", type=Path, metavar="DIR", help="an empty folder to work in")
    parser.add_argument("--stage", choices=stages, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        print(json.dumps(stages[given.stage](given)))
        return
    print(f"{machine()}\n", flush=True)
    with work_folder(given.work) as folder:
        given.work = folder
        _stage(given, "prepare")
        whole = _stage(given, "build")
        documents = _stage(given, "change")
        again = _stage(given, "build")
    print(f"{whole['units']:,} units; {documents} documents changed\n")
    names = sorted({*whole["files"], *again["files"]}, key=lambda name: -whole["files"].get(name, 0))
    rows = [(name, whole["files"].get(name, 0), again["files"].get(name, 0)) for name in names]
    rows.append(("all", *(sum(one["files"].values()) for one in (whole, again))))
    print(table(["file", "bytes, built", "bytes, built again"], rows))
    head = ["", "s", "processor s", "peak MB", "texts encoded"]
    kinds = {"built": whole, "built again": again}
    figures = ("seconds", "processor", "peak", "encoded")
    print(f"\n{table(head, [(name, *(one[key] for key in figures)) for name, one in kinds.items()])}")
    names = dict.fromkeys([*whole["stages"], *again["stages"]])
    stages = [(name, *(one["stages"].get(name, 0) for one in kinds.values())) for name in names]
    print(f"\n{table(['stage', *(f'{kind}, processor s' for kind in kinds)], stages)}")


def _stage(given: argparse.Namespace, stage: str) -> Any:
    command = [sys.executable, "-m", "benchmarks.incremental", *given.files, "--work", given.work]
    command += ["--sentences", str(given.sentences), "--changed", str(given.changed), "--stage", stage]
    return run(command, {"DOCENT_STATE__FOLDER": str(given.work / "state")} | dict(os.environ)).report


def _prepare(given: argparse.Namespace) -> None:
    from benchmarks import synthetic
    from bot.evaluation.questions import read_squad

    synthetic.write(synthetic.halves(read_squad(given.files)), given.work / "documents", given.sentences)


def _change(given: argparse.Namespace) -> int:
    """Add a sentence to some documents; how many."""
    paths = sorted((given.work / "documents").rglob("*.txt"))[:: round(1 / given.changed)]
    for number, path in enumerate(paths):
        text = path.read_text("utf-8").rstrip()
        path.write_text(f"{text} This sentence was added to document number {number}.\n", "utf-8")
    return len(paths)


def _build(given: argparse.Namespace) -> dict[str, Any]:
    """Build an index, and say what was written."""
    from benchmarks.million import engine_of

    engine = engine_of(SimpleNamespace(files=given.files, work=given.work), "index")
    old = {file.stat().st_ino for file in (given.work / "index").glob("generations/*/**/*") if file.is_file()}
    stages = _Stages()
    began = time.perf_counter()
    summary = engine.build(progress=stages)
    stages.stage("", 0)
    seconds = time.perf_counter() - began
    folder = engine.generation().folder
    written: dict[str, int] = {}
    for file in folder.rglob("*"):
        name = file.relative_to(folder).parts[0]
        if file.is_file():
            written[name] = written.get(name, 0) + file.stat().st_size * (file.stat().st_ino not in old)
    return {
        "units": summary.sentences,
        "files": written,
        "seconds": seconds,
        "processor": time.process_time(),
        "stages": stages.seconds,
        "peak": resident_mb()["VmHWM"],
        "encoded": summary.embedded,
    }


class _Stages(Silent):
    """Counts the seconds of the processor of each stage of a build."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name, self._began = "", time.process_time()

    def stage(self, name: str, total: int) -> None:
        """One ends and another begins."""
        now = time.process_time()
        if self._name:
            self.seconds[self._name] = self.seconds.get(self._name, 0) + now - self._began
        self._name, self._began = name, now


if __name__ == "__main__":
    main()
