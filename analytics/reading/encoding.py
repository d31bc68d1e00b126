"""Bytes of a text → UTF-8, and what it was before.

The order is that of certainty: byte order mark, NULs (UTF-16), strict UTF-8 over the *whole* text, and only then a
guess, made on the lines that are not ASCII: a guess at the head of a file misses the one foreign name near its end.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import islice

import chardet
import numpy as np
import pyarrow as pa

from analytics.choices import ENCODINGS, Choices
from analytics.errors import UnknownFormat

MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "euc-kr": "cp949"}
FOREIGN_LINE = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
ENOUGH = 1 << 16
"""Bytes of foreign lines that settle a guess."""
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class Decoded:
    """A text as UTF-8 without mark; `sure` is False where the encoding was guessed between near equals."""

    content: bytes
    encoding: str
    sure: bool = True


def decode(content: bytes, filename: str, choices: Choices) -> Decoded:
    """Raises UnknownFormat where the bytes are no text in any encoding that shop systems write."""
    if choices.encoding:
        return Decoded(_recode(content, choices.encoding), choices.encoding)
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            rest = content[len(mark) :]
            if encoding == "utf-8" and is_utf8(rest):
                return Decoded(rest, "utf-8")
            return Decoded(_recode(rest, encoding), encoding)
    head = content[: 1 << 16]
    if b"\x00" in content:
        if wide := _utf16(head):
            return Decoded(_recode(content, wide), wide)
        if head.count(b"\x00") > len(head) // 20:
            raise UnknownFormat(filename, "binary")
        content = content.replace(b"\x00", b"")
        head = content[: 1 << 16]
    if len(CONTROL.findall(head)) > len(head) // 200:
        raise UnknownFormat(filename, "binary")
    if content.isascii() or is_utf8(content):
        return Decoded(content, "utf-8")
    return _guess(content, filename)


def previews(content: bytes, lines: int = 3) -> dict[str, str]:
    """The first foreign lines under every encoding that can read them, to choose from where the guess is in doubt."""
    sample = b"\n".join(match.group() for match in islice(FOREIGN_LINE.finditer(content), lines))
    shown = {}
    for encoding in ENCODINGS:
        try:
            shown[encoding] = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
    return shown


def is_utf8(content: bytes) -> bool:
    """Strict, without a copy of the text."""
    if content.isascii():
        return True
    ends = pa.py_buffer(np.array([0, len(content)], dtype=np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(content)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _utf16(head: bytes) -> str | None:
    """Western text and every separator has a NUL in one half of each pair of bytes, and hardly any in the other."""
    pairs = np.frombuffer(head[: len(head) // 2 * 2], dtype=np.uint8).reshape(-1, 2)
    first, second = (pairs == 0).mean(axis=0)
    # A few foreign letters have a NUL in their own half, which counts in a short sheet.
    if second > 0.05 and first < max(0.01, second / 10):
        return "utf-16-le"
    if first > 0.05 and second < max(0.01, first / 10):
        return "utf-16-be"
    return None


def _guess(content: bytes, filename: str) -> Decoded:
    lines, size = [], 0
    for match in FOREIGN_LINE.finditer(content):
        lines.append(match.group())
        size += len(lines[-1])
        if size > ENOUGH:
            break
    sample = b"\n".join(lines)
    if len(CONTROL.findall(sample)) > len(sample) // 100:
        raise UnknownFormat(filename, "binary")
    verdict = chardet.detect(sample, include_encodings=ENCODINGS)
    found = str(verdict["encoding"] or "cp1252").lower().replace("windows-", "cp")
    sure = float(verdict["confidence"] or 0) >= 0.8
    order = dict.fromkeys([WIDER.get(found, found), *ENCODINGS])
    for encoding in order:
        try:
            return Decoded(content.decode(encoding).encode(), encoding, sure and encoding == WIDER.get(found, found))
        except UnicodeDecodeError:
            continue
    return Decoded(_recode(content, WIDER.get(found, found)), WIDER.get(found, found), sure=False)


def _recode(content: bytes, encoding: str) -> bytes:
    """A cut character at the end, or a stray byte, costs that character and not the file."""
    return content.decode(encoding, errors="replace").replace("\x00", "").encode(errors="replace")
