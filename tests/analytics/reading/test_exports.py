"""Exports as the shop systems write them: whole header rows, their quirks, and what the shop's own books would say."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from analytics.dataset import Kind, Role
from tests.analytics.reading.export_headers import (
    AMAZON,
    AMAZON_NOTES,
    AMAZON_RANGE,
    AMAZON_SELLER,
    AMAZON_VIEW,
    DOUYIN,
    ETSY_ITEMS,
    ETSY_ORDERS,
    ETSY_ORDERS_UK,
    JD,
    PAYPAL,
    PAYPAL_DE,
    PAYPAL_DE_STATEMENT,
    PAYPAL_ZH,
    PDD,
    PDD_NEW,
    SHOPIFY,
    SHOPIFY_CUSTOMERS,
    SHOPIFY_PRODUCTS,
    SQUARE,
    SQUARE_ITEMS,
    STRIPE,
    STRIPE_UNIFIED,
    TAOBAO,
    TAOBAO_ITEMS_NEW,
    WEIDIAN,
    WOO,
    WOO_ANALYTICS,
    WOO_CUSTOMERS,
    WOO_DE,
    WOO_PRODUCTS,
    WOO_SKYVERGE,
    YOUZAN,
    YOUZAN_ITEMS,
)
from tests.analytics.reading.sheets import column, left_out, one, roles

Row = dict[str, str]


def sheet(header: str, *rows: Row, separator: str = ",", quoted: bool = False) -> str:
    """The export: rows tell some cells by header, the others are empty; headers are separated by `|`."""
    names = header.split("|")
    assert all(set(row) <= set(names) for row in rows)
    text = io.StringIO()
    writer = csv.writer(
        text, delimiter=separator, lineterminator="\r\n", quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    )
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return text.getvalue()


@dataclass(frozen=True)
class Export:
    """`net` is the money of each row used; `is_` tells headers and their roles; `says` columns of the table."""

    content: str | bytes
    net: list[float]
    is_: dict[str, Role]
    left: dict[str, int] = field(default_factory=dict)
    says: Mapping[str, Sequence[object]] = field(default_factory=dict)
    currency: str | None = None


SHOPIFY_ROLES = {
    "Name": Role.ORDER, "Email": Role.EMAIL, "Created at": Role.TIME, "Lineitem name": Role.PRODUCT_NAME,
    "Lineitem sku": Role.PRODUCT, "Lineitem quantity": Role.QUANTITY, "Lineitem price": Role.PRICE,
    "Financial Status": Role.STATUS, "Currency": Role.CURRENCY, "Refunded Amount": Role.REFUND, "Total": Role.UNUSED,
    "Id": Role.UNUSED, "Shipping Name": Role.UNUSED,
}  # fmt: skip


def shopify(name: str, status: str, subtotal: str, *lines: tuple[str, str, str], **more: str) -> list[Row]:
    """An order: everything of the order stands on its first line only."""
    first = {
        "Email": f"{name[1:]}@x.com", "Financial Status": status, "Currency": "EUR", "Subtotal": subtotal, "Shipping": "5.00",
        "Taxes": "1.00", "Total": str(float(subtotal) + 5), "Discount Amount": "0.00", "Refunded Amount": "0.00",
        "Billing Name": "Ann Lee", "Billing Country": "DE", "Shipping Name": "Bob Lee", "Id": f"59{name[1:]}",
        "Outstanding Balance": "0.00", "Billing Phone": "'+4930123456", "Vendor": "Pots", "Lineitem discount": "0.00",
        "Paid at": "2024-01-03 10:00:05 +0100",
    } | {key.replace("_", " "): value for key, value in more.items()}  # fmt: skip
    return [
        (first if place == 0 else {"Email": first["Email"], "Vendor": "Pots"})
        | {
            "Name": name,
            "Created at": "2024-01-03 10:00:00 +0100",
            "Lineitem quantity": quantity,
            "Lineitem name": product,
            "Lineitem price": price,
            "Lineitem sku": f"0{len(product)}-{product}",
        }
        for place, (quantity, product, price) in enumerate(lines)
    ]


MUG, CUP = ("1", "Mug", "12.00"), ("2", "Cup", "4.00")


def woo(number: str, status: str, item: str, quantity: str, cost: str, **more: str) -> Row:
    facts = {"discount": "Cart Discount Amount", "subtotal": "Order Subtotal Amount", "refund": "Order Refund Amount"}
    return {
        "Order Number": number, "Order Status": status, "Order Date": "2024-01-02 10:00", "Email (Billing)": f"{number}@x.com",
        "First Name (Billing)": "Ann", "Last Name (Billing)": "Lee", "First Name (Shipping)": "Bob",
        "Order Shipping Amount": "5", "Cart Discount Amount": "0", "Order Refund Amount": "0", "Order Total Amount": "99",
        "SKU": f"00{item}", "Item #": "1", "Item Name": item, "Quantity (- Refund)": quantity, "Item Cost": cost,
    } | {facts[key]: value for key, value in more.items()}  # fmt: skip


STRIPE_BALANCE = "id|Type|Source|Amount|Fee|Net|Currency|Created (UTC)|Available On (UTC)|Description|Transfer"
TAOBAO_ITEMS = "订单编号|标题|价格|购买数量|外部系统编号|商品属性|套餐信息|备注|订单状态|商家编码"


def etsy(number: str, value: str, **more: str) -> Row:
    return {
        "Sale Date": "01/13/24", "Order ID": number, "Buyer User ID": f"buyer{number}", "Full Name": "Ann Lee", "First Name": "Ann",
        "Last Name": "Lee", "Number of Items": "2", "Currency": "USD", "Order Value": value, "Discount Amount": "0.00",
        "Sales Tax": "1.20", "Order Total": str(float(value) + 5.2), "Card Processing Fees": "0.90",
        "Order Net": str(float(value) + 4.3), "Adjusted Order Total": "0.00", "Adjusted Net Order Amount": "0.00",
        "Buyer": f"Ann Lee (buyer{number})", "Order Type": "online", "SKU": "M1,C1",
    } | {key.replace("_", " "): value for key, value in more.items()}  # fmt: skip


def paypal(number: str, type_: str, gross: str, **more: str) -> Row:
    return {
        "Date": "13/01/2024", "Time": "10:30:00", "TimeZone": "Europe/Berlin", "Name": "Ann", "Type": type_, "Status": "Completed",
        "Currency": "EUR", "Gross": gross, "Fee": "-0.50", "Net": "9.50", "From Email Address": f"{number}@x.com",
        "To Email Address": "shop@x.com", "Transaction ID": number, "Balance": "100.00",
        "Balance Impact": "Debit" if gross.startswith("-") else "Credit",
    } | {key.replace("_", " "): value for key, value in more.items()}  # fmt: skip


def paypal_de(number: str, type_: str, gross: str, **more: str) -> Row:
    return {
        "Datum": "13.01.2024", "Uhrzeit": "10:30:00", "Zeitzone": "Europe/Berlin", "Name": "Ann", "Typ": type_,
        "Status": "Abgeschlossen", "Währung": "EUR", "Brutto": gross, "Gebühr": "-0,50", "Netto": "9,50",
        "Absender E-Mail-Adresse": f"{number}@x.com", "Transaktionscode": number, "Guthaben": "1.000,00",
    } | more  # fmt: skip


def amazon(number: str, status: str, price: str, **more: str) -> Row:
    return {
        "amazon-order-id": number, "purchase-date": "2024-01-13T10:30:00+00:00", "last-updated-date": "2024-01-14T10:30:00+00:00",
        "order-status": status, "fulfillment-channel": "Amazon", "sales-channel": "Amazon.com", "product-name": "Mug",
        "sku": "0012", "asin": "B000000001", "item-status": status, "quantity": "2" if price else "0",
        "currency": "USD" if price else "", "item-price": price, "item-tax": "1.60" if price else "",
        "shipping-price": "3.00" if price else "", "ship-city": "BOSTON", "ship-country": "US",
    } | {key.replace("_", "-"): value for key, value in more.items()}  # fmt: skip


def ranged(type_: str, sales: str, **more: str) -> Row:
    return {
        "date/time": "Jan 1, 2024 12:34:56 AM PST", "settlement id": "19000000001", "type": type_, "order id": "111-1",
        "sku": "0012", "description": "Mug", "quantity": "1", "marketplace": "amazon.com", "product sales": sales,
        "shipping credits": "3.00", "promotional rebates": "0", "selling fees": "-3.00", "other": "0", "total": "7.00",
    } | {key.replace("_", " "): value for key, value in more.items()}  # fmt: skip


def taobao(number: str, status: str, total: str, paid: str, **more: str) -> Row:
    return {
        "订单编号": f'="{number}"', "买家会员名": f"tb_{number[-2:]}", "支付单号": f'="2024{number}"', "买家应付货款": "50",
        "买家应付邮费": "8", "总金额": total, "买家实际支付金额": paid, "订单状态": status, "收货人姓名": "王*", "收货地址 ": "上海 浦东",
        "联系电话 ": "'null", "联系手机": "'13800000000", "订单创建时间": "2024-01-13 10:30:00",
        "订单付款时间 ": "2024-01-13 10:31:00", "宝贝标题 ": "苹果，梨", "宝贝种类 ": "2", "宝贝总数量": "2", "店铺Id": "0", "退款金额": "0",
    } | more  # fmt: skip


def jd(number: str, status: str, item: str, quantity: str, price: str, total: str, paid: str, **more: str) -> Row:
    return {
        "订单号": f"{number}\t", "商品ID": f"100{len(item)}\t", "商品名称": item, "订购数量": quantity, "支付方式": "在线支付",
        "下单时间": "2024-01-13 10:30:00", "京东价": price, "订单金额": total, "结算金额": total, "余额支付": "0", "应付金额": paid,
        "订单状态": status, "订单类型": "一般订单", "下单帐号": f"jd_{number}", "客户姓名": "王**", "联系电话": "138****0000",
        "运费金额": "6", "付款确认时间": "2024-01-13 10:31:00", "货号": "A1",
    } | more  # fmt: skip


def pdd(number: str, status: str, after: str, total: str, received: str, **more: str) -> Row:
    return {
        "商品": "苹果", "订单号": f"{number}\t", "订单状态": status, "商品总价(元)": total, "店铺优惠折扣(元)": "2", "平台优惠折扣(元)": "1",
        "邮费(元)": "0", "用户实付金额(元)": "17", "商家实收金额(元)": received, "商品数量(件)": "2", "商品id": "0077\t", "售后状态": after,
        "发货时间": "2024-01-14 10:30:00\t", "快递单号": "YT1\t",
    } | more  # fmt: skip


def douyin(number: str, sub: str, status: str, price: str, paid: str, **more: str) -> Row:
    return {
        "主订单编号": f"{number}\t", "子订单编号": f"{sub}\t", "选购商品": "苹果", "商品数量": "1", "商品ID": "77\t", "商家编码": "A1",
        "商品单价": price, "订单应付金额": paid, "运费": "0", "优惠总金额": "0", "收件人": "王*", "收件人手机号": "1**********", "省": "上海市",
        "订单提交时间": "2024-01-13 10:30:00\t", "支付完成时间": "2024-01-13 10:31:00\t", "订单状态": status, "售后状态": "-",
    } | more  # fmt: skip


def youzan(number: str, status: str, paid: str, postage: str, **more: str) -> Row:
    return {
        "订单号": number, "商品种类数": "2", "商品金额合计": "60", "店铺优惠合计": "10", "运费": postage, "应收订单金额": paid,
        "订单实付金额": paid, "订单类型": "普通订单", "订单状态": status, "买家": f"buyer{number[-1]}", "订单创建时间": "2024-01-13 10:30:00",
        "买家付款时间": "2024-01-13 10:31:00", "收货人/提货人": "王", "收货人手机号/提货人手机号": "13800000000", "收货人省份": "上海",
        "全部商品名称": "苹果(2件);梨(1件)", "订单已退款金额": "0",
    } | more  # fmt: skip


EXPORTS = {
    "shopify": Export(
        sheet(
            SHOPIFY,
            # Subtotal is what the books call net sales: 12 + 8 less 2 of discount.
            *shopify("#1004", "paid", "18.00", MUG, CUP, Discount_Code="TEN", Discount_Amount="2.00"),
            # 8 of 20 came back, shared out by the lines' money.
            *shopify("#1003", "partially_refunded", "20.00", MUG, CUP, Refunded_Amount="8.00"),
            *shopify("#1002", "refunded", "12.00", MUG, Refunded_Amount="17.00"),
            *shopify("#1001", "voided", "12.00", MUG, Paid_at="", Cancelled_at="2024-01-03 11:00:00 +0100"),
            *shopify("#1000", "pending", "20.00", MUG, CUP, Paid_at=""),
            *shopify("#0999", "paid", "12.00", MUG, Currency="USD"),
        ),
        [10.8, 7.2, 7.2, 4.8, 0.0],
        SHOPIFY_ROLES,
        {"cancelled": 1, "unpaid": 2, "other_currency": 1},
        {
            "order": ["#1004", "#1004", "#1003", "#1003", "#1002"],
            "customer": ["1004@x.com"] * 2 + ["1003@x.com"] * 2 + ["1002@x.com"],
            "product": ["03-Mug", "03-Cup", "03-Mug", "03-Cup", "03-Mug"],
            "taken_back": [False] * 4 + [True],
            "place": ["DE"] * 5,
        },
        "EUR",
    ),
    "shopify, discount on postage": Export(
        # Free postage is a discount of 5 that no line bears: the subtotal stays 20.
        sheet(SHOPIFY, *shopify("#1", "paid", "20.00", MUG, CUP, Discount_Amount="5.00", Shipping="0.00")),
        [12.0, 8.0],
        SHOPIFY_ROLES,
        currency="EUR",
    ),
    "woocommerce": Export(
        sheet(
            WOO,
            woo("11", "Completed", "Mug", "2", "10", subtotal="25", discount="5"),
            woo("11", "Completed", "Cup", "1", "5", subtotal="25", discount="5"),
            # One of two came back: the quantity is net already, 10 of 20 remain.
            woo("12", "Completed", "Mug", "1", "10", subtotal="20", refund="10"),
            # 4 given back for a scratch, nothing returned.
            woo("13", "Processing", "Mug", "1", "10", subtotal="10", refund="4"),
            woo("14", "Refunded", "Mug", "0", "10", subtotal="10", refund="15"),
            woo("15", "Failed", "Mug", "1", "10", subtotal="10"),
            woo("16", "Pending payment", "Mug", "1", "10", subtotal="10"),
            woo("17", "On hold", "Mug", "1", "10", subtotal="10"),
            woo("18", "Cancelled", "Mug", "1", "10", subtotal="10"),
        ),
        [16.0, 4.0, 10.0, 6.0, 0.0],
        {
            "Order Number": Role.ORDER, "Item Name": Role.PRODUCT_NAME, "SKU": Role.PRODUCT, "Quantity (- Refund)": Role.QUANTITY,
            "Item Cost": Role.PRICE, "Email (Billing)": Role.EMAIL, "Order Total Amount": Role.UNUSED,
            "Cart Discount Amount": Role.DISCOUNT, "Order Refund Amount": Role.REFUND, "First Name (Shipping)": Role.UNUSED,
        },
        {"cancelled": 2, "unpaid": 2},
        {"product": ["00Mug", "00Cup", "00Mug", "00Mug", "00Mug"]},
    ),
    "woocommerce, german": Export(
        sheet(
            WOO_DE,
            *(
                {
                    "Bestellnummer": number, "Bestellstatus": status, "Bestelldatum": "13.01.2024 10:30",
                    "Vorname (Rechnung)": "Ann", "Nachname (Rechnung)": "Lee", "Stadt (Rechnung)": "Ulm",
                    "E-Mail (Rechnung)": f"{number}@x.de", "Telefon (Rechnung)": "0731 123456",
                    "Warenkorb-Rabattbetrag": discount, "Zwischensumme der Bestellung": "20,00", "Versandkosten": "4,90",
                    "Erstattungsbetrag": refund, "Gesamtbetrag der Bestellung": "24,90", "Artikelnummer": "007",
                    "Artikelname": "Becher", "Menge": "2", "Einzelpreis": "10,00",
                }
                for number, status, discount, refund in [
                    ("21", "Abgeschlossen", "2,50", "0,00"), ("22", "In Bearbeitung", "0,00", "0,00"),
                    ("23", "Rückerstattet", "0,00", "24,90"), ("24", "Fehlgeschlagen", "0,00", "0,00"),
                    ("25", "Zahlung ausstehend", "0,00", "0,00"), ("26", "In Wartestellung", "0,00", "0,00"),
                    ("27", "Storniert", "0,00", "0,00"),
                ]
            ),
            separator=";",
        ),
        [17.5, 20.0, 0.0],
        {
            "Bestellnummer": Role.ORDER, "Bestelldatum": Role.TIME, "Bestellstatus": Role.STATUS, "E-Mail (Rechnung)": Role.EMAIL,
            "Artikelnummer": Role.PRODUCT, "Artikelname": Role.PRODUCT_NAME, "Menge": Role.QUANTITY, "Einzelpreis": Role.PRICE,
            "Versandkosten": Role.POSTAGE, "Telefon (Rechnung)": Role.PHONE,
        },
        {"cancelled": 2, "unpaid": 2},
        {"product": ["007"] * 3, "customer": ["21@x.de", "22@x.de", "23@x.de"]},
    ),
    "woocommerce analytics": Export(
        sheet(
            WOO_ANALYTICS,
            *(
                {
                    "Date": "2024-01-02 10:00:00", "Order #": number, "N. Revenue (formatted)": f"€{net}", "Status": status,
                    "Customer": who, "Customer type": "new", "Product(s)": "1× Mug, 2× Cup", "Items sold": "3",
                    "N. Revenue": net, "Attribution": "Direct",
                }
                for number, net, status, who in [
                    ("31", "18.00", "completed", "Ann Lee"), ("32", "8.00", "refunded", "Ann Lee"),
                    ("33", "8.00", "cancelled", "Bob Ray"),
                ]
            ),
        ),
        [18.0, 0.0],
        {"Order #": Role.ORDER, "Items sold": Role.QUANTITY, "Customer": Role.CUSTOMER, "Date": Role.TIME},
        {"cancelled": 1},
        {"taken_back": [False, True]},
        "EUR",
    ),
    "woocommerce, one row per item": Export(
        sheet(
            WOO_SKYVERGE,
            *(
                {
                    "order_id": order, "order_number": f"N{order}", "order_date": "2024-01-02 10:00:00", "status": status,
                    "shipping_total": "5.00", "discount_total": "2.00", "order_total": "23.00", "refunded_total": "0.00",
                    "order_currency": "GBP", "customer_id": "7", "billing_first_name": "Ann", "billing_email": "a@x.com",
                    "item_id": item_id, "item_product_id": "55", "item_name": item, "item_sku": "0M", "item_quantity": quantity,
                    "item_subtotal": subtotal, "item_total": total, "item_refunded": "0.00", "item_refunded_qty": "0",
                }
                for order, status, item_id, item, quantity, subtotal, total in [
                    ("31", "completed", "1", "Mug", "1", "12.00", "10.80"), ("31", "completed", "2", "Cup", "2", "8.00", "7.20"),
                    ("32", "cancelled", "3", "Cup", "2", "8.00", "7.20"),
                ]
            ),
        ),
        # The item's total is after its share of the discount.
        [10.8, 7.2],
        {"item_total": Role.AMOUNT, "item_name": Role.PRODUCT_NAME, "item_sku": Role.PRODUCT, "order_id": Role.ORDER},
        {"cancelled": 1},
        {"customer": ["a@x.com"] * 2, "quantity": [1.0, 2.0]},
        "GBP",
    ),
    "etsy orders": Export(
        sheet(
            ETSY_ORDERS,
            # Etsy's order value is before the coupon: 20 less 2; shipping and tax are no sales.
            etsy("3001", "20.00", Discount_Amount="2.00", Coupon_Code="TWO"),
            etsy("3002", "30.00"),
            # 10 of the 35.20 charged went back.
            etsy("3003", "30.00", Adjusted_Order_Total="25.20", Adjusted_Net_Order_Amount="24.30"),
        ),
        [18.0, 30.0, 20.0],
        {
            "Order ID": Role.ORDER, "Sale Date": Role.TIME, "Buyer": Role.CUSTOMER, "Order Value": Role.ORDER_TOTAL,
            "Discount Amount": Role.DISCOUNT, "Order Total": Role.UNUSED, "Number of Items": Role.QUANTITY,
        },
        {},
        {"customer": [f"Ann Lee (buyer{n})" for n in (3001, 3002, 3003)]},
        "USD",
    ),
    "etsy orders, british": Export(
        sheet(ETSY_ORDERS_UK, etsy("3001", "20.00", Discount_Amount="2.00"), etsy("3002", "30.00", Sale_Date="01/14/24")),
        [18.0, 30.0],
        {"Order ID": Role.ORDER, "Order Value": Role.ORDER_TOTAL, "Delivery Discount": Role.UNUSED, "Delivery": Role.UNUSED},
        currency="USD",
    ),
    "etsy items": Export(
        sheet(
            ETSY_ITEMS,
            *(
                {
                    "Sale Date": "01/13/24", "Item Name": item, "Buyer": "Ann Lee (ann)", "Quantity": quantity, "Price": price,
                    "Discount Amount": discount, "Shipping Discount": "0.00", "Order Shipping": "4.00", "Order Sales Tax": "1.00",
                    "Item Total": "20.00", "Currency": "USD", "Transaction ID": f"88{listing}", "Listing ID": listing,
                    "Date Paid": "01/13/2024", "Ship Name": "Ann Lee", "Ship Country": "United States", "Order ID": order,
                    "SKU": sku,
                }
                for item, quantity, price, discount, listing, order, sku in [
                    ("Mug", "2", "10.00", "2.00", "77", "3001", "M1"), ("Cup", "1", "5.00", "0.50", "78", "3001", ""),
                    ("Mug", "1", "10.00", "0.00", "77", "3002", "M1"),
                ]
            ),
        ),
        [18.0, 4.5, 10.0],
        {"Order ID": Role.ORDER, "Listing ID": Role.PRODUCT, "Price": Role.PRICE, "Item Total": Role.UNUSED, "Buyer": Role.CUSTOMER},
        currency="USD",
    ),
    "square transactions": Export(
        sheet(
            SQUARE,
            *(
                {
                    "Date": day, "Time": "10:30:00", "Time Zone": "Eastern Time (US & Canada)", "Gross Sales": gross,
                    "Discounts": discount, "Service Charges": "$0.00", "Net Sales": net, "Tax": "$0.90", "Tip": "$2.00",
                    "Partial Refunds": "$0.00", "Total Collected": "$11.90", "Card": "$11.90", "Cash": "$0.00", "Fees": "-$0.50",
                    "Net Total": "$11.40", "Transaction ID": number, "Payment ID": f"p{number}", "Description": "2 x Mug",
                    "Event Type": event, "Location": "Main St", "Customer ID": customer, "Customer Name": "Ann Lee",
                    "Transaction Status": "Complete",
                }
                for day, gross, discount, net, number, event, customer in [
                    ("2024-01-13", "$10.00", "-$1.00", "$9.00", "T1", "Payment", "C1"),
                    ("2024-01-14", "-$4.00", "$0.00", "-$4.00", "T2", "Refund", "C1"),
                    ("2024-01-15", "$1,010.00", "$0.00", "$1,010.00", "T3", "Payment", ""),
                ]
            ),
        ),
        [9.0, -4.0, 1010.0],
        {
            "Transaction ID": Role.ORDER, "Net Sales": Role.AMOUNT, "Gross Sales": Role.UNUSED, "Customer ID": Role.CUSTOMER,
            "Date": Role.TIME, "Tip": Role.UNUSED, "Tax": Role.UNUSED, "Partial Refunds": Role.UNUSED, "Service Charges": Role.UNUSED,
        },
        {},
        {"customer": ["C1", "C1", None], "taken_back": [False, True, False]},
    ),
    "square items": Export(
        sheet(
            SQUARE_ITEMS,
            *(
                {
                    "Date": "1/13/24", "Time": "10:30:00", "Category": "Home", "Item": item, "Qty": quantity,
                    "Price Point Name": "Regular", "SKU": sku, "Gross Sales": gross, "Discounts": discount, "Net Sales": net,
                    "Tax": "$0.90", "Transaction ID": number, "Payment ID": f"p{number}", "Event Type": event, "Location": "Main St",
                    "Customer ID": "C1", "Unit": "ea", "Count": "1", "Itemization Type": "Physical Good",
                }
                for item, quantity, sku, gross, discount, net, number, event in [
                    ("Mug", "1.0", "0071", "$10.00", "-$1.00", "$9.00", "T1", "Payment"),
                    ("Cup", "2.0", "0072", "$8.00", "$0.00", "$8.00", "T1", "Payment"),
                    ("Mug", "-1.0", "0071", "-$10.00", "$1.00", "-$9.00", "T2", "Refund"),
                ]
            ),
        ),
        [9.0, 8.0, -9.0],
        {"Transaction ID": Role.ORDER, "Item": Role.PRODUCT_NAME, "SKU": Role.PRODUCT, "Net Sales": Role.AMOUNT, "Qty": Role.QUANTITY},
        {},
        {"product": ["0071", "0072", "0071"], "quantity": [1.0, 2.0, -1.0], "taken_back": [False, False, True]},
    ),
    "stripe": Export(
        sheet(
            STRIPE,
            *(
                {
                    "id": number, "Description": "Mug", "Seller Message": "Payment complete.", "Created (UTC)": "2024-01-13 10:30",
                    "Amount": amount, "Amount Refunded": refunded, "Currency": currency, "Converted Amount": "18.00",
                    "Fee": "0.88", "Converted Currency": "eur", "Mode": "Live", "Status": status, "Customer ID": "cus_1",
                    "Customer Email": "a@x.com", "Captured": "true", "Card ID": "card_1", "Card Last4": "0042",
                }
                for number, amount, refunded, currency, status in [
                    ("ch_1", "20.00", "0.00", "eur", "Paid"), ("ch_2", "20.00", "5.00", "eur", "Paid"),
                    ("ch_3", "20.00", "20.00", "eur", "Refunded"), ("ch_4", "20.00", "0.00", "eur", "Failed"),
                    ("ch_5", "2000", "0.00", "jpy", "Paid"), ("ch_6", "20.00", "0.00", "eur", "requires_payment_method"),
                    ("ch_7", "20.00", "0.00", "eur", "Canceled"),
                ]
            ),
        ),
        [20.0, 15.0, 0.0],
        {"id": Role.ORDER, "Amount": Role.PAID, "Amount Refunded": Role.REFUND, "Customer ID": Role.CUSTOMER, "Fee": Role.UNUSED},
        {"cancelled": 2, "unpaid": 1, "other_currency": 1},
        currency="EUR",
    ),
    "stripe unified": Export(
        sheet(
            STRIPE_UNIFIED,
            *(
                {
                    "id": number, "Created date (UTC)": "2024-01-13 10:30:05", "Amount": amount, "Amount Refunded": refunded,
                    "Currency": "usd", "Captured": "true", "Converted Amount": amount, "Converted Amount Refunded": refunded,
                    "Converted Currency": "usd", "Description": "Mug", "Fee": "0.88", "Status": status, "Taxes On Fee": "0.00",
                    "Customer ID": customer, "Customer Email": f"{customer}@x.com",
                }
                for number, amount, refunded, status, customer in [
                    ("ch_1", "1,020.00", "0.00", "Paid", "cus_1"), ("ch_2", "20.00", "5.00", "Partially refunded", "cus_2"),
                    ("ch_3", "20.00", "0.00", "Failed", "cus_2"),
                ]
            ),
        ),
        [1020.0, 15.0],
        {
            "id": Role.ORDER, "Created date (UTC)": Role.TIME, "Amount": Role.PAID, "Amount Refunded": Role.REFUND,
            "Customer ID": Role.CUSTOMER, "Currency": Role.CURRENCY, "Converted Amount": Role.UNUSED,
        },
        {"cancelled": 1},
        {"customer": ["cus_1", "cus_2"]},
        "USD",
    ),
    "stripe balance": Export(
        sheet(
            STRIPE_BALANCE,
            *(
                {
                    "id": f"txn_{place}", "Type": type_, "Source": f"ch_{place}", "Amount": amount, "Fee": "0.50", "Net": "1.00",
                    "Currency": "usd", "Created (UTC)": "2024-01-13 10:30", "Available On (UTC)": "2024-01-15 00:00",
                    "Description": "Mug",
                }
                for place, (type_, amount) in enumerate(
                    [("charge", "20.00"), ("payment", "10.00"), ("refund", "-5.00"), ("payout", "-24.00"), ("stripe_fee", "-2.00")]
                )
            ),
        ),
        [20.0, 10.0, -5.0],
        {"id": Role.ORDER, "Amount": Role.AMOUNT, "Net": Role.UNUSED, "Fee": Role.UNUSED, "Created (UTC)": Role.TIME},
        {"no_sale": 2},
        currency="USD",
    ),
    "paypal": Export(
        "\ufeff"
        + sheet(
            PAYPAL,
            # Gross includes what the buyer paid for shipping.
            paypal("T1", "Express Checkout Payment", "1,015.00", Shipping_and_Handling_Amount="5.00", Item_Title="Mug"),
            # The older reports also mark the sale itself, but the refund stands on its own line.
            paypal("T2", "Website Payment", "20.00", Status="Partially Refunded"),
            paypal("T3", "Payment Refund", "-4.00", Reference_Txn_ID="T2"),
            paypal("T4", "Website Payment", "20.00", Status="Refunded"),
            paypal("T5", "Payment Refund", "-20.00", Reference_Txn_ID="T4"),
            paypal("T6", "General Withdrawal", "-500.00", Name=""),
            paypal("T7", "General Currency Conversion", "18.00"),
            paypal("T8", "Account Hold for Open Authorization", "-9.00", Status="Pending", Balance_Impact="Memo"),
            # What the shop bought itself is no sale taken back.
            paypal("T9", "PreApproved Payment Bill User Payment", "-29.00", Name="Hosting Inc."),
            # The parts of T1's cart say again what T1 said.
            paypal("T10", "Shopping Cart Item", "1,010.00", Balance_Impact="Memo", Item_Title="Mug"),
            paypal("T11", "Website Payment", "7.00", Status="Denied"),
            paypal("T12", "Website Payment", "7.00", Status="Pending"),
            paypal("T13", "Website Payment", "700.00", Currency="JPY"),
            quoted=True,
        ),
        [1010.0, 20.0, -4.0, 20.0, -20.0],
        {
            "Transaction ID": Role.ORDER, "Currency": Role.CURRENCY, "Status": Role.STATUS, "From Email Address": Role.EMAIL,
            "Net": Role.UNUSED, "Fee": Role.UNUSED, "Date": Role.TIME, "Shipping and Handling Amount": Role.POSTAGE,
        },
        {"no_sale": 5, "cancelled": 1, "unpaid": 1, "other_currency": 1},
        {"taken_back": [False, False, True, False, True]},
        "EUR",
    ),
    "paypal, german": Export(
        sheet(
            PAYPAL_DE,
            paypal_de("T1", "PayPal Express-Zahlung", "1.010,50"),
            paypal_de("T2", "Rückzahlung", "-4,00"),
            paypal_de("T3", "Allgemeine Abbuchung", "-500,00"),
            paypal_de("T4", "Allgemeine Währungsumrechnung", "3,00"),
            paypal_de("T5", "Zahlung im Einzugsverfahren mit Zahlungsrechnung", "-15,00"),
            paypal_de("T6", "Website-Zahlung", "8,00", Status="Ausstehend"),
            paypal_de("T7", "Einbehaltung für offene Autorisierung", "-9,00"),
            paypal_de("T8", "Website-Zahlung", "8,00", **{"Versand- und Bearbeitungsgebühr": "3,00"}),
            quoted=True,
        ),
        [1010.5, -4.0, 5.0],
        {"Transaktionscode": Role.ORDER, "Datum": Role.TIME, "Währung": Role.CURRENCY, "Gebühr": Role.UNUSED},
        {"no_sale": 4, "unpaid": 1},
        {"customer": ["t1@x.com", "t2@x.com", "t8@x.com"]},
        "EUR",
    ),
    "paypal statement, german": Export(
        sheet(
            PAYPAL_DE_STATEMENT,
            *(
                {
                    "Datum": "13.01.2024", "Uhrzeit": "10:30:00", "Zeitzone": "Europe/Berlin", "Beschreibung": what,
                    "Währung": "EUR", "Brutto": gross, "Entgelt": "-0,50", "Netto": gross, "Guthaben": "1.000,00",
                    "Transaktionscode": f"T{place}", "Absender E-Mail-Adresse": "a@x.com", "Name": "Ann",
                    "Versand- und Bearbeitungsgebühr": "0,00", "Umsatzsteuer": "0,00",
                }
                for place, (what, gross) in enumerate(
                    [
                        ("PayPal Express-Zahlung", "10,50"), ("Rückzahlung", "-4,00"), ("Allgemeine Abbuchung", "-500,00"),
                        ("Bankgutschrift auf PayPal-Konto", "50,00"), ("Website-Zahlung", "-15,00"),
                    ]
                )
            ),
            quoted=True,
        ),
        [10.5, -4.0],
        {"Transaktionscode": Role.ORDER, "Netto": Role.UNUSED, "Guthaben": Role.UNUSED},
        {"no_sale": 3},
        currency="EUR",
    ),
    "paypal, chinese": Export(
        sheet(
            PAYPAL_ZH,
            *(
                {
                    "日期": "2024/1/13", "时间": "10:30:00", "时区": "Asia/Shanghai", "姓名": "Ann", "类型": type_, "状态": state,
                    "币种": "USD", "总额": gross, "费用": "-0.50", "净额": gross, "发件人邮箱地址": "a@x.com", "交易号": f"T{place}",
                    "余额": "100.00", "运费和手续费金额": "0.00",
                }
                for place, (type_, state, gross) in enumerate(
                    [
                        ("快速结账付款", "已完成", "1,010.50"), ("付款退款", "已完成", "-4.00"), ("一般提现", "已完成", "-500.00"),
                        ("一般货币兑换", "已完成", "3.00"), ("预核准付款账单用户付款", "已完成", "-15.00"), ("网站付款", "待处理", "8.00"),
                        ("网站付款", "已拒绝", "8.00"),
                    ]
                )
            ),
        ),
        [1010.5, -4.0],
        {"交易号": Role.ORDER, "日期": Role.TIME, "净额": Role.UNUSED, "发件人邮箱地址": Role.EMAIL},
        {"no_sale": 5},
        currency="USD",
    ),
    "amazon all orders": Export(
        sheet(
            AMAZON,
            amazon("111-0000001-0000001", "Shipped", "20.00", item_promotion_discount="4.00"),
            # The price of a line is that of all its pieces.
            amazon("111-0000001-0000001", "Shipped", "9.00", sku="0013", product_name="Cup"),
            amazon("111-0000001-0000002", "Cancelled", ""),
            amazon("111-0000001-0000003", "Pending", "20.00"),
            amazon("111-0000001-0000004", "Shipped - Delivered to Buyer", "20.00"),
            amazon("111-0000001-0000005", "Shipped - Returned to Seller", "20.00"),
            amazon("111-0000001-0000006", "Shipped", "30.00", currency="CAD", sales_channel="Amazon.ca"),
            separator="\t",
        ),
        [16.0, 9.0, 20.0, 0.0],
        {
            "amazon-order-id": Role.ORDER, "purchase-date": Role.TIME, "sku": Role.PRODUCT, "item-price": Role.AMOUNT,
            "quantity": Role.QUANTITY, "order-status": Role.STATUS, "item-promotion-discount": Role.DISCOUNT,
        },
        {"cancelled": 1, "unpaid": 1, "other_currency": 1},
        {"product": ["0012", "0013", "0012", "0012"]},
        "USD",
    ),
    "amazon order report": Export(
        sheet(
            AMAZON_SELLER,
            *(
                {
                    "order-id": order, "order-item-id": item, "purchase-date": "2024-01-13T10:30:00+00:00",
                    "payments-date": "2024-01-13T10:40:00+00:00", "buyer-email": "a@marketplace.amazon.com", "buyer-name": "Ann",
                    "sku": "0012", "product-name": "Mug", "quantity-purchased": "2", "currency": "USD", "item-price": "20.00",
                    "item-tax": "1.00", "shipping-price": "3.00", "recipient-name": "Bob", "ship-country": "US",
                    "item-promotion-discount": discount,
                }
                for order, item, discount in [("111-1", "91", "2.00"), ("111-1", "92", "0.00"), ("111-2", "93", "")]
            ),
            separator="\t",
        ),
        [18.0, 20.0, 20.0],
        {"order-id": Role.ORDER, "order-item-id": Role.UNUSED, "buyer-email": Role.EMAIL, "item-price": Role.AMOUNT},
        currency="USD",
    ),
    "amazon date range": Export(
        AMAZON_NOTES
        + sheet(
            AMAZON_RANGE,
            ranged("Order", "20.00", promotional_rebates="-4.00"),
            ranged("Order", "1,010.00", order_id="111-2", quantity="2", sku="0013"),
            # A refund of 10 of which 1 had been a rebate.
            ranged("Refund", "-10.00", promotional_rebates="1.00", shipping_credits="0", order_id="111-2", sku="0013"),
            ranged("Service Fee", "0", sku="", description="Subscription Fee", order_id="", quantity=""),
            ranged("Transfer", "0", sku="", description="To your account ending in: 001", order_id="", quantity=""),
            ranged("FBA Inventory Fee", "0", sku="", description="FBA Long-Term Storage Fee", order_id="", quantity=""),
            ranged("Adjustment", "0", description="FBA Inventory Reimbursement - Damaged:Warehouse", order_id="", other="8.00"),
            quoted=True,
        ),
        [16.0, 1010.0, -9.0],
        {
            "date/time": Role.TIME, "order id": Role.ORDER, "sku": Role.PRODUCT, "description": Role.PRODUCT_NAME,
            "product sales": Role.AMOUNT, "promotional rebates": Role.DISCOUNT, "total": Role.UNUSED, "settlement id": Role.UNUSED,
        },
        {"no_sale": 4},
        {"product": ["0012", "0013", "0013"], "taken_back": [False, False, True], "order": ["111-1", "111-2", "111-2"]},
    ),
    "amazon transaction view": Export(
        sheet(
            AMAZON_VIEW,
            *(
                {
                    "Date": "Jan 13, 2024", "Transaction Status": "Released", "Transaction type": type_, "Order ID": order,
                    "Product Details": "Mug", "Total product charges": sales, "Total promotional rebates": rebates,
                    "Amazon fees": "-3.00", "Other": "0", "Total (USD)": "14.00",
                }
                for type_, order, sales, rebates in [
                    ("Order Payment", "111-1", "20.00", "-2.00"), ("Refund", "111-1", "-10.00", "0.00"),
                    ("Service Fees", "---", "0.00", "0.00"),
                ]
            ),
        ),
        [18.0, -10.0],
        {"Order ID": Role.ORDER, "Total product charges": Role.AMOUNT, "Total (USD)": Role.UNUSED, "Product Details": Role.PRODUCT_NAME},
        {"no_sale": 1},
        currency="USD",
    ),
    "taobao orders": Export(
        sheet(
            TAOBAO,
            taobao("0123456789012345601", "交易成功", "58.00", "58.00"),
            taobao("0123456789012345602", "卖家已发货，等待买家确认", "58.00", "48.00"),  # ten off by a coupon
            taobao("0123456789012345603", "交易成功", "58.00", "58.00", 退款金额="20.00"),
            taobao("0123456789012345604", "交易关闭", "58.00", "0.00", 退款金额="58.00", 订单关闭原因="退款"),
            taobao("0123456789012345605", "等待买家付款", "58.00", "0.00", **{"订单付款时间 ": ""}),
            taobao("0123456789012345606", "买家已付款，等待卖家发货", "58.00", "58.00"),
        ).encode("gbk"),
        [50.0, 40.0, 30.0, 50.0],
        {
            "订单编号": Role.ORDER, "买家会员名": Role.CUSTOMER, "买家实际支付金额": Role.PAID, "总金额": Role.ORDER_TOTAL,
            "订单创建时间": Role.TIME, "宝贝标题": Role.PRODUCT_NAME, "退款金额": Role.REFUND, "支付单号": Role.UNUSED,
        },
        {"cancelled": 1, "unpaid": 1},
        {
            "order": [f"012345678901234560{n}" for n in (1, 2, 3, 6)],
            "customer": ["tb_01", "tb_02", "tb_03", "tb_06"],
            "phone": ["13800000000"] * 4,
        },
        "CNY",
    ),
    "taobao items": Export(
        sheet(
            TAOBAO_ITEMS,
            *(
                {
                    "订单编号": f'="{order}"', "标题": item, "价格": price, "购买数量": quantity, "外部系统编号": "0A1",
                    "商品属性": "颜色分类：红", "订单状态": status, "商家编码": "0A1",
                }
                for order, item, price, quantity, status in [
                    ("001", "苹果", "10.00", "2", "交易成功"), ("001", "梨", "5.00", "1", "交易成功"),
                    ("002", "梨", "5.00", "1", "交易关闭"), ("003", "邮费补拍专用", "1.00", "6", "交易成功"),
                    ("004", "梨", "5.00", "1", "等待买家付款"),
                ]
            ),
        ).encode("gbk"),
        [20.0, 5.0, 6.0],
        {"订单编号": Role.ORDER, "标题": Role.PRODUCT_NAME, "价格": Role.PRICE, "购买数量": Role.QUANTITY},
        {"cancelled": 1, "unpaid": 1},
        {"order": ["001", "001", "003"], "not_a_product": [False, False, True]},
        "CNY",
    ),
    "taobao items, newer": Export(
        sheet(
            TAOBAO_ITEMS_NEW,
            *(
                {
                    "子订单编号": f"{sub}\t", "主订单编号": f"{order}\t", "标题": item, "价格": price, "购买数量": "1", "商家编码": "0A1",
                    "订单状态": status, "买家应付货款": price, "买家实际支付金额": paid, "退款状态": state, "退款金额": refund,
                    "订单创建时间": "2024-01-13 10:30:00", "订单付款时间": at, "商品ID": "77", "买家昵称": f"tb{order}",
                }
                for sub, order, item, price, paid, state, refund, status, at in [
                    ("11", "01", "苹果", "30.00", "28.00", "没有申请退款", "无退款申请", "交易成功", "2024-01-13 10:31:00"),
                    ("12", "01", "梨", "10.00", "9.00", "退款成功", "9.00", "交易关闭", "2024-01-13 10:31:00"),
                    ("13", "02", "梨", "10.00", "9.00", "退款成功", "4.00", "交易成功", "2024-01-13 10:31:00"),
                    ("14", "03", "梨", "10.00", "0.00", "没有申请退款", "无退款申请", "等待买家付款", ""),
                ]
            ),
        ).encode("gbk"),
        [28.0, 5.0],
        {"主订单编号": Role.ORDER, "子订单编号": Role.UNUSED, "标题": Role.PRODUCT_NAME, "买家实际支付金额": Role.PAID, "买家昵称": Role.CUSTOMER},
        {"cancelled": 1, "unpaid": 1},
        {"order": ["01", "02"]},
        "CNY",
    ),
    "jd": Export(
        sheet(
            JD,
            # 40 of goods and 6 of postage less 4 of coupon; the totals stand on every line of the order.
            jd("0290001", "完成", "苹果", "1", "30.00", "46.00", "42.00"),
            jd("0290001", "完成", "香梨子", "2", "5.00", "46.00", "42.00"),
            jd("0290002", "等待出库", "苹果", "1", "30.00", "36.00", "36.00"),
            jd("0290003", "(删除)等待出库", "苹果", "1", "30.00", "36.00", "36.00"),
            jd("0290004", "(删除)等待付款", "苹果", "1", "30.00", "36.00", "36.00", 付款确认时间=""),
            jd("0290005", "等待付款", "苹果", "1", "30.00", "36.00", "36.00", 付款确认时间=""),
            jd("0290006", "(锁定)等待出库", "苹果", "1", "30.00", "30.00", "30.00", 运费金额="0"),
        ).encode("gb18030"),
        [27.0, 9.0, 30.0, 30.0],
        {
            "订单号": Role.ORDER, "下单时间": Role.TIME, "商品ID": Role.PRODUCT, "商品名称": Role.PRODUCT_NAME, "京东价": Role.PRICE,
            "订购数量": Role.QUANTITY, "下单帐号": Role.CUSTOMER, "应付金额": Role.PAID, "货号": Role.UNUSED,
        },
        {"cancelled": 2, "unpaid": 1},
        {"order": ["0290001", "0290001", "0290002", "0290006"], "customer": ["jd_0290001"] * 2 + ["jd_0290002", "jd_0290006"]},
        "CNY",
    ),
    "pinduoduo": Export(
        sheet(
            PDD,
            *(
                row | {"拼单成功时间": "2024-01-13 10:31:00\t", "支付时间": "2024-01-13 10:30:00\t", "收货人": "王*", "手机": "138****0000"}
                for row in [
                    pdd("240113-01", "已收货", "无售后或售后取消", "20", "18"),
                    pdd("240113-02", "已发货，待收货", "无售后或售后取消", "20", "24", **{"邮费(元)": "6"}),
                    pdd("240113-03", "未发货，退款成功", "退款成功", "20", "18"),
                    pdd("240113-04", "已收货", "退款成功", "20", "18"),
                    pdd("240113-05", "已取消", "无售后或售后取消", "20", "0"),
                ]
            ),
        ),
        [18.0, 18.0, 0.0, 0.0],
        {
            "订单号": Role.ORDER, "商品": Role.PRODUCT_NAME, "商家实收金额(元)": Role.PAID, "用户实付金额(元)": Role.UNUSED,
            "商品数量(件)": Role.QUANTITY, "拼单成功时间": Role.TIME, "商品id": Role.PRODUCT, "邮费(元)": Role.POSTAGE,
        },
        {"cancelled": 1},
        {"taken_back": [False, False, True, True], "product": ["0077"] * 4},
        "CNY",
    ),
    "pinduoduo, newer": Export(
        sheet(
            PDD_NEW,
            *(
                row | {"订单成交时间": "2024-01-13 10:31:00\t"}
                for row in [
                    pdd("240113-01", "已收货", "无售后或售后取消", "20", "18"),
                    pdd("240113-02", "已发货，退款成功", "退款成功", "20", "18"),
                    pdd("240113-03", "已取消，退款成功", "退款成功", "20", "18"),
                ]
            ),
        ),
        [18.0, 0.0],
        {"订单成交时间": Role.TIME, "商品": Role.PRODUCT_NAME, "商家实收金额(元)": Role.PAID, "快递单号": Role.UNUSED},
        {"cancelled": 1},
        currency="CNY",
    ),
    "douyin": Export(
        sheet(
            DOUYIN,
            # The money is that of the sub-order, so two equal ones are 40, not 20.
            douyin("0690001", "0690001", "已完成", "20", "20"),
            douyin("0690001", "0690002", "已完成", "20", "20", 选购商品="梨"),
            douyin("0690003", "0690003", "已发货", "20", "23", 运费="5", 优惠总金额="2"),
            douyin("0690004", "0690004", "已关闭", "20", "20", 售后状态="退款成功", 取消原因="买家退款"),
            douyin("0690005", "0690005", "待支付", "20", "20", 支付完成时间="-"),
            douyin("0690006", "0690006", "已完成", "20", "20", 售后状态="退款成功"),
        ),
        [20.0, 20.0, 18.0, 0.0],
        {
            "主订单编号": Role.ORDER, "子订单编号": Role.UNUSED, "选购商品": Role.PRODUCT_NAME, "订单应付金额": Role.PAID,
            "商品单价": Role.PRICE, "订单提交时间": Role.TIME, "运费": Role.POSTAGE,
        },
        {"cancelled": 1, "unpaid": 1},
        # Of `王*` and `1**********` nobody can be told from another.
        {"order": ["0690001", "0690001", "0690003", "0690006"], "customer": []},
        "CNY",
    ),
    "youzan": Export(
        sheet(
            YOUZAN,
            youzan("E20240113001", "交易完成", "58", "8"),
            youzan("E20240113002", "交易完成", "58", "8", 订单已退款金额="10"),
            youzan("E20240113003", "交易关闭", "58", "8", 订单已退款金额="58"),
            youzan("E20240113004", "待付款", "0", "8", 买家付款时间=""),
            youzan("E20240113005", "待发货", "50", "0"),
        ),
        [50.0, 40.0, 50.0],
        {"订单号": Role.ORDER, "买家": Role.CUSTOMER, "订单实付金额": Role.PAID, "订单创建时间": Role.TIME, "商品种类数": Role.UNUSED},
        {"cancelled": 1, "unpaid": 1},
        {"customer": ["buyer1", "buyer2", "buyer5"]},
        "CNY",
    ),
    "youzan items": Export(
        sheet(
            YOUZAN_ITEMS,
            *(
                {
                    "订单号": order, "订单状态": "交易完成", "订单创建时间": "2024-01-13 10:30:00", "买家付款时间": "2024-01-13 10:31:00",
                    "商品名称": item, "商品编码": "0A1", "商品单价": "30", "商品数量": "1", "商品金额合计": "30", "商品实际成交金额": paid,
                    "商品退款状态": state, "商品已退款金额": refund, "买家姓名": "王", "买家手机号": f"1380000000{order[-1]}",
                    "订单实付金额": "58", "运费": "8",
                }
                for order, item, paid, state, refund in [
                    ("E1", "苹果", "28", "", "0"), ("E1", "梨", "22", "", "0"), ("E2", "枣", "30", "退款成功", "30"),
                    ("E3", "枣", "30", "部分退款", "12"),
                ]
            ),
        ),
        [28.0, 22.0, 0.0, 18.0],
        {"商品实际成交金额": Role.AMOUNT, "商品已退款金额": Role.REFUND, "商品名称": Role.PRODUCT_NAME, "订单实付金额": Role.UNUSED},
        {},
        {"customer": ["13800000001"] * 2 + ["13800000002", "13800000003"]},
        "CNY",
    ),
    "weidian": Export(
        sheet(
            WEIDIAN,
            *(
                {
                    "订单编号": f"{number}\t", "订单状态": status, "下单时间": "2024-01-13 10:30:00", "付款时间": paid_at, "商品名称": "苹果",
                    "商品编码": "0A1", "商品数量": "2", "商品单价": "25", "商品总金额": "50", "运费": "8", "优惠金额": "3",
                    "订单总金额": "55", "实付金额": "55", "退款金额": refund, "买家昵称": f"wx{number}", "收件人姓名": "王",
                    "收件人手机": "13800000000", "省份": "上海",
                }
                for number, status, paid_at, refund in [
                    ("08001", "已完成", "2024-01-13 10:31:00", "0"), ("08002", "已完成", "2024-01-13 10:31:00", "7"),
                    ("08003", "已关闭", "", "0"), ("08004", "待付款", "", "0"),
                ]
            ),
        ),
        [47.0, 40.0],
        {"订单编号": Role.ORDER, "实付金额": Role.PAID, "买家昵称": Role.CUSTOMER, "商品编码": Role.PRODUCT},
        {"cancelled": 1, "unpaid": 1},
        {"order": ["08001", "08002"]},
        "CNY",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_says_what_the_books_say(name: str) -> None:
    export = EXPORTS[name]
    dataset = one(export.content)
    found = roles(dataset)
    assert {header: found[header] for header in export.is_} == export.is_
    assert left_out(dataset) == export.left
    assert len(dataset.receipt.left_out) == len(export.left)
    assert column(dataset, "amount") == pytest.approx(export.net)
    assert {name: column(dataset, name) if dataset.has(name) else [] for name in export.says} == export.says
    assert (dataset.kind, dataset.currency) == (Kind.ORDERS, export.currency)


def test_customers_of_a_list_and_of_orders_are_known_by_the_same_key() -> None:
    people = one(
        sheet(
            SHOPIFY_CUSTOMERS,
            {
                "Customer ID": "'0694009528341", "First Name": "Ann", "Last Name": "Lee", "Email": "1004@x.com",
                "Default Address Country Code": "DE", "Total Spent": "18.00", "Total Orders": "1", "Phone": "'+4930123456",
            },
            {"Customer ID": "'0694009528342", "First Name": "Bob", "Phone": "'+4930123457", "Total Spent": "0.00"},
        )
    )  # fmt: skip
    orders = one(sheet(SHOPIFY, *shopify("#1004", "paid", "12.00", MUG)))
    assert people.kind is Kind.CUSTOMERS
    assert column(people, "customer") == ["1004@x.com", "+4930123457"]
    assert column(orders, "customer") == ["1004@x.com"]
    assert column(people, "attribute:Total Spent") == [18.0, 0.0]
    assert not {"Last Name", "Customer ID"} & {name.removeprefix("attribute:") for name in people.names}


@pytest.mark.parametrize(
    ("header", "row", "kind"),
    [
        (
            WOO_CUSTOMERS,
            {
                "Name": "Ann Lee", "Username": "ann", "Last active": "2024-01-02 10:00:00", "Sign up": "2023-01-02 10:00:00",
                "Email": "a@x.com", "Orders": "3", "Total spend": "120.50", "AOV": "40.17", "Country / Region": "DE",
            },
            Kind.CUSTOMERS,
        ),
        (
            SHOPIFY_PRODUCTS,
            {
                "Handle": "mug", "Title": "Mug", "Body (HTML)": "<p>A mug for long mornings</p>", "Vendor": "Pots",
                "Variant SKU": "0012", "Variant Price": "12.00", "Variant Inventory Qty": "5", "Status": "active",
            },
            Kind.CATALOGUE,
        ),
        (
            WOO_PRODUCTS,
            {
                "ID": "5", "Type": "simple", "SKU": "0012", "Name": "Mug", "Regular price": "12", "Categories": "Home > Mugs",
                "Description": "A mug for long mornings", "Stock": "5",
            },
            Kind.CATALOGUE,
        ),
    ],
)  # fmt: skip
def test_lists_of_people_and_goods_are_no_orders(header: str, row: Row, kind: Kind) -> None:
    dataset = one(sheet(header, row, row | {header.split("|", maxsplit=1)[0]: "other"}))
    assert dataset.kind is kind
    assert dataset.rows == 2


def test_goods_described_at_length_are_no_comments() -> None:
    assert (
        one("sku,name,price,body\n001,Mug,5,a mug for long mornings\n002,Cup,4,a cup for short ones\n").kind
        is Kind.CATALOGUE
    )


def test_currency_is_that_of_the_rows_used() -> None:
    """One order of three lines in euros, two of one line each in dollars: only the first lines tell."""
    dollars = (shopify(name, "paid", "12.00", MUG, Currency="USD") for name in ("#2", "#3"))
    dataset = one(
        sheet(SHOPIFY, *shopify("#1", "paid", "24.00", MUG, CUP, ("1", "Jug", "4.00")), *itertools.chain(*dollars))
    )
    assert (dataset.rows, dataset.currency) == (3, "EUR")


def test_equal_lines_of_an_order_are_two_pieces_where_its_money_says_so() -> None:
    lines = shopify("#1", "paid", "20.00", MUG, ("1", "Cup", "4.00"), ("1", "Cup", "4.00"))
    assert column(one(sheet(SHOPIFY, *lines)), "amount") == [12.0, 4.0, 4.0]


def test_goods_without_a_code_are_known_by_their_name() -> None:
    text = "order id,date,sku,product name,amount\n1,2024-01-02,001,Mug,5\n2,2024-01-02,,Cup,4\n"
    assert column(one(text), "product") == ["001", "Cup"]
    assert not one(text.replace("001", "")).has("product")


def test_money_of_lines_that_are_alike_is_their_own_if_the_lines_say_so() -> None:
    """Two equal sub-orders of 20 are 40; a total of 40 on both lines of an order is 40 as well."""
    header = "订单号,下单时间,商品名称,数量,单价,实付金额\n"
    own = "1,2024-01-01,苹果,1,20,20\n1,2024-01-01,梨,1,20,20\n"
    assert column(one(header + own), "amount") == [20, 20]
    assert column(one(header + own.replace("20,20", "20,40")), "amount") == [20, 20]


def test_a_refund_told_on_a_later_line_is_that_lines_own() -> None:
    header = "order id,date,product,quantity,unit price,refunded amount\n"
    dataset = one(header + "1,2024-01-01,Mug,1,30,\n1,2024-01-01,Cup,1,10,8\n2,2024-01-02,Cup,1,10,\n")
    assert column(dataset, "amount") == [30, 2, 10]


def test_a_reason_stands_once_on_the_receipt() -> None:
    """Left out as unpaid by the status, and by the missing time of payment."""
    dataset = one(
        "订单号,下单时间,付款时间,订单状态,实付金额\n1,2024-01-01,2024-01-01,已完成,5\n2,2024-01-01,,待付款,0\n3,2024-01-01,,待发货,0\n"
    )
    assert [(count.reason, count.rows, count.examples) for count in dataset.receipt.left_out] == [("unpaid", 2, (3, 4))]
