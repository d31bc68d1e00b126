"""Who is one person, and tables without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import people
from analytics.dataset import Dataset, Kind, Role
from analytics.forgetting import SALE, unnamed, without
from analytics.mentions import Mentions
from analytics.people import pseudonym
from analytics.persons import Everybody, mark, returned
from tests.analytics.shops import customers, dataset, line, orders

SECRET = b"secret"


def known(*sheets: Dataset) -> list[Dataset]:
    """The people that these sheets tell of, one table after each sheet, as they are kept."""
    tables: list[Dataset] = []
    for sheet in sheets:
        _, behind = people.split(sheet, SECRET)
        assert behind is not None
        tables.append(people.merge(tables[-1], behind) if tables else behind)
    return tables


def listed(*rows: Sequence[str | None]) -> Dataset:
    number, name, email, phone = zip(*rows, strict=True)
    return customers({"customer": number, "name": name, "email": email, "phone": phone})


def labels(everybody: Everybody, query: str) -> list[str]:
    return [person.label for person in everybody.find(query)]


def test_somebody_is_found_by_number_name_e_mail_and_phone() -> None:
    everybody = Everybody(
        known(listed(("c1", "Ann Lee", "Ann@x.org", "+44 7700 900001"), ("c2", "Bo", "bo@x.org", None)))
    )
    for query in ("c1", "ann lee", "ANN@X.ORG", "07700 900001", pseudonym("c1", SECRET)):
        assert labels(everybody, query) == ["c1"]
    assert labels(everybody, "nobody at all") == []


def test_one_person_of_several_files_is_one() -> None:
    by_mail = orders([line("ann@x.org", 1, 5.0, "1", email="ann@x.org")])
    by_name = orders([line("Ann Lee", 2, 5.0, "2", name="Ann Lee")])
    everybody = Everybody(
        known(listed(("c1", "Ann Lee", "ann@x.org", None), ("c2", "Bo", None, None)), by_mail, by_name)
    )
    (person,) = everybody.find("c1")
    assert set(person.keys) == {pseudonym(label, SECRET) for label in ("c1", "ann@x.org", "Ann Lee")}
    assert person.keys[0] == pseudonym("c1", SECRET)
    (same,) = everybody.find("LEE, Ann")
    assert same == person


@pytest.mark.parametrize(
    ("known_as", "contacts"),
    [
        ("+447700900001", (None, None, "07700 900 001")),
        ("07700900001", (None, None, "+44 (0)7700-900001")),
        ("13800138000", (None, None, "+86 138-0013-8000")),
        ("ann@x.org", (None, "Ann+shop@X.org", None)),
        ("李小明", ("李 小明", None, None)),
        ("Lee, Ann", ("Ann Lee", None, None)),
    ],
)
@pytest.mark.parametrize("first", [0, 1])
def test_one_person_of_two_files_is_one_however_it_is_written(
    known_as: str, contacts: tuple[str | None, ...], first: int
) -> None:
    numbered, bare = listed(("c1", *contacts), ("c2", "Bo", "bo@x.org", None)), orders([line(known_as, 1, 5.0, "1")])
    everybody = Everybody(known(*[numbered, bare][:: -1 if first else 1]))
    keys = {pseudonym(label, SECRET) for label in ("c1", known_as)}
    assert [set(person.keys) for person in everybody.find("c1")] == [keys]
    assert [set(person.keys) for person in everybody.find(known_as)] == [keys]


def test_who_shares_an_e_mail_or_phone_is_told_of() -> None:
    everybody = Everybody(
        known(listed(("c1", "Ann Lee", "us@x.org", "1"), ("c2", "Bo", "US@x.org", "2"), ("c3", "Cy", "cy@x.org", "2")))
    )
    (person,) = everybody.find("c1")
    assert person.alike == ((pseudonym("c2", SECRET), "c2"),)
    assert everybody.find("c3")[0].alike == ()


def test_what_a_later_file_does_not_tell_is_still_known() -> None:
    (person,) = Everybody(
        [*known(listed(("c1", "Ann Lee", "ann@x.org", "07700 900001"))), *known(orders([line("c1", 1, 5.0, "1")]))]
    ).find("c1")
    assert (person.name, person.email, person.phone) == ("Ann Lee", "ann@x.org", "07700 900001")


def test_two_of_a_name_or_of_an_e_mail_stay_two() -> None:
    everybody = Everybody(known(listed(("c1", "Ann Lee", "us@x.org", None), ("c2", "Ann Lee", "us@x.org", None))))
    assert labels(everybody, "Ann Lee") == ["c1", "c2"]
    for person in everybody.find("us@x.org"):
        assert len(person.keys) == 1
    first = everybody.find("c1")[0]
    # What both go by marks neither.
    assert everybody.marks(first, SECRET) == {mark("c1", SECRET)}


def test_marks_know_again_and_tell_nothing() -> None:
    everybody = Everybody(known(listed(("c1", "Ann Lee", "Ann@x.org", "07700 900001"), ("c2", "Bo", "bo@x.org", None))))
    (person,) = everybody.find("c1")
    marks = everybody.marks(person, SECRET)
    assert len(marks) == 4
    assert not {pseudonym(text, SECRET) for text in ("c1", "ann@x.org")} & marks
    forgotten = dict.fromkeys(marks, True)
    (again,) = known(listed(("c7", "A. Lee", "ANN@X.ORG", None), ("c2", "Bo", "bo@x.org", None)))
    assert returned(again, forgotten, SECRET) == {pseudonym("c7", SECRET): True}
    assert returned(again, forgotten, b"another owner") == {}
    # By the bare name only where nothing else tells them apart.
    (bare,) = known(orders([line("Lee, Ann", 1, 5.0, "1")]))
    assert returned(bare, forgotten, SECRET) == {pseudonym("Lee, Ann", SECRET): True}
    (other,) = known(listed(("c8", "Ann Lee", "another@x.org", None)))
    assert returned(other, forgotten, SECRET) == {}
    for number in ("#c1", "C1"):
        (again,) = known(listed((number, None, None, None)))
        assert returned(again, forgotten, SECRET)


rows_of = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 50), st.integers(1, 900)), min_size=1, max_size=30)


@settings(deadline=None)
@given(rows_of, st.sets(st.integers(0, 4), min_size=1, max_size=3), st.booleans())
def test_without_takes_out_these_customers_and_leaves_all_else(
    rows: list[tuple[int, int, int]], gone: set[int], keep_sales: bool
) -> None:
    told = [
        line(f"c{who}", day, cents / 100, f"o{n}", product_name="tea", place=f"home of c{who}", note=f"by c{who}")
        for n, (who, day, cents) in enumerate(rows)
    ]
    before, keys = orders(told), {f"c{who}" for who in gone}
    after = without(before, keys, keep_sales=keep_sales)
    if not keys & {row["customer"] for row in told}:
        assert after is None
        return
    assert after is not None
    frame, original = after.frame(), before.frame()
    theirs = original[Role.CUSTOMER].isin(list(keys)).to_numpy()
    assert without(after, keys, keep_sales=keep_sales) is None
    assert after.table().schema == before.table().schema
    texts = {
        str(value)
        for column in after.table().columns
        for chunk in column.chunks
        if pa.types.is_dictionary(chunk.type)
        for value in chunk.dictionary.to_pylist()
    }
    assert not any(key in text for key in keys for text in texts)
    if keep_sales:
        assert frame[Role.AMOUNT].tolist() == original[Role.AMOUNT].tolist()
        for name in set(before.names) - SALE:
            assert frame[name][theirs].isna().all()
            assert frame[name][~theirs].astype(object).tolist() == original[name][~theirs].astype(object).tolist()
    else:
        assert frame[Role.AMOUNT].tolist() == original[Role.AMOUNT][~theirs].tolist()


@pytest.mark.parametrize("kind", [Kind.CUSTOMERS, Kind.RESULTS, Kind.COMMENTS, Kind.EVENTS])
def test_only_sales_are_kept_without_their_customer(kind: Kind) -> None:
    table = dataset(kind, {"customer": ["c1", "c2"], "text": ["mine", "yours"]})
    left = without(table, {"c1"}, keep_sales=True)
    assert left is not None
    assert left.frame()["text"].tolist() == ["yours"]


def test_tables_that_know_no_customers_stay_as_they_are() -> None:
    assert without(dataset(Kind.CATALOGUE, {"product": ["tea"]}), {"tea"}, keep_sales=True) is None


# What others wrote

ANN = Mentions(["Ann Lee"], ["ann@x.org"], ["07700 900001"])


def test_others_keep_their_words_but_for_the_name() -> None:
    table = dataset(
        Kind.COMMENTS,
        {
            "customer": ["c1", "c2", "c2", "c3"],
            "text": ["I am Ann Lee", "ask Ann Lee, 07700-900-001", "fine", None],
            "referred by": ["", "lee ann", "Bo", "Bo"],
            "their phone": [1.0, 447700900001.0, 7700900002.0, None],
        },
    )
    left, cells = unnamed(table, {"c1"}, ANN)
    assert cells == 3
    frame = left.frame()
    assert frame["text"].astype(object).tolist()[:3] == ["I am …", "ask …, …", "fine"]
    assert frame["attribute:referred by"].tolist() == ["", "…", "Bo", "Bo"]
    assert frame["attribute:their phone"].isna().tolist() == [False, True, False, True]
    assert left.table().schema == table.table().schema
    again, cells = unnamed(left, {"c1"}, ANN)
    assert again is left
    assert cells == 0


def test_goods_keep_their_names_unless_only_they_bought_them() -> None:
    table = orders(
        [
            line("c1", 1, 5.0, "Ann Lee", product_name="Mug for Ann Lee", category="Ann Lee"),
            line("c1", 2, 5.0, "o2", product_name="Bag by Ann Lee", category="Ann Lee"),
            line("c2", 3, 5.0, "o3", product_name="Bag by Ann Lee", category="Ann Lee"),
        ]
    )
    left, cells = unnamed(table, {"c1"}, ANN)
    assert cells == 0
    assert left.frame()["product_name"].tolist() == ["Mug for …", "Bag by Ann Lee", "Bag by Ann Lee"]
    assert left.frame()["category"].tolist() == ["Ann Lee"] * 3
    assert left.frame()["order"].tolist() == ["Ann Lee", "o2", "o3"]
    catalogue = dataset(Kind.CATALOGUE, {"product": ["1"], "product_name": ["Bag by Ann Lee"]})
    assert unnamed(catalogue, {"c1"}, ANN) == (catalogue, 0)


def test_of_other_people_only_addresses_are_looked_through() -> None:
    (table,) = known(customers({"customer": ["c2"], "name": ["Ann Lee"], "address": ["c/o Ann Lee, 1 High St"]}))
    left, _ = unnamed(table, (), ANN)
    assert left.frame()[["name", "address"]].iloc[0].tolist() == ["Ann Lee", "c/o …, 1 High St"]


def test_names_of_files_and_sheets_tell_nobody() -> None:
    table = dataset(Kind.CATALOGUE, {"product": ["tea"]})
    receipt = replace(table.receipt, filename="Ann Lee.xlsx", sheet="for Lee, Ann", passed_over=("ann@x.org", "x"))
    left, cells = unnamed(replace(table, receipt=receipt), (), ANN)
    assert cells == 0
    assert (left.receipt.filename, left.receipt.sheet, left.receipt.passed_over) == ("….xlsx", "for …", ("…", "x"))


def test_what_two_go_by_is_looked_for_nowhere() -> None:
    everybody = Everybody(
        known(listed(("c1", "Ann Lee", "us@x.org", "07700 900001"), ("c2", "Lee Ann", "us@x.org", None)))
    )
    mentions = everybody.mentions(everybody.find("c1")[0].keys)
    assert mentions.taken_out("Ann Lee, us@x.org, 07700 900001") == "Ann Lee, us@x.org, …"
