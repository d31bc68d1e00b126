from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.proportions import (
    chance_of,
    clopper_pearson,
    fisher,
    koopman,
    mantel_haenszel,
    miettinen_nurminen,
    newcombe,
    pooled_z,
    rate_interval,
    sample_ratio,
    wilson,
    yates,
)
from analytics.samples import Share
from tests.analytics.golden import case

shares = st.integers(1, 400).flatmap(lambda n: st.builds(Share, st.just(n), st.integers(0, n)))


def test_cookie_cats() -> None:
    inputs, expected = case("ab_proportions", "ab.prop.cookiecats.ret1")
    a, b = Share(inputs["n_a"], inputs["successes_a"]), Share(inputs["n_b"], inputs["successes_b"])
    found = pooled_z(a, b)
    assert found.difference == pytest.approx(expected["diff"], rel=1e-6)
    assert found.z == pytest.approx(expected["z"], rel=1e-6)
    assert found.chance == pytest.approx(expected["p_value"], rel=1e-6)
    interval = newcombe(a, b)
    assert [interval.low, interval.high] == pytest.approx(expected["ci_newcombe"], abs=1e-9)


def test_yates_as_others_have_it_on() -> None:
    inputs, expected = case("ab_proportions", "ab.chi.cookiecats_yates")
    a, b = (Share(sum(row), row[0]) for row in inputs["table"])
    chi2, chance = yates(a, b)
    assert chi2 == pytest.approx(expected["chi2"], rel=1e-6)
    assert chance == pytest.approx(expected["p_value"], rel=1e-6)


def test_the_lady_tasting_tea() -> None:
    inputs, expected = case("ab_proportions", "ab.fisher.tea")
    first, second = (Share(sum(row), row[0]) for row in inputs["table"])
    assert fisher(first, second, inputs["alternative"]) == pytest.approx(expected["p_value"], rel=1e-9)
    assert fisher(Share(4, 3), Share(4, 1), "greater") == pytest.approx(17 / 70)
    assert fisher(Share(4, 3), Share(4, 1)) == pytest.approx(34 / 70)


def test_small_counts_get_the_exact_chance() -> None:
    a, b = Share(34, 1), Share(34, 7)
    assert pooled_z(a, b).chance == pytest.approx(0.024, abs=1e-3)
    assert chance_of(a, b) == pytest.approx(0.054, abs=1e-3)
    assert chance_of(Share(1000, 50), Share(1000, 65)) == pooled_z(Share(1000, 50), Share(1000, 65)).chance


def test_published_intervals() -> None:
    none = wilson(Share(20, 0))
    assert none.low == 0
    assert none.high == pytest.approx(0.1611, abs=1e-4)
    # Newcombe (1998), table II, (g): 10 of 10 against 0 of 20.
    far = newcombe(Share(20, 0), Share(10, 10))
    assert [far.low, far.high] == pytest.approx([0.6791, 1], abs=2e-4)
    # The same, (a): 56 of 70 against 48 of 80, by Newcombe's method 10 and by Mee's without the factor N / (N - 1).
    usual = newcombe(Share(80, 48), Share(70, 56))
    assert [usual.low, usual.high] == pytest.approx([0.0524, 0.3339], abs=1e-4)
    score = miettinen_nurminen(Share(80, 48), Share(70, 56))
    assert [score.low, score.high] == pytest.approx([0.0528, 0.3382], abs=1e-3)
    # Koopman (1984): 36 of 40 against 16 of 80, ratio 4.5.
    ratio = koopman(Share(80, 16), Share(40, 36))
    assert [ratio.low, ratio.high] == pytest.approx([2.94, 7.15], abs=0.01)


def test_published_intervals_of_the_reference() -> None:
    inputs, expected = case("ab_proportions", "ab.wilson.0_20")
    one = wilson(Share(inputs["n"], inputs["successes"]), inputs["confidence"])
    assert [one.low, one.high] == pytest.approx([expected["low"], expected["high"]], abs=1e-4)
    inputs, expected = case("ab_proportions", "ab.newcombe.10_10_vs_0_20")
    second, first = (Share(inputs[f"n_{side}"], inputs[f"successes_{side}"]) for side in (2, 1))
    two = newcombe(second, first, inputs["confidence"])
    assert [two.low, two.high] == pytest.approx([expected["low"], expected["high"]], abs=2e-4)


