"""Sheets kept by hand, reports and tests, as their owners send them: what the bot says, and how it is put right."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics.dataset import Kind
from bot.simulator.messages import Message
from tests.talk import Running, Talk, running

TEST = "Subject line,Sent,Opens,Clicks\nSave 10% today,2400,610,48\nYour autumn box,2400,655,71\n"


def only(answers: list[Message]) -> Message:
    (answer,) = answers
    return answer


def keys(message: Message) -> set[str]:
    return {button.data or "" for row in message.buttons for button in row}


def ledger(days: list[str], headers: str) -> bytes:
    return "\n".join([headers, *(f"{day},P{n % 9},{10 + n}" for n, day in enumerate(days))]).encode()


def unusable(rows: int = 40) -> bytes:
    """Columns that nobody knows, with values that do not tell either."""
    return ("alpha,beta,gamma\n" + "".join(f"{n % 7} up,{n % 5} down,x{n}\n" for n in range(rows))).encode()


@pytest.mark.parametrize(
    ("language", "headers", "days", "told", "other", "then"),
    [
        (
            "zh",
            "日期,客人,金额",
            ["3月1日", "3月2日", "5月30日"],
            "最后一天我按 2027 年算",
            "是 2025 年",
            "2025年3月至2025年5月",
        ),
        (
            "en",
            "date,who,amount",
            ["1 Mar", "2 Mar", "30 May"],
            "the last to be in 2027",
            "It was 2025",
            "Mar 2025 – May 2025",
        ),
    ],
)
async def test_a_year_that_was_guessed_is_told_and_one_tap_changes_it(
    bot: Running, language: str, headers: str, days: list[str], told: str, other: str, then: str
) -> None:
    person = bot.person(language)
    answer = only(await person.send("x.csv", ledger(days * 4, headers)))
    assert told in answer.words
    again = only(await person.tap(other))
    assert then in again.words
    assert other not in {button.label for row in again.buttons for button in row}


async def test_a_year_is_asked_for_once_however_many_tables_lack_it(bot: Running) -> None:
    comments = "date,who,comment\n" + "".join(f"{day} Mar,Ann {day},Came late again {day}\n" for day in range(1, 15))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("orders.csv", ledger(["1 Mar", "2 Mar", "30 May"] * 4, "date,who,amount").decode())
        file.writestr("comments.csv", comments)
    answer = only(await bot.person("en").send("both.zip", packed.getvalue()))
    assert answer.words.count("The dates have no year") == 1
    assert [button.label for row in answer.buttons for button in row].count("It was 2025") == 1


@pytest.mark.parametrize(
    ("language", "which", "leave"),
    [("en", "Which column is the date", "Leave this file"), ("zh", "哪一列是日期", "不用这个文件")],
)
async def test_a_file_that_is_of_no_use_asks_which_column_is_the_date(
    bot: Running, language: str, which: str, leave: str
) -> None:
    person = bot.person(language)
    answer = only(await person.send("strange.csv", unusable()))
    assert which in answer.words
    store, owner = bot.services.store, person.person.user_id
    assert store.current(owner) == {}
    assert len(list(store.folder_of(owner).glob("sent-*"))) == 1
    assert which in only(await person.say("/columns")).words
    await person.tap(leave)
    assert store.uploads(owner) == ()
    assert list(store.folder_of(owner).iterdir()) == []


@pytest.mark.parametrize(
    ("language", "headers", "status", "says"),
    [
        ("en", "order,date,who,amount,status", "cancelled", "none of them is a sale"),
        ("zh", "订单编号,日期,客户,金额,订单状态", "已取消", "没有一行是成交的订单"),
    ],
)
async def test_orders_that_were_all_cancelled_are_not_asked_for_columns(
    bot: Running, language: str, headers: str, status: str, says: str
) -> None:
    rows = [f"{1000 + n},2026-03-{1 + n:02},P{n % 5},{10 + n},{status}" for n in range(12)]
    assert says in only(await bot.person(language).send("all.csv", "\n".join([headers, *rows]).encode())).words


async def test_pointing_at_a_column_takes_the_file_in_and_is_remembered(bot: Running, ann: Talk) -> None:
    sheet = "alpha,beta,gamma\n" + "".join(f"{46090 + n},{5 + n % 7}.5,K{n % 9}\n" for n in range(40))
    assert "Which column is the date" in only(await ann.send("mine.csv", sheet.encode())).words
    assert "40 lines" in only(await ann.tap("alpha")).words
    assert (
        "40 lines" in only(await ann.send("next.csv", sheet.replace("460", "464").replace("461", "465").encode())).words
    )


async def test_columns_are_asked_for_one_after_the_other(bot: Running, ann: Talk) -> None:
    await ann.send("strange.csv", unusable())
    assert "Which column is the money" in only(await ann.tap("alpha")).words
    assert "cannot read its dates" in only(await ann.tap("beta")).words
    assert bot.services.store.current(ann.person.user_id) == {}


async def test_a_file_that_is_sent_again_before_it_is_settled_asks_again(bot: Running, ann: Talk) -> None:
    await ann.send("strange.csv", unusable())
    answer = only(await ann.send("again.csv", unusable()))
    assert "Which column is the date" in answer.words
    assert len(bot.services.store.uploads(ann.person.user_id)) == 1


async def test_an_unsettled_file_changes_no_answer_and_goes_with_the_next_one(bot: Running, ann: Talk) -> None:
    await ann.send("orders.csv", ledger([f"2026-03-{1 + n % 28:02}" for n in range(60)], "date,who,amount"))
    before = only(await ann.say("/overview")).html
    await ann.send("strange.csv", unusable())
    assert only(await ann.say("/overview")).html == before
    await ann.send("more.csv", ledger([f"2026-05-{1 + n % 28:02}" for n in range(60)], "date,who,amount"))
    assert [upload.filename for upload in bot.services.store.uploads(ann.person.user_id)] == ["more.csv", "orders.csv"]


@pytest.mark.parametrize(
    ("language", "says", "clean"),
    [
        ("en", "I could use only 30 of 40 rows: 10 rows whose date I cannot read", "10 of the 40 rows"),
        ("zh", "40 行里只读懂了 30 行：10 行日期看不懂", "40 行里，有 10 行没读懂"),
    ],
)
async def test_much_that_was_not_read_is_the_headline(bot: Running, language: str, says: str, clean: str) -> None:
    person = bot.person(language)
    days = ["some day" if n % 4 == 0 else f"2026-03-{1 + n % 28:02}" for n in range(40)]
    answer = only(await person.send("x.csv", ledger(days, "date,who,amount")))
    assert answer.words.startswith("⚠️")
    assert says in answer.words
    assert "✅" not in answer.words
    assert "columns" in keys(answer)
    assert clean in (await person.say("/clean"))[-1].words


async def test_rows_of_nobody_are_told_by_clean(ann: Talk) -> None:
    rows = "".join(f"2026-03-{1 + n % 28:02},{'' if n % 4 == 0 else f'P{n % 9}'},{20 + n % 3}\n" for n in range(40))
    await ann.send("x.csv", ("date,who,amount\n" + rows).encode())
    answer = (await ann.say("/clean"))[-1].words
    assert "10 of 40 order lines name no customer" in answer
    assert "nothing missing" not in answer


@pytest.mark.parametrize(
    ("language", "warns", "back"), [("en", "instead of", "Take that back"), ("zh", "变成了", "改回去")]
)
async def test_a_correction_that_lowers_sales_warns_and_is_taken_back(
    bot: Running, language: str, warns: str, back: str
) -> None:
    person = bot.person(language)
    rows = "".join(f"2026-03-{1 + n % 28:02},P{n % 9},{20 + n},{5 + n % 4}\n" for n in range(40))
    await person.send("x.csv", ("date,who,amount,extra\n" + rows).encode())
    before = (await person.say("/overview"))[-1].html
    upload = bot.services.store.uploads(person.person.user_id)[0]
    answer = only(await person.say(f"/columns {upload.id} 0 3 refund"))
    assert answer.words.startswith("⚠️")
    assert warns in answer.words
    again = only(await person.tap(back))
    assert "⚠️" not in again.words
    assert (await person.say("/overview"))[-1].html == before


async def test_a_correction_that_changes_nothing_of_sales_warns_of_nothing(bot: Running, ann: Talk) -> None:
    rows = "".join(f"2026-03-{1 + n % 28:02},P{n % 9},{20 + n},{'2x' if n % 2 else 'some'}\n" for n in range(40))
    await ann.send("x.csv", ("date,who,amount,extra\n" + rows).encode())
    upload = bot.services.store.uploads(ann.person.user_id)[0]
    answer = only(await ann.say(f"/columns {upload.id} 0 3 quantity"))
    assert answer.words.startswith("✅")
    assert "40 orders" in answer.words


@pytest.mark.parametrize(("language", "answered"), [("en", "of 2,400"), ("zh", "2,400 人里")])
async def test_a_test_that_is_sent_is_answered_at_once(bot: Running, language: str, answered: str) -> None:
    person = bot.person(language)
    read, answer = await person.send("test.csv", TEST.encode())
    assert answered in answer.words
    assert "overview" not in keys(read)


async def test_another_test_replaces_the_one_before_and_says_so(bot: Running, ann: Talk) -> None:
    await ann.send("test.csv", TEST.encode())
    read, answer = await ann.send(
        "next.csv", TEST.replace("Save 10% today", "Winter").replace("Your autumn box", "Snow").encode()
    )
    assert "another test" in read.words
    assert "Winter" in answer.words
    assert "autumn" not in answer.words
    await ann.say("/undo")
    assert "autumn" in (await ann.say("/abtest"))[-1].words


async def test_people_of_the_same_versions_may_be_a_new_test(bot: Running, ann: Talk) -> None:
    def people(prefix: str) -> bytes:
        rows = "".join(f"{prefix}{n},{'AB'[n % 2]},{'yes' if n % 3 else 'no'}\n" for n in range(60))
        return ("customer id,group,converted\n" + rows).encode()

    await ann.send("test.csv", people("K"))
    read, together = await ann.send("next.csv", people("M"))
    assert "added them to the test before" in read.words
    assert "60 (" in together.words or "of 60" in together.words
    alone = (await ann.tap("only this sheet"))[-1]
    assert "of 30" in alone.words


async def test_a_report_of_mailings_is_never_added_to_sales(bot: Running, ann: Talk) -> None:
    await ann.send("orders.csv", ledger([f"2026-03-{1 + n % 28:02}" for n in range(60)], "date,who,amount"))
    before = bot.services.store.current(ann.person.user_id)[Kind.ORDERS]
    report = "Campaign,Send Time,Recipients,Clicks,Revenue\nMay,2026-05-01,900,30,$410\nJune,2026-06-01,900,20,$210\n"
    _, answer = await ann.send("report.csv", report.encode())
    assert bot.services.store.current(ann.person.user_id)[Kind.ORDERS] == before
    assert "2 mailings of different days" in answer.words
    together = only(await ann.tap("They are one test"))
    assert "of 900" in together.words


@pytest.mark.parametrize(
    ("language", "asks", "answered"),
    [("en", "how is my shop doing?", "You sold"), ("zh", "店铺整体怎么样", "一共卖了")],
)
async def test_a_question_sent_along_with_a_file_is_answered_after_it(
    bot: Running, language: str, asks: str, answered: str
) -> None:
    person = bot.person(language)
    sheet = ledger([f"2026-03-{1 + n % 28:02}" for n in range(60)], "date,who,amount")
    read, answer = await person._answers(lambda: person.person.send_document("x.csv", sheet, caption=asks))
    assert "60" in read.words
    assert answered in answer.words or "卖" in answer.words


async def test_a_file_in_another_currency_may_be_used_alone(bot: Running, ann: Talk) -> None:
    await ann.send("euro.csv", ledger([f"2026-03-{1 + n % 28:02}" for n in range(60)], "date,who,€"))
    before = only(await ann.say("/overview")).html
    answer = only(await ann.send("pound.csv", ledger([f"2026-04-{1 + n % 28:02}" for n in range(30)], "date,who,£")))
    assert "British pounds" in answer.words
    assert only(await ann.say("/overview")).html == before
    assert "30 orders" in only(await ann.tap("Use only this file")).words
    await ann.say("/undo")
    assert only(await ann.say("/overview")).html == before


async def test_a_file_that_is_used_alone_is_one_of_the_owner_s_files(bot: Running, ann: Talk) -> None:
    store, owner = bot.services.store, ann.person.user_id
    await ann.send("euro.csv", ledger([f"2026-03-{1 + n % 28:02}" for n in range(60)], "date,who,€"))
    await ann.send("pound.csv", ledger([f"2026-04-{1 + n % 28:02}" for n in range(30)], "date,who,£"))
    await ann.tap("Use only this file")
    assert "1. pound.csv" in only(await ann.say("/files")).words
    last = store.last_sent(owner)
    assert last is not None
    assert last[0] == store.files(owner)[0].id
    assert set(store.own(owner)) == {upload.id for upload in store.files(owner)}


async def test_a_file_of_no_use_is_not_made_the_shop(bot: Running, ann: Talk) -> None:
    store, owner = bot.services.store, ann.person.user_id
    await ann.send("orders.csv", ledger([f"2026-03-{1 + n % 28:02}" for n in range(60)], "date,who,amount"))
    await ann.send("strange.csv", unusable())
    before = store.current(owner)
    assert "not what stands behind it" in only(await ann.say(f"/only {store.files(owner)[0].id}")).words
    assert store.current(owner) == before


async def test_who_wants_no_messages_is_told(ann: Talk) -> None:
    header = "Order ID,Date,Customer ID,Email,Accepts Marketing,Total\n"
    rows = "".join(
        f"{n},2026-03-{1 + n % 28:02},C{n % 9},c{n % 9}@x.example,{'no' if n % 9 < 4 else 'yes'},9\n" for n in range(90)
    )
    assert "4 of its customers do not want messages" in only(await ann.send("x.csv", (header + rows).encode())).words


async def test_products_in_one_cell_are_not_called_one_product(tmp_path: Path) -> None:
    header = "订单编号,买家会员名,总金额,买家实际支付金额,买家应付货款,订单状态,订单创建时间,宝贝标题,宝贝总数量"
    rows = [
        f'{n},tb{n % 30},20,20,20,交易成功,2026-03-{1 + n % 28:02} 10:00:00,"糖{n}，原味{n}",{1 + n % 3}'
        for n in range(90)
    ]
    async with running(tmp_path / "data", now=lambda: datetime(2026, 6, 1, tzinfo=UTC)) as bot:
        person = bot.person("zh")
        await person.send("x.csv", "\n".join([header, *rows]).encode())
        answer = (await person.say("/basket"))[-1].words
        assert "每单都只有一种商品" not in answer
        assert "宝贝报表" in answer
