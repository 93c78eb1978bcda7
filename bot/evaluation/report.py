"""Figures in, a report out: Markdown for a terminal, or JSON. It prints and writes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from bot.evaluation.figures import Figure, Measured, Miss
from bot.evaluation.questions import Collection
from bot.plain import line
from bot.reader import readers
from bot.settings import Settings
from index import catalogue

LABELS = {
    "passage_r1": "passage R@1",
    "passage_r3": "passage R@3",
    "passage_r5": "passage R@5",
    "passage_r10": "passage R@10",
    "passage_mrr10": "passage MRR@10",
    "quote_hit1": "quote hit@1",
    "quote_hit3": "quote hit@3",
    "span_f1": "span F1, in the right passage",
    "led": "led by the words themselves",
    "lead_f1": "F1 of these words",
    "list_coverage": "list coverage",
    "list_precision": "list precision",
    "answered": "answered, of the answerable",
    "answered_unanswerable": "answered, of the unanswerable",
    "auroc_unanswerable": "AUROC, unanswerable",
    "at95_unanswerable": "unanswerable answered at 95 %",
    "answered_foreign": "answered, of the foreign",
    "auroc_foreign": "AUROC, foreign",
    "at95_foreign": "foreign answered at 95 %",
    "aurc": "area under risk–coverage",
    "brier": "Brier score",
    "ece": "calibration error",
    "exact": "quotes that are exact",
}
"""What the figures are called, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Head:
    """What was measured: names of files, of encoder and reader, the version of Docent, and the seed."""

    files: tuple[str, ...]
    foreign: tuple[str, ...]
    model: str
    reader: str
    version: str
    seed: int

    @classmethod
    def of(cls, files: Iterable[object], foreign: Iterable[object], settings: Settings, seed: int) -> "Head":
        """From paths, whose bytes may be no text."""
        return cls(
            tuple(line(str(file)) for file in files),
            tuple(line(str(file)) for file in foreign),
            catalogue.resolve(settings.encoder.model),
            readers.name_of(settings),
            version("docent-bot"),
            seed,
        )


def to_json(head: Head, collection: Collection, measured: Measured) -> dict[str, Any]:
    """All figures, as scripts exchange them."""
    return {
        **asdict(head),
        "threshold": measured.threshold,
        "questions": dict(measured.questions),
        "skipped": dict(collection.skipped),
        "figures": {name: asdict(measured.figures[name]) for name in LABELS if name in measured.figures},
        "latency_ms": {stage: asdict(taken) for stage, taken in measured.times.items()},
        "risk_coverage": measured.curve,
        "reliability": [asdict(each) for each in measured.bins],
        "sure_and_wrong": [_miss_json(miss) for miss in measured.sure],
        "declined": [_miss_json(miss) for miss in measured.declined],
    }


def _miss_json(miss: Miss) -> dict[str, Any]:
    return {
        "question": miss.question.text,
        "kind": miss.question.kind,
        "evidence": miss.question.evidence,
        "confidence": round(miss.outcome.confidence, 4),
        "rank": miss.outcome.rank,
        "quoted": [{"source": quote.source, "quote": quote.text} for quote in miss.outcome.quotes],
    }


# ---------------------------------------------------------------------------------------- terminal


def markdown(head: Head, collection: Collection, measured: Measured) -> str:
    """The tables, aligned, so that they can be read as they are."""
    return "\n".join(
        [
            *(sentence + "\n" for sentence in sentences(head, collection, measured)),
            *_table(("figure", "value", "95 % interval", "of"), figure_rows(measured)),
            "",
            *_table(("milliseconds", "p50", "p95"), time_rows(measured)),
        ]
    )


def sentences(head: Head, collection: Collection, measured: Measured) -> list[str]:
    """What was asked, and what the table does not say."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in measured.questions.items())
    total = sum(measured.questions.values())
    of = f" of {len(collection.articles)} articles" if collection.articles else ""
    found = [
        f"{total} questions{of} ({kinds}), asked with {line(head.model)} and "
        f"{'no reader' if head.reader == 'none' else f'the reader {line(head.reader)}'}; "
        f"nothing is claimed below {measured.threshold:g}."
    ]
    skipped = "; ".join(f"{count} {reason}" for reason, count in collection.skipped.items())
    return [*found, f"Left out: {skipped}."] if skipped else found


def figure_rows(measured: Measured) -> list[tuple[str, ...]]:
    """A row for each figure: what it is called, its value, its 95 % interval, of how many questions."""
    return [
        (LABELS[name], value(figure), interval(figure), str(figure.count))
        for name in LABELS
        if (figure := measured.figures.get(name))
    ]


def time_rows(measured: Measured) -> list[tuple[str, ...]]:
    """A row for each stage: its name, and its median and 95th percentile in milliseconds."""
    return [(stage, f"{taken.p50:.1f}", f"{taken.p95:.1f}") for stage, taken in measured.times.items()]


def value(figure: Figure) -> str:
    """A figure's value as it is shown."""
    return f"{figure.value:.3f}"


def interval(figure: Figure) -> str:
    """Its 95 % interval as it is shown."""
    return f"{figure.low:.3f}–{figure.high:.3f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of Markdown; all columns but the first are numbers."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    ruler = [f"|{'-' * (widths[0] + 2)}|", *(f"{'-' * (width + 1)}:|" for width in widths[1:])]

    def row(cells: Sequence[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        numbers = [f" {cell.rjust(width)} |" for cell, width in others]
        return f"| {first[0].ljust(first[1])} |{''.join(numbers)}"

    return [row(head), "".join(ruler), *map(row, rows)]
