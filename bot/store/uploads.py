"""What owners have sent, and which snapshot of it is current."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from analytics.dataset import Kind
from bot import snapshots
from bot.jobs import Table, Taken, Written
from bot.snapshots import sync
from bot.store.base import OWNERS, now
from bot.store.deeds import Deeds

TABLES = TypeAdapter(tuple[Table, ...])


@dataclass(frozen=True)
class Upload:
    """A file that was taken in and confirmed; `raw` is the file itself, of the latest upload only.

    With `afresh` everything before it is put aside. What is no `file` of its own is the owner's word to use only an
    earlier one from here on. A file that is `unsettled` was opened, but of no use until the owner says what its columns
    are: nothing of it is part of the shop.
    """

    id: int
    filename: str
    at: datetime
    tables: tuple[Table, ...]
    raw: Path | None
    afresh: bool
    file: bool

    @property
    def unsettled(self) -> bool:
        return not any(table.receipt.rows_used for table in self.tables)


FORGET_UNSETTLED = "DELETE FROM uploads WHERE owner = ? AND afresh = 0 AND id NOT IN (SELECT upload FROM snapshots)"
UNDONE = TypeAdapter(Upload)
ADDED, WORD, ALONE = range(3)
"""As `afresh`: a file that joins what was there, the word to use only an earlier one, a file that is used alone."""


class Uploads(Deeds):
    """Files as they were understood, and one folder an owner for what became of them."""

    def current(self, user_id: int, *, before: int | None = None) -> dict[Kind, Path]:
        """Where the shop's tables lie now, by kind: of each kind the one of the latest upload since the last new start.

        `before` looks back: to the time just before the upload of that number.
        """
        rows = self.db.execute(
            "SELECT kind, merged, max(upload) FROM snapshots JOIN uploads ON uploads.id = upload"
            " WHERE owner = :owner AND upload >= :start AND (:before IS NULL OR upload < :before) GROUP BY kind",
            {"owner": user_id, "start": self._start(user_id), "before": before},
        )
        return {Kind(kind): self.folder_of(user_id) / name for kind, name, _ in rows}

    def earlier_orders(self, user_id: int) -> Path | None:
        """The shop's orders as they were before the latest file that changed them; None where that was the first."""
        row = self._row(
            "SELECT max(upload) FROM snapshots JOIN uploads ON uploads.id = upload WHERE owner = ? AND kind = ?",
            user_id,
            str(Kind.ORDERS),
        )
        return self.current(user_id, before=row[0]).get(Kind.ORDERS) if row and row[0] else None

    def orders_sent(self, user_id: int) -> datetime | None:
        """When the latest file with orders came; None without any."""
        row = self._row(
            "SELECT max(at) FROM uploads JOIN snapshots ON uploads.id = upload WHERE owner = ? AND kind = ?",
            user_id,
            str(Kind.ORDERS),
        )
        return datetime.fromisoformat(row[0]) if row and row[0] else None

    def remembered(self, user_id: int, analysis: str, update_id: int | None = None) -> str | None:
        """What the analysis wanted to know again when it was last asked, before this update."""
        before = self.deed(user_id, update_id, "memory")
        if before is not None:
            return before or None
        row = self._row(
            "SELECT body FROM memories WHERE owner = ? AND analysis = ? ORDER BY upload DESC LIMIT 1", user_id, analysis
        )
        return row[0] if row else None

    def remember(
        self, user_id: int, analysis: str, body: str, *, typed: bool = False, update_id: int | None = None
    ) -> None:
        """Keep what the analysis wants to know again, for as long as the upload it stands on; what was `typed`, for good.

        An update that types something, and is taken up again, begins with what was remembered before it.
        """
        before = self.remembered(user_id, analysis, update_id) if typed else None
        latest = None if typed else self._row("SELECT max(id) FROM uploads WHERE owner = ?", user_id)
        row = {"owner": user_id, "analysis": analysis, "upload": (latest and latest[0]) or 0, "body": body}
        with self.db.atomic():
            self.db.table("memories").upsert(row, pk=("owner", "analysis", "upload"))
            if typed:
                self.note(user_id, update_id, "memory", before or "")

    def uploads(self, user_id: int) -> tuple[Upload, ...]:
        """What the owner has sent, newest first."""
        rows = self.db.execute(
            "SELECT id, filename, at, tables, raw, afresh FROM uploads WHERE owner = ? ORDER BY id DESC", [user_id]
        )
        return tuple(
            Upload(
                id=number,
                filename=name,
                at=datetime.fromisoformat(at),
                tables=TABLES.validate_json(tables),
                raw=self.folder_of(user_id) / raw if raw else None,
                afresh=afresh != ADDED,
                file=afresh != WORD,
            )
            for number, name, at, tables, raw, afresh in rows
        )

    def files(self, user_id: int) -> tuple[Upload, ...]:
        """The files among the uploads, newest first."""
        return tuple(upload for upload in self.uploads(user_id) if upload.file)

    def seen(self, user_id: int, sha256: str) -> Upload | None:
        """The upload that brought this very file into the shop as it is now."""
        row = self._row(
            "SELECT max(id) FROM uploads WHERE owner = ? AND sha256 = ? AND id >= ?"
            " AND id IN (SELECT upload FROM snapshots)",
            user_id,
            sha256,
            self._start(user_id),
        )
        return self.upload(user_id, row[0]) if row and row[0] else None

    def upload(self, user_id: int, upload: int) -> Upload | None:
        """The upload of that number, if it is this owner's."""
        return next((found for found in self.uploads(user_id) if found.id == upload), None)

    def add(
        self,
        user_id: int,
        filename: str,
        sha256: str,
        taken: Taken,
        raw: Path | None = None,
        update_id: int | None = None,
        said: str = "",
    ) -> Upload:
        """Make what a worker wrote part of the shop, in one transaction; `said` is this update's deed."""
        sync(self.folder_of(user_id))
        with self.db.atomic():
            self.db.execute(FORGET_UNSETTLED, [user_id])
            self.db.execute("UPDATE uploads SET raw = NULL WHERE owner = ?", [user_id])
            upload = self._insert_upload(user_id, filename, sha256, _json(taken.tables), ADDED)
            self.db.table("uploads").update(upload, {"raw": raw.name if raw else None})
            self._insert_snapshots(upload, taken.written)
            self.note(user_id, update_id, "upload", said)
        self._sweep_folder(user_id)
        return self.uploads(user_id)[0]

    def keep_unsettled(self, user_id: int, filename: str, sha256: str, table: Table, raw: Path) -> Upload:
        """Keep a file as it was sent until the owner has said what its columns are; only the latest such file."""
        sync(self.folder_of(user_id))
        with self.db.atomic():
            self.db.execute(FORGET_UNSETTLED, [user_id])
            upload = self._insert_upload(user_id, filename, sha256, _json((table,)), ADDED)
            self.db.table("uploads").update(upload, {"raw": raw.name})
        self._sweep_folder(user_id)
        return self.uploads(user_id)[0]

    def start_with(self, user_id: int, upload: int, taken: Taken, update_id: int | None = None) -> Upload:
        """Let the shop be what a file holds that was unsettled, in one transaction; one step, so that it can be taken back."""
        sync(self.folder_of(user_id))
        with self.db.atomic():
            self._insert_snapshots(upload, taken.written)
            self.db.table("uploads").update(upload, {"tables": _json(taken.tables), "afresh": ALONE})
            self.db.execute("UPDATE uploads SET raw = NULL WHERE owner = ? AND id <> ?", [user_id, upload])
            self.note(user_id, update_id, "alone")
        self._sweep_folder(user_id)
        return self.uploads(user_id)[0]

    def drop_unsettled(self, user_id: int) -> None:
        """Forget the file that was never settled, if there is one."""
        with self.db.atomic():
            self.db.execute(FORGET_UNSETTLED, [user_id])
        self._sweep_folder(user_id)

    def use_alone(self, user_id: int, upload: int, kind: Kind) -> None:
        """Let the shop's table of this kind be what this file of theirs brought, without what came before it."""
        with self.db.atomic():
            self.db.execute(
                "UPDATE snapshots SET merged = own WHERE upload = ? AND kind = ?"
                " AND upload IN (SELECT id FROM uploads WHERE owner = ?)",
                [upload, str(kind), user_id],
            )
        self._sweep_folder(user_id)

    def replace(self, user_id: int, upload: int, taken: Taken) -> Upload:
        """Let an upload be what a worker understood this time, in one transaction."""
        sync(self.folder_of(user_id))
        with self.db.atomic():
            self.db.execute("DELETE FROM snapshots WHERE upload = ?", [upload])
            self._forget_results(upload)
            self.db.table("uploads").update(upload, {"tables": _json(taken.tables)})
            self.db.execute("UPDATE uploads SET raw = NULL WHERE owner = ? AND id <> ?", [user_id, upload])
            self._insert_snapshots(upload, taken.written)
        self._sweep_folder(user_id)
        return self.uploads(user_id)[0]

    def start_over(self, user_id: int, upload: int, update_id: int | None = None) -> Upload:
        """Let the shop be what this one file of theirs holds; a new step, so that it can be taken back.

        The same update does it once.
        """
        if self.deed(user_id, update_id, "alone") is not None:
            return self.uploads(user_id)[0]
        row = self._row("SELECT filename, sha256, tables FROM uploads WHERE id = ? AND owner = ?", upload, user_id)
        if row is None:
            raise LookupError(upload)
        filename, sha256, tables = row
        with self.db.atomic():
            again = self._insert_upload(user_id, filename, sha256, tables, WORD)
            self.db.execute(
                "INSERT INTO snapshots (upload, kind, own, merged) SELECT ?, kind, own, own FROM snapshots WHERE upload = ?",
                [again, upload],
            )
            self.db.execute(
                "UPDATE uploads SET raw = (SELECT raw FROM uploads WHERE id = ?) WHERE id = ?", [upload, again]
            )
            self.note(user_id, update_id, "alone")
        return self.uploads(user_id)[0]

    def undo(self, user_id: int, update_id: int | None = None) -> Upload | None:
        """Take back the latest upload; what was current before it is current again. None: there is none.

        The same update does it once; asked again it gives the same upload, without its tables.
        """
        undone = self.deed(user_id, update_id, "undo")
        if undone is not None:
            return UNDONE.validate_json(undone)
        latest = next(iter(self.uploads(user_id)), None)
        if latest is not None:
            with self.db.atomic():
                self.db.execute("DELETE FROM memories WHERE upload = ?", [latest.id])
                self.db.execute("DELETE FROM snapshots WHERE upload = ?", [latest.id])
                self._forget_results(latest.id)
                self.db.execute("DELETE FROM uploads WHERE id = ?", [latest.id])
                said = UNDONE.dump_json(replace(latest, tables=(), raw=None)).decode()
                self.note(user_id, update_id, "undo", said)
            self._sweep_folder(user_id)
        return latest

    def _forget_results(self, upload: int) -> None:
        """What came of trials by an upload that no longer says so."""
        self.db.execute("UPDATE trials SET result = NULL, read_from = NULL WHERE read_from = ?", [upload])

    def _start(self, user_id: int) -> int:
        """The number of the upload with which the shop as it is now began."""
        row = self._row("SELECT max(id) FROM uploads WHERE owner = ? AND afresh > 0", user_id)
        return (row[0] if row else None) or 0

    def _insert_upload(self, owner: int, filename: str, sha256: str, tables: str, afresh: int) -> int:
        row = {"owner": owner, "filename": filename, "sha256": sha256, "at": now(), "tables": tables}
        inserted = self.db.table("uploads").insert({**row, "afresh": afresh}).last_pk
        assert isinstance(inserted, int)
        return inserted

    def _insert_snapshots(self, upload: int, written: Iterable[Written]) -> None:
        self.db.table("snapshots").insert_all(
            {"upload": upload, "kind": str(table.kind), "own": table.own.name, "merged": table.merged.name}
            for table in written
        )

    def _sweep(self) -> None:
        """Remove files that no confirmed upload points at, and folders of nobody: what a crash left half done."""
        root = self.folder / OWNERS
        known = {owner for (owner,) in self.db.execute("SELECT user_id FROM owners UNION SELECT owner FROM uploads")}
        for folder in root.iterdir() if root.is_dir() else ():
            if folder.name.isdecimal() and int(folder.name) in known:
                self._sweep_folder(int(folder.name))
            elif folder.name.isdecimal():
                shutil.rmtree(folder)

    def _sweep_folder(self, user_id: int) -> None:
        rows = self.db.execute(
            "SELECT own, merged, raw FROM uploads LEFT JOIN snapshots ON uploads.id = upload WHERE owner = ?", [user_id]
        )
        kept = {name for row in rows for name in row}
        kept.update(name for (name,) in self.db.execute("SELECT people FROM trials WHERE owner = ?", [user_id]))
        for file in _files(self.folder_of(user_id)):
            if file.name not in kept and snapshots.table_of(file) not in kept:
                file.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.is_file())


def _json(tables: tuple[Table, ...]) -> str:
    return TABLES.dump_json(tables).decode()
