from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pytest

from analytics import people
from analytics.analysis import Asked, Terms
from analytics.choices import Choices
from analytics.dataset import Shop
from analytics.reach import reachable, said_no
from analytics.reading import read
from analytics.trials import HOLDOUT, Trial
from tests.analytics.shops import customers, line, named_shop

TODAY = date(2026, 11, 21)


def refusing(header: str, *values: str | None) -> set[int]:
    """Places of the customers who say no in a column of that name."""
    found = said_no(customers({header: list(values)}))
    return {int(key.removeprefix("c")) for key in found}


@pytest.mark.parametrize(
    ("header", "yes", "no"),
    [
        ("Accepts Email Marketing", "yes", "no"),
        ("Accepts Marketing", "TRUE", "FALSE"),
        ("Email Marketing Consent", "SUBSCRIBED", "NEVER_SUBSCRIBED"),
        ("SMS Consent", "subscribed", "Unsubscribed"),
        ("Status", "subscribed", "unsubscribed"),
        ("Newsletter", "Y", "n"),
        ("opt_in", "1", "0"),
        ("Email opt-in", "1.0", "0.0"),
        ("是否接受营销", "是", "否"),
        ("接收短信", "是", "否"),
        ("短信订阅", "已订阅", "已退订"),
        ("状态", "已订阅", "已退订"),
        ("是否同意接收推广消息", "同意", "不同意"),
    ],
)
def test_columns_of_consent(header: str, yes: str, no: str) -> None:
    assert refusing(header, yes, no, None, no) == {1, 3}


@pytest.mark.parametrize(
    ("header", "no", "yes"),
    [
        ("Unsubscribed", "yes", "no"),
        ("Unsubscribe date", "2026-03-01", None),
        ("Opt-out", "x", "0"),
        ("Do not contact", "TRUE", "FALSE"),
        ("是否退订", "是", "否"),
        ("退订时间", "2026-03-01", "-"),
        ("免打扰", "是", None),
        ("状态 退订", "已退订", "未退订"),
    ],
)
def test_columns_of_refusal(header: str, no: str, yes: str | None) -> None:
    assert refusing(header, no, yes, yes) == {0}


@pytest.mark.parametrize(
    ("header", "values"), [("Tags", ("yes", "no")), ("Subscription box", ("active", "inactive")), ("VIP", ("是", "否"))]
)
def test_other_columns_say_nothing(header: str, values: tuple[str, str]) -> None:
    assert refusing(header, *values) == set()


def test_one_yes_is_enough_to_be_written_to_unless_they_refused_everything() -> None:
    listed = customers(
        {
            "Accepts Email Marketing": ["no", "no", "yes", None],
            "Accepts SMS Marketing": ["yes", None, "yes", None],
            "Unsubscribed": [None, None, "yes", None],
        }
    )
    assert said_no(listed) == {"c0001", "c0002"}


def test_an_export_as_it_comes() -> None:
    header = "First Name,Last Name,Email,Accepts Email Marketing,Default Address City,Phone,Accepts SMS Marketing,Total Spent,Total Orders"
    rows = [f"Ann,Lee{n},a{n}@x.com,{'yes' if n % 2 else 'no'},Bath,,no,{n}.50,{n}" for n in range(30)]
    (listed,) = read("\n".join([header, *rows]).encode(), "customers.csv", Choices())
    assert len(said_no(listed)) == 15


def sent(who: dict[str, str], day: date | None) -> Trial:
    table = pa.table({"customer": list(who), "version": list(who.values())})
    return Trial("split", "all", ("A", HOLDOUT), 0, 14, TODAY, table, sent=day)


@pytest.mark.parametrize(("ago", "kept"), [(0, ()), (13, ()), (14, ("a", "b", "c")), (None, ("a", "b", "c"))])
def test_who_is_in_a_trial_just_sent_is_left_alone_written_to_or_not(ago: int | None, kept: tuple[str, ...]) -> None:
    day = None if ago is None else TODAY - timedelta(days=ago)
    shop = Shop(trials=(sent({"a": "A", "b": "A", "c": HOLDOUT}, day),))
    reach = reachable(shop, ["a", "b", "c"], Asked(today=TODAY))
    assert reach.kept == kept
    assert reach.left_out == ({} if kept else {"written_lately": 2, "held_back": 1})


def test_the_days_between_two_messages_are_the_owners() -> None:
    shop = Shop(trials=(sent({"a": "A"}, TODAY - timedelta(days=20)),))
    assert reachable(shop, ["a"], Asked(today=TODAY, terms=Terms(apart=30))).kept == ()
    assert reachable(shop, ["a"], Asked(today=TODAY, terms=Terms(apart=20))).kept == ("a",)


def test_a_customer_who_turned_out_to_be_another_was_written_to_as_well() -> None:
    shop = Shop(trials=(replace(sent({"old": "A"}, TODAY), aliases={"old": "new"}),))
    assert reachable(shop, ["new", "old"], Asked(today=TODAY)).kept == ("old",)


def test_without_e_mail_and_phone_nobody_can_be_written_to_if_others_have_one() -> None:
    rows = [line("c1", 1, 5.0), line("c2", 1, 5.0), line("c3", 1, 5.0, email="x@y.com"), line("d@y.com", 1, 5.0)]
    rows[0]["phone"] = "07700 900001"
    shop = named_shop(rows)
    reach = reachable(shop, [people.pseudonym(label, b"secret") for label in ("c1", "c2", "c3", "d@y.com")], Asked())
    assert (len(reach.kept), reach.left_out) == (3, {"no_contact": 1})
    bare = named_shop([line("c1", 1, 5.0), line("c2", 1, 5.0)])
    assert reachable(bare, [people.pseudonym("c1", b"secret")], Asked()).left_out == {}


def test_everybody_counts_once_for_the_first_reason_and_the_order_stays() -> None:
    listed = customers({"Newsletter": ["no", "no", "yes", "yes"]})
    shop = Shop(customers=listed, trials=(sent({"c0001": "A", "c0002": "A"}, TODAY),))
    reach = reachable(shop, ["c0003", "c0002", "c0001", "c0000"], Asked(today=TODAY))
    assert reach.kept == ("c0003",)
    assert reach.left_out == {"said_no": 2, "written_lately": 1}


def test_nobody_at_all() -> None:
    assert reachable(Shop(), [], Asked()).kept == ()
