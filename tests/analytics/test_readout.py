from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from analytics.dataset import Dataset, Kind, Shop
from analytics.power import smallest_difference
from analytics.proportions import newcombe
from analytics.randomization import permutation_t
from analytics.readout import Effect, Reading, dumped, loaded, read_out
from analytics.samples import Share
from analytics.shown_trials import shown
from analytics.trials import HOLDOUT, Trial
from tests.analytics.shops import FIRST_DAY, dataset, line, shop

SENT = date(2026, 3, 1)
DAY = (SENT - FIRST_DAY.date()).days
LATER = line("later", DAY + 14, 5.0)
"""An order on the day that the trial decides: the data reach it."""


def trial(people: Mapping[str, Iterable[str]], **more: Any) -> Trial:
    """A trial of these people by version, sent on 1 March 2026 for 14 days."""
    rows = [(who, version) for version, everybody in people.items() for who in everybody]
    table = pa.table({"customer": [who for who, _ in rows], "version": [version for _, version in rows]})
    told: dict[str, Any] = {
        "number": 3,
        "days": 14,
        "made": SENT,
        "sent": SENT,
        "seed": 0,
        "kind": "split",
        "segment": "all",
    }
    return Trial(versions=tuple(people), people=table, **told | more)


def crowd(letter: str, size: int) -> list[str]:
    return [f"{letter}{number:03}" for number in range(size)]


def bought(who: Iterable[str], amount: float = 10.0, day: int = DAY) -> list[dict[str, Any]]:
    return [line(customer, day, amount) for customer in who]


PEOPLE = {"A": crowd("a", 200), "B": crowd("b", 200), HOLDOUT: crowd("h", 100)}
OLD = bought(crowd("a", 200), day=1)


def test_orders_of_the_days_count_for_everybody_assigned() -> None:
    rows = [
        *OLD,
        *bought(["a000", "a001"], 20.0, DAY - 1),  # the day before
        *bought(["a002", "a003", "a003"], 7.0, DAY),  # the first day, one of them twice
        *bought(["b000"], 9.0, DAY + 13),  # the last day
        *bought(["b001", "b002"], 9.0, DAY + 14),  # a day late
        *bought(["h000"], 4.0, DAY + 3),
        *bought(["stranger"], 99.0, DAY + 3),
        line("a003", DAY + 5, -2.0, taken_back=True),
    ]
    reading = read_out(trial(PEOPLE), shop(rows), None)
    assert [(arm.version, arm.people, arm.buyers, arm.money) for arm in reading.arms] == [
        (HOLDOUT, 100, 1, 4.0),
        ("A", 200, 2, 19.0),
        ("B", 200, 1, 9.0),
    ]
    assert reading.complete
    assert (reading.decides, reading.seen_until) == (date(2026, 3, 15), date(2026, 3, 15))


def test_effects_are_newcombes_and_welchs() -> None:
    paid = {"A": 30, "B": 50, HOLDOUT: 8}
    rows = [*OLD, LATER]
    for version, many in paid.items():
        rows += bought(PEOPLE[version][:many], 10.0)
    reading = read_out(trial(PEOPLE), shop(rows), None)
    campaign = reading.campaign
    assert campaign is not None
    # Two versions and both together against nothing: each interval at a third of the chance.
    level = 1 - 0.05 / 3
    expected = newcombe(Share(100, 8), Share(400, 80), level)
    assert (campaign.share.low, campaign.share.high) == pytest.approx((expected.low, expected.high))
    assert campaign.share.middle == pytest.approx(0.2 - 0.08)
    means = permutation_t([10.0] * 8 + [0] * 92, [10.0] * 80 + [0] * 320, level)
    assert means is not None
    assert campaign.money is not None
    assert (campaign.money.low, campaign.money.high) == pytest.approx((means.low, means.high))
    assert reading.verdict == "worked"
    assert reading.extra_orders == campaign.share.times(400)
    assert reading.extra_orders is not None
    assert reading.extra_orders.middle == pytest.approx(48)
    assert reading.extra_money is not None
    assert reading.extra_money.middle == pytest.approx(400 * (2.0 - 0.8))
    against_a = reading.arms[1].against
    assert against_a is not None
    alone = newcombe(Share(100, 8), Share(200, 30), level)
    assert (against_a.share.low, against_a.share.high) == pytest.approx((alone.low, alone.high))
    assert [rival.verdict for rival in reading.rivals] == ["worked"]
    assert reading.best == "B"


def test_without_a_holdout_the_versions_are_compared() -> None:
    people = {"A": crowd("a", 200), "B": crowd("b", 200)}
    rows = [*OLD, LATER, *bought(people["A"][:10]), *bought(people["B"][:40])]
    reading = read_out(trial(people), shop(rows), None)
    assert (reading.verdict, reading.best, reading.campaign, reading.extra_money) == ("worked", "B", None, None)
    turned = read_out(replace(trial(people), versions=("B", "A")), shop(rows), None)
    assert (turned.verdict, turned.best) == ("harmed", "B")
    level = read_out(trial(people), shop([*OLD, LATER, *bought(people["A"][:10]), *bought(people["B"][:13])]), None)
    assert (level.verdict, level.best) == ("no_sign", None)


