"""What the store remembers, and that a crash between any two steps leaves a state that was once confirmed."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from analytics.analysis import Cuts
from analytics.dataset import Column, Count, Dataset, Kind, Receipt, Role
from bot.jobs import Table, Taken, Written
from bot.store import Store

RECEIPT = Receipt(
    "a.csv", None, "00", "utf-8", ",", 9, 8, (Count("duplicate", 1, (3,)),), (Count("taken_back", 2, (4, 5)),)
)

TABLE = Table(Kind.ORDERS, RECEIPT, (Column("Order ID", Role.ORDER, 1.0),), "GBP", date(2026, 1, 2), date(2026, 3, 4))


def written(store: Store, owner: int, name: str) -> Taken:
    path = store.folder_of(owner) / f"{name}.parquet"
    Dataset(Kind.ORDERS, (), RECEIPT, None, pa.table({"order": ["1"]})).write(path)
    return Taken((TABLE,), (Written(Kind.ORDERS, path, path),))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


def test_what_was_understood_comes_back_as_it_was(store: Store) -> None:
    store.add(7, "a.csv", "00", written(store, 7, "a"))
    assert store.uploads(7)[0].tables == (TABLE,)


def test_undo_points_back_to_the_upload_before(store: Store) -> None:
    first, second = written(store, 7, "a"), written(store, 7, "b")
    store.add(7, "a.csv", "00", first)
    store.add(7, "b.csv", "01", second)
    assert store.current(7) == {Kind.ORDERS: second.written[0].merged}
    undone = store.undo(7)
    assert undone is not None
    assert undone.filename == "b.csv"
    assert store.current(7) == {Kind.ORDERS: first.written[0].merged}
    assert not second.written[0].merged.exists()
    assert store.undo(7) is not None
    assert store.undo(7) is None
    assert store.current(7) == {}


def test_the_orders_before_the_latest_file_that_changed_them_stay_at_hand(store: Store) -> None:
    first, second = written(store, 7, "a"), written(store, 7, "b")
    store.add(7, "a.csv", "00", first)
    assert store.earlier_orders(7) is None
    store.add(7, "b.csv", "01", second)
    assert store.earlier_orders(7) == first.written[0].merged
    store.undo(7)
    assert store.earlier_orders(7) is None


def test_starting_over_leaves_nothing_earlier(store: Store) -> None:
    store.add(7, "a.csv", "00", written(store, 7, "a"))
    latest = store.add(7, "b.csv", "01", written(store, 7, "b"))
    store.start_over(7, latest.id)
    assert store.earlier_orders(7) is None


def test_a_memory_goes_with_the_upload_it_stands_on(store: Store) -> None:
    store.add(7, "a.csv", "00", written(store, 7, "a"))
    store.remember(7, "segments", "first")
    store.add(7, "b.csv", "01", written(store, 7, "b"))
    assert store.remembered(7, "segments") == "first"
    store.remember(7, "segments", "second")
    store.remember(7, "segments", "third")
    assert store.remembered(7, "segments") == "third"
    assert store.remembered(8, "segments") is None
    store.undo(7)
    assert store.remembered(7, "segments") == "first"
    store.forget(7)
    assert store.remembered(7, "segments") is None


def test_thresholds_are_the_owner_s_own(store: Store) -> None:
    store.welcome(7, "groups")
    assert store.owner(7).cuts == Cuts()  # type: ignore[union-attr]
    store.set_cuts(7, Cuts(recency=30, money=99.5))
    assert store.owner(7).cuts == Cuts(30, None, 99.5)  # type: ignore[union-attr]


def test_what_was_written_but_never_confirmed_is_swept_at_the_next_start(store: Store, tmp_path: Path) -> None:
    kept = written(store, 7, "a")
    store.add(7, "a.csv", "00", kept)
    written(store, 7, "never confirmed")
    (store.folder_of(7) / "incoming-1").write_bytes(b"half a file")
    store.close()
    again = Store(tmp_path / "data")
    assert [path.name for path in again.folder_of(7).iterdir()] == ["a.parquet"]
    assert again.current(7) == {Kind.ORDERS: kept.written[0].merged}


def test_a_failed_confirmation_changes_nothing(store: Store) -> None:
    store.add(7, "a.csv", "00", written(store, 7, "a"))
    before = store.current(7)
    twice = written(store, 7, "b")
    with pytest.raises(Exception, match="UNIQUE"):
        store.add(7, "b.csv", "01", Taken(twice.tables, twice.written * 2))
    assert store.current(7) == before
    assert len(store.uploads(7)) == 1


def test_owners_are_kept_apart(store: Store) -> None:
    added = store.add(7, "a.csv", "00", written(store, 7, "a"))
    assert store.current(8) == {}
    assert store.upload(8, added.id) is None
    with pytest.raises(LookupError):
        store.start_over(8, added.id)
    assert store.seen(8, "00") is None
    store.forget(8)
    assert store.uploads(7)


def test_only_the_server_s_user_can_look_inside(store: Store) -> None:
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(store.folder_of(7).stat().st_mode) == 0o700


def test_opening_twice_applies_each_migration_once(store: Store, tmp_path: Path) -> None:
    store.close()
    Store(tmp_path / "data").close()
    Store(tmp_path / "data").close()


async def test_the_inbox_forgets_what_was_said_but_not_that_it_was_answered(store: Store) -> None:
    said = [(5, 7, {"update_id": 5, "message": {"text": "secret"}})]
    assert await store.inbox.receive(said) == set()
    assert [body["update_id"] for body in store.inbox.waiting()] == [5]
    store.inbox.finish(5)
    assert await store.inbox.receive(said) == {5}
    assert store.inbox.waiting() == ()
