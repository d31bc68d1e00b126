"""The whole loop in both languages: suggestion, list and words, sent, later orders, what it brought, the letter that says so."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fastexcel
import pytest

from analytics.dataset import Dataset, Kind
from analytics.people import LABEL
from bot.resources import SAMPLES
from tests.talk import Running, Talk

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
BACK = 36
"""Days until the owner sends the next orders: the trial's thirty are over."""


@dataclass(frozen=True)
class Said:
    """What is tapped and read in one language; `line` is an order as the sample sheet has it."""

    language: str
    files: tuple[Path, ...]
    header: str
    line: str
    play: str
    make: str
    download: str
    workbook: str
    sent: str
    agree: str
    worked: str
    read_out: str
    next_step: str
    trial: str
    suggestion: str
    record: str
    learnt: str


ENGLISH = Said(
    language="en",
    files=(SAMPLES / "en" / "orders.csv", SAMPLES / "en" / "customers.csv"),
    header="Order ID,Date,Customer ID,Product,Quantity,Total",
    line="{order},{day:%Y-%m-%d},{customer},Later Tea,1,30",
    play="Second purchase",
    make="Make the list",
    download="List A",
    workbook="A · Excel",
    sent="Sent today",
    agree="Yes, every Monday at 9:00",
    worked="🎯 Test 1 (“Second purchase”) worked:",
    read_out="It worked: ",
    next_step="Next: send it to those who got nothing, too.",
    trial="Test 1",
    suggestion="What should I do now?",
    record="The one suggestion decided so far worked.",
    learnt="from 1 of your own tests",
)
CHINESE = Said(
    language="zh-hans",
    files=(SAMPLES / "zh" / "订单.csv", SAMPLES / "zh" / "客户.csv"),
    header="订单编号,下单时间,客户编号,商品名称,数量,实付金额",
    line="{order},{day:%Y-%m-%d},{customer},后来的茶,1,30",
    play="促第二单",
    make="生成名单",
    download="名单 A",
    workbook="A 版 · Excel",
    sent="今天发的",
    agree="好，每周一 9:00 发",
    worked="🎯 测试 1（促第二单）",
    read_out="有效：收到消息的人",
    next_step="下一步：把这条消息也发给当时没发的人。",
    trial="测试 1",
    suggestion="现在该做什么？",
    record="到现在有 1 条建议出了结果：见效了。",
    learnt="按你自己 1 次测试",
)


def later_orders(bot: Running, owner: Talk, said: Said) -> bytes:
    """Of those who were written to six in ten ordered on the third day, of the others one; and somebody on the last day."""
    store, number = bot.services.store, owner.person.user_id
    label = Dataset.open(store.current(number)[Kind.PEOPLE]).frame().set_index("customer")[LABEL]
    (trial,) = store.trials(number)
    buyers = []
    for keys, share in ((trial.written_to(), 0.6), (trial.held_back(), 0.1)):
        buyers += sorted(keys)[: round(share * len(keys))]
    days = [(label[key], MONDAY + timedelta(days=3)) for key in buyers]
    days.append((label[max(trial.held_back())], MONDAY + timedelta(days=BACK - 1)))
    orders = [said.line.format(order=f"L{at:03}", day=day, customer=who) for at, (who, day) in enumerate(days)]
    return "\n".join([said.header, *orders]).encode()


@pytest.mark.parametrize("said", [ENGLISH, CHINESE], ids=lambda said: said.language)
async def test_from_the_upload_to_the_letter_that_tells_what_it_brought(bot: Running, said: Said) -> None:
    clock = {"now": MONDAY}
    bot.services.now = lambda: clock["now"]
    owner = bot.person(said.language)
    for file in said.files:
        await owner.send_file(file)
    await owner.say("/digest")
    await owner.tap(said.agree)
    (first,) = await owner.say("/campaigns")
    assert said.record not in first.words
    await owner.tap(said.play)
    await owner.tap(said.make)
    (listed,) = await owner.tap(said.download)
    (book,) = await owner.tap(said.workbook)
    assert listed.document
    assert book.document
    rows = list(csv.reader(io.StringIO(listed.document.content.decode("utf-8-sig"))))
    sheet = fastexcel.read_excel(book.document.content).load_sheet(0, header_row=None, dtypes="string").to_pandas()
    assert (book.document.name or "").endswith(".xlsx")
    assert sheet.fillna("").to_numpy().tolist() == rows
    await owner.tap(said.sent)

    clock["now"] += timedelta(days=BACK)
    answer, *_ = await owner.send("later.csv", later_orders(bot, owner, said))
    assert said.worked in answer.words

    clock["now"] += timedelta(days=7 - clock["now"].weekday(), hours=1)
    bot.desk.tick()
    await bot.desk.idle()
    letter = owner.last
    assert letter.words.startswith(said.worked)
    assert said.next_step in letter.words
    assert [row[0].label for row in letter.buttons][:2] == [said.trial, said.suggestion]
    (page,) = await owner.tap(said.trial)
    assert said.read_out in page.words
    (again,) = await owner.tap(said.suggestion)
    assert said.record in again.words
    (grounds,) = await owner.say(f"/campaigns detail {said.play}")
    assert said.learnt in grounds.words
