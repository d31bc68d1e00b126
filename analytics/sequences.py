"""What customers buy next: products that follow another one, or themselves, more often than chance would have it.

"After the starter kit the refill follows": customers with their first starter kit, none of whom had the refill before, are
watched until the refill or the end of the data (Kaplan & Meier 1958). Whether that is more than chance is asked of
`analytics.sequences_chance`, where the comparison is with what other returning customers put into as many and as large
baskets at the same time: whoever buys much buys everything, and popular things follow whatever one looks at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.rfm import CustomerTable
from analytics.sequences_chance import Pair, compare, holm, pairs, refills, times_chance
from analytics.sequences_risk import Floats, Ints, changes, risk_of
from analytics.survival import Survival, kaplan_meier

CHANCE = 0.05
HORIZON = 90
"""Days; in a quarter of a year a next purchase is still the previous one's doing."""
MOST = 2_000
"""More sequences nobody reads; the strongest are kept."""
SURE = 1.959964
"""Standard errors on either side of a 95 % interval."""


@dataclass(frozen=True)
class Purchases:
    """Who bought what on which day, each (customer, day, item) once, in that order; n entries.

    `customer` and `item` are numbers from 0, of items there are `items`; `day` is whole days since any day, `money` what
    was paid. Nothing is known of `today` and after.
    """

    customer: Ints
    day: Ints
    item: Ints
    money: Floats
    items: int
    today: int

    def __len__(self) -> int:
        return len(self.customer)


@dataclass(frozen=True)
class Sequences:
    """Ordered pairs beyond chance, those that most customers surely owe to it first; arrays have one entry a pair.

    `first` is bought, and on a later day `then`, never bought until then; where both are the same it is a refill. Of
    `at_risk` customers who bought `first` and had not had `then`, `support` went on to buy it; `other_way` bought the two
    in the other order. `share` is what follows within `horizon` days, as if all could be watched that long, with its 95 %
    interval `low` to `high`; `chance_share` what would follow at the rate of other returning customers. `gap` is the
    days until half of that share has followed. `ratio` is how many times the others' rate that is, `ratio_low` its lower
    95 % limit. `chance` is the p-value, adjusted for the `tried` pairs. `left_out` customers buy like another shop.
    """

    first: Ints
    then: Ints
    at_risk: Ints
    support: Ints
    other_way: Ints
    share: Floats
    low: Floats
    high: Floats
    chance_share: Floats
    gap: Floats
    ratio: Floats
    ratio_low: Floats
    chance: Floats
    horizon: int
    tried: int
    left_out: int

    def __len__(self) -> int:
        return len(self.first)

    @property
    def refills(self) -> Ints:
        """The items that are bought again beyond chance, ascending."""
        return np.sort(self.first[self.first == self.then])


def of_lines(lines: pd.DataFrame, table: CustomerTable, column: str) -> Purchases:
    """What the customers of the table bought before its reference day; customers are positions in it.

    `lines` has the columns customer and `column` (categorical), time and, where the sheet has them, amount, taken_back
    and not_a_product: goods brought back, and fees, are no purchases. Items are codes of `column`.
    """
    today = int(table.reference.to_datetime64().astype("datetime64[D]").astype(np.int64))
    place = pd.Index(table.customer).get_indexer(lines["customer"].cat.categories).astype(np.int64)
    place = np.append(place, -1)  # Code −1, nobody, finds the last.
    customer, item = place[lines["customer"].cat.codes.to_numpy()], lines[column].cat.codes.to_numpy(np.int64)
    kept = (customer >= 0) & (item >= 0) & lines["time"].notna().to_numpy()
    for flag in ("taken_back", "not_a_product"):
        if flag in lines:
            kept &= ~lines[flag].fillna(value=False).to_numpy(bool)
    day = lines["time"].to_numpy("datetime64[D]").astype(np.int64)
    money = lines["amount"].fillna(0).to_numpy(np.float64)[kept] if "amount" in lines else None
    return of_arrays(customer[kept], day[kept], item[kept], len(lines[column].cat.categories), today, money)


