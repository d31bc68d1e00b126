"""Frequent itemsets beside pyfim, mlxtend and efficient-apriori: same sets, same supports, time and memory.

Everybody starts from baskets of small integers in memory, in the form it wants: ours from sparse rows, pyfim and
efficient-apriori from lists of integers, mlxtend from its one-hot frame. Since lists must become rows first where somebody
has only lists, ours is timed from lists as well. Ours is `mine`, once with the compiled kernel and once with numpy alone.
Of pyfim's algorithms the best counts. mlxtend has the quickest it has for the data (not its apriori, which wants more
memory than there is); it and efficient-apriori are so slow that one run says enough.

Before anything is timed, all must find the same sets with the same supports. pyfim leaves out sets that every basket
holds; ours are left out of the comparison too.
"""

from __future__ import annotations

import gc
import gzip
import importlib
import importlib.util
import itertools
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.data import Missing, find
from benchmarks.measure import Line, highest, in_worker, interleaved, resident

PEERS = ("numba", "fim", "mlxtend", "efficient_apriori")
ALGORITHMS = ("eclat", "fpgrowth", "apriori")
Lists = list[list[int]]
Table = dict[tuple[int, ...], int]


@dataclass(frozen=True)
class Case:
    """A data set at a least support; `goal` is what ours from baskets may take of pyfim's time.

    `mlxtend` is its quickest algorithm there; without one, the slow peers are left out.
    """

    name: str
    file: str
    support: float
    goal: float
    mlxtend: str | None = None


CASES = (
    Case("mushroom 20%", "mushroom.dat.gz", 0.2, 1, "fpgrowth"),
    Case("retail 0.1%", "retail.dat.gz", 0.001, 1, "fpgrowth"),
    Case("Groceries 0.1%", "groceries.csv", 0.001, 1, "hmine"),
    Case("Online Retail 0.5%", "online_retail.csv.gz", 0.005, 1, "hmine"),
    Case("Online Retail 0.3%", "online_retail.csv.gz", 0.003, 0.5),
    Case("mushroom 10%", "mushroom.dat.gz", 0.1, 0.5),
)


def run() -> Iterator[Line | Missing]:
    """Time and memory of each case, and what the kernel costs a worker."""
    absent = [name for name in PEERS if importlib.util.find_spec(name) is None]
    if absent:
        yield Missing(f"{', '.join(absent)}: not installed; the extra `bench` has them")
        return
    for case in CASES:
        try:
            path = find(case.file)
        except Missing as missing:
            yield missing
            continue
        with tempfile.TemporaryDirectory() as folder:
            rows = Path(folder) / "rows.npz"
            in_worker(_store, path, rows)
            yield from _compared(case, rows)
    before, after = in_worker(_with_kernel)
    yield Line("an idle worker with the kernel", after, "without", before, unit="MB")


def _compared(case: Case, rows: Path) -> Iterator[Line]:
    took = in_worker(_time, case, rows)
    sets, pyfim = f"{case.name}, {int(took['sets']):,} sets", min(took[name] for name in ALGORITHMS)
    yield Line(sets, took["baskets"], "pyfim", pyfim, case.goal)
    yield Line(f"{case.name}, from lists", took["lists"], "pyfim", pyfim)
    yield Line(f"{case.name}, numpy alone", took["numpy"], "pyfim", pyfim)
    if case.mlxtend:
        yield Line(sets, took["baskets"], "mlxtend", took["mlxtend"])
        yield Line(sets, took["baskets"], "efficient-apriori", took["efficient"])
    used = {who: in_worker(_growth, who, case, rows) for who in ("ours", "numpy", "pyfim", *_slow(case))}
    yield Line(sets, used["ours"], "pyfim", used["pyfim"], 1, unit="MB")
    yield Line(f"{case.name}, numpy alone", used["numpy"], "pyfim", used["pyfim"], unit="MB")
    if case.mlxtend:
        yield Line(sets, used["ours"], "mlxtend", used["mlxtend"], unit="MB")
        yield Line(sets, used["ours"], "efficient-apriori", used["efficient"], unit="MB")


def _slow(case: Case) -> tuple[str, ...]:
    return ("mlxtend", "efficient") if case.mlxtend else ()


def _store(path: Path, rows: Path) -> None:
    """Keep the data set as rows, so that reading them leaves nothing behind in memory."""
    import numpy as np
    import pandas as pd

    from analytics.baskets import of_pairs

    if path.name.startswith("online_retail"):
        columns = {"InvoiceNo": str, "StockCode": str, "Quantity": float, "UnitPrice": float}
        lines = pd.read_csv(path, usecols=list(columns), dtype=columns)
        sold = ~lines.InvoiceNo.str.startswith("C") & (lines.Quantity > 0) & (lines.UnitPrice > 0)
        basket, item = lines.InvoiceNo[sold].factorize()[0], lines.StockCode[sold].factorize()[0]
    else:
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        separator = "," if path.suffix == ".csv" else None
        split = [line.split(separator) for line in text.decode().splitlines()]
        basket = np.repeat(np.arange(len(split)), [len(some) for some in split])
        item = pd.factorize(np.array(list(itertools.chain.from_iterable(split)), dtype=object))[0]
    made = of_pairs(basket, item, int(basket.max()) + 1, int(item.max()) + 1)
    np.savez(rows, start=made.start, item=made.item, items=made.items)


