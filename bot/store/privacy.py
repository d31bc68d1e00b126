"""What must go from all that is kept of an owner, backups included, and who is to stay forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from analytics.forgetting import unnamed_receipt
from analytics.mentions import Mentions
from bot import erasing, sealing
from bot.snapshots import SEALED, sync
from bot.store import backups
from bot.store.uploads import TABLES, Uploads

SENT = "sent"
FILES = (
    "SELECT kind, own AS file, upload FROM snapshots JOIN uploads ON uploads.id = upload WHERE owner = :owner"
    " UNION SELECT kind, merged, upload FROM snapshots JOIN uploads ON uploads.id = upload WHERE owner = :owner"
    " UNION SELECT 'trial', people, 0 FROM trials WHERE owner = :owner"
    " UNION SELECT 'sent', raw, id FROM uploads WHERE owner = :owner AND raw IS NOT NULL ORDER BY upload"
)


@dataclass(frozen=True)
class Change:
    """What changes in all that is kept of one owner.

    `renewed` are new files of the owner's folder by the name of the file whose place each takes; with `unsent` no file is
    kept as it was sent. `traces` are names of customers that memories must not hold, `mentions` what names of files must
    not; `forgotten` the marks of people who are to stay forgotten, and whether their sales are kept.
    """

    renewed: Mapping[str, Path]
    unsent: bool = False
    traces: frozenset[str] = frozenset()
    mentions: Mentions | None = None
    forgotten: Mapping[str, bool] = field(default_factory=dict)


class Privacy(Uploads):
    """Every copy of what owners sent. `everything` and `change` wait for a backup in work: under `alone` they need not."""

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Wait until no backup is made, and let none be made meanwhile; nothing is awaited under it."""
        return backups.alone_in_time(self.folder)

    def everything(self, user_id: int, *kinds: str) -> tuple[Path, ...]:
        """The files of these kinds (tables, `SENT`, `TRIAL`; all, if none), each once, also those in backups only; oldest first."""
        found: dict[str, Path] = {}
        for folder, db in chain(backups.opened(self.folder), [(self.folder, self.db)]):
            for kind, name, _ in db.execute(FILES, {"owner": user_id}):
                if not kinds or kind in kinds:
                    found.pop(name, None)
                    found[name] = backups.folder_of(folder, user_id) / name
        return tuple(found.values())

    def own(self, user_id: int) -> dict[int, tuple[Path, ...]]:
        """The tables that each of the owner's uploads brought, by its number."""
        found: dict[int, tuple[Path, ...]] = {}
        for upload, name in self.db.execute(
            "SELECT upload, own FROM snapshots JOIN uploads ON uploads.id = upload WHERE owner = ? AND afresh <> 1",
            [user_id],
        ):
            found[upload] = (*found.get(upload, ()), self.folder_of(user_id) / name)
        return found

    def change(self, user_id: int, change: Change) -> None:
        """Change what is kept of this owner, at one stroke, and leave nothing of what it replaces.

        Backups come first: who is cut off finds what there is now as it was, and begins again.
        """
        sync(self.folder_of(user_id))
        applied = partial(_apply, user_id=user_id, change=change)
        with backups.alone(self.folder):
            backups.change(self.folder, user_id, tuple(change.renewed.values()), applied)
            with self.db.atomic():
                applied(self.db)
        self._sweep_folder(user_id)
        self.tidy()

    def memories(self, user_id: int) -> tuple[tuple[str, int, str], ...]:
        """Analysis, upload and text of everything that analyses want to know again."""
        rows = self.db.execute("SELECT analysis, upload, body FROM memories WHERE owner = ? ORDER BY upload", [user_id])
        return tuple(rows)

    def forgotten(self, user_id: int) -> dict[str, bool]:
        """The marks of people whom the owner wants forgotten, and whether their sales are kept."""
        rows = self.db.execute("SELECT mark, sales FROM forgotten WHERE owner = ?", [user_id])
        return {mark: bool(sales) for mark, sales in rows}

    # How long names are kept

    def last_sent(self, user_id: int) -> tuple[int, datetime] | None:
        """The number of the owner's latest file, and when it came; None without any."""
        row = self._row("SELECT id, at FROM uploads WHERE owner = ? AND afresh <> 1 ORDER BY id DESC LIMIT 1", user_id)
        return (row[0], datetime.fromisoformat(row[1])) if row else None

    def retention(self, user_id: int, upload: int) -> str | None:
        """How far it is, since that upload, with the names of the owner's customers: `told`, `gone`, or None."""
        row = self._row("SELECT state FROM retention WHERE owner = ? AND upload = ?", user_id, upload)
        return row[0] if row else None

    def set_retention(self, user_id: int, upload: int, state: Literal["told", "gone"]) -> None:
        """Note how far it is with the names of the owner's customers, the latest upload being this."""
        self.db.table("retention").upsert({"owner": user_id, "upload": upload, "state": state}, pk="owner")

    # Under lock and key

    def seal(self) -> None:
        """Seal whatever tells of customers as people and is not sealed yet, if there is a key.

        Raises sealing.Unreadable where something is sealed, and the key is another one, or there is none.
        """
        with backups.alone(self.folder):
            telling = tuple(backups.files(self.folder, *SEALED, SENT))
            sealing.check(telling)
            if not sealing.sealing():
                return
            for owner in sorted({int(file.parent.name) for file in telling if not sealing.is_sealed(file)}):
                tables, sent = self.everything(owner, *SEALED), self.everything(owner, SENT)
                renewed = erasing.sealed(tables, sent, self.folder_of(owner))
                if renewed:
                    self.change(owner, Change(renewed))


