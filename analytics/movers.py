"""Movers: which customers changed group since an earlier look at the same shop, worst losses first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import charts, language, ranking, rfm
from analytics.analysis import Cuts, Vocabulary
from analytics.dataset import Role

Since = Literal["upload", "days"]

MOST_BANDS = 8
FEWEST_CUSTOMERS = 30
"""Fewer than this on either side, and the groups mean nothing."""

# From best to worst: who is further down on the later look has been lost to the better group.
RANKED: dict[Vocabulary, tuple[str, ...]] = {
    "groups": rfm.GROUPS,
    "classes": (
        "key_value",
        "general_value",
        "key_growth",
        "general_growth",
        "key_retain",
        "general_retain",
        "key_win_back",
        "general_win_back",
    ),
}
RANK: dict[str, int] = {code: rank for ranked in RANKED.values() for rank, code in enumerate(ranked)}


@dataclass(frozen=True)
class Standing:
    """Each customer's group on one look, with what they had spent by then; arrays of one length, in the same order."""

    customer: npt.NDArray[np.object_]
    group: npt.NDArray[np.object_]
    money: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Move:
    """Customers who were in one group and now are in another; `money` is what they have spent so far.

    `before` is None for those who were no customers yet.
    """

    before: str | None
    after: str
    customers: tuple[str, ...]
    money: float

    @property
    def count(self) -> int:
        return len(self.customers)

    @property
    def fall(self) -> int:
        """By how many groups they are further down than before; negative for those who rose."""
        return 0 if self.before is None else RANK[self.after] - RANK[self.before]

    @property
    def is_loss(self) -> bool:
        """Whether the group now is worse than the one before."""
        return self.fall > 0


@dataclass(frozen=True)
class Movers:
    """What changed between two looks.

    `since` says what the earlier look was at: the orders as they were before the latest `upload`, or the same orders
    `days` days earlier. `moves` are the changes of group, `joined` the new customers by the group they are in, `stayed`
    those who are where they were.
    """

    since: Since
    days: int
    vocabulary: Vocabulary
    before: date
    now: date
    moves: tuple[Move, ...]
    joined: tuple[Move, ...]
    stayed: int

    @property
    def losses(self) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if move.is_loss)

    @property
    def gains(self) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if not move.is_loss)

    @property
    def worst(self) -> Move | None:
        """The loss that weighs most."""
        return next(iter(self.losses), None)


def chart(found: Movers, reader: str) -> bytes | None:
    """The largest moves as bands between the groups before and now; None where nobody moved."""
    if not found.moves:
        return None
    say = language
    most = sorted(found.moves, key=lambda move: (move is not found.worst, -move.count))[:MOST_BANDS]
    changed, worse = (sum(move.count for move in moves) for moves in (found.moves, found.losses))
    title = {
        "en": f"{say.count(changed, 'en')} customers changed group, {say.count(worse, 'en')} for the worse",
        "zh": f"{say.count(changed, 'zh')} 位客户换了群，其中 {say.count(worse, 'zh')} 位变差",
    }[reader]
    subtitle = {
        "en": f"{say.day(found.before, 'en')} → {say.day(found.now, 'en')} · orange: worse, blue: better",
        "zh": f"{say.day(found.before, 'zh')} → {say.day(found.now, 'zh')} · 橙色变差，蓝色变好",
    }[reader]
    if len(found.moves) > len(most):
        subtitle += {"en": f" · the {len(most)} largest moves", "zh": f" · 最大的 {len(most)} 股"}[reader]
    bands = [
        charts.Band(
            before=say.named(str(move.before), reader),
            after=say.named(move.after, reader),
            people=move.count,
            note=say.count(move.count, reader),
            accent=move.is_loss,
        )
        for move in most
    ]
    ordered = [say.named(code, reader) for code in RANKED[found.vocabulary]]
    left, right = {band.before for band in bands}, {band.after for band in bands}
    return charts.flows(
        title, subtitle, [name for name in ordered if name in left], [name for name in ordered if name in right], bands
    )


def standing(table: rfm.CustomerTable, vocabulary: Vocabulary, cuts: Cuts) -> Standing:
    """The customers of the table in the groups of the vocabulary; classes by the owner's thresholds."""
    return Standing(table.customer, ranking.assigned(table, vocabulary, cuts), table.money)


def moved(before: Standing, after: Standing) -> tuple[Move, ...]:
    """All changes between two looks: losses, gains, newcomers; in each those first that weigh most.

    What weighs is the money of the customers times how far they went.
    """
    known = dict(zip(before.customer, before.group, strict=True))
    found: dict[tuple[str | None, str], list[int]] = {}
    for position, (customer, group) in enumerate(zip(after.customer, after.group, strict=True)):
        if (was := known.get(customer)) != group:
            found.setdefault((was, group), []).append(position)
    moves = [
        Move(was, group, tuple(after.customer[inside]), float(after.money[inside].sum()))
        for (was, group), inside in found.items()
    ]

    def place(move: Move) -> tuple[object, ...]:
        weight = move.money * max(abs(move.fall), 1)
        return move.before is None, not move.is_loss, -weight, -move.count, move.before or "", move.after

    return tuple(sorted(moves, key=place))


def movers(
    before: rfm.CustomerTable,
    after: rfm.CustomerTable,
    vocabulary: Vocabulary,
    since: Since,
    cuts: Cuts | None = None,
) -> Movers | None:
    """The changes between two tables; None where either has too few customers for groups."""
    if min(len(before), len(after)) < FEWEST_CUSTOMERS:
        return None
    vocabulary, chosen = ranking.in_force(after, vocabulary), cuts or Cuts()
    found = moved(standing(before, vocabulary, chosen), standing(after, vocabulary, chosen))
    known = set(before.customer)
    return Movers(
        since=since,
        days=(after.reference - before.reference).days,
        vocabulary=vocabulary,
        before=before.reference.date(),
        now=after.reference.date(),
        moves=tuple(move for move in found if move.before is not None),
        joined=tuple(move for move in found if move.before is None),
        stayed=sum(customer in known for customer in after.customer) - sum(m.count for m in found if m.before),
    )


def table_of(lines: pd.DataFrame, reference: pd.Timestamp | None = None) -> rfm.CustomerTable | None:
    """The customers of these order lines; None where no line has both a customer and a time."""
    known = (lines[Role.CUSTOMER].notna() & lines[Role.TIME].notna()).any()
    return rfm.customer_table(lines, reference) if known else None


def table_before(lines: pd.DataFrame, day: pd.Timestamp) -> rfm.CustomerTable | None:
    """The shop's customers as they were on the morning of that day; None where nobody had ordered yet."""
    return table_of(lines[lines[Role.TIME] < day], day)
