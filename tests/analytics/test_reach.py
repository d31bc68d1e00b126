from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from analytics import people, rfm, stages
from analytics.analysis import Asked, Outcome, Terms
from analytics.choices import Choices
from analytics.dataset import Dataset, Shop
from analytics.errors import QuestionError
from analytics.language import HEADERS
from analytics.reach import reachable, said_no
from analytics.reading import read
from analytics.registry import analyse
from analytics.trials import HOLDOUT, Trial
from bot.render import Renderer
from bot.resources import TEMPLATES
from tests.analytics.shops import customers, line, named_shop

TODAY = date(2026, 11, 21)
RENDERER = Renderer(TEMPLATES)
DRAFTS = {language: RENDERER.drafts(language, "friendly") for language in ("en", "zh")}


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


SAMPLES = Path(__file__).parents[2] / "data"
FILES = {"en": ("en/orders.csv", "en/customers.csv"), "zh": ("zh/订单.csv", "zh/客户.csv")}
PAGES = (
    *(f"segments names {code}" for code in (*rfm.GROUPS[::3], *rfm.CLASSES[::3])),
    *(f"segments list {code}" for code in ("at_risk", "key_retain")),
    *(f"lifecycle names {code}" for code in (*stages.BOUGHT, stages.SLIPPING)),
    *(f"lifecycle list {code}" for code in ("lost", stages.SLIPPING)),
    *(f"campaigns {view} {kind}" for view in ("names", "list") for kind in ("win_back", "last_try")),
    "segments names",
    "lifecycle names",
    "campaigns list plan 60 -",
    "basket names",
    "basket list due",
    "basket list offers",
    "digest names 2026-06-01",
    "digest names quiet",
)
EVERYBODY = ("segments list", "segments list by segment", "lifecycle list")


@pytest.fixture(scope="module", params=FILES)
def told(request: pytest.FixtureRequest) -> tuple[str, Shop, frozenset[str]]:
    """A language, its sample shop with a list just sent to some, and who must not be written to, by their label."""
    parts: dict[str, Dataset] = {}
    for file in FILES[request.param]:
        for one in read((SAMPLES / file).read_bytes(), file, Choices()):
            kept, behind = people.split(one, b"secret")
            parts[str(kept.kind)] = kept
            assert behind
            parts["people"] = people.merge(parts["people"], behind) if "people" in parts else behind
    keys = sorted(parts["customers"].table("customer")["customer"].to_pylist())
    resting = {**dict.fromkeys(keys[:40], "A"), **dict.fromkeys(keys[40:50], HOLDOUT)}
    shop = Shop(
        orders=parts["orders"],
        customers=parts["customers"],
        people=parts["people"],
        trials=(sent(resting, TODAY),),
    )
    contacts = people.Contacts(shop.people)
    barred = {contacts.label(key) for key in {*said_no(shop.customers), *resting}}
    assert len(barred) > 100
    return request.param, shop, frozenset(barred)


def asked_for(told: tuple[str, Shop, frozenset[str]], page: str) -> Outcome:
    words = page.split()
    return analyse(
        words[0], told[1], words[1:], Asked(language=told[0], today=TODAY, pictures=False, drafts=DRAFTS[told[0]])
    )


def test_no_page_of_names_and_no_list_has_anybody_who_must_not_be_written_to(
    told: tuple[str, Shop, frozenset[str]],
) -> None:
    language, _, barred = told
    named = 0
    for page in PAGES:
        try:
            outcome = asked_for(told, page)
        except QuestionError:
            continue
        if outcome.document is not None:
            frame = pd.read_csv(io.BytesIO(outcome.document.content), dtype=str)
            there = set(frame.iloc[:, 0])
        else:
            there = set(re.findall("<code>([^<]+)</code>", RENDERER.outcome(outcome, language).html))
        assert not there & barred, page
        named += len(there)
    assert named > 400


