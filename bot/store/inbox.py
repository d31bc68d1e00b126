"""What Telegram handed over and is not answered yet, and what was sent in answer: in a file and a thread of their own.

The event loop never waits for the disk: it hands its writes to the thread, and awaits those that something depends on.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlite_utils import Database

log = logging.getLogger(__name__)

FILE = "inbox.sqlite"
KEPT_NUMBERS = 100_000
# Of 4 kB each.
SPARE_PAGES = 128
# An update that was in work at so many ends of the process may be what it dies of.
MOST_BEGUN = 5

P = ParamSpec("P")
T = TypeVar("T")


class NotKept(Exception):
    """An update could not be written down: Telegram must not count it as delivered."""


@dataclass(frozen=True)
class Sent:
    """A message in answer to an update, written down before it is sent.

    `kind` is text, photo or document. `after` is the highest message number that was known then, None if none was;
    `message_id` is None until Telegram said that it arrived.
    """

    place: int
    kind: str
    after: int | None
    message_id: int | None


class Inbox:
    """Updates from their arrival to their answer. Only `waiting`, `take_up`, `forget` and `close` block."""

    def __init__(self, folder: Path) -> None:
        self._thread = ThreadPoolExecutor(1, "inbox")
        self._finished: deque[int] = deque()
        self._held: set[int] = set()
        self._taken_up: frozenset[int] = frozenset()
        self._begun: set[int] = set()
        self._compact_pages = 0
        self._db: Database = self._thread.submit(_open, folder / FILE).result()

    def holds(self, update_id: int) -> bool:
        """Whether the update was received here and is not finished."""
        return update_id in self._held

    async def receive(self, updates: Iterable[tuple[int, int, dict[str, Any]]]) -> frozenset[int]:
        """Write (update id, user id, body) before Telegram counts them as delivered; the numbers that were known before.

        On disk when it returns, so that a power cut loses nothing that Telegram was told we have. Raises NotKept.
        """
        rows = [(update_id, user_id, json.dumps(body)) for update_id, user_id, body in updates]
        try:
            known = await asyncio.wrap_future(self._do(self._receive, rows))
        except (OSError, sqlite3.Error) as error:
            raise NotKept(f"what came cannot be written down, so it is not taken: {error}") from error
        self._held.update(update_id for update_id, _, _ in rows if update_id not in known)
        return known

    def waiting(self) -> tuple[dict[str, Any], ...]:
        """The updates that were received and are not finished, oldest first."""
        return self._do(self._waiting).result()

    def take_up(self) -> tuple[dict[str, Any], ...]:
        """At the start, what is waiting since before."""
        bodies = self.waiting()
        self._taken_up = frozenset(body["update_id"] for body in bodies)
        self._held |= self._taken_up
        return bodies

    def finish(self, update_id: int) -> None:
        """Mark an update as answered; what it said is dropped, its number is kept against a second delivery.

        Written soon, not now: a power cut may repeat an answer.
        """
        self._held.discard(update_id)
        self._begun.discard(update_id)
        self._finished.append(update_id)
        self._soon(self._finish)

    async def begin(self, update_id: int) -> bool:
        """Take note that the handling of an update begins; False if it began so often that it may be what kills the process."""
        if update_id not in self._taken_up:
            return True
        self._begun.add(update_id)
        try:
            return await asyncio.wrap_future(self._do(self._begin, update_id)) <= MOST_BEGUN
        except sqlite3.Error as error:
            log.warning("not counted how often an update began: %s", error)
            return True

    def put_down(self, update_id: int) -> None:
        """Take note that an update was left in good order: it is not what the process ended of, if it was begun at all."""
        if update_id in self._begun:
            self._begun.discard(update_id)
            self._soon(self._execute, "UPDATE updates SET begun = begun - 1 WHERE update_id = ?", [update_id])

    async def sent(self, update_id: int) -> tuple[Sent, ...]:
        """What was sent, or about to be sent, in answer to an update before this start."""
        if update_id not in self._taken_up:
            return ()
        return await asyncio.wrap_future(self._do(self._sent, update_id))

    async def intend(self, update_id: int, place: int, kind: str, after: int | None) -> None:
        """Write down that a message is about to be sent, if that can be: an answer matters more than its record."""
        row = [update_id, place, kind, after, None]
        written = self._do(self._execute, "INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?, ?)", row)
        written.add_done_callback(_tell)
        with contextlib.suppress(sqlite3.Error):
            await asyncio.wrap_future(written)

    def arrived(self, update_id: int, place: int, message_id: int) -> None:
        """Write down as which message it arrived."""
        sql = "UPDATE sent SET message_id = ? WHERE update_id = ? AND place = ?"
        self._soon(self._execute, sql, [message_id, update_id, place])

    def withdrawn(self, update_id: int, message_id: int) -> None:
        """Write down that a message was deleted again."""
        self._soon(self._execute, "DELETE FROM sent WHERE update_id = ? AND message_id = ?", [update_id, message_id])

    def forget(self, user_id: int) -> None:
        """Drop what this person said. Their oldest waiting update is the one that asks for this: it is kept until answered."""
        self._do(self._forget, user_id).result()

    def close(self) -> None:
        """Write what is left to write, and let go of the file."""
        self._soon(self._finish)
        self._do(self._db.close)
        self._thread.shutdown()

    # In the thread

    def _soon(self, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Have something written that nobody waits for."""
        self._do(function, *args, **kwargs).add_done_callback(_tell)

    def _do(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self._thread.submit(function, *args, **kwargs)

    def _receive(self, rows: list[tuple[int, int, str]]) -> frozenset[int]:
        numbers = [row[0] for row in rows]
        marks = ", ".join("?" * len(numbers))
        known = self._db.execute(f"SELECT update_id FROM updates WHERE update_id IN ({marks})", numbers).fetchall()  # noqa: S608
        self._db.execute("PRAGMA synchronous = FULL")
        with self._db.atomic():
            self._db.conn.executemany("INSERT OR IGNORE INTO updates VALUES (?, ?, ?, 0, 0)", rows)
        self._db.execute("PRAGMA synchronous = NORMAL")
        return frozenset(number for (number,) in known)

    def _begin(self, update_id: int) -> int:
        """How often the handling of an update that was left by an earlier start has begun, this time included."""
        with self._db.atomic():
            self._db.execute("UPDATE updates SET begun = begun + 1 WHERE update_id = ?", [update_id])
        (begun,) = self._db.execute("SELECT begun FROM updates WHERE update_id = ?", [update_id]).fetchone()
        return int(begun)

    def _waiting(self) -> tuple[dict[str, Any], ...]:
        rows = self._db.execute("SELECT body FROM updates WHERE done = 0 AND body != '' ORDER BY update_id")
        return tuple(json.loads(body) for (body,) in rows)

    def _finish(self) -> None:
        """All that were finished by now, in one transaction; an earlier call may have taken them along.

        Those of a call that failed, as on a full disk, are taken along by the next.
        """
        numbers = tuple(self._finished)
        if not numbers:
            return
        with self._db.atomic():
            for number in numbers:
                self._db.execute("UPDATE updates SET done = 1, body = '', user_id = 0 WHERE update_id = ?", [number])
                self._db.execute("DELETE FROM sent WHERE update_id = ?", [number])
            # Telegram keeps an undelivered update for a day: older numbers cannot come again.
            oldest = max(numbers) - KEPT_NUMBERS
            self._db.execute("DELETE FROM updates WHERE done = 1 AND update_id < ?", [oldest])
        for _ in numbers:
            self._finished.popleft()
        if self._db.execute("SELECT 1 FROM updates WHERE done = 0 LIMIT 1").fetchone() is None:
            # Nothing of what was said stays in the write-ahead log.
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            with contextlib.suppress(sqlite3.OperationalError):
                self._compact()

    def _compact(self) -> None:
        """Numbers that are kept lie as far apart as what was said made them: bring them together once that doubles the file."""
        if self._pages() > 2 * self._compact_pages + SPARE_PAGES:
            self._db.vacuum()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._compact_pages = self._pages()

    def _pages(self) -> int:
        (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        return int(pages)

    def _sent(self, update_id: int) -> tuple[Sent, ...]:
        sql = "SELECT place, kind, after, message_id FROM sent WHERE update_id = ? ORDER BY place"
        return tuple(Sent(*row) for row in self._db.execute(sql, [update_id]))

    def _execute(self, sql: str, values: list[Any]) -> None:
        with self._db.atomic():
            self._db.execute(sql, values)

    def _forget(self, user_id: int) -> None:
        with self._db.atomic():
            self._db.execute(
                "UPDATE updates SET body = '' WHERE user_id = :user AND update_id !="
                " (SELECT min(update_id) FROM updates WHERE user_id = :user AND done = 0)",
                {"user": user_id},
            )
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _tell(written: Future[Any]) -> None:
    error = written.exception()
    if error is not None:
        log.warning("not written to the inbox, so an answer may come twice after a restart: %s", error)


def _open(file: Path) -> Database:
    db = Database(file)
    db.enable_wal()
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA secure_delete = ON")
    # What was said before a kill may still be in the log.
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    db.execute(
        "CREATE TABLE IF NOT EXISTS updates"
        " (update_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, body TEXT NOT NULL, done INTEGER NOT NULL,"
        " begun INTEGER NOT NULL) STRICT"
    )
    db.execute("CREATE INDEX IF NOT EXISTS unfinished ON updates (done)")
    db.execute(
        "CREATE TABLE IF NOT EXISTS sent"
        " (update_id INTEGER, place INTEGER, kind TEXT NOT NULL, after INTEGER, message_id INTEGER,"
        " PRIMARY KEY (update_id, place)) STRICT"
    )
    return db
