"""Who may talk to the bot."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bot.resources import SAMPLES
from tests.talk import Talk, running


async def test_strangers_get_one_polite_line_and_nothing_is_stored(tmp_path: Path) -> None:
    async with running(tmp_path / "data", owners="7") as bot:
        stranger = bot.person(user_id=8)
        stranger.person.send_document("orders.csv", (SAMPLES / "en" / "orders.csv").read_bytes())
        await bot.telegram.until(lambda: len(stranger.messages) == 2)
        assert "private assistant" in stranger.last.words
        stranger.person.say("let me in")
        stranger.person.say("/start guess")
        await bot.settled()
        assert [message.from_bot for message in stranger.messages] == [False, True, False, False]
        assert bot.services.store.owner(8) is None
        assert not (bot.services.store.folder / "owners").exists()
        assert bot.services.store.waiting() == ()
        assert "private assistant" not in (await bot.person(user_id=7).say("/start"))[0].words


async def test_whoever_opens_the_pairing_link_first_becomes_the_owner(tmp_path: Path) -> None:
    async with running(tmp_path / "data", owners="") as bot:
        link = bot.services.access.pairing_link("pocket_marketer_bot")
        assert link is not None
        (code,) = parse_qs(urlsplit(link).query)["start"]
        assert 16 <= len(code) <= 64
        ann, eve = bot.person(), bot.person()
        await _says(ann, f"/start {code}", "I find out who your customers are")
        await _says(eve, f"/start {code}", "private assistant")
        assert bot.services.access.pairing_link("pocket_marketer_bot") is None
    async with running(tmp_path / "data", bot.telegram, owners="") as again:
        assert again.services.access.pairing_link("pocket_marketer_bot") is None
        assert again.services.access.admits(ann.person.user_id)
        assert not again.services.access.admits(eve.person.user_id)


async def test_a_forgotten_owner_must_pair_again(tmp_path: Path) -> None:
    async with running(tmp_path / "data", owners="") as bot:
        ann = bot.person()
        link = bot.services.access.pairing_link("x") or ""
        await _says(ann, f"/start {link.partition('=')[2]}", "I find out")
        await ann.say("/forget yes")
        assert not bot.services.access.admits(ann.person.user_id)


async def test_groups_get_silence(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as bot:
        ann = bot.person()
        await ann.say("/start")
        message = ann.last.to_api(ann.person.chat_to_api())
        group = {"id": -100, "type": "group", "title": "Friends"}
        bot.telegram.updates.put("message", message | {"chat": group, "from": ann.person.to_api(), "text": "/segments"})
        await bot.settled()
        assert bot.telegram.chat(-100).messages == []


async def _says(talk: Talk, text: str, answer: str) -> None:
    talk.person.say(text)
    await talk.running.telegram.until(lambda: talk.messages[-1].from_bot)
    await talk.running.settled()
    assert [answer in message.words for message in talk.messages if message.from_bot] == [True]
