"""An upgrade keeps what an older version left.

`schemas/` has the tables as they were after each step. A released step never changes; one that is not released yet may,
and then POCKET_WRITE_SCHEMAS=1 writes its file anew.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from bot.migrations import migrations
from bot.resources import SAMPLES
from bot.simulator.telegram import Telegram
from bot.store.base import DATABASE
from tests.talk import running

SCHEMAS = Path(__file__).parent / "schemas"
STEPS = [step.name for step in migrations.pending(Database(memory=True))]
ASKED = ("/files", "/segments", "/columns", "/digest", "/split trial 1")


def tables(db: sqlite3.Connection) -> Iterator[str]:
    """What makes the tables, in an order of its own."""
    made = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name NOT LIKE '\\_sqlite%' ESCAPE '\\' AND name != 'sqlite_sequence' ORDER BY type DESC, name"
    return (f"{sql};\n" for (sql,) in db.execute(made))


def after(step: str) -> str:
    """The tables after this step."""
    db = Database(memory=True)
    later = STEPS[STEPS.index(step) + 1 :]
    migrations.apply(db, stop_before=later)
    return "".join(tables(db.conn))


def turned_back(folder: Path, step: str) -> None:
    """Make of a data folder what a version that ended with this step would have left."""
    old, new = folder / DATABASE, folder / "now.sqlite"
    old.rename(new)
    later = STEPS[STEPS.index(step) + 1 :]
    with closing(sqlite3.connect(old)) as db:
        db.executescript((SCHEMAS / f"{step}.sql").read_text("utf-8"))
        db.execute("ATTACH ? AS now", [str(new)])
        names = [name for (name,) in db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
        for name in names:
            columns = ", ".join(f'"{row[1]}"' for row in db.execute(f'PRAGMA main.table_info("{name}")'))
            db.execute(f'INSERT INTO main."{name}" ({columns}) SELECT {columns} FROM now."{name}"')
        db.commit()
        for (made,) in db.execute(
            "SELECT sql FROM now.sqlite_master WHERE sql LIKE '%\\_sqlite%' ESCAPE '\\'"
        ).fetchall():
            db.execute(made)
        db.execute("INSERT INTO main._sqlite_migrations SELECT * FROM now._sqlite_migrations")
        db.executemany("DELETE FROM main._sqlite_migrations WHERE name = ?", [[name] for name in later])
        db.commit()
    new.unlink()


@pytest.mark.parametrize("step", STEPS)
def test_a_step_does_what_it_always_did(step: str) -> None:
    if os.environ.get("POCKET_WRITE_SCHEMAS"):
        (SCHEMAS / f"{step}.sql").write_text(after(step), "utf-8")
    assert after(step) == (SCHEMAS / f"{step}.sql").read_text("utf-8")


@pytest.mark.parametrize("step", STEPS)
async def test_what_an_older_version_left_is_all_there(tmp_path: Path, step: str) -> None:
    telegram = Telegram()
    async with running(tmp_path, telegram) as bot:
        ann = bot.person(user_id=5)
        await ann.send_file(SAMPLES / "en" / "orders.csv")
        for text in ("/split A B holdout 20%", "/digest friday 18:00", "/language zh"):
            await ann.say(text)
        before = [[message.html for message in await ann.say(text)] for text in ASKED]
    turned_back(tmp_path, step)
    async with running(tmp_path, telegram) as bot:
        ann = bot.person(user_id=5)
        assert [[message.html for message in await ann.say(text)] for text in ASKED] == before


async def test_a_step_to_come_keeps_all_and_is_taken_once(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await bot.person(user_id=5).send_file(SAMPLES / "en" / "orders.csv")
    to_come = Migrations("pocket-marketer")

    @to_come()
    def m900_something_new(db: Database) -> None:
        db.table("owners").add_column("shoe_size", int)
        db.table("shelves").create({"owner": int, "name": str}, pk="owner", strict=True)

    db = Database(tmp_path / DATABASE)
    before = list(db.query("SELECT * FROM owners"))
    to_come.apply(db)
    to_come.apply(db)
    assert list(db.query("SELECT * FROM owners")) == [row | {"shoe_size": None} for row in before]
    db.close()
    async with running(tmp_path, bot.telegram) as bot:
        assert "orders.csv" in (await bot.person(user_id=5).say("/files"))[-1].words


async def test_a_step_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await bot.person(user_id=5).send_file(SAMPLES / "en" / "orders.csv")
    broken = Migrations("pocket-marketer")

    @broken()
    def m901_breaks(db: Database) -> None:
        db.execute("DELETE FROM uploads")
        raise ValueError("half way")

    db = Database(tmp_path / DATABASE)
    with pytest.raises(ValueError, match="half way"):
        broken.apply(db)
    db.close()
    async with running(tmp_path, bot.telegram) as bot:
        assert "orders.csv" in (await bot.person(user_id=5).say("/files"))[-1].words
