"""What was kept is what would be worked out, or it is not taken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from analytics import keeping
from analytics.analysis import Asked, Cuts
from analytics.cleaning import Outliers, Policy
from analytics.dataset import Shop
from analytics.keeping import mark, once, packed, unpacked
from analytics.registry import analyse
from tests.analytics.shops import line, pairs_shop, shop


@dataclass(frozen=True)
class Inner:
    numbers: npt.NDArray[np.int64]
    real: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Value:
    """All that may be kept: arrays, a value within, and plain numbers."""

    count: int
    share: float
    sure: bool
    inner: Inner
    table: npt.NDArray[np.float64]


VALUES = st.builds(
    Value,
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.booleans(),
    st.builds(Inner, arrays.arrays(np.int64, st.integers(0, 9)), arrays.arrays(bool, st.integers(0, 9))),
    arrays.arrays(np.float64, st.tuples(st.integers(0, 4), st.integers(0, 4))),
)
VALUE = Value(3, 0.1, True, Inner(np.arange(3), np.ones(2, bool)), np.array([[np.nan, np.inf]]))


@dataclass
class Shelf:
    """Keeps in memory, and tells how often something new was put there."""

    held: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    puts: int = 0

    def get(self, name: str, mark: bytes) -> bytes | None:
        told, content = self.held.get(name, (b"", b""))
        return content if told == mark else None

    def put(self, name: str, mark: bytes, content: bytes) -> None:
        self.puts += 1
        self.held[name] = (mark, content)


@given(VALUES)
@example(VALUE)
def test_what_is_taken_out_is_what_was_put_in(value: Value) -> None:
    again = unpacked(Value, packed(value))
    assert (type(again.count), type(again.share), type(again.sure)) == (int, float, bool)
    assert again.table.dtype == value.table.dtype
    assert again.table.shape == value.table.shape
    assert packed(again) == packed(value)


@given(st.binary(max_size=200) | st.integers(0, 80).map(lambda size: packed(VALUE)[:size]))
def test_anything_else_is_worked_out_anew(content: bytes) -> None:
    shelf = Shelf({"name": (mark(Value, 1), content)})
    assert once(shelf, "name", Value, lambda: VALUE, 1) is VALUE
    assert shelf.held["name"] == (mark(Value, 1), packed(VALUE)), "and whole from now on"


def test_what_goes_on_behind_the_end_is_not_taken() -> None:
    with pytest.raises(ValueError, match="Inner"):
        unpacked(Inner, packed(VALUE))


FRAME = pd.DataFrame({"customer": pd.Categorical(["a", "b", None]), "amount": [1.0, np.nan, 3.0]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1,), (True,)),
        ((1,), (1.0,)),
        ((1,), ("1",)),
        (("ab", "c"), ("a", "bc")),
        ((None,), ("None",)),
        ((Fraction(1, 100),), (Fraction(1),)),
        ((Cuts(recency=30),), (Cuts(frequency=30),)),
        ((date(2026, 1, 2),), (date(2026, 1, 3),)),
        ((np.arange(4),), (np.arange(4).reshape(2, 2),)),
        ((np.arange(4),), (np.arange(4, dtype=np.uint64),)),
        ((np.arange(2), np.arange(3)), (np.arange(3), np.arange(2))),
        ((np.array([0.0]),), (np.array([-0.0]),)),
        ((np.array(["ab", "c"], object),), (np.array(["a", "bc"], object),)),
        ((FRAME,), (FRAME.rename(columns={"amount": "money"}),)),
        ((FRAME,), (FRAME.assign(customer=FRAME["customer"].cat.rename_categories({"a": "z"})),)),
        ((FRAME,), (FRAME.iloc[::-1],)),
        ((FRAME,), (FRAME.fillna({"amount": 0.0}),)),
    ],
    ids=str,
)
def test_a_mark_tells_apart_what_differs(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    assert mark(*one) != mark(*other)
    assert mark(*one) == mark(*one)


def test_any_changed_line_of_code_is_another_method(tmp_path: Path) -> None:
    code = Path(keeping.__file__).parent
    copied = shutil.copytree(code, tmp_path / "analytics", ignore=shutil.ignore_patterns("__pycache__"))
    before = keeping.method(copied)
    changed = copied / "itemsets" / "eclat.py"
    changed.write_text(changed.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert keeping.method(copied) != before
    changed.write_text(changed.read_text(encoding="utf-8")[:-1], encoding="utf-8")
    assert keeping.method(copied) == before


def test_another_method_works_it_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf()
    once(shelf, "name", Value, lambda: VALUE, 1)
    once(shelf, "name", Value, lambda: VALUE, 1)
    assert shelf.puts == 1
    monkeypatch.setattr(keeping, "METHOD", bytes(32))
    once(shelf, "name", Value, lambda: VALUE, 1)
    assert shelf.puts == 2


# Whole answers

ROWS = [*pairs_shop(500), line("c01", 9, 9000.0, "bulk", product_name="tea")]
ASKED = Asked(pictures=False, seed=3)
QUESTIONS = [
    "basket",
    "basket page 1",
    "basket tea",
    "basket 5%",
    "basket why",
    "basket next",
    "basket due",
    "basket segment",
    "basket list",
    "basket list offers",
    "basket list due",
    "campaigns",
    "campaigns cross_sell",
    "campaigns plan 30",
    "digest weekly",
]


def told(target: Shop, question: str, asked: Asked = ASKED) -> str:
    name, *words = question.split()
    return repr(analyse(name, target, tuple(words), asked))


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_is_the_same_with_and_without(question: str) -> None:
    bare, shelf = shop(ROWS), Shelf()
    kept = replace(bare, kept=shelf)
    assert told(kept, question) == told(bare, question), "while it is put there"
    there = shelf.puts
    assert there > 0
    assert told(kept, question) == told(bare, question), "and when it is taken from there"
    assert shelf.puts == there, "nothing was worked out anew"


def test_a_page_is_turned_and_a_play_chosen_without_mining_again() -> None:
    kept = replace(shop(ROWS), kept=(shelf := Shelf()))
    for question in ("campaigns", "basket", "basket next"):
        told(kept, question)
    there = shelf.puts
    for question in ("basket page 1", "basket tea", "basket list", "basket due", "digest weekly", "campaigns refill"):
        told(kept, question)
    assert shelf.puts == there


def test_a_threshold_of_ones_own_does_not_push_out_what_is_usual() -> None:
    kept = replace(shop(ROWS), kept=(shelf := Shelf()))
    told(kept, "basket")
    told(kept, "basket 5%")
    there = shelf.puts
    told(kept, "basket")
    told(kept, "basket 5% page 1")
    assert shelf.puts == there
    told(kept, "basket 6%")
    assert shelf.puts == there + 1


CHANGES: dict[str, Callable[[Shop], tuple[Shop, Asked]]] = {
    "another cleaning": lambda old: (old, replace(ASKED, policies={"amount": Policy(outliers=Outliers.LEAVE_OUT)})),
    "another day": lambda old: (old, replace(ASKED, as_of=date(2026, 7, 1))),
    "orders of the future": lambda old: (old, replace(ASKED, today=date(2026, 7, 1))),
    "other thresholds": lambda old: (old, replace(ASKED, cuts=Cuts(recency=9, frequency=9), vocabulary="classes")),
    "one order more": lambda old: (replace(shop([*ROWS, line("c01", 5, 9.0, "new", product_name="cup")]), kept=old.kept), ASKED),
    "one customer by another name": lambda old: (
        replace(shop([row | {"customer": "zz"} if row["customer"] == "c01" else row for row in ROWS]), kept=old.kept),
        ASKED,
    ),
    "another shop": lambda old: (replace(shop(pairs_shop(450, seed=9)), kept=old.kept), ASKED),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_stale_is_told_after_a_change(change: str) -> None:
    kept = replace(shop(ROWS), kept=Shelf())
    before = {question: told(kept, question) for question in QUESTIONS}
    after, asked = CHANGES[change](kept)
    bare = {question: told(replace(after, kept=None), question, asked) for question in QUESTIONS}
    assert bare != before, "it does change something"
    assert {question: told(after, question, asked) for question in QUESTIONS} == bare
