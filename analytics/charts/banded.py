"""Columns over time with the range in which the last were to be expected."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.charts.style import AMBER, BLUE, FAINT, INK, MARGIN, PALE, drawable, figure, headline, png


def banded(
    title: str,
    subtitle: str,
    labels: Sequence[str],
    values: Sequence[float],
    pale: Sequence[bool],
    marked: int,
    expected: tuple[float, float] | None,
    note: str,
    *,
    accent: bool,
    across: bool,
) -> bytes:
    """Upright columns, the last `marked` in question: amber with an `accent`, and with the `note` above them.

    The `expected` range is a band behind them or, if it stands on all the columns, `across` the picture. Columns that are
    `pale` were not compared with.
    """
    drawn, axes = figure(3.8)
    drawn.subplots_adjust(left=MARGIN, right=1 - MARGIN, top=0.72, bottom=0.13)
    asked = range(len(values) - marked, len(values))
    colours = [AMBER if i in asked and accent else PALE if grey else BLUE for i, grey in enumerate(pale)]
    axes.bar(range(len(values)), values, width=0.78, color=colours)
    top = max(*values, 0.0)
    left, right = asked.start - 0.5, len(values) - 0.5
    if expected is not None:
        low, high = expected
        top = max(top, min(high, 1.3 * top))
        begin = -0.5 if across else left
        axes.fill_between([begin, right], low, min(high, top), color=INK, alpha=0.07, lw=0, zorder=0)
        for edge in (low, high):
            if edge <= top:
                axes.plot([left, right], [edge, edge], color=INK, lw=1.2, ls=(0, (3, 2)))
    axes.set_xlim(-0.5, right)
    axes.set_ylim(min(*values, 0.0), 1.12 * top or 1.0)
    axes.annotate(
        drawable(note),
        (right, max(values[-max(marked, round(0.03 * len(note) * len(values))) :])),
        (0, 4),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=11,
        color=INK,
    )
    step = -(-len(labels) // 5)
    shown = range((len(labels) - 1) % step, len(labels), step)
    axes.set_xticks(list(shown), [drawable(labels[position]) for position in shown])
    for position, tick in zip(shown, axes.get_xticklabels(), strict=True):
        if position in (0, len(values) - 1):
            tick.set_horizontalalignment("right" if position else "left")
    axes.tick_params(axis="x", labelcolor=FAINT)
    axes.set_yticks([])
    headline(drawn, title, subtitle)
    return png(drawn)
