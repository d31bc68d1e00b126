"""What is tried on customers: who was to get which version, and from which day on it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

VERSION = "version"
HOLDOUT = "holdout"
"""The version of those who get nothing, so that there is something to compare with."""


@dataclass(frozen=True)
class Trial:
    """One message, or several versions of it, to one group of customers.

    `number` is 0 until it is kept. `kind` is that of the play that it came from, or `split`; `segment` the code of the
    group. `versions` are named as the owner calls them; the control is `HOLDOUT` if it is among them, else the first.
    `people` has one row a customer (`customer`, `version`), assigned with `seed`. Orders count from the day `sent` (None:
    not yet) for so many `days`. `result` is what its read-out wants to keep for good once the days are over.
    """

    kind: str
    segment: str
    versions: tuple[str, ...]
    seed: int
    days: int
    made: date
    people: pa.Table | Path
    sent: date | None = None
    number: int = 0
    result: str | None = None

    @property
    def control(self) -> str:
        """The version that the others are compared with."""
        return HOLDOUT if HOLDOUT in self.versions else self.versions[0]

    def assigned(self) -> pa.Table:
        """Who got which version: columns `customer` and `version`, text."""
        return pq.read_table(self.people) if isinstance(self.people, Path) else self.people

    def write(self, path: Path) -> None:
        """Who got which version, as Parquet."""
        pq.write_table(self.assigned(), path)
