"""Draws how seconds and memory grow with the number of sentences; ``million.py --plot`` calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SECONDS = {
    "build": ("build, vectors given", 1),
    "resumed": ("built again after a kill", 1),
    "warm": ("open", 1),
    "p95": ("ask, p95", 1e-3),
    "p50": ("ask, p50", 1e-3),
}
MEGABYTES = {
    "build_peak": ("build, peak", 1),
    "resident": ("ask, resident", 1),
    "anonymous": ("ask, anonymous", 1),
    "disk": ("on the disk", 1),
}


def draw(figures: Sequence[dict[str, Any]], file: Path, machine: str) -> None:
    """Draw the figures that ``million.py`` measured, one a size, on logarithmic axes."""
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    ordered = sorted(figures, key=lambda row: row["sentences"])
    sizes = [row["sentences"] for row in ordered]
    for axes, lines, unit in zip(figure.subplots(1, 2), (SECONDS, MEGABYTES), ("seconds", "MB"), strict=True):
        for key, (label, scale) in lines.items():
            axes.loglog(sizes, [row[key] * scale for row in ordered], marker="o", label=label)
        axes.set(xlabel="sentences", ylabel=unit)
        axes.grid(visible=True, which="major", alpha=0.3)
        axes.legend(fontsize="small")
    figure.suptitle(machine, fontsize="small")
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
