"""Bytes of an upload → the parts inside: texts, web pages and workbooks, whatever the file name claims."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from analytics.choices import MEGABYTE, Choices
from analytics.errors import Damaged, EmptyFile, Locked, NoTable, TooLarge, UnknownFormat
from analytics.reading.unpacked import PIECE, check_directory, too_large

SIGNATURES = {
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"BM": "image",
    b"II*\x00": "image",
    b"MM\x00*": "image",
    b"%PDF": "pdf",
    b"ID3": "audio",
    b"OggS": "audio",
    b"fLaC": "audio",
    b"\x1aE\xdf\xa3": "video",
    b"Rar!": "archive",
    b"7z\xbc\xaf": "archive",
    b"BZh9": "archive",
    b"\xfd7zXZ": "archive",
    b"(\xb5/\xfd": "archive",
    b"SQLite format 3": "database",
    b"PAR1": "binary",
    b"MZ": "binary",
    b"\x7fELF": "binary",
    b"{\\rtf": "document",
}
AT_FOUR = {b"ftyp": "video"}
AT_EIGHT = {b"WEBP": "image", b"WAVE": "audio", b"AVI ": "video"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
BOOK_BEGINS, FILE_PASSWORD = b"\x09\x08\x10\x00\x00\x06\x05\x00", 0x2F
WORD_PROCESSOR = ("word/document.xml", "ppt/presentation.xml")


class Form(StrEnum):
    """How a part has to be read."""

    TEXT = "text"
    PAGE = "page"
    WORKBOOK = "workbook"


@dataclass(frozen=True)
class Part:
    """One file inside the upload, or the upload itself."""

    name: str
    content: bytes
    form: Form


def unpack(content: bytes, filename: str, choices: Choices, depth: int = 0) -> tuple[Part, ...]:
    """The parts of an upload; archives are opened, at most one inside another.

    Raises EmptyFile, Damaged, Locked, TooLarge, NoTable (an archive without tables) or UnknownFormat.
    """
    if not content.strip(b"\x00\t\n\r ") if len(content) < 4096 else not content:
        raise EmptyFile(filename)
    if content.startswith(b"\x1f\x8b"):
        if depth > 1:
            raise NoTable(filename)
        return unpack(_gunzip(content, filename, choices), filename.removesuffix(".gz"), choices, depth + 1)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _unzip(content, filename, choices, depth)
    if content.startswith(OLE):
        if ENCRYPTED in content or _has_file_password(content):
            raise Locked(filename)
        return (Part(filename, content, Form.WORKBOOK),)
    if looks_like := _other_format(content):
        raise UnknownFormat(filename, looks_like)
    return (Part(filename, content, Form.PAGE if _is_page(content) else Form.TEXT),)


def _has_file_password(content: bytes) -> bool:
    """Whether one of the first records of a workbook of 1997 says that the rest is encrypted."""
    place = content.find(BOOK_BEGINS)
    for _ in range(8 if place >= 0 else 0):
        kind, size = struct.unpack_from("<HH", content.ljust(place + 4, b"\0"), place)
        if kind == FILE_PASSWORD:
            return True
        place += 4 + size
    return False


def _gunzip(content: bytes, filename: str, choices: Choices) -> bytes:
    limit = choices.max_unpacked_mb * MEGABYTE
    pieces: list[bytes] = []
    size, place, member = 0, 0, None
    try:
        while member or content.startswith(b"\x1f\x8b", place):
            member = member or zlib.decompressobj(wbits=31)
            # Piece by piece, as what a member leaves over is copied: there may be a hundred thousand of them.
            piece = content[place : place + PIECE]
            pieces.append(member.decompress(piece, limit + 1 - size))
            size += len(pieces[-1])
            if too_large(size, len(content), choices):
                raise TooLarge(filename, choices.max_unpacked_mb)
            if not piece:
                raise Damaged(filename)
            place += len(piece) - len(member.unused_data)
            member = None if member.eof else member
    except zlib.error:
        raise Damaged(filename) from None
    return b"".join(pieces)


def _unzip(content: bytes, filename: str, choices: Choices, depth: int) -> tuple[Part, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            check_directory(entries, len(content), filename, choices)
            names = {entry.filename for entry in entries}
            if names.intersection(WORD_PROCESSOR):
                raise UnknownFormat(filename, "document")
            if "xl/workbook.xml" in names or "xl/workbook.bin" in names or "content.xml" in names:
                return (Part(filename, content, Form.WORKBOOK),)
            if any(name.startswith("xl/") for name in names):
                raise Damaged(filename)
            if depth > 1:
                raise NoTable(filename)
            return tuple(_members(archive, entries, filename, choices, depth))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        raise Damaged(filename) from None


def _members(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], filename: str, choices: Choices, depth: int
) -> Iterator[Part]:
    limit = choices.max_unpacked_mb * MEGABYTE
    found, refused = 0, None
    for entry in entries:
        base = entry.filename.rsplit("/", 1)[-1]
        if base.startswith(".") or entry.filename.startswith("__MACOSX/") or not entry.file_size:
            continue
        if entry.flag_bits & 1:
            raise Locked(filename)
        with archive.open(entry) as stream:
            member = stream.read(limit + 1)
        limit -= len(member)
        if limit < 0:
            raise TooLarge(filename, choices.max_unpacked_mb)
        try:
            yield from unpack(member, _member_name(entry), choices, depth + 1)
            found += 1
        except (UnknownFormat, EmptyFile, Damaged, NoTable) as problem:
            refused = refused or problem
    if not found:
        raise refused if isinstance(refused, (UnknownFormat, Damaged)) else NoTable(filename)


def _member_name(entry: zipfile.ZipInfo) -> str:
    """Chinese systems write names in GBK, which `zipfile` shows as code page 437."""
    base = entry.filename.rsplit("/", 1)[-1]
    if entry.flag_bits & 0x800:
        return base
    try:
        return base.encode("cp437").decode("gb18030")
    except UnicodeError:
        return base


def _other_format(content: bytes) -> str | None:
    for signature, name in SIGNATURES.items():
        if content.startswith(signature) and not (len(signature) == 2 and _is_plain(content)):
            return name
    return AT_FOUR.get(content[4:8]) or (AT_EIGHT.get(content[8:12]) if content.startswith(b"RIFF") else None)


def _is_plain(content: bytes) -> bool:
    """Whether a text merely begins with the two letters of a format, as BM does for bitmaps."""
    return not any(byte < 9 for byte in content[:256])


def _is_page(content: bytes) -> bool:
    head = content[:4096].lower().replace(b"\x00", b"")
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<") and any(
        sign in head or sign in content[: 1 << 16].lower().replace(b"\x00", b"")
        for sign in (b"<table", b"<html", b"<workbook", b"<tr", b":workbook")
    )
