"""How well follow-up questions are made stand-alone, against what people made of them.

    python -m benchmarks.followups FILE... [--from TOPIC] [--baseline] [-v]

Files are those of TREC CAsT (https://github.com/daltonj/treccastweb, MIT): of 2019 the topics as JSON, with
the people's rewrites beside them in ``cast2019_resolved.tsv``; of 2020 and 2021 JSON that holds both. Or of
CANARD (https://github.com/aagohary/canard, CC BY-SA 4.0), its conversations counted from 0; the first
question of each is asked as the person made it, for it leans on the title of a page. Each topic is asked turn
by turn, and what was searched for at one turn is the history of the next, as when it is used.

- *recovered*: of the content words that the person's rewrite has and the question has not, compared by
  stem, the share that is searched for;
- *of those said before*: the same of the words that an earlier question of the topic holds: people also knew
  the answers, which we do not have;
- *added in vain*: of the turns, but the first of each topic, to which the person added no content word, the
  share to which one was added;
- *in common*: of the content words that were added at all, the share that the person added too.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.conversation.carrying import carried_over
from bot.conversation.stand_alone import stand_alone
from bot.conversation.turns import Turn
from index.words import Asked, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

RESOLVED = "cast2019_resolved.tsv"
ENGLISH = Asked(["en"])


@dataclass(frozen=True, slots=True)
class Asking:
    """A turn: the question, a person's rewrite of it, ours, and the stems of the questions before."""

    question: str
    rewrite: str
    searched_for: str
    said: frozenset[str]

    @property
    def wanted(self) -> frozenset[str]:
        """The stems that the person added."""
        return added(self.question, self.rewrite)

    @property
    def given(self) -> frozenset[str]:
        """The stems that were added."""
        return added(self.question, self.searched_for)


def added(question: str, rewrite: str) -> frozenset[str]:
    """The content stems of a rewrite that its question does not have."""
    return frozenset(stem for (stem,) in ENGLISH.content(rewrite)) - frozenset(words(question, "en"))


def conversations(file: Path, first: int = 0) -> list[list[tuple[str, str]]]:
    """The topics of a file from a number on: each turn's question with the person's rewrite."""
    resolved: dict[str, str] = {}
    topics: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    if "QuAC_dialog_id" in topics[0]:
        return of_canard(topics)[first:]
    if "manual_rewritten_utterance" not in topics[0]["turn"][0]:
        with (file.parent / RESOLVED).open(encoding="utf-8", newline="") as lines:
            resolved = {row[0]: row[1] for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}
    found = []
    for topic in topics:
        if topic["number"] < first:
            continue
        turns = []
        for turn in topic["turn"]:
            question = " ".join(turn["raw_utterance"].split())
            rewrite = turn.get("manual_rewritten_utterance") or resolved.get(
                f"{topic['number']}_{turn['number']}"
            )
            turns.append((question, rewrite or question))
        found.append(turns)
    return found


def of_canard(rows: Sequence[dict[str, Any]]) -> list[list[tuple[str, str]]]:
    """The conversations of CANARD, in the order of their first rows."""
    found: dict[str, dict[int, tuple[str, str]]] = {}
    for row in rows:
        pair = row["Rewrite"] if row["Question_no"] == 1 else row["Question"], row["Rewrite"]
        found.setdefault(row["QuAC_dialog_id"], {})[row["Question_no"]] = pair
    return [[turns[number] for number in sorted(turns)] for turns in found.values()]


def ask(
    turns: Sequence[tuple[str, str]], rewriter: Callable[[str, Sequence[Turn]], str] = stand_alone
) -> Iterator[Asking]:
    """Ask the turns of one topic in order."""
    history: list[Turn] = []
    said: frozenset[str] = frozenset()
    for question, rewrite in turns:
        searched_for = rewriter(question, history)
        history.append(Turn(question, searched_for))
        yield Asking(question, rewrite, searched_for, said)
        said |= frozenset(words(question, "en"))


def row(name: str, topics: Sequence[Sequence[Asking]]) -> str:
    """A row of the table."""
    turns = [asked for topic in topics for asked in topic]
    wanted = sum(len(asked.wanted) for asked in turns)
    given = sum(len(asked.given) for asked in turns)
    common = sum(len(asked.wanted & asked.given) for asked in turns)
    known = [asked.wanted & asked.said for asked in turns]
    found = sum(len(stems & asked.given) for stems, asked in zip(known, turns, strict=True))
    idle = [asked for topic in topics for asked in topic[1:] if not asked.wanted]
    vain = sum(bool(asked.given) for asked in idle)
    figures = (common, wanted), (found, sum(map(len, known))), (vain, len(idle)), (common, given)
    shares = " | ".join(f"{part / (whole or 1):.3f} ({part} of {whole})" for part, whole in figures)
    return f"| {name} | {len(topics)} | {len(turns)} | {shares} |"


def main() -> None:
    """Print the table, and with -v every turn that is not as the person made it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--from", dest="first", type=int, default=0, metavar="TOPIC", help="leave out others")
    parser.add_argument("--baseline", action="store_true", help="by the last topic alone, without rules")
    parser.add_argument("-v", "--verbose", action="store_true", help="print where it differs from the person")
    arguments = parser.parse_args()
    rewriter = carried_over if arguments.baseline else stand_alone
    every: list[list[Asking]] = []
    rows = []
    for file in arguments.files:
        topics = [list(ask(turns, rewriter)) for turns in conversations(file, arguments.first)]
        every += topics
        rows.append(row(file.name, topics))
    if arguments.verbose:
        for asked in (asked for topic in every for asked in topic if asked.given != asked.wanted):
            print(f"{asked.question}\n    person: {asked.rewrite}\n    Docent: {asked.searched_for}")
    print("| file | topics | turns | recovered | of those said before | added in vain | in common |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join([*rows, row("all", every)] if len(rows) > 1 else rows))


if __name__ == "__main__":
    main()
