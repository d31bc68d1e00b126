"""Natural groups beside a notebook that compares the same five methods with scikit-learn, and a million customers.

Both sides get the same standardised recency, frequency and money of Online Retail's customers. The notebook fits K-means,
Ward and Gaussian mixtures with 2 to 8 groups, DBSCAN and HDBSCAN, scores each by silhouette (of all customers, or of a
sample of 2,000, which is what ours scores), Caliński–Harabasz and Davies–Bouldin, and draws 30 bootstrap samples for the
best. Ours besides looks for valleys between the groups of every partition. Before anything is timed, both must find the
same tightest partitions.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.answers import COLUMNS
from benchmarks.data import Missing, find
from benchmarks.measure import MEGABYTE, Line, in_worker, interleaved, peak
from benchmarks.reading import unpacked
from benchmarks.work import take_in

GROUPS = range(2, 9)
SAMPLE = 2_000
RESAMPLES = 30
MILLION = 1_000_000
SMALL_SERVER = 1_000 * MEGABYTE


def run() -> Iterator[Line | Missing]:
    """The choice of groups on Online Retail, and the memory of a million customers."""
    try:
        packed = find("online_retail.csv.gz")
    except Missing as missing:
        yield missing
        return
    with tempfile.TemporaryDirectory() as name:
        took = in_worker(_time, unpacked(packed, Path(name)), Path(name))
    yield Line("natural groups, 4,339 customers", took["ours"], "notebook", took["notebook"])
    yield Line("natural groups, 4,339 customers", took["ours"], "notebook, sampled", took["sampled"], 1)
    yield Line("natural groups, a million customers", peak(million), "a small server", SMALL_SERVER, 1, unit="MB")


def _time(plain: Path, folder: Path) -> dict[str, float]:
    from analytics.clusters import natural_groups
    from analytics.dataset import Dataset, Kind
    from analytics.rfm import customer_table

    table = customer_table(Dataset.open(take_in(plain, folder)[Kind.ORDERS]).frame(*COLUMNS))
    points = prepared(table)
    _agree(points)
    return interleaved(
        {
            "ours": lambda: natural_groups(points),
            "notebook": lambda: notebook(points, None),
            "sampled": lambda: notebook(points, SAMPLE),
        },
        rounds=5,
    )


def prepared(table: Any) -> Any:
    """Recency, frequency and money as `natural.by_orders` compares them."""
    import numpy as np

    from analytics.features import logged, standardised

    kept = table.money > 0
    return standardised(
        np.column_stack([np.log1p(table.recency[kept]), np.log(table.frequency[kept]), logged(table.money[kept])])
    )


def notebook(points: Any, sample: int | None) -> Any:
    """The peer: every method with scikit-learn, the best by silhouette, its stability."""
    import numpy as np
    from sklearn.cluster import DBSCAN, HDBSCAN, AgglomerativeClustering, KMeans
    from sklearn.metrics import adjusted_rand_score, calinski_harabasz_score, davies_bouldin_score, silhouette_score
    from sklearn.mixture import GaussianMixture

    models = [
        *(KMeans(k, n_init=10, random_state=1) for k in GROUPS),
        *(AgglomerativeClustering(k) for k in GROUPS),
        *(GaussianMixture(k, random_state=1) for k in GROUPS),
        DBSCAN(eps=0.3, min_samples=18),
        HDBSCAN(min_cluster_size=len(points) // 33, min_samples=18, copy=True),
    ]
    best, highest = None, -1.0
    for model in models:
        labels = model.fit_predict(points)
        inside = labels >= 0
        if len(np.unique(labels[inside])) < 2:
            continue
        calinski_harabasz_score(points[inside], labels[inside])
        davies_bouldin_score(points[inside], labels[inside])
        size = None if sample is None else min(sample, int(inside.sum()))
        width = silhouette_score(points[inside], labels[inside], sample_size=size, random_state=1)
        if isinstance(model, KMeans) and width > highest:
            best, highest = model, float(width)
    assert best is not None
    rng = np.random.default_rng(1)
    again = [
        KMeans(best.n_clusters, n_init=3).fit(points[rng.integers(0, len(points), len(points))])
        for _ in range(RESAMPLES)
    ]
    return np.mean([adjusted_rand_score(best.labels_, model.predict(points)) for model in again])


def _agree(points: Any) -> None:
    """The same tightest partitions on both sides."""
    import numpy as np
    from sklearn.cluster import KMeans

    from analytics.partitions import k_means
    from analytics.quality import inertia

    for groups in (2, 3, 4):
        theirs = KMeans(groups, n_init=20, random_state=1).fit(points).inertia_
        assert np.isclose(inertia(points, k_means(points, groups).labels), theirs, rtol=1e-3)


def million() -> int:
    """Natural groups of a million made-up customers."""
    import numpy as np
    import pandas as pd

    from analytics.natural import by_orders
    from analytics.rfm import CustomerTable

    rng = np.random.default_rng(1)
    frequency = 1 + rng.poisson(rng.gamma(1, 1, MILLION))
    found, _ = by_orders(
        CustomerTable(
            customer=np.arange(MILLION).astype(str).astype(object),
            recency=rng.integers(1, 365, MILLION),
            tenure=rng.integers(365, 500, MILLION),
            last=np.full(MILLION, "2026-01-01", "datetime64[D]"),
            frequency=frequency,
            money=frequency * rng.lognormal(3, 0.6, MILLION),
            reference=pd.Timestamp("2026-01-02"),
        )
    )
    assert found is not None
    return len(found.clusters)
