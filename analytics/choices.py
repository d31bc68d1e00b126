"""What the owner has decided about reading, handed in with every file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from analytics.dataset import Role

MEGABYTE = 1 << 20
ENCODINGS = ["gb18030", "big5hkscs", "cp932", "cp949", "euc-jp", "cp1252"]
"""What a text that is no Unicode may be written in."""


@dataclass(frozen=True)
class Choices:
    """Limits of this server and corrections by the owner.

    `roles` maps a `signature` of headers to the roles that the owner gave its columns; columns not named there are
    recognised as usual. `day_first` decides dates such as 3/5/24 where the column itself does not; None = by rule. `encoding` is
    what the owner chose for this file where the guess was in doubt. `year` is that of the latest date where dates have
    none; without it and without any other sign of a year it is the latest that puts no date after `today`.
    """

    max_rows: int = 3_000_000
    max_columns: int = 1_000
    max_tables: int = 400
    max_unpacked_mb: int = 1_000
    roles: Mapping[str, Mapping[str, Role]] = field(default_factory=dict)
    day_first: bool | None = None
    encoding: str | None = None
    year: int | None = None
    today: date | None = None


def signature(headers: Iterable[str]) -> str:
    """A short name for a table layout: equal headers in equal order give an equal name."""
    return hashlib.sha256("\x1f".join(headers).encode()).hexdigest()[:16]
