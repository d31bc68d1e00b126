"""`/abplan` as people ask it; the numbers of people have their own tests in test_power."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import abplan
from analytics.abplan import AbplanReport
from analytics.analysis import Asked, Terms
from analytics.dataset import Shop
from analytics.errors import UnclearPlan
from analytics.language import LANGUAGES
from analytics.planning import LONGEST_BUTTON, Plan, rounded_up
from analytics.registry import analyse
from analytics.typed_plans import Wish, wish
from bot.render import Renderer
from bot.resources import SAMPLES, TEMPLATES
from tests.analytics.shops import line, shop
from tests.talk import Running

TODAY = date(2026, 6, 1)


def weekly(buyers: int, weeks: int = 30, spent: float = 20.0) -> Shop:
    """Every week so many others buy, once each; a tenth of all buys again in the last fortnight."""
    rows = [line(f"c{week}-{n}", 7 * week, spent + n % 7) for week in range(weeks) for n in range(buyers)]
    again = [line(f"c{week}-{n}", 7 * weeks - 1, spent) for week in range(weeks - 3) for n in range(0, buyers, 10)]
    return shop([*rows, *again])


def plan(text: str, of: Shop | None = None, **asked: object) -> AbplanReport:
    told = Asked(today=TODAY, **asked)  # type: ignore[arg-type]
    return abplan.run(of or Shop(), abplan.options(text.split(), told))


@pytest.mark.parametrize(
    "text",
    [
        "5% +1%",
        "5% to 6%",
        "5 6",
        "0.05 0.06",
        "5% +20% relative",
        "5% lift 20%",
        "5% +20%",
        "5%提高1个百分点",
        "从5%到6%",
        "5%提高到6%",
        "百分之5到百分之6",
        "５％ → ６％",
        "5%-6%",
        "5,0% +1,0%",
        "5% up to 6%",
        "转化率从5%涨到6%",
        "6% 5%",
        "6% -1%",
        "6%降低1个百分点",
    ],
)
def test_a_plan_is_read_as_people_type_it(text: str) -> None:
    report = plan(text)
    assert sorted([report.base, report.target]) == pytest.approx([0.05, 0.06])
    assert (report.people, report.total, report.versions) == (8158, 16316, 2)
    assert wish(report.words).change(report.base) == pytest.approx(report.change)


def test_golden() -> None:
    """R: power.prop.test(p1 = .1, p2 = .12, power = .8) is 3,841 a group."""
    assert plan("10% to 12%").people == 3841


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("5% +1% 3 versions", {"versions": 3}),
        ("5% +1% 三个版本", {"versions": 3}),
        ("5% +1% power 90%", {"power": 0.9}),
        ("5% 90% power +1%", {"power": 0.9}),
        ("5% +1% 把握90%", {"power": 0.9}),
        ("5% +1% 500 people", {"people": 500}),
        ("5% +1% 10亿人", {"people": 10**9}),
        ("5% +1% 只有500人", {"people": 500}),
        ("5% +1% 1,500 customers", {"people": 1500}),
        ("5% +1% 1.5万客户", {"people": 15000}),
        ("5% +1% 2k people", {"people": 2000}),
        ("5% +1% 500 people each", {"people": 1000}),
        ("3个版本 每组500人 5%到6%", {"people": 1500, "versions": 3}),
        ("5% +1% 500", {"people": 500}),
        ("5% +1% 30 days", {"days": 30}),
        ("5% +1% 两周内 2周", {"days": 14}),
        ("5% +1% a month", {"days": 30}),
    ],
)
def test_what_else_may_be_said(text: str, wanted: dict[str, float]) -> None:
    found = wish(text)
    assert found.base is not None
    assert found.change(found.base) == pytest.approx(0.01)
    assert {name: getattr(found, name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0%", "rate"),
        ("100% +1%", "rate"),
        ("150%", "rate"),
        ("-5% to 3%", "rate"),
        ("5% +0", "same"),
        ("5% to 5%", "same"),
        ("money +0", "same"),
        ("5% -6%", "result"),
        ("5% +96pp", "result"),
        ("5% to 150%", "result"),
        ("5% +0.00001pp", "tiny"),
        ("5% 1e10 people", "people"),
        ("5% 3 people", "people"),
        ("5% +1% 2.5 people", "people"),
        ("1 version 5% +1%", "versions"),
        ("99 versions 5% +1%", "versions"),
        ("5% +1% power 10%", "power"),
        ("5% +1% 365 days", "days"),
        ("money +2", "spread"),
        ("1% 2% 3%", "numbers"),
        ("5% +" + "9" * 150 + "%", "numbers"),
        ("hello there", "words"),
        ("+1%", "base"),
        ("lift 20%", "base"),
        ("", "nothing"),
    ],
)
@pytest.mark.parametrize("reader", LANGUAGES)
def test_what_is_no_plan_is_said_so(text: str, why: str, reader: str) -> None:
    with pytest.raises(UnclearPlan) as refusal:
        plan(text)
    assert refusal.value.why == why
    reply = Renderer(TEMPLATES).problem(refusal.value, reader)
    assert 10 <= reply.visible <= 350
    for row in reply.keyboard:
        for key in row:
            assert plan(key.data.removeprefix("abplan ")).people or not text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60) | st.text("0123456789.,%+-→ epowrsdtn到人版元", max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    try:
        report = plan(text)
    except UnclearPlan:
        return
    assert report.people is None or report.people >= 2
    _said(report, LANGUAGES[len(text) % 2])


def _said(report: AbplanReport, reader: str, view: str = "body") -> str:
    reply = Renderer(TEMPLATES).say("abplan", view, reader, report=report)
    assert reply.visible <= 800
    assert all(len(key.data.encode()) <= LONGEST_BUTTON for row in reply.keyboard for key in row)
    return reply.html


def test_a_rise_that_may_be_meant_otherwise_offers_the_other_meaning() -> None:
    relative = plan("5% +20%")
    assert relative.change == pytest.approx(0.01)
    assert relative.other is not None
    assert plan(relative.other.words).change == pytest.approx(0.2)
    points = plan("20% +5%")
    assert points.change == pytest.approx(0.05)
    assert points.other is not None
    assert plan(points.other.words).change == pytest.approx(0.01)
    assert plan("5% +1pp").other is None
    assert plan("5% +20% relative").other is None


def test_people_show_what_they_can() -> None:
    report = plan("5% 500 people")
    assert report.smallest is not None
    assert report.people is None
    needed = plan(f"5% +{100 * report.smallest}pp").people
    less = plan(f"5% +{95 * report.smallest}pp").people
    assert needed is not None
    assert less is not None
    assert needed <= 250 < less
    assert plan("5% 8 people").smallest is None


@settings(max_examples=50, deadline=None)
@given(st.floats(0.005, 0.9), st.integers(100, 100_000), st.integers(2, 5))
def test_the_smallest_difference_is_within_the_people_and_falls_with_them(base: float, n: int, versions: int) -> None:
    asked = Plan(Wish("share", base, versions=versions), base)
    found, with_more = asked.smallest(n), asked.smallest(4 * n)
    if found is None:
        return
    assert asked.people(found) <= n
    assert with_more is not None
    assert with_more <= found
    fall = asked.smallest(n, fall=True)
    assert fall is None or (fall < 0 and asked.people(fall) <= n)


@given(st.floats(1e-6, 1e6))
def test_rounding_up_never_loses(size: float) -> None:
    assert size * (1 - 1e-8) <= rounded_up(size) <= 1.1 * size


def test_more_versions_and_more_power_take_more_people() -> None:
    plain = plan("5% +1%")
    three, sure = plan("5% +1% 3 versions"), plan("5% +1% power 90%")
    assert plain.people is not None
    # 0.025 a comparison: (2.2414 + 0.8416)^2 / (1.9600 + 0.8416)^2 = 1.211 times as many.
    assert three.people == pytest.approx(1.211 * plain.people, rel=0.001)
    assert three.level == 0.025
    # (1.9600 + 1.2816)^2 / (1.9600 + 0.8416)^2 = 1.339.
    assert sure.people == pytest.approx(1.339 * plain.people, rel=0.001)


def test_looking_at_any_time_has_its_price() -> None:
    report = plan("5% +1%")
    assert report.people is not None
    assert report.half is not None
    assert report.looking is not None
    assert report.people < report.half < report.looking
    assert report.price == pytest.approx(2.31, abs=0.01)


def test_without_words_the_shop_speaks_for_itself() -> None:
    # 30 a week; 3 a week of the first 27 weeks buy again on the last day, all known by then.
    report = plan("", weekly(30))
    assert report.own
    assert (report.at_hand, report.told) == (900, False)
    assert report.usual is not None
    assert report.usual.stretches == 6
    assert report.usual.buyers.successes == 81
    assert report.base == report.usual.buyers.rate
    # One in sixty buys in a fortnight: to judge money takes some 2,500 of each, and there are 450.
    assert report.money is None
    more = plan("", weekly(200))
    assert more.money is not None
    assert more.usual is not None
    assert more.money[0] == more.usual.spend.mean
    assert report.weeks is None


def test_what_fits_one_send_is_worth_it_at_once() -> None:
    report = plan("5% to 15%", weekly(30))
    assert (report.people, report.advice) == (141, "mail")


def test_what_takes_too_long_is_not_worth_it() -> None:
    few = weekly(10, 20)
    report = plan("5% +1%", few)
    assert (report.advice, report.weeks, report.at_hand) == ("not_worth", (None, None, None), 200)
    assert report.bolder is not None
    assert plan(report.bolder.words, few).advice == "mail"


def test_what_takes_a_season_can_be_done_in_the_shop() -> None:
    # 435 in two versions; 800 have bought so far, 100 new ones in each of 8 weeks: the ninth brings the rest.
    young = shop([line(f"c{week}-{n}", 7 * week + 6, 20.0) for week in range(8) for n in range(100)])
    report = plan("5% to 10%", young)
    assert (report.total, report.at_hand, report.weeks) == (870, 800, (9, 9, 9))
    assert report.advice == "shop"
    # The number of people that was typed is all there are.
    told = plan("5% to 10% 800 people", young)
    assert (told.advice, told.weeks) == ("not_worth", None)


def test_a_plan_that_brings_less_than_an_order_is_not_worth_it() -> None:
    report = plan("own +0.1pp", weekly(30))
    assert report.gain is not None
    assert report.gain.orders == pytest.approx(0.9)
    assert report.advice == "little"
    more = plan("own +1pp", weekly(30))
    assert more.gain is not None
    # What a buyer of a stretch spends: all spend of known customers over their 81 orders.
    assert more.usual is not None
    assert more.gain.money == pytest.approx(9 * more.usual.spend.total / 81)
    kept = plan("own +1pp", weekly(30), terms=Terms(margin=0.4))
    assert kept.gain is not None
    assert kept.gain.money == pytest.approx(0.4 * more.gain.money)


@pytest.mark.parametrize("text", ["money +2", "客单价 +2", "客单价提高2元", "spend +£2"])
def test_money_is_planned_from_the_shops_own_spread(text: str) -> None:
    report = plan(text, weekly(30))
    assert report.usual is not None
    assert (report.outcome, report.change) == ("money", 2.0)
    assert report.deviation == report.usual.spend.deviation
    # 50 (1 + s^2 / mean^2): more than 2 (1.9600 + 0.8416)^2 (s / 2)^2.
    assert report.people == report.least == pytest.approx(50 * (1 + (report.deviation / report.base) ** 2), abs=1)
    finer = plan("money +0.1", weekly(30))
    assert finer.people == pytest.approx(2 * 7.8489 * (report.deviation / 0.1) ** 2 + 0.96, rel=1e-4)


def test_money_without_a_shop_needs_its_spread() -> None:
    report = plan("money 20 +2 sd 30")
    assert (report.base, report.people) == (20, 3533)
    assert plan("客单价 从20到22 标准差30").people == 3533


def test_a_rate_that_is_missing_is_asked_for_with_the_shops_own_first() -> None:
    with pytest.raises(UnclearPlan) as refusal:
        plan("+1%", weekly(30))
    reply = Renderer(TEMPLATES).problem(refusal.value, "en")
    first = reply.keyboard[0][0]
    assert first.data == "abplan own +1%"
    assert plan("own +1%", weekly(30)).change == pytest.approx(0.01)


def test_a_planned_look_is_kept_and_due() -> None:
    many = weekly(30)
    fresh = analyse("abplan", many, ("look", "5%", "to", "15%"), Asked(today=TODAY))
    kept = fresh.report.kept
    assert (kept.people, kept.versions, kept.made, kept.due) == (141, 2, TODAY, date(2026, 6, 15))
    later = analyse("abplan", many, ("look",), Asked(today=date(2026, 6, 15), remembered=fresh.remember))
    assert later.report.kept == kept
    assert later.remember is None
    for reader in LANGUAGES:
        assert "141" in _said(later.report, reader, "look")
    # Without any data, too: the plan stands as it was made.
    assert analyse("abplan", Shop(), ("look",), Asked(remembered=fresh.remember)).report.kept == kept
    dropped = analyse("abplan", many, ("drop",), Asked(remembered=fresh.remember))
    assert (dropped.remember, dropped.report.kept) == ("", None)
    assert analyse("abplan", many, (), Asked(remembered="")).report.kept is None
    with pytest.raises(UnclearPlan):
        analyse("abplan", many, ("look", "5%"), Asked())


def test_asking_again_does_not_lose_the_planned_look() -> None:
    fresh = analyse("abplan", Shop(), ("look", "5%", "to", "15%"), Asked(today=TODAY))
    assert fresh.report.kept.due is None
    other = analyse("abplan", Shop(), ("10%", "to", "20%"), Asked(remembered=fresh.remember))
    assert (other.remember, other.report.kept) == (None, fresh.report.kept)


@pytest.mark.parametrize("reader", LANGUAGES)
@pytest.mark.parametrize("text", ["", "5% +1%", "6% -1%", "5%", "5% 40 people", "money +2", "50% +49pp 5 versions"])
def test_every_answer_has_its_words_and_its_picture(text: str, reader: str) -> None:
    for view in ("body", "method"):
        assert _said(plan(text, weekly(30)), reader, view)
    picture = abplan.chart(plan(text, weekly(30)), reader)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")


async def test_talking_about_a_plan(bot: Running) -> None:
    ann = bot.person("en")
    (answer,) = await ann.say("/abplan 5% +1%")
    assert "<b>5% → 6% takes 16,316 people in all.</b>" in answer.html
    await ann.say("/abplan +1%")
    (answer,) = await ann.tap("10%")
    assert "10% → 11%" in answer.html
    (answer,) = await ann.tap("Note the one look")
    assert "judge once" in answer.html
    (answer,) = await ann.say("/abplan 2% to 4%")
    await ann.tap("The planned look")
    assert "10% → 11%" in answer.html
    (answer,) = await ann.tap("Forget this plan")
    assert "forgotten" in answer.html
    await ann.send_file(SAMPLES / "en" / "orders.csv")
    (answer,) = await ann.say("how many people do I need?")
    assert answer.photo
    assert "Your 421 customers" in answer.html


async def test_talking_about_a_plan_in_chinese(bot: Running) -> None:
    an = bot.person("zh-hans")
    (answer,) = await an.say("/abplan 从5%到6% 3个版本")
    assert "<b>5% → 6%，一共要 29,640 人。</b>" in answer.html
    (answer,) = await an.say("/abplan 胡说八道")
    assert "没有找到数字" in answer.html
    (answer,) = await an.tap("5% → 6%")
    (answer,) = await an.tap("记下这一次")
    assert "只判断一次" in answer.html
    await an.send_file(SAMPLES / "zh" / "订单.csv")
    (answer,) = await an.say("/abplan 客单价 +5")
    assert "不值得测" in answer.html


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"outcome": "share"}', "nonsense", '{"made": 5, "due": null}']
)
def test_a_kept_plan_of_another_form_is_forgotten(text: str) -> None:
    told = analyse("abplan", Shop(), ["look", "5%", "+1%"], Asked(remembered=text)).report
    assert told.kept is not None
    assert told.kept.people == told.people
