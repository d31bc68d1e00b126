"""Where a table begins inside a sheet: title lines above, the header, the first row of data."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.reading.headers import is_known, is_total, normalise

VALUE = re.compile(
    r"^[\s$€£¥￥('+-]*[\d０-９][\d０-９.,:/\s年月日时分秒%-]*[)%元件]?$"
    r"|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$|^\S+@\S+\.\S+$|^(true|false|yes)$",
    re.IGNORECASE,
)
"""Cells that no header has: numbers, dates, addresses of mail, truth values."""

LONGEST_NAME = 200
"""Characters of a cell that are looked at here, and kept of a name: no header is longer, and patterns stay quick."""

Row = Sequence[str | None]


@dataclass(frozen=True)
class Layout:
    """`header` counts rows of the preview: the header stands there (None: the table has none), data from `data` on."""

    names: tuple[str, ...]
    header: int | None
    data: int
    baskets: bool = False


def find_layout(rows: Sequence[Row]) -> Layout:
    """Judge the first rows of a sheet, blank ones included."""
    rows = [[cell and cell.strip()[:LONGEST_NAME] for cell in row] for row in rows]
    widths = [_filled(row) for row in rows]
    width = _table_width(widths)
    candidates = [i for i, row in enumerate(rows[:40]) if _may_be_header(row, width)]
    if (known := next((i for i in candidates if _has_known_names(rows[i])), None)) is not None:
        above = (i for i in candidates if i < known and widths[i] >= widths[known] and _differs(rows[i], rows[i + 1 :]))
        return _with_second_line(rows, next(above, known))
    if _are_baskets([row for row, filled in zip(rows, widths, strict=True) if filled]):
        return Layout((), None, 0, baskets=True)
    for i in candidates:
        if _differs(rows[i], rows[i + 1 :]):
            return _with_second_line(rows, i)
    start = next((i for i, filled in enumerate(widths) if filled and filled >= width * 0.5), 0)
    columns = max((len(row) for row in rows[start:]), default=0)
    return Layout(tuple(f"#{n}" for n in range(1, columns + 1)), None, start)


def _filled(row: Row) -> int:
    return sum(bool(cell and cell.strip()) for cell in row)


def _table_width(widths: Sequence[int]) -> int:
    """The commonest number of filled cells, or the larger one where two are about as common."""
    counts = Counter(width for width in widths if width)
    if not counts:
        return 0
    most = max(counts.values())
    return max(width for width, count in counts.items() if count * 2 > most)


def _texts(row: Row) -> list[str]:
    return [cell.strip() for cell in row if cell and cell.strip()]


def _may_be_header(row: Row, width: int) -> bool:
    """Wide enough for the table, mostly different cells, and hardly a value among them."""
    cells = _texts(row)
    if not cells or len(cells) < max(1, 0.5 * width) or len(cells) < min(width, 2):
        return False
    values = sum(bool(VALUE.match(cell)) for cell in cells)
    return len(set(cells)) * 2 >= len(cells) and (values * 5 <= len(cells) or _has_known_names(row))


def _has_known_names(row: Row) -> bool:
    cells = _texts(row)
    known = sum(is_known(cell) for cell in cells)
    values = sum(bool(VALUE.match(cell)) for cell in cells)
    return (known >= 2 and values < known) or known * 2 >= len(cells)


def _differs(row: Row, below: Sequence[Row]) -> bool:
    """Whether the rows below are of another sort: none repeats a header cell, and some column turns to values."""
    filled = [other for other in below if _filled(other)]
    if not filled:
        return len(_texts(row)) == 1 or not any(VALUE.match(cell) for cell in _texts(row))
    columns = [
        (cell.strip(), [other[i] or "" for other in filled if i < len(other)])
        for i, cell in enumerate(row)
        if cell and cell.strip()
    ]
    if any(cell in {text.strip() for text in texts} for cell, texts in columns):
        return False
    return any(sum(bool(VALUE.match(t.strip())) for t in texts) * 2 > len(texts) for _, texts in columns) or (
        len({_filled(other) for other in filled}) == 1 and len({cell for cell, _ in columns}) == len(columns)
    )


def _are_baskets(rows: Sequence[Row]) -> bool:
    """Rows of many different lengths without a header list what was bought together."""
    lengths = Counter(_filled(row) for row in rows)
    if len(rows) >= 5 and min(lengths) > 3 and all(map(_is_ascending, rows)):
        return True
    return len(rows) >= 5 and len(lengths) > 3 and max(lengths.values()) < 0.7 * len(rows)


def _is_ascending(row: Row) -> bool:
    """Whole numbers that only grow, as item numbers in a basket are written."""
    items = [int(cell) for cell in row if cell and cell.strip().isdecimal()]
    return len(items) == _filled(row) and all(a < b for a, b in itertools.pairwise(items))


def _with_second_line(rows: Sequence[Row], i: int) -> Layout:
    """Join a header of two lines (groups above, names below), then name what is nameless and number what is doubled."""
    names = [(cell or "").strip() for cell in rows[i]]
    data = i + 1
    if data < len(rows) and _continues(rows[i], rows[data], rows[data + 1 :]):
        group, below = "", [(cell or "").strip() for cell in rows[data]]
        names += [""] * (len(below) - len(names))
        below += [""] * (len(names) - len(below))
        joined = []
        for upper, lower in zip(names, below, strict=True):
            group = upper or group
            joined.append(lower if is_known(lower) or not group else f"{group} {lower}" if lower else group)
        names, data = joined, data + 1
    return Layout(tuple(names), i, data)


def _continues(upper: Row, lower: Row, below: Sequence[Row]) -> bool:
    """The second of two header lines fills gaps of the first, and holds no values while the rows below do."""
    cells = [cell.strip() for cell in lower if cell and cell.strip()]
    gaps = _filled(upper) < max(len(upper), len(lower))
    if not cells or not gaps or any(VALUE.match(cell) for cell in cells) or is_total(cells[0]):
        return False
    filled = [row for row in below if _filled(row)][:20]
    return (
        bool(filled)
        and any(
            sum(bool(VALUE.match((row[i] or "").strip())) for row in filled if i < len(row)) * 2 > len(filled)
            for i in range(len(lower))
            if lower[i] and not (i < len(upper) and (upper[i] or "").strip() and normalise(upper[i] or "") == "")
        )
        and sum(is_known(cell) for cell in cells) >= max(1, len(cells) // 2)
    )


def title(rows: Sequence[Row], layout: Layout) -> str:
    """What stands above the header."""
    above = rows[: layout.data if layout.header is None else layout.header]
    return " ".join(cell.strip()[:LONGEST_NAME] for row in above for cell in row if cell and cell.strip())


def unique_names(names: Sequence[str], width: int) -> tuple[str, ...]:
    """A name for each column: nameless ones get their number, doubled ones a count behind."""
    padded = [*names, *[""] * (width - len(names))][:width]
    seen: Counter[str] = Counter()
    unique = []
    for place, name in enumerate(padded, 1):
        shown = name or f"#{place}"
        seen[shown] += 1
        unique.append(shown if seen[shown] == 1 else f"{shown} ({seen[shown]})")
    return tuple(unique)
