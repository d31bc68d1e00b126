"""Where the data sets lie that are too large to travel with the program."""

from __future__ import annotations

import os
from pathlib import Path

BESIDE = Path(__file__).parents[2] / "shared" / "data"


class Missing(Exception):
    """A data set that is not on this machine; what needs it is skipped, and said to be."""


def find(name: str) -> Path:
    """The file of that name under POCKET_TEST_DATA, else in `shared/data` beside the repository.

    Raises Missing where there is none.
    """
    folder = Path(os.environ.get("POCKET_TEST_DATA") or BESIDE)
    path = folder / name
    if not path.is_file():
        raise Missing(f"{name} is not in {folder}")
    return path
