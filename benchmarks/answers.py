"""From an upload to its first answer, /segments with its picture, and what is asked again, in a warm worker on Online Retail.

The unit for both is one bare `pandas.read_csv` of the same file, told everything beforehand. For /segments there is
besides what a marketer's notebook would do from the same snapshot with pandas, scikit-learn and pyplot: recency,
frequency and money of each customer, their quintiles, K-means for 2 to 8 groups with silhouettes, and a bar chart. It is
run with silhouettes over all customers, as most notebooks have it, and with scikit-learn's own sample of 2,000, which is
what ours takes. Beside it stand both of our answers, the ranking and the natural groups, as only together they do as much.
Ours does more in its time: it compares five methods (see `benchmarks.clustering` for a notebook that does
too), looks for valleys, draws the groups again from 30 bootstrap samples, and has two vocabularies, and a palette for the
picture.

Where products are mined, what was found is kept beside the snapshot: what is asked again stands beside the same question
asked when nothing was kept.

The customer tables of both sides must be equal before anything is timed.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from analytics.dataset import Dataset, Kind
from analytics.rfm import customer_table
from benchmarks.data import Missing, find
from benchmarks.measure import Line, in_worker, interleaved, peak
from benchmarks.reading import bare_csv, unpacked
from benchmarks.work import ask, ask_anew, take_in
from bot.jobs import References

COLUMNS = ["customer", "order", "time", "amount", "taken_back"]
GROUPS = range(2, 9)
SAMPLE = 2_000
MINED = ("campaigns", "basket", "basket next", "basket segment", "digest weekly")


def run() -> Iterator[Line | Missing]:
    """Upload to answer, then /segments."""
    try:
        packed = find("online_retail.csv.gz")
    except Missing as missing:
        yield missing
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = unpacked(packed, folder)
        took = in_worker(_time, plain, packed, folder)
        yield Line(".csv: take in + overview", took["upload"], "bare read_csv", took["bare"])
        yield Line(".csv.gz: take in + overview", took["upload packed"], "bare read_csv", took["bare packed"])
        yield Line("overview with picture, from snapshot", took["overview"], "bare read_csv", took["bare"])
        yield Line("/segments with picture, from snapshot", took["segments"], "bare read_csv", took["bare"])
        both = took["segments"] + took["natural"]
        yield Line("/segments and its natural groups", both, "notebook", took["notebook"])
        yield Line("/segments and its natural groups", both, "notebook, sampled", took["sampled"], 1)
        references = in_worker(take_in, plain, folder)
        took = in_worker(_again, references)
        for question in MINED:
            yield Line(f"/{question}, again", took[f"{question}, again"], "the first time", took[question], 0.5)
        snapshot = references[Kind.ORDERS]
        used = max(peak(ask, "segments", references), peak(ask, "segments", references, "natural"))
        yield Line("/segments or its natural groups", used, "notebook", peak(notebook, snapshot, None), unit="MB")
        yield Line(
            "/segments or its natural groups",
            used,
            "notebook, sampled",
            peak(notebook, snapshot, SAMPLE),
            unit="MB",
        )


def _time(plain: Path, packed: Path, folder: Path) -> dict[str, float]:
    content = plain.read_bytes()
    references = take_in(plain, folder)
    snapshot = references[Kind.ORDERS]
    _agree(snapshot)
    return interleaved(
        {
            "bare": lambda: bare_csv(io.BytesIO(content)),
            "upload": lambda: ask("overview", take_in(plain, folder)),
            "bare packed": lambda: bare_csv(packed),
            "upload packed": lambda: ask("overview", take_in(packed, folder)),
            "overview": lambda: ask("overview", references),
            "segments": lambda: ask("segments", references),
            "natural": lambda: ask("segments", references, "natural"),
            "notebook": lambda: notebook(snapshot, None),
            "sampled": lambda: notebook(snapshot, SAMPLE),
        }
    )


def _again(references: References) -> dict[str, float]:
    calls: dict[str, Callable[[], object]] = {}
    for question in MINED:
        name, *words = question.split()
        # Each round asks for the first time, and at once again.
        calls[question] = partial(ask_anew, name, references, *words)
        calls[f"{question}, again"] = partial(ask, name, references, *words)
    return interleaved(calls)


def customers(snapshot: Path) -> Any:
    """The peer's customer table: what `analytics.rfm.customer_table` computes, in pandas' own words."""
    import pandas as pd

    lines = pd.read_parquet(snapshot, columns=COLUMNS).dropna(subset=["customer"])
    reference = lines["time"].max().normalize() + pd.Timedelta(days=1)
    sold = lines[~lines["taken_back"]]
    table = sold.groupby("customer", observed=True).agg(last=("time", "max"), frequency=("order", "nunique"))
    table["recency"] = (reference - table["last"]).dt.days
    table["money"] = lines.groupby("customer", observed=True)["amount"].sum()
    return table


def notebook(snapshot: Path, sample: int | None) -> bytes:
    """The peer's /segments: scores, groups, the best number of clusters, and a picture."""
    import numpy as np
    import pandas as pd
    from matplotlib import pyplot as plt
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score
    from sklearn.preprocessing import StandardScaler

    table = customers(snapshot)
    for name, ascending in (("recency", False), ("frequency", True), ("money", True)):
        ranks = table[name].rank(method="first", ascending=ascending)
        table[f"{name}_score"] = pd.qcut(ranks, 5, labels=range(1, 6)).astype(int)
    table["group"] = table["recency_score"].astype(str) + table["frequency_score"].astype(str)
    features = StandardScaler().fit_transform(
        np.log1p(table[["recency", "frequency", "money"]].clip(lower=0).to_numpy(float))
    )
    fitted = {k: KMeans(k, n_init=10, random_state=1).fit(features) for k in GROUPS}
    quality = {
        k: silhouette_score(features, model.labels_, sample_size=sample, random_state=1) for k, model in fitted.items()
    }
    table["cluster"] = fitted[max(quality, key=lambda k: float(quality[k]))].labels_
    shares = table.groupby("group")["money"].sum().sort_values()
    figure, axes = plt.subplots(figsize=(6, 6.7), dpi=150)
    axes.barh(shares.index, shares / shares.sum())
    picture = io.BytesIO()
    figure.savefig(picture)
    plt.close(figure)
    return picture.getvalue()


def _agree(snapshot: Path) -> None:
    """The same customers with the same recency, frequency and money on both sides."""
    import numpy as np

    ours = customer_table(Dataset.open(snapshot).frame(*COLUMNS))
    theirs = customers(snapshot)
    theirs = theirs.set_axis(theirs.index.astype(str)).loc[ours.customer.astype(str)]
    assert len(ours) == len(theirs)
    assert (ours.frequency == theirs["frequency"]).all()
    assert (ours.recency == theirs["recency"]).all()
    assert np.allclose(ours.money, theirs["money"])
