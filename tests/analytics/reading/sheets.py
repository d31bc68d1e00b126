"""Short ways to read a sheet that a test writes out."""

from __future__ import annotations

from typing import Any

from analytics.dataset import Dataset, Role
from analytics.reading import Choices, read

USUAL = Choices()


def one(content: str | bytes, filename: str = "shop.csv", choices: Choices = USUAL) -> Dataset:
    """The only dataset in it."""
    (dataset,) = read(content.encode() if isinstance(content, str) else content, filename, choices)
    receipt = dataset.receipt
    assert receipt.rows_used + sum(count.rows for count in receipt.left_out) == receipt.rows_read
    return dataset


def column(dataset: Dataset, name: str) -> list[Any]:
    """The values of one column."""
    values: list[Any] = dataset.table(name).column(name).to_pylist()
    return values


def left_out(dataset: Dataset) -> dict[str, int]:
    """Rows left out, by reason."""
    return {count.reason: count.rows for count in dataset.receipt.left_out}


def noted(dataset: Dataset) -> dict[str, int]:
    """Rows used with a reservation, by reason."""
    return {count.reason: count.rows for count in dataset.receipt.noted}


def roles(dataset: Dataset) -> dict[str, Role]:
    """What each header was taken for."""
    return {column.header: column.role for column in dataset.columns}
