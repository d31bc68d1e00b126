"""Natural groups of customers, described in terms that an owner knows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import numpy.typing as npt

from analytics import clusters, features, rfm
from analytics.clusters import Clustering, Method
from analytics.dataset import Dataset, Role
from analytics.features import Features, LeftOut, Levels

FEWEST_CUSTOMERS = 30
NEXT_TO_NOTHING = 1e-3
TRAITS = 3

Codes = npt.NDArray[np.object_]
"""Each customer's group as `cluster_1` … by size, or "" for none."""


@dataclass(frozen=True)
class Trait:
    """One feature of a natural group beside all customers: medians in the feature's own unit.

    Of a categorical feature the `level` that is most over-represented and its shares; the level is `features.MISSING`
    where the sheet says nothing and `features.OTHER` for the rare ones together.
    """

    feature: str
    typical: float
    overall: float
    level: str | None = None


@dataclass(frozen=True)
class Cluster:
    """One natural group, described by the features that set it apart most; `stability` is its mean bootstrap Jaccard."""

    code: str
    customers: int
    share_of_customers: float
    traits: tuple[Trait, ...]
    stability: float | None
    centre: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class NaturalGroups(clusters.Judged):
    """What was found and whether to believe it, the features it looked at, and those it did not."""

    features: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    clusters: tuple[Cluster, ...]


def by_orders(
    table: rfm.CustomerTable, method: Method | Literal["auto"] = "auto", groups: int | None = None
) -> tuple[NaturalGroups | None, Codes | None]:
    """Natural groups of those who kept something; a customer who brought all of it back is in none (code "")."""
    kept = table.money > NEXT_TO_NOTHING * np.median(table.money)
    if np.count_nonzero(kept) < FEWEST_CUSTOMERS:
        return None, None
    recency, frequency, money = (
        column[kept].astype(np.float64) for column in (table.recency, table.frequency, table.money)
    )
    prepared = {"recency": np.log1p(recency), "frequency": np.log(frequency), "money": features.logged(money)}
    known = {"recency": recency, "frequency": frequency, "money": money}
    natural, found = _described(features.of_numbers(prepared, known), method, groups)
    if found is None:
        return natural, None
    codes = np.full(len(table), "", object)
    codes[kept] = found
    return natural, codes


def by_attributes(
    customers: Dataset, method: Method | Literal["auto"] = "auto", groups: int | None = None
) -> tuple[NaturalGroups | None, Codes | None]:
    """Natural groups of a customer list by its numbers and its categories; None where none of these varies."""
    frame = customers.frame(*(name for name in customers.names if name != Role.CUSTOMER))
    return _described(features.of_table(frame), method, groups)


def _described(
    told: Features, method: Method | Literal["auto"], groups: int | None
) -> tuple[NaturalGroups | None, Codes | None]:
    """Natural groups over the features, described by what the owner knows; and each customer's group's code."""
    found = clusters.natural_groups(told.matrix, told.blocks, method, groups)
    if found is None:
        return None, None
    described = tuple(_cluster(told, found, label) for label in range(found.groups))
    judged = {field.name: getattr(found, field.name) for field in fields(clusters.Judged)}
    natural = NaturalGroups(**judged, features=tuple(told.columns), left_out=told.left_out, clusters=described)
    codes: Codes = np.array([*(cluster.code for cluster in described), ""], object)[found.labels]
    return natural, codes


def _cluster(told: Features, found: Clustering, label: int) -> Cluster:
    """The group with the features in which its centre lies farthest from everybody's (at 0), in the space of distances."""
    inside = found.labels == label
    distances = np.sqrt(np.bincount(told.blocks, weights=found.centres[label] ** 2)).round(6)
    names = list(told.columns)
    return Cluster(
        code=f"cluster_{label + 1}",
        customers=int(inside.sum()),
        share_of_customers=float(inside.mean()),
        traits=tuple(
            _trait(names[i], told.columns[names[i]], inside) for i in np.argsort(-distances, kind="stable")[:TRAITS]
        ),
        stability=found.stabilities[label] if found.stabilities else None,
        centre=tuple(map(float, found.centres[label])),
    )


def _trait(name: str, column: features.Floats | Levels, inside: npt.NDArray[np.bool_]) -> Trait:
    if not isinstance(column, Levels):
        return Trait(name, float(np.nanmedian(column[inside])), float(np.nanmedian(column)))
    within = np.bincount(column.codes[inside], minlength=len(column.names)) / max(int(inside.sum()), 1)
    most = int(np.argmax(within - column.shares))
    return Trait(name, float(within[most]), float(column.shares[most]), column.names[most])
