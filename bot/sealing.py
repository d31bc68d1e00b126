"""What tells who customers are is unreadable on disk without the key that the environment holds, if it holds one.

Authenticated encryption (AES-256-GCM, NIST SP 800-38D) of whole files, each with a nonce of its own.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

KEY = "POCKET_KEY"
BYTES = 32
MAGIC = b"pocket\x00\x01"
NONCE = 12


class Unreadable(Exception):
    """Something is sealed with a key that the environment does not hold."""


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


def sealed(content: bytes) -> bytes:
    """The content under the key; as it is where there is none."""
    if not sealing():
        return content
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE)
    return MAGIC + nonce + AESGCM(parsed(os.environ[KEY])).encrypt(nonce, content, MAGIC)


def opened(content: bytes) -> bytes:
    """What was sealed; content that never was, as it is. Raises Unreadable."""
    if not content.startswith(MAGIC):
        return content
    if not sealing():
        raise Unreadable
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce, hidden = content[len(MAGIC) : len(MAGIC) + NONCE], content[len(MAGIC) + NONCE :]
    try:
        return AESGCM(parsed(os.environ[KEY])).decrypt(nonce, hidden, MAGIC)
    except InvalidTag:
        raise Unreadable from None


def is_sealed(file: Path) -> bool:
    """Whether the file was written under a key."""
    with file.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


def read(file: Path) -> bytes:
    """The content of a file, sealed or not. Raises Unreadable."""
    return opened(file.read_bytes())
