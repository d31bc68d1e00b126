"""Zip files that a chat takes, filled one after the other: never more than one of them is in memory."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO

import pyarrow as pa

from analytics import lists

LARGEST = 45_000_000
"""Bytes of one zip: Telegram takes 50 MB from a bot."""
ROWS = 20_000
LONGEST_NAME = 150
"""Bytes of a file's name; disks take 255, with what programs add to it."""
FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)", re.IGNORECASE)
"""Names that mean no file on Windows, whatever stands behind their dot."""


def distinct(names: Iterable[str]) -> list[str]:
    """The names of files as every system can unpack them into one folder: plain, readable, and no two the same."""
    taken: set[str] = set()
    found = []
    for name in names:
        stem, suffix = _plain(name)
        number, shown = 1, f"{stem}{suffix}"
        while shown.casefold() in taken:
            number += 1
            shown = f"{stem} ({number}){suffix}"
        taken.add(shown.casefold())
        found.append(shown)
    return found


def _plain(name: str) -> tuple[str, str]:
    """A name, cut before its suffix, without anything of a path, ends of lines, and signs that hide or turn others."""
    text = unicodedata.normalize("NFC", FORBIDDEN.sub("_", name))
    text = "".join(sign if sign.isprintable() else " " if sign.isspace() else "" for sign in text).strip(". ")
    stem, dot, suffix = text.rpartition(".")
    if not stem or len(suffix) > 8:
        stem, dot, suffix = text, "", ""
    stem = stem.encode()[:LONGEST_NAME].decode(errors="ignore").rstrip(". ") or "file"
    return f"_{stem}" if DEVICES.match(stem) else stem, dot + suffix


def _lines(table: pa.Table) -> Iterator[bytes]:
    """The table's lines in pieces, each of which goes into a zip."""
    pieces = [table.slice(start, ROWS) for start in range(0, table.num_rows, ROWS)][::-1]
    while pieces:
        piece = pieces.pop()
        lines = lists.csv_lines(piece, header=False)
        if len(lines) > LARGEST and piece.num_rows > 1:
            half = piece.num_rows // 2
            pieces += [piece.slice(half), piece.slice(0, half)]
        else:
            yield lines


class Zips:
    """`keep` is given each zip as soon as it is full."""

    def __init__(self, keep: Callable[[bytes], None]) -> None:
        self._keep = keep
        self._begun: bool
        self._open()

    def add(self, name: str, content: bytes) -> None:
        """One file, whole."""
        self._make_room(len(content))
        self._zip.writestr(name, content)

    def add_table(self, name: str, table: pa.Table) -> None:
        """A table as CSV that runs no formula; in numbered parts where it does not go into one zip, none with half a line."""
        shown, parts = lists.written_out(table), 1
        entry: IO[bytes] | None = None
        for lines in _lines(shown):
            if self._begun and self._stream.tell() + len(lines) > LARGEST:
                if entry is not None:
                    entry.close()
                    entry, parts = None, parts + 1
                self._full()
            if entry is None:
                entry = self._begin(f"{name}.csv" if parts == 1 else f"{name}-{parts}.csv", shown)
            entry.write(lines)
            self._begun = True
        (entry or self._begin(f"{name}.csv", shown)).close()

    def close(self) -> None:
        """Have the last one kept."""
        self._zip.close()
        self._keep(self._stream.getvalue())

    def _begin(self, name: str, table: pa.Table) -> IO[bytes]:
        # The byte order mark, without which Excel garbles Chinese.
        entry = self._zip.open(name, "w")
        entry.write("\ufeff".encode() + lists.csv_lines(table.slice(0, 0), header=True))
        return entry

    def _make_room(self, size: int) -> None:
        if self._begun and self._stream.tell() + size > LARGEST:
            self._full()
        self._begun = True

    def _full(self) -> None:
        self.close()
        self._open()

    def _open(self) -> None:
        self._stream = io.BytesIO()
        self._zip = zipfile.ZipFile(self._stream, "w", zipfile.ZIP_DEFLATED)
        self._begun = False