def _baskets(rows: Path) -> Any:
    import numpy as np

    from analytics.baskets import Baskets

    kept = np.load(rows)
    return Baskets(kept["start"], kept["item"], int(kept["items"]))


def _lists(baskets: Any) -> Lists:
    bounds = itertools.pairwise(baskets.start.tolist())
    return [baskets.item[start:end].tolist() for start, end in bounds]


def _from_lists(lists: Lists, items: int) -> Any:
    import numpy as np

    from analytics.baskets import Baskets

    start = np.cumsum([0, *map(len, lists)])
    return Baskets(start, np.fromiter(itertools.chain.from_iterable(lists), np.int32, start[-1]), items)


def _miners(case: Case, baskets: Any, only: str | None = None) -> dict[str, Callable[[], Any]]:
    """Whoever takes part, or the one named, as calls from its own form of the baskets to its own form of the answer."""
    import pandas as pd
    from scipy.sparse import csr_matrix

    from analytics import itemsets

    least = math.ceil(case.support * len(baskets) - 1e-9)
    # Half a basket below, so that nobody's rounding matters.
    share = (least - 0.5) / len(baskets)
    if only in {"ours", "numpy"}:
        mine = itemsets.mine if only == "ours" else itemsets.eclat
        return {only: lambda: mine(baskets, least, itemsets.MOST)}
    lists = _lists(baskets)
    miners: dict[str, Callable[[], Any]] = {
        "baskets": lambda: itemsets.mine(baskets, least),
        "lists": lambda: itemsets.mine(_from_lists(lists, baskets.items), least),
        "numpy": lambda: itemsets.eclat(baskets, least, itemsets.MOST),
    }
    fim = importlib.import_module("fim")
    for name in ALGORITHMS:
        miners[name] = partial(getattr(fim, name), lists, target="s", supp=-least, zmin=1, report="a")
    miners["pyfim"] = miners["eclat"]
    if case.mlxtend and (only is None or only in _slow(case)):
        held = csr_matrix(
            ([True] * len(baskets.item), baskets.item, baskets.start), shape=(len(baskets), baskets.items)
        )
        dense = baskets.items <= 3_000
        sparse: Any = pd.DataFrame.sparse
        frame = pd.DataFrame(held.toarray()) if dense else sparse.from_spmatrix(held)
        frequent_patterns = importlib.import_module("mlxtend.frequent_patterns")
        miners["mlxtend"] = partial(getattr(frequent_patterns, case.mlxtend), frame, min_support=share)
        efficient = importlib.import_module("efficient_apriori")
        miners["efficient"] = partial(
            efficient.itemsets_from_transactions, [tuple(some) for some in lists], share, max_length=99
        )
    return miners


def _time(case: Case, rows: Path) -> dict[str, float]:
    from analytics import itemsets

    assert itemsets.warm_up()
    baskets = _baskets(rows)
    miners = _miners(case, baskets)
    found = miners["baskets"]()
    ours = {found.members(row): int(found.support[row]) for row in range(len(found))}
    _agree(ours, miners, len(baskets))
    quick = {name: call for name, call in miners.items() if name not in {*_slow(case), "pyfim"}}
    return interleaved(quick) | _slowly(ours, miners, len(baskets)) | {"sets": len(ours)}


def _agree(ours: Table, miners: dict[str, Callable[[], Any]], baskets: int) -> None:
    """The same sets with the same supports on all sides."""
    for name in ("lists", "numpy"):
        other = miners[name]()
        assert {other.members(row): int(other.support[row]) for row in range(len(other))} == ours
    common = {some: support for some, support in ours.items() if support < baskets}
    for name in ALGORITHMS:
        theirs = {tuple(sorted(some)): support for some, support in miners[name]()}
        assert {some: support for some, support in theirs.items() if support < baskets} == common


def _slowly(ours: Table, miners: dict[str, Callable[[], Any]], baskets: int) -> dict[str, float]:
    """Seconds of the peers so slow that one run, which is checked too, says enough."""
    took: dict[str, float] = {}
    for name in ("mlxtend", "efficient"):
        if name not in miners:
            continue
        start = time.perf_counter()
        answer = miners[name]()
        took[name] = time.perf_counter() - start
        if name == "mlxtend":
            counts = (answer.support * baskets).round().astype(int)
            theirs = {tuple(sorted(some)): count for some, count in zip(answer.itemsets, counts, strict=True)}
        else:
            theirs = {tuple(sorted(some)): count for level in answer[0].values() for some, count in level.items()}
        assert theirs == ours
    return took


def _growth(who: str, case: Case, rows: Path) -> int:
    """Bytes by which a process that holds its baskets ready grows at most while it mines them."""
    from analytics import itemsets

    if who == "ours":
        assert itemsets.warm_up()
    call = _miners(case, _baskets(rows), who)[who]
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    idle = resident("self")
    answer = call()
    grown = highest("self") - idle
    del answer
    return max(grown, 1)


def _with_kernel() -> tuple[int, int]:
    from analytics import itemsets

    before = resident("self")
    assert itemsets.warm_up()
    return before, resident("self")
