"""Natural groups of customers, described in terms that an owner knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import clusters, rfm
from analytics.dataset import Dataset, Role

FEWEST_CUSTOMERS = 30
NEXT_TO_NOTHING = 1e-3

Codes = npt.NDArray[np.object_]
"""Each customer's group as `cluster_1` … by size, or "" for none."""


@dataclass(frozen=True)
class Trait:
    """One feature of a natural group beside all customers: medians, in the feature's own unit."""

    feature: str
    typical: float
    overall: float


@dataclass(frozen=True)
class Cluster:
    """One natural group, described by the features that set it apart most."""

    code: str
    customers: int
    share_of_customers: float
    traits: tuple[Trait, ...]


@dataclass(frozen=True)
class NaturalGroups:
    """What k-means found, whether to believe it (the measures are `Clustering`'s), and the features it looked at."""

    verdict: clusters.Verdict
    stability: float
    silhouette: float
    continuum: float
    crowding: float
    candidates: tuple[clusters.Candidate, ...]
    features: tuple[str, ...]
    clusters: tuple[Cluster, ...]


def by_orders(table: rfm.CustomerTable) -> tuple[NaturalGroups | None, Codes | None]:
    """Natural groups of those who kept something; a customer who brought all of it back is in none (code "")."""
    kept = table.money > NEXT_TO_NOTHING * np.median(table.money)
    if np.count_nonzero(kept) < FEWEST_CUSTOMERS:
        return None, None
    recency, frequency, money = table.recency[kept], table.frequency[kept], table.money[kept]
    features = np.column_stack([np.log1p(recency), np.log(frequency), clusters.logged(money)])
    values = {"recency": recency.astype(float), "frequency": frequency.astype(float), "money": money}
    natural, found = _described(features, values)
    if found is None:
        return natural, None
    codes = np.full(len(table), "", object)
    codes[kept] = found
    return natural, codes


def by_attributes(customers: Dataset) -> tuple[NaturalGroups | None, Codes | None]:
    """Natural groups of a customer list by its numeric columns; None where none of these varies."""
    frame = customers.frame(*(name for name in customers.names if name != Role.CUSTOMER))
    numeric = {str(name): frame[name].to_numpy(float) for name in frame if pd.api.types.is_numeric_dtype(frame[name])}
    values = {name: column for name, column in numeric.items() if _varies(column)}
    unskewed = [clusters.unskewed(column) for column in values.values()]
    return _described(np.column_stack([np.empty((len(frame), 0)), *unskewed]), values)


def _varies(column: clusters.Floats) -> bool:
    known = column[~np.isnan(column)]
    return known.size > 0 and bool(known.min() < known.max())


def _described(
    features: clusters.Floats, values: dict[str, clusters.Floats]
) -> tuple[NaturalGroups | None, Codes | None]:
    """Natural groups over the features (n, p), described by the `values` (each n); and each customer's group's code."""
    scaled = clusters.standardised(features)
    found = clusters.natural_groups(scaled)
    if found is None:
        return None, None
    described = []
    for label in range(int(found.labels.max()) + 1):
        inside = found.labels == label
        # The features in which the group's centre lies farthest from everybody's, in standard deviations.
        apart = np.abs(features[inside].mean(axis=0) - features.mean(axis=0)) / np.maximum(features.std(axis=0), 1e-12)
        order = np.argsort(-apart, kind="stable")[:3]
        names = list(values)
        described.append(
            Cluster(
                code=f"cluster_{label + 1}",
                customers=int(inside.sum()),
                share_of_customers=float(inside.mean()),
                traits=tuple(
                    Trait(
                        names[i],
                        float(np.nanmedian(values[names[i]][inside])),
                        float(np.nanmedian(values[names[i]])),
                    )
                    for i in order
                ),
            )
        )
    natural = NaturalGroups(
        verdict=found.verdict,
        stability=found.stability,
        silhouette=found.silhouette,
        continuum=found.continuum,
        crowding=found.crowding,
        candidates=found.candidates,
        features=tuple(values),
        clusters=tuple(described),
    )
    codes: Codes = np.array([cluster.code for cluster in described], object)[found.labels]
    return natural, codes
