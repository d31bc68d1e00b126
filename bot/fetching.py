"""A file from Telegram, whole or not at all: what the network cut off is fetched again."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path

from telegram import Document
from telegram.error import BadRequest, NetworkError, TelegramError

from bot import sealing
from bot.errors import FileTooBig, NotFetched
from bot.outbox import until_answered
from bot.snapshots import sync

MOST_TRIES = 7
MOST_MEGABYTES = 20
MEGABYTE = 1024 * 1024


def named(document: Document) -> str:
    """The file's name, and nothing of a path.

    Raises:
        FileTooBig: Telegram hands over 20 MB at most: said before anything is fetched.
    """
    filename = Path(document.file_name or "file").name
    megabytes = (document.file_size or 0) / MEGABYTE
    if megabytes > MOST_MEGABYTES:
        raise FileTooBig(filename, megabytes, MOST_MEGABYTES)
    return filename


async def fetch(document: Document, file: Path, gate: asyncio.Semaphore, again: Callable[[], None]) -> str:
    """Have the document in a file, sealed; its SHA-256.

    It is in memory while the gate is open for it, and no longer; `again` is told of every further try.

    A cut line, a silent server and one that is out of order are tried again up to six times, in half a minute; where
    there is no connection at all, or Telegram says to wait, it is waited for.

    Raises:
        FileTooBig: Telegram does not hand it over.
        NotFetched: It is not there, or did not come through.
    """

    async def once() -> str:
        async with gate:
            handle = await document.get_file()
            content = bytes(await handle.download_as_bytearray())
            expected = handle.file_size or document.file_size
            if expected and len(content) != expected:
                raise NetworkError(f"{len(content)} bytes came instead of {expected}")
            return await asyncio.to_thread(_write, file, content)

    filename = named(document)
    try:
        return await until_answered(once, MOST_TRIES, again)
    except BadRequest as refused:
        if "too big" in refused.message.lower():
            raise FileTooBig(filename, None, MOST_MEGABYTES) from refused
        raise NotFetched(filename) from refused
    except TelegramError as error:
        raise NotFetched(filename) from error


def _write(file: Path, content: bytes) -> str:
    """On the disk before anything names it."""
    sealing.write(file, content)
    sync(file)
    return hashlib.sha256(content).hexdigest()
