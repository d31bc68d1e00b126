"""Reports of mailings are results by totals, whatever money they tell of; sheets of orders never are."""

from __future__ import annotations

import pytest

from analytics.dataset import Kind, Role
from analytics.errors import NothingUsable, SeparateMailings
from analytics.merging import merge
from analytics.samples import Share
from analytics.tested_rows import read_results
from analytics.tested_sheets import Sheet
from tests.analytics.reading.sheets import one, roles

MAILCHIMP = """Title,Subject,Send Date,Total Recipients,Successful Deliveries,Unique Opens,Open Rate,Unique Clicks,Click Rate,Unsubscribes,Orders,Revenue
A,Save 10% today,"Nov 03, 2026 10:00 am",2400,2380,610,25.6%,48,2.0%,9,11,$410
B,Your autumn box,"Nov 03, 2026 10:00 am",2400,2391,655,27.4%,71,3.0%,4,19,$744
"""
KLAVIYO = """Campaign Name,Subject,List,Send Time,Total Recipients,Unique Placed Order,Placed Order Rate,Revenue,Unique Opens,Unique Clicks,Unsubscribes,Successful Deliveries
Autumn,Autumn is here,All,2026-09-03 10:00:00,2400,11,0.46%,410.5,610,48,9,2380
Candles,Light a candle,All,2026-10-01 10:00:00,2450,19,0.78%,744,655,71,4,2431
Sale,Ten off,All,2026-10-15 10:00:00,2500,35,1.4%,1044,700,90,12,2488
"""
BREVO = """Campaign name;Sent date;Sent;Delivered;Openers;Clickers;Unsubscribed
Spring;12/03/2026;1200;1180;310;41;3
Summer;12/06/2026;1250;1220;280;30;2
"""
ZH = "标题,发送数,打开,点击,下单\n直接打折,1200,310,40,11\n讲故事,1200,352,61,19\n只发图,1200,298,38,8\n"
DAILY = "version,date,sent,orders\nA,2026-01-01,900,15\nB,2026-01-01,900,25\nA,2026-01-02,800,12\nB,2026-01-02,800,20\n"
BARE = "Subject line,Sent,Opens,Clicks,Unsubscribes\nSave 10% today,2400,610,48,9\nYour autumn box,2400,655,71,4\n"


def counts_of(test: Sheet) -> list[tuple[int, int]]:
    """How many there were of each version, and how many of them did it."""
    return [(v.seen.n, v.seen.successes) for v in test.versions if isinstance(v.seen, Share)]


@pytest.mark.parametrize(
    "sheet", [MAILCHIMP, KLAVIYO, BREVO, ZH, BARE, DAILY], ids=["mailchimp", "klaviyo", "brevo", "zh", "bare", "daily"]
)
def test_a_report_is_results_and_never_orders(sheet: str) -> None:
    dataset = one(sheet, "report.csv")
    assert dataset.kind is Kind.RESULTS
    assert {Role.VARIANT, Role.OUTCOME} <= set(roles(dataset).values())
    assert not dataset.has(Role.AMOUNT)


def test_the_days_of_one_test_are_added_up() -> None:
    assert counts_of(read_results(one(DAILY, "report.csv"))) == [(1700, 27), (1700, 45)]


def test_pages_and_who_came_to_them_are_no_mailings() -> None:
    with pytest.raises(NothingUsable):
        one("title,visitors,clicks,orders\nTea pot,1000,80,20\nCup,990,60,9\nPlate,1010,40,11\n", "pages.csv")


@pytest.mark.parametrize(
    ("sheet", "decides", "others", "counts"),
    [
        (MAILCHIMP, "Orders", ["Unique Clicks", "Unique Opens", "Unsubscribes"], [(2400, 11), (2400, 19)]),
        (ZH, "下单", ["点击", "打开"], [(1200, 11), (1200, 19), (1200, 8)]),
        (BARE, "Clicks", ["Opens", "Unsubscribes"], [(2400, 48), (2400, 71)]),
    ],
    ids=["mailchimp", "zh", "bare"],
)
def test_what_is_worth_most_decides_and_the_rest_is_offered(
    sheet: str, decides: str, others: list[str], counts: list[tuple[int, int]]
) -> None:
    test = read_results(one(sheet, "report.csv"))
    assert test.measure.header == decides
    assert [measure.header for measure in test.measures[1:]] == others
    assert counts_of(test) == counts
    clicked = read_results(
        one(sheet, "report.csv"), next(m.header for m in test.measures if "licks" in m.header or m.header == "点击")
    )
    assert counts_of(clicked)[1][1] in (71, 61)


def test_unsubscribing_is_turned_round() -> None:
    test = read_results(one(BARE, "report.csv"), "Unsubscribes")
    assert test.turned
    assert counts_of(test) == [(2400, 2391), (2400, 2396)]


@pytest.mark.parametrize("sheet", [KLAVIYO, BREVO], ids=["klaviyo", "brevo"])
def test_mailings_of_several_days_are_no_test_unless_the_owner_says_so(sheet: str) -> None:
    dataset = one(sheet, "report.csv")
    with pytest.raises(SeparateMailings) as caught:
        read_results(dataset)
    problem = caught.value
    rates = [did / people for _, _, people, did in problem.mailings]
    assert rates == sorted(rates, reverse=True)
    assert len(read_results(dataset, f"{problem.place} together").versions) == len(problem.mailings)


def test_counts_of_more_than_there_were_do_not_decide() -> None:
    sheet = "Subject,Recipients,Total opens,Clicks\nA,100,180,9\nB,100,170,12\n"
    assert read_results(one(sheet, "r.csv")).measure.header == "Clicks"


@pytest.mark.parametrize(
    "sheet",
    [
        "order id,date,customer id,sent,total\n1,2026-09-01,a,1,9\n2,2026-09-02,b,0,9\n",
        "date,email,recipients,clicks,total\n2026-09-01,a@x.example,1,2,9\n2026-09-02,b@x.example,1,3,8\n",
        "订单号,下单时间,客户号,标题,金额\n1,2026-09-01,a,茶,9\n2,2026-09-02,b,酒,8\n",
    ],
)
def test_orders_stay_orders(sheet: str) -> None:
    assert one(sheet).kind is Kind.ORDERS


def test_a_list_of_subscribers_stays_a_list() -> None:
    sheet = "Email,Name,Opens,Clicks,Sent\na@x.example,Ann,3,1,9\nb@x.example,Ben,5,2,9\nc@x.example,Cy,0,0,9\n"
    assert one(sheet).kind is Kind.CUSTOMERS


def test_another_test_takes_the_place_of_the_one_before() -> None:
    first, second = one(ZH, "a.csv"), one(BARE, "b.csv")
    assert merge(first, second) is second
    later = one(BARE.replace("2400", "2600"), "c.csv")
    assert merge(second, later).rows == 2
    people = one(
        "客户号,组别,是否成交\n" + "".join(f"K{n},{'AB'[n % 2]},{(n % 3 and '是') or '否'}\n" for n in range(40))
    )
    assert merge(first, people) is people
    more = one(
        "客户号,组别,是否成交\n" + "".join(f"M{n},{'AB'[n % 2]},{(n % 3 and '是') or '否'}\n" for n in range(40))
    )
    assert merge(people, more).rows == 80
