"""`python -m benchmarks [name …]`: run the benchmarks named, or all, and print their tables."""

from __future__ import annotations

import importlib
import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

# Before numpy is loaded, here and (by inheritance) in every child.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import click

from benchmarks.data import Missing
from benchmarks.measure import Line, table

SUBJECTS = ("reading", "answers", "clustering", "mining", "conversation")
LIBRARIES = ("numpy", "pandas", "pyarrow", "scikit-learn", "fastexcel", "python-calamine", "python-telegram-bot")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(SUBJECTS))
@click.option("--list", "listed", is_flag=True, help="Say what there is, and run nothing.")
def main(names: tuple[str, ...], listed: bool) -> None:
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
        lines, skipped = _ran(module.run())
        if lines:
            click.echo(table(lines))
        for reason in skipped:
            click.echo(f"SKIPPED: {reason}")


def _versions() -> str:
    return ", ".join(f"{library} {version(library)}" for library in LIBRARIES)


def _ran(results: Iterator[Line | Missing]) -> tuple[list[Line], list[Missing]]:
    found = list(results)
    return [r for r in found if isinstance(r, Line)], [r for r in found if isinstance(r, Missing)]


if __name__ == "__main__":
    main()
