"""Copies of the whole data folder, made while the bot runs, and the way back. One hand at a time is at them."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.migrations import migrations
from bot.snapshots import sync
from bot.store.base import DATABASE, OWNERS, usable
from bot.store.lock import Lock

BACKUPS = "backups"
BEFORE = "before-restore"
BEFORE_THAT = f"{BEFORE}-2"
KEPT = 7
TRIES = 5
PAUSE = 0.05
# A backup on its way to being the data folder's content: not all there yet, and all there.
UNREADY, READY = "restore.part", "restoring"

# What a restore never takes back: what summaries for strangers have cost, and the numbers that chats know things by.
CHARGES = (
    "INSERT INTO summaries (owner, month, epsilon, until, upload, body)"
    " SELECT owner, month, epsilon, until, upload, body FROM old.summaries"
    " EXCEPT SELECT owner, month, epsilon, until, upload, body FROM main.summaries"
)
NUMBERED = (
    "INSERT INTO main.sqlite_sequence SELECT name, 0 FROM old.sqlite_sequence"
    " WHERE name IN (SELECT name FROM main.sqlite_master) AND name NOT IN (SELECT name FROM main.sqlite_sequence)"
)
NUMBERS = (
    "UPDATE main.sqlite_sequence SET seq ="
    " max(seq, coalesce((SELECT seq FROM old.sqlite_sequence WHERE name = main.sqlite_sequence.name), 0))"
)
CARRIED = (("summaries", CHARGES), ("sqlite_sequence", NUMBERED), ("sqlite_sequence", NUMBERS))

_hand = threading.RLock()
_held: set[Path] = set()


class NoBackup(Exception):
    """There is no whole backup of that name; `known` are those there are, oldest first."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"there is no backup {name!r}; there are: {', '.join(known) or 'none'}")
        self.known = known


class Unfinished(Exception):
    """A restore was cut off, and is finished by the next start, or by the next restore."""

    def __init__(self) -> None:
        super().__init__("a restore was cut off: start the bot, or restore again, and it is finished")


def stamp(now: datetime) -> str:
    """The name of a backup made now."""
    return now.strftime("%Y-%m-%dT%H%M")


def names(folder: Path) -> tuple[str, ...]:
    """The backups of this data folder, oldest first."""
    root = folder / BACKUPS
    if not root.is_dir():
        return ()
    return tuple(sorted(path.name for path in root.iterdir() if path.is_dir() and path.suffix != ".part"))


def back_up(folder: Path, name: str, keep: int | None = None) -> Path:
    """Copy the database and the files that it names, whole or not at all; only the latest `keep` backups stay, if told.

    Uses a connection of its own, so that it may run beside the bot, in a thread. Files never change once they are
    written, so where the disk allows they are linked, not copied. Raises Unfinished.
    """
    root = folder / BACKUPS
    root.mkdir(mode=0o700, exist_ok=True)
    with alone(folder):
        if (folder / READY).is_dir():
            raise Unfinished
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
        if keep:
            _prune(folder, keep)
    return final


def _prune(folder: Path, keep: int) -> None:
    """Remove all but the latest backups, and what was there before a restore that is older than all of them."""
    root = folder / BACKUPS
    befores = [name for name in names(folder) if name in {BEFORE, BEFORE_THAT}]
    made = [name for name in names(folder) if name not in befores]
    for old in made[:-keep]:
        shutil.rmtree(root / old)

    def written(name: str) -> float:
        return (root / name / DATABASE).stat().st_mtime

    if len(made) >= keep:
        oldest = min(map(written, made[-keep:]))
        for before in befores:
            if written(before) < oldest:
                shutil.rmtree(root / before)


def restore(folder: Path, name: str) -> None:
    """Put a backup in the place of what the data folder holds now, all of it or nothing; the bot must not be running.

    What was there is kept as a backup named `BEFORE`, what was there before an earlier restore as `BEFORE_THAT`. Raises
    NoBackup, Unusable, and InUse where the bot is running.
    """
    if name not in names(folder):
        raise NoBackup(name, names(folder))
    with usable(folder), Lock(folder), alone(folder):
        # One that was cut off has kept already what was there before it.
        kept = settle(folder)
        _make_ready(folder, name)
        if not kept and (folder / DATABASE).exists():
            _keep_before(folder)
        (folder / UNREADY).rename(folder / READY)
        sync(folder)
        settle(folder)


