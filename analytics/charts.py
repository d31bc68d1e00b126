"""The house style: small PNGs for a phone's width, direct labels instead of legends, Chinese glyphs included.

matplotlib is imported inside the functions: only workers need it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, FAINT, PAPER = "#1f2933", "#7b8794", "#ffffff"
BLUE, PALE, AMBER = "#2f6fde", "#c9d8f5", "#e8912d"
WIDTH, DPI = 6.0, 150
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
def _fonts() -> list[str]:
    import pylopdf_fonts_zh_cn
    from matplotlib import font_manager

    path = str(pylopdf_fonts_zh_cn.sans_path())
    font_manager.fontManager.addfont(path)
    return [font_manager.FontProperties(fname=path).get_name(), "DejaVu Sans"]


def figure(height: float) -> tuple[Figure, Axes]:
    """An empty picture, `height` inches high, with one pair of axes stripped of its frame."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["font.family"] = _fonts()
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
    image.convert("RGB").quantize(64).save(stream, "PNG", optimize=False)
    return stream.getvalue()


def headline(drawn: Figure, title: str, subtitle: str) -> None:
    """What the picture shows, as a sentence, above it; emoji are dropped, for the font has none."""
    height = drawn.get_figheight()
    drawn.text(0.03, 1 - 0.13 / height, EMOJI.sub("", title), fontsize=14, color=INK, va="top", ha="left", wrap=True)
    drawn.text(0.03, 1 - 0.50 / height, EMOJI.sub("", subtitle), fontsize=10.5, color=FAINT, va="top", ha="left")


def bars(title: str, subtitle: str, rows: Sequence[Bar]) -> bytes:
    """Horizontal bars from the top down, each label on a line above its bar."""
    height = 1.0 + 0.47 * len(rows)
    drawn, axes = figure(height)
    drawn.subplots_adjust(left=0.03, right=0.97, top=1 - 0.80 / height, bottom=0.08 / height)
    longest = max((max(row.value, row.ground) for row in rows), default=1.0) or 1.0
    for position, row in enumerate(rows):
        axes.barh(position, row.ground, height=0.40, color=PALE)
        axes.barh(position, max(row.value, 0), height=0.20, color=AMBER if row.accent else BLUE)
        axes.text(0, position - 0.27, EMOJI.sub("", row.label), fontsize=11, color=INK, va="bottom", ha="left")
        axes.text(longest, position - 0.27, row.note, fontsize=11, color=INK, va="bottom", ha="right")
    axes.set_xlim(0, longest)
    axes.set_ylim(len(rows) - 0.6, -0.75)
    axes.set_axis_off()
    headline(drawn, title, subtitle)
    return png(drawn)


def columns(title: str, subtitle: str, labels: Sequence[str], values: Sequence[float], unfinished: Sequence[bool],
            notes: dict[int, str]) -> bytes:
    """Upright columns over time; unfinished periods are pale, the columns in `notes` carry their figure."""
    drawn, axes = figure(3.6)
    drawn.subplots_adjust(left=0.03, right=0.97, top=0.72, bottom=0.12)
    axes.bar(range(len(values)), values, width=0.78, color=[PALE if open_ else BLUE for open_ in unfinished])
    for position, note in notes.items():
        edge: Literal["left", "center", "right"] = (
            "left" if position == 0 and len(values) > 6 else "right" if position == len(values) - 1 and len(values) > 6 else "center"
        )
        anchor = position + {"left": -0.39, "center": 0.0, "right": 0.39}[edge]
        axes.annotate(note, (anchor, values[position]), (0, 4), textcoords="offset points", ha=edge, fontsize=11, color=INK)
    step = -(-len(labels) // 8)
    shown = range(len(labels) - 1, -1, -step)
    axes.set_xticks(list(shown), [labels[position] for position in shown])
    axes.set_yticks([])
    axes.set_xlim(-0.5, len(values) - 0.5)
    headline(drawn, title, subtitle)
    return png(drawn)
