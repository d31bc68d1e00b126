from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analytics.anytime import joint_evidence, log_evidence
from analytics.readout import Arm, Reading
from analytics.repeats import Together, together
from analytics.samples import Share
from analytics.trials import HOLDOUT


def reading(number: int, held: tuple[int, int], *sent: tuple[int, int]) -> Reading:
    """A decided test: (people, buyers) of those held back and of each version."""
    names = (HOLDOUT, *"ABC"[: len(sent)])
    arms = tuple(Arm(name, n, k, 0.0) for name, (n, k) in zip(names, (held, *sent), strict=True))
    return Reading(number, "split", "all", date(2026, 3, 1), 14, None, True, None, arms, "no_sign")


def test_one_test_has_nothing_to_be_added_to() -> None:
    assert together([]) is None
    assert together([reading(1, (16, 2), (62, 7))]) is None


def test_small_tests_prove_together_what_none_does_alone() -> None:
    each, pair = reading(1, (60, 2), (60, 12)), (Share(60, 2), Share(60, 12))
    assert log_evidence(*pair) < math.log(20) < joint_evidence([pair] * 3)
    assert joint_evidence([pair]) == pytest.approx(log_evidence(*pair))
    # Split alike, several are as one that goes on.
    assert joint_evidence([pair] * 3) == pytest.approx(log_evidence(Share(180, 6), Share(180, 36)))
    found = together([replace(each, number=number) for number in (1, 3, 4)])
    assert found == Together((1, 3, 4), Share(180, 6), Share(180, 36), "worked")
    assert found.others == (1, 3)
    turned = reading(1, (60, 12), (60, 2))
    assert together([turned] * 3) == Together((1, 1, 1), Share(180, 36), Share(180, 6), "harmed")
    assert together([each, turned]) == Together((1, 1), Share(120, 14), Share(120, 14), "no_sign")


def test_all_messages_are_taken_together() -> None:
    found = together([reading(1, (20, 1), (30, 4), (30, 5)), reading(2, (10, 0), (40, 3))])
    assert found == Together((1, 2), Share(30, 1), Share(100, 12), "no_sign")


def test_a_test_that_held_back_more_is_weighed_for_itself() -> None:
    """Where few buy most are held back, so the sums point the other way; within either test the message did good."""
    slow, busy = reading(1, (900, 18), (100, 8)), reading(2, (100, 40), (900, 540))
    assert together([slow, busy, slow, busy]) == Together((1, 2, 1, 2), Share(2000, 116), Share(2000, 1096), "worked")
    slow, busy = reading(1, (100, 2), (900, 63)), reading(2, (900, 450), (100, 65))
    found = together([slow, busy] * 2)
    assert found is not None
    assert found.held.rate > found.written.rate
    assert found.verdict == "worked"


@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_going_on_until_something_shows_finds_nothing_where_nothing_is(rate: float) -> None:
    """Eight tests one after the other, looked at after each: with a test of 5% for each, one in three would be a find."""
    dice, found, runs = np.random.default_rng(3), 0, 300
    for _ in range(runs):
        told: list[Reading] = []
        for number in range(8):
            held, sent = dice.binomial(20, rate), dice.binomial(80, rate)
            told.append(reading(number, (20, int(held)), (80, int(sent))))
            both = together(told)
            if both is not None and both.verdict != "no_sign":
                found += 1
                break
    assert found <= 0.05 * runs