def settle(folder: Path) -> bool:
    """Finish a restore that was cut off when all was ready, and drop what was not; whether there was one to finish.

    Called by whoever holds the folder's lock, before anything else is done in it.
    """
    shutil.rmtree(folder / UNREADY, ignore_errors=True)
    ready = folder / READY
    if not ready.is_dir():
        return False
    if (ready / OWNERS).is_dir():
        shutil.rmtree(folder / OWNERS, ignore_errors=True)
        (ready / OWNERS).rename(folder / OWNERS)
    if (ready / DATABASE).is_file():
        for rest in (f"{DATABASE}-wal", f"{DATABASE}-shm"):
            (folder / rest).unlink(missing_ok=True)
        (ready / DATABASE).replace(folder / DATABASE)
    sync(folder)
    ready.rmdir()
    sync(folder)
    return True


def _make_ready(folder: Path, name: str) -> None:
    """The backup as it will be the data folder's content, aside."""
    chosen, aside = folder / BACKUPS / name, folder / UNREADY
    aside.mkdir(mode=0o700)
    (aside / OWNERS).mkdir(mode=0o700)
    for owner in _folders(chosen / OWNERS):
        (aside / OWNERS / owner.name).mkdir(mode=0o700)
        for file in owner.iterdir():
            _link(file, aside / OWNERS / owner.name / file.name)
    shutil.copyfile(chosen / DATABASE, aside / DATABASE)
    (aside / DATABASE).chmod(0o600)
    if (folder / DATABASE).exists():
        _carry_over(folder / DATABASE, aside / DATABASE)
    sync(aside / DATABASE)


def _carry_over(old: Path, new: Path) -> None:
    db = Database(new)
    try:
        migrations.apply(db)
        db.attach("old", old)
        tables = {name for (name,) in db.execute("SELECT name FROM old.sqlite_master")}
        with db.atomic():
            for table, statement in CARRIED:
                if table in tables:
                    db.execute(statement)
    finally:
        db.close()


def _keep_before(folder: Path) -> None:
    before, before_that = folder / BACKUPS / BEFORE, folder / BACKUPS / BEFORE_THAT
    if before.is_dir():
        shutil.rmtree(before_that, ignore_errors=True)
        before.rename(before_that)
    back_up(folder, BEFORE)


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


def files(folder: Path, *kinds: str) -> Iterator[Path]:
    """Every file of these kinds, those in backups included; one that lies in several, once."""
    seen: set[int] = set()
    homes = (folder, *(folder / BACKUPS / name for name in names(folder)))
    for owner in (owner for home in homes for owner in _folders(home / OWNERS) if owner.name.isdecimal()):
        with os.scandir(owner) as entries:
            for entry in entries:
                if entry.name.partition("-")[0] in kinds and entry.inode() not in seen:
                    seen.add(entry.inode())
                    yield Path(entry.path)


def folder_of(home: Path, user_id: int) -> Path:
    """The owner's folder in a data folder or a backup."""
    return home / OWNERS / str(user_id)


@contextlib.contextmanager
def alone(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Keep other threads and processes from making a backup, or from changing any; may be nested.

    What is to be gone from the shop and from the backups is taken from both under it: a backup that is made between the
    two would keep it. Raises BlockingIOError where one is being made and that is not to be waited for.
    """
    if not _hand.acquire(blocking=wait):
        raise BlockingIOError
    try:
        if folder in _held:
            yield
            return
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            _held.add(folder)
            yield
        finally:
            _held.discard(folder)
            os.close(descriptor)
    finally:
        _hand.release()


@contextlib.asynccontextmanager
async def alone_in_time(folder: Path) -> AsyncIterator[None]:
    """The same where others must not stand still meanwhile: waits off the event loop. Nothing is awaited under it."""
    with contextlib.ExitStack() as held:
        while True:
            try:
                held.enter_context(alone(folder, wait=False))
                break
            except BlockingIOError:
                await asyncio.sleep(PAUSE)
        yield


def _copy(folder: Path, aside: Path) -> None:
    source = sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)
    try:
        source.execute("VACUUM INTO ?", [str(aside / DATABASE)])
    finally:
        source.close()
    (aside / DATABASE).chmod(0o600)
    _leave_bare_charges(aside / DATABASE)
    sync(aside / DATABASE)
    for owner, file in _named(aside / DATABASE):
        target = aside / OWNERS / owner
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        _link(folder / OWNERS / owner / file, target / file)


def _leave_bare_charges(database: Path) -> None:
    """Without what forgotten owners' summaries cost: it is to be gone soon, and a restore asks the database in use for it."""
    copy = sqlite3.connect(database)
    try:
        copy.execute("PRAGMA secure_delete = ON")
        with copy:
            copy.execute("DELETE FROM summaries WHERE body = ''")
    finally:
        copy.close()


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
