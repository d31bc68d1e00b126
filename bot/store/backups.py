"""Copies of the whole data folder, made while the bot runs, and the way back. One hand at a time is at them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.migrations import migrations
from bot.snapshots import sync
from bot.store.base import DATABASE, OWNERS
from bot.store.lock import Lock

BACKUPS = "backups"
BEFORE = "before-restore"
KEPT = 7
TRIES = 5

_hand = threading.RLock()
_held: set[Path] = set()


class NoBackup(Exception):
    """There is no whole backup of that name; `known` are those there are, oldest first."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"there is no backup {name!r}; there are: {', '.join(known) or 'none'}")
        self.known = known


def stamp(now: datetime) -> str:
    """The name of a backup made now."""
    return now.strftime("%Y-%m-%dT%H%M")


def names(folder: Path) -> tuple[str, ...]:
    """The backups of this data folder, oldest first."""
    root = folder / BACKUPS
    if not root.is_dir():
        return ()
    return tuple(sorted(path.name for path in root.iterdir() if path.is_dir() and path.suffix != ".part"))


def back_up(folder: Path, name: str, keep: int) -> Path:
    """Copy the database and the files that it names, whole or not at all; only the latest `keep` backups stay.

    Uses a connection of its own, so that it may run beside the bot, in a thread. Files never change once they are
    written, so where the disk allows they are linked, not copied.
    """
    root = folder / BACKUPS
    root.mkdir(mode=0o700, exist_ok=True)
    with alone(folder):
        for left_over in root.glob("*.part"):
            shutil.rmtree(left_over)
        aside = root / f"{name}.part"
        for attempt in range(TRIES):
            aside.mkdir(mode=0o700)
            try:
                _copy(folder, aside)
                break
            except FileNotFoundError:
                # The bot replaced a file between the copy of the database and that of the file.
                shutil.rmtree(aside)
                if attempt == TRIES - 1:
                    raise
        final = root / name
        shutil.rmtree(final, ignore_errors=True)
        aside.rename(final)
        sync(root)
        for old in names(folder)[:-keep]:
            shutil.rmtree(root / old)
    return final


def restore(folder: Path, name: str) -> None:
    """Put a backup in the place of what the data folder holds now; the bot must not be running.

    What was there is kept as a backup named `BEFORE`. Raises NoBackup, and InUse where the bot is running.
    """
    if name not in names(folder):
        raise NoBackup(name, names(folder))
    with Lock(folder):
        _put_back(folder, name)


def _put_back(folder: Path, name: str) -> None:
    chosen = folder / BACKUPS / name
    if (folder / DATABASE).exists() and name != BEFORE:
        # None gives way for it: the one that is being restored may be the oldest.
        back_up(folder, BEFORE, keep=len(names(folder)) + 1)
    for rest in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
        (folder / rest).unlink(missing_ok=True)
    shutil.rmtree(folder / OWNERS, ignore_errors=True)
    for owner in _folders(chosen / OWNERS):
        (folder / OWNERS / owner.name).mkdir(parents=True, mode=0o700)
        for file in owner.iterdir():
            _link(file, folder / OWNERS / owner.name / file.name)
    # The database last: a restore that was cut off can be told, and done again.
    shutil.copyfile(chosen / DATABASE, folder / f"{DATABASE}.part")
    (folder / f"{DATABASE}.part").chmod(0o600)
    (folder / f"{DATABASE}.part").rename(folder / DATABASE)
    sync(folder)


def forget(folder: Path, user_id: int, statements: Sequence[str]) -> None:
    """Remove an owner from every backup: their files, and by these statements their rows."""
    for backup, db in opened(folder):
        with db.atomic():
            for statement in statements:
                db.execute(statement, [user_id])
        shutil.rmtree(folder_of(backup, user_id), ignore_errors=True)


def change(folder: Path, user_id: int, files: Sequence[Path], apply: Callable[[Database], None]) -> None:
    """Make the same change to an owner's rows in every backup; new `files` are at hand, what is no longer named goes."""
    for backup, db in opened(folder):
        home = folder_of(backup, user_id)
        if not home.is_dir():
            continue
        for file in files:
            _link(file, home / file.name)
        sync(home)
        with db.atomic():
            apply(db)
        kept = {file for owner, file in _named(backup / DATABASE) if owner == str(user_id)}
        for file in home.iterdir():
            if file.name not in kept:
                file.unlink()


def opened(folder: Path) -> Iterator[tuple[Path, Database]]:
    """Every backup, oldest first, with its database brought up to date; none is made or taken away meanwhile."""
    if not (folder / BACKUPS).is_dir():
        return
    with alone(folder):
        for left_over in (folder / BACKUPS).glob("*.part"):
            shutil.rmtree(left_over)
        for name in names(folder):
            db = Database(folder / BACKUPS / name / DATABASE)
            db.execute("PRAGMA secure_delete = ON")
            migrations.apply(db)
            yield folder / BACKUPS / name, db
            db.close()


def folder_of(home: Path, user_id: int) -> Path:
    """The owner's folder in a data folder or a backup."""
    return home / OWNERS / str(user_id)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other threads and processes from making a backup, or from changing any; may be nested.

    What is to be gone from the shop and from the backups is taken from both under it: a backup that is made between the
    two would keep it.
    """
    with _hand:
        if folder in _held:
            yield
            return
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _held.add(folder)
            yield
        finally:
            _held.discard(folder)
            os.close(descriptor)


def _copy(folder: Path, aside: Path) -> None:
    source = sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)
    try:
        source.execute("VACUUM INTO ?", [str(aside / DATABASE)])
    finally:
        source.close()
    (aside / DATABASE).chmod(0o600)
    for owner, file in _named(aside / DATABASE):
        target = aside / OWNERS / owner
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        _link(folder / OWNERS / owner / file, target / file)


def _named(database: Path) -> Iterator[tuple[str, str]]:
    """Every file that the database speaks of, with its owner's folder."""
    copy = sqlite3.connect(database)
    try:
        yield from (
            (str(owner), file)
            for owner, file in copy.execute(
                "SELECT owner, own FROM snapshots JOIN uploads ON uploads.id = upload"
                " UNION SELECT owner, merged FROM snapshots JOIN uploads ON uploads.id = upload"
                " UNION SELECT owner, raw FROM uploads WHERE raw IS NOT NULL"
                " UNION SELECT owner, people FROM trials"
            )
        )
    finally:
        copy.close()


def _link(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(file, target)


def _folders(root: Path) -> Iterator[Path]:
    return (path for path in root.iterdir() if path.is_dir()) if root.is_dir() else iter(())
