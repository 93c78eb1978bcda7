"""Teaches the judge of small talk, and says how often it is right about what it has not seen.

    python -m benchmarks.talk [--write] [-v]

``benchmarks/data/talk.tsv`` holds greetings, thanks and questions about the bot in many languages, and what
looks like them and is a question; the lines of ``held``, four languages among them, are for checking. The
questions of ``intents.jsonl`` and ``written/`` are questions too. Short headings of ``written/`` are
keywords, which are searched as well, but not through all documents; half of them are for checking. The
judge is a logistic regression on the vectors, for the encoder of the settings; ``--write`` keeps one taught
with all lines in ``bot/answering/profiles/``. It has to be as sure as ``bot.answering.talk.SURE`` not to
search for it.
"""

from __future__ import annotations

import json
import random
import re

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.judging import DATA, keep, rows_of, told
from benchmarks.machine import table
from bot.answering.talk import SURE
from bot.reader import written
from bot.reader.written import Written
from index.parsing.lines import asks

COMMAND = "python -m benchmarks.talk --write"
PENALTY = 1.0  # inverse strength
MOST = 800  # of the written questions
HALVES = "learn", "held"
HEADING = re.compile(r"^#+ +(\S.*?)[ #]*$", re.MULTILINE)
LONGEST_KEYWORD = 3  # words of a heading that people may type by itself
COUNT = 6.0  # of a line of talk.tsv, beside one of the other questions


def said(half: str) -> list[tuple[str, str]]:
    """What is said, and what that means, of one half."""
    return [(text, row["means"]) for row in rows_of("talk.tsv", half) for text in row["said"].split(" | ")]


def own_lines() -> set[str]:
    """All that talk.tsv has."""
    return {text for half in HALVES for text, _ in said(half)}


def documents() -> list[Written]:
    """The written documents."""
    return written.read(sorted((DATA / "written").glob("*.jsonl")))


def questions() -> tuple[list[str], list[str]]:
    """Questions to learn from, and others."""
    labelled, held = (
        [json.loads(line)["question"] for line in (DATA / name).read_text(encoding="utf-8").splitlines()]
        for name in ("intents.jsonl", "intents-held.jsonl")
    )
    asked = [ask.question for document in documents() for ask in document.asks]
    random.Random(1).shuffle(asked)
    return labelled + asked[:MOST], held + asked[MOST : 2 * MOST]


def keywords() -> tuple[list[str], list[str]]:
    """Short headings as people type them, to learn from, and others."""
    found = {place[1].casefold() for document in documents() for place in HEADING.finditer(document.text)}
    found -= {text.casefold() for text in own_lines()}
    typed = sorted(name for name in found if len(name.split()) <= LONGEST_KEYWORD and not asks(name))
    random.Random(1).shuffle(typed)
    return typed[::2], typed[1::2]


def taught(vectors: np.ndarray, lines: list[tuple[str, str]]) -> LogisticRegression:
    """A judge; lines of talk.tsv count for more than other questions."""
    own = own_lines()
    counts = [COUNT if text in own else 1.0 for text, _ in lines]
    return LogisticRegression(C=PENALTY, max_iter=3000).fit(vectors, [means for _, means in lines], counts)


def main() -> None:
    """Run it."""
    command = told(__doc__)
    seen, unseen = (
        [*said(half), *((text, "question") for text in asked), *((text, "keyword") for text in typed)]
        for half, asked, typed in zip(HALVES, questions(), keywords(), strict=True)
    )
    vectors, others_vectors = (command.vectors([text for text, _ in part]) for part in (seen, unseen))
    judge = taught(vectors, seen)
    likely = judge.predict_proba(others_vectors)
    names = [str(name) for name in judge.classes_]
    found = [
        names[best] if one[best] >= SURE else "question"  # or a keyword that is taken for one
        for best, one in zip(likely.argmax(axis=1), likely, strict=True)
    ]
    truth = [means for _, means in unseen]
    rows = []
    for name in names:
        of = [got for got, means in zip(found, truth, strict=True) if means == name]
        rows.append([name, len(of), *(of.count(other) for other in names)])
    print(table(["is", "lines", *names], rows))
    if command.verbose:
        for (text, means), got in zip(unseen, found, strict=True):
            if means != got:
                print(f"{got} instead of {means}: {text}")
    if command.write:
        judge = taught(np.concatenate([vectors, others_vectors]), [*seen, *unseen])
        keep(judge, "talk", command.encoder, COMMAND)


if __name__ == "__main__":
    main()
