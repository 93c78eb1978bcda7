"""Teaches the judge of questions to anybody, and says how often it is right about what it has not seen.

    python -m benchmarks.asked [--write] [-v]

``benchmarks/data/chat.tsv`` holds what people say to each other in groups: lines of our own in many
languages, and a sample of chitchat-dataset 0.9.0 (MIT, Copyright (c) 2019 Perception, Control and Cognition
Lab), a package of what people who did not know each other wrote; those of the half ``held`` come from other
conversations. The small talk of ``talk.tsv`` is none either. Questions to anybody are those that
``benchmarks.talk`` learns from. The judge is a logistic regression on the vectors, for the encoder of the
settings; ``--write`` keeps it in ``bot/answering/profiles/``, taught with the half ``learn`` alone, so that
what ``benchmarks.interjecting`` says of the other half holds for it.
"""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.judging import keep, rows_of, told
from benchmarks.machine import table
from benchmarks.talk import questions
from benchmarks.talk import said as small_talk
from bot.answering.interjecting import QUESTION

COMMAND = "python -m benchmarks.asked --write"
PENALTY = 0.3  # inverse strength; of 0.03 to 1 the one that took fewest of either for the other
CHATTER = "chatter"


def chatter(half: str) -> list[tuple[str, str]]:
    """What people say to each other, and from where it is, of one half."""
    return [(row["said"], row["from"]) for row in rows_of("chat.tsv", half)]


def lines(half: str) -> tuple[list[str], list[str]]:
    """Questions to anybody, and other things said, of one half."""
    small = small_talk(half)
    asked = questions()[half == "held"] + [text for text, means in small if means == "question"]
    return asked, [text for text, _ in chatter(half)] + [text for text, means in small if means != "question"]


def taught(asked: np.ndarray, other: np.ndarray) -> LogisticRegression:
    """A judge of vectors."""
    names = [QUESTION] * len(asked) + [CHATTER] * len(other)
    return LogisticRegression(C=PENALTY, max_iter=3000).fit(np.concatenate([asked, other]), names)


def main() -> None:
    """Run it."""
    command = told(__doc__)
    judge = taught(*map(command.vectors, lines("learn")))
    asked, other = lines("held")
    own = {text for text, source in chatter("held") if source == "own"}
    kinds = {
        "questions to anybody": asked,
        "chit-chat of strangers": [text for text, source in chatter("held") if source != "own"],
        "chat of colleagues and friends": [text for text in other if text in own],
        "small talk": [text for text, means in small_talk("held") if means != "question"],
    }
    rows = []
    for kind, texts in kinds.items():
        likely = judge.predict_proba(command.vectors(texts))
        sure = likely[:, list(judge.classes_).index(QUESTION)]
        rows.append([kind, len(texts), *(float(np.mean(sure >= bar)) for bar in (0.5, 0.9))])
        if command.verbose:
            wrong = (sure >= 0.5) != (kind == "questions to anybody")
            print(
                *(f"{one:.2f} {text}" for one, text in zip(sure[wrong], np.array(texts)[wrong], strict=True)),
                sep="\n",
            )
    print(table(["", "lines", "taken for a question", "with 0.9"], rows))
    if command.write:
        keep(judge, "asked", command.encoder, COMMAND)


if __name__ == "__main__":
    main()
