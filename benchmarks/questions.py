"""One question to a process that is warm: milliseconds until the answer is there.

    python -m benchmarks.questions FILE... [--peers PYTHON] [--questions N] [--rounds N]

Each contestant (benchmarks/peers/) opens its index in a process of its own and is asked the same questions,
one after the other; no question is asked twice in a process. The processes take turns for some rounds, whose
times are put together. "passage right": how often the first passage is the paragraph that the question was
written for. Docent finds passages, weighs their sentences and checks the files that it quotes; peers find
passages.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.corpus import DOCENT, NAMES, RETRIEVAL_ONLY, Corpus, contestant, lay, options, versions
from benchmarks.machine import Run, docent, machine, percentile, table
from index.models import EMBEDDED_MODEL, folder_of

OWN, READING = "Docent, retrieval only", "Docent, with the reader"


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options(parser)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    print(f"{machine()}\n\nPeers: {versions(arguments.peers)}\n", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        corpus = lay(arguments.files, folder, arguments.questions)
        command = ("index", "--json", "--docs", corpus.documents, "--index", folder / DOCENT)
        docent(*command, extra=corpus.environment)
        for name in arguments.only:
            contestant(arguments.peers, name, "build", folder, folder / name, corpus=corpus)
        runs: dict[str, list[Run]] = {}
        for _ in range(arguments.rounds):
            for label, extra in ((OWN, RETRIEVAL_ONLY), (READING, {})):
                runs.setdefault(label, []).append(_serve(Path(sys.executable), DOCENT, corpus, extra))
            for name in arguments.only:
                runs.setdefault(NAMES[name], []).append(_serve(arguments.peers, name, corpus))
        lengths = _tokens(corpus)
    times = {
        label: [ms for run in several for ms in run.report["milliseconds"]] for label, several in runs.items()
    }
    rows = []
    for label, several in runs.items():
        p50, p95 = (percentile(times[label], share) for share in (0.5, 0.95))
        right, peak = several[0].report["right"], max(run.peak_mb for run in several)
        ratio = p50 / percentile(times[OWN], 0.5)
        rows.append((label, p50, p95, ratio, f"{right:.3f}", peak))
    print(f"{len(corpus.paragraphs):,} paragraphs, {len(times[OWN]):,} questions each:\n")
    print(table(["", "p50 ms", "p95 ms", "times the p50 of Docent", "passage right", "peak MB"], rows))
    print(_floor(lengths))


def _serve(python: Path, name: str, corpus: Corpus, extra: dict[str, str] | None = None) -> Run:
    return contestant(python, name, "serve", corpus.folder, corpus.folder / name, corpus=corpus, extra=extra)


def _tokens(corpus: Corpus) -> list[int]:
    """Tokens of each question as the model reads it."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder_of(EMBEDDED_MODEL) / "tokenizer.json"))
    tokenizer.no_padding()
    return [len(tokenizer.encode(question).ids) for question, _ in corpus.questions]


def _floor(lengths: list[int]) -> str:
    """What encoding a question of middle length needs."""
    from benchmarks import floor

    cpu, length = floor.reached(), percentile(lengths, 0.5)
    operations = floor.encoding(length, length)
    return (
        f"\nFloor: a question of {length:.0f} tokens needs {operations / 1e9:.2f} GFLOP to be encoded, "
        f"{operations / cpu.operations * 1000:.2f} ms at what this CPU reaches ({cpu})."
    )


if __name__ == "__main__":
    main()
