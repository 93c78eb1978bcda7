"""How often misspelt questions are mended, and how often well-spelt ones are changed.

    python -m benchmarks.spelling FILE... [--questions 300] [-v]

Of files of SQuAD's format, each file's paragraphs are one collection. Its questions are asked as they are:
whatever is changed then is changed in vain. And they are asked with one slip in one word of five letters or
more that stands in the collection and that the encoder of the settings knows: a letter left out, doubled,
put for another, or two in the wrong order, never the first. Such a question is *mended* where it comes out as
it was, *spoiled* where it comes out as something else.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import tempfile
import time
from pathlib import Path

from benchmarks.machine import table
from bot.evaluation.questions import read_squad
from bot.settings import load
from index.engines.local.lexical import Lexical, build
from index.joining import encoder_of
from index.languages import detect
from index.search.spelling import Speller
from index.words import Asked

WORD = re.compile(r"[^\W\d_]{5,}")
LETTERS = "etaoinsrhl"


def slip(word: str, chance: random.Random) -> str:
    """A word with one slip."""
    at = chance.randrange(1, len(word) - 1)
    made = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + chance.choice(LETTERS) + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    return chance.choice(made)


def main() -> None:
    """Print the table, and with -v what was changed in vain or spoiled."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--questions", type=int, default=300, help="of each file, at random")
    parser.add_argument("-v", "--verbose", action="store_true")
    arguments = parser.parse_args()
    encoder = encoder_of(load(environment=os.environ))
    rows = []
    for file in arguments.files:
        articles = read_squad([file])
        texts = [paragraph for article in articles for paragraph in article.text.split("\n\n")]
        asked = [question.text for article in articles for question in article.questions]
        language = detect(" ".join(texts[:3]))
        with tempfile.TemporaryDirectory() as folder:
            build(Path(folder) / "words", [(text, language) for text in texts])
            lexical = Lexical(Path(folder) / "words", Asked([language]))
            speller = Speller(lexical, texts.__getitem__, encoder.is_word)
            chance = random.Random(1)
            chosen = chance.sample(asked, min(arguments.questions, len(asked)))
            vain = mended = spoiled = slipped = 0
            started = time.perf_counter()
            for question in chosen:
                if (made := speller.mended(question)) != question:
                    vain += 1
                    if arguments.verbose:
                        print(f"in vain: {question} -> {made}")
                words = [
                    found
                    for found in WORD.finditer(question)
                    if found[0].islower() and lexical.stands(found[0]) and encoder.is_word(found[0], language)
                ]
                if not words:
                    continue
                found = chance.choice(words)
                wrong = question[: found.start()] + slip(found[0], chance) + question[found.end() :]
                if wrong == question:
                    continue
                slipped += 1
                made = speller.mended(wrong)
                mended += made == question
                if made not in (question, wrong):
                    spoiled += 1
                    if arguments.verbose:
                        print(f"spoiled: {wrong} -> {made}")
            each = (time.perf_counter() - started) * 1000 / (len(chosen) + slipped or 1)
        rows.append([
            file.name, f"{vain} of {len(chosen)}", f"{mended / (slipped or 1):.3f} of {slipped}",
            f"{spoiled / (slipped or 1):.3f}", f"{each:.1f} ms",
        ])  # fmt: skip
    print(table(["file", "changed in vain", "mended", "spoiled", "time"], rows))


if __name__ == "__main__":
    main()
