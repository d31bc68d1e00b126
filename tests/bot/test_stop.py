"""Orders that stop: the owner is asked once which it is, and what they say is kept until newer orders tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store.digests import DIGEST
from tests.talk import running


def orders(first: datetime, days: int) -> bytes:
    """Two orders a day."""
    rows = [f"{first:%m%d}{2 * n + k},{first + timedelta(days=n):%Y-%m-%d},K{(5 * n + k) % 23},{20 + n % 7}" for n in range(days) for k in (0, 1)]  # fmt: skip
    return ("Order ID,Date,Customer ID,Total\n" + "\n".join(rows)).encode()


@pytest.mark.parametrize(
    ("language", "tap", "asked", "kept"),
    [
        ("en", "Nothing was sold", "either nothing was sold since, or the export ended sooner", "As you said"),
        ("zh", "真的一单没有", "要么之后真的一单没有", "按你说的"),
    ],
)
async def test_one_tap_settles_whether_it_is_a_stop(
    tmp_path: Path, language: str, tap: str, asked: str, kept: str
) -> None:
    now = datetime.now(UTC)
    async with running(tmp_path / "data", now=lambda: now) as bot:
        owner = bot.person(language)
        await owner.send("orders.csv", orders(now - timedelta(days=112), 92))
        await owner.say("/digest now")
        assert asked in owner.last.words
        await owner.tap(tap)
        assert kept in owner.last.words
        assert bot.services.store.remembered(owner.person.user_id, DIGEST) is not None
        await owner.say("/digest now")
        assert kept in owner.last.words
        assert asked not in owner.last.words
        await owner.send("newer.csv", orders(now - timedelta(days=20), 20))
        await owner.say("/digest now")
        assert kept not in owner.last.words
        assert asked not in owner.last.words
