"""Which play suits which customer today, and what such customers used to do without a message.

Everybody is in one play at most, so that nobody is written to twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import birthdays, ranking, sequences
from analytics.analysis import Cuts, Vocabulary
from analytics.basket_lists import offers_of
from analytics.basket_options import BasketOptions
from analytics.bundles import Mined
from analytics.dataset import Role, Shop
from analytics.errors import MissingData, TooFewCustomers
from analytics.keeping import once
from analytics.movers import table_before
from analytics.next_purchase import due_rows, followed, purchases_of
from analytics.proportions import Interval, wilson
from analytics.purchases import customers_of, without
from analytics.rfm import CustomerTable
from analytics.samples import Share
from analytics.stages import Stages, stages

Codes = npt.NDArray[np.object_]

KINDS = ("birthday", "win_back", "vip", "refill", "second_purchase", "bundle", "cross_sell", "last_try")
"""From the play that comes first where several suit a customer."""
REGULAR = "regular"
"""Who keeps their rhythm and is not among the best: written to only where there is something to offer."""
REMINDED = (REGULAR, "second_purchase")
"""Whom a product that is due is reason enough to write to; others are better met as they are."""
BY_LIFE = frozenset(["birthday", "win_back", "vip", "last_try"])
"""Plays that no product has a say in."""
SETTLED = 7
"""Days after an order in which nobody is written to: let them enjoy it."""
WINDOW = 30
"""Days within which a message is taken to work."""
LOOKS = 3
"""So many windows back the shop's past is looked at."""
FEWEST_ALIKE = 20
"""With fewer customers of a kind in the past, all customers stand in for them, if these buy no more than they do."""
BELOW = frozenset(["win_back", "second_purchase", "last_try"])
"""Plays for customers who buy less than others: all customers would promise too much for them."""
SURE = 0.8
SHORTEST_PAST = 2 * WINDOW
"""Days that orders must span for a look back: a window, and as much before it."""


@dataclass(frozen=True)
class Past:
    """What happened without a message: of `people` so many bought within the window, and then paid `money` each, typically.

    Customers are counted once at each look back. `borrowed`: too few were of this kind, and these are all customers.
    """

    people: int
    bought: int
    money: float
    borrowed: bool = False

    @property
    def rate(self) -> float:
        return self.bought / self.people

    @property
    def likely(self) -> Interval:
        """Where the rate lies, with four chances in five."""
        return wilson(Share(self.people, self.bought), SURE)


@dataclass(frozen=True)
class Fits:
    """Each customer's play, "" for none, and the product it is about; arrays are aligned to the table of `judged`.

    `past` has the past of plays of which enough is known, and is empty where the orders span too few days to look back. `lacking` says what would make more
    plays possible: `products` or `birthdays` that no sheet tells, customers who came back (`rhythm`), or `history`.
    """

    judged: Stages
    kind: Codes
    product: Codes
    past: dict[str, Past]
    lacking: tuple[str, ...]

    @property
    def table(self) -> CustomerTable:
        return self.judged.table


@dataclass(frozen=True)
class Rules:
    """By what customers are judged: the owner's vocabulary and thresholds, and the day.

    Without `goods` products are not looked at, which takes most of the time: enough for the plays `BY_LIFE`.
    """

    vocabulary: Vocabulary
    cuts: Cuts
    as_of: date | None
    today: date | None
    goods: bool = True


def fits(shop: Shop, lines: pd.DataFrame, table: CustomerTable, rules: Rules) -> Fits:
    """The play of each customer of the table, made of these lines."""
    judged = stages(lines, table)
    kind = by_life(judged, rules)
    product = np.full(len(table), None, object)
    goods = _Goods.of(shop, rules)
    past = _past_kept(shop, lines, table, rules, goods)
    if goods is not None:
        for name, places, names in goods.suggested(kind):
            kind[places], product[places] = name, names
    coming = birthdays.soon(shop.customers, rules.today or table.reference.date())
    celebrating = pd.Index(table.customer).isin(list(coming)) & (kind != "last_try")
    kind[celebrating], product[celebrating] = "birthday", None
    kind[kind == REGULAR] = ""
    lacking = {
        "products": goods is None,
        "rhythm": judged.rhythm.basis == "default",
        "history": not past,
        "birthdays": not birthdays.known(shop.customers),
    }
    return Fits(judged, kind, product, past, tuple(what for what, missing in lacking.items() if missing))


