"""Figures in, a report out: Markdown for a terminal, JSON, or a page of HTML. It prints and writes nothing.

The page is one file without scripts that fetches nothing; whatever comes from documents and questions is
cleaned and escaped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from html import escape
from importlib.metadata import version
from typing import Any

from bot.evaluation.figures import Figure, Measured, Miss
from bot.evaluation.questions import Collection
from bot.evaluation.run import DEPTH
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

_EVIDENCE_SHOWN, _QUOTES_SHOWN = 5, 3  # of a miss
_LEAST_LABELLED = 0.002  # of a risk, else its axis would have no height


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
    figures = [
        (LABELS[name], _value(figure), f"{figure.low:.3f}–{figure.high:.3f}", str(figure.count))
        for name, figure in _shown(measured)
    ]
    times = [(stage, f"{taken.p50:.1f}", f"{taken.p95:.1f}") for stage, taken in measured.times.items()]
    return "\n".join(
        [
            *(sentence + "\n" for sentence in _sentences(head, collection, measured)),
            *_table(("figure", "value", "95 % interval", "of"), figures),
            "",
            *_table(("milliseconds", "p50", "p95"), times),
        ]
    )


def _sentences(head: Head, collection: Collection, measured: Measured) -> list[str]:
    """What was asked, and what the table does not say."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in measured.questions.items())
    total = sum(measured.questions.values())
    of = f" of {len(collection.articles)} articles" if collection.articles else ""
    sentences = [
        f"{total} questions{of} ({kinds}), asked with {line(head.model)} and "
        f"{'no reader' if head.reader == 'none' else f'the reader {line(head.reader)}'}; "
        f"nothing is claimed below {measured.threshold:g}."
    ]
    skipped = "; ".join(f"{count} {reason}" for reason, count in collection.skipped.items())
    return [*sentences, f"Left out: {skipped}."] if skipped else sentences


def _shown(measured: Measured) -> list[tuple[str, Figure]]:
    return [(name, measured.figures[name]) for name in LABELS if name in measured.figures]


