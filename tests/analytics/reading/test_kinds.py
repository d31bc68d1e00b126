from __future__ import annotations

import pytest

from analytics.dataset import Kind, Role
from analytics.errors import NothingUsable
from tests.analytics.reading.sheets import column, one, roles


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("订单号,下单时间,金额\n1,2024-01-02,5\n2,2024-01-02,5\n", Kind.ORDERS),
        ("date,sales\n2024-01-01,100\n2024-01-02,120\n", Kind.ORDERS),
        ("会员号,性别,年龄,城市\n1,男,30,上海\n2,女,20,北京\n", Kind.CUSTOMERS),
        ("name,phone,email\nAnn,13800000000,a@x.com\nBob,13900000000,b@x.com\n", Kind.CUSTOMERS),
        ("customerID,tenure,Churn\na,5,Yes\nb,6,No\n", Kind.CUSTOMERS),
        ("userid,version,retention_1\n1,A,True\n2,B,False\n", Kind.RESULTS),
        ("组别,人数,转化数\nA,1000,50\nB,1000,70\n", Kind.RESULTS),
        ("评价内容,评分\n很好吃下次还来买的真的不错,5\n一般般吧不会再来了,2\n", Kind.COMMENTS),
        ("user_id,behavior_type,item_id,time\n1,pv,5,2017-11-25\n1,buy,5,2017-11-26\n", Kind.EVENTS),
        ("sku,name,price,category\n001,Mug,5,Home\n002,Cup,4,Home\n", Kind.CATALOGUE),
        ("商品编码,商品名称,售价,库存\n001,苹果,5,8\n002,梨,4,9\n", Kind.CATALOGUE),
    ],
)
def test_kind_is_told_by_the_columns(text: str, kind: Kind) -> None:
    assert one(text).kind is kind


@pytest.mark.parametrize(
    "text", ["工号,姓名,岗位\n1,张,店长\n2,李,店员\n", "# Title\nsome words\nmore words\n", "a,b\nx,y\nz,w\n"]
)
def test_what_means_nothing_to_a_shop_is_said(text: str) -> None:
    with pytest.raises(NothingUsable):
        one(text)


def test_customers_keep_every_column_as_attribute() -> None:
    dataset = one("CustomerID,Gender,Age,Annual Income (k$),Plan\n01,Male,19,15,gold\n02,Female,21,,basic\n")
    assert dataset.names == ("customer", "sex", "age", "attribute:Annual Income (k$)", "attribute:Plan")
    assert column(dataset, "attribute:Annual Income (k$)") == [15, None]
    assert column(dataset, "customer") == ["01", "02"]


def test_equal_results_of_two_people_are_two_results() -> None:
    assert one("variant,converted\nA,1\nA,1\nB,0\n").rows == 3


def test_misspelt_header_is_recognised_with_less_confidence() -> None:
    dataset = one("order id,ordr date,amuont\n1,2024-01-02,5.5\n2,2024-01-03,6.5\n")
    assert roles(dataset) == {"order id": Role.ORDER, "ordr date": Role.TIME, "amuont": Role.AMOUNT}
    assert 0.5 < dataset.columns[2].confidence < 1 == dataset.columns[0].confidence


def test_traditional_and_full_width_headers() -> None:
    dataset = one("訂單編號,訂單日期,訂單金額（元）,買家姓名\n1,2024-01-02,5,王\n2,2024-01-02,6,李\n")
    assert list(roles(dataset).values()) == [Role.ORDER, Role.TIME, Role.ORDER_TOTAL, Role.NAME]


def test_header_that_its_values_contradict_is_not_believed() -> None:
    dataset = one("order id,date,amount,time\n1,2024-01-02,5,x\n2,2024-01-03,6,y\n")
    assert roles(dataset)["date"] is Role.TIME
    assert roles(dataset)["time"] is Role.UNUSED
