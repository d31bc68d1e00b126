"""Tables as Parquet files. What reads them brings clients for clouds along, so it is loaded with the first file only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

LARGEST_GROUP = 1 << 22


def read(source: Path | pa.NativeFile, columns: Sequence[str] | None = None) -> pa.Table:
    """The columns named, in that order; all, if none."""
    import pyarrow.parquet

    return pyarrow.parquet.read_table(source, columns=columns, use_threads=False)


def schema(file: Path) -> pa.Schema:
    """Names and types of the columns, and what else the file says of itself."""
    import pyarrow.parquet

    return pyarrow.parquet.read_schema(file)


def rows(file: Path) -> int:
    """How many rows the file says it has."""
    import pyarrow.parquet

    return int(pyarrow.parquet.read_metadata(file).num_rows)


def write(table: pa.Table, to: Path | pa.NativeFile) -> None:
    """Write a table; small on disk and quick to read as a whole."""
    import pyarrow.parquet

    pyarrow.parquet.write_table(
        table, to, compression="zstd", compression_level=1, row_group_size=LARGEST_GROUP, write_statistics=False
    )