def _value(figure: Figure) -> str:
    return f"{figure.value:.3f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of Markdown; all columns but the first are numbers."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    ruler = [f"|{'-' * (widths[0] + 2)}|", *(f"{'-' * (width + 1)}:|" for width in widths[1:])]

    def row(cells: Sequence[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        numbers = [f" {cell.rjust(width)} |" for cell, width in others]
        return f"| {first[0].ljust(first[1])} |{''.join(numbers)}"

    return [row(head), "".join(ruler), *map(row, rows)]


# -------------------------------------------------------------------------------------------- HTML

_STYLE = """
:root { color-scheme: light dark; --page: #fbfbf9; --card: #fff; --ink: #1d1f23; --soft: #62676f;
  --rule: #dedfdb; --blue: #2563b8; --red: #b3402f; --bar: #c9d6e8; }
@media (prefers-color-scheme: dark) { :root { --page: #15171a; --card: #1d2024; --ink: #e9eaec;
  --soft: #9ba1aa; --rule: #363a41; --blue: #76a9f0; --red: #ef8a78; --bar: #34465f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2.5rem 1.25rem 4rem; background: var(--page);
  color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .5rem; }
p { margin: .25rem 0; } .soft, figcaption, small { color: var(--soft); }
small, figcaption { font-size: .85rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem;
  margin: 1.5rem 0 0; }
.tile, figure, .miss { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem; }
.tile { padding: .7rem .9rem; } .tile b { display: block; font-size: 1.5rem; line-height: 1.3; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem; }
figure { margin: 0; padding: .9rem 1rem; } svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 11px; } .grid { stroke: var(--rule); }
.line { fill: none; stroke: var(--blue); stroke-width: 2; } .ideal { stroke: var(--soft);
  stroke-dasharray: 4 4; } .dot { fill: var(--blue); stroke: var(--card); stroke-width: 2; }
.count { fill: var(--bar); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%;
  font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .75rem .3rem 0; text-align: right; border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-weight: 500; font-size: .85rem; }
th:first-child, td:first-child { text-align: left; }
.miss { padding: .7rem 1rem; margin: .6rem 0; overflow-wrap: anywhere; }
.miss b { display: block; } .miss .quoted { border-left: 3px solid var(--red); padding-left: .7rem;
  margin-top: .4rem; } .miss .wanted { border-left: 3px solid var(--blue); padding-left: .7rem;
  margin-top: .4rem; }
"""

_TILES = ("passage_r1", "quote_hit1", "quote_hit3", "list_coverage", "auroc_unanswerable", "auroc_foreign",
          "brier", "exact")  # fmt: skip


def html(head: Head, collection: Collection, measured: Measured) -> str:
    """The page."""
    tiles = "".join(
        f"<div class=tile><small>{LABELS[name]}</small><b>{_value(figure)}</b>"
        f"<small>{figure.low:.3f}–{figure.high:.3f}</small></div>"
        for name in _TILES
        if (figure := measured.figures.get(name))
    )
    rows = [
        (LABELS[name], _value(figure), f"{figure.low:.3f}–{figure.high:.3f}", str(figure.count))
        for name, figure in _shown(measured)
    ]
    times = [(stage, f"{taken.p50:.1f}", f"{taken.p95:.1f}") for stage, taken in measured.times.items()]
    foreign = f" Foreign questions from {_text(', '.join(head.foreign))}." if head.foreign else ""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width, initial-scale=1">',
        f"<title>Docent, measured</title><style>{_STYLE}</style>",
        f"<h1>Docent, measured</h1><p class=soft>{_text(', '.join(head.files))}.{foreign}</p>",
        *(f"<p class=soft>{_text(sentence)}</p>" for sentence in _sentences(head, collection, measured)),
        f"<div class=tiles>{tiles}</div><h2>When to believe it</h2><div class=plots>",
        _figure(_risk_coverage(measured), "Risk–coverage", _about_risk(measured)),
        _figure(
            _reliability(measured),
            "Reliability",
            "Questions by confidence: how many of them one of the first three quotes answers. On the dashed "
            "line confidence is true. Below, how many questions there are.",
        ),
        "</div><h2>All figures</h2><div class=wide>",
        _html_table(("figure", "value", "95 % interval", "of"), rows),
        "</div><h2>Time</h2><div class=wide>",
        _html_table(("milliseconds", "p50", "p95"), times),
        "</div>",
        _misses("Sure, and wrong", measured.sure),
        _misses("Declined, though the documents answer", measured.declined),
        f"<p class=soft><small>docent {_text(head.version)}, seed {head.seed}; intervals by "
        "bootstrap over questions.</small></p></html>",
    ]
    return "\n".join(filter(None, parts)) + "\n"


def _text(text: str) -> str:
    return escape(line(text))


def _html_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th>{_text(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"


def _figure(svg: str, title: str, caption: str) -> str:
    return f"<figure><b>{title}</b>{svg}<figcaption>{caption}</figcaption></figure>"


def _about_risk(measured: Measured) -> str:
    answered, wrong = measured.at_bar
    return (
        "Questions from the surest one on: the share answered, and how many of these wrongly. "
        f"The dot is the threshold in use, {measured.threshold:g}: {answered:.0%} answered, {wrong:.1%} of "
        "these wrongly."
    )


def _misses(title: str, misses: Sequence[Miss]) -> str:
    return f"<h2>{title}</h2>{''.join(map(_miss, misses))}" if misses else ""


def _miss(miss: Miss) -> str:
    question, outcome = miss.question, miss.outcome
    place = f"is number {outcome.rank}" if outcome.rank else f"not among {DEPTH}"
    rank = f" · right passage {place}" if question.kind == "fact" else ""
    wanted = "; ".join(_text(evidence) for evidence in question.evidence[:_EVIDENCE_SHOWN])
    right = f"<div class=wanted>{wanted}</div>" if wanted else ""
    quoted = "".join(
        f"<div class={'wanted' if quote.gives else 'quoted'}>{_text(quote.text)} "
        f"<small>{_text(quote.source)}, {_text(quote.locator)}</small></div>"
        for quote in outcome.quotes[:_QUOTES_SHOWN]
    )
    return (
        f"<div class=miss><b>{_text(question.text)}</b><small>{question.kind} · confidence "
        f"{outcome.confidence:.0%}{rank}</small>{right}{quoted}</div>"
    )


# Plots are drawn in a box of 420 × 300 with room on the left and below for the scales.
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 402.0, 12.0, 262.0
_COUNTS = 60.0  # height of the strip of counts below the reliability diagram


def _x(share: float) -> float:
    return round(_LEFT + share * (_RIGHT - _LEFT), 1)


def _y(share: float) -> float:
    return round(_BOTTOM - share * (_BOTTOM - _TOP), 1)


def _scales(top: float, below: str, beside: str, floor: float = _BOTTOM) -> str:
    """Grid lines and numbers: 0 to 1 below, 0 to ``top`` beside."""
    parts = []
    digits = 0 if top > 0.2 else 1
    for part in (0, 0.25, 0.5, 0.75, 1):
        x, y = _x(part), _y(part)
        parts += [
            f'<line class=grid x1="{_LEFT}" x2="{_RIGHT}" y1="{y}" y2="{y}"/>',
            f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor=end>{top * part:.{digits}%}</text>',
            f'<text x="{x}" y="{floor + 16}" text-anchor=middle>{part:.0%}</text>',
        ]
    across, up = (_LEFT + _RIGHT) / 2, (_TOP + _BOTTOM) / 2
    parts += [
        f'<text x="{across}" y="{floor + 32}" text-anchor=middle>{below}</text>',
        f'<text transform="translate(9 {up}) rotate(-90)" text-anchor=middle>{beside}</text>',
    ]
    return "".join(parts)


def _svg(height: float, label: str, body: str) -> str:
    return f'<svg viewBox="0 0 420 {height:g}" role=img aria-label="{label}">{body}</svg>'


def _risk_coverage(measured: Measured) -> str:
    top = max([_LEAST_LABELLED, *(risk for _, risk in measured.curve)])
    top = next(step for step in (0.01, 0.02, 0.04, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if step >= min(top, 1.0))
    points = " ".join(f"{_x(coverage)},{_y(risk / top)}" for coverage, risk in measured.curve)
    answered, wrong = measured.at_bar
    dot = f'<circle class=dot r="5.5" cx="{_x(answered)}" cy="{_y(wrong / top)}"/>' if answered else ""
    body = f'{_scales(top, "answered", "wrong")}<polyline class=line points="{points}"/>{dot}'
    return _svg(300, "Share of wrong answers by share of answered questions", body)


def _reliability(measured: Measured) -> str:
    floor = _BOTTOM + 14 + _COUNTS
    most = max(each.count for each in measured.bins)
    parts = [
        _scales(1.0, "confidence", "right", floor),
        f'<line class=ideal x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>',
    ]
    for each in measured.bins:
        height = max(each.count / most * (_COUNTS - 14), 1)
        left, right, top = _x(each.low) + 1.5, _x(each.high) - 1.5, floor - height
        middle = (left + right) / 2
        parts += [
            f'<rect class=count x="{left}" width="{right - left:.1f}" y="{top:.1f}" height="{height:.1f}"/>',
            f'<text x="{middle:.1f}" y="{top - 4:.1f}" text-anchor=middle>{each.count}</text>',
        ]
    path = " ".join(f"{_x(each.confidence)},{_y(each.right)}" for each in measured.bins)
    parts.append(f'<polyline class=line points="{path}"/>')
    parts += [f'<circle class=dot r="5" cx="{_x(b.confidence)}" cy="{_y(b.right)}"/>' for b in measured.bins]
    return _svg(floor + 38, "Share of right answers by confidence", "".join(parts))
