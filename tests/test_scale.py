"""docs/scale.md: the sums follow from the figures, and the limits are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.compute import cluster, pool
from bot.digest import LATE, PER_SECOND

TEXT = (Path(__file__).parents[1] / "docs" / "scale.md").read_text("utf-8")
WEEK = 7 * 24 * 3600
LARGE = 1 / 20
BUSIEST = 0.05


def row(name: str) -> list[float]:
    (found,) = re.findall(rf"^\| {re.escape(name)} \| (.*) \|$", TEXT, re.MULTILINE)
    return [float(cell.replace(",", "")) for cell in found.split(" | ")]


def mixed(name: str) -> float:
    ordinary, large, *_ = row(name)
    return (1 - LARGE) * ordinary + LARGE * large


TELLING = mixed("`/digest`")
ASKING = (
    mixed("upload")
    + mixed("`/overview`")
    + 5 * sum(mixed(f"`/{name}`") for name in ("overview", "segments", "lifecycle", "basket")) / 4
)
EACH = {
    "core-seconds a week": ASKING + TELLING,
    "cores, on average": (ASKING + TELLING) / WEEK,
    "cores in the busiest hour, without digests": ASKING * BUSIEST / 3600,
    "digests a second, spread over the whole week": 1 / WEEK,
    f"seconds to send all digests at {PER_SECOND} a second": 1 / PER_SECOND,
    "messages a second in the busiest hour, without digests": 6 * BUSIEST / 3600,
    "files, GB": mixed("files: the sheet as sent, and its tables") / 1000,
    "database, GB": mixed("rows in SQLite") / 1000,
}


@pytest.mark.parametrize("line", EACH)
def test_the_sums_follow_from_the_figures(line: str) -> None:
    for owners, told in zip((10, 10_000, 1_000_000), row(line), strict=True):
        # Two figures are told, and the first may be a 1.
        assert told == pytest.approx(owners * EACH[line], rel=0.1)
    assert float(re.findall(r"takes ([\d.]+) cores", TEXT)[0]) == pytest.approx(TELLING * PER_SECOND, rel=0.02)


def test_the_limits_are_those_of_the_code() -> None:
    assert f"gives {PER_SECOND} of the 30" in TEXT
    assert f"{int(LATE.total_seconds() * PER_SECOND):,}" in TEXT
    assert LATE.total_seconds() == 3 * 3600
    assert pool.MEMORY_LIMIT == 3 * 1024**3
    assert "3 GB, its ceiling" in TEXT
    assert pytest.approx(2 / 3) == pool.SHARE
    assert "two thirds of the memory of its machine or container, and 3 GB at most" in " ".join(TEXT.split())
    assert cluster.PATIENCE == 5
    assert "within five seconds" in TEXT
    assert cluster.NOTES == "trips"
    assert "`POCKET_DATA/trips`" in TEXT