def of_arrays(
    customer: npt.ArrayLike,
    day: npt.ArrayLike,
    item: npt.ArrayLike,
    items: int,
    today: int | None = None,
    money: npt.ArrayLike | None = None,
) -> Purchases:
    """Lines in any order, (n,) each, to purchases before `today`, by default the day after the last of them.

    A negative customer or item is nobody and nothing, as in the codes of pandas.
    """
    who, when, what = np.asarray(customer, np.int64), np.asarray(day, np.int64), np.asarray(item, np.int64)
    paid = np.zeros(len(who)) if money is None else np.asarray(money, np.float64)
    today = int(when.max(initial=0)) + 1 if today is None else today
    order = np.lexsort((paid, what, when, who))
    order = order[((when < today) & (who >= 0) & (what >= 0))[order]]
    who, when, what, paid = who[order], when[order], what[order], paid[order]
    new = changes(who, when, what)
    sums = np.add.reduceat(paid, np.flatnonzero(new)) if len(paid) else paid
    return Purchases(who[new], when[new], what[new], sums, items, today)


def follow(bought: Purchases, horizon: int | None = None, most: int = MOST) -> Sequences:
    """All ordered pairs that are beyond chance, A after A among them; at most `most` of either kind are looked into.

    Adjusted (Holm 1979) over all pairs of items with enough buyers to be judged, half of the error allowed to refills and
    half to the many more pairs of two items (layered as in Webb 2008, Layered critical values, section 3). Each is
    compared only with baskets of its own time and size. Without a `horizon` it is 90 days, or half of the time the data
    cover where that is less. Where a shop sells one thing only, nothing is beyond chance.
    """
    span = int(bought.day.max() - bought.day.min()) + 1 if len(bought) else 1
    horizon = max(min(HORIZON, span // 2), 1) if horizon is None else horizon
    risk = risk_of(bought.customer, bought.day, bought.item, bought.items)
    rows: list[tuple[float, ...]] = []
    tried = 0
    for layer in (refills(risk, CHANCE / 2, most), pairs(risk, CHANCE / 2, most)):
        tried += layer.tried
        compared = [compare(risk, int(first), int(then)) for first, then in zip(layer.first, layer.then, strict=True)]
        chances = np.array([pair.chance for pair in compared])
        for pair, chance in zip(compared, np.minimum(2 * holm(chances, layer.tried), 1), strict=True):
            if chance <= CHANCE:
                end = np.where(pair.happened, risk.day[pair.follower], bought.today - 1)
                told = _told(kaplan_meier(end - risk.day[pair.at], pair.happened), pair, horizon)
                rows.append((pair.first, pair.then, len(end), pair.support, pair.other_way, *told, chance))
    table = np.array(rows, np.float64).reshape(len(rows), 13)
    surely = table[:, 3] * (1 - 1 / np.maximum(table[:, 11], 1))
    # Ties by what people did, and only then by the item's number.
    table = table[np.lexsort((table[:, 1], table[:, 0], -table[:, 3], -surely.round(9)))][:most]
    counts = table[:, :5].astype(np.int64).T
    return Sequences(
        *(counts[0], counts[1], counts[2], counts[3], counts[4]),
        *(table[:, 5], table[:, 6], table[:, 7], table[:, 8], table[:, 9], table[:, 10], table[:, 11], table[:, 12]),
        horizon=horizon,
        tried=tried,
        left_out=risk.left_out,
    )


def _told(curve: Survival, pair: Pair, horizon: int) -> tuple[float, ...]:
    """What follows within the horizon and its interval, what by chance, the gap, the ratio and its lower limit."""
    share, low, high = share_within(curve, horizon)
    ratio, ratio_low = times_chance(pair)
    half = np.flatnonzero(curve.share <= 1 - share / 2 + 1e-9)
    gap = float(curve.times[half[0]]) if share > 0 else np.nan
    return share, low, high, 1 - (1 - share) ** (1 / ratio), gap, ratio, ratio_low


def share_within(curve: Survival, days: float) -> tuple[float, float, float]:
    """The share to whom it happened within these days, and its 95 % interval.

    Greenwood's variance (1926) on the scale of log(−log S) (Kalbfleisch & Prentice 1980, section 1.4), where it stays
    between 0 and 1.
    """
    seen = curve.times <= days
    waiting, left = curve.at_risk[seen], curve.share[seen]
    if not seen.any():
        return 0.0, 0.0, 1.0
    survival = float(left[-1])
    if survival <= 1e-12:
        return 1.0, 0.0, 1.0
    happened = waiting * (1 - left / np.concatenate([[1.0], left[:-1]]))
    variance = float((happened / (waiting * (waiting - happened))).sum())
    step = float(np.exp(SURE * np.sqrt(variance) / abs(np.log(survival))))
    return 1 - survival, 1 - survival ** (1 / step), 1 - survival**step
