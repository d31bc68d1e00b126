"""Shares in rows and columns, the higher the darker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.charts.style import BLUE, FAINT, INK, MARGIN, PAPER, SMALLEST, WIDTH, drawable, figure, headline, png

LABEL = 1.5
DARK = 0.55


@dataclass(frozen=True)
class Cells:
    """One row: its label and its shares (0–1); of the `faint` ones, by position, the colour is left out."""

    label: str
    shares: tuple[float, ...]
    faint: tuple[bool, ...]


def heat(title: str, subtitle: str, columns: Sequence[str], rows: Sequence[Cells]) -> bytes:
    """A table of percentages, one row a line, short rows ending early."""
    from matplotlib.colors import LinearSegmentedColormap

    height = 1.1 + 0.30 * len(rows)
    drawn, axes = figure(height)
    left = (LABEL + MARGIN * WIDTH) / WIDTH
    drawn.subplots_adjust(left=left, right=1 - MARGIN, top=1 - 1.02 / height, bottom=0.06 / height)
    told = [share for row in rows for share, faint in zip(row.shares, row.faint, strict=True) if not faint]
    highest = max(told, default=0.0) or 1.0
    colours = LinearSegmentedColormap.from_list("house", ["#eef3fc", "#8fb3ee", BLUE])
    for down, row in enumerate(rows):
        for across, (share, faint) in enumerate(zip(row.shares, row.faint, strict=True)):
            depth = min(share / highest, 1.0)
            axes.barh(
                down,
                0.94,
                height=0.90,
                left=across - 0.47,
                color="#f4f5f7" if faint else colours(depth),
            )
            colour = FAINT if faint else PAPER if depth > DARK else INK
            axes.text(across, down, f"{100 * share:.0f}", ha="center", va="center", fontsize=SMALLEST, color=colour)
    axes.set_xlim(-0.5, max(len(columns), 1) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [drawable(row.label) for row in rows])
    axes.set_xticks(range(len(columns)), [drawable(label) for label in columns])
    axes.xaxis.tick_top()
    axes.tick_params(axis="y", labelsize=SMALLEST, pad=4)
    axes.tick_params(axis="x", labelsize=SMALLEST, pad=1, labelcolor=FAINT)
    headline(drawn, title, subtitle)
    return png(drawn)
