"""Every text on disk under a folder, decoded: tables and their dictionaries, databases, archives, sealed files."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bot import sealing

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


def found(folder: Path, *texts: str, unlock: bool = True) -> list[tuple[str, str]]:
    """Which of the texts stands in which file of the folder, in whatever form; sealed files count where they are unlocked."""
    told = []
    for file in sorted(folder.rglob("*")):
        inside = pieces(file.name, file.read_bytes(), file, unlock=unlock) if file.is_file() else iter((file.name,))
        there = {text for piece in inside for text in texts if text in piece or _escaped(text) in piece}
        told += [(text, str(file.relative_to(folder))) for text in texts if text in there]
    return told


def _escaped(text: str) -> str:
    """As JSON writes it."""
    return json.dumps(text)[1:-1]


def pieces(name: str, content: bytes, file: Path | None = None, *, unlock: bool = True) -> Iterator[str]:
    """Everything that can be read out of a file: its bytes as they lie there, free pages and logs included, and what they say."""
    yield name
    for encoding in ENCODINGS:
        yield content.decode(encoding, "ignore")
    for encoding in ENCODINGS[1:]:
        yield content[1:].decode(encoding, "ignore")
    if file is not None and content.startswith(sealing.FORMAT):
        if unlock:
            yield from pieces(name, sealing.read(file))
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
