"""An update that this version of the bot cannot read is passed over: what is behind it comes in, and nothing of it is told."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import logs, webhook
from tests.machines import free_port
from tests.talk import running

SECRETS = ("Zaphod", "Beeblebrox", "secret plan", "5550142")


def message(**odd: Any) -> dict[str, Any]:
    """What Zaphod wrote, with something in it that cannot be."""
    person = {"id": 4242, "is_bot": False, "first_name": "Zaphod", "last_name": "Beeblebrox"}
    chat = {"id": 4242, "type": "private", "first_name": "Zaphod"}
    return {
        "message_id": 99,
        "date": 1_800_000_000,
        "chat": chat,
        "from": person,
        "text": "my secret plan 5550142",
    } | odd


ODD = [message(date="tomorrow"), message(date=10**25), message(chat=[1]), message(entities=7)]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What goes to standard error."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, levels = root.handlers[:], (root.level, logging.getLogger("bot").level)
    monkeypatch.setattr("sys.stderr", stream)
    logs.set_up()
    yield stream
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    logging.getLogger("bot").setLevel(levels[1])


async def test_fetched_it_is_passed_over_and_confirmed(tmp_path: Path, written: io.StringIO) -> None:
    async with running(tmp_path / "data") as bot:
        ann = bot.person()
        for odd in ODD:
            bot.telegram.updates.put("message", odd)
        assert "/overview" in (await ann.say("/help"))[-1].words
        # The next fetch has confirmed it; the simulator hands over what is not confirmed for ever.
        assert not len(bot.telegram.updates)
    told = written.getvalue()
    assert told.count("passed over") == len(ODD)
    assert not [secret for secret in SECRETS if secret in told]


async def test_brought_to_the_webhook_it_is_taken_and_passed_over(tmp_path: Path, written: io.StringIO) -> None:
    port = free_port()
    async with (
        running(tmp_path / "data", webhook="https://x.example/t", webhook_listen=("127.0.0.1", port)) as bot,
        httpx.AsyncClient() as client,
    ):
        headers = {webhook.HEADER: bot.telegram.webhook_secret}
        bodies = [json.dumps({"update_id": number, "message": odd}) for number, odd in enumerate(ODD, 1)]
        for body in (*bodies, "no JSON of Zaphod's", "[]", "null", '{"message": 1}'):
            answer = await client.post(f"http://127.0.0.1:{port}/t", content=body, headers=headers)
            assert answer.status_code == 200
    assert not [secret for secret in SECRETS if secret in written.getvalue()]


def test_of_a_librarys_line_only_what_its_authors_wrote_is_kept(written: io.StringIO) -> None:
    library = logging.getLogger("telegram.ext.ExtBot")
    library.critical("Error while parsing updates! Received data was %r", [message()], exc_info=ValueError("Zaphod"))
    library.error('Can not load invalid JSON data: "%s"', json.dumps(message()))
    library.warning("%(number)d of %(who)s, %(fault)s", {"number": 7, "who": "Zaphod", "fault": KeyError("Zaphod")})
    logging.getLogger("bot.x").warning("update %s: %s", 7, "kept")
    told = written.getvalue()
    assert "Received data was" in told
    assert "7 of …, KeyError" in told
    assert "update 7: kept" in told
    assert not [secret for secret in SECRETS if secret in told]
