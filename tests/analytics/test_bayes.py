from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.bayes import believe, believe_counts, believe_means, larger, weak_prior
from analytics.samples import Share
from tests.analytics.golden import case


def test_cookie_cats() -> None:
    inputs, expected = case("ab_bayes", "ab.bayes.cookiecats1")
    a, b = Share(inputs["n_a"], inputs["successes_a"]), Share(inputs["n_b"], inputs["successes_b"])
    found = believe([a, b])
    assert found.best[1] == pytest.approx(expected["prob_b_better"], abs=1e-8)
    assert found.losses[1] == pytest.approx(expected["expected_loss_choose_b"], rel=1e-6)
    assert found.losses[0] == pytest.approx(expected["expected_loss_choose_a"], rel=1e-6)
    assert found.means[1] - found.means[0] == pytest.approx(expected["posterior_mean_difference"], abs=1e-9)


def test_best_of_three() -> None:
    inputs, expected = case("ab_bayes", "ab.bayes.best_of_3b")
    found = believe([Share(n, yes) for n, yes in zip(inputs["n"], inputs["successes"], strict=True)])
    assert found.best == pytest.approx(expected["prob_best"], abs=1e-8)


def test_by_hand() -> None:
    # Beta(2, 1) against Beta(1, 2): 1 - integral of 2 x (1 - x)^2 = 5/6, and E[(A - B)+] = integral of x^2 (1 - x)^2.
    found = believe([Share(1, 0), Share(1, 1)])
    assert found.best[1] == pytest.approx(5 / 6)
    assert found.losses[1] == pytest.approx(1 / 30)
    assert found.losses[0] == pytest.approx(1 / 30 + 1 / 3)
    # Nobody yet: two uniform rates differ by a third on average, half of it each way.
    assert believe_counts([0, 0], [0, 0]).losses == pytest.approx((1 / 6, 1 / 6))


def test_the_closed_form() -> None:
    """Evan Miller's sum: P(B > A) over i of B(a_A + i, b_A + b_B) / ((b_B + i) B(1 + i, b_B) B(a_A, b_A))."""
    from scipy.special import betaln

    a, b = Share(120, 9), Share(90, 11)
    one, two = (1 + a.successes, 1 + a.failures), (1 + b.successes, 1 + b.failures)
    i = np.arange(two[0])
    terms = betaln(one[0] + i, one[1] + two[1]) - np.log(two[1] + i) - betaln(1 + i, two[1]) - betaln(*one)
    assert believe([a, b]).best[1] == pytest.approx(np.exp(terms).sum(), rel=1e-9)


shares = st.integers(1, 10_000).flatmap(lambda n: st.builds(Share, st.just(n), st.integers(0, n)))


@settings(deadline=None)
@given(st.lists(shares, min_size=2, max_size=4), st.sampled_from([(1.0, 1.0), (0.5, 0.5), (2.0, 38.0)]))
def test_what_any_belief_obeys(told: list[Share], prior: tuple[float, float]) -> None:
    found, backwards = believe(told, prior), believe(told[::-1], prior)
    assert sum(found.best) == pytest.approx(1)
    assert found.best == pytest.approx(backwards.best[::-1], abs=1e-9)
    # The mean of the largest is one number, whichever version it is counted from.
    largest = [mean + loss for mean, loss in zip(found.means, found.losses, strict=True)]
    assert largest == pytest.approx([largest[0]] * len(told), abs=1e-9)


@settings(deadline=None)
@given(st.lists(shares.filter(lambda share: share.failures > 0), min_size=2, max_size=4))
def test_one_more_success_is_believed_in(told: list[Share]) -> None:
    better = [Share(told[0].n, told[0].successes + 1), *told[1:]]
    before, after = believe(told), believe(better)
    assert after.best[0] >= before.best[0] - 1e-9
    assert after.losses[0] <= before.losses[0] + 1e-12


def test_beliefs_come_true() -> None:
    """Of the versions believed the best with some chance, that share are, where rates are drawn from the prior."""
    random, told, right = np.random.default_rng(72), 0.0, 0
    for rates in random.beta(1, 1, (400, 3)):
        found = believe([Share(40, int(random.binomial(40, rate))) for rate in rates])
        told += max(found.best)
        right += int(np.argmax(found.best)) == rates.argmax()
    assert right / 400 == pytest.approx(told / 400, abs=0.05)


def test_very_unequal_numbers_of_people() -> None:
    found = believe([Share(10**9, 10**7), Share(100, 2)])
    # The first rate is as good as known: the second's own distribution at 1%.
    from scipy.special import betaincc

    assert found.best[1] == pytest.approx(betaincc(3, 99, 0.01), rel=1e-4)


def test_a_prior_from_the_shops_history() -> None:
    one, two = weak_prior(Share(5000, 100))
    assert one + two == 20
    assert one / (one + two) == pytest.approx(0.02, rel=0.02)
    assert sum(weak_prior(Share(3, 0))) == pytest.approx(3)


def test_money() -> None:
    assert larger(0, 0) == 0.5
    assert larger(1, 0) == 1
    assert larger(1.96, 1) == pytest.approx(0.975, abs=1e-4)


def test_means_are_weighed_as_normal() -> None:
    found = believe_means([10.0, 10.5], [0.3, 0.4])
    assert found.best[1] == pytest.approx(larger(0.5, 0.5), abs=1e-9)
    # E[max(0, A - B)] of a normal difference with mean 0.5 and deviation 0.5.
    assert found.losses[1] == pytest.approx(0.5 * (0.24197 - 0.15866), abs=1e-5)
    assert found.losses[0] == pytest.approx(found.losses[1] + 0.5, abs=1e-9)
    three = believe_means([1.0, 1.0, 1.0], [0.2, 0.2, 0.2])
    assert three.best == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    sharp = believe_means([0.0, 5.0, 1e6], [0.0, 0.0, 1.0])
    assert sharp.best == pytest.approx((0, 0, 1), abs=1e-6)
