"""The statistics of tests, campaigns and bandits put to the test by simulation, and beside their peers.

Every bar has its design and its seed; `--quick` has a tenth of the runs.
"""

from __future__ import annotations

import gzip
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import dealing, looking, onelook
from benchmarks.bars import Bar
from benchmarks.data import Missing, find
from benchmarks.measure import Line, interleaved

PART = 10
RESAMPLES = 2_000
GLITCH = 10_000


def run(*, quick: bool = False) -> Iterator[Bar | Line | Missing]:
    """All bars; and, where not quick, how long the same takes others."""
    part = PART if quick else 1
    yield from looking.run(part)
    yield from onelook.run(part)
    yield from dealing.run(part)
    if not quick:
        yield from _beside()


def _beside() -> Iterator[Line | Missing]:
    try:
        rounds = _cookie_cats(find("cookie_cats.csv.gz"))
    except Missing as missing:
        yield missing
    else:
        yield from _resampled(*rounds)
    yield from _thompson()
    yield from _shares()


def _cookie_cats(packed: Path) -> tuple[Any, Any]:
    """Rounds played by version, (44,699,) and (45,489,), without the one player of 49,854 rounds."""
    import pandas as pd

    with gzip.open(packed) as file:
        rows = pd.read_csv(file)
    rows = rows[rows["sum_gamerounds"] < GLITCH]
    sides = [rows["sum_gamerounds"][rows["version"] == gate].to_numpy(float) for gate in ("gate_30", "gate_40")]
    return sides[0], sides[1]


def _resampled(a: Any, b: Any) -> Iterator[Line]:
    """Both draw so many samples anew; their intervals must be nearly the same."""
    from scipy.stats import bootstrap

    from analytics.means import bootstrap_t

    def theirs() -> Any:
        return bootstrap(
            (b, a), lambda x, y, axis: x.mean(axis=axis) - y.mean(axis=axis), n_resamples=RESAMPLES,
            method="percentile", batch=50, rng=1,
        ).confidence_interval  # fmt: skip

    ours, other = bootstrap_t(a, b, draws=RESAMPLES), theirs()
    assert ours is not None
    length = other.high - other.low
    assert max(abs(ours.low - other.low), abs(ours.high - other.high)) < 0.1 * length
    took = interleaved({"ours": lambda: bootstrap_t(a, b, draws=RESAMPLES), "scipy": theirs}, rounds=3)
    yield Line(f"means of 90,188 people drawn {RESAMPLES:,} times", took["ours"], "scipy", took["scipy"], 1)


def _thompson() -> Iterator[Line]:
    """Two hundred shops side by side, beside one after the other."""
    import numpy as np

    def loop() -> None:
        random = np.random.default_rng(1)
        for _ in range(4):
            won, tried = np.zeros(3), np.zeros(3)
            for _ in range(1000):
                arm = int(random.beta(1 + won, 1 + tried - won).argmax())
                tried[arm] += 1
                won[arm] += random.random() < dealing.ARMS[arm]

    took = interleaved({"ours": lambda: dealing.one_by_one("thompson", 1000, 200, 1), "loop": loop}, rounds=3)
    yield Line("Thompson, 1,000 people in 200 shops", took["ours"], "a loop", took["loop"] * 50, 0.2)


def _shares() -> Iterator[Line | Missing]:
    """Exact chances and intervals of one pair, beside the library's own."""
    from analytics.proportions import newcombe, pooled_z
    from analytics.samples import Share

    try:
        peer = importlib.import_module("statsmodels.stats.proportion")
    except ImportError:
        yield Missing("statsmodels is not installed: no peer for the intervals of shares")
        return
    a, b = Share(44_700, 20_034), Share(45_489, 20_119)

    def ours() -> None:
        for _ in range(100):
            pooled_z(a, b)
            newcombe(a, b)

    def theirs() -> None:
        for _ in range(100):
            peer.proportions_ztest([b.successes, a.successes], [b.n, a.n])
            peer.confint_proportions_2indep(b.successes, b.n, a.successes, a.n, method="newcomb")

    took = interleaved({"ours": ours, "statsmodels": theirs}, rounds=5)
    yield Line("test and interval of two shares, 100 times", took["ours"], "statsmodels", took["statsmodels"], 1)
