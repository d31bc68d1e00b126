"""Deciding what counts, by button."""

from __future__ import annotations

from pathlib import Path

from analytics.cleaning import Missing, Outliers, Policy
from tests.talk import Running, Talk, running

ROWS = [f"O{i:03},2026-0{1 + i % 6}-{1 + i % 28:02},K{i % 40:02},{10 + i % 5}.00" for i in range(100)]
SHEET = "\n".join(["Order ID,Date,Customer ID,Total", *ROWS, "O999,2026-06-30,K07,2160.00"]).encode()
PEOPLE = "\n".join(
    [
        "Customer ID,Age,Sex,会员等级",
        *(f"K{i:02},{'' if i < 4 else 20 + i},{'FM'[i % 2]},{'金银'[i % 2]}" for i in range(40)),
    ]
).encode()


async def test_an_odd_order_is_named_with_its_picture(ann: Talk) -> None:
    await ann.send("orders.csv", SHEET)
    (answer,) = await ann.say("/clean")
    assert answer.photo
    assert answer.words.startswith("One order is 180 times the usual: O999, 2,160.")


async def test_a_tap_caps_it_in_place_and_says_what_that_does(ann: Talk) -> None:
    await ann.send("orders.csv", SHEET)
    await ann.say("/clean")
    (page,) = await ann.tap("Order value")
    assert page.photo
    assert "everything counts as it is" in page.words
    (turned,) = await ann.tap("Cap")
    assert turned.message_id == page.message_id
    assert "1 of 101 orders is capped at 14, the largest usual value; sales fall by 64%" in turned.words
    assert turned.button("✓ Cap")
    (overview,) = await ann.say("/overview")
    assert "You sold 1,214" in overview.words
    assert "Counted with your choices for 1 column: /clean" in overview.words


async def test_switching_back_restores_the_answers(ann: Talk) -> None:
    await ann.send("orders.csv", SHEET)
    (before,) = await ann.say("/segments")
    said = before.words
    await ann.say("/clean")
    await ann.tap("Order value")
    await ann.tap("Leave out")
    (without,) = await ann.say("/segments")
    assert without.words != said
    await ann.tap("Keep")
    (after,) = await ann.say("/segments")
    assert after.words == said


async def test_gaps_take_what_the_owner_says(ann: Talk) -> None:
    await ann.send("customers.csv", PEOPLE)
    (answer,) = await ann.say("/clean")
    assert answer.words.startswith("Age is missing for 4 of 40 customers.")
    await ann.tap("Age")
    (turned,) = await ann.tap("Median")
    assert "4 count as 41.5, the median" in turned.words


async def test_buttons_for_long_headers_are_short_enough(bot: Running, wang: Talk) -> None:
    long = PEOPLE.replace("会员等级".encode(), ("会员等级和其他很多说明" * 5).encode()).replace(b",F,", b",,")
    await wang.send("客户.csv", long)
    await wang.say("/clean")
    await wang.tap("全部")
    (page,) = await wang.tap("会员等级")
    assert "会员等级" in page.words
    keys = [key for message in wang.messages for row in message.buttons for key in row]
    assert all(len((key.data or "").encode()) <= 64 for key in keys)


async def test_what_was_decided_survives_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as bot:
        ann = bot.person("en", 501)
        await ann.send("orders.csv", SHEET)
        await ann.say("/clean")
        await ann.tap("Order value")
        await ann.tap("Leave out")
    async with running(tmp_path / "data", bot.telegram) as bot:
        assert bot.services.store.policies(501) == {"orders.amount": Policy(outliers=Outliers.LEAVE_OUT)}
        (overview,) = await bot.person("en", 501).say("/overview")
        assert "You sold 1,200" in overview.words


async def test_nobody_else_is_affected_and_forgetting_forgets_it(bot: Running) -> None:
    ann, ben = bot.person("en"), bot.person("en")
    for person in (ann, ben):
        await person.send("orders.csv", SHEET)
    await ann.say("/clean")
    await ann.tap("Order value")
    await ann.tap("Leave out")
    (overview,) = await ben.say("/overview")
    assert "You sold 3,360" in overview.words
    store = bot.services.store
    store.set_policy(ben.person.user_id, "customers.age", Policy(Missing.MEAN))
    store.forget(ann.person.user_id)
    assert store.policies(ann.person.user_id) == {}
    assert store.policies(ben.person.user_id) == {"customers.age": Policy(Missing.MEAN)}


async def test_buttons_that_mean_nothing_change_nothing(bot: Running, ann: Talk) -> None:
    await ann.send("orders.csv", SHEET)
    for words in (
        "orders.amount",
        "orders.amount outliers burn",
        "orders.amount missing mean",
        "orders.time outliers cap",
    ):
        (answer,) = await ann.say(f"/policy {words}")
        assert answer.words
    assert bot.services.store.policies(ann.person.user_id) == {}


async def test_without_data_there_is_nothing_to_clean(ann: Talk) -> None:
    (answer,) = await ann.say("/clean")
    assert "no data of yours yet" in answer.words


async def test_a_sentence_asks_for_it_in_both_languages(ann: Talk, wang: Talk) -> None:
    await ann.send("orders.csv", SHEET)
    (answer,) = await ann.say("is anything unusual?")
    assert "180 times" in answer.words
    await wang.send("订单.csv", SHEET)
    (answer,) = await wang.say("有没有异常的数？")
    assert answer.words.startswith("有一笔订单是平常的 180 倍：O999，2,160。")