def test_the_exact_interval() -> None:
    # Clopper & Pearson's by hand: nobody of ten is below 1 - 0.025^(1/10).
    assert clopper_pearson(Share(10, 0)).low == 0
    assert clopper_pearson(Share(10, 0)).high == pytest.approx(1 - 0.025**0.1)
    assert clopper_pearson(Share(10, 10)).low == pytest.approx(0.025**0.1)
    # Newcombe (1998), table I: 81 of 263 and 1 of 29.
    usual = clopper_pearson(Share(263, 81))
    assert [usual.low, usual.high] == pytest.approx([0.2527, 0.3676], abs=1e-4)
    rare = clopper_pearson(Share(29, 1))
    assert [rare.low, rare.high] == pytest.approx([0.0009, 0.1776], abs=1e-4)


@settings(deadline=None)
@given(shares)
def test_one_rate_seen_from_the_other_end(share: Share) -> None:
    for method in (wilson, clopper_pearson, rate_interval):
        found, mirrored = method(share), method(Share(share.n, share.failures))
        assert [found.low, found.high] == pytest.approx([1 - mirrored.high, 1 - mirrored.low], abs=1e-9)
        assert -1e-12 <= found.low <= share.rate <= found.high <= 1 + 1e-12


def test_rare_successes_are_covered_as_well() -> None:
    """Wilson's own interval holds in 84% of shops in which one in a hundred of 20 people buys."""
    for n in (20, 50, 200):
        ends = [rate_interval(Share(n, yes)) for yes in range(n + 1)]
        for rate in (0.17 / n, 0.5 / n, 1.2 / n, 3 / n, 0.1, 0.3):
            assert sum(p for p, end in zip(binomial(n, rate).tolist(), ends, strict=True) if rate in end) >= 0.93
    assert rate_interval(Share(200, 40)) == wilson(Share(200, 40))


@settings(deadline=None)
@given(st.integers(2, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1), st.integers(0, n))))
def test_one_more_success_moves_everything_up(counts: tuple[int, int, int]) -> None:
    n, did, other = counts
    a, b, more = Share(n, other), Share(n, did), Share(n, did + 1)
    for method in (newcombe, miettinen_nurminen):
        fewer, greater = method(a, b), method(a, more)
        assert greater.low > fewer.low
        assert greater.high >= fewer.high
    assert pooled_z(a, more).z >= pooled_z(a, b).z


@settings(deadline=None)
@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=6))
def test_the_order_of_versions_does_not_touch_their_split(counts: list[int]) -> None:
    planned = [1.0 + number for number in range(len(counts))]
    there, back = sample_ratio(counts, planned), sample_ratio(counts[::-1], planned[::-1])
    assert there.chance == pytest.approx(back.chance, rel=1e-9)


@settings(deadline=None)
@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=4))
def test_strata_seen_from_the_other_side(strata: list[tuple[Share, Share]]) -> None:
    there, back = mantel_haenszel(strata), mantel_haenszel([(b, a) for a, b in strata])
    assert there.chance == pytest.approx(back.chance)
    assert there.reversed == back.reversed
    if 0 < there.odds_ratio < math.inf:
        assert there.odds_ratio == pytest.approx(1 / back.odds_ratio)


def test_ratio_with_nobody() -> None:
    assert koopman(Share(34, 0), Share(34, 0)) == koopman(Share(5, 0), Share(7, 0))
    assert koopman(Share(34, 0), Share(34, 7)).high == math.inf
    assert koopman(Share(34, 0), Share(34, 7)).low > 1
    assert koopman(Share(34, 7), Share(34, 0)).low == 0
    assert koopman(Share(34, 7), Share(34, 0)).high < 1


@settings(deadline=None)
@given(shares, shares)
def test_the_other_way_around_is_the_mirror_image(a: Share, b: Share) -> None:
    for method in (newcombe, miettinen_nurminen):
        there, back = method(a, b), method(b, a).flipped
        assert there.low == pytest.approx(back.low, abs=1e-9)
        assert there.high == pytest.approx(back.high, abs=1e-9)
        assert there.low - 1e-9 <= b.rate - a.rate <= there.high + 1e-9
    assert pooled_z(a, b).z == pytest.approx(-pooled_z(b, a).z)
    if a.successes and b.successes:
        ratio, inverse = koopman(a, b), koopman(b, a)
        assert ratio.low == pytest.approx(1 / inverse.high, rel=1e-5)
        assert ratio.low <= b.rate / a.rate * (1 + 1e-9)


def test_a_billion_people() -> None:
    a, b = Share(10**9, 10**7), Share(10**9, 10**7 + 20_000)
    for interval in (newcombe(a, b), miettinen_nurminen(a, b)):
        assert interval.low == pytest.approx(1.1274e-5, rel=1e-3)
        assert interval.high == pytest.approx(2.8726e-5, rel=1e-3)
    assert chance_of(a, b) == pytest.approx(7e-6, rel=0.1)


