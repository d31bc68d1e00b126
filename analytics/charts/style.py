"""The house style: small PNGs for a phone's width, direct labels instead of legends, Chinese glyphs included.

matplotlib is imported inside the functions: only workers need it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, FAINT, PAPER = "#1f2933", "#7b8794", "#ffffff"
BLUE, PALE, AMBER = "#2f6fde", "#c9d8f5", "#e8912d"
WIDTH, DPI, MARGIN = 5.0, 180, 0.03
SMALLEST = 10.2
"""Points; on a phone 390 pixels wide 11 of these."""
LINE = 0.018
"""Inches from line to line, for each point of the letters."""
WORD = re.compile("[\u2e80-\uffff][，。、；：）”！？]*\\s*|[^\\s\u2e80-\uffff]+\\s*")
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]")


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


def missing(text: str) -> str:
    """The signs of a text that the house fonts cannot show."""
    return "".join(sign for sign in text if not sign.isspace() and ord(sign) not in _glyphs())


def figure(height: float) -> tuple[Figure, Axes]:
    """An empty picture, `height` inches high, with one pair of axes stripped of its frame."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["font.family"] = list(_fonts())
    mpl.rcParams["axes.unicode_minus"] = False
    # A name with dollar signs is a name, not a formula.
    mpl.rcParams["text.parse_math"] = False
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
    """What the picture shows, as a sentence, above it; the picture grows where that takes more lines.

    Letters are drawn as large as fits on a line, but never too small for a phone.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    height, others = drawn.get_figheight(), list(drawn.texts)
    renderer = FigureCanvasAgg(drawn).get_renderer()
    room = (1 - 2 * MARGIN) * WIDTH * DPI

    def wide(words: str, size: float) -> float:
        line = drawn.text(0, 0, words, fontsize=size)
        found = float(line.get_window_extent(renderer).width)
        line.remove()
        return found

    def fits(size: float, words: str) -> bool:
        return wide(words, size) <= room

    down, written = 0.13, []
    for text, largest, least, colour in ((title, 14.0, 12.0, INK), (subtitle, 10.5, SMALLEST, FAINT)):
        words = drawable(text)
        fitting = largest * min(1.0, room / max(wide(words, largest), 1.0))
        size = max(fitting, least)
        lines = [words] if fitting >= least else _broken(words, partial(fits, size))
        written += [(line, down + number * LINE * size, size, colour) for number, line in enumerate(lines)]
        down += 0.37 + (len(lines) - 1) * LINE * size
    taller = height + down - 2 * 0.37 - 0.13
    share = height / taller
    drawn.set_figheight(taller)
    drawn.subplots_adjust(bottom=drawn.subplotpars.bottom * share, top=drawn.subplotpars.top * share)
    for other in others:
        other.set_y(other.get_position()[1] * share)
    for words, below, size, colour in written:
        drawn.text(MARGIN, 1 - below / taller, words, va="top", ha="left", fontsize=size, color=colour)


def _broken(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The text in lines that fit: between its parts (·) where these fit, else between words, or Chinese signs."""
    parts = text.split(" · ")
    pieces = [part + (" · " if number < len(parts) else "") for number, part in enumerate(parts, 1)]
    if not all(fits(piece.strip(" ·")) for piece in pieces):
        pieces = WORD.findall(text)
    lines = [""]
    for piece in pieces:
        if lines[-1] and not fits((lines[-1] + piece).rstrip(" ·")):
            lines.append("")
        lines[-1] += piece
    return [line.strip(" ·") for line in lines]
