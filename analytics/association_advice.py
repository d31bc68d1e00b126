"""From rules to advice: which to show first, what they may bring at most, what to leave out, whom to offer what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.association import Floats, Ints, Mask, Rules
from analytics.association_chance import FEWEST, Evidence
from analytics.association_sizes import pack
from analytics.baskets import Baskets

SURE = 0.95
FOLLOW = 0.1
NEARLY_ALL = 0.5
PULL = 1.2
FAR = 4.0


@dataclass(frozen=True)
class Worth:
    """What each rule stands for (r,): lower limits of what it is, and an upper bound of what it may bring.

    `confidence` and `lift` are 95 % one-sided lower limits; `extra` is in how many baskets at least both are together
    beyond chance, given the basket sizes. `missing` baskets have the antecedent without the consequent. If the share
    `follow` of them followed, `units` more of the consequent would be sold a month and `money` taken: at most, as those
    who would have bought it anyway are among them. `money` is NaN where the price is unknown.
    """

    confidence: Floats
    lift: Floats
    extra: Floats
    missing: Ints
    follow: float
    units: Floats
    money: Floats


@dataclass(frozen=True)
class Offers:
    """For each customer (n,) the rule whose consequent to offer and that item, -1 where there is none.

    `again` marks those who have it already, as a product that people buy again.
    """

    rule: Ints
    item: Ints
    again: Mask


def lower_limit(count: Ints, of: Ints, sure: float = SURE) -> Floats:
    """The one-sided lower limit of a share (Clopper & Pearson 1934)."""
    from scipy.special import betaincinv

    limit = betaincinv(np.maximum(count, 1), of - count + 1, 1 - sure)
    return np.where(count > 0, limit, 0.0)


def worth(found: Rules, proof: Evidence, months: float, price: Floats | None = None, follow: float = FOLLOW) -> Worth:
    """What the rules stand for; the baskets are of so many `months`, `price` (items,) is that of one unit of each item."""
    confidence = lower_limit(found.count, found.antecedent_count)
    share = found.consequent_count / max(found.baskets, 1)
    by_chance = found.antecedent_count * share
    expected: Floats = np.where(np.isnan(proof.expected), by_chance, np.maximum(proof.expected, by_chance))
    missing = found.antecedent_count - found.count
    each: Floats = np.full(len(found), np.nan) if price is None else price[found.consequent]
    extra: Floats = found.antecedent_count * confidence - expected
    units: Floats = follow * missing.astype(np.float64) / months
    return Worth(confidence, confidence / share, extra, missing, follow, units, units * each)


def best_first(found: Rules, proof: Evidence, value: Worth, price: Floats | None = None) -> Ints:
    """The rules beyond chance in the order to show them: of a set of items one, and no product again and again.

    By the lower limit of the co-purchases beyond chance, times the consequent's price where prices are known (an unknown
    one counts as the median). Of a set the rule where an offer moves most: what nearly all of them take anyway, or hardly
    anybody does, brings little (the same nudge moves a share c by c(1 - c) on the logistic scale, again times the price).
    A rule one of whose products was already in k better ones comes after all those with fewer such.
    """
    each: Floats = np.ones(len(found)) if price is None else _prices(price)[found.consequent]
    score = value.extra * each
    rows = np.flatnonzero(proof.real & (value.extra > 0))
    moved = (found.confidence * (1 - found.confidence) * each).round(12)[rows]
    rows = rows[np.lexsort((found.consequent[rows], -score[rows], -moved, found.whole[rows]))]
    rows = rows[np.unique(found.whole[rows], return_index=True)[1]]
    rows = rows[np.lexsort((found.consequent[rows], -found.lift[rows], -value.confidence[rows], -score[rows]))]
    often: dict[int, int] = {}
    turn = np.zeros(len(rows), np.int64)
    for place, rule in enumerate(rows.tolist()):
        items = (*found.items_of(rule), int(found.consequent[rule]))
        turn[place] = max(often.get(item, 0) for item in items)
        often.update({item: often.get(item, 0) + 1 for item in items})
    return rows[np.argsort(turn, kind="stable")]


def ubiquitous(baskets: Baskets, no_products: Mask | None = None) -> Mask:
    """Which items (items,) say nothing about the others: bags, postage, and whatever is no product.

    In more than half of the baskets, and with no other item credibly more often than 1.2 times that (Wilson's lower
    limit at four standard errors, as there are many others). More than 2 is not possible for such an item anyway.
    """
    counts, n = baskets.counts, max(len(baskets), 1)
    found = np.zeros(baskets.items, bool) if no_products is None else no_products.copy()
    basket = np.repeat(np.arange(len(baskets)), baskets.sizes)
    for item in np.flatnonzero((counts > NEARLY_ALL * n) & ~found):
        inside = np.zeros(len(baskets), bool)
        inside[basket[baskets.item == item]] = True
        together = np.bincount(baskets.item[inside[basket]], minlength=baskets.items)
        others = counts >= FEWEST
        others[item] = False
        size, share = counts[others], together[others] / counts[others]
        middle = share + FAR**2 / (2 * size)
        lower = (middle - FAR * np.sqrt(share * (1 - share) / size + (FAR / (2 * size)) ** 2)) / (1 + FAR**2 / size)
        found[item] = bool(others.any() and (lower <= PULL * counts[item] / n).all())
    return found


def best_missing(owned: Baskets, found: Rules, score: Floats | None = None, rebought: Mask | None = None) -> Offers:
    """The best partner product that each customer lacks, `owned` being one basket a customer of all they ever bought.

    Best is the rule with the highest `score` (r,), by default the lower limit of its confidence. What they have is not
    offered, unless it is `rebought` (items,).
    """
    ranks = lower_limit(found.count, found.antecedent_count) if score is None else score
    order = np.lexsort((found.consequent, -found.lift, -found.count, -ranks))
    customer = np.repeat(np.arange(len(owned)), owned.sizes)[np.argsort(owned.item, kind="stable")]
    owners = np.split(customer, np.cumsum(owned.counts)[:-1])
    waiting = list(owners)
    without, scratch = np.ones(len(owned), bool), np.zeros(len(owned), bool)
    rule_of, again = np.full(len(owned), -1, np.int64), np.zeros(len(owned), bool)
    for rule in order.tolist():
        left = found.items_of(rule)
        for item in left:
            waiting[item] = waiting[item][without[waiting[item]]]
        some, *others = sorted((waiting[item] for item in left), key=len)
        for other in others:
            some = some[_among(some, other, scratch)]
        item = int(found.consequent[rule])
        has = _among(some, owners[item], scratch)
        if rebought is not None and rebought[item]:
            again[some] = has
        else:
            some = some[~has]
        rule_of[some], without[some] = rule, False
    return Offers(rule_of, np.append(found.consequent, -1)[rule_of], again)


def recount(found: Rules, later: Baskets) -> tuple[Ints, Ints]:
    """In how many other baskets, of a later month, the antecedents are, and of these with the consequent, (r,) each."""
    bits = pack(later, np.zeros(len(later), np.int64), np.unique(found.lattice.item))
    one, both = np.zeros(len(found), np.int64), np.zeros(len(found), np.int64)
    for length in np.unique(found.length).tolist() if len(later) else []:
        rows = np.flatnonzero(found.length == length)
        one[rows] = bits.count(found.lattice.members(found.antecedent[rows], length))[:, 0]
        both[rows] = bits.count(found.lattice.members(found.whole[rows], length + 1))[:, 0]
    return one, both


def _among(some: Ints, others: Ints, scratch: Mask) -> Mask:
    """Which of some customers are among others; both ascending, `scratch` all False and left so."""
    if 16 * len(some) < len(others):
        found: Mask = others[np.searchsorted(others[:-1], some)] == some
        return found
    scratch[others] = True
    found = scratch[some]
    scratch[others] = False
    return found


def _prices(price: Floats) -> Floats:
    known = np.isfinite(price)
    return np.where(known, price, np.median(price[known]) if known.any() else 1.0)