def test_split_checks() -> None:
    inputs, expected = case("ab_srm", "ab.srm.600_400")
    found = sample_ratio(inputs["counts"], inputs["expected_ratio"])
    assert found.chi2 == pytest.approx(expected["chi2"])
    assert found.chance == pytest.approx(expected["p_value"], rel=1e-6)
    assert found.alarm
    assert sample_ratio([821_588, 815_482], [1, 1]).chance == pytest.approx(1.8e-6, rel=0.05)
    assert not sample_ratio([700, 300], [7, 3]).mention


def test_split_alarms_are_rare_and_see_a_leak() -> None:
    random = np.random.default_rng(7)
    even = random.binomial(10_000, 0.5, 4000)
    assert np.mean([sample_ratio([n, 10_000 - n], [1, 1]).alarm for n in even.tolist()]) <= 0.002
    leaky = random.binomial(400_000, 0.505, 400)
    assert np.mean([sample_ratio([n, 400_000 - n], [1, 1]).alarm for n in leaky.tolist()]) > 0.95


def test_simpson_and_the_kidney_stones() -> None:
    inputs, expected = case("ab_proportions", "ab.simpson.kidney")
    # The odds of A over B: the first row is the one that is asked about.
    strata = [(Share(sum(low), low[0]), Share(sum(high), high[0])) for high, low in inputs["tables"]]
    found = mantel_haenszel(strata)
    assert found.odds_ratio == pytest.approx(expected["pooled_odds_ratio"], rel=1e-5)
    assert found.reversed is expected["reversal"]


def binomial(n: int, rate: float) -> np.ndarray:
    from scipy.stats import binom

    return np.asarray(binom.pmf(np.arange(n + 1), n, rate))


def coverage(method: str, n: tuple[int, int], rates: tuple[float, float]) -> float:
    """By enumeration of all outcomes that are not rarer than one in a million."""
    chances = [binomial(people, rate) for people, rate in zip(n, rates, strict=True)]
    likely = [np.flatnonzero(chance > 1e-6).tolist() for chance in chances]
    find = {"newcombe": newcombe, "score": miettinen_nurminen, "ratio": koopman}[method]
    true = rates[1] / rates[0] if method == "ratio" else rates[1] - rates[0]
    return sum(
        float(chances[0][one] * chances[1][two])
        for one, two in product(*likely)
        if true in find(Share(n[0], one), Share(n[1], two))
    )


@pytest.mark.parametrize(
    ("n", "rates"),
    [
        ((100, 100), (0.1, 0.1)),
        ((100, 100), (0.1, 0.2)),
        ((200, 100), (0.1, 0.15)),
        ((100, 100), (0.3, 0.5)),
        ((60, 40), (0.5, 0.5)),
        ((400, 400), (0.03, 0.05)),
        ((250, 250), (0.05, 0.08)),
    ],
)
def test_the_difference_is_covered_where_ten_are_expected(n: tuple[int, int], rates: tuple[float, float]) -> None:
    assert 0.93 <= coverage("newcombe", n, rates) <= 0.97


@pytest.mark.parametrize(
    ("n", "rates"),
    [((50, 50), (0.05, 0.05)), ((100, 100), (0.02, 0.05)), ((40, 40), (0.02, 0.1)), ((30, 60), (0.1, 0.1))],
)
def test_the_difference_is_covered_where_few_are_expected(n: tuple[int, int], rates: tuple[float, float]) -> None:
    assert coverage("newcombe", n, rates) >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize("n", [(30, 30), (60, 40), (100, 100), (150, 50), (200, 200)])
def test_coverage_over_a_grid(n: tuple[int, int]) -> None:
    grid = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5)
    for rates in product(grid, grid):
        expected = min(people * rate for people, rate in zip(n, rates, strict=True))
        covered = coverage("newcombe", n, rates)
        assert covered >= 0.93, (n, rates, covered)
        assert expected < 10 or covered <= 0.97, (n, rates, covered)


@pytest.mark.slow
@pytest.mark.parametrize("rates", [(0.1, 0.1), (0.1, 0.2), (0.3, 0.5)])
def test_the_ratio_is_covered(rates: tuple[float, float]) -> None:
    assert 0.93 <= coverage("ratio", (100, 100), rates) <= 0.97
    assert 0.93 <= coverage("score", (100, 100), rates) <= 0.97