def test_one_version_may_work_where_both_together_show_nothing() -> None:
    rows = [*OLD, LATER, *bought(PEOPLE["B"][:70]), *bought(PEOPLE["A"][:20]), *bought(PEOPLE[HOLDOUT][:14])]
    reading = read_out(trial(PEOPLE), shop(rows), None)
    assert reading.campaign is not None
    assert (reading.verdict, reading.campaign.verdict) == ("worked", "no_sign")
    assert [arm.against.verdict for arm in reading.arms if arm.against] == ["no_sign", "worked"]


def test_until_the_days_are_over_there_are_counts_and_no_verdict() -> None:
    rows = [*OLD, *bought(PEOPLE["A"]), line("x", DAY + 13, 1.0)]
    reading = read_out(trial(PEOPLE), shop(rows), None)
    assert (reading.verdict, reading.complete, reading.campaign) == ("waiting", False, None)
    assert [arm.buyers for arm in reading.arms] == [0, 200, 0]
    assert {arm.against for arm in reading.arms} == {None}


def test_days_that_are_still_to_come_do_not_count() -> None:
    rows = [*OLD, LATER, *bought(PEOPLE["A"], day=DAY + 3)]
    reading = read_out(trial(PEOPLE), shop(rows), SENT + timedelta(days=2))
    assert (reading.verdict, [arm.buyers for arm in reading.arms]) == ("waiting", [0, 0, 0])


@pytest.mark.parametrize("orders", [None, []])
def test_without_orders_it_waits(orders: list[dict[str, Any]] | None) -> None:
    nothing = Shop() if orders is None else shop([{"customer": "a", "amount": 3.0}])
    reading = read_out(trial(PEOPLE), nothing, None)
    assert (reading.verdict, reading.seen_until) == ("waiting", None)


def test_people_who_turn_out_to_be_others_are_matched() -> None:
    """The trial knew them by e-mail, the orders know them by number."""
    people = {"A": crowd("a", 100), "B": [*crowd("b", 99), "same person"]}
    aliases = {**{f"a{n:03}": f"n{n}" for n in range(100)}, "same person": "n5"}
    rows = [*bought(crowd("b", 100), day=1), LATER, *bought([f"n{n}" for n in range(30)])]
    reading = read_out(trial(people, aliases=aliases), shop(rows), None)
    assert reading.twice == 1
    assert [(arm.people, arm.buyers) for arm in reading.arms] == [(99, 29), (99, 0)]


def test_versions_that_lost_people_unevenly_get_no_verdict() -> None:
    people = {"A": crowd("a", 200), "B": [*crowd("b", 20), *(f"again{n}" for n in range(30))], "C": crowd("c", 100)}
    aliases = {f"again{n}": f"c{n:03}" for n in range(30)}
    reading = read_out(trial(people, aliases=aliases), shop([*OLD, LATER]), None)
    assert (reading.verdict, reading.reason, reading.twice) == ("untrusted", "sample_ratio", 30)


def test_orders_that_know_customers_by_other_keys_get_no_verdict() -> None:
    reading = read_out(trial(PEOPLE), shop([*OLD, LATER, *bought([f"new{n}" for n in range(10)])]), None)
    assert (reading.verdict, reading.reason) == ("untrusted", "strangers")
    fine = read_out(trial(PEOPLE), shop([*OLD, LATER, *bought([*(f"new{n}" for n in range(10)), "a000"])]), None)
    assert fine.verdict == "no_sign"


def test_a_kept_reading_stays_whatever_the_orders_say_later() -> None:
    rows = [*OLD, LATER, *bought(PEOPLE["A"][:50])]
    reading = read_out(trial(PEOPLE), shop(rows), None)
    assert loaded(dumped(reading)) == reading
    assert read_out(trial(PEOPLE, result=dumped(reading)), Shop(), None) == reading
    # One of an older form is read off the orders again.
    assert loaded('{"number": 1}') is None
    assert read_out(trial(PEOPLE, result='{"number": 1}'), shop(rows), None) == reading


def test_a_message_that_nobody_was_kept_from_proves_nothing() -> None:
    reading = read_out(trial({"A": crowd("a", 50)}), shop([*OLD, LATER, *bought(crowd("a", 20))]), None)
    assert (reading.complete, reading.verdict, reading.best) == (True, "no_sign", None)
    assert [(arm.people, arm.buyers, arm.against) for arm in reading.arms] == [(50, 20, None)]


