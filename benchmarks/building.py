"""Building an index of paragraphs, and bringing one up to date after a document changed.

    python -m benchmarks.building FILE... [--peers PYTHON] [--rounds N] [--documents N]

Each contestant (benchmarks/peers/) indexes the same paragraphs in a process of its own, from nothing to an
index on the disk; Docent by `docent index`, and once for the first time on a machine, when it also exports
its models. "seconds" is the whole process, "once loaded" leaves out imports and the model. Docent embeds
every sentence, peers every paragraph up to the 256 tokens that the model takes.

Then 1,000 documents of two paragraphs each are indexed, one of them gets a new sentence, and `docent index`
is run again, as a whole process.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.corpus import DOCENT, NAMES, Corpus, contestant, lay, options, versions
from benchmarks.machine import docent, machine, median, table
from index.models import EMBEDDED_MODEL, folder_of

LONGEST = 256  # tokens of a paragraph that the peers' model reads
EDITS = 5
FIRST = "Docent, the first time on a machine"


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options(parser)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--documents", type=int, default=1000, help="of which one changes")
    arguments = parser.parse_args()
    print(f"{machine()}\n\nPeers: {versions(arguments.peers)}\n", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        corpus = lay(arguments.files, Path(temporary))
        sentences = _build(corpus, arguments)
    with tempfile.TemporaryDirectory() as temporary:
        _again(lay(arguments.files, Path(temporary)), arguments.documents)
    print(_floor(corpus, sentences))  # the last, for it takes memory


def _build(corpus: Corpus, arguments: argparse.Namespace) -> int:
    """Print the table of builds; the result is how many sentences Docent indexed."""
    seconds: dict[str, list[float]] = {}
    loaded: dict[str, list[float]] = {}
    peak: dict[str, float] = {}
    contestants = [(DOCENT, "Docent", Path(sys.executable))]
    contestants += [(name, NAMES[name], arguments.peers) for name in arguments.only]
    first = [(DOCENT, FIRST, Path(sys.executable))]
    sentences = 0
    for number in range(arguments.rounds):
        for name, label, python in contestants if number else first + contestants:
            index = corpus.folder / f"{label}-{number}"
            if name == DOCENT:
                command = ("index", "--json", "--docs", corpus.documents, "--index", index)
                run = docent(*command, extra=corpus.environment)
                summary = json.loads(run.output)
                sentences = summary["sentences"]
                loaded.setdefault(label, []).append(summary["seconds"])
            else:
                run = contestant(python, name, "build", corpus.folder, index, corpus=corpus)
                loaded.setdefault(label, []).append(run.report["seconds"])
            seconds.setdefault(label, []).append(run.seconds)
            peak[label] = max(peak.get(label, 0), run.peak_mb)
    rows = []
    for label, times in seconds.items():
        ratio = median(times) / median(seconds["Docent"])
        rows.append((label, median(times), median(loaded[label]), ratio, peak[label]))
    print(
        f"{len(corpus.paragraphs):,} paragraphs, {sentences:,} sentences, {arguments.rounds} builds each:\n"
    )
    print(table(["", "seconds", "once loaded", "times the seconds of Docent", "peak MB"], rows))
    print('\nDocent\'s "once loaded" includes the model, which it loads while it builds.\n', flush=True)
    return sentences


def _floor(corpus: Corpus, sentences: int) -> str:
    """What encoding the corpus needs, by sentences and by paragraphs."""
    from tokenizers import Tokenizer

    from benchmarks import floor

    tokenizer = Tokenizer.from_file(str(folder_of(EMBEDDED_MODEL) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    lengths = [len(encoded.ids) for encoded in tokenizer.encode_batch(list(corpus.paragraphs))]
    special = tokenizer.num_special_tokens_to_add(False)
    tokens = sum(lengths) + special * (sentences - len(lengths))
    by_sentence = floor.encoding(tokens, tokens / sentences)
    by_paragraph = sum(floor.encoding(min(length, LONGEST), min(length, LONGEST)) for length in lengths)
    cpu = floor.reached()
    return (
        f"\nFloor: {tokens:,} tokens in sentences need {by_sentence / 1e9:,.0f} GFLOP, "
        f"{by_sentence / cpu.operations:.1f} s at what this CPU reaches ({cpu}); the same in paragraphs "
        f"{by_paragraph / 1e9:,.0f} GFLOP, {by_paragraph / cpu.operations:.1f} s."
    )


def _again(corpus: Corpus, count: int) -> None:
    """Change one of many documents, a few times, and print how long `docent index` takes."""
    documents = corpus.folder / "many"
    shutil.rmtree(corpus.documents)
    documents.mkdir()
    for number in range(count):
        pair = (corpus.paragraphs[(number + step) % len(corpus.paragraphs)] for step in (0, 7))
        text = "\n\n".join([f"Document {number}", *pair])
        (documents / f"{number:06}.txt").write_text(text, encoding="utf-8")
    command = ("index", "--json", "--docs", documents, "--index", corpus.folder / "index")
    first = docent(*command, extra=corpus.environment)
    times, peak = [], 0.0
    for edit in range(EDITS):
        file = documents / f"{edit * count // EDITS:06}.txt"
        text = file.read_text(encoding="utf-8")
        file.write_text(f"{text}\n\nIn edit {edit} this sentence was added.", encoding="utf-8")
        run = docent(*command, extra=corpus.environment)
        if not json.loads(run.output)["changed"]:
            sys.exit("the change was not seen")
        times.append(run.seconds)
        peak = max(peak, run.peak_mb)
    unchanged = docent(*command, extra=corpus.environment)
    sentences = json.loads(unchanged.output)["sentences"]
    print(f"{count:,} documents, {sentences:,} sentences; `docent index`, whole process:\n")
    rows = [
        ("built", first.seconds, "", first.peak_mb),
        (
            f"one document changed, median of {EDITS}",
            median(times),
            f"{min(times):.2f} – {max(times):.2f}",
            peak,
        ),
        ("nothing changed", unchanged.seconds, "", unchanged.peak_mb),
    ]
    print(table(["", "seconds", "least – most", "peak MB"], rows))


if __name__ == "__main__":
    main()