def test_no_list_of_a_natural_group_has_anybody_who_must_not_be_written_to() -> None:
    rows = [line(f"c{n:02}", day, 5.0 + 95 * (n % 2), f"o{n}-{day}") for n in range(40) for day in range(n % 7, 40, 20)]
    named = named_shop(rows)
    keys = [people.pseudonym(f"c{n:02}", b"secret") for n in range(40)]
    target = replace(named, customers=customers({"customer": keys, "Newsletter": ["no", "no", "yes", "yes"] * 10}))
    document = analyse("segments", target, ("list", "cluster_1", "2"), Asked()).document
    assert document
    listed = set(pd.read_csv(io.BytesIO(document.content), dtype=str).iloc[:, 0])
    assert listed
    assert not listed & {f"c{n:02}" for n in range(40) if n % 4 < 2}


@pytest.mark.parametrize("page", EVERYBODY)
def test_a_file_of_everybody_marks_who_must_not_be_written_to(
    told: tuple[str, Shop, frozenset[str]], page: str
) -> None:
    document = asked_for(told, page).document
    assert document
    frame = pd.read_csv(io.BytesIO(document.content), dtype=str)
    marked = set(frame.iloc[:, 0][frame[HEADERS[told[0]]["leave_alone"]].notna()])
    assert marked == set(frame.iloc[:, 0]) & told[2]
    assert marked


def test_who_is_left_out_of_a_list_is_counted_and_the_group_stays_what_it_is(
    told: tuple[str, Shop, frozenset[str]],
) -> None:
    outcome = asked_for(told, "segments list at_risk")
    assert outcome.document
    listed = len(pd.read_csv(io.BytesIO(outcome.document.content)))
    assert listed + sum(outcome.report.left_out.values()) == outcome.report.customers
    due = asked_for(told, "basket due").report
    rows = pd.read_csv(io.BytesIO(asked_for(told, "basket list due").document.content))  # type: ignore[union-attr]
    assert rows.iloc[:, 0].nunique() == due.now + due.week


def test_where_nobody_may_be_written_to_that_is_said() -> None:
    rows = [line(f"c{n:04}", n % 40, 5.0 + n, f"o{n}") for n in range(60)]
    target = replace(named_shop(rows), customers=None)
    keys = [people.pseudonym(f"c{n:04}", b"secret") for n in range(60)]
    target = replace(target, customers=customers({"customer": keys, "Newsletter": ["no"] * 60}))
    group = analyse("segments", target, (), Asked()).report.segments[0].code
    for language, words in (("en", "may be written to just now"), ("zh", "眼下都不宜联系")):
        assert words in RENDERER.outcome(analyse("segments", target, ("names", group), Asked()), language).html
        for page in ((), ("names",), ("list", group)):
            RENDERER.outcome(analyse("segments", target, page, Asked()), language)
            RENDERER.outcome(analyse("lifecycle", target, page[:1], Asked()), language)


def test_pages_of_which_all_said_no_say_so_and_name_nobody() -> None:
    rows = [line(f"c{n:02}", day, 5.0 + n, f"o{n}-{day}") for n in range(40) for day in range(n % 7, 300 - 4 * n, 10)]
    named = named_shop(rows)
    keys = [people.pseudonym(f"c{n:02}", b"secret") for n in range(40)]
    target = replace(named, customers=customers({"customer": keys, "Newsletter": ["no"] * 40}))
    pages = (
        ("lifecycle", "names", "lost"),
        ("lifecycle", "names"),
        ("digest", "names", "2026-02-01"),
        ("segments",),
        ("lifecycle",),
    )
    for language, words in (("en", "said no to messages"), ("zh", "说过不要推广")):
        for page in pages:
            outcome = analyse(page[0], target, page[1:], Asked(language=language, pictures=False))
            said = RENDERER.outcome(outcome, language).html
            assert words in said, page
            assert "<code>" not in said, page
            assert not re.search("(?<![0-9])0 (?:biggest|best|位)", said), page
