"""`python -m benchmarks [name …]`: run the benchmarks named, or all, and print their tables."""

from __future__ import annotations

import importlib
import os
import platform
from importlib.metadata import version
from pathlib import Path

# Before numpy is loaded, here and (by inheritance) in every child.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import click

from benchmarks import bars, costs, measure
from benchmarks.bars import Bar
from benchmarks.costs import Cost
from benchmarks.data import Missing
from benchmarks.measure import Line

SUBJECTS = ("reading", "answers", "clustering", "mining", "conversation", "weight", "jobs", "experiments")
SIMULATED = ("experiments",)
LIBRARIES = ("numpy", "pandas", "pyarrow", "scikit-learn", "fastexcel", "python-calamine", "python-telegram-bot")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(SUBJECTS))
@click.option("--list", "listed", is_flag=True, help="Say what there is, and run nothing.")
@click.option("--quick", is_flag=True, help="A tenth of the runs, where there are bars to hold (experiments).")
def main(names: tuple[str, ...], listed: bool, quick: bool) -> None:
    """Our paths beside their peers and floors. Read the ratios only: ours over theirs, both from the same minutes."""
    if listed:
        for name in SUBJECTS:
            click.echo(f"{name:14}{(importlib.import_module(f'benchmarks.{name}').__doc__ or '').splitlines()[0]}")
        return
    if not Path("/proc/self/status").exists():
        raise click.ClickException("memory is read from /proc, which only Linux has")
    click.echo(f"Python {platform.python_version()}, {os.cpu_count()} cores, one thread each; " + _versions())
    for name in names or SUBJECTS:
        module = importlib.import_module(f"benchmarks.{name}")
        click.echo(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}")
        found: list[Bar | Cost | Line | Missing] = list(
            module.run(quick=True) if quick and name in SIMULATED else module.run()
        )
        if proven := [result for result in found if isinstance(result, Bar)]:
            click.echo(bars.table(proven))
            click.echo(f"{sum(bar.passed for bar in proven)} of {len(proven)} bars hold\n")
        if lines := [result for result in found if isinstance(result, Line)]:
            click.echo(measure.table(lines))
        if spent := [result for result in found if isinstance(result, Cost)]:
            click.echo(costs.table(spent))
        for reason in (result for result in found if isinstance(result, Missing)):
            click.echo(f"SKIPPED: {reason}")


def _versions() -> str:
    return ", ".join(f"{library} {version(library)}" for library in LIBRARIES)


if __name__ == "__main__":
    main()
