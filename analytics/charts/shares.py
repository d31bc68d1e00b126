"""Parts of a whole: bars from the top down, and a pie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.charts.style import (
    AMBER,
    BLUE,
    FAINT,
    INK,
    MARGIN,
    PALE,
    PAPER,
    drawable,
    figure,
    headline,
    png,
    shortened,
)

TWO_LINES = 1.45


@dataclass(frozen=True)
class Bar:
    """One labelled bar: `value` and, in a paler tone behind it, `ground` of the same unit; `note` stands at its end."""

    label: str
    value: float
    note: str
    ground: float = 0.0
    accent: bool = False


def bars(title: str, subtitle: str, rows: Sequence[Bar]) -> bytes:
    """Horizontal bars from the top down, each label on a line, or two, above its bar."""
    apart = TWO_LINES if any("\n" in row.label for row in rows) else 1.0
    height = 1.0 + 0.47 * apart * len(rows)
    drawn, axes = figure(height)
    drawn.subplots_adjust(left=MARGIN, right=1 - MARGIN, top=1 - 0.80 / height, bottom=0.08 / height)
    longest = max((max(row.value, row.ground) for row in rows), default=1.0) or 1.0
    for number, row in enumerate(rows):
        position = apart * number
        axes.barh(position, row.ground, height=0.40, color=PALE)
        axes.barh(position, max(row.value, 0), height=0.20, color=AMBER if row.accent else BLUE)
        axes.text(0, position - 0.27, drawable(row.label), fontsize=11, color=INK, va="bottom", ha="left")
        axes.text(longest, position - 0.27, drawable(row.note), fontsize=11, color=INK, va="bottom", ha="right")
    axes.set_xlim(0, longest)
    axes.set_ylim(apart * len(rows) - 0.6 * apart, 0.25 - apart)
    axes.set_axis_off()
    headline(drawn, title, subtitle)
    return png(drawn)


def pie(title: str, subtitle: str, slices: Sequence[Bar]) -> bytes:
    """The parts of one whole, from noon clockwise, each named beside it; an `accent` marks what is not known."""
    drawn, axes = figure(3.6)
    drawn.subplots_adjust(left=MARGIN, right=1 - MARGIN, top=0.74, bottom=0.04)
    whole = sum(entry.value for entry in slices)
    colours = iter((BLUE, "#7ba3ea", PALE, "#4b5a6b", "#a9b4c0"))
    begin = 90.0
    axes.pie(
        [entry.value for entry in slices],
        startangle=90,
        counterclock=False,
        radius=1,
        colors=[AMBER if entry.accent else next(colours) for entry in slices],
        wedgeprops={"linewidth": 2, "edgecolor": PAPER},
    )
    places = []
    for entry in slices:
        turn = 360 * entry.value / whole
        angle = math.radians(begin - turn / 2)
        begin -= turn
        places.append((math.cos(angle), math.sin(angle), f"{shortened(drawable(entry.label), 15)}\n{entry.note}"))
    for right in (True, False):
        side = sorted((place for place in places if (place[0] >= 0) is right), key=lambda place: -place[1])
        highs = _spaced([place[1] for place in side], 0.42)
        for (across, up, label), high in zip(side, highs, strict=True):
            axes.annotate(
                label,
                (across, up),
                (1.2 if right else -1.2, high),
                ha="left" if right else "right",
                va="center",
                fontsize=11,
                color=INK,
                arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.8, "shrinkA": 2, "shrinkB": 0},
            )
    axes.set_xlim(-2.6, 2.6)
    axes.set_ylim(-1.08, 1.08)
    axes.set_aspect("equal")
    headline(drawn, title, subtitle)
    return png(drawn)


def _spaced(heights: Sequence[float], apart: float) -> list[float]:
    """Heights, from the top down, moved as little as it takes to be `apart`, and within −1 and 1."""
    placed: list[float] = []
    for number, height in enumerate(heights):
        lowest = -1 + apart * (len(heights) - 1 - number)
        placed.append(min(max(height, lowest), placed[-1] - apart if placed else 1.0))
    return placed
