"""`pocket-marketer check`: whether this server is fit to run the bot, told line by line before anybody relies on it."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import click
import httpx

from bot.compute import Compute
from bot.errors import BotError
from bot.settings import Settings
from bot.store.base import DATABASE, Unusable, usable
from bot.store.inbox import FILE as INBOX

LEAST_MEGABYTES = 500
MOST_SECONDS_OFF = 60
SAMPLE = "客户 customers ¥"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: fine or not, and what to do about it if not."""

    about: str
    fine: bool
    says: str


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """Look at the data folder, its databases, its disk, the fonts and workers, then at Telegram, the token and the clock."""
    yield _folder(settings)
    if any((settings.data / name).exists() for name in (DATABASE, INBOX)):
        yield _database(settings)
    yield _space(settings)
    yield await _workers(settings)
    async for finding in _telegram(settings):
        yield finding


def _folder(settings: Settings) -> Finding:
    folder = settings.data
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        trial = folder / f".check-{secrets.token_hex(4)}"
        descriptor = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.fsync(descriptor)
        os.close(descriptor)
        trial.unlink()
    except OSError as error:
        return Finding("data folder", False, f"cannot write to {folder} ({error.strerror}): choose another POCKET_DATA")
    if folder.stat().st_mode & 0o077:
        return Finding("data folder", False, f"others on this machine may look into {folder}: chmod 700 {folder}")
    return Finding("data folder", True, str(folder))


def _database(settings: Settings) -> Finding:
    try:
        with usable(settings.data):
            for name in (DATABASE, INBOX):
                wrong = _faults(settings.data / name)
                if wrong:
                    raise sqlite3.DatabaseError(wrong)
    except Unusable as unusable:
        return Finding("database", False, str(unusable))
    return Finding("database", True, "whole")


def _faults(database: Path) -> str:
    """What SQLite itself finds wrong with it, if it is there; nothing where all is well."""
    if not database.exists():
        return ""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as db:
        (told,) = db.execute("PRAGMA quick_check(1)").fetchone()
    return "" if told == "ok" else str(told)


def _space(settings: Settings) -> Finding:
    there = next(folder for folder in (settings.data, *settings.data.parents) if folder.exists())
    free = shutil.disk_usage(there).free // 2**20
    enough = free >= LEAST_MEGABYTES
    return Finding(
        "space", enough, f"{free} MB free" + ("" if enough else f"; at least {LEAST_MEGABYTES} MB are needed")
    )


async def _workers(settings: Settings) -> Finding:
    compute = Compute(settings.workers, settings.job_seconds, cluster=settings.dask)
    try:
        missing = await compute(_missing_glyphs, SAMPLE)
    except BotError as error:
        return Finding("workers", False, f"an analysis could not be run: {error!r}")
    finally:
        compute.stop()
    if missing:
        return Finding("fonts", False, f"pictures cannot show {missing!r}: install the package again")
    where = settings.dask or settings.workers or "none, computing inline"
    return Finding("workers", True, f"{where}; pictures show Chinese")


def _missing_glyphs(text: str) -> str:
    from analytics.charts.style import missing

    return missing(text)


async def _telegram(settings: Settings) -> AsyncIterator[Finding]:
    assert settings.token is not None
    try:
        async with httpx.AsyncClient(timeout=20) as client:
            answer = await client.get(f"{settings.api_url}/bot{settings.token.get_secret_value()}/getMe")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # Not the error's own words: an address may be among them, and the token with it.
        yield Finding(
            "telegram", False, f"{settings.api_url} does not answer ({type(error).__name__}): is it blocked here?"
        )
        return
    yield _token(answer)
    if "date" in answer.headers:
        off = abs((datetime.now(UTC) - parsedate_to_datetime(answer.headers["date"])).total_seconds())
        fine = off <= MOST_SECONDS_OFF
        yield Finding(
            "clock", fine, f"{off:.0f} seconds off" + ("" if fine else "; digests would come at a wrong time")
        )


def _token(answer: httpx.Response) -> Finding:
    try:
        told = answer.json()
        if told["ok"]:
            return Finding("token", True, f"@{told['result']['username']}")
    except (ValueError, KeyError, TypeError):
        return Finding("token", False, f"something else than Telegram answers (status {answer.status_code})")
    return Finding(
        "token", False, f"Telegram does not take it (status {answer.status_code}): ask @BotFather for /token"
    )


async def run(settings: Settings) -> bool:
    """Print every finding; whether all are fine."""
    fine = True
    async for finding in findings(settings):
        click.echo(f"{'ok ' if finding.fine else 'NO '} {finding.about}: {finding.says}")
        fine = fine and finding.fine
    return fine
