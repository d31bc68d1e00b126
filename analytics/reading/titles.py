"""Orders whose products all stand in one cell (`A，B`): taken apart into lines of their own where that is safe."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from analytics.dataset import Role
from analytics.reading.values import Floats, Mask

SEPARATORS = ("，", ",", "；", ";", "|", "/", "、", "+", "\n")
FEWEST = 5
"""Cells that must look like several products before any is taken apart."""
SURE, MOST = 0.9, 0.98
SEVERAL = 0.1
LONGEST = 50
"""Pieces of one cell, beyond which it is a description."""


class Titles:
    """The cells with names of products; `pieces` are those of each distinct text, which is one itself where none part it."""

    def __init__(self, names: pa.DictionaryArray, quantity: Floats | None) -> None:
        self.texts = [str(text) for text in names.dictionary.to_pylist()]
        self.codes: NDArray[np.int64] = names.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        self.quantity = quantity
        self.rows = np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))
        self.pieces = next((cut for sep in SEPARATORS if self._is_safe(cut := self._cut(sep))), None)

    def _cut(self, separator: str) -> list[list[str]]:
        return [[part for piece in text.split(separator) if (part := piece.strip())] or [text] for text in self.texts]

    def _is_safe(self, cut: list[list[str]]) -> bool:
        """Whether the pieces are products: sold by themselves as well, or never more than were bought, and alone where one was."""
        sizes = np.array([len(pieces) for pieces in cut])
        if self.rows[sizes > 1].sum() < FEWEST or sizes.max() > LONGEST:
            return False
        alone = {pieces[0] for pieces in cut if len(pieces) == 1}
        found = sum(
            rows * sum(piece in alone for piece in pieces) / len(pieces)
            for pieces, rows in zip(cut, self.rows, strict=True)
            if len(pieces) > 1
        )
        if found >= SURE * self.rows[sizes > 1].sum():
            return True
        if self.quantity is None:
            return False
        told = (self.codes >= 0) & (self.quantity > 0)
        size, bought = sizes[self.codes[told]], self.quantity[told]
        single, joined = bought == 1, size > 1
        # One product's title may have commas of its own: then those bought alone have them too.
        return bool(
            single.sum() >= FEWEST
            and (size[single] == 1).mean() >= MOST
            and joined.sum() >= FEWEST
            and (size[joined] <= bought[joined]).mean() >= MOST
        )

    @property
    def joined(self) -> Mask:
        """Rows that seem to hold several products, which cannot be told apart."""
        none = np.zeros(len(self.codes), dtype=bool)
        if self.pieces is not None or self.quantity is None:
            return none
        marked = np.array([any(sep in text.strip() for sep in SEPARATORS[:6]) for text in self.texts], dtype=bool)
        found = np.append(marked, False)[self.codes] & (self.quantity > 1)
        return found if found.sum() > SEVERAL * len(found) else none


def find_titles(table: pa.Table) -> Titles | None:
    """None where every line is one product by its form: without order numbers, or with codes of products."""
    if not {Role.ORDER, Role.PRODUCT_NAME} <= set(table.column_names) or Role.PRODUCT in table.column_names:
        return None
    orders = table[Role.ORDER].combine_chunks()
    if len(orders.dictionary) < MOST * len(orders):
        return None
    quantity = None
    if Role.QUANTITY in table.column_names:
        quantity = np.asarray(table[Role.QUANTITY].to_numpy(), dtype=np.float64)
    return Titles(table[Role.PRODUCT_NAME].combine_chunks(), quantity)


def taken_apart(table: pa.Table, titles: Titles) -> pa.Table:
    """One line for each product.

    Money is shared out by what the products cost alone, equally where that is not known of all of them; of how many pieces
    each was is told only where there are as many as products.
    """
    if titles.pieces is None:
        return table
    places: dict[str, int] = {}
    owned = [[places.setdefault(piece, len(places)) for piece in pieces] for pieces in titles.pieces]
    sizes = np.append([len(pieces) for pieces in owned], 1)[titles.codes]
    rows = np.repeat(np.arange(table.num_rows), sizes)
    none = np.array([-1])
    piece = np.concatenate([owned[code] if code >= 0 else none for code in titles.codes])
    result = table.take(pa.array(rows))
    named = pa.DictionaryArray.from_arrays(
        pa.array(piece, pa.int32(), mask=piece < 0), pa.array([*places], pa.string())
    )
    result = _with(result, Role.PRODUCT_NAME, named)
    several = sizes[rows] > 1
    if Role.AMOUNT in table.column_names:
        amount = np.asarray(table[Role.AMOUNT].to_numpy(), dtype=np.float64)
        parts = _parts(amount, titles, sizes, rows, piece)
        result = _with(result, Role.AMOUNT, pa.array(amount[rows] * parts))
    if titles.quantity is not None:
        as_many = titles.quantity[rows] == sizes[rows]
        each = np.where(several, np.where(as_many, 1.0, np.nan), titles.quantity[rows])
        result = _with(result, Role.QUANTITY, pa.array(each, from_pandas=True))
    if Role.PRICE in table.column_names:
        price = np.asarray(result[Role.PRICE].to_numpy(), dtype=np.float64)
        result = _with(result, Role.PRICE, pa.array(np.where(several, np.nan, price), from_pandas=True))
    return result


def _parts(
    amount: Floats, titles: Titles, sizes: NDArray[np.int64], rows: NDArray[np.int64], piece: NDArray[np.int64]
) -> Floats:
    """The share of each line in its order's money."""
    bought = np.ones(len(amount)) if titles.quantity is None else titles.quantity
    alone = (sizes == 1) & (amount > 0) & (bought > 0) & (titles.codes >= 0)
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    cost = pd.Series(amount[alone] / bought[alone]).groupby(piece[first[alone]]).median()
    price = cost.reindex(piece).to_numpy()
    known = np.bincount(rows, np.isfinite(price), len(sizes)) == sizes
    weight = np.where(known[rows], price, 1.0)
    return np.asarray(weight / np.bincount(rows, weight, len(sizes))[rows], dtype=np.float64)


def _with(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), str(name), column)
