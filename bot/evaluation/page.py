"""Figures in, a page of HTML out: one file without scripts that fetches nothing.

What comes from documents and questions is cleaned by the filter ``line`` and escaped by Jinja, which escapes
all that the template (``page.html``) puts in, but the plots.
"""

from typing import TYPE_CHECKING

from bot.evaluation import plots
from bot.evaluation.figures import Measured
from bot.evaluation.questions import Collection
from bot.evaluation.report import LABELS, Head, figure_rows, interval, sentences, time_rows, value
from bot.evaluation.run import DEPTH
from bot.plain import line

if TYPE_CHECKING:
    from jinja2 import Template

_TILES = ("passage_r1", "quote_hit1", "quote_hit3", "list_coverage", "auroc_unanswerable", "auroc_foreign",
          "brier", "exact")  # fmt: skip
_EVIDENCE_SHOWN, _QUOTES_SHOWN = 5, 3  # of a miss


def html(head: Head, collection: Collection, measured: Measured) -> str:
    """The page."""
    tiles = [
        (LABELS[name], value(figure), interval(figure))
        for name in _TILES
        if (figure := measured.figures.get(name))
    ]
    return _template().render(
        head=head,
        sentences=sentences(head, collection, measured),
        tiles=tiles,
        threshold=measured.threshold,
        at_bar=measured.at_bar,
        plots=(plots.risk_coverage(measured), plots.reliability(measured)),
        tables=(
            ("All figures", ("figure", "value", "95 % interval", "of"), figure_rows(measured)),
            ("Time", ("milliseconds", "p50", "p95"), time_rows(measured)),
        ),
        misses=(
            ("Sure, and wrong", measured.sure),
            ("Declined, though the documents answer", measured.declined),
        ),
        depth=DEPTH,
        evidence_shown=_EVIDENCE_SHOWN,
        quotes_shown=_QUOTES_SHOWN,
    )


def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("bot.evaluation", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["line"] = line
    return environment.get_template("page.html")