def by_life(judged: Stages, rules: Rules) -> Codes:
    """The play that a customer's orders alone suggest; "" for who only just bought.

    Win back those with several orders who are past their rhythm, also when lost if they brought more than most. The best
    are thanked. Others who are lost get one last message. One-time buyers get a second purchase suggested until then.
    """
    table, pace = judged.table, judged.rhythm
    came_back, lost = pace.days > 1, judged.stage == "lost"
    vocabulary = ranking.in_force(table, rules.vocabulary)
    best = ranking.assigned(table, vocabulary, rules.cuts) == ranking.BEST[vocabulary]
    kind = np.where(came_back, REGULAR, "second_purchase").astype(object)
    kind[came_back & best] = "vip"
    kind[pace.silent <= SETTLED] = ""
    kind[lost] = "last_try"
    kind[came_back & (judged.slipping | (lost & (table.money > np.median(table.money))))] = "win_back"
    return kind


class _Goods:
    """What the sheet's products suggest: who is due to buy one, what goes with what they have."""

    def __init__(self, shop: Shop, chosen: BasketOptions) -> None:
        self.bought, self.table, self.names = purchases_of(shop, chosen)
        self.found = followed(shop, chosen, self.bought)
        self.mined = Mined(shop, chosen)

    @classmethod
    def of(cls, shop: Shop, rules: Rules) -> _Goods | None:
        """None where nobody asks, the sheet tells no products, or too few customers."""
        if not rules.goods:
            return None
        try:
            return cls(shop, BasketOptions("due", rules.vocabulary, rules.cuts, rules.as_of))
        except (MissingData, TooFewCustomers):
            return None

    def suggested(self, kind: Codes) -> tuple[tuple[str, npt.NDArray[np.int64], Codes], ...]:
        """Plays with their customers and products; the later of several that suit a customer comes first."""
        offers, rules = offers_of(self.mined, self.table)
        names = self.mined.book.names
        some = np.flatnonzero((offers.rule >= 0) & (kind == REGULAR))
        found = [("cross_sell", some, names[offers.item[some]])]
        if len(self.mined.best):
            top = int(self.mined.rules.whole[self.mined.best[0]])
            pair = some[rules.whole[offers.rule[some]] == top]
            found.append(("bundle", pair, names[offers.item[pair]]))
        rows = due_rows(self.bought, self.found)
        rows = rows[np.isin(kind[rows["customer"]].astype(str), REMINDED)]
        # Of several products the one that likely brings most.
        rows = rows.assign(brings=-(rows["money"] * rows["chance"]).round(9), name=self.names[rows["item"]].astype(str))
        rows = rows.sort_values(["brings", "name"], kind="stable").drop_duplicates("customer")
        return *found, ("refill", rows["customer"].to_numpy(), self.names[rows["item"].to_numpy()])

    def due_before(self, day: int) -> npt.NDArray[np.object_]:
        """The customers who were due on that earlier day (counted from 1970), by what was bought until then."""
        kept = self.bought.day < day
        earlier = sequences.Purchases(
            self.bought.customer[kept],
            self.bought.day[kept],
            self.bought.item[kept],
            self.bought.money[kept],
            self.bought.items,
            day,
        )
        found: Codes = self.table.customer[due_rows(earlier, self.found)["customer"].unique()]
        return found


