"""From the suggestion to the list that was sent, by button and by word, in both languages."""

from __future__ import annotations

import re

import pytest

from bot.resources import SAMPLES
from tests.talk import Talk

EN = (SAMPLES / "en" / "orders.csv", SAMPLES / "en" / "customers.csv")
ZH = (SAMPLES / "zh" / "订单.csv", SAMPLES / "zh" / "客户.csv")


async def sent_all(person: Talk, files: tuple[object, ...] = EN) -> None:
    for file in files:
        await person.send_file(file)  # type: ignore[arg-type]


def counted(words: str) -> int:
    """The first number of a page, but for how old its orders are."""
    return int(re.findall(r"\d+", re.sub("🗓.*\n", "", words))[0])


def terms_of(person: Talk) -> object:
    owner = person.running.services.store.owner(person.person.user_id)
    assert owner
    return owner.terms


async def test_three_plays_and_a_key_for_each(ann: Talk) -> None:
    await sent_all(ann)
    (answer,) = await ann.say("/campaigns")
    assert answer.photo
    assert "more sales in 30 days" in answer.words
    assert "assumption, not your data" in answer.words
    assert answer.words.startswith("🗓 As of 30 Oct 2026 (")
    assert "send me the newer orders" in answer.words
    (page,) = await ann.tap("Win back")
    assert "💌 Win back:" in page.words
    assert "said no to messages" in page.words
    for part in ("Why now:", "Offer:", "When:", "Costs:"):
        assert part in page.words
    (names,) = await ann.tap("Names")
    assert "(C0" in names.words


async def test_the_margin_is_asked_once_and_reckoned_with_from_then_on(ann: Talk) -> None:
    await sent_all(ann)
    await ann.say("/campaigns")
    (asked,) = await ann.tap("Discounts?")
    assert asked.words.startswith("Of 100 you sell for")
    (told,) = await ann.tap("30%")
    assert told.message_id == asked.message_id
    assert "At 30% margin, 10% off needs 50% more orders to pay." in told.words
    (more,) = await ann.tap("20%")
    assert "20% off needs 200% more orders" in more.words
    (answer,) = await ann.say("/campaigns")
    assert "more margin in 30 days" in answer.words


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ("/campaigns margin 35%", "margin", 0.35),
        ("/campaigns margin 0.35", "margin", 0.35),
        ("/campaigns 毛利35%", "margin", 0.35),
        ("/campaigns 毛利率 ３５％", "margin", 0.35),
        ("/campaigns apart 7 days", "apart", 7),
        ("/campaigns 间隔 30天", "apart", 30),
        ("/campaigns tone premium", "tone", "premium"),
        ("/campaigns 语气 平实", "tone", "plain"),
        ("/campaigns budget ¥200", "budget", 200.0),
        ("/campaigns 预算：200元", "budget", 200.0),
    ],
)
async def test_terms_as_people_type_them(ann: Talk, said: str, field: str, value: object) -> None:
    await ann.send_file(EN[0])
    await ann.say(said)
    assert getattr(terms_of(ann), field) == value


async def test_a_budget_can_be_lifted_and_nonsense_changes_nothing(ann: Talk) -> None:
    await ann.send_file(EN[0])
    await ann.say("/campaigns budget 200")
    await ann.say("/campaigns budget off")
    before = terms_of(ann)
    assert before.budget is None  # type: ignore[attr-defined]
    for said in ("margin 300", "margin -5", "margin 0", "apart 0", "tone loud", "budget lots", "apart 1e9"):
        (answer,) = await ann.say(f"/campaigns {said}")
        assert "I do not know" in answer.words, said
    assert terms_of(ann) == before


async def test_half_an_hour_is_ten_people_in_order(ann: Talk, wang: Talk) -> None:
    await sent_all(ann)
    (answer,) = await ann.say("/campaigns 30min £200")
    assert "30 minutes: one message to 62 of “Second purchase” may bring" in answer.words, (
        "it brings more, so it comes first"
    )
    assert "By hand instead, these 10, in this order" in answer.words
    assert "£200 is £20 a person." in answer.words
    (file,) = await ann.tap("Download")
    assert file.document
    await sent_all(wang, ZH)
    (answer,) = await wang.say("/campaigns 半小时 200元")
    assert "30 分钟：给“唤回老客”的" in answer.words
    assert "想一对一，就按这个顺序联系这 10 位" in answer.words
    assert "¥200，合每人 ¥20" in answer.words


async def test_a_list_is_made_sent_and_its_people_are_left_in_peace(ann: Talk) -> None:
    await sent_all(ann)
    (before,) = await ann.say("/campaigns last try")
    people = counted(before.words)
    (page,) = await ann.tap("Make the list")
    assert "get nothing" in page.words
    (again,) = await ann.say("/campaigns make last_try")
    assert again.words == page.words, "a second tap makes no second list"
    store, owner = ann.running.services.store, ann.person.user_id
    (kept,) = store.trials(owner)
    assert (kept.kind, kept.versions) == ("last_try", ("A", "holdout"))
    (file,) = await ann.tap("List A")
    assert file.document
    (told,) = await ann.tap("Sent today")
    assert "is running" in told.words
    assert store.trials(owner)[0].sent is not None
    (after,) = await ann.say("/campaigns last try")
    # Whatever else those got who are held back would be taken for what the message did not bring.
    held = people - len(kept.written_to())
    assert 0 < held < people / 2
    assert "Last try: nobody fits just now" in after.words
    assert f"{people - held} got a message lately, {held} are held back from one, to compare" in after.words


async def test_without_anybody_held_back_there_is_no_verdict_but_a_rest(wang: Talk) -> None:
    await sent_all(wang, ZH)
    (page,) = await wang.say("/campaigns 唤回老客")
    people = counted(page.words)
    assert f"💌 唤回老客：{people} 位" in page.words
    (made,) = await wang.tap("全都发")
    assert f"{people} 位，全都发" in made.words
    (file,) = await wang.tap("下载")
    assert file.document
    (told,) = await wang.tap("今天发了")
    assert "没法说它带来了多少" in told.words
    (after,) = await wang.say("/campaigns 唤回老客")
    assert "眼下没有合适的人" in after.words


async def test_a_discount_for_the_lapsed_alone_is_warned_of(wang: Talk) -> None:
    await sent_all(wang, ZH)
    await wang.say("/campaigns 唤回老客")
    (page,) = await wang.tap("打九折呢？")
    assert "杀熟" in page.words
    assert "第二十四条" in page.words
    assert "优惠 10%" in page.words
    assert "先别打折" not in page.words


async def test_a_list_that_was_made_with_a_discount_keeps_it(wang: Talk) -> None:
    await sent_all(wang, ZH)
    await wang.say("/campaigns 唤回老客")
    await wang.tap("打九折呢？")
    await wang.tap("生成名单")
    (kept,) = wang.running.services.store.trials(wang.person.user_id)
    assert kept.off == 0.1
    (file,) = await wang.tap("名单 A")
    assert file.document
    texts = file.document.content.decode("utf-8-sig").splitlines()[1:]
    assert texts
    assert all("下一单给您打9折。" in text for text in texts if "退订回T" in text)
    assert any("退订回T" in text for text in texts)


async def test_plain_sentences_ask_for_it(ann: Talk, wang: Talk) -> None:
    await sent_all(ann)
    (answer,) = await ann.say("what should I do now?")
    assert "more sales in 30 days" in answer.words
    await sent_all(wang, ZH)
    (answer,) = await wang.say("现在该做什么活动？")
    assert "30 天内可能多卖" in answer.words
