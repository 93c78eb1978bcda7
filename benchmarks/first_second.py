"""The first second: a whole process that opens an index, answers one question and ends.

    python -m benchmarks.first_second FILE... [--peers PYTHON] [--rounds N]

`docent ask` against the smallest script that does as much with a peer (benchmarks/peers/): load a saved
index, embed the question, print a passage. All take their turn in each round, first one round that does not
count, so that files are cached for all alike. Prints median seconds and the most memory that a process took.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.corpus import DOCENT, NAMES, RETRIEVAL_ONLY, contestant, lay, options, versions
from benchmarks.machine import Run, docent, machine, median, table


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options(parser)
    parser.add_argument("--rounds", type=int, default=5)
    parser.set_defaults(only=["langchain_faiss"])
    arguments = parser.parse_args()
    print(f"{machine()}\n\nPeers: {versions(arguments.peers)}\n", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        corpus = lay(arguments.files, folder, arguments.rounds + 1)
        own = folder / DOCENT
        docent("index", "--docs", corpus.documents, "--index", own, extra=corpus.environment)
        for name in arguments.only:
            contestant(arguments.peers, name, "build", folder, folder / name, corpus=corpus)
        runs: dict[str, list[Run]] = {}
        for question, _ in corpus.questions:
            command = ("ask", "--index", own, question)
            alone = corpus.environment | RETRIEVAL_ONLY
            runs.setdefault("docent ask", []).append(docent(*command, extra=corpus.environment))
            runs.setdefault("docent ask, no reader", []).append(docent(*command, extra=alone))
            for name in arguments.only:
                done = contestant(arguments.peers, name, "ask", folder / name, question, corpus=corpus)
                runs.setdefault(NAMES[name], []).append(done)
    counted = {name: several[1:] for name, several in runs.items()}
    seconds = {name: median(run.seconds for run in several) for name, several in counted.items()}
    peak = {name: max(run.peak_mb for run in several) for name, several in counted.items()}
    first = "docent ask"
    print(f"{len(corpus.paragraphs):,} paragraphs, {arguments.rounds} questions:\n")
    head = [
        "",
        "seconds, median",
        "least – most",
        "peak MB",
        "times the seconds of docent ask",
        "times its memory",
    ]
    rows = []
    for name, several in counted.items():
        spread = f"{min(run.seconds for run in several):.2f} – {max(run.seconds for run in several):.2f}"
        ratios = seconds[name] / seconds[first], peak[name] / peak[first]
        rows.append((name, seconds[name], spread, peak[name], *ratios))
    print(table(head, rows))


if __name__ == "__main__":
    main()
