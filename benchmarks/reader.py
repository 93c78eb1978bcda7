"""What a reader finds in passages, on articles and documents that it never saw.

    python -m benchmarks.reader --reader docent-e5 --squad FILE... --made 400 --written FILE...

Of SQuAD-format files the articles that training held out are read, the same in all files: F1 of tokens
between the likeliest span of the right paragraph and the nearest answer (of letters where a script has no
blanks), how often that paragraph is thought to answer most among four of its article, and AUROC of questions
with an answer against those without, each beside its own paragraph. Made documents are of wordings and
layouts held out too: how often the likeliest start is in the right line, how often the right document is
thought to answer more than its twin, and AUROC of right documents against those that do not answer. Of
written documents (bot/reader/written.py) those that training held out are asked about: the same of passages
and single units.
"""

import argparse
import itertools
import re
import string
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bot.evaluation.figures import auroc
from bot.reader import made, written
from bot.reader.examples import Example, held_out
from bot.reader.readers import readers_of
from bot.reader.reading import Reader, Reading
from bot.reader.trigrams import TrigramSimilarity
from bot.settings import load

_OTHERS = 3  # paragraphs beside the right one
_LETTERS = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation + "。，、？！：；「」《》（）“”«»؟،")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--reader", default="docent-e5", help="as in the setting reader.model")
    parser.add_argument("--squad", nargs="*", type=Path, default=[], help="files")
    parser.add_argument("--share", type=float, default=0.2, help="of articles, that training held out")
    parser.add_argument("--seed", type=int, default=1, help="of training")
    parser.add_argument("--most", type=int, default=300, help="questions of a file")
    parser.add_argument("--made", type=int, default=0, help="questions about made documents")
    parser.add_argument("--written", nargs="*", type=Path, default=[], help="files")
    given = parser.parse_args()
    reader = readers_of(load(flags={"reader.model": given.reader})).usual
    if reader is None:
        parser.error("there is no reader")
    for file in given.squad:
        print(f"{given.reader} {file.parent.name}/{file.stem}: {of_file(reader, file, given)}", flush=True)
    if given.made:
        examples = made.examples(given.made, 7, held=True)
        for kind, said in of_examples(reader, examples, [one.title for one in examples]).items():
            print(f"{given.reader} {kind}: {said}", flush=True)
    for file in given.written:
        documents = [one for one in written.read([file]) if held_out(one.collection, given.share, given.seed)]
        examples = written.examples(documents, share=1.0, seed=given.seed)
        for kind, said in of_examples(reader, examples, [file.stem] * len(examples)).items():
            print(f"{given.reader} {kind}: {said}", flush=True)


def of_file(reader: Reader, file: Path, given: argparse.Namespace) -> str:
    """The figures of one file's held-out articles."""
    articles = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])["data"]
    asked = [
        (question, paragraph["context"], number)
        for number, article in enumerate(articles)
        if held_out(article["title"], given.share, given.seed)
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
    ]
    chosen = np.random.default_rng(0).permutation(len(asked))[: given.most]
    overlaps, first, right, none = [], [], [], []
    texts = [[paragraph["context"] for paragraph in article["paragraphs"]] for article in articles]
    likeness = [TrigramSimilarity(of) for of in texts]
    for question, text, article in (asked[number] for number in chosen):
        if not question["answers"]:
            none.append(reader.read(question["question"], [text])[0].answers)
            continue
        near = [texts[article][number] for number in likeness[article].order(question["question"])]
        near = [one for one in near if one != text]
        readings = reader.read(question["question"], [text, *near[:_OTHERS]])
        span = readings[0].best(0, len(text))
        found = text[span.start : span.end] if span else ""
        overlaps.append(max(overlap(found, answer["text"]) for answer in question["answers"]))
        first.append(readings[0].answers >= max(reading.answers for reading in readings))
        right.append(readings[0].answers)
    said = f"F1 {np.mean(overlaps):.3f}, first of {_OTHERS + 1} {np.mean(first):.3f} ({len(overlaps)})"
    if none:
        said += f", AUROC {auroc(np.array(right), np.array(none)):.3f} ({len(none)} without)"
    return said


def overlap(one: str, other: str) -> float:
    """F1 of the tokens of two texts: words, or letters where a script has no blanks."""
    a, b = _tokens(one), _tokens(other)
    common = (a & b).total()
    return 2 * common / (a.total() + b.total()) if common else 0.0


def _tokens(text: str) -> Counter[str]:
    bare = text.lower().translate(_NO_PUNCTUATION)
    if _LETTERS.search(bare):
        return Counter("".join(bare.split()))
    return Counter(word for word in bare.split() if word not in ("a", "an", "the"))


def of_examples(reader: Reader, examples: Sequence[Example], kinds: Sequence[str]) -> dict[str, str]:
    """The figures of examples, by kind."""
    figures: dict[str, tuple[list[bool], list[bool], list[float], list[float]]] = {}
    for example, kind in zip(examples, kinds, strict=True):
        lines, firsts, right, none = figures.setdefault(kind, ([], [], [], []))
        readings = reader.read(example.question, [read.text for read in example.reads])
        for read, reading in zip(example.reads, readings, strict=True):
            (right if read.right else none).append(reading.answers)
            if read.right:
                lines.append(in_right_line(read.text, read.spans, reading))
        if example.reads[0].right and not all(read.right for read in example.reads):
            best = max(zip(example.reads, readings, strict=True), key=lambda each: each[1].answers)
            firsts.append(best[0].right)
    return {
        kind: f"right line {np.mean(lines):.3f}, right one first {np.mean(firsts):.3f} ({len(lines)}), "
        f"AUROC {auroc(np.array(right), np.array(none)):.3f} ({len(none)} without)"
        for kind, (lines, firsts, right, none) in figures.items()
    }


def in_right_line(text: str, spans: Sequence[tuple[int, int]], reading: Reading) -> bool:
    """Whether the line, or sentence of rules, that likeliest holds the start is the right one."""
    borders = [0, *(place.end() for place in re.finditer(r"\n+|(?<=[.。])\s*(?=\S)", text)), len(text)]
    units = [(a, b) for a, b in itertools.pairwise(borders) if a < b]
    start, end = max(units, key=lambda unit: reading.share(*unit))
    return any(start <= first < end for first, _ in spans)


if __name__ == "__main__":
    main()
