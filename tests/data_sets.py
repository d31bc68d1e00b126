"""Where tests find the public data sets, which do not travel with the program."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("POCKET_TEST_DATA") or Path(__file__).parents[1].parent / "shared" / "data")


def shared_file(name: str) -> Path:
    """The data set of this name; the test is skipped, and says so, where it is not at hand."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"NOT TESTED: {name} is not in {FOLDER}; set POCKET_TEST_DATA to the folder that has it")
    return path
