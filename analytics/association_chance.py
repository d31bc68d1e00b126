"""Which rules are beyond chance, and how often products must be bought together before any can be.

Each rule by Fisher's exact test, one-sided, against independence and against each rule that is one item shorter, at
levels that allow for all rules that could have been tried: Webb 2007, "Discovering significant patterns", and 2008,
"Layered critical values"; surveyed by Hämäläinen & Webb 2019, "A tutorial on statistically sound pattern discovery".
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from analytics.association import Floats, Ints, Mask, Rules, as_count
from analytics.association_sizes import Sizes, pack, sizes_of
from analytics.baskets import Baskets

ALPHA = 0.05
FEWEST = 5
# What basket sizes bring together follows a model. In shops filled in other ways without looking, the most popular
# products meet up to 8 % more often than it says: so much is never told from chance, however many baskets there are.
LEEWAY = 1.1


@dataclass(frozen=True)
class Evidence:
    """What speaks for each rule (r,): logarithms of chances, of the level they must not exceed, and `real`, the verdict.

    `fisher` is that of as many baskets with both or more under independence; `improvement` the largest of those
    against the rules one item shorter (for a single item on the left there is none: the same as `fisher`), looked at up
    to the first above the level; `sized` is the largest of all these allowing for basket sizes, and a tenth more.
    `expected` is in how many baskets both would be together by chance, given the basket sizes and what the shorter
    rules give. Where one test has failed, the later ones are not made: 0 and NaN.
    """

    fisher: Floats
    improvement: Floats
    sized: Floats
    level: Floats
    expected: Floats

    def take(self, chosen: Mask | Ints) -> Evidence:
        """That of these rules, by mask or in that order."""
        return Evidence(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @property
    def real(self) -> Mask:
        worst: Floats = np.maximum(np.maximum(self.fisher, self.improvement), self.sized)
        return worst <= self.level


def log_tail(both: Ints, one: Ints, other: Ints, n: Ints | int) -> Floats:
    """ln P(X >= both), X hypergeometric: of n baskets, `one` have the one thing and `other` the other.

    The first term by log-gamma, the rest by ratios of neighbouring terms, from the side on which they fall: exact.
    """
    from scipy.special import gammaln

    both, one, other, total = np.broadcast_arrays(*(np.asarray(x, np.int64) for x in (both, one, other, n)))
    upper = both > one * other / np.maximum(total, 1)
    at = np.where(upper, both, both - 1)
    inside = (at >= np.maximum(0, one + other - total)) & (at <= np.minimum(one, other))
    result = np.where(upper, -np.inf, 0.0)
    at, one, other, total = at[inside], one[inside], other[inside], total[inside]
    largest = int(total.max(initial=0)) + 2
    # Looked up where there are more rules than baskets.
    ready = gammaln(np.arange(largest + 1.0)) if largest < 9 * len(at) else None

    def factorial(x: Ints) -> Floats:
        return gammaln(x + 1.0) if ready is None else ready[x + 1]

    first = (
        (factorial(one) - factorial(at) - factorial(one - at))
        + (factorial(total - one) - factorial(other - at) - factorial(total - one - other + at))
        - (factorial(total) - factorial(other) - factorial(total - other))
    )
    tail = first + np.log(_series(at, one, other, total, upper[inside]))
    below = np.log1p(-np.exp(np.minimum(tail, -1e-12)))
    result[inside] = np.where(upper[inside], np.minimum(tail, 0), below)
    return result


def log_bounded_tail(both: Ints, most: npt.NDArray[np.number], expected: Floats) -> Floats:
    """A bound of ln P(X >= both), X a sum of `most` independent yes-or-no draws of any chances, `expected` on average.

    Equal chances make the tail longest (Hoeffding 1956, "On the distribution of the number of successes in independent
    trials", theorem 4); a hypergeometric number is such a sum, too (Vatutin & Mikhailov 1982).
    """
    from scipy.special import betainc

    share = np.clip(expected / np.maximum(most, 1), 0, 1)
    low = both < expected + 1
    tail = np.where(low, 1.0, betainc(np.maximum(both, 1), np.maximum(most - both + 1, 1e-9), share))
    return np.log(np.maximum(tail, 1e-300))


def log_level(length: Ints, items: int, alpha: float = ALPHA) -> Floats:
    """The logarithm of the level for a rule with `length` items on the left, one of all that `items` items allow.

    Layer L has half as much of alpha as the one before it, spread evenly over its rules (Webb 2008, section 3.2, with
    halves in place of equal parts, so that nobody needs to know the longest rule beforehand): alpha 2^-L / S_L, where
    S_L = m C(m - 1, L). A rule of two single items and its reverse are one test, so that S_1 = C(m, 2).
    """
    from scipy.special import gammaln

    m, size = max(items, 2), np.minimum(np.asarray(length, float), max(items - 1, 1))
    rules_of = np.log(m) + gammaln(m) - gammaln(size + 1) - gammaln(m - size)
    rules_of = np.where(size == 1, rules_of - np.log(2), rules_of)
    level: Floats = np.log(alpha) - np.asarray(length) * np.log(2) - rules_of
    return level


def evidence(baskets: Baskets, found: Rules, alpha: float = ALPHA) -> Evidence:
    """What speaks for each rule beyond chance; the rules may be a choice from all of the itemsets'.

    Could have been tried: every rule of the items that are frequent by themselves, whether its items were ever bought
    together or not. That number follows from how often each item is bought, which chance is not asked about.
    """
    items = int((found.lattice.size == 1).sum())
    level = log_level(found.length, items, alpha)
    fisher = log_tail(found.count, found.antecedent_count, found.consequent_count, found.baskets)
    improvement, sized, expected = fisher.copy(), np.zeros(len(found)), np.full(len(found), np.nan)
    law = sizes_of(baskets)
    for length in range(1, int(found.length.max(initial=0)) + 1):
        rows = np.flatnonzero((found.length == length) & (fisher <= level))
        if length > 1 and len(rows):
            improvement[rows] = _improvement(found, rows, level[rows], length)
            rows = rows[improvement[rows] <= level[rows]]
        if len(rows):
            sized[rows], expected[rows] = _sized(baskets, law, found, rows, length)
    return Evidence(fisher, improvement, sized, level, expected)


def minimum_count(baskets: Baskets, asked: Fraction | float | str | None = None, alpha: float = ALPHA) -> int:
    """In how many baskets a set must be to be looked at: as `asked` (a count, or a share below 1), or from the data.

    From the data: the smallest k, at least 5, at which two typical items that k baskets have together would be beyond
    chance among all pairs. Typical is the median number of baskets among the items that are in k or more, and all
    pairs are theirs (Hämäläinen & Webb 2019, section 5: rules that could never be significant need not be counted).
    """
    if asked is not None:
        return as_count(asked, len(baskets))
    counts = np.sort(baskets.counts)
    tried = np.arange(FEWEST, max(FEWEST, len(baskets)) + 1)
    frequent = len(counts) - np.searchsorted(counts, tried)
    tried, frequent = tried[frequent >= 2], frequent[frequent >= 2]
    if not len(tried):
        return FEWEST
    typical = counts[len(counts) - (frequent + 1) // 2]
    reached = log_tail(tried, typical, typical, len(baskets)) <= _level_of_pairs(frequent, alpha)
    return int(tried[np.argmax(reached)]) if reached.any() else FEWEST


def _level_of_pairs(items: Ints, alpha: float) -> Floats:
    level: Floats = np.log(alpha / 2) - np.log(items * (items - 1) / 2)
    return level


def _series(at: Ints, one_of: Ints, other_of: Ints, total: Ints, up: Mask) -> Floats:
    """The sum of the terms from `at` outwards, over the first."""
    x, one, other = at.astype(float), one_of.astype(float), other_of.astype(float)
    rest = total - one - other
    sum_of, term = np.ones(len(at)), np.ones(len(at))
    active = np.arange(len(at))
    while len(active):
        for _ in range(8):
            ratio = np.where(
                up,
                (one - x) * (other - x) / np.maximum((x + 1) * (rest + x + 1), 1),
                x * (rest + x) / np.maximum((one - x + 1) * (other - x + 1), 1),
            )
            term = term * np.maximum(ratio, 0)
            sum_of[active] += term
            x = x + np.where(up, 1, -1)
        going = term > 1e-17 * sum_of[active]
        active, term, x, up = active[going], term[going], x[going], up[going]
        one, other, rest = one[going], other[going], rest[going]
    return sum_of


def _shorter(found: Rules, rows: Ints, length: int) -> tuple[Ints, Ints]:
    """For rules with `length` items on the left: the whole, and the antecedent, without each of those, (rows, length)."""
    whole, antecedent = found.whole[rows], found.antecedent[rows]
    members = found.lattice.members(whole, length + 1)
    without = found.lattice.left(whole, length + 1)
    others = without[members != found.consequent[rows][:, None]].reshape(len(rows), length)
    return others, found.lattice.left(antecedent, length)


def _improvement(found: Rules, rows: Ints, level: Floats, length: int) -> Floats:
    """The largest of the chances that an item on the left adds nothing, given the others; up to the first above the level."""
    support = found.lattice.support
    others, bases = _shorter(found, rows, length)
    worst, going = np.full(len(rows), -np.inf), np.arange(len(rows))
    for column in range(length):
        some = rows[going]
        other, base = support[others[going, column]], support[bases[going, column]]
        chance = log_tail(found.count[some], found.antecedent_count[some], other, base)
        worst[going] = np.maximum(worst[going], chance)
        going = going[chance <= level[going]]
    return worst


def _sized(baskets: Baskets, law: Sizes, found: Rules, rows: Ints, length: int) -> tuple[Floats, Floats]:
    """The largest chance, and number expected together, allowing for basket sizes."""
    count, one, right = found.count[rows], found.antecedent_count[rows], found.consequent_count[rows]
    if length == 1:
        expected = law.pairs(one, right)
        return log_bounded_tail(count, np.minimum(one, right), LEEWAY * expected), expected
    support, lattice = found.lattice.support, found.lattice
    others, bases = _shorter(found, rows, length)
    sets, which = np.unique(bases, return_inverse=True)
    antecedents, of_rule = np.unique(found.antecedent[rows], return_inverse=True)
    shorter, longer = lattice.members(sets, length - 1), lattice.members(antecedents, length)
    bits = pack(baskets, law.of, np.unique(longer))
    by_class = bits.count(shorter)
    margins, margin = np.unique(right, return_inverse=True)
    alone = law.alone(margins, np.broadcast_to(law.baskets, (len(margins), len(law.baskets))))
    expected = (bits.count(longer)[of_rule] * alone[margin]).sum(axis=1)
    chance = log_bounded_tail(count, np.minimum(one, right), LEEWAY * expected)
    for column in range(length):
        other = support[others[:, column]]
        together = law.within(by_class[which.reshape(bases.shape)[:, column]], one, other)
        chance = np.maximum(chance, log_bounded_tail(count, np.minimum(one, other), LEEWAY * together))
        expected = np.maximum(expected, together)
    return chance, expected
