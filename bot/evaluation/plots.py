"""Figures in, two plots out, as SVG: how often answers are wrong, and whether confidence is true.

Drawn here, and not by a library: the page takes their colours from its style, in dark as in light, and what
draws plots in Python brings tens of megabytes (docs/decisions.md).
"""

from bot.evaluation.figures import Measured

_LEAST_LABELLED = 0.002  # of a risk, else its axis would have no height

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


def risk_coverage(measured: Measured) -> str:
    """The share of wrong answers by the share of answered questions; a dot at the threshold."""
    top = max([_LEAST_LABELLED, *(risk for _, risk in measured.curve)])
    top = next(step for step in (0.01, 0.02, 0.04, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if step >= min(top, 1.0))
    points = " ".join(f"{_x(coverage)},{_y(risk / top)}" for coverage, risk in measured.curve)
    answered, wrong = measured.at_bar
    dot = f'<circle class=dot r="5.5" cx="{_x(answered)}" cy="{_y(wrong / top)}"/>' if answered else ""
    body = f'{_scales(top, "answered", "wrong")}<polyline class=line points="{points}"/>{dot}'
    return _svg(300, "Share of wrong answers by share of answered questions", body)


def reliability(measured: Measured) -> str:
    """The share of right answers by confidence, and below it how many questions there are."""
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
