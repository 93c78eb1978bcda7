"""Teaches the judge of what a question wants, and says how often it is right about domains it has not seen.

    python -m benchmarks.intents [--one FILE...] [--several FILE...] [--written FILE...] [--write]

``benchmarks/data/intents.jsonl`` holds labelled questions of many domains, ``intents-held.jsonl`` of others.
Files of SQuAD's format bring more: ``--one`` of questions that one stretch answers, about articles that
the reader learned from where it knows some, and ``--several`` of which those with several answers count.
The judge is a logistic regression on the vectors of the questions, for the encoder of the settings;
``--write`` keeps it in ``bot/answering/profiles/``. ``--written`` are files of bot/reader/written.py: of them
it is only said how well is told what wants several, or steps: has three answers or more. Taught by them too,
the judge took how-to questions for others.
"""

from __future__ import annotations

import argparse
import os
import random
import re
from pathlib import Path

import msgspec
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import GroupKFold

from benchmarks.judging import DATA, SCALE, keep
from bot.answering.intent import LIKELIER, SURE, Intent
from bot.evaluation.questions import read_squad
from bot.reader import written
from bot.reader.examples import held_out
from bot.reader.readers import learned_by
from bot.settings import load
from index.joining import encoder_of

COMMAND = "python -m benchmarks.intents --one FILE... --several FILE... --write"
PENALTY = 0.03  # inverse strength; .01 to .1 do as well in six folds of domains
FOLDS = 6
BARS, MISTAKEN = (LIKELIER, 0.6, SURE), 0.08  # the first with no more questions taken for several is sure
MOST = 1100  # questions of a file of SQuAD's format
COUNT = 0.15  # of such a question, beside one that was labelled for this
HELD_OUT = 0.2  # share of written documents, as in training
MANY = 3  # answers; two may say the same
NUMBERED = re.compile(r"^\s*\d+[.)] ", re.MULTILINE)


class Labelled(msgspec.Struct, frozen=True):
    """A question, what it wants, and its domain."""

    question: str
    wants: Intent
    group: str


def read(file: Path) -> list[Labelled]:
    """The questions of a file."""
    return [msgspec.json.decode(line, type=Labelled) for line in file.read_bytes().splitlines() if line]


def more(file: Path, known: frozenset[str], wants: Intent) -> tuple[list[Labelled], list[str]]:
    """Questions of a file of SQuAD's format, and those of articles that the reader has not learned from."""
    articles = read_squad([file])
    learned = [one for one in articles if one.title in known]
    kept = {one.title for one in learned or articles}
    found, held = [], []
    for article in articles:
        for question in article.questions:
            if question.kind != "fact" or (wants == "several" and len(question.evidence) < 2):
                continue
            if article.title in kept:
                found.append(Labelled(question.text, wants, article.title))
            else:
                held.append(question.text)
    return random.Random(1).sample(found, min(MOST, len(found))), held


def of_written(files: list[Path]) -> list[Labelled]:
    """Questions about the written documents that training of the reader held out."""
    found: list[Labelled] = []
    for document in written.read(files):
        if not held_out(document.collection, HELD_OUT, 1):
            continue
        steps = {document.text[place.end() :].split("\n", 1)[0] for place in NUMBERED.finditer(document.text)}
        for ask in document.asks:
            numbered = all(any(NUMBERED.sub("", answer) in step for step in steps) for answer in ask.answers)
            wants: Intent = "one" if len(ask.answers) == 1 else "steps" if numbered else "several"
            if len(ask.answers) == 1 or len(ask.answers) >= MANY:
                found.append(Labelled(ask.question, wants, document.collection))
    return found


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--one", nargs="+", type=Path, default=[], help="questions that one stretch answers")
    parser.add_argument("--several", nargs="+", type=Path, default=[], help="questions with several answers")
    parser.add_argument("--written", nargs="+", type=Path, default=[], help="of bot/reader/written.py")
    parser.add_argument("--write", action="store_true", help="keep what was learned")
    arguments = parser.parse_args()
    settings = load(environment=os.environ)
    encoder, known = encoder_of(settings), learned_by(settings)
    labelled, held = read(DATA / "intents.jsonl"), read(DATA / "intents-held.jsonl")
    seen, unseen = list(labelled), []
    for files, wants in ((arguments.one, "one"), (arguments.several, "several")):
        for file in files:
            found, others = more(file, known, wants)
            seen += found
            unseen += others if wants == "one" else []
    counts = np.where(np.arange(len(seen)) < len(labelled), 1.0, COUNT)
    vectors = SCALE * encoder.encode_questions([one.question for one in seen])
    labels = np.array([one.wants for one in seen])
    guessed = np.empty_like(labels)
    groups = [one.group for one in seen]
    for learn, check in GroupKFold(FOLDS).split(vectors, labels, groups):
        guessed[check] = taught(vectors[learn], labels[learn], counts[learn]).predict(vectors[check])
    judge = taught(vectors, labels, counts)
    truth = np.array([one.wants for one in held])
    found_held = judge.predict(SCALE * encoder.encode_questions([one.question for one in held]))
    labelled_right = np.mean(guessed[: len(labelled)] == labels[: len(labelled)])
    print(f"{len(labelled)} questions, folds of domains: {labelled_right:.3f} right")
    print(f"{len(held)} questions of other domains: {np.mean(found_held == truth):.3f} right")
    print(f"rows as they are, columns as judged, {', '.join(judge.classes_)}:")
    print(confusion_matrix(truth, found_held))
    if away := of_written(arguments.written):
        said = judge.predict(SCALE * encoder.encode_questions([one.question for one in away]))
        print(f"{len(away)} questions about written documents held out:")
        print(confusion_matrix([one.wants for one in away], said, labels=judge.classes_))
    sure = SURE
    if unseen:
        likely = judge.predict_proba(SCALE * encoder.encode_questions(unseen))
        several = likely[:, list(judge.classes_).index("several")]
        taken = {bar: float(np.mean(several >= bar)) for bar in BARS}
        shares = [f"{share:.3f} at {bar}" for bar, share in taken.items()]
        sure = next((bar for bar, share in taken.items() if share <= MISTAKEN), SURE)
        print(f"{len(unseen)} questions that one stretch answers, taken for several: {', '.join(shares)}")
    if arguments.write:
        keep(judge, "intents", encoder, COMMAND, sure)


def taught(vectors: np.ndarray, labels: np.ndarray, counts: np.ndarray) -> LogisticRegression:
    """A judge."""
    return LogisticRegression(C=PENALTY, max_iter=3000).fit(vectors, labels, counts)


if __name__ == "__main__":
    main()
