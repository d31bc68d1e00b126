"""What is written to the log: what the program did and what went wrong, never what anybody said, sent or is called.

An exception's own words may quote a cell of somebody's sheet, so a fault is logged by its type and the lines it passed,
and only Telegram's and the network's words are kept, without what they put in quotes. Libraries log whole updates where
they do not understand one: of their lines only what their authors wrote is kept, with numbers and the names of faults. Whose update a line belongs to is a
code drawn anew at each start: it tells lines apart, and nobody's name.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal

from telegram.error import TelegramError

TOKEN = re.compile(r"\d{5,}(?::|%3A)[\w-]{20,}", re.IGNORECASE)
QUOTED = re.compile(r'["“].*?(?:["”]|$)', re.DOTALL)
OURS = "bot"
SPEAKING: ContextVar[str | None] = ContextVar("speaking", default=None)
SALT = secrets.token_bytes(16)

Fault = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def set_up(form: Literal["plain", "json"] = "plain") -> None:
    """Write to standard error: warnings of everybody, and what the bot itself did."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines() if form == "plain" else Objects())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("bot").setLevel(logging.INFO)
    # httpx writes every address at INFO, and the bot's token is part of it.
    for chatty in ("httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def speaker(user_id: int) -> None:
    """Mark the lines of this task as one person's."""
    SPEAKING.set(hashlib.blake2s(str(user_id).encode(), key=SALT, digest_size=3).hexdigest())


class Objects(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": _says(record),
            "speaker": SPEAKING.get(),
            "fault": _told(record.exc_info) if record.exc_info else None,
        }
        return _without_token(json.dumps({name: value for name, value in said.items() if value is not None}))


class Lines(logging.Formatter):
    """One line for people, with a fault's lines behind it."""

    def format(self, record: logging.LogRecord) -> str:
        speaking = f" [{SPEAKING.get()}]" if SPEAKING.get() else ""
        said = f"{self.formatTime(record)} {record.levelname} {record.name}{speaking}: {_says(record)}"
        return _without_token("\n".join([said, *(_told(record.exc_info) if record.exc_info else ())]))


def _says(record: logging.LogRecord) -> str:
    """The message, with exceptions in it named instead of quoted; of a library's only what is surely no content."""
    told = _told_of_ours if record.name.split(".", 1)[0] == OURS else _told_of_theirs
    if isinstance(record.args, tuple):
        record.args = tuple(map(told, record.args))
    elif record.args:
        record.args = {name: told(value) for name, value in record.args.items()}
    # asyncio prints a task that failed, and with it the exception's own words, behind the first line.
    return record.getMessage().split("\n", 1)[0]


def _told_of_ours(value: object) -> object:
    return _named(value) if isinstance(value, BaseException) else value


def _told_of_theirs(value: object) -> object:
    return value if isinstance(value, int | float) else _named(value) if isinstance(value, BaseException) else "…"


def _named(error: BaseException) -> str:
    kind = type(error).__name__
    return f"{kind}: {QUOTED.sub('…', str(error))}" if isinstance(error, TelegramError) else kind


def _told(fault: Fault | tuple[None, None, None]) -> list[str]:
    """What led to a fault, the first cause first: the type of each, and where it passed."""
    lines: list[str] = []
    error = fault[1]
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        passed = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        lines = [*passed, _named(error), *lines]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def _without_token(text: str) -> str:
    return TOKEN.sub("<token>", text)
