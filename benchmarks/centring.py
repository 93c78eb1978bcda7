"""Finds the centre of a model's vectors: the mean of sentences in several languages, which count the same.

    python -m benchmarks.centring FILE... [--sentences N] [--write]

Each FILE is of SQuAD's format and of one language; ``encoder.model`` names the model. ``--write`` keeps the
centre in ``index/centres/``. How the cosines of sentences of one file lie without and with it is told.
"""

from __future__ import annotations

import argparse
import os
import random
from pathlib import Path

import msgspec
import numpy as np

from bot.evaluation.questions import read_squad
from bot.settings import load
from index.centre import FOLDER, Centre, centred
from index.languages import detect
from index.serving import ServedEncoder
from index.units.borders import sentences

SENTENCES = 300  # of a file


def sample(file: Path, count: int) -> list[str]:
    """So many sentences of a file, drawn by chance, the same ones each time."""
    found = []
    for article in read_squad([file]):
        language = detect(article.text[:2000])
        found += [article.text[start:end] for start, end in sentences(article.text, language)]
    return random.Random(1).sample(found, min(count, len(found)))


def cosines(vectors: np.ndarray) -> str:
    """How those of different sentences lie: the 5th, 50th and 95th of a hundred."""
    found = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    return " / ".join(f"{value:.2f}" for value in np.percentile(found, (5, 50, 95)))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path, help="of SQuAD's format, one a language")
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="of each file")
    parser.add_argument("--write", action="store_true", help="keep what was found")
    arguments = parser.parse_args()
    encoder = ServedEncoder(load(environment=os.environ))
    vectors = {file: encoder.by.encode(sample(file, arguments.sentences)) for file in arguments.files}
    found = np.mean([part.mean(0) for part in vectors.values()], axis=0)
    print("| cosines of sentences: 5 % / median / 95 % | as they are | about the centre |\n|---|---|---|")
    for file, part in vectors.items():
        print(f"| {file.stem} | {cosines(part)} | {cosines(centred(found, part))} |")
    if arguments.write:
        command = "python -m benchmarks.centring XQUAD.json... SQUAD.json --write"
        centre = Centre(command, tuple(round(float(value), 5) for value in found))
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{encoder.name}.json").write_bytes(msgspec.json.encode(centre) + b"\n")


if __name__ == "__main__":
    main()
