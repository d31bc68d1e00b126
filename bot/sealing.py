"""What tells who customers are is unreadable on disk without the key that the environment holds, if it holds one.

Authenticated encryption (AES-256-GCM, NIST SP 800-38D) of whole files, each with a nonce of its own and bound to its place
(as associated data): in another owner's folder, or under another name, it does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from bot.errors import Misplaced

KEY = "POCKET_KEY"
BYTES = 32
FORMAT = b"pocket\x00"
MAGIC = FORMAT + b"\x02"
MARK = 8
NONCE = 12


class Unreadable(Exception):
    """Something is sealed with a key that the environment does not hold, or in another version's way."""


def new_key() -> str:
    """A key as the environment takes it."""
    return base64.b64encode(os.urandom(BYTES)).decode()


def parsed(text: str) -> bytes:
    """The key that the text stands for; ValueError for any other text."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    if len(key) != BYTES:
        raise ValueError(f"{len(key)} bytes")
    return key


def sealing() -> bool:
    """Whether the environment holds a key."""
    return bool(os.environ.get(KEY, "").strip())


def write(file: Path, content: bytes) -> None:
    """Write a file, sealed where there is a key; it opens in a folder and under a stem of these names alone."""
    file.write_bytes(_sealed(content, _place(file)) if sealing() else content)


def read(file: Path) -> bytes:
    """The content of a file, sealed or not. Raises Unreadable and Misplaced."""
    content = file.read_bytes()
    return _opened(content, _place(file)) if content.startswith(FORMAT) else content


def is_sealed(file: Path) -> bool:
    """Whether the file was written under a key."""
    return _mark_on(file) is not None


def check(files: Iterable[Path]) -> None:
    """Raises Unreadable where any of the files is sealed under another key than this, or there is none."""
    ours = _mark(parsed(os.environ[KEY])) if sealing() else None
    if any(mark not in {None, ours} for mark in map(_mark_on, files)):
        raise Unreadable


def _sealed(content: bytes, place: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key, nonce = parsed(os.environ[KEY]), os.urandom(NONCE)
    return MAGIC + _mark(key) + nonce + AESGCM(key).encrypt(nonce, content, MAGIC + place)


def _opened(content: bytes, place: bytes) -> bytes:
    start, end = len(MAGIC) + MARK, len(MAGIC) + MARK + NONCE
    if not sealing() or content[:start] != MAGIC + _mark(parsed(os.environ[KEY])):
        raise Unreadable
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(parsed(os.environ[KEY])).decrypt(content[start:end], content[end:], MAGIC + place)
    except (InvalidTag, ValueError):
        raise Misplaced from None


def _place(file: Path) -> bytes:
    """The owner's folder and the file's stem, which begins with what kind it is: the same in backups and on other machines."""
    return f"{file.parent.name}/{file.stem}".encode()


def _mark(key: bytes) -> bytes:
    """Tells keys apart, and nothing of them."""
    return hashlib.blake2b(b"mark", key=key, digest_size=MARK).digest()


def _mark_on(file: Path) -> bytes | None:
    """The mark of the key that the file is sealed under, nothing where this version cannot tell; None where it is not sealed."""
    with file.open("rb") as stream:
        head = stream.read(len(MAGIC) + MARK)
    if not head.startswith(FORMAT):
        return None
    return head[len(MAGIC) :] if head.startswith(MAGIC) else b""
