"""`/abtest` as a whole: what the numbers come to, what is kept between looks, how it is said. The statistics have tests of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics import abtest, abtest_chart, language
from analytics.abtest_report import ABTestReport
from analytics.analysis import Asked
from analytics.asked_tests import options
from analytics.dataset import Kind, Shop
from analytics.errors import MissingData, UnclearTest
from analytics.kept_tests import MOST_KEPT, opened
from analytics.proportions import newcombe
from analytics.registry import analyse
from analytics.samples import Share
from bot.render import Renderer, Reply
from bot.resources import TEMPLATES
from tests.analytics.golden import case
from tests.analytics.shops import dataset
from tests.talk import Running

RENDERER = Renderer(TEMPLATES)


def typed(text: str, kept: str | None = None, shop: Shop | None = None) -> ABTestReport:
    return abtest.run(shop or Shop(), options(text.split(), Asked(remembered=kept)))


def sheet(text: str = "", kept: str | None = None, /, **columns: Any) -> ABTestReport:
    return typed(text, kept, Shop(results=dataset(Kind.RESULTS, columns)))


def reply(text: str, reader: str, shop: Shop | None = None, kept: str | None = None) -> Reply:
    asked = Asked(language=reader, remembered=kept)
    return RENDERER.outcome(analyse("abtest", shop or Shop(), text.split(), asked), reader)


def money_rows(people: int = 600, lift: float = 0.0, seed: int = 7) -> dict[str, list[Any]]:
    """Half of them buy, and who spent much before does again."""
    dice = np.random.default_rng(seed)
    before = dice.lognormal(2, 0.6, people).round(2)
    variant = np.array(["A", "B"] * (people // 2))
    amount = np.where(dice.random(people) < 0.6, before + dice.lognormal(1, 0.4, people) + lift * (variant == "B"), 0)
    return {"variant": variant.tolist(), "amount": amount.round(2).tolist(), "spend before": before.tolist()}


def test_verdicts_follow_the_numbers() -> None:
    won = typed("A 1000 120 B 1000 200")
    assert (won.answer, won.best, won.arms[1].verdict) == ("take", 1, "take_b")
    assert won.arms[1].worst is not None
    assert won.arms[1].worst > 0
    lost = typed("A 1000 200 B 1000 120")
    assert (lost.answer, lost.best) == ("keep", None)
    open_ = typed("A 1000 50 B 1000 65")
    assert (open_.answer, open_.arms[1].verdict) == ("open", "undecided")
    assert open_.arms[1].more is not None
    assert 4_000 < open_.arms[1].more < 16_000
    assert (open_.ahead.label, round(open_.ahead.chance, 2)) == ("B", 0.92)


def test_forty_versions_are_judged_together() -> None:
    told = typed(" ".join(f"v{at} 1000 {50 + at}" for at in range(40)))
    assert (len(told.arms), told.answer, len(told.shown)) == (40, "open", 4)
    assert sum(arm.chance for arm in told.arms) == pytest.approx(1)


def test_money_is_judged_as_well() -> None:
    won = typed("A 5000 10 30 B 5000 14 32")
    assert (won.sort, won.answer) == ("money", "take")
    assert won.arms[1].ratio is not None
    assert won.arms[1].ratio.low == pytest.approx(1.4 * np.exp(-1.96 * np.hypot(0.0424, 0.0323)), abs=0.01)
    assert won.arms[1].chance > 0.999
    few = typed("A 100 10.5 3 B 100 14.5 3")
    assert (few.answer, few.arms[1].sure) == ("open", False)
    assert abtest_chart.chart(few, "en") is None


def test_the_golden_verdicts() -> None:
    inputs, _ = case("verdicts", "verdict.cookiecats1")
    a, b = inputs["a"], inputs["b"]
    told = typed(f"A {a[1]} {a[0]} B {b[1]} {b[0]} planned")
    arm = told.arms[1]
    assert told.answer == "open"
    assert [arm.difference, arm.worst, arm.most] == pytest.approx([-0.0059, -0.0124, 0.0006], abs=1e-4)
    inputs, _ = case("verdicts", "verdict.significant_but_small")
    a, b = inputs["a"], inputs["b"]
    small = typed(f"A {a[1]} {a[0]} B {b[1]} {b[0]} planned worth 1%")
    assert (small.answer, small.arms[1].beyond_chance) == ("no_difference", True)


def test_a_split_that_chance_does_not_explain_stops_the_verdict_unless_it_was_planned() -> None:
    odd = typed("A 1000 50 B 800 100")
    assert (odd.untrusted, odd.best) == ("sample_ratio", None)
    assert abtest_chart.chart(odd, "en") is None
    assert typed("A 1000 50 B 800 100 split 10/8").answer == "take"
    assert typed("#1 split 10/8", odd.kept).answer == "take"
    with pytest.raises(UnclearTest):
        typed("A 1000 50 B 800 100 split 1/1/1")


def test_a_split_goes_with_its_versions_whichever_is_the_old_one() -> None:
    told = typed("new 700 50 old 300 30 split 70/30")
    assert [arm.label for arm in told.arms] == ["old", "new"]
    assert told.parts == (30, 70)
    assert typed("#1 control 2", told.kept).parts == (70, 30)


@pytest.mark.parametrize(
    ("labels", "control", "known"),
    [
        ("A B", "A", True),
        ("new control", "control", True),
        ("新 旧", "旧", True),
        ("red blue", "red", False),
        ("新标题 旧标题", "旧标题", True),
        ("new-one old-one", "old-one", True),
    ],
)
def test_the_old_version_is_known_by_its_name_or_asked_for(labels: str, control: str, known: bool) -> None:
    one, two = labels.split()
    told = typed(f"{one} 1000 50 {two} 1000 65")
    assert (told.control.label, told.plain) == (control, known)


def test_the_old_version_is_asked_for_once() -> None:
    first = typed("red 1000 50 blue 1000 65")
    chosen = typed("#1 control 2", first.kept)
    assert (chosen.control.label, chosen.plain, chosen.times) == ("blue", True, 1)
    later = typed("red 2000 90 blue 2000 130", chosen.kept)
    assert (later.control.label, later.plain, later.times) == ("blue", True, 2)
    other = typed("red 500 100 blue 500 130", later.kept)
    assert (other.number, other.control.label, other.plain) == (2, "blue", True)


def test_what_one_look_decided_stays() -> None:
    won = typed("A 1000 120 B 1000 200")
    later = typed("A 3000 480 B 3000 505", won.kept)
    assert typed("A 3000 480 B 3000 505").answer == "open"
    assert (later.answer, later.number, later.times) == ("take", 1, 2)
    turned = typed("#1 control 2", later.kept)
    assert turned.answer == "keep"
    anew = typed("#1 anew", later.kept)
    assert (anew.answer, anew.times) == ("open", 1)


def test_looks_that_contradict_each_other_stay_so() -> None:
    won = typed("A 1000 50 B 1000 150")
    odd = typed("A 20000 2000 B 20000 2000", won.kept)
    assert odd.untrusted == "contradiction"
    assert typed("A 20100 2010 B 20100 2010", odd.kept).untrusted == "contradiction"


def test_a_look_that_points_the_other_way_is_told_without_contradiction() -> None:
    first = typed("A 5000 350 B 5000 250")
    told = typed("A 50000 2500 B 50000 2510", first.kept)
    assert (told.answer, told.turned_since, told.times) == ("keep", True, 2)
    assert not first.turned_since
    for reader, said, never in (("en", "an earlier look", "only"), ("zh", "之前已经看出", "只有")):
        html = reply("A 50000 2500 B 50000 2510", reader, kept=first.kept).html
        assert said in html.splitlines()[0]
        assert never not in html.splitlines()[0]


@pytest.mark.parametrize(
    ("reader", "equal", "either"), [("en", "both have 5%", "either"), ("zh", "都是 5%", "选哪个都行")]
)
def test_equals_are_called_so(reader: str, equal: str, either: str) -> None:
    html = reply("A 1000 50 B 1000 50", reader).html
    assert equal in html
    assert either in html


def test_more_people_than_anybody_waits_for_are_not_worth_waiting_for() -> None:
    assert not typed("A 1000 50 B 1000 65").far
    assert typed("A 1000 50 B 1000 51").far
    assert "hardly worth the wait" in reply("A 1000 50 B 1000 51", "en").html


def test_a_view_is_one_only_where_nothing_else_is_meant() -> None:
    kept = typed("A 1000 50 B 1000 65").kept
    assert "6.5%" in reply("which is better, 50/1000 or 65/1000", "en").html
    assert "before" in reply("which #1", "en", kept=kept).html.splitlines()[0]
    assert "均匀先验" in reply("计算方法", "zh", kept=kept).html


def test_money_looks_are_kept_as_well() -> None:
    won = typed("A 5000 10 30 B 5000 14 32")
    assert typed("A 6000 10 30 B 6000 10.5 32", won.kept).answer == "take"
    assert typed("A 6000 10 30 B 6000 10.5 32").answer == "open"


@pytest.mark.parametrize(
    "text", ["A 900 120 B 1000 200", "A 1000 119 B 1000 200", "A 1000 120 C 1000 200", "A 1100 12.5 3 B 1100 14.5 3"]
)
def test_fewer_people_or_other_names_are_another_test(text: str) -> None:
    assert typed(text, typed("A 1000 120 B 1000 200").kept).number == 2


def test_fewer_people_with_money_are_another_test() -> None:
    kept = typed("A 5000 10 30 B 5000 14 32").kept
    assert typed("A 4000 10 30 B 6000 14 32 split 40/60", kept).number == 2
    assert typed("A 6000 10 30 B 6000 14 32", kept).number == 1


def test_the_same_numbers_again_are_no_other_look() -> None:
    once = typed("A 1000 50 B 1000 65")
    assert typed("A 1000 50 B 1000 65", once.kept).times == 1
    assert typed("#1", once.kept).kept == once.kept


def test_a_plans_one_look_is_one() -> None:
    planned = typed("A 5000 100 B 5000 135 planned")
    assert (planned.answer, planned.reading) == ("take", "planned")
    assert typed("#1", planned.kept).reading == "planned"
    later = typed("A 6000 120 B 6000 155", planned.kept)
    assert (later.reading, later.late) == ("safe", True)
    peeked = typed("A 1000 20 B 1000 27")
    assert typed("A 5000 100 B 5000 135 planned", peeked.kept).late


def test_a_test_that_is_over_is_judged_by_its_only_look() -> None:
    seen = typed("A 800 28 B 800 55")
    assert (seen.answer, seen.reading, seen.once) == ("open", "safe", True)
    over = typed("#1 over", seen.kept)
    expected = newcombe(Share(800, 28), Share(800, 55))
    arm = over.arms[1]
    assert (over.answer, over.reading, over.once, over.late) == ("take", "planned", False, False)
    assert (arm.worst, arm.most) == pytest.approx((expected.low, expected.high))
    assert typed("A 800 28 B 800 55 over", seen.kept).arms == typed("A 800 28 B 800 55 over").arms == over.arms
    # It is over: told by its number, and on other sides of the answer, it stays so.
    assert typed("#1", over.kept).reading == "planned"
    again = typed("A 1000 50 B 1000 65 over").again
    assert again is not None
    assert 3_000 < again < 5_000


@pytest.mark.parametrize("said", ["over", "planned", "it is over", "已经结束了"])
def test_several_looks_are_never_one(said: str) -> None:
    kept = typed("A 400 10 B 400 20").kept
    kept = typed("A 800 28 B 800 55", kept).kept
    for words in (f"#1 {said}", f"A 800 28 B 800 55 {said}", f"A 900 30 B 900 60 {said}"):
        told = typed(words, kept)
        assert (told.reading, told.late, told.once) == ("safe", True, False), words
    # Nor does it help to call it a new test by a tap, or to have said before that it was over.
    renamed = typed("#1 anew", kept)
    assert (renamed.times, renamed.once) == (1, False)
    assert typed(f"#1 {said}", renamed.kept).reading == "safe"
    once = typed("A 400 10 B 400 20").kept
    assert typed(f"#1 anew {said}", kept).reading == "safe"
    assert typed(f"#1 anew {said}", once).reading == "planned"
    ended = typed(f"A 800 28 B 800 55 {said}")
    assert typed(f"A 900 30 B 900 60 {said}", ended.kept).reading == "safe"
    # A test of its own, said so with its numbers, is one.
    assert typed(f"A 900 30 B 900 60 new test {said}", kept).reading == "planned"


def test_money_has_one_look_as_well() -> None:
    seen = typed("A 2000 10 30 B 2000 12.4 32")
    over = typed("#1 over", seen.kept)
    assert (seen.answer, over.answer) == ("open", "take")
    assert typed("A 2500 10 30 B 2500 12.4 32 over", over.kept).reading == "safe"


def test_saying_after_every_look_that_it_is_over_makes_no_winners_of_chance() -> None:
    """Ten looks at two versions of 5%, each read as the only one, would find a winner in one test of five."""
    dice, won = np.random.default_rng(11), 0
    for _ in range(80):
        did, kept = np.zeros(2, int), None
        for look in range(1, 11):
            did += dice.binomial(500, 0.05, 2)
            report = typed(f"A {500 * look} {did[0]} B {500 * look} {did[1]} over", kept)
            kept = report.kept
            if report.answer in {"take", "keep"}:
                won += 1
                break
    assert won <= 8


@pytest.mark.parametrize(
    ("text", "bet", "ahead"),
    [
        ("A 800 28 B 800 55", True, "B"),
        ("A 100000 5000 B 100000 5200", True, "B"),
        ("A 800 55 B 800 28", True, "A"),
        ("A 1000 50 B 1000 65", False, "B"),
        ("A 1000 50 B 1000 50", False, "A"),
        ("A 100000 5000 B 100000 5010", False, "B"),
        ("A 50 0 B 50 0", False, "A"),
        ("A 8 0 B 8 4", False, "B"),
        ("A 30 5 B 30 13", False, "B"),
        ("A 100 10.5 3 B 100 14.5 3", False, "B"),
    ],
)
def test_what_costs_next_to_nothing_if_wrong_is_to_be_taken(text: str, bet: bool, ahead: str) -> None:
    told = typed(text)
    assert (told.answer, told.bet, told.ahead.label) == ("open", bet, ahead)
    first = {reader: reply(text, reader).html.splitlines()[0] for reader in language.LANGUAGES}
    act = {"en": "Take “B”" if ahead == "B" else "Keep “A”", "zh": "选“B”" if ahead == "B" else "还用“A”"}
    for reader, said in first.items():
        assert (act[reader] in said) == bet, reader
        assert ({"en": "Not proven", "zh": "不算定论"}[reader] in said) == bet, reader


def test_who_is_ahead_is_named_first() -> None:
    told = typed("A 1000 65 B 1000 50")
    assert told.lead == (-(told.arms[1].most or 0), -(told.arms[1].worst or 0))
    assert "“A” is ahead (6.5% against 5%)" in reply("A 1000 65 B 1000 50", "en").html
    assert "“A”领先（6.5%，对比 5%）" in reply("A 1000 65 B 1000 50", "zh").html


def test_nobody_in_either_is_too_few_people() -> None:
    assert "Nobody did it in either: too few people" in reply("A 50 0 B 50 0", "en").html
    assert "两个版本都没有人做：人太少" in reply("A 50 0 B 50 0", "zh").html
    assert not typed("A 50 0 B 50 1").barren
    assert typed("A 50 0 0 B 50 0 0 money").barren


@pytest.mark.parametrize(
    ("people", "split"),
    [
        ((100, 900), (10, 90)),
        ((905, 95), (90, 10)),
        ((700, 300), (70, 30)),
        ((334, 666), (1, 2)),
        ((1000, 800), None),
        ((821_588, 815_482), None),
    ],
)
def test_a_usual_split_is_offered_where_it_fits(people: tuple[int, int], split: tuple[int, int] | None) -> None:
    one, two = people
    told = typed(f"A {one} {one // 20} B {two} {two // 15}")
    assert (told.untrusted, told.perhaps) == ("sample_ratio", split)
    if split:
        by_it = typed(f"#1 split {split[0]}/{split[1]}", told.kept)
        assert (by_it.untrusted, by_it.parts, by_it.perhaps) == (None, split, None)
    assert typed("A 100 5 B 80 5 C 300 20").perhaps is None


def test_the_smallest_difference_that_matters_is_kept() -> None:
    told = typed("A 50000 2500 B 50000 2510")
    assert told.answer == "open"
    small = typed("#1 worth 1%", told.kept)
    assert (small.answer, small.smallest) == ("no_difference", 0.01)
    assert typed("A 60000 3000 B 60000 3010", small.kept).smallest == 0.01
    assert typed("#1 worth 0", small.kept).smallest == 0
    money = typed("A 50000 10 30 B 50000 10.1 30 worth 20%")
    assert money.answer == "no_difference"
    assert money.smallest == pytest.approx(2)
    for words, size in typed("A 50000 10 30 B 50000 10.1 30").stakes:
        assert typed(f"#1 worth {words}", money.kept).smallest == pytest.approx(size)


def test_only_the_latest_tests_are_kept() -> None:
    kept = None
    for at in range(MOST_KEPT + 2):
        kept = typed(f"a{at} 1000 50 b{at} 1000 65", kept).kept
    assert len(opened(kept).tests) == MOST_KEPT
    with pytest.raises(UnclearTest) as refusal:
        typed("#1", kept)
    assert refusal.value.why == "forgotten"


@pytest.mark.parametrize("text", [None, "", "nonsense", "{}", "[1]", '[{"number": 1}]'])
def test_what_cannot_be_read_is_forgotten(text: str | None) -> None:
    assert opened(text).tests == ()


def test_typed_counts_a_sheet_and_its_totals_give_the_same_answer() -> None:
    people = [("A", "yes")] * 50 + [("A", "no")] * 950 + [("B", "yes")] * 65 + [("B", "no")] * 935
    np.random.default_rng(1).shuffle(people)
    told = typed("A 1000 50 B 1000 65").arms
    assert sheet(variant=[row[0] for row in people], outcome=[row[1] for row in people]).arms == told
    assert sheet(variant=["A", "B"], people=[1000, 1000], outcome=["50", "65"]).arms == told
    halves = sheet(variant=["A", "B"] * 2, people=[400, 300, 600, 700], outcome=["20", "30", "30", "35"])
    assert halves.arms == told


def test_typed_money_a_sheet_and_its_totals_give_the_same_answer() -> None:
    rows = money_rows()
    del rows["spend before"]
    whole = sheet(**rows)
    sides = [np.array(rows["amount"])[np.array(rows["variant"]) == label] for label in "AB"]
    numbers = [[side.size, side.mean().item(), side.std(ddof=1).item()] for side in sides]
    told = typed(" ".join(f"{label} {n} {mean!r} {sd!r}" for label, (n, mean, sd) in zip("AB", numbers, strict=True)))
    totals = sheet(
        variant=["A", "B"],
        people=[n for n, *_ in numbers],
        mean=[m for _, m, _ in numbers],
        sd=[s for *_, s in numbers],
    )
    for other in (told, totals):
        assert other.amounts is None
        for one, two in zip(whole.arms, other.arms, strict=True):
            assert (one.people, one.verdict, one.more) == (two.people, two.verdict, two.more)
            for name in ("value", "low", "high", "difference", "worst", "most", "chance", "loss"):
                assert (getattr(one, name) or 0) == pytest.approx(getattr(two, name) or 0, rel=1e-9, abs=1e-9)
    assert whole.amounts is not None


def test_what_people_did_before_makes_the_answer_sharper() -> None:
    rows = money_rows(lift=3.0)
    with_before = sheet(**rows)
    without = sheet(variant=rows["variant"], amount=rows["amount"])
    assert with_before.gained
    assert with_before.evened is not None
    assert with_before.evened.variance_ratio < 0.9

    def width(report: ABTestReport) -> float:
        arm = report.arms[1]
        return (arm.most or 0) - (arm.worst or 0)

    assert width(with_before) < 0.95 * width(without)
    assert [arm.value for arm in with_before.arms] == [arm.value for arm in without.arms]
    noise = np.random.default_rng(3).random(600).tolist()
    assert not sheet(**{**rows, "spend before": noise}).gained


def test_one_customer_who_decides_is_told() -> None:
    rows = money_rows()
    rows["amount"][1] = 90_000.0
    told = sheet(variant=rows["variant"], amount=rows["amount"])
    assert told.amounts is not None
    assert told.amounts.sways == 1
    assert "90,000" in reply("", "en", Shop(results=dataset(Kind.RESULTS, {**rows}))).html


KIDNEY = {
    "variant": ["A", "A", "B", "B"],
    "stones": ["small", "large", "small", "large"],
    "people": [87, 263, 270, 80],
    "outcome": ["81", "192", "234", "55"],
}


def test_versions_that_got_different_people_are_not_compared() -> None:
    _, expected = case("ab_proportions", "ab.simpson.kidney")
    told = sheet(**KIDNEY)
    assert (told.untrusted, told.best) == ("mixed", None)
    assert told.simpson is not None
    assert told.simpson.reversed == expected["reversal"]
    assert told.simpson.odds_ratio == pytest.approx(1 / expected["pooled_odds_ratio"], abs=1e-4)
    assert [pair[0] for pair in told.simpson.pairs] == pytest.approx(expected["stratum_rate"]["A"], abs=1e-4)


def test_groups_that_were_split_alike_change_nothing() -> None:
    dice = np.random.default_rng(5)
    rows = [
        (label, city, dice.random() < (0.1 if city == "Bath" else 0.3))
        for label in "AB"
        for city in ("Bath", "York")
        for _ in range(500)
    ]
    told = sheet(variant=[r[0] for r in rows], place=[r[1] for r in rows], outcome=[str(int(r[2])) for r in rows])
    assert told.simpson is None
    assert [mix.header for mix in told.mixed] == ["place"]


def test_without_words_or_sheet_or_outcome_that_is_asked_for() -> None:
    with pytest.raises(UnclearTest):
        typed("")
    with pytest.raises(UnclearTest):
        typed("worth 1%")
    with pytest.raises(MissingData):
        sheet(variant=["A", "B"])


def test_a_kept_test_of_a_sheet_that_has_gone_is_shown_from_its_totals() -> None:
    told = sheet(variant=["A", "B"] * 200, outcome=["yes", "no", "no", "yes"] * 100)
    assert typed("#1", told.kept).arms == told.arms
    assert sheet("#1", told.kept, variant=["A", "B"], outcome=["1", "0"]).arms == told.arms


def test_another_column_may_decide() -> None:
    columns = {"variant": ["A", "B"] * 50, "outcome": ["yes", "no"] * 50, "amount": [5.0, 0.0, 7.0, 1.0] * 25}
    first = sheet(**columns)
    assert (first.measure, first.second, [other.header for other in first.others]) == ("outcome", False, ["amount"])
    other = sheet(f"on {first.others[0].place}", first.kept, **columns)
    assert (other.measure, other.second, other.number) == ("amount", True, 2)
    assert sheet("#2", other.kept, **columns).measure == "amount"


TEXTS = (
    "A 1000 50 B 1000 65",
    "A 1000 120 B 1000 200 worth 5%",
    "A 1000 200 B 1000 120",
    "A 100000 5000 B 100000 5010 worth 1%",
    "A 1000 50 B 700 60",
    "A 5000 10 30 B 5000 14 32",
    "A 100 10.5 3 B 100 14.5 3",
    "A 5000 -1 30 B 5000 2.5 32 planned",
    "A 10 0 B 10 0",
    "A 1e9 1e7 B 1e9 1e7",
    "red 3000 50 blue 3000 65 green 3000 90",
    " ".join(f"version{at} 1000 {50 + 2 * at}" for at in range(12)),
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("reader", language.LANGUAGES)
def test_every_side_of_the_answer_fits_a_screen_and_its_buttons_lead_on(text: str, reader: str) -> None:
    longest = {"en": 760, "zh": 420}[reader]
    kept = typed(text).kept
    pending, seen = ["#1"], set[str]()
    while pending:
        words = pending.pop()
        seen.add(words)
        said = reply(words, reader, kept=kept)
        assert 5 < said.visible <= longest, words
        assert len(said.html.splitlines()) <= 14, words
        assert "None" not in said.html
        assert "inf" not in said.html.replace("information", "")
        for button in (button for row in said.keyboard for button in row):
            to = button.data.removeprefix("~")
            assert len(to.encode()) < 60
            if to == "abplan":
                continue
            assert to.startswith("abtest ")
            if (rest := to.removeprefix("abtest ")) not in seen and not rest.startswith("#1 "):
                pending.append(rest)
    assert {"method #1", "checks #1"} <= seen


@pytest.mark.parametrize("reader", language.LANGUAGES)
def test_a_sheet_with_everything_fits_a_screen(reader: str) -> None:
    rows = {**money_rows(), "customer": [f"c{at % 590}" for at in range(600)], "place": ["Bath", "York", "Hull"] * 200}
    rows["amount"][5] = 50_000.0
    shop = Shop(results=dataset(Kind.RESULTS, {**rows, "outcome": ["yes", "no", None] * 200}, currency="GBP"))
    for words in ("", "on amount", "checks", "method", "stake", "which"):
        said = reply(
            words, reader, shop, kept=typed("on amount", shop=shop).kept if words not in {"", "on amount"} else None
        )
        assert said.visible <= {"en": 1000, "zh": 620}[reader], words
        assert len(said.html.splitlines()) <= 16, words


@pytest.mark.parametrize("reader", language.LANGUAGES)
def test_the_picture_shows_every_version(reader: str) -> None:
    for text in ("A 1000 50 B 1000 65", "A 1000 120 B 1000 200 C 1000 100 worth 2%"):
        picture = abtest_chart.chart(typed(text), reader)
        assert picture is not None
        assert picture.startswith(b"\x89PNG")


async def test_the_bot_keeps_what_a_look_said(bot: Running) -> None:
    person = bot.person()
    assert "Which one is the old one?" in (await person.say("/abtest red 1000 120 blue 1000 200"))[-1].html
    assert "Keep “blue”" in (await person.tap("“blue”"))[-1].html
    later = (await person.say("/abtest red 3000 480 blue 3000 505"))[-1]
    assert "Keep “blue”" in later.html
    assert "Look 2" in later.html
    assert "Not decided yet" in (await person.tap("It is a new test"))[-1].html
    assert "Every version is set against “blue”" in (await person.tap("Method"))[-1].html


async def test_a_finished_test_is_ended_by_one_tap(bot: Running) -> None:
    ann, wang = bot.person("en"), bot.person("zh-hans")
    (said,) = await ann.say("A 800 28 B 800 55")
    assert said.words.startswith(
        "Take “B”: 6.88% against 3.5%. Not proven yet, but being wrong would cost next to nothing."
    )
    (over,) = await ann.tap("It is over")
    assert over.words.startswith("Take “B”: 6.88% against 3.5%.\n")
    assert "Judged once" in over.words
    (late,) = await ann.say("/abtest A 900 33 B 900 58 over")
    assert "other numbers were seen before" in late.words
    assert not any("It is over" in button.label for row in late.buttons for button in row)
    (said,) = await wang.say("A 800 28 B 800 55")
    assert said.words.startswith("选“B”：6.88%，对比 3.5%。还不算定论，但就算选错，几乎没有损失。")
    (over,) = await wang.tap("已经结束了")
    assert over.words.startswith("选“B”：6.88%，对比 3.5%。\n")
    (late,) = await wang.say("/abtest A 900 33 B 900 58 结束了")
    assert "之前看过别的数" in late.words


async def test_a_split_that_was_planned_is_told_by_one_tap(bot: Running) -> None:
    ann, wang = bot.person("en"), bot.person("zh-hans")
    assert "Do not trust this test" in (await ann.say("/abtest A 100 5 B 900 60"))[-1].words
    assert "“B” is ahead (6.67% against 5%)" in (await ann.tap("10/90 was planned"))[-1].words
    await wang.say("/abtest A 100 5 B 900 60")
    assert "“B”领先（6.67%，对比 5%）" in (await wang.tap("原定 10：90"))[-1].words


async def test_numbers_the_wrong_way_round_and_rates_alone_are_asked_about(bot: Running) -> None:
    ann, wang = bot.person("en"), bot.person("zh-hans")
    assert "Is it the other way round?" in (await ann.say("A 1000/50 B 1000/65"))[-1].words
    assert "50 of 1,000 (5%)" in (await ann.tap("Yes, the other way round"))[-1].words
    assert "That is one version" in (await ann.say("A 1000/50"))[-1].words
    assert "of how many people?" in (await ann.say("5% vs 6.5%"))[-1].words
    assert "65 of 1,000 (6.5%)" in (await ann.tap("of 1,000 each"))[-1].words
    assert "是不是写反了" in (await wang.say("A 1000/50 B 1000/65"))[-1].words
    assert "1,000 人里 50 人" in (await wang.tap("对，写反了"))[-1].words
    assert "是多少人里的" in (await wang.say("5% 对 6.5%"))[-1].words
    assert "5,000 人里 325 人" in (await wang.tap("各 5,000 人"))[-1].words
