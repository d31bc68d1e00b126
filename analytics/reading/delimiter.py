"""Which character separates the fields of a text."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence

CANDIDATES = (",", ";", "\t", "|", "，")
BLANKS = " "


def split(lines: Iterable[str], delimiter: str) -> list[list[str]]:
    """Records of some lines of text; a quote that never closes takes the rest as one field."""
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter == BLANKS)
    try:
        return list(reader)
    except csv.Error:
        return [line.rstrip("\r\n").split(delimiter) for line in lines]


def find_delimiter(lines: Sequence[str]) -> str | None:
    """The candidate that cuts most lines into the same number of fields, more fields before fewer; None: one column.

    Where no candidate does, a text of numbers with blanks between them is separated by blanks.
    """
    if lines and (named := lines[0].strip().lower()).startswith("sep=") and len(named) == 5:
        return named[4]
    best, best_score = None, 0.0
    for candidate in CANDIDATES:
        score = _consistency(split(lines, candidate))
        if score > best_score:
            best, best_score = candidate, score
    if best is None and _blank_separated(lines):
        return BLANKS
    return best


def _consistency(records: list[list[str]]) -> float:
    """Share of records with the commonest width of two or more, with a little for each further field."""
    widths = Counter(len(record) for record in records if any(field.strip() for field in record))
    total = widths.total()
    several = {width: count for width, count in widths.items() if width > 1}
    if not several:
        return 0.0
    width, count = max(several.items(), key=lambda item: (item[1] * min(item[0], 5), item[0]))
    ragged = sum(several.values())
    share = max(count / total, 0.6 * ragged / total)
    return share * (1 + 0.02 * min(width, 20)) if share >= 0.3 else 0.0


def _blank_separated(lines: Sequence[str]) -> bool:
    filled = [line.split() for line in lines if line.strip()]
    several = sum(len(words) > 1 for words in filled)
    numbers = sum(word.replace(".", "").replace("-", "").isdigit() for words in filled for word in words)
    return several * 2 > len(filled) and numbers > 0.9 * sum(map(len, filled))
