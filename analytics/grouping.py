"""Natural groups as the owner sees them: named, explained by a rule, mapped, and the same again after new data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics import naming, natural, rfm
from analytics.clusters import Candidate, Method
from analytics.dataset import Dataset, Role
from analytics.explain import Rule, explain
from analytics.features import standardised, unskewed
from analytics.naming import Name
from analytics.natural import Cluster, Codes, NaturalGroups
from analytics.quality import between_share

Floats = npt.NDArray[np.float64]

MAPPED = 600
WORTH_SEEING = 0.7
SEED = 7
COMPARED = 6
MOSTLY_POSITIVE, LOPSIDED = 0.9, 5


@dataclass(frozen=True)
class Cut:
    """What groups were asked for: by which method (None: the best) and into how many; of the customer list if `people`."""

    method: Method | None = None
    groups: int | None = None
    people: bool = False

    @property
    def words(self) -> str:
        """The words that ask for this cut again."""
        parts = ("people" if self.people else "", self.method or "", str(self.groups or ""))
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Axis:
    """One side of the map: a feature that people know, or (None) a principal component with the `share` it explains."""

    feature: str | None
    logarithmic: bool
    share: float


@dataclass(frozen=True)
class Map:
    """Up to 600 customers as (across, up, number of their group; -1 in none), and where each group's middle lies."""

    axes: tuple[Axis, Axis]
    points: tuple[tuple[float, float, int], ...]
    middles: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Group:
    """One natural group: what `cluster` says, its name, what it brings (None without orders), and the rule for it."""

    cluster: Cluster
    name: Name
    sales: float | None
    share_of_sales: float | None
    rule: Rule | None


@dataclass(frozen=True)
class GroupsReport:
    """The answer of `/segments natural`: `found` is None where nothing varies; then there are no groups.

    `nowhere` customers are in no group. `accuracy` is how well the rules tell the groups of customers they have not seen,
    `baseline` what calling everybody a member of the largest reaches. `memory` recognises the groups after new data.
    """

    customers: int
    cut: Cut
    currency: str | None
    by_orders: bool
    found: NaturalGroups | None
    groups: tuple[Group, ...]
    nowhere: int
    accuracy: float | None
    baseline: float | None
    map: Map | None
    memory: str | None

    @property
    def compared(self) -> tuple[Candidate, ...]:
        """The partition chosen and the others that part the customers best, six in all."""
        if self.found is None:
            return ()
        best = sorted(self.found.candidates, key=lambda candidate: -candidate.silhouette)
        chosen = [one for one in best if (one.method, one.groups) == (self.found.method, self.found.groups)]
        return (*chosen, *(one for one in best if one not in chosen))[:COMPARED]


def of_orders(
    table: rfm.CustomerTable, cut: Cut, currency: str | None, remembered: str | None = None
) -> tuple[GroupsReport, Codes]:
    """Natural groups by recency, frequency and money; and each customer's (n,), "" for none."""
    found, codes = natural.by_orders(table, cut.method or "auto", cut.groups)
    values = {"recency": table.recency.astype(float), "frequency": table.frequency.astype(float), "money": table.money}
    codes = np.full(len(table), "", object) if codes is None else codes
    report = _report(found, codes, values, list(table.customer), cut, remembered, money=table.money, currency=currency)
    return report, codes


def of_list(customers: Dataset, cut: Cut, remembered: str | None = None) -> tuple[GroupsReport, Codes]:
    """Natural groups by the columns of a customer list; and each row's (n,), "" for none."""
    found, codes = natural.by_attributes(customers, cut.method or "auto", cut.groups)
    frame = customers.frame(Role.CUSTOMER, *(found.features if found else ()))
    values = {name: frame[name].to_numpy() for name in (found.features if found else ())}
    codes = np.full(len(frame), "", object) if codes is None else codes
    return _report(found, codes, values, list(frame[str(Role.CUSTOMER)].astype(str)), cut, remembered), codes


