"""What all tests share: one thread for numeric libraries, and the bot on a folder of its own."""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", PTB_TIMEDELTA="1")

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.talk import Running, Talk, running


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Running]:
    """The real bot, computing inline, open to everybody."""
    async with running(tmp_path / "data") as started:
        yield started


@pytest.fixture
def ann(bot: Running) -> Talk:
    """Somebody whose phone speaks English."""
    return bot.person("en")


@pytest.fixture
def wang(bot: Running) -> Talk:
    """Somebody whose phone speaks Chinese."""
    return bot.person("zh-hans")
