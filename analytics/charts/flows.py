"""Where people went: groups before on the left, groups now on the right, and bands between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.charts.style import (
    AMBER,
    BLUE,
    DPI,
    INK,
    MARGIN,
    PAPER,
    SMALLEST,
    WIDTH,
    drawable,
    figure,
    headline,
    png,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABEL, BLOCK = 1.55, 0.07
LOWEST, GAP = 0.24, 0.12
SPAN = 2.4
"""Inches: the width kept for names, of a block; the least height of a block, between blocks, and of all bands."""


@dataclass(frozen=True)
class Band:
    """So many people from one group to another; an `accent` is a loss."""

    before: str
    after: str
    people: int
    note: str
    accent: bool


def flows(title: str, subtitle: str, before: Sequence[str], after: Sequence[str], bands: Sequence[Band]) -> bytes:
    """Bands as wide as they have people, from the groups `before` to those `after`, each side from the top down."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    sides = ((False, before), (True, after))
    scale = SPAN / max(sum(band.people for band in bands), 1)
    tops = [_stack([scale * _size(bands, name, right) for name in names]) for right, names in sides]
    deep = max(bottom for _, bottom in tops)
    height = deep + 1.0
    drawn, axes = figure(height)
    drawn.subplots_adjust(left=MARGIN, right=1 - MARGIN, top=1 - 0.85 / height, bottom=0.08 / height)
    inner = WIDTH * (1 - 2 * MARGIN)
    begin, end = LABEL, inner - LABEL
    renderer = FigureCanvasAgg(drawn).get_renderer()
    used: dict[tuple[bool, str], float] = {}
    for right, names in sides:
        for name, (top, tall) in zip(names, tops[right][0], strict=True):
            size = scale * _size(bands, name, right)
            across = end if right else begin - BLOCK
            middle = top + tall / 2
            axes.fill_between([across, across + BLOCK], middle - size / 2, middle + size / 2, color=INK, linewidth=0)
            aside, side = (end + BLOCK + 0.06, "left") if right else (begin - BLOCK - 0.06, "right")
            label = axes.text(aside, middle, drawable(name), ha=side, va="center", fontsize=10.5, color=INK)
            room = (LABEL - BLOCK - 0.08) * DPI / max(label.get_window_extent(renderer).width, 1)
            label.set_fontsize(10.5 * min(1, room))
            used[right, name] = middle - size / 2
    # Bands leave and arrive in the order of the other side's groups, so that few cross.
    leaving, arriving = {}, {}
    for band in sorted(bands, key=lambda b: (before.index(b.before), after.index(b.after))):
        leaving[band] = used[False, band.before]
        used[False, band.before] += scale * band.people
    for band in sorted(bands, key=lambda b: (after.index(b.after), before.index(b.before))):
        arriving[band] = used[True, band.after]
        used[True, band.after] += scale * band.people
    for band in bands:
        _draw(axes, band, (begin, leaving[band]), (end, arriving[band]), scale * band.people)
    axes.set_xlim(0, inner)
    axes.set_ylim(deep, 0)
    axes.set_axis_off()
    headline(drawn, title, subtitle)
    return png(drawn)


def _size(bands: Sequence[Band], name: str, right: bool) -> int:
    return sum(band.people for band in bands if (band.after if right else band.before) == name)


def _stack(sizes: Sequence[float]) -> tuple[list[tuple[float, float]], float]:
    """Top and height of the place of each block, one below the other, and where the last ends."""
    places, top = [], 0.0
    for size in sizes:
        tall = max(size, LOWEST)
        places.append((top, tall))
        top += tall + GAP
    return places, top


def _draw(axes: Axes, band: Band, begin: tuple[float, float], end: tuple[float, float], wide: float) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (x, y), (to_x, to_y) = begin, end
    middle = (x + to_x) / 2
    corners = [(x, y), (middle, y), (middle, to_y), (to_x, to_y)]
    back = [(to_x, to_y + wide), (middle, to_y + wide), (middle, y + wide), (x, y + wide)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    shape = Path([*corners, *back, (x, y)], codes)
    axes.add_patch(
        PathPatch(shape, facecolor=AMBER if band.accent else BLUE, alpha=0.6, edgecolor=PAPER, linewidth=0.6)
    )
    if wide > 0.17:
        axes.text(x + 0.06, y + wide / 2, drawable(band.note), ha="left", va="center", fontsize=SMALLEST, color=INK)
