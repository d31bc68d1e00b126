"""Reference cases of others, which do not travel with the program."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.data_sets import FOLDER


def case(file: str, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs and expected answers of one case; the test is skipped, and says so, where they are not at hand."""
    path = FOLDER.parent / "golden" / f"{file}.json"
    if not path.exists():
        pytest.skip(f"NOT TESTED: {path} is not at hand")
    (found,) = [one for one in json.loads(path.read_text("utf-8"))["cases"] if one["id"] == name]
    return found["inputs"], found["expected"]