def _apply(db: Database, user_id: int, change: Change) -> None:
    for old, new in change.renewed.items():
        db.execute("UPDATE snapshots SET own = ? WHERE own = ?", [new.name, old])
        db.execute("UPDATE snapshots SET merged = ? WHERE merged = ?", [new.name, old])
        db.execute("UPDATE trials SET people = ? WHERE people = ?", [new.name, old])
        db.execute("UPDATE uploads SET raw = ? WHERE raw = ?", [new.name, old])
    if change.unsent:
        # Should the very same file come again, it is no longer one that the shop has.
        db.execute("UPDATE uploads SET raw = NULL, sha256 = '' WHERE owner = ?", [user_id])
    if change.traces:
        memories = db.execute("SELECT rowid, body FROM memories WHERE owner = ?", [user_id]).fetchall()
        for row, body in memories:
            left = erasing.untraced(body, change.traces)
            if left is None:
                db.execute("DELETE FROM memories WHERE rowid = ?", [row])
            elif left != body:
                db.execute("UPDATE memories SET body = ? WHERE rowid = ?", [left, row])
    if change.mentions is not None:
        _unname(db, user_id, change.mentions)
    for mark, sales in change.forgotten.items():
        row = {"owner": user_id, "mark": mark, "sales": int(sales)}
        db.table("forgotten").upsert(row, pk=("owner", "mark"))


def _unname(db: Database, user_id: int, mentions: Mentions) -> None:
    """Take people out of the names of files and sheets, and out of what is noted to be told again."""
    uploads = db.execute("SELECT id, filename, tables FROM uploads WHERE owner = ?", [user_id]).fetchall()
    for upload, filename, tables in uploads:
        read = TABLES.validate_json(tables)
        left = tuple(replace(table, receipt=unnamed_receipt(table.receipt, mentions)) for table in read)
        told = {"filename": mentions.taken_out(filename), "tables": TABLES.dump_json(left).decode()}
        if left != read or told["filename"] != filename:
            db.table("uploads").update(upload, told)
    for row, said in db.execute("SELECT rowid, said FROM deeds WHERE owner = ?", [user_id]).fetchall():
        db.execute("UPDATE deeds SET said = ? WHERE rowid = ?", [mentions.taken_out(said), row])
