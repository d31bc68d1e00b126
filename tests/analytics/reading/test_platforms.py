from __future__ import annotations

import pytest

from analytics.reading.platforms import PLATFORMS, find_platform
from tests.analytics.reading.sheets import column, left_out, one

EXPORTS = {
    "alipay": (
        ("支付宝交易记录明细查询\n账号:[a@x.com]\n---------交易记录明细列表--------\n"
        "交易号  ,商家订单号 ,交易创建时间 ,付款时间 ,最近修改时间 ,交易来源地 ,类型 ,交易对方 ,商品名称 ,金额（元） ,收/支 ,交易状态 ,成功退款（元） ,备注 ,\n"
        "2024010122001\t,T1\t,2024-01-01 10:00:00 ,2024-01-01 10:00:05 ,,淘宝 ,即时到账 ,王 ,苹果 ,58.00 ,收入 ,交易成功 ,8.00 , ,\n"
        "2024010122002\t,T2\t,2024-01-02 10:00:00 ,2024-01-02 10:00:05 ,,淘宝 ,即时到账 ,厂 ,进货 ,300.00 ,支出 ,交易成功 ,0.00 , ,\n"
        "2024010122003\t,T3\t,2024-01-02 10:00:00 ,,,淘宝 ,即时到账 ,李 ,梨 ,30.00 ,收入 ,交易关闭 ,0.00 , ,\n"
        "----------------------------\n共3笔记录\n导出时间:[2024-02-01 12:00:00]\n"),
        "CNY", 50.0,
    ),
    "wechat pay": (
        ("微信支付账单明细,,,,,,,,,,\n微信昵称：[老板],,,,,,,,,,\n,,,,,,,,,,\n"
        "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n"
        '2024-01-01 10:00:00,商户消费,王,苹果,收入,¥58.00,零钱,已存入零钱,1001,"T1\t",/\n'
        '2024-01-02 10:00:00,商户消费,厂,进货,支出,¥300.00,零钱,支付成功,1002,"T2\t",/\n'),
        "CNY", 58.0,
    ),
    "shopify": (
        ("Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Total,Discount Amount,Created at,Lineitem quantity,"
        "Lineitem name,Lineitem price,Lineitem sku,Refunded Amount\n"
        "#2,b@x.com,paid,2024-01-03 10:00:00 +0100,EUR,18.00,5.00,23.00,2.00,2024-01-03 10:00:00 +0100,1,Mug,12.00,M1,0.00\n"
        "#2,b@x.com,,,,,,,,2024-01-03 10:00:00 +0100,2,Cup,4.00,C1,\n"
        "#1,a@x.com,partially_refunded,2024-01-02 10:00:00 +0100,EUR,12.00,0.00,12.00,0.00,2024-01-02 10:00:00 +0100,1,Mug,12.00,M1,3.00\n"),
        "EUR", 27.0,
    ),
    "woocommerce": (
        ("Order Number,Order Status,Order Date,First Name (Billing),Email (Billing),Order Subtotal Amount,Cart Discount Amount,"
        "Order Shipping Amount,Order Refund Amount,Order Total Amount,SKU,Item Name,Quantity,Item Cost\n"
        "11,completed,2024-01-02 10:00,Ann,a@x.com,20,2,5,0,23,M1,Mug,2,10\n12,cancelled,2024-01-02 10:00,Bob,b@x.com,20,0,5,0,25,M1,Mug,2,10\n"
        "13,completed,2024-01-03 10:00,Cid,c@x.com,10,0,5,4,15,M1,Mug,1,10\n"),
        None, 24.0,
    ),
    "etsy items": (
        ("Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Discount Amount,Order Shipping,Item Total,Currency,Transaction ID,"
        "Listing ID,Date Paid,Order ID,Ship Country\n"
        "01/13/24,Mug,ann,2,10.00,,1.00,4.00,20.00,USD,9,77,01/13/2024,5,United States\n"),
        "USD", 19.0,
    ),
    "square items": (
        ("Date,Time,Category,Item,Qty,SKU,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Payment ID,Event Type,Customer ID\n"
        "2024-01-13,10:30:00,Home,Mug,1,M1,$10.00,($1.00),$9.00,$0.90,T1,P1,Payment,C1\n"
        "2024-01-14,10:30:00,Home,Mug,-1,M1,($10.00),$1.00,($9.00),($0.90),T2,P2,Refund,C1\n"),
        None, 0.0,
    ),
    "stripe": (
        ("id,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer ID,Customer Email,Description\n"
        "ch_1,2024-01-13 10:30,20.00,5.00,usd,Paid,cus_1,a@x.com,Mug\nch_2,2024-01-13 10:31,20.00,0.00,usd,Failed,cus_1,a@x.com,Mug\n"),
        "USD", 15.0,
    ),
    "paypal": (
        ("Date,Time,Time Zone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,Transaction ID\n"
        '13/01/2024,10:30:00,CET,Ann,Website Payment,Completed,EUR,"1,010.00",-0.50,9.50,a@x.com,T1\n'
        "14/01/2024,10:30:00,CET,Ann,Payment Refund,Completed,EUR,-4.00,0,-4.00,a@x.com,T2\n"
        "15/01/2024,10:30:00,CET,,General Withdrawal,Completed,EUR,-5.50,0,-5.50,,T3\n"),
        "EUR", 1006.0,
    ),
    "paypal de": (
        ("Datum;Uhrzeit;Zeitzone;Name;Typ;Status;Währung;Brutto;Gebühr;Netto;Absender E-Mail-Adresse;Transaktionscode\n"
        "13.01.2024;10:30:00;CET;Ann;Website-Zahlung;Abgeschlossen;EUR;10,50;-0,50;10,00;a@x.com;T1\n"
        "15.01.2024;10:30:00;CET;;Allgemeine Abbuchung;Abgeschlossen;EUR;-5,50;0,00;-5,50;;T3\n"),
        "EUR", 10.5,
    ),
    "paypal zh": (
        ("日期,时间,时区,姓名,类型,状态,币种,总额,费用,净额,发件人邮箱地址,交易号\n"
        "2024/1/13,10:30:00,CST,王,网站付款,已完成,USD,10.50,-0.50,10.00,a@x.com,T1\n2024/1/15,10:30:00,CST,,一般提现,已完成,USD,-5.50,0.00,-5.50,,T3\n"),
        "USD", 10.5,
    ),
    "amazon orders": (
        ("amazon-order-id\tmerchant-order-id\tpurchase-date\tlast-updated-date\torder-status\tproduct-name\tsku\tasin\titem-status\t"
        "quantity\tcurrency\titem-price\titem-tax\tshipping-price\tship-country\n"
        "111-1\t\t2024-01-13T10:30:00+00:00\t2024-01-14T10:30:00+00:00\tShipped\tMug\tM1\tB0\tShipped\t2\tGBP\t20.00\t0\t3.00\tGB\n"
        "111-2\t\t2024-01-13T10:30:00+00:00\t2024-01-14T10:30:00+00:00\tCancelled\tMug\tM1\tB0\tCancelled\t0\tGBP\t\t\t\tGB\n"),
        "GBP", 20.0,
    ),
    "taobao orders": (
        ("订单编号,买家会员名,买家应付货款,买家应付邮费,总金额,买家实际支付金额,订单状态,收货人姓名,收货地址,联系手机,订单创建时间,订单付款时间,宝贝标题,宝贝总数量\n"
        "\"=\"\"123456789012345678\"\"\",tb王,50,8,58,58,交易成功,王,上海 浦东,'13800000000,2024-01-13 10:30:00,2024-01-13 10:31:00,苹果,1\n"
        "123456789012345679,tb李,50,8,58,0,等待买家付款,李,北京,'13900000000,2024-01-13 10:30:00,,苹果,1\n"),
        "CNY", 50.0,
    ),
    "taobao items": (
        "订单编号,标题,价格,购买数量,外部系统编号,商品属性,订单状态\n1,苹果,10,2,A1,红,交易成功\n1,梨,5,1,B1,黄,交易成功\n2,梨,5,1,B1,黄,交易关闭\n",
        "CNY", 25.0,
    ),
    "jd": (
        ("订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,应付金额,订单状态,下单帐号,客户姓名,客户地址,联系电话,付款确认时间\n"
        "900001,100,苹果,2,在线支付,2024-01-13 10:30:00,10,20,20,20,完成,jd王,王,上海,13800000000,2024-01-13 10:31:00\n"),
        "CNY", 20.0,
    ),
    "pinduoduo": (
        ("商品,订单号,订单状态,商品总价(元),邮费(元),店铺优惠折扣(元),平台优惠折扣(元),用户实付金额(元),商家实收金额(元),商品数量(件),拼单成功时间,支付时间,收货人,手机,省,市,区,街道,商品id\n"
        "苹果,240113-1,已收货,20,0,2,0,18,18,2,2024-01-13 10:31:00,2024-01-13 10:30:00,王,13800000000,上海,上海市,浦东,路1号,77\n"),
        "CNY", 18.0,
    ),
    "douyin": (
        ("主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,运费,优惠总金额,收件人,收件人手机号,省,市,订单提交时间,支付完成时间,订单状态\n"
        "69001,69001,苹果,红,2,77,A1,10,20,0,0,王,13800000000,上海,上海市,2024-01-13 10:30:00,2024-01-13 10:31:00,已完成\n"
        "69002,69002,苹果,红,2,77,A1,10,20,0,0,李,13900000000,上海,上海市,2024-01-13 10:30:00,-,已关闭\n"),
        "CNY", 20.0,
    ),
    "youzan": (
        ("订单号,订单状态,订单创建时间,买家付款时间,订单实付金额,运费,买家,买家手机号,全部商品名称,收货人省份,订单已退款金额\n"
        "E1,交易完成,2024-01-13 10:30:00,2024-01-13 10:31:00,58,8,王,13800000000,苹果,上海,10\n"),
        "CNY", 40.0,
    ),
    "weidian": (
        ("订单编号,订单状态,下单时间,付款时间,商品名称,商品数量,商品总金额,运费,实付金额,收件人姓名,收件人手机,省份\n"
        "8001,已完成,2024-01-13 10:30:00,2024-01-13 10:31:00,苹果,2,50,8,58,王,13800000000,上海\n"),
        "CNY", 50.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_export_is_recognised_and_summed_right(name: str) -> None:
    text, currency, total = EXPORTS[name]
    dataset = one(text)
    platform = find_platform([c.header for c in dataset.columns])
    assert platform is not None
    assert platform.name == name
    assert dataset.currency == currency
    assert sum(column(dataset, "amount")) == pytest.approx(total)
    assert all(time is not None for time in column(dataset, "time")) if dataset.has("time") else name == "taobao items"


def test_platform_names_are_unique() -> None:
    assert len({platform.name for platform in PLATFORMS}) == len(PLATFORMS)


def test_withdrawals_are_no_sales() -> None:
    assert left_out(one(EXPORTS["paypal"][0])) == {"no_sale": 1}


def test_long_order_numbers_of_taobao_stay_whole() -> None:
    assert column(one(EXPORTS["taobao orders"][0]), "order") == ["123456789012345678"]
    assert column(one(EXPORTS["taobao orders"][0]), "phone") == ["13800000000"]
