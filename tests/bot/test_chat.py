"""Acts of the conversation that the recorded conversations do not show."""

from __future__ import annotations

from pathlib import Path

from bot.resources import SAMPLES
from bot.simulator.faults import Fault, bad_request
from tests.talk import Running, Talk, running


async def test_language_follows_the_phone_until_one_is_chosen(bot: Running) -> None:
    wang = bot.person("zh-hant")
    assert "我帮你看清客户是谁" in (await wang.say("/start"))[0].words
    await wang.tap("Switch to English")
    assert "I find out who your customers are" in (await wang.say("/start"))[0].words


async def test_an_unknown_language_gets_the_fallback(tmp_path: Path) -> None:
    async with running(tmp_path / "data", language="zh") as bot:
        person = bot.person("en")
        bot.telegram.person(person.person.user_id).language = None  # type: ignore[assignment]
        assert "我帮你看清客户是谁" in (await person.say("/start"))[0].words


async def test_changing_the_language_keeps_the_vocabulary(bot: Running, wang: Talk) -> None:
    await wang.say("/start")
    await wang.say("/language en")
    await wang.send_file(SAMPLES / "en" / "orders.csv")
    answer = await wang.say("/segments")
    assert "Best customers" in answer[0].words
    assert "Champions" not in answer[0].words


async def test_the_menu_follows_the_chosen_language(bot: Running, ann: Talk) -> None:
    await ann.say("/language zh")
    menu = bot.telegram.profile.menu(ann.person.user_id, "en")
    assert "客户" in {entry["command"]: entry["description"] for entry in menu}["segments"]


async def test_commands_may_name_the_bot(ann: Talk) -> None:
    assert "Send a spreadsheet" in (await ann.say("/help@pocket_marketer_bot"))[0].words


async def test_pages_turn_in_place(ann: Talk) -> None:
    await ann.send_file(SAMPLES / "en" / "orders.csv")
    (answer,) = await ann.say("/segments")
    for key in ("More …", "Why these groups?", "Method", "« Back", "« Back", "More …", "« Back"):
        (turned,) = await ann.tap(key)
        assert turned is answer
        assert turned.photo is not None


async def test_a_page_whose_message_is_gone_comes_as_a_new_one(bot: Running, ann: Talk) -> None:
    await ann.send_file(SAMPLES / "en" / "orders.csv")
    (answer,) = await ann.say("/segments")
    bot.telegram.faults.append(Fault("editMessageCaption", bad_request("message to edit not found")))
    (turned,) = await ann.tap("More …")
    assert turned is not answer
    assert "All 11 groups" in turned.words


async def test_a_button_of_another_version_is_answered_politely(bot: Running, ann: Talk) -> None:
    await ann.say("/start")
    bot.telegram.updates.put(
        "callback_query",
        {
            "id": "1",
            "from": ann.person.to_api(),
            "chat_instance": "1",
            "data": "frobnicate 7",
            "message": ann.last.to_api(ann.person.chat_to_api()),
        },
    )
    await bot.settled()
    assert "older conversation" in ann.last.words


async def test_forgetting_removes_rows_and_files(bot: Running, ann: Talk) -> None:
    await ann.send_file(SAMPLES / "en" / "orders.csv")
    await ann.say("/forget")
    await ann.tap("Yes, remove everything")
    store, owner = bot.services.store, ann.person.user_id
    assert store.owner(owner) is None
    assert store.uploads(owner) == ()
    assert not any((store.folder / "owners" / str(owner)).rglob("*.parquet"))
    everything = b"".join(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())
    assert b"orders.csv" not in everything


def family(data: str) -> tuple[object, ...]:
    """Keys that differ only in a number or in the group they are about do the same thing."""
    words = data.removeprefix("~").split()
    return (*("#" if word.isdecimal() else word for word in words[:2]), len(words))


async def test_every_kind_of_button_leads_somewhere(ann: Talk) -> None:
    await ann.send_file(SAMPLES / "en" / "orders.csv")
    await ann.say("/segments")
    seen = {family("forget yes"), family("undo")}
    waiting = [button.data or "" for message in ann.messages for row in message.buttons for button in row]
    while waiting:
        data = waiting.pop(0)
        if family(data) in seen:
            continue
        seen.add(family(data))
        answers = await ann.say("/" + data.removeprefix("~"))
        assert answers, data
        for answer in answers:
            assert "older conversation" not in answer.words, data
            assert "did not get" not in answer.words, data
            assert "went wrong" not in answer.words, data
            waiting += [button.data or "" for row in answer.buttons for button in row]
    assert len(seen) > 12


async def test_a_natural_group_has_its_people_too(ann: Talk) -> None:
    await ann.send_file(SAMPLES / "en" / "orders.csv")
    (groups,) = await ann.say("/segments 3")
    assert groups.photo is not None
    (portrait,) = await ann.tap("1️⃣")
    assert "How they buy" in portrait.words
    (answer,) = await ann.tap("Their names")
    assert "Do:" not in answer.words
    (listed,) = await ann.tap("Download list")
    assert listed.document is not None


async def test_people_without_orders_have_no_names_to_write_to_but_a_list(ann: Talk) -> None:
    await ann.send_file(SAMPLES / "en" / "customers.csv")
    (answer,) = await ann.say("/segments names")
    assert "went wrong" not in answer.words


async def test_dates_after_today_are_not_counted_and_that_is_said(ann: Talk) -> None:
    rows = "\n".join(f"{i},2026-0{1 + i % 9}-1{i % 9},K{i % 40},{9 + i % 5}" for i in range(200))
    await ann.send("orders.csv", f"Order ID,Date,Customer ID,Total\n{rows}\n900,2031-03-05,K1,12".encode())
    (answer,) = await ann.say("/segments")
    assert "1 line is dated after today and not counted" in answer.words


async def test_names_are_looked_at_in_whatever_words_they_are_asked_for(ann: Talk) -> None:
    await ann.send_file(SAMPLES / "en" / "orders.csv")
    (answer,) = await ann.say("/lifecycle lost")
    assert "C0" in answer.words