def test_what_a_test_of_these_sizes_would_have_seen() -> None:
    rows = [*OLD, LATER, *bought(crowd("a", 12)), *bought(crowd("h", 1))]
    reading = read_out(trial({"A": crowd("a", 62), HOLDOUT: crowd("h", 16)}), shop(rows), None)
    assert reading.verdict == "no_sign"
    assert reading.smallest == pytest.approx(smallest_difference(1 / 16, 16, ratio=62 / 16))
    assert reading.smallest is not None
    assert reading.smallest > 0.3
    assert reading.thin
    assert loaded(dumped(reading)) == reading
    large = {"A": crowd("a", 900), HOLDOUT: crowd("h", 900)}
    rows = [*OLD, LATER, *bought(crowd("a", 100)), *bought(crowd("h", 98))]
    reading = read_out(trial(large), shop(rows), None)
    assert (reading.verdict, reading.thin) == ("no_sign", False)
    # Two versions and both together are judged at once, and no version has more than the fewest.
    several = read_out(trial(PEOPLE), shop([*OLD, LATER, *bought(["h000"])]), None)
    assert several.smallest == pytest.approx(smallest_difference(0.01, 100, chance=0.05 / 3, ratio=4))
    compared = read_out(
        trial({"A": crowd("a", 100), "B": crowd("b", 50)}), shop([*OLD, LATER, *bought(["a000"])]), None
    )
    assert compared.smallest == pytest.approx(smallest_difference(0.01, 100, ratio=0.5))


def test_nobody_bought_at_all() -> None:
    reading = read_out(trial(PEOPLE), shop([*OLD, LATER]), None)
    assert reading.verdict == "no_sign"
    assert reading.campaign is not None
    assert reading.campaign.money is None
    assert loaded(dumped(reading)) == reading


def test_the_page_of_a_trial_counts_its_people() -> None:
    page = shown(trial(PEOPLE, sent=None, left_out={"said_no": 4}), Shop(), None)
    assert (page.people, page.held, page.reading, page.left_out) == (500, 100, None, {"said_no": 4})
    assert page.messages == ((0, "A", 200), (1, "B", 200))
    assert page.of(HOLDOUT) == 100


# Many trials of 500 people each, half of the money in a long tail; the errors allowed are four standard errors.
RUNS = pytest.mark.parametrize("runs", [50, pytest.param(600, marks=pytest.mark.slow)])


def simulated(lift: float, shares: tuple[float, float], seed: int, sigma: float = 1.0) -> tuple[Effect, float, float]:
    """The campaign's effect as read out, and what it truly did to the share of buyers and to money per person.

    Everybody has their own likelihood to buy and a basket of their own; the message raises the likelihood by `lift`.
    """
    dice = np.random.default_rng(seed)
    size, held = 500, round(500 * shares[1])
    names = np.array([f"c{n:03}" for n in range(size)], object)
    likely, basket = dice.beta(1, 7, size), dice.lognormal(3, sigma, size)
    written = np.arange(size) >= held
    dice.shuffle(written)
    buys = dice.random(size) < np.where(written, likely + lift, likely)
    people = {"A": names[written].tolist(), HOLDOUT: names[~written].tolist()}
    orders = _orders(names[buys], basket[buys])
    reading: Reading = read_out(trial(people), Shop(orders=orders), None)
    assert reading.campaign is not None
    return reading.campaign, lift, lift * float(np.exp(3 + sigma**2 / 2))


def _orders(who: npt.NDArray[np.object_], amount: npt.NDArray[np.float64]) -> Dataset:
    first, last = FIRST_DAY, FIRST_DAY + timedelta(days=DAY + 14)
    columns: dict[str, list[Any]] = {
        "customer": ["later", *who, "later"],
        "time": [first, *[first + timedelta(days=DAY + 2)] * len(who), last],
        "amount": [1.0, *amount, 1.0],
    }
    return dataset(Kind.ORDERS, columns)


@RUNS
@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.9, 0.1)], ids=["halves", "holdout of a tenth"])
def test_no_effect_is_seldom_seen_as_one(shares: tuple[float, float], runs: int) -> None:
    limit = 0.05 + 4 * np.sqrt(0.05 * 0.95 / runs)
    effects = [simulated(0.0, shares, seed)[0] for seed in range(runs)]
    assert np.mean([effect.verdict != "no_sign" for effect in effects]) <= limit
    assert np.mean([not effect.share.low <= 0 <= effect.share.high for effect in effects]) <= limit
    assert (
        np.mean([effect.money is not None and not effect.money.low <= 0 <= effect.money.high for effect in effects])
        <= limit
    )


@RUNS
def test_a_true_effect_is_found_without_bias_and_lies_in_its_interval(runs: int) -> None:
    played = [simulated(0.1, (0.5, 0.5), seed) for seed in range(runs)]
    shares = [(effect.share, truth) for effect, truth, _ in played]
    money = [(effect.money, truth) for effect, _, truth in played if effect.money]
    for found in (shares, money):
        middle = np.array([span.middle - truth for span, truth in found])
        assert abs(middle.mean()) < 4 * middle.std() / np.sqrt(runs)
        covered = np.mean([span.low <= truth <= span.high for span, truth in found])
        assert covered >= 0.95 - 4 * np.sqrt(0.05 * 0.95 / runs)
    assert np.mean([effect.verdict == "worked" for effect, _, _ in played]) > 0.7
