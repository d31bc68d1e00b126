"""What the bot remembers. Owns every SQL statement, and decides which snapshot is current; used from one thread only."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from sqlite_utils import Database

from analytics.analysis import Vocabulary
from analytics.cleaning import Missing, Outliers, Policy
from analytics.dataset import Kind, Role
from bot.jobs import Table, Taken, Written
from bot.migrations import migrations

TABLES = TypeAdapter(tuple[Table, ...])


@dataclass(frozen=True)
class Owner:
    """A person who may use the bot; `language` is None until they chose one, `secret` is what hides their customers."""

    user_id: int
    language: str | None
    vocabulary: Vocabulary
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Upload:
    """A file that was taken in and confirmed; `raw` is the file itself, of the latest upload only.

    `afresh` is no file of its own but the owner's word to use only this one from here on.
    """

    id: int
    filename: str
    at: datetime
    tables: tuple[Table, ...]
    raw: Path | None
    afresh: bool


class Store:
    """SQLite for what must be remembered, and one folder an owner for what they uploaded."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self.folder = folder
        self.db = Database(folder / "pocket.sqlite")
        self.db.enable_wal()
        # A confirmed message must outlive a power cut; deleted rows must not linger in free pages.
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA secure_delete = ON")
        migrations.apply(self.db)
        self._sweep()

    def close(self) -> None:
        self.db.close()

    # People

    def owner(self, user_id: int) -> Owner | None:
        """The owner of that Telegram id, if they ever spoke here."""
        row = self._row("SELECT user_id, language, vocabulary, secret FROM owners WHERE user_id = ?", user_id)
        return Owner(*row) if row else None

    def welcome(self, user_id: int, vocabulary: Vocabulary) -> Owner:
        """Remember a new owner, with the segment names that suit the language they start in."""
        row = {"user_id": user_id, "language": None, "vocabulary": vocabulary}
        self.db.table("owners").insert(row | {"secret": secrets.token_bytes(32), "since": _now()}, ignore=True)
        owner = self.owner(user_id)
        assert owner is not None
        return owner

    def owners(self) -> tuple[int, ...]:
        """Everybody who paired or ever used the bot."""
        return tuple(row[0] for row in self.db.execute("SELECT user_id FROM owners ORDER BY user_id"))

    def set_language(self, user_id: int, language: str) -> None:
        self.db.table("owners").update(user_id, {"language": language})

    def set_vocabulary(self, user_id: int, vocabulary: Vocabulary) -> None:
        self.db.table("owners").update(user_id, {"vocabulary": vocabulary})

    def forget(self, user_id: int) -> None:
        """Remove everything of this owner: rows first, in one transaction, then the folder, then the database's slack."""
        with self.db.atomic():
            self.db.execute("DELETE FROM snapshots WHERE upload IN (SELECT id FROM uploads WHERE owner = ?)", [user_id])
            self.db.execute("DELETE FROM uploads WHERE owner = ?", [user_id])
            self.db.execute("DELETE FROM choices WHERE owner = ?", [user_id])
            self.db.execute("DELETE FROM policies WHERE owner = ?", [user_id])
            self.db.execute("DELETE FROM owners WHERE user_id = ?", [user_id])
            # The update that asks for this is still being handled: its row stays, emptied, until it is done.
            self.db.execute("UPDATE inbox SET body = '' WHERE user_id = ?", [user_id])
        shutil.rmtree(self.folder_of(user_id))
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # Uploads

    def folder_of(self, user_id: int) -> Path:
        """The owner's own folder, made if need be."""
        folder = self.folder / "owners" / str(int(user_id))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

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
                afresh=bool(afresh),
            )
            for number, name, at, tables, raw, afresh in rows
        )

    def files(self, user_id: int) -> tuple[Upload, ...]:
        """The files among the uploads, newest first."""
        return tuple(upload for upload in self.uploads(user_id) if not upload.afresh)

    def seen(self, user_id: int, sha256: str) -> Upload | None:
        """The upload that brought this very file into the shop as it is now."""
        row = self._row(
            "SELECT max(id) FROM uploads WHERE owner = ? AND sha256 = ? AND id >= ?",
            user_id,
            sha256,
            self._start(user_id),
        )
        return self.upload(user_id, row[0]) if row and row[0] else None

    def upload(self, user_id: int, upload: int) -> Upload | None:
        """The upload of that number, if it is this owner's."""
        return next((found for found in self.uploads(user_id) if found.id == upload), None)

    def add(self, user_id: int, filename: str, sha256: str, taken: Taken, raw: Path | None = None) -> Upload:
        """Make what a worker wrote part of the shop, in one transaction."""
        _sync(self.folder_of(user_id))
        with self.db.atomic():
            self.db.execute("UPDATE uploads SET raw = NULL WHERE owner = ?", [user_id])
            upload = self._insert_upload(user_id, filename, sha256, _json(taken.tables), afresh=False)
            self.db.table("uploads").update(upload, {"raw": raw.name if raw else None})
            self._insert_snapshots(upload, taken.written)
        self._sweep_folder(user_id)
        return self.uploads(user_id)[0]

    def replace(self, user_id: int, upload: int, taken: Taken) -> Upload:
        """Let an upload be what a worker understood this time, in one transaction."""
        _sync(self.folder_of(user_id))
        with self.db.atomic():
            self.db.execute("DELETE FROM snapshots WHERE upload = ?", [upload])
            self.db.table("uploads").update(upload, {"tables": _json(taken.tables)})
            self._insert_snapshots(upload, taken.written)
        self._sweep_folder(user_id)
        return self.uploads(user_id)[0]

    def start_over(self, user_id: int, upload: int) -> Upload:
        """Let the shop be what this one file of theirs holds; a new step, so that it can be taken back."""
        row = self._row("SELECT filename, sha256, tables FROM uploads WHERE id = ? AND owner = ?", upload, user_id)
        if row is None:
            raise LookupError(upload)
        with self.db.atomic():
            again = self._insert_upload(user_id, *row, afresh=True)
            self.db.execute(
                "INSERT INTO snapshots (upload, kind, own, merged) SELECT ?, kind, own, own FROM snapshots WHERE upload = ?",
                [again, upload],
            )
            self.db.execute(
                "UPDATE uploads SET raw = (SELECT raw FROM uploads WHERE id = ?) WHERE id = ?", [upload, again]
            )
        return self.uploads(user_id)[0]

    def undo(self, user_id: int) -> Upload | None:
        """Take back the latest upload; what was current before it is current again. None: there is none."""
        latest = next(iter(self.uploads(user_id)), None)
        if latest is not None:
            with self.db.atomic():
                self.db.execute("DELETE FROM snapshots WHERE upload = ?", [latest.id])
                self.db.execute("DELETE FROM uploads WHERE id = ?", [latest.id])
            self._sweep_folder(user_id)
        return latest

    def _start(self, user_id: int) -> int:
        """The number of the upload with which the shop as it is now began."""
        row = self._row("SELECT max(id) FROM uploads WHERE owner = ? AND afresh = 1", user_id)
        return (row[0] if row else None) or 0

    def _insert_upload(self, owner: int, filename: str, sha256: str, tables: str, *, afresh: bool) -> int:
        row = {"owner": owner, "filename": filename, "sha256": sha256, "at": _now(), "tables": tables}
        inserted = self.db.table("uploads").insert({**row, "afresh": int(afresh)}).last_pk
        assert isinstance(inserted, int)
        return inserted

    def _insert_snapshots(self, upload: int, written: Iterable[Written]) -> None:
        self.db.table("snapshots").insert_all(
            {"upload": upload, "kind": str(table.kind), "own": table.own.name, "merged": table.merged.name}
            for table in written
        )

    # Corrections: what an owner said a column means

    def roles(self, user_id: int) -> dict[str, dict[str, Role]]:
        """The owner's corrections, by layout and header."""
        found: dict[str, dict[str, Role]] = {}
        for layout, header, role in self.db.execute(
            "SELECT layout, header, role FROM choices WHERE owner = ?", [user_id]
        ):
            found.setdefault(layout, {})[header] = Role(role)
        return found

    def set_role(self, user_id: int, layout: str, header: str, role: Role) -> None:
        """Remember what a column of sheets with this layout means to this owner."""
        row = {"owner": user_id, "layout": layout, "header": header, "role": str(role)}
        self.db.table("choices").upsert(row, pk=("owner", "layout", "header"))

    def forget_role(self, user_id: int, layout: str, header: str) -> None:
        """Let a column of sheets with this layout be recognised as usual again."""
        self.db.execute("DELETE FROM choices WHERE owner = ? AND layout = ? AND header = ?", [user_id, layout, header])

    # Cleaning: what an owner wants done about gaps and outliers

    def policies(self, user_id: int) -> dict[str, Policy]:
        """How the owner wants columns cleaned, by the column's code."""
        rows = self.db.execute("SELECT column, missing, outliers FROM policies WHERE owner = ?", [user_id])
        return {column: Policy(Missing(missing), Outliers(outliers)) for column, missing, outliers in rows}

    def set_policy(self, user_id: int, column: str, policy: Policy) -> None:
        """Remember how the owner wants a column cleaned."""
        row = {"owner": user_id, "column": column, "missing": str(policy.missing), "outliers": str(policy.outliers)}
        self.db.table("policies").upsert(row, pk=("owner", "column"))

    # Inbox: what Telegram handed over and is not answered yet

    def receive(self, updates: Iterable[tuple[int, int, dict[str, Any]]]) -> None:
        """Write (update id, user id, body) before Telegram counts them as delivered; known ones stay as they are."""
        with self.db.atomic():
            self.db.table("inbox").insert_all(
                (
                    {"update_id": update_id, "user_id": user_id, "body": json.dumps(body), "done": 0}
                    for update_id, user_id, body in updates
                ),
                ignore=True,
            )

    def waiting(self) -> tuple[dict[str, Any], ...]:
        """The updates that were received and never finished, oldest first."""
        rows = self.db.execute("SELECT body FROM inbox WHERE done = 0 AND body != '' ORDER BY update_id")
        return tuple(json.loads(body) for (body,) in rows)

    def is_done(self, update_id: int) -> bool:
        row = self._row("SELECT done FROM inbox WHERE update_id = ?", update_id)
        return bool(row and row[0])

    def finish(self, update_id: int) -> None:
        """Mark an update as answered; what it said is dropped, its number is kept against a second delivery.

        The loop does not wait for the disk here: a power cut may repeat an answer, a kill does not.
        """
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute("UPDATE inbox SET done = 1, body = '', user_id = 0 WHERE update_id = ?", [update_id])
        # Telegram keeps an undelivered update for a day: older numbers cannot come again.
        self.db.execute("DELETE FROM inbox WHERE done = 1 AND update_id < ?", [update_id - KEPT_NUMBERS])
        self.db.execute("PRAGMA synchronous = FULL")

    def tidy(self) -> None:
        """Leave nothing of what was said in the write-ahead log; called when nothing is waiting."""
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    # Facts: single values of the bot itself

    def fact(self, name: str) -> str | None:
        row = self._row("SELECT value FROM facts WHERE name = ?", name)
        return row[0] if row else None

    def set_fact(self, name: str, value: str | None) -> None:
        """Remember a value under a name; None forgets it."""
        if value is None:
            self.db.execute("DELETE FROM facts WHERE name = ?", [name])
        else:
            self.db.table("facts").upsert({"name": name, "value": value}, pk="name")

    # Inside

    def _row(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.db.execute(sql, list(values)).fetchone()
        return row

    def _sweep(self) -> None:
        """Remove files that no confirmed upload points at: what a crash left half done."""
        root = self.folder / "owners"
        for folder in root.iterdir() if root.is_dir() else ():
            if folder.name.isdecimal():
                self._sweep_folder(int(folder.name))

    def _sweep_folder(self, user_id: int) -> None:
        rows = self.db.execute(
            "SELECT own, merged, raw FROM uploads LEFT JOIN snapshots ON uploads.id = upload WHERE owner = ?", [user_id]
        )
        kept = {name for row in rows for name in row}
        for file in _files(self.folder_of(user_id)):
            if file.name not in kept:
                file.unlink()


KEPT_NUMBERS = 100_000


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.is_file())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _json(tables: tuple[Table, ...]) -> str:
    return TABLES.dump_json(tables).decode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
