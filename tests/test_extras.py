"""What extras take on disk is what the READMEs say."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = [" ".join((ROOT / name).read_text("utf-8").split()) for name in ("README.md", "README.zh-CN.md")]


@pytest.mark.parametrize(
    ("brings", "megabytes", "says"),
    [
        (("numba", "llvmlite"), 200, ("for 200 MB on disk", "多占 200 MB 磁盘")),
        (("opendp",), 264, ("`privacy` (264 MB on disk)", "`privacy`（占 264 MB 磁盘）")),
    ],
)
def test_an_extra_takes_the_disk_that_it_is_said_to(brings: tuple[str, ...], megabytes: int, says: str) -> None:
    for readme, words in zip(READMES, says, strict=True):
        assert words in readme
    try:
        files = [file.locate() for name in brings for file in distribution(name).files or ()]
    except PackageNotFoundError as missing:
        pytest.skip(f"NOT MEASURED: {missing}")
    taken = sum(Path(file).stat().st_size for file in files if Path(file).is_file())
    assert taken / 1024**2 == pytest.approx(megabytes, rel=0.15)