def _report(
    found: NaturalGroups | None,
    codes: Codes,
    values: Mapping[str, Any],
    customers: list[str],
    cut: Cut,
    remembered: str | None,
    *,
    money: Floats | None = None,
    currency: str | None = None,
) -> GroupsReport:
    inside = codes != ""
    shown = found is not None and (found.verdict != "none" or cut.method is not None or cut.groups is not None)
    # Only the answer that was not forced is remembered: a trial must not rename the groups that the owner knows.
    own = cut.method is None and cut.groups is None
    named = naming.names(codes, values, customers, remembered if own else None) if found else {}
    told = explain({name: column[inside] for name, column in values.items()}, codes[inside]) if shown else None
    rules = {rule.group: rule for rule in told.rules} if told else {}
    groups = tuple(_group(cluster, named, codes, money, rules) for cluster in found.clusters) if found and shown else ()
    return GroupsReport(
        customers=len(codes),
        cut=cut,
        currency=currency,
        by_orders=money is not None,
        found=found,
        groups=groups,
        nowhere=int(np.count_nonzero(~inside)) if found else 0,
        accuracy=told.accuracy if told else None,
        baseline=told.baseline if told else None,
        map=_map(values, codes, groups) if groups else None,
        memory=naming.memory(codes, values, customers, named) if groups and own else None,
    )


def _group(
    cluster: Cluster, named: Mapping[str, Name], codes: Codes, money: Floats | None, rules: Mapping[str, Rule]
) -> Group:
    inside = codes == cluster.code
    sales = None if money is None else float(money[inside].sum())
    total = 0.0 if money is None else float(money.sum())
    return Group(
        cluster=cluster,
        name=named[cluster.code],
        sales=sales,
        share_of_sales=sales / total if sales is not None and total > 0 else None,
        rule=rules.get(cluster.code),
    )


def _map(values: Mapping[str, Any], codes: Codes, groups: tuple[Group, ...]) -> Map | None:
    """The two numbers that part the groups best; where these show much less than the whole does, principal components."""
    sides = {name: _side(np.asarray(column, float)) for name, column in values.items() if column.dtype.kind in "fiu"}
    sides = {name: side for name, side in sides.items() if np.nanstd(side.even) > 0}
    if len(sides) < 2:
        return None
    place = {group.cluster.code: number for number, group in enumerate(groups)}
    label = np.array([place.get(code, -1) for code in codes])
    even = standardised(np.column_stack([unskewed(side.even) for side in sides.values()]))
    parted = [_between(even[:, [i]], label) for i in range(even.shape[1])]
    best = sorted(range(len(parted)), key=lambda i: (-parted[i], i))[:2]
    _, singular, axes = np.linalg.svd(even, full_matrices=False)
    components = even @ axes[:2].T
    if _between(even[:, best], label) >= WORTH_SEEING * _between(components, label):
        names = [list(sides)[i] for i in best]
        drawn = np.column_stack([sides[name].drawn for name in names])
        first, second = (Axis(name, sides[name].logarithmic, 0.0) for name in names)
    else:
        drawn = components
        first, second = (Axis(None, False, float(share)) for share in (singular**2 / (singular**2).sum())[:2])
    known = np.flatnonzero(~np.isnan(drawn).any(axis=1))
    chosen = (
        known if len(known) <= MAPPED else np.sort(np.random.default_rng(SEED).choice(known, MAPPED, replace=False))
    )
    return Map(
        axes=(first, second),
        points=tuple((float(drawn[i, 0]), float(drawn[i, 1]), int(label[i])) for i in chosen),
        middles=tuple(
            (float(np.nanmedian(drawn[label == n, 0])), float(np.nanmedian(drawn[label == n, 1])))
            for n in range(len(groups))
        ),
    )


@dataclass(frozen=True)
class _Side:
    """A number as it is `drawn`, gaps NaN, and as it spreads `even`ly: logarithms where positive numbers are lopsided."""

    drawn: Floats
    even: Floats
    logarithmic: bool


def _side(column: Floats) -> _Side:
    positive = np.where(column > 0, column, np.nan)
    known = int(np.count_nonzero(~np.isnan(column)))
    few_others = np.count_nonzero(~np.isnan(positive)) > MOSTLY_POSITIVE * known
    if few_others and np.nanmax(positive) > LOPSIDED * np.nanmedian(positive):
        return _Side(positive, np.log(positive), logarithmic=True)
    return _Side(column, column, logarithmic=False)


def _between(points: Floats, label: npt.NDArray[np.int64]) -> float:
    """The share of all squares that lie between the groups."""
    return between_share(points[label >= 0], label[label >= 0].astype(np.int32))
