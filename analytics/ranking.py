"""Customers ranked by recency, frequency and money, in the owner's vocabulary, and whom to write to first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import rfm
from analytics.analysis import Cuts, Play, Vocabulary
from analytics.dataset import Dataset, Role
from analytics.errors import TooFewCustomers
from analytics.freshness import Stale
from analytics.members import Mask, Members

Codes = npt.NDArray[np.object_]

FEWEST_CUSTOMERS = 30
DAYS_WORK = 12
TOP_SHARE = 0.2
LEANS = 0.25
SHOWN_FIRST, DRAWN = 4, 5

# Whom to write to first, in each vocabulary: valued customers who went quiet; failing these, the best.
WIN_BACK: dict[Vocabulary, tuple[str, ...]] = {
    "groups": ("cant_lose", "at_risk"),
    "classes": ("key_retain", "key_win_back"),
}
BEST: dict[Vocabulary, str] = {"groups": "champions", "classes": "key_value"}


@dataclass(frozen=True)
class Segment:
    """One group of customers; shares are of all customers with orders, `spend`, `orders` and `silent` are medians.

    `rhythm` is the median of its members' mean days between orders, None where fewer than half ordered twice.
    """

    code: str
    customers: int
    sales: float
    share_of_customers: float
    share_of_sales: float
    spend: float
    orders: float
    silent: float
    rhythm: float | None


@dataclass(frozen=True)
class SegmentsReport:
    """The answer of `/segments`: `segments` in the `vocabulary` in force, the one with the highest sales first.

    Where the number of orders tells nothing (`frequency_tells` is false) the eleven groups, which lean on it, give way to
    the eight classes. `cuts` are the classes' thresholds, `own_cuts` those that the owner set. The orders may be `stale`.
    """

    customers: int
    vocabulary: Vocabulary
    wanted: Vocabulary
    frequency_tells: bool
    cuts: Cuts
    own_cuts: Cuts
    currency: str | None
    first: date
    last: date
    reference: date
    sales: float
    anonymous_sales: float
    once: float
    top_customers: int
    top_share: float | None
    largest_share: float | None
    segments: tuple[Segment, ...]
    play: Play
    stale: Stale | None = None

    @property
    def leans_on_one(self) -> bool:
        """Whether a single customer brings so much that to lose them would be felt more than a whole group."""
        return self.largest_share is not None and self.largest_share >= LEANS

    @property
    def by_own_cuts(self) -> bool:
        """Whether the owner set any threshold."""
        return self.own_cuts != Cuts()

    @property
    def leading(self) -> tuple[Segment, ...]:
        """The four that matter most: those with the highest sales, and always the one the next step is about."""
        return self._first(SHOWN_FIRST)

    @property
    def drawn(self) -> tuple[Segment, ...]:
        """The same, as many as a picture has room for."""
        return self._first(DRAWN)

    def _first(self, most: int) -> tuple[Segment, ...]:
        first = self.segments[:most]
        about = next((s for s in self.segments if s.code == self.play.segment), None)
        return first if about is None or about in first else (*first[:-1], about)


def order_lines(orders: Dataset, as_of: date | None) -> pd.DataFrame:
    """The order lines before the day to judge from."""
    lines = orders.frame(Role.CUSTOMER, Role.ORDER, Role.TIME, Role.AMOUNT, Role.TAKEN_BACK, numbered=(Role.ORDER,))
    return lines if as_of is None else lines[lines[Role.TIME] < pd.Timestamp(as_of)]


def customers(lines: pd.DataFrame, as_of: date | None) -> rfm.CustomerTable:
    """The customer table; TooFewCustomers below 30."""
    reference = None if as_of is None else pd.Timestamp(as_of)
    if not (lines[Role.CUSTOMER].notna() & lines[Role.TIME].notna()).any():
        raise TooFewCustomers("segments", 0, FEWEST_CUSTOMERS)
    table = rfm.customer_table(lines, reference)
    if len(table) < FEWEST_CUSTOMERS:
        raise TooFewCustomers("segments", len(table), FEWEST_CUSTOMERS)
    return table


def anonymous_sales(lines: pd.DataFrame) -> float:
    """What the lines without a customer sold."""
    return float(lines[Role.AMOUNT][lines[Role.CUSTOMER].isna()].sum())


def in_force(table: rfm.CustomerTable, wanted: Vocabulary) -> Vocabulary:
    """The vocabulary that can be used on these customers."""
    return wanted if rfm.frequency_tells(table.frequency) else "classes"


def assigned(table: rfm.CustomerTable, vocabulary: Vocabulary, cuts: Cuts) -> Codes:
    """Each customer's segment."""
    if vocabulary == "groups":
        return rfm.western_groups(table.recency, table.frequency, table.money)
    return rfm.eight_classes(table.recency, table.frequency, table.money, cuts)


