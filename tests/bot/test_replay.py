"""What is taken up again after a kill is done once, and a number that a button holds never means something else."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from bot.resources import SAMPLES
from bot.simulator import Telegram
from bot.store import Store
from bot.store.deeds import REMEMBERED
from bot.store.inbox import MOST_BEGUN
from tests.talk import Running, Talk, running

ORDERS = SAMPLES / "en" / "orders.csv"


CURRENCIES = ("EUR", "USD")


def in_currency(code: str) -> bytes:
    rows = "".join(f"2026-03-{1 + n % 28:02},P{n % 9},{20 + n},{code}\n" for n in range(40))
    return ("date,customer,amount,currency\n" + rows).encode()


def tables(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """What an owner sees the results of."""
    with sqlite3.connect(data / "pocket.sqlite") as db:
        return {
            name: db.execute(f"SELECT * FROM {name}").fetchall()
            for name in ("memories", "uploads", "snapshots", "digests", "policies")
        }


async def finished_and_replayed(tmp_path: Path, before: tuple[str, ...], said: str) -> tuple[Path, Path]:
    """The data folder once all was said; and as it is if the bot was killed just before it noted that it had answered."""
    data, killed, telegram = tmp_path / "data", tmp_path / "killed", Telegram()
    async with running(data, telegram) as bot:
        ann = bot.person("en")
        await ann.send_file(ORDERS)
        for words in before:
            await (ann.send(f"{words}.csv", in_currency(words)) if words in CURRENCIES else ann.say(words))
        inbox = bot.services.store.inbox
        finish = inbox.finish

        def killed_here(update_id: int) -> None:
            if not killed.exists():
                shutil.copytree(data, killed)
            finish(update_id)

        inbox.finish = killed_here  # type: ignore[method-assign]
        await ann.say(said)
        answer = ann.last.words
    async with running(killed, telegram) as again:
        await again.settled()
        assert again.person("en", ann.person.user_id).last.words == answer
    return data, killed


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (("/bandit A B C", "/bandit next 50"), "/bandit A 3/20 B 5/20 C 1/10"),
        (("/bandit A B C", "/bandit next 50", "/bandit A 3/20 B 5/20 C 1/10", "/bandit next 30"), "/bandit undo"),
        (("/bandit A B",), "/bandit add D"),
        ((), "/undo"),
        (("/undo", "EUR", "USD"), "/alone 3"),
        (("/digest friday 18:00",), "/digest pause"),
    ],
    ids=["answers", "a step back", "another version", "undo", "alone", "pause"],
)
async def test_what_a_kill_interrupts_before_it_is_noted_is_done_once(
    tmp_path: Path, before: tuple[str, ...], said: str
) -> None:
    data, killed = await finished_and_replayed(tmp_path, before, said)
    assert tables(killed) == tables(data)


async def test_older_updates_are_known_as_well(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for update_id in range(REMEMBERED + 5):
        store.note(7, update_id, "undo", str(update_id))
    assert store.deed(7, REMEMBERED + 4, "undo") == str(REMEMBERED + 4)
    assert store.deed(7, 5, "undo") == "5"
    assert store.deed(7, 4, "undo") is None
    assert store.deed(7, 10, "upload") is None
    store.close()


async def test_a_tap_is_done_with_before_telegram_has_taken_its_acknowledgement(
    bot: Running, ann: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = asyncio.Event()
    monkeypatch.setattr("bot.conversations._acknowledge", lambda query: taken.wait())
    await ann.send_file(ORDERS)
    await ann.say("/files")
    message, data = ann._newest_with("Take back")
    ann.person.tap(message.message_id, data)
    await bot.telegram.until(lambda: not bot.services.store.files(ann.person.user_id))
    await bot.telegram.until(lambda: not bot.services.store.inbox.waiting())
    taken.set()
    await bot.settled()


async def test_numbers_never_come_again(bot: Running, ann: Talk) -> None:
    store, owner = bot.services.store, ann.person.user_id
    await ann.send_file(ORDERS)
    (first,) = store.files(owner)
    await ann.say("/split At risk A B holdout 10% 14 days")
    (trial,) = store.trials(owner)
    await ann.say(f"/drop {trial.number} yes")
    await ann.say("/undo")
    await ann.send_file(ORDERS)
    (second,) = store.files(owner)
    await ann.say("/split At risk A B holdout 10% 14 days")
    (other,) = store.trials(owner)
    assert second.id > first.id
    assert other.number is not None
    assert trial.number is not None
    assert other.number > trial.number


async def test_what_the_bot_dies_of_is_given_up_and_told(tmp_path: Path) -> None:
    telegram = Telegram()
    async with running(tmp_path / "data", telegram) as bot:
        ann = bot.person("en")
        await ann.say("/start")
        number, owner = telegram.updates.last_id + 5, ann.person.user_id
        update = {"update_id": number, "message": _message(ann, "/undo")}
        await bot.services.store.inbox.receive([(number, owner, update)])
    for _ in range(MOST_BEGUN):
        store = Store(tmp_path / "data")
        assert [body["update_id"] for body in store.inbox.take_up()] == [number]
        assert await store.inbox.begin(number)
        store.close()
    async with running(tmp_path / "data", telegram) as again:
        await again.settled()
        said = again.person("en", owner).last.words
        assert "I went down each time I was at /undo" in said
        assert again.services.store.inbox.waiting() == ()


async def test_what_only_waited_or_was_put_down_in_good_order_is_not_given_up(tmp_path: Path) -> None:
    store = Store(tmp_path)
    await store.inbox.receive([(5, 7, {"update_id": 5})])
    for _ in range(3 * MOST_BEGUN):
        store.close()
        store = Store(tmp_path)
        assert store.inbox.take_up()
    for _ in range(3 * MOST_BEGUN):
        assert await store.inbox.begin(5)
        store.inbox.put_down(5)
    store.close()


async def test_to_be_put_down_before_it_began_is_no_credit(tmp_path: Path) -> None:
    store = Store(tmp_path)
    await store.inbox.receive([(5, 7, {"update_id": 5})])
    for _ in range(MOST_BEGUN):
        store.close()
        store = Store(tmp_path)
        store.inbox.take_up()
        store.inbox.put_down(5)
    for expected in (*[True] * MOST_BEGUN, False):
        store.close()
        store = Store(tmp_path)
        store.inbox.take_up()
        assert await store.inbox.begin(5) is expected
    store.close()


async def test_a_full_disk_is_told_and_nothing_is_lost(bot: Running, ann: Talk, wang: Talk) -> None:
    store = bot.services.store
    await ann.send_file(ORDERS)
    await wang.send_file(SAMPLES / "zh" / "订单.csv")
    ((pages,),) = store.db.execute("PRAGMA page_count").fetchall()
    store.db.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    for size in (4000, 400, 40):
        with pytest.raises(sqlite3.OperationalError, match="full"):
            while True:
                row = {"owner": 1, "filename": "x" * size, "sha256": "", "at": "", "tables": "[]", "afresh": 0}
                store.db.table("uploads").insert(row)
    for person, told in ((ann, "The server's disk is full"), (wang, "服务器的硬盘满了")):
        said = await person.send("more.csv", ORDERS.read_bytes().replace(b"2025", b"2024"))
        assert told in said[-1].words
        assert len(store.files(person.person.user_id)) == 1
    store.db.execute("PRAGMA max_page_count = 1000000").fetchall()
    said = await ann.send("more.csv", ORDERS.read_bytes().replace(b"2025", b"2024"))
    assert len(store.files(ann.person.user_id)) == 2


async def test_an_answer_comes_though_it_cannot_be_written_down_and_is_noted_later(bot: Running, ann: Talk) -> None:
    await ann.say("/start")
    inbox = bot.services.store.inbox
    receive = inbox._receive

    def full_after(rows: list[tuple[int, int, str]]) -> frozenset[int]:
        known = receive(rows)
        inbox._db.execute("PRAGMA query_only = ON")
        return known

    inbox._receive = full_after  # type: ignore[method-assign]
    ann.person.say("/help")
    await bot.telegram.until(lambda: ann.last.words.startswith("Send a spreadsheet"))
    inbox._receive = receive  # type: ignore[method-assign]
    assert len(inbox.waiting()) == 1
    inbox._do(inbox._db.execute, "PRAGMA query_only = OFF").result()
    await ann.say("/help")
    assert inbox.waiting() == ()


def _message(talk: Talk, text: str) -> dict[str, object]:
    entities = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    chat, sender = talk.person.chat_to_api(), talk.person.to_api()
    return {"message_id": 1, "date": 1, "chat": chat, "from": sender, "text": text, "entities": entities}
