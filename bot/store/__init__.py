"""What the bot remembers. Owns every SQL statement, and decides which snapshot is current; used from one thread only."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path

from sqlite_utils import Database

from bot.migrations import migrations
from bot.store import backups
from bot.store.base import DATABASE, usable
from bot.store.digests import Appointment, Digests
from bot.store.facts import PAIRED, Facts
from bot.store.inbox import Inbox
from bot.store.lock import Lock
from bot.store.owners import Owner, Owners
from bot.store.privacy import Privacy
from bot.store.summaries import Summaries
from bot.store.trials import Trials
from bot.store.uploads import Upload

__all__ = ["Appointment", "Owner", "Store", "Upload"]


# All rows of one owner, but for what their summaries cost.
FORGET = (
    "DELETE FROM memories WHERE owner = ?",
    "DELETE FROM trials WHERE owner = ?",
    "DELETE FROM snapshots WHERE upload IN (SELECT id FROM uploads WHERE owner = ?)",
    "DELETE FROM uploads WHERE owner = ?",
    "DELETE FROM choices WHERE owner = ?",
    "DELETE FROM policies WHERE owner = ?",
    "DELETE FROM digests WHERE owner = ?",
    "DELETE FROM deeds WHERE owner = ?",
    "DELETE FROM forgotten WHERE owner = ?",
    "DELETE FROM retention WHERE owner = ?",
    "DELETE FROM owners WHERE user_id = ?",
)
SUMMARIES = "DELETE FROM summaries WHERE owner = ?"
UNPAIR = f"DELETE FROM facts WHERE name = '{PAIRED}' AND value = CAST(? AS TEXT)"  # noqa: S608 - own name


class Store(Owners, Digests, Trials, Privacy, Summaries, Facts):
    """SQLite for what must be remembered, one folder an owner for what they uploaded, and the `inbox`.

    Raises InUse where another process works in the folder, and Unusable where nobody can.
    """

    def __init__(self, folder: Path) -> None:
        with usable(folder), ExitStack() as opened:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            self._lock = Lock(folder)
            opened.callback(self._lock.release)
            backups.settle(folder)
            self.folder = folder
            self.inbox = Inbox(folder)
            opened.callback(self.inbox.close)
            self.db = Database(folder / DATABASE)
            opened.callback(self.db.close)
            self.db.enable_wal()
            # A confirmed message must outlive a power cut; deleted rows must not linger in free pages.
            self.db.execute("PRAGMA synchronous = FULL")
            self.db.execute("PRAGMA secure_delete = ON")
            migrations.apply(self.db)
            self._sweep()
            self.tidy()
            self._opened = opened.pop_all()

    def close(self) -> None:
        self._opened.close()

    def forget(self, user_id: int) -> None:
        """Remove everything of this owner: all rows in one transaction, the folder, and the database's slack.

        What the month's summaries cost stays until the month is over, or the same people could be summed up anew. Backups
        come first: who is cut off then still has the order to forget. For its answer's sake who paired still is
        the bot's owner, until `unpair`.
        """
        with backups.alone(self.folder):
            backups.forget(self.folder, user_id, (*FORGET, SUMMARIES, UNPAIR))
            with self.db.atomic():
                for statement in FORGET:
                    self.db.execute(statement, [user_id])
                self.forget_summaries(user_id)
        self.inbox.forget(user_id)
        shutil.rmtree(self.folder_of(user_id))
        self.tidy()

    def unpair(self, user_id: int) -> None:
        """Let somebody no longer be the owner whom a pairing link made them."""
        self.db.execute(UNPAIR, [user_id])
        self.tidy()
