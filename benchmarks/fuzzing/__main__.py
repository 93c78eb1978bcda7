"""Parse damaged files of every format for minutes each, and tell what is not a clean refusal.

    python -m benchmarks.fuzzing --seconds 600 [--format pdf ...] [--seed N] [--folder var/fuzzing]

Seeds are the files that the parsers' tests write (and those of --seeds); they are damaged as `mutation.py`
says, parsed and divided into units. A finding is an error that is no refusal, a crash, more memory than a
parser has, a small file that takes longer than 2 seconds, or a result that breaks what is promised: blocks
nest, units are exact slices, nothing is lost. Of each finding the smallest file is kept in the folder, with
what was raised; `--replay FILE...` parses such files again. Seconds are of processor time. Needs the extra
"dev"; with atheris (`pip install atheris`) what is damaged is guided by the code that it reaches.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import msgspec

from benchmarks.fuzzing.child import State, Task, keep
from benchmarks.fuzzing.seeds import folder_of
from benchmarks.fuzzing.seeds import keep as keep_seed
from index.parsing.formats import FORMATS, Format

_FOLDER = Path("var/fuzzing")


def fuzz(form: Format, folder: Path, seconds: float, seed: int) -> tuple[State, float]:
    """Fuzz the parser of a format; what came of it, and how many seconds it took."""
    work = folder / "work" / form.module
    work.mkdir(parents=True, exist_ok=True)
    (work / "state.json").unlink(missing_ok=True)
    spent = 0.0
    tries = 0
    crashes: dict[str, int] = {}
    while seconds - spent > 2:
        task = Task(
            form.module, str(folder_of(folder / "seeds", form)), str(work), seconds - spent, seed + tries,
            find_spec("atheris") is not None,
        )  # fmt: skip
        tries += 1
        before = _children()
        with (work / "output").open("wb") as output:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.fuzzing.child", msgspec.json.encode(task).decode()],
                stdout=output, stderr=output, check=False,
            )  # fmt: skip
        spent += _children() - before
        if done.returncode:
            name, told = _death(work, done.returncode)
            crashes[name] = crashes.get(name, 0) + 1
            current = (work / "current").read_bytes() if (work / "current").exists() else b"\0"
            suffix = form.suffixes[current[0] % len(form.suffixes)] if current else form.suffixes[0]
            keep(work, name, suffix, current[1:], told)
    state = _state(work)
    state.found |= crashes
    return state, spent


def plant(folder: Path) -> None:
    """Have the tests of the parsers write the files to start from, unless they are there."""
    if not (folder / "seeds").exists():
        subprocess.run(
            [sys.executable, "-m", "benchmarks.fuzzing.seeds", str(folder / "seeds")],
            stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _state(work: Path) -> State:
    file = work / "state.json"
    return msgspec.json.decode(file.read_bytes(), type=State) if file.exists() else State()


def _death(work: Path, code: int) -> tuple[str, str]:
    """What a process ended of, and where it was."""
    trace = (work / "trace").read_text("utf-8", "replace") if (work / "trace").exists() else ""
    output = (work / "output").read_text("utf-8", "replace")[-4000:]
    ours = [line for line in trace.splitlines() if "/index/" in line or "/tests/units/" in line]
    place = ours[0].strip().rpartition("/index/")[2] if ours else (trace or output).strip().splitlines()[-1:]
    kind = "hangs" if code == -27 else f"ends with {code}"
    return f"{kind} at {place}", f"{trace}\n{output}"


def replay(files: list[Path]) -> None:
    """Parse files as the fuzzer does, and tell what is raised and how long it takes."""
    from benchmarks.fuzzing.checks import checker
    from benchmarks.fuzzing.child import without_programs

    without_programs()
    for file in files:
        forms = [one for one in FORMATS if file.parent.name == one.module]
        form = (forms or [one for one in FORMATS if file.suffix in one.suffixes])[0]
        check = checker(form)
        start = time.process_time()
        try:
            told = "read" if check(file.read_bytes(), f"file{file.suffix}") else "refused"
        except Exception as error:  # that is what is looked for
            told = f"{type(error).__name__}: {error}"
        print(f"{file}: {told[:300]}, {time.process_time() - start:.2f} s", flush=True)


def main() -> None:
    """Fuzz each format and print a row of a table for it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600, help="of processor time for each format")
    parser.add_argument(
        "--format", nargs="+", default=[], metavar="SUFFIX", help="only these, as pdf or docx"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="where seeds and findings lie")
    parser.add_argument("--seeds", type=Path, help="a folder of more files to start from")
    parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE", help="parse these instead")
    arguments = parser.parse_args()
    if arguments.replay:
        replay(arguments.replay)
        return
    plant(arguments.folder)
    for file in sorted(arguments.seeds.rglob("*")) if arguments.seeds else []:
        for form in FORMATS:
            if file.suffix.lower() in form.suffixes and file.is_file():
                keep_seed(arguments.folder / "seeds", form, file.read_bytes(), file.name)
    print(f"seed {arguments.seed}\n\n| format | parsed | of them read | seconds | findings |")
    print("|---|--:|--:|--:|---|")
    for form in _wanted(arguments.format):
        state, spent = fuzz(form, arguments.folder, arguments.seconds, arguments.seed)
        told = "; ".join(f"{name} ({count})" for name, count in state.found.items()) or "none"
        print(f"| {form.name} | {state.runs:,} | {state.read:,} | {spent:.0f} | {told} |", flush=True)


def _wanted(suffixes: list[str]) -> Iterator[Format]:
    for form in FORMATS:
        if not suffixes or any(f".{suffix.lstrip('.')}" in form.suffixes for suffix in suffixes):
            yield form


if __name__ == "__main__":
    main()
