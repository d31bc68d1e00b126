"""What was dealt out to whom, round by round, and what it brought: small columns and a range for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.charts.style import AMBER, BLUE, FAINT, INK, MARGIN, PALE, drawable, figure, headline, png

COLUMNS, RANGES = (0.0, 0.42), (0.5, 1.0)
"""Where the two halves begin and end, across."""
TALL, WIDEST = 0.42, 0.05


@dataclass(frozen=True)
class Dealt:
    """One of several: `people` per round; a rate at `middle` (None: nobody yet), likely from `low` to `high`."""

    label: str
    people: tuple[int, ...]
    low: float
    middle: float | None
    high: float
    note: str
    accent: bool = False


def dealt(title: str, subtitle: str, rows: Sequence[Dealt]) -> bytes:
    """Rows from the top down, labels above them; all columns are on one scale, and all ranges, which begins at zero."""
    height = 1.05 + 0.72 * len(rows)
    drawn, axes = figure(height)
    drawn.subplots_adjust(left=MARGIN, right=1 - MARGIN, top=1 - 0.85 / height, bottom=0.1 / height)
    most = max((n for row in rows for n in row.people), default=0) or 1
    widest = max((row.high for row in rows if row.middle is not None), default=0.0) or 1.0
    begin, end = RANGES
    axes.plot([begin, begin], [-0.45, len(rows) - 0.6], color=FAINT, linewidth=1, linestyle=(0, (3, 3)))
    for place, row in enumerate(rows):
        colour, floor = AMBER if row.accent else BLUE, place + 0.32
        step = (COLUMNS[1] - COLUMNS[0]) / max(len(row.people), 1)
        wide = min(0.8 * step, WIDEST)
        for position, people in enumerate(row.people):
            axes.bar(
                COLUMNS[0] + min(step, WIDEST / 0.8) * position + wide / 2,
                -TALL * people / most,
                wide,
                floor,
                color=colour,
            )
        axes.plot(COLUMNS, [floor, floor], color=PALE, linewidth=1)
        axes.text(COLUMNS[0], place - 0.22, drawable(row.label), fontsize=11, color=INK, va="bottom", ha="left")
        axes.text(end, place - 0.22, drawable(row.note), fontsize=11, color=INK, va="bottom", ha="right")
        if row.middle is not None:
            low, middle, high = (begin + (end - begin) * value / widest for value in (row.low, row.middle, row.high))
            axes.plot([low, high], [place + 0.1] * 2, color=colour, linewidth=4, solid_capstyle="round")
            axes.plot([middle], [place + 0.1], "o", color=colour, markersize=10, markeredgecolor="white")
    axes.set_xlim(-0.01, 1.02)
    axes.set_ylim(len(rows) - 0.5, -0.6)
    axes.set_axis_off()
    headline(drawn, title, subtitle)
    return png(drawn)
