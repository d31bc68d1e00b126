"""Finding a customer by what their owner calls them: a number, a name, an e-mail, a phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analytics import identity, people
from analytics.dataset import Dataset, Role

CLOSE, CLOSE_IN_CHINESE = 80, 65
"""How alike of 100 a name must be to be taken for a misspelt one; one sign of three makes more of a difference."""


def find(query: str, everybody: Dataset | None, keys: npt.NDArray[np.object_]) -> list[str]:
    """Keys of the customers that the query may mean: named exactly, else in part, else misspelt; empty for nobody.

    Where nobody may be looked at, a customer is known by the key alone.
    """
    wanted = identity.plain(query)
    if everybody is None:
        same = pd.DataFrame({"key": keys, people.LABEL: keys})
    else:
        same = everybody.frame()
        same["key"] = same[people.SAME_AS].fillna(same[Role.CUSTOMER])
    if (exact := same["key"] == query.strip()).any():
        return sorted(set(same["key"][exact]))
    texts = {
        column: same[column].fillna("").astype(str).map(identity.plain)
        for column in (people.LABEL, Role.NAME, Role.EMAIL)
        if column in same
    }
    hit = np.zeros(len(same), bool)
    for values in texts.values():
        hit |= (values == wanted).to_numpy()
    if Role.PHONE in same and (phones := identity.phones(query)):
        hit |= _any_form(phones, identity.phones, same[Role.PHONE])
    if not hit.any():
        hit |= _otherwise_spelt(query, same)
    if not hit.any() and (len(wanted) > 1 or not wanted.isascii()):
        for values in texts.values():
            hit |= values.str.contains(wanted, regex=False).to_numpy()
    if not hit.any():
        for values in texts.values():
            hit |= _misspelt(wanted, values.tolist())
    return sorted(set(same["key"][hit]))


def _otherwise_spelt(query: str, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whose number has zeros or a sign before it, whose name's parts stand in another order, whose e-mail has a tag."""
    hit = _any_form(identity.numbers(query), identity.numbers, rows[people.LABEL])
    if phones := identity.phones(query):
        hit |= _any_form(phones, identity.phones, rows[people.LABEL])
    if Role.NAME in rows and (name := identity.name(query)):
        hit |= _any_form(frozenset([name]), lambda text: frozenset([identity.name(text)]), rows[Role.NAME])
    if Role.EMAIL in rows and (emails := identity.emails(query)):
        hit |= _any_form(emails, identity.emails, rows[Role.EMAIL])
    return hit


def _any_form(
    wanted: frozenset[str], forms: Callable[[str], frozenset[str]], texts: pd.Series[str]
) -> npt.NDArray[np.bool_]:
    """Which of the texts have one of the wanted forms."""
    return np.array([isinstance(text, str) and not wanted.isdisjoint(forms(text)) for text in texts], bool)


def _misspelt(wanted: str, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which texts are the wanted one but for a slip; what has digits is a number, and another number is another person."""
    from rapidfuzz import fuzz

    least = CLOSE if wanted.isascii() else CLOSE_IN_CHINESE
    if len(wanted) < 3 or any(sign.isdigit() for sign in wanted):
        return np.zeros(len(texts), bool)
    short = len(wanted) < 5
    return np.array(
        [
            bool(text)
            and not any(sign.isdigit() for sign in text)
            and (
                fuzz.token_sort_ratio(wanted, text) >= least
                or (not short and len(text) >= len(wanted) and fuzz.partial_ratio(wanted, text) >= least + 5)
            )
            for text in texts
        ],
        bool,
    )


def behind(everybody: Dataset | None, keys: npt.NDArray[np.object_]) -> people.Contacts:
    """Contacts of these customers alone: a shop may have a million."""
    if everybody is None:
        return people.Contacts(None)
    table = everybody.table()
    kept = pc.is_in(table[Role.CUSTOMER], value_set=pa.array(keys.tolist(), pa.string()))
    return people.Contacts(replace(everybody, source=table.filter(kept)))
