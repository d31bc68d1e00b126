"""How values are spread: a histogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.charts.style import AMBER, BLUE, INK, MARGIN, drawable, figure, headline, png


@dataclass(frozen=True)
class Bin:
    """One column of a histogram: how many values fall into it, and how many of them are `odd`."""

    values: int
    odd: int = 0


def histogram(title: str, subtitle: str, bins: Sequence[Bin], edges: dict[float, str]) -> bytes:
    """Columns that touch, as high as values fall into them; `edges` name places on the axis, 0 the left end of the first.

    Odd values stand in another colour with their number, never so low that they cannot be seen.
    """
    drawn, axes = figure(3.4)
    drawn.subplots_adjust(left=MARGIN, right=1 - MARGIN, top=0.74, bottom=0.13)
    most = max((entry.values for entry in bins), default=1) or 1
    for position, entry in enumerate(bins):
        usual = entry.values - entry.odd
        axes.bar(position + 0.5, usual, width=0.96, color=BLUE)
        if entry.odd:
            high = max(entry.odd, most / 60)
            axes.bar(position + 0.5, high, bottom=usual, width=0.96, color=AMBER)
            axes.annotate(
                str(entry.odd),
                (position + 0.5, usual + high),
                (0, 3),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=11,
                color=INK,
            )
    axes.set_xlim(0, len(bins))
    axes.set_ylim(0, 1.08 * most)
    axes.set_xticks(list(edges), [drawable(label) for label in edges.values()])
    for place, tick in zip(edges, axes.get_xticklabels(), strict=True):
        tick.set_horizontalalignment("left" if place <= 0 else "right" if place >= len(bins) else "center")
    axes.set_yticks([])
    headline(drawn, title, subtitle)
    return png(drawn)
