"""The sample shops hold the stories that `make_samples` promises; read with plain pandas, not with our reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests import make_samples

DATA = Path(__file__).parent.parent / "data"
LAST_DAY = pd.Timestamp("2026-10-31")
NAMES = ["order", "time", "customer", "product", "quantity", "paid", "city", "status"]


@dataclass(frozen=True)
class Files:
    """What one shop calls its files, columns and things; `seasons` are first day, last day and least rise of sales."""

    orders: str
    customers: str
    test: str
    comments: str
    columns: tuple[str, ...]
    completed: str
    yes: str
    pair: tuple[str, str]
    starter: str
    refill: str
    late_parcel: str
    seasons: tuple[tuple[str, str, float], ...]


ENGLISH = Files(
    orders="en/orders.csv",
    customers="en/customers.csv",
    test="en/ab_test.csv",
    comments="en/comments.csv",
    columns=("Order ID", "Date", "Customer ID", "Product", "Quantity", "Total", "City", "Status"),
    completed="Paid",
    yes="yes",
    pair=("Espresso No. 4 250 g", "Almond biscotti 200 g"),
    starter="Pour-over starter kit",
    refill="Paper filters, 40",
    late_parcel="courier|deliver|parcel|shipping|box arrived|depot",
    seasons=(("2025-11-24", "2025-12-19", 1.5),),
)
CHINESE = Files(
    orders="zh/订单.csv",
    customers="zh/客户.csv",
    test="zh/AB测试.csv",
    comments="zh/评论.csv",
    columns=("订单编号", "下单时间", "客户编号", "商品名称", "数量", "实付金额", "收货城市", "订单状态"),
    completed="交易成功",
    yes="是",
    pair=("桂花乌龙 100g", "手工桂花糖 200g"),
    starter="冷泡茶入门套装",
    refill="冷泡茶包补充装 30包",
    late_parcel="物流|快递|发货越来越慢|半个月才收到|签收",
    seasons=(
        ("2025-10-31", "2025-11-11", 2.0),
        ("2026-01-19", "2026-02-08", 1.5),
        ("2026-06-10", "2026-06-18", 1.5),
        ("2026-09-08", "2026-09-22", 1.5),
    ),
)
both_shops = pytest.mark.parametrize("files", [ENGLISH, CHINESE], ids=["en", "zh"])


@cache
def sheet(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name, dtype=str, keep_default_na=False)


@cache
def sold(files: Files) -> pd.DataFrame:
    """Completed lines, each once."""
    lines = sheet(files.orders).drop_duplicates()[list(files.columns)].set_axis(NAMES, axis=1)
    lines = lines[lines["status"] == files.completed]
    return lines.assign(
        time=pd.to_datetime(lines["time"]),
        paid=lines["paid"].str.lstrip("£¥").astype(float),
        quantity=lines["quantity"].astype(int),
    )


def with_customer(files: Files) -> pd.DataFrame:
    lines = sold(files)
    return lines[lines["customer"] != ""]


@cache
def buyers(files: Files) -> pd.DataFrame:
    """Orders, money and days of silence of each known customer."""
    known = with_customer(files)
    table = known.groupby("customer").agg(orders=("order", "nunique"), paid=("paid", "sum"), last=("time", "max"))
    return table.assign(silent=(LAST_DAY - table["last"].dt.normalize()).dt.days)


def best_fifth(files: Files) -> pd.DataFrame:
    return buyers(files).nlargest(len(buyers(files)) // 5, "paid")


def fifths(values: pd.Series[float]) -> pd.Series[int]:
    """1 to 5 by rank; equal values share the lowest score among them."""
    return (1 + (values.rank(method="min") - 1) * 5 // len(values)).astype(int)


def quiet_regulars(files: Files) -> pd.DataFrame:
    """At least five orders, the last one three to four and a half months ago."""
    table = buyers(files)
    return table[(table["orders"] >= 5) & table["silent"].between(92, 135)]


def test_script_writes_the_committed_bytes(tmp_path: Path) -> None:
    make_samples.main(tmp_path)
    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.csv")}
    committed = {path.relative_to(DATA): path.read_bytes() for path in DATA.rglob("*.csv")}
    assert written.keys() == committed.keys()
    assert [str(path) for path in written if written[path] != committed[path]] == []


def test_files_are_small_utf8_with_unix_line_ends() -> None:
    sizes = {path.name: path.stat().st_size for path in DATA.rglob("*") if path.is_file()}
    assert max(sizes.values()) < 250_000
    assert sum(sizes.values()) < 700_000
    for path in DATA.rglob("*.csv"):
        assert "\r" not in path.read_bytes().decode("utf-8")


def test_nobody_can_be_reached() -> None:
    everything = "\n".join(path.read_text(encoding="utf-8") for path in DATA.rglob("*.csv"))
    domains = set(re.findall(r"@([\w.-]+)", everything))
    assert domains == {"example.com"}
    assert sheet(ENGLISH.customers)["Phone"].str.fullmatch(r"07700 900\d{3}").all()
    assert sheet(CHINESE.customers)["手机号"].str.fullmatch(r"1000000\d{4}").all()


@both_shops
def test_shop_has_the_promised_size_and_period(files: Files) -> None:
    assert 1800 <= len(sheet(files.orders)) <= 2600
    assert 350 <= len(buyers(files)) <= 450
    days = sold(files)["time"].dt.normalize()
    assert days.min() >= pd.Timestamp("2025-08-01")
    assert LAST_DAY - pd.Timedelta(days=1) <= days.max() <= LAST_DAY


@both_shops
def test_customers_of_orders_and_comments_are_on_the_list(files: Files) -> None:
    listed = sheet(files.customers).iloc[:, 0]
    assert listed.is_unique
    for name, column in ((files.orders, files.columns[2]), (files.comments, files.columns[2])):
        assert set(sheet(name)[column]) - {""} <= set(listed)


@both_shops
def test_about_half_bought_once_and_few_bring_most(files: Files) -> None:
    assert 0.45 <= (buyers(files)["orders"] == 1).mean() <= 0.55
    assert 0.5 < best_fifth(files)["paid"].sum() / buyers(files)["paid"].sum() < 0.7
    assert buyers(files)["paid"].max() / buyers(files)["paid"].sum() < 0.05


@both_shops
def test_regulars_went_quiet(files: Files) -> None:
    quiet = quiet_regulars(files)
    assert 15 <= len(quiet) <= 30
    assert quiet["paid"].mean() > 2.5 * buyers(files)["paid"].mean()


@both_shops
def test_scores_place_the_quiet_regulars_among_those_at_risk(files: Files) -> None:
    table = buyers(files)
    recency = fifths(-table["silent"])
    value = (fifths(table["orders"]) + fifths(table["paid"]) + 1) // 2
    cannot_lose = (recency == 1) & (value >= 4)
    at_risk = (recency == 2) & (value >= 4)
    assert at_risk[quiet_regulars(files).index].mean() > 0.75
    assert at_risk.sum() >= 25
    assert cannot_lose.sum() >= 10


@both_shops
def test_pair_sells_together_far_beyond_chance(files: Files) -> None:
    baskets = sold(files).groupby("order")["product"].agg(set)
    left, right = (baskets.map(lambda basket, name=name: name in basket) for name in files.pair)
    assert (left & right).mean() / (left.mean() * right.mean()) > 3
    assert (left & right).sum() > 100


@both_shops
def test_refill_follows_the_starter_after_a_month(files: Files) -> None:
    known = with_customer(files)
    started = known[known["product"] == files.starter].groupby("customer")["time"].min()
    refills = known[known["product"] == files.refill].join(started.rename("started"), on="customer", how="inner")
    later = refills[refills["time"] > refills["started"]]
    gaps = (later["time"] - later["started"]).groupby(later["customer"]).min().dt.days
    assert 30 <= gaps.median() <= 40
    assert len(gaps) / len(started) > 0.3
    assert len(gaps) >= 25


@both_shops
def test_seasons_sell_more_than_the_weeks_around(files: Files) -> None:
    daily = sold(files).groupby(sold(files)["time"].dt.normalize())["paid"].sum()
    daily = daily.reindex(pd.date_range("2025-08-01", LAST_DAY), fill_value=0)
    for first, last, rise in files.seasons:
        start, end = pd.Timestamp(first), pd.Timestamp(last)
        before = daily[start - pd.Timedelta(days=28) : start - pd.Timedelta(days=1)].mean()
        after = daily[end + pd.Timedelta(days=1) : end + pd.Timedelta(days=28)].mean()
        assert daily[start:end].mean() > rise * (before + after) / 2, first


def test_december_is_the_best_month_of_the_roaster() -> None:
    monthly = sold(ENGLISH).groupby(sold(ENGLISH)["time"].dt.strftime("%Y-%m"))["paid"].sum()
    assert monthly.idxmax() == "2025-12"


def test_nothing_is_sold_while_closed() -> None:
    assert not sold(ENGLISH)["time"].between("2025-12-24", "2026-01-03").any()
    assert not sold(CHINESE)["time"].between("2026-02-13", "2026-02-24").any()


@both_shops
def test_dirt_is_there_in_small_amounts(files: Files) -> None:
    orders = sheet(files.orders)
    assert orders.duplicated().sum() == 5
    assert orders.loc[orders[files.columns[2]] == "", files.columns[0]].nunique() == 6
    undone = orders[orders[files.columns[7]] != files.completed]
    assert undone[files.columns[7]].nunique() == 2
    assert 4 <= undone[files.columns[0]].nunique() <= 16


@both_shops
def test_what_was_paid_is_price_times_quantity_less_the_seasons_discount(files: Files) -> None:
    price = (
        sheet(files.orders)
        .drop_duplicates()
        .loc[sold(files).index, {"en": "Unit price", "zh": "单价"}[files.orders[:2]]]
    )
    ratio = sold(files)["paid"] / (price.astype(float) * sold(files)["quantity"])
    assert ratio.between(0.849, 1.0001).all()


@both_shops
def test_customers_differ_by_age(files: Files) -> None:
    people = sheet(files.customers)
    age = pd.to_numeric(people[{"en": "Age", "zh": "年龄"}[files.orders[:2]]]).set_axis(people.iloc[:, 0])
    assert age.between(18, 80).sum() + age.isna().sum() == len(age)
    favourite = {"en": ("Decaf Peru 250 g", "Ethiopia Guji 250 g"), "zh": ("老白茶饼 350g", "蜜桃乌龙茶包 15包")}
    older, younger = (
        sold(files).query("product == @name")["customer"].map(age).mean() for name in favourite[files.orders[:2]]
    )
    assert older > younger + 8


def version_counts(files: Files) -> tuple[int, int, int]:
    """Recipients per version, and how many of A and of B bought."""
    test = sheet(files.test)
    bought = (test.iloc[:, 3] == files.yes).groupby(test.iloc[:, 1]).agg(["size", "sum"])
    assert list(bought.index) == ["A", "B"]
    assert bought["size"].iloc[0] == bought["size"].iloc[1]
    return int(bought["size"].iloc[0]), int(bought["sum"].iloc[0]), int(bought["sum"].iloc[1])


@pytest.mark.parametrize(("files", "least", "most"), [(ENGLISH, 2.3, 3.3), (CHINESE, 0.8, 1.7)], ids=["en", "zh"])
def test_version_b_sells_more_by_a_modest_margin(files: Files, least: float, most: float) -> None:
    """In standard errors: the coffee letter can be decided, the tea message not yet."""
    size, a, b = version_counts(files)
    share = (a + b) / (2 * size)
    assert least < (b - a) / size / np.sqrt(2 * share * (1 - share) / size) < most


@both_shops
def test_only_who_opened_bought_and_only_who_bought_paid(files: Files) -> None:
    _, _, opened, bought, amount = (column for _, column in sheet(files.test).items())
    assert (opened[bought == files.yes] == files.yes).all()
    assert ((amount.astype(float) > 0) == (bought == files.yes)).all()


@both_shops
def test_complaints_about_parcels_come_from_good_customers(files: Files) -> None:
    comments = sheet(files.comments)
    about_parcels = comments.iloc[:, 4].str.contains(files.late_parcel) & (comments.iloc[:, 3].astype(int) <= 3)
    good = comments.iloc[:, 1].isin(best_fifth(files).index)
    assert about_parcels.sum() >= 20
    assert good[about_parcels].mean() > 0.65
    assert about_parcels[good].mean() > 3 * about_parcels[~good].mean()
    assert comments.iloc[:, 1][about_parcels].isin(quiet_regulars(files).index).sum() >= 8


@both_shops
def test_comments_are_about_things_that_their_writers_had_bought(files: Files) -> None:
    comments = sheet(files.comments).set_axis(["day", "customer", "product", "stars", "text"], axis=1)
    assert comments["text"].is_unique
    first = sold(files).groupby(["customer", "product"], as_index=False)["time"].min()
    comments = comments.merge(first, on=["customer", "product"], how="left")
    assert (comments["time"] < pd.to_datetime(comments["day"])).all()
