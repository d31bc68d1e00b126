"""Customers as dots, their groups in colours, each group's name at its middle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.charts.style import FAINT, INK, PAPER, drawable, figure, headline, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

COLOURS = ("#2f6fde", "#e8912d", "#2a9d72", "#b0479c", "#c8433f", "#6d7f1e", "#7a5c3e", "#4aa3c7")
"""The colours of natural groups; a group keeps its own, whatever its size."""
NOBODY = "#b8c0c8"


@dataclass(frozen=True)
class Side:
    """An axis: what it shows, how its numbers are written, and whether it is logarithmic."""

    label: str
    say: Callable[[float], str]
    logarithmic: bool


@dataclass(frozen=True)
class Crowd:
    """One group: `colour` is a number, `middle` where its name stands."""

    label: str
    colour: int
    middle: tuple[float, float]


def scatter(
    title: str,
    subtitle: str,
    sides: tuple[Side, Side],
    points: Sequence[tuple[float, float, int]],
    crowds: Sequence[Crowd],
) -> bytes:
    """Dots (across, up, number of their crowd; -1 of none). Equal whole numbers are spread a little, so that all show."""
    drawn, axes = figure(5.2)
    drawn.subplots_adjust(left=0.13, right=0.97, top=0.81, bottom=0.12)
    place = np.array([(across, up) for across, up, _ in points], float).reshape(-1, 2)
    crowd = np.array([number for _, _, number in points], int)
    rng = np.random.default_rng(1)
    apart = rng.uniform(-0.04, 0.04, place.shape) * [side.logarithmic for side in sides]
    place *= np.exp(apart)
    colours = [COLOURS[one.colour % len(COLOURS)] for one in crowds]
    shown = [colours[number] if number >= 0 else NOBODY for number in crowd]
    axes.scatter(place[:, 0], place[:, 1], s=14, c=shown, alpha=0.55, linewidths=0)
    for side, set_scale in zip(sides, (axes.set_xscale, axes.set_yscale), strict=True):
        if side.logarithmic:
            set_scale("log")
    for one, colour in zip(crowds, colours, strict=True):
        axes.scatter(*one.middle, s=150, c=colour, edgecolors=PAPER, linewidths=2, zorder=3)
    _names(axes, crowds)
    for axis, side in ((axes.xaxis, sides[0]), (axes.yaxis, sides[1])):
        _ticks(axis, side)
    axes.spines[["left", "bottom"]].set_visible(True)
    axes.spines[["left", "bottom"]].set_color("#d5dae0")
    drawn.text(0.97, 0.015, drawable(sides[0].label), ha="right", va="bottom", fontsize=10.5, color=FAINT)
    drawn.text(0.03, 0.822, drawable(sides[1].label), ha="left", va="bottom", fontsize=10.5, color=FAINT)
    headline(drawn, title, subtitle)
    return png(drawn)


def _names(axes: Axes, crowds: Sequence[Crowd]) -> None:
    """Each name beside its middle, on the side with more room, moved up or down until it covers no other."""
    from matplotlib import patheffects

    halo = [patheffects.withStroke(linewidth=3, foreground=PAPER)]
    taken: list[tuple[float, float]] = []
    to_axes = axes.transData + axes.transAxes.inverted()
    for one in sorted(crowds, key=lambda crowd: -crowd.middle[1]):
        across, up = to_axes.transform(one.middle)
        left = across > 0.5
        while any(abs(up - high) < 0.06 and (side < 0.5) == left for side, high in taken):
            up -= 0.06
        taken.append((0.0 if left else 1.0, up))
        axes.text(
            across + (-0.03 if left else 0.03),
            min(max(up, 0.03), 0.97),
            drawable(one.label),
            transform=axes.transAxes,
            ha="right" if left else "left",
            va="center",
            fontsize=11,
            color=INK,
            zorder=4,
            path_effects=halo,
        )


def _ticks(axis: Axis, side: Side) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

    low, high = axis.get_view_interval()
    if side.logarithmic:
        steps = [step * 10.0**power for power in range(-3, 13) for step in (1, 2, 5)]
        inside = [value for value in steps if low <= value <= high]
        axis.set_major_locator(FixedLocator(inside if len(inside) <= 5 else inside[:: -(-len(inside) // 5)]))
        axis.set_minor_locator(NullLocator())
    else:
        axis.set_major_locator(MaxNLocator(4))
    axis.set_major_formatter(FuncFormatter(lambda value, _: side.say(value)))
