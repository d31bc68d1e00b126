"""Where values lie, likely: a dot and a line each, on one axis with nothing in its middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.charts.style import AMBER, BLUE, FAINT, INK, MARGIN, drawable, figure, headline, png

PAPER_SHADE = "#eef1f5"


@dataclass(frozen=True)
class Range:
    """One line: from `low` to `high`, the dot at `middle`; `accent` where it does not touch nothing."""

    label: str
    low: float
    middle: float
    high: float
    note: str
    accent: bool = False


def ranges(
    title: str,
    subtitle: str,
    rows: Sequence[Range],
    worse: str,
    better: str,
    *,
    band: float = 0.0,
    band_note: str = "",
) -> bytes:
    """Rows from the top down, their labels above them; `worse` and `better` name the two sides of nothing.

    What lies within `band` of nothing is shaded, and `band_note` says why.
    """
    height = 1.35 + 0.62 * len(rows) + (0.2 if band else 0)
    drawn, axes = figure(height)
    drawn.subplots_adjust(
        left=MARGIN, right=1 - MARGIN, top=1 - 0.85 / height, bottom=(0.62 if band else 0.42) / height
    )
    widest = max((max(abs(row.low), abs(row.high)) for row in rows), default=1.0) or 1.0
    widest = max(widest, 1.15 * band)
    if band:
        axes.axvspan(-band, band, color=PAPER_SHADE, linewidth=0)
    axes.axvline(0, color=FAINT, linewidth=1, linestyle=(0, (3, 3)))
    for place, row in enumerate(rows):
        colour = AMBER if row.accent else BLUE
        axes.plot([row.low, row.high], [place, place], color=colour, linewidth=4, solid_capstyle="round")
        axes.plot([row.middle], [place], "o", color=colour, markersize=10, markeredgecolor="white")
        axes.text(-widest, place - 0.32, drawable(row.label), fontsize=11, color=INK, va="bottom", ha="left")
        axes.text(widest, place - 0.32, drawable(row.note), fontsize=11, color=INK, va="bottom", ha="right")
    axes.set_xlim(-1.04 * widest, 1.04 * widest)
    axes.set_ylim(len(rows) - 0.5, -0.85)
    axes.set_axis_off()
    for text, across, side in ((worse, MARGIN, "left"), (better, 1 - MARGIN, "right")):
        drawn.text(across, 0.12 / height, drawable(text), ha=side, va="bottom", fontsize=10.5, color=FAINT)
    if band_note:
        drawn.text(0.5, 0.36 / height, drawable(band_note), ha="center", va="bottom", fontsize=10.5, color=FAINT)
    headline(drawn, title, subtitle)
    return png(drawn)
