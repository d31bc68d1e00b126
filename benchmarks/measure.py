"""Fair measuring: rivals take turns in one warm worker, and memory is the kernel's own peak of a fresh one.

The machine is never quiet, so single figures mean little: what counts is the ratio of two medians whose runs alternated.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, ParamSpec, TypeVar

from bot.compute import Compute

P = ParamSpec("P")
T = TypeVar("T")

MEGABYTE = 1_000_000
ROUNDS = 7
LONGEST = 3_600
Unit = Literal["ms", "MB"]
SCALE: dict[str, float] = {"ms": 1e3, "MB": 1 / MEGABYTE}


@dataclass(frozen=True)
class Line:
    """Ours beside a peer, a floor or a limit, in seconds ("ms") or bytes ("MB"); `goal` is the ratio to stay under."""

    what: str
    ours: float
    beside: str
    theirs: float
    goal: float | None = None
    unit: Unit = "ms"

    @property
    def ratio(self) -> float:
        """Ours over theirs: below 1, ours needs less."""
        return self.ours / self.theirs


def interleaved(functions: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Median seconds of each function; every round runs all of them once, so that a busy moment strikes all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for turn in range(rounds + 1):
        for name, function in functions.items():
            gc.collect()
            start = time.perf_counter()
            function()
            # The first round warms caches and lazy imports.
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def in_worker(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a module-level function in a fresh process that is warm as the bot's own workers are."""

    async def call() -> T:
        compute = Compute(workers=1, seconds=LONGEST)
        try:
            return await compute(function, *args, **kwargs)
        finally:
            compute.stop()

    return asyncio.run(call())


def peak(function: Callable[..., object], *args: object) -> int:
    """Bytes by which a fresh, warm, idle worker grows at most while it calls the function once, files it reads included."""
    return in_worker(_growth, function, args)


def _growth(function: Callable[..., object], args: tuple[object, ...]) -> int:
    gc.collect()
    # Forget the peak of the imports.
    Path("/proc/self/clear_refs").write_text("5")
    idle = resident("self")
    function(*args)
    return highest("self") - idle


def resident(process: int | str) -> int:
    """Bytes of memory that a process holds now."""
    return _status(process, "VmRSS")


def highest(process: int | str) -> int:
    """The most bytes that a process ever held. (`ru_maxrss` would not do: it includes what the parent held at birth.)"""
    return _status(process, "VmHWM")


def _status(process: int | str, field: str) -> int:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise LookupError(field)


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


HEADS = ("", "ours", "", "beside", "", "ratio", "goal")


def table(lines: Iterable[Line]) -> str:
    """The lines as columns; a ratio over its goal has a mark."""
    return columns([HEADS, *(_row(line) for line in lines)], left=(0, 2, 4))


def columns(rows: Sequence[Sequence[str]], left: Collection[int]) -> str:
    """Rows as lines of text, all columns but those `left` set to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(line: Line) -> tuple[str, ...]:
    scale = SCALE[line.unit]
    goal = "" if line.goal is None else f"≤ {line.goal:g}{' !' if line.ratio > line.goal else '  '}"
    return (
        line.what,
        f"{line.ours * scale:,.1f}",
        line.unit,
        f"{line.theirs * scale:,.1f}",
        line.beside,
        f"{line.ratio:.2f} x",
        goal,
    )