def report(
    orders: Dataset, lines: pd.DataFrame, members: Members, wanted: Vocabulary, cuts: Cuts, writable: Mask
) -> SegmentsReport:
    """Every segment of the members' table, and the next step with those who may be written to."""
    table = members.table
    vocabulary = in_force(table, wanted)
    codes = assigned(table, vocabulary, cuts)
    sales = float(table.money.sum())
    top = max(1, round(TOP_SHARE * len(table)))
    known = lines[Role.TIME].dropna()
    return SegmentsReport(
        customers=len(table),
        vocabulary=vocabulary,
        wanted=wanted,
        frequency_tells=rfm.frequency_tells(table.frequency),
        cuts=rfm.resolved(table, cuts),
        own_cuts=cuts,
        currency=orders.currency,
        first=known.min().date(),
        last=known.max().date(),
        reference=table.reference.date(),
        sales=sales,
        anonymous_sales=anonymous_sales(lines),
        once=float((table.frequency == 1).mean()),
        top_customers=top,
        top_share=float(np.sort(table.money)[-top:].sum() / sales) if sales > 0 else None,
        largest_share=float(table.money.max() / sales) if sales > 0 else None,
        segments=tuple(
            sorted((segment(table, codes, code) for code in set(codes)), key=lambda found: (-found.sales, found.code))
        ),
        play=next_step(members, codes, vocabulary, writable),
    )


def segment(table: rfm.CustomerTable, codes: Codes, code: str) -> Segment:
    """The customers of that code, summed up."""
    inside = codes == code
    repeated = inside & (table.frequency > 1)
    gaps = (table.tenure - table.recency)[repeated] / (table.frequency[repeated] - 1)
    sales = table.money.sum()
    return Segment(
        code=code,
        customers=int(inside.sum()),
        sales=float(table.money[inside].sum()),
        share_of_customers=float(inside.mean()),
        share_of_sales=float(table.money[inside].sum() / sales) if sales > 0 else 0.0,
        spend=float(np.median(table.money[inside])),
        orders=float(np.median(table.frequency[inside])),
        silent=float(np.median(table.recency[inside])),
        rhythm=float(np.median(gaps)) if 2 * gaps.size >= np.count_nonzero(inside) else None,
    )


def next_step(members: Members, codes: Codes, vocabulary: Vocabulary, writable: Mask) -> Play:
    """Win back whichever quiet group has most money at stake; where nobody valued is quiet, thank the best.

    Only those who are `writable` take part; where nobody is, the play is for a group of which none is named.
    """
    nobody = not writable.any()
    codes = codes if nobody else np.where(writable, codes, "").astype(object)

    def play(kind: str, code: str) -> Play:
        chosen = () if nobody else members.best(codes == code, DAYS_WORK)
        return Play(kind, code, chosen, sum(member.money for member in chosen))

    quiet = [play("win_back", code) for code in WIN_BACK[vocabulary] if (codes == code).any()]
    if quiet:
        return max(quiet, key=lambda candidate: candidate.at_stake)
    if (codes == BEST[vocabulary]).any():
        return play("thank", BEST[vocabulary])
    return max((play("thank", code) for code in sorted(set(codes) - {""})), key=lambda candidate: candidate.at_stake)
