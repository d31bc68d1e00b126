"""What it takes against what it shows: a falling curve, with what is there as a line across it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analytics.charts.style import AMBER, BLUE, FAINT, INK, PAPER, SMALLEST, drawable, figure, headline, png

TICKS = tuple(step * 10**power for power in range(10) for step in (1, 2, 5))


@dataclass(frozen=True)
class Mark:
    """A place on the curve with its words; an `accent` stands out."""

    across: float
    up: float
    note: str
    accent: bool = False


def curve(
    title: str,
    subtitle: str,
    points: Sequence[tuple[float, float]],
    marks: Sequence[Mark],
    level: tuple[float, str] | None,
    sides: tuple[Callable[[float], str], Callable[[float], str]],
) -> bytes:
    """A line through the points, upwards logarithmic; `level` is a line across with its words, `sides` say the axes."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

    drawn, axes = figure(4.0)
    drawn.subplots_adjust(left=0.15, right=0.97, top=0.80, bottom=0.10)
    axes.set_yscale("log")
    axes.plot(*zip(*points, strict=True), color=BLUE, linewidth=3, solid_capstyle="round")
    ups = [up for _, up in points] + ([level[0]] if level else [])
    axes.set_ylim(min(ups) / 1.6, max(ups) * 1.6)
    axes.set_xlim(0, points[-1][0] * 1.02)
    if level is not None:
        axes.axhline(level[0], color=AMBER, linewidth=1.5, linestyle=(0, (4, 3)))
        axes.annotate(
            drawable(level[1]),
            (1, level[0]),
            (-2, 4),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=11,
            color=INK,
        )
    for mark in marks:
        colour = AMBER if mark.accent else BLUE
        axes.plot(mark.across, mark.up, "o", color=colour, markersize=11, markeredgecolor=PAPER, zorder=3)
        right = mark.across > 0.6 * points[-1][0]
        axes.annotate(
            drawable(mark.note),
            (mark.across, mark.up),
            (-8 if right else 8, -7 if right else 7),
            textcoords="offset points",
            ha="right" if right else "left",
            va="top" if right else "bottom",
            fontsize=11,
            color=INK,
            zorder=4,
        )
    low, high = axes.get_ylim()
    ticks = [tick for tick in TICKS if low <= tick <= high]
    axes.yaxis.set_major_locator(FixedLocator(ticks[:: -(-len(ticks) // 6)] if ticks else []))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: sides[1](value)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: sides[0](value) if value > 0 else ""))
    axes.tick_params(axis="both", labelcolor=FAINT, labelsize=SMALLEST)
    axes.spines[["left", "bottom"]].set_visible(True)
    axes.spines[["left", "bottom"]].set_color("#d5dae0")
    headline(drawn, title, subtitle)
    return png(drawn)
