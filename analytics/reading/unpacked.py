"""How large things are once unpacked: a zip archive by its directory and by its streams, a sheet by its rows and columns."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence

from analytics.choices import MEGABYTE, Choices
from analytics.errors import Damaged, TooLarge, TooManyCells

Watch = Callable[[str, bytes], bool]

TIGHT, TIGHT_BOOK = 250, 100
"""Unpacked to packed size above which nothing was packed but the wish to fill a disk; sheets of cells reach 60 at most."""
SMALL = 32 * MEGABYTE
"""What may be packed as tightly as it likes."""
MOST = 1032
"""The most bytes that one byte of a deflated stream can become."""
PIECE, AT_ONCE = 1 << 14, 1 << 18
"""Packed bytes handed over, and unpacked bytes taken, at a time: they stay in the processor's cache."""
SPARE = 1 << 25
"""Places of a sheet that may be empty, or one cell repeated; each costs a reader of workbooks 24 bytes."""


def too_large(unpacked: int, packed: int, choices: Choices, tight: int = TIGHT) -> bool:
    """Whether so many bytes are too many, or too many for their packed size."""
    return unpacked > choices.max_unpacked_mb * MEGABYTE or unpacked > max(SMALL, tight * packed)


def check_cells(rows: int, columns: int, size: int, filename: str) -> None:
    """Raises TooManyCells where a sheet has far more places than its text, so many characters or bytes, has cells."""
    if rows * columns > max(SPARE, size):
        raise TooManyCells(filename, rows, columns)


def check_directory(entries: Sequence[zipfile.ZipInfo], packed: int, filename: str, choices: Choices) -> None:
    """Raises TooLarge where the directory itself tells of too much, in all or in one member."""
    if too_large(sum(entry.file_size for entry in entries), packed, choices) or any(
        too_large(entry.file_size, entry.compress_size, choices) for entry in entries
    ):
        raise TooLarge(filename, choices.max_unpacked_mb)


def check_book(
    content: bytes, entries: Sequence[zipfile.ZipInfo], filename: str, choices: Choices, watch: Watch
) -> None:
    """The reader of workbooks unpacks each stream to its end, so the streams are what counts, not the directory.

    `watch` sees the streams go by; it says whether it wants more of a member. Raises TooLarge, or Damaged where a member
    is packed in a way that no writer of workbooks uses.
    """
    room = choices.max_unpacked_mb * MEGABYTE
    for entry in entries:
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Damaged(filename)
        allowed = min(room, max(SMALL, TIGHT_BOOK * entry.compress_size))
        size = max(entry.file_size, entry.compress_size)
        if size <= allowed:
            size = _unpacked_size(content, entry, allowed, watch)
        if size > allowed:
            raise TooLarge(filename, choices.max_unpacked_mb)
        room -= size


def _unpacked_size(content: bytes, entry: zipfile.ZipInfo, allowed: int, watch: Watch) -> int:
    """The bytes that a stream unpacks to, or what its directory says as soon as it cannot pass `allowed` any more."""
    size, left = 0, entry.compress_size
    for taken, made in _inflate(content, entry):
        size, left = size + len(made), left - taken
        if size > allowed or (not watch(entry.filename, made) and size + MOST * left <= allowed):
            break
    return max(size, entry.file_size)


def _inflate(content: bytes, entry: zipfile.ZipInfo) -> Iterator[tuple[int, bytes]]:
    """How many packed bytes were taken and what they became, step by step; what is not packed, all in one."""
    name, extra = struct.unpack_from("<HH", content, entry.header_offset + 26)
    start = entry.header_offset + 30 + name + extra
    packed = memoryview(content)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield len(packed), bytes(packed)
        return
    stream = zlib.decompressobj(wbits=-15)
    for place in range(0, len(packed), PIECE):
        piece = packed[place : place + PIECE]
        made = stream.decompress(piece, AT_ONCE)
        while stream.unconsumed_tail:
            yield 0, made
            made = stream.decompress(stream.unconsumed_tail, AT_ONCE)
        yield len(piece), made
        if stream.eof:
            return
