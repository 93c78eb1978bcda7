"""Questions about small documents of many kinds: how many of the answers are as they are wanted.

    python -m benchmarks.cases [FILE...] [-v]

By default the files of ``tests/quality`` are asked: ``cases-dev.jsonl`` was looked at while Docent was built,
as were ``cases-lists.jsonl`` and ``cases-strangers.jsonl``, by writers who knew nothing of Docent;
``cases-held.jsonl`` and ``cases-strangers-held.jsonl`` never were; ``cases-everyday.jsonl`` is in ten
languages, ``cases-exports.jsonl`` of what programs write. Each case is a folder of its own; encoder and
reader are those of the settings (the light pair is ``DOCENT_ENCODER__MODEL=all-MiniLM-L6-v2
DOCENT_READER__MODEL=docent``). What answers have to be is told in ``tests/quality/judging.py``; CI holds
them to a floor a little below.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.machine import table
from bot.settings import load
from index import catalogue
from tests.quality.judging import asked, folded, read, wrong

FILES = sorted((Path(__file__).parent.parent / "tests" / "quality").glob("cases-*.jsonl"))


def main() -> None:
    """Print a table for each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", default=FILES)
    parser.add_argument("-v", "--verbose", action="store_true", help="print what is wrong")
    arguments = parser.parse_args()
    settings = load(environment=os.environ)
    print(f"{catalogue.resolve(settings.encoder.model)}, reader {settings.reader.model}")
    for file in arguments.files:
        every: dict[str, Counter[tuple[str, bool]]] = {"kind": Counter(), "language": Counter()}
        with tempfile.TemporaryDirectory() as folder:
            for one in asked(read(file), settings, Path(folder)):
                faults = wrong(one.answer, one.ask)
                every["kind"][one.case.kind, not faults] += 1
                every["language"][one.engine.generation().manifest.languages[0], not faults] += 1
                if arguments.verbose and faults:
                    quotes = [folded(citation.shown)[:60] for citation in one.answer.citations[:3]]
                    print(f"{one.case.name} | {one.ask.question} | {'; '.join(faults)} | {quotes}")
        total = sum(count for (_, right), count in every["kind"].items() if right)
        print(f"\n{file.name}: {total} of {every['kind'].total()}", flush=True)
        for what, counts in every.items():
            if len(names := sorted({name for name, _ in counts})) > 1:
                rows = [
                    (name, counts[name, True], counts[name, True] + counts[name, False]) for name in names
                ]
                print("\n" + table([what, "as wanted", "questions"], rows), flush=True)


if __name__ == "__main__":
    main()
