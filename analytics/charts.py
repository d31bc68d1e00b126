"""The house style: small PNGs for a phone's width, direct labels instead of legends, Chinese glyphs included.

matplotlib is imported inside the functions: only workers need it.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, FAINT, PAPER = "#1f2933", "#7b8794", "#ffffff"
BLUE, PALE, AMBER = "#2f6fde", "#c9d8f5", "#e8912d"
WIDTH, DPI, MARGIN = 5.0, 180, 0.03
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]")


@dataclass(frozen=True)
class Bar:
    """One labelled bar: `value` and, in a paler tone behind it, `ground` of the same unit; `note` stands at its end."""

    label: str
    value: float
    note: str
    ground: float = 0.0
    accent: bool = False


@lru_cache(maxsize=1)
def _fonts() -> tuple[str, ...]:
    import pylopdf_fonts_zh_cn
    from matplotlib import font_manager

    path = str(pylopdf_fonts_zh_cn.sans_path())
    font_manager.fontManager.addfont(path)
    return font_manager.FontProperties(fname=path).get_name(), "DejaVu Sans"


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    from matplotlib import font_manager

    files = (font_manager.findfont(name) for name in _fonts())
    return frozenset().union(*(font_manager.get_font(file).get_charmap() for file in files))


def figure(height: float) -> tuple[Figure, Axes]:
    """An empty picture, `height` inches high, with one pair of axes stripped of its frame."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["font.family"] = list(_fonts())
    mpl.rcParams["axes.unicode_minus"] = False
    drawn = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=PAPER)
    axes = drawn.add_subplot()
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=11, labelcolor=INK)
    return drawn, axes


def png(drawn: Figure) -> bytes:
    """The picture as a palette PNG: half the bytes of a full-colour one."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas = FigureCanvasAgg(drawn)
    canvas.draw()
    image = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
    stream = io.BytesIO()
    palette = image.convert("RGB").quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette.save(stream, "PNG")
    return stream.getvalue()


def drawable(text: str) -> str:
    """The text without emoji and whatever else the fonts have no glyph for."""
    return "".join(sign for sign in EMOJI.sub("", text) if ord(sign) in _glyphs() or sign == "\n").strip(" ")


def shortened(text: str, most: int) -> str:
    """The text on one line, cut where it is wider than so many Latin letters; a Chinese sign is as wide as two."""
    line, wide = " ".join(text.split()), 0
    for position, sign in enumerate(line):
        wide += 2 if ord(sign) > 0x2E80 else 1
        if wide > most:
            return f"{line[:position]}…"
    return line


def headline(drawn: Figure, title: str, subtitle: str) -> None:
    """What the picture shows, as a sentence, above it, as large as fits on a line."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    height = drawn.get_figheight()
    renderer = FigureCanvasAgg(drawn).get_renderer()
    for text, size, colour, down in ((title, 14.0, INK, 0.13), (subtitle, 10.5, FAINT, 0.50)):
        line = drawn.text(MARGIN, 1 - down / height, drawable(text), va="top", ha="left", fontsize=size, color=colour)
        room = (1 - 2 * MARGIN) * WIDTH * DPI / max(line.get_window_extent(renderer).width, 1)
        line.set_fontsize(size * min(1, room))


def bars(title: str, subtitle: str, rows: Sequence[Bar]) -> bytes:
    """Horizontal bars from the top down, each label on a line above its bar."""
    height = 1.0 + 0.47 * len(rows)
    drawn, axes = figure(height)
    drawn.subplots_adjust(left=MARGIN, right=1 - MARGIN, top=1 - 0.80 / height, bottom=0.08 / height)
    longest = max((max(row.value, row.ground) for row in rows), default=1.0) or 1.0
    for position, row in enumerate(rows):
        axes.barh(position, row.ground, height=0.40, color=PALE)
        axes.barh(position, max(row.value, 0), height=0.20, color=AMBER if row.accent else BLUE)
        axes.text(0, position - 0.27, drawable(row.label), fontsize=11, color=INK, va="bottom", ha="left")
        axes.text(longest, position - 0.27, drawable(row.note), fontsize=11, color=INK, va="bottom", ha="right")
    axes.set_xlim(0, longest)
    axes.set_ylim(len(rows) - 0.6, -0.75)
    axes.set_axis_off()
    headline(drawn, title, subtitle)
    return png(drawn)


def columns(
    title: str,
    subtitle: str,
    labels: Sequence[str],
    values: Sequence[float],
    unfinished: Sequence[bool],
    notes: dict[int, str],
) -> bytes:
    """Upright columns over time; unfinished periods are pale, the columns in `notes` carry their figure.

    What stands behind a line break in a label (a month's year) is shown where it changes. Of notes that would overlap
    the first is shown.
    """
    drawn, axes = figure(3.8)
    drawn.subplots_adjust(left=MARGIN, right=1 - MARGIN, top=0.72, bottom=0.16)
    axes.bar(range(len(values)), values, width=0.78, color=[PALE if open_ else BLUE for open_ in unfinished])
    axes.set_xlim(-0.5, len(values) - 0.5)
    for position, note, begin, end in _apart(notes, len(values)):
        below = values[position] < 0
        beneath = values[round(begin) : round(end) + 1]
        axes.annotate(
            drawable(note),
            ((begin + end) / 2, min(*beneath, 0) if below else max(*beneath, 0)),
            (0, -4 if below else 4),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            fontsize=11,
            color=INK,
        )
    if any(values[position] < 0 for position in notes):
        axes.set_ylim(bottom=axes.get_ylim()[0] - 0.15 * (max(*values, 0) - min(values)))
    step = -(-len(labels) // 7)
    shown = range((len(labels) - 1) % step, len(labels), step)
    axes.set_xticks(list(shown), _changing([drawable(labels[position]) for position in shown]))
    for position, tick in zip(shown, axes.get_xticklabels(), strict=True):
        if len(values) > 12 and position in (0, len(values) - 1):
            tick.set_horizontalalignment("right" if position else "left")
    axes.set_yticks([])
    headline(drawn, title, subtitle)
    return png(drawn)


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


def _apart(notes: dict[int, str], columns: int) -> list[tuple[int, str, float, float]]:
    """The notes that do not overlap, with where they begin and end in columns; none leaves the picture."""
    inch = columns / (WIDTH * (1 - 2 * MARGIN))
    placed: list[tuple[int, str, float, float]] = []
    for position, note in notes.items():
        wide = sum(0.16 if ord(sign) > 0x2E80 else 0.095 for sign in note) * inch
        begin = max(min(position - wide / 2, columns - 0.5 - wide), -0.5)
        if all(begin + wide < start or end < begin for _, _, start, end in placed):
            placed.append((position, note, begin, begin + wide))
    return placed


def _changing(labels: Sequence[str]) -> list[str]:
    """The labels, their second lines only where they differ from the one before."""
    before = ["", *(label.partition("\n")[2] for label in labels)]
    return [
        label.partition("\n")[0] if label.endswith(f"\n{line}") else label
        for label, line in zip(labels, before, strict=False)
    ]
