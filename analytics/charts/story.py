"""One customer's story: orders along time, as large as their money, and when the next is expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.charts.style import AMBER, BLUE, FAINT, INK, MARGIN, PALE, PAPER, drawable, figure, headline, png

LARGEST, SMALLEST = 34.0, 6.0
"""Diameters of dots, in points."""
CROWD = 25
"""With more dots than these all are drawn smaller, so that they can still be told apart."""


@dataclass(frozen=True)
class Dot:
    """One day of buying; `money` may be nothing, `note` is written above it."""

    day: date
    money: float
    note: str = ""


def story(
    title: str,
    subtitle: str,
    dots: Sequence[Dot],
    today: tuple[date, str],
    expected: tuple[date, date, str] | None,
    ends: tuple[str, str],
) -> bytes:
    """Dots on a line of time up to `today`; `expected` is a span in which the next order is likely, with its label.

    `ends` are the words under the first dot and under the last. Of dots on each other the later lies on top.
    """
    drawn, axes = figure(3.0)
    drawn.subplots_adjust(left=MARGIN, right=1 - MARGIN, top=0.76, bottom=0.06)
    first = dots[0].day
    last = max(today[0], expected[1] if expected else today[0])
    room = timedelta(days=max(2, round((last - first).days * 0.06)))
    axes.set_xlim(*((moment - date(1970, 1, 1)).days for moment in (first - room, last + room)))
    axes.set_ylim(-1, 1)
    axes.set_axis_off()

    def place(moment: date) -> int:
        return (moment - date(1970, 1, 1)).days

    axes.plot([place(first), place(last)], [0, 0], color=PALE, linewidth=2, zorder=1)
    if expected:
        begin, end, words = expected
        wide = max(place(end) - place(begin), room.days / 4)
        axes.bar(place(begin) + wide / 2, 0.9, width=wide, bottom=-0.45, color=AMBER, alpha=0.35, zorder=1)
        _written(axes, place(begin) + wide / 2, 0.88, words, AMBER)
    axes.plot([place(today[0])] * 2, [-0.5, 0.5], color=FAINT, linewidth=1, linestyle=(0, (3, 3)), zorder=2)
    largest = max((dot.money for dot in dots), default=0.0) or 1.0
    widest = LARGEST * min(1, (CROWD / len(dots)) ** 0.5)
    for dot in dots:
        # The area of a dot is its money.
        size = max(widest * (max(dot.money, 0) / largest) ** 0.5, SMALLEST)
        axes.plot(place(dot.day), 0, "o", markersize=size, color=BLUE, alpha=0.75, mec=PAPER, clip_on=False, zorder=3)
        if dot.note:
            _written(axes, place(dot.day), 0.62, dot.note, INK)
    _written(axes, place(first), -0.64, ends[0], INK)
    if len(dots) > 1:
        _written(axes, place(dots[-1].day), -0.64, ends[1], INK)
    _written(axes, place(today[0]), -0.92, today[1], FAINT)
    _apart(axes)
    headline(drawn, title, subtitle)
    return png(drawn)


def _written(axes: object, across: float, up: float, words: str, colour: str) -> None:
    from matplotlib.axes import Axes

    assert isinstance(axes, Axes)
    axes.text(across, up, drawable(words), ha="center", va="center", fontsize=11, color=colour, zorder=4)


def _apart(axes: object) -> None:
    """Move words into the picture, and words of one line that would touch apart: the later ones to the right."""
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    assert isinstance(axes, Axes)
    assert isinstance(axes.figure, Figure)
    renderer = FigureCanvasAgg(axes.figure).get_renderer()
    frame = axes.get_window_extent(renderer)
    lines: dict[float, list[Text]] = {}
    for text in sorted(axes.texts, key=lambda text: text.get_position()[0]):
        lines.setdefault(text.get_position()[1], []).append(text)
    for up, texts in lines.items():
        boxes = [text.get_window_extent(renderer) for text in texts]
        begins = [min(max(box.x0, frame.x0), frame.x1 - box.width) for box in boxes]
        for later in range(1, len(begins)):
            begins[later] = max(begins[later], begins[later - 1] + boxes[later - 1].width + 12)
        edge = frame.x1
        for position in range(len(begins) - 1, -1, -1):
            begins[position] = min(begins[position], edge - boxes[position].width)
            edge = begins[position] - 12
        for text, begin in zip(texts, begins, strict=True):
            across = axes.transData.inverted().transform((begin, 0))[0]
            text.set(position=(across, up), horizontalalignment="left")
