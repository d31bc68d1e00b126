"""Names and contacts are split off, and one customer stays one however each file knows them."""

from __future__ import annotations

from analytics import people
from analytics.dataset import Dataset, Role
from analytics.reading import read

SECRET = b"the owner's secret"
ORDERS = b"Order ID,Date,Customer ID,Customer name,Email,Total\n1,2026-03-01,C1,Ann Lee,Ann@example.com,9\n2,2026-03-02,C2,Bo Li,bo@example.com,8\n3,2026-03-03,C1,Ann Lee,,7\n"
BY_EMAIL = b"Order ID,Date,Email,Total\n7,2026-04-01,ANN@example.com,5\n8,2026-04-02,new@example.com,4\n"
BY_PHONE = "订单编号,下单时间,手机号,实付金额\n1,2026-03-01,+86 138-0000-0000,9\n2,2026-03-02,13900000000,8\n".encode()
CUSTOMERS = "客户编号,姓名,手机号,城市\nK1,张三,13800000000,上海\nK2,李四,13900000001,北京\n".encode()


def only(content: bytes, name: str = "orders.csv") -> tuple[Dataset, Dataset]:
    (dataset,) = read(content, name)
    kept, split_off = people.split(dataset, SECRET)
    assert split_off is not None
    return kept, split_off


def test_nothing_personal_stays_in_the_table() -> None:
    kept, _ = only(ORDERS)
    assert not {Role.NAME, Role.EMAIL} & set(kept.names)
    cells = {str(value) for column in kept.table().to_pydict().values() for value in column}
    assert not {"C1", "C2", "Ann Lee", "Ann@example.com"} & cells


def test_the_people_are_told_once_with_what_the_sheet_knows_of_them() -> None:
    _, split_off = only(ORDERS)
    rows = split_off.frame().set_index(people.LABEL)
    assert list(rows.index) == ["C1", "C2"]
    assert rows.loc["C1", "name"] == "Ann Lee"
    assert rows.loc["C1", "email"] == "Ann@example.com"


def test_keys_are_the_same_in_every_file_of_an_owner_and_different_elsewhere() -> None:
    assert people.pseudonym("C1", SECRET) == people.pseudonym("C1", SECRET)
    assert people.pseudonym("C1", SECRET) != people.pseudonym("C1", b"another")


def test_an_order_by_e_mail_meets_the_customer_with_that_e_mail() -> None:
    _, numbered = only(ORDERS)
    by_email, contacts = only(BY_EMAIL)
    everybody = people.merge(numbered, contacts)
    joined = people.joined(by_email, everybody).table(Role.CUSTOMER)[Role.CUSTOMER].to_pylist()
    assert joined[0] == people.pseudonym("C1", SECRET)
    assert joined[1] == people.pseudonym("new@example.com", SECRET)


def test_a_phone_meets_its_other_spelling() -> None:
    by_phone, contacts = only(BY_PHONE)
    _, numbered = only(CUSTOMERS, "客户.csv")
    everybody = people.merge(contacts, numbered)
    joined = people.joined(by_phone, everybody).table(Role.CUSTOMER)[Role.CUSTOMER].to_pylist()
    assert joined == [people.pseudonym("K1", SECRET), people.pseudonym("13900000000", SECRET)]


def test_two_customers_with_one_e_mail_are_not_mixed_up() -> None:
    shared = ORDERS.replace(b"bo@example.com", b"ann@example.com")
    _, numbered = only(shared)
    by_email, contacts = only(BY_EMAIL)
    joined = people.joined(by_email, people.merge(numbered, contacts)).table(Role.CUSTOMER)[Role.CUSTOMER].to_pylist()
    assert joined[0] == people.pseudonym("ann@example.com", SECRET)


def test_newer_details_win_and_missing_ones_stay() -> None:
    _, old = only(ORDERS)
    _, new = only(ORDERS.replace(b"Ann Lee", b"Ann Park").replace(b"Ann@example.com", b""))
    row = people.merge(old, new).frame().set_index(people.LABEL).loc["C1"]
    assert row["name"] == "Ann Park"
    assert row["email"] == "Ann@example.com"


def test_a_sheet_without_customers_has_no_people() -> None:
    (dataset,) = read(b"Order ID,Date,Total\n1,2026-03-01,9\n2,2026-03-02,8\n", "till.csv")
    kept, split_off = people.split(dataset, SECRET)
    assert split_off is None
    assert kept.names == dataset.names
