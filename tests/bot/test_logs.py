"""The log tells what was done and what failed, and nothing of what anybody said, sent or is called."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import BadRequest, NetworkError

from bot import logs
from tests.talk import running

TOKEN = f"1234567890:{'Ab-_' * 9}"
SECRETS = ("Zaphod", "zaphod@heartofgold.example", "5550142", "Gargle", "blasters.csv", "weekend plans")
SHEET = "Order ID,Date,Customer,Email,Phone,Product,Total\n" + "".join(
    f"{n},2026-0{1 + n % 9}-1{n % 9},Zaphod {n % 41},{n % 41}zaphod@heartofgold.example,5550142{n % 41},Gargle {n % 5},{n}.5\n"
    for n in range(160)
)


@pytest.fixture(params=["plain", "json"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What goes to standard error under each form."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, levels = root.handlers[:], (root.level, logging.getLogger("bot").level)
    monkeypatch.setattr("sys.stderr", stream)
    logs.set_up(request.param)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    logging.getLogger("bot").setLevel(levels[1])


def logged(form: logging.Formatter, message: str, *args: object, fault: BaseException | None = None) -> str:
    exc_info: Any = (type(fault), fault, fault.__traceback__) if fault else None
    return form.format(logging.LogRecord("bot.x", logging.ERROR, __file__, 1, message, args, exc_info))


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except type(error) as caught:
        return caught


@pytest.mark.parametrize("form", [logs.Lines(), logs.Objects()], ids=["plain", "json"])
def test_a_fault_is_told_by_type_and_line_without_its_words(form: logging.Formatter) -> None:
    fault = raised(ValueError("could not read 'Zaphod'"), raised(KeyError("Gargle")))
    told = logged(form, "fault %s", "a1b2c3", fault=fault)
    assert "fault a1b2c3" in told
    assert "ValueError" in told
    assert "KeyError" in told
    assert "test_logs.py" in told
    assert not [secret for secret in SECRETS if secret in told]


@pytest.mark.parametrize("form", [logs.Lines(), logs.Objects()], ids=["plain", "json"])
def test_telegrams_words_stay_but_not_what_they_quote(form: logging.Formatter) -> None:
    told = logged(form, "Telegram: %s", BadRequest('can\'t parse entities: unsupported start tag "Zaphod" at byte 3'))
    assert "parse entities" in told
    assert "Zaphod" not in told
    assert "NetworkError: no route" in logged(form, "%s", NetworkError("no route"))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.text(max_size=40))
def test_no_token_comes_through_wherever_it_stands(before: str, after: str) -> None:
    for form in (logs.Lines(), logs.Objects()):
        assert TOKEN not in logged(form, f"{before}https://api.telegram.org/bot%s/getMe {after!r}".replace("%", "%%"))
        assert TOKEN not in logged(form, "%s", f"{before}/bot{TOKEN}/x")
        assert "Ab-_Ab-_" not in logged(form, "%s", TOKEN.replace(":", "%3A"))


def test_json_is_one_object_a_line_with_codes_instead_of_people() -> None:
    async def lines() -> list[dict[str, Any]]:
        logs.speaker(424242)
        return [json.loads(logged(logs.Objects(), "one\ntwo")), json.loads(logged(logs.Objects(), "three"))]

    one, two = asyncio.run(lines())
    assert set(one) == {"at", "level", "from", "says", "speaker"}
    assert one["speaker"] == two["speaker"] != "424242"
    assert "speaker" not in json.loads(logged(logs.Objects(), "nobody's"))


async def test_a_whole_conversation_with_faults_leaves_no_trace_of_its_content(
    tmp_path: Path, written: io.StringIO
) -> None:
    async with running(tmp_path / "data") as bot:
        ann = bot.person(user_id=731952846)
        ann.person.first_name = "Trillian"
        await ann.send("blasters.csv", SHEET.encode())
        for text in ("/segments", "/segments names", "/customer Zaphod 3", "/files", "what are your weekend plans?"):
            await ann.say(text)
        await ann.send("blasters.csv", b"\0" * 500)

        for file in (tmp_path / "data" / "owners").rglob("*.parquet"):
            file.write_bytes(b"Zaphod was here")
        assert "went wrong" in (await ann.say("/basket"))[-1].words
        token = bot.telegram.token
    told = written.getvalue()
    assert "ArrowInvalid" in told, "what failed is told"
    assert "segments: done" in told, "what was done is told"
    for secret in (*SECRETS, "Trillian", "champions", "/segments", token, token.partition(":")[2], "731952846"):
        assert secret not in told, secret