@dataclass(frozen=True)
class _Pasts:
    """The past of plays in columns: `kind` is the place in `KINDS`, the rest as in `Past`."""

    kind: npt.NDArray[np.int64]
    people: npt.NDArray[np.int64]
    bought: npt.NDArray[np.int64]
    money: npt.NDArray[np.float64]
    borrowed: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, past: dict[str, Past]) -> _Pasts:
        told = past.values()
        return cls(
            kind=np.array([KINDS.index(kind) for kind in past], np.int64),
            people=np.array([one.people for one in told], np.int64),
            bought=np.array([one.bought for one in told], np.int64),
            money=np.array([one.money for one in told], np.float64),
            borrowed=np.array([one.borrowed for one in told], bool),
        )

    def by_kind(self) -> dict[str, Past]:
        columns = (self.kind, self.people, self.bought, self.money, self.borrowed)
        return {KINDS[kind]: Past(*told) for kind, *told in zip(*(column.tolist() for column in columns), strict=True)}


def _past_kept(
    shop: Shop, lines: pd.DataFrame, table: CustomerTable, rules: Rules, goods: _Goods | None
) -> dict[str, Past]:
    """What `_past` says; where products have a say in it, which takes long, as it was kept."""
    if goods is None:
        return _past(lines, table, rules, goods)

    def work() -> _Pasts:
        return _Pasts.of(_past(lines, table, rules, goods))

    of = (lines, table.reference, rules.vocabulary, rules.cuts, goods.bought, goods.table.customer)
    return once(shop.kept, "past", _Pasts, work, *of).by_kind()


def _past(lines: pd.DataFrame, table: CustomerTable, rules: Rules, goods: _Goods | None) -> dict[str, Past]:
    """What customers of each kind did in the windows before today, judged by what was known when each window began."""
    rows = [
        _window(lines, table.reference - pd.Timedelta(days=WINDOW * back), rules, goods) for back in range(1, LOOKS + 1)
    ]
    seen = pd.concat([found for found in rows if found is not None] or [pd.DataFrame()], ignore_index=True)
    if not len(seen) or not (seen["money"] > 0).any():
        return {}
    everybody = _summed(seen, borrowed=True)
    past = {}
    for kind in KINDS:
        # What regulars do is the past of whatever they are offered.
        alike = seen[seen["kind"] == (REGULAR if kind in {"cross_sell", "bundle"} else kind)]
        if len(alike) >= FEWEST_ALIKE and (alike["money"] > 0).any():
            past[kind] = _summed(alike)
        elif kind not in BELOW:
            past[kind] = everybody
    return past


def _summed(seen: pd.DataFrame, *, borrowed: bool = False) -> Past:
    paid = seen.loc[seen["money"] > 0, "money"]
    return Past(len(seen), len(paid), float(paid.median()), borrowed)


def _window(lines: pd.DataFrame, day: pd.Timestamp, rules: Rules, goods: _Goods | None) -> pd.DataFrame | None:
    """One row a customer on the morning of that day: the kind, and the money of the window that begins then, 0 for none.

    None where the orders begin less than a window before.
    """
    if lines[Role.TIME].min() > day - pd.Timedelta(days=WINDOW):
        return None
    before = table_before(lines, day)
    if before is None:
        return None
    kind = by_life(stages(lines[lines[Role.TIME] < day], before), rules)
    if goods is not None:
        due = goods.due_before(int(day.to_datetime64().astype("datetime64[D]").astype(np.int64)))
        kind[pd.Index(before.customer).isin(due) & np.isin(kind.astype(str), REMINDED)] = "refill"
    after = lines[(lines[Role.TIME] >= day) & (lines[Role.TIME] < day + pd.Timedelta(days=WINDOW))]
    after = without(after[after[Role.CUSTOMER].notna()], Role.TAKEN_BACK)
    who = customers_of(after, before)
    money = np.bincount(who[who >= 0], weights=after[Role.AMOUNT].fillna(0)[who >= 0], minlength=len(before))
    return pd.DataFrame({"kind": kind, "money": money})
