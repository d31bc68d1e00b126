"""Every text on disk under a folder, decoded: tables and their dictionaries, databases, archives, sealed files."""

from __future__ import annotations

import gzip
import io
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bot import sealing


def found(folder: Path, *texts: str) -> list[tuple[str, str]]:
    """Which of the texts stands in which file of the folder, in whatever form."""
    return [
        (text, str(file.relative_to(folder)))
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        for text in texts
        if any(text in piece for piece in pieces(file.name, file.read_bytes(), file))
    ]


def pieces(name: str, content: bytes, file: Path | None = None) -> Iterator[str]:
    """Everything that can be read out of a file."""
    yield name
    yield content.decode("utf-8", "ignore")
    yield content.decode("utf-16-le", "ignore")
    if content.startswith(sealing.MAGIC):
        yield from pieces(name, sealing.opened(content))
    elif content[:4] == b"PAR1":
        yield from _parquet(content)
    elif content[:2] == b"\x1f\x8b":
        yield from pieces(name, gzip.decompress(content))
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.namelist():
                yield from pieces(entry, archive.read(entry))
    elif content[:15] == b"SQLite format 3" and file is not None:
        database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        yield from database.iterdump()
        database.close()


def _parquet(content: bytes) -> Iterable[str]:
    table = pq.read_table(pa.BufferReader(content))
    yield str(table.schema.metadata)
    for column in table.columns:
        for chunk in column.chunks:
            if pa.types.is_dictionary(chunk.type):
                yield "\n".join(map(str, chunk.dictionary.to_pylist()))
            yield "\n".join(map(str, chunk.to_pylist()))
