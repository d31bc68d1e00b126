"""Exports of known shop systems: how to recognise them and what their columns mean where the name alone misleads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analytics.dataset import Kind, Role
from analytics.reading.headers import normalise


@dataclass(frozen=True)
class Platform:
    """`signs` are normalised headers that must all be there; `roles` go before the general table of names.

    `currency` is the one that the platform sells in where the sheet does not say. `no_sale` gives for a header the
    pattern of cells that mark a line as something else than a sale (a withdrawal, a fee).
    """

    name: str
    signs: frozenset[str]
    roles: Mapping[str, Role] = field(default_factory=dict)
    currency: str | None = None
    kind: Kind = Kind.ORDERS
    no_sale: Mapping[str, str] = field(default_factory=dict)


NO_SALE = (
    r"(?i)withdraw|conversion|transfer|deposit|hold|reserve|reversal of|\bfee\b|payout|bank|提现|兑换|转账|充值|冻结|费用|"
    r"abbuchung|umrechnung|einbehalt|bankgutschrift|gebühr|überweisung"
)


OUTGOING = r"^支出$|不计收支|^/$"


def _platform(
    name: str, signs: str, currency: str | None = None, no_sale: Mapping[str, str] | None = None, /, **roles: str
) -> Platform:
    """Headers are separated by `|`; of several for one role the one further left in the sheet is taken."""
    named = {normalise(header): Role(role) for role, headers in roles.items() for header in headers.split("|")}
    return Platform(
        name,
        frozenset(map(normalise, signs.split("|"))),
        named,
        currency,
        no_sale=no_sale or {},
    )


PLATFORMS = (
    _platform(
        "shopify", "Name|Lineitem name|Lineitem price|Financial Status",
        order="Name", email="Email", time="Created at", product="Lineitem sku", product_name="Lineitem name",
        quantity="Lineitem quantity", price="Lineitem price", discount="Discount Amount", order_total="Subtotal",
        refund="Refunded Amount", postage="Shipping", status="Financial Status", paid_time="Paid at", currency="Currency",
        place="Billing Country", name="Billing Name", phone="Billing Phone", address="Billing Address1",
        unused="Total|Taxes|Vendor|Employee|Location|Source|Tags|Notes|Id|Lineitem discount|Fulfillment Status|Phone",
    ),
    _platform(
        "woocommerce", "Order Number|Order Status|Order Date|Item Name",
        order="Order Number", status="Order Status", time="Order Date", name="Full Name (Billing)",
        email="Email (Billing)", phone="Phone (Billing)", address="Address 1&2 (Billing)", place="Country Code (Billing)",
        product="SKU", product_name="Item Name", quantity="Quantity|Quantity (- Refund)", price="Item Cost",
        order_total="Order Subtotal Amount", discount="Cart Discount Amount", postage="Order Shipping Amount",
        refund="Order Refund Amount",
        unused="Order Total Amount|First Name (Billing)|Last Name (Billing)|Coupon Code|Item #|Discount Amount|"
        "Discount Amount Tax|Customer Note|Order Total Tax Amount|Country Code (Shipping)|Payment Method Title",
    ),
    _platform(
        "etsy items", "Sale Date|Item Name|Buyer|Order ID|Transaction ID",
        order="Order ID", time="Sale Date", customer="Buyer", product="Listing ID", product_name="Item Name",
        quantity="Quantity", price="Price", discount="Discount Amount", postage="Order Shipping",
        currency="Currency", paid_time="Date Paid", place="Ship Country", name="Ship Name", address="Ship Address1",
        unused="Item Total|Transaction ID|SKU|Coupon Code|Order Type|Listings Type|Shipping Discount|Order Sales Tax|Date Shipped",
    ),
    _platform(
        "etsy orders", "Sale Date|Order ID|Buyer User ID|Order Value",
        order="Order ID", time="Sale Date", customer="Buyer User ID", name="Full Name", quantity="Number of Items",
        order_total="Order Value", discount="Discount Amount", currency="Currency", status="Status", place="Ship Country",
        unused="Order Total|Order Net|Shipping|First Name|Last Name|Sales Tax|Card Processing Fees|Date Shipped|Buyer|SKU",
    ),
    _platform(
        "square items", "Date|Item|Qty|Net Sales|Transaction ID",
        order="Transaction ID", time="Date", product="SKU", product_name="Item", category="Category", quantity="Qty",
        amount="Net Sales", customer="Customer ID", name="Customer Name", place="Location",
        unused="Gross Sales|Discounts|Tax|Time|Payment ID|Price Point Name|Event Type|Employee|Count",
    ),
    _platform(
        "square transactions", "Date|Gross Sales|Net Sales|Transaction ID",
        order="Transaction ID", time="Date", amount="Net Sales", customer="Customer ID", name="Customer Name",
        place="Location", product_name="Description",
        unused="Gross Sales|Discounts|Tax|Time|Payment ID|Total Collected|Card|Cash|Fees|Net Total|Event Type|Tip|Refunds",
    ),
    _platform(
        "stripe", "id|Created (UTC)|Amount|Amount Refunded|Status",
        order="id", time="Created (UTC)", paid="Amount", refund="Amount Refunded", status="Status", currency="Currency",
        customer="Customer ID", email="Customer Email", product_name="Description",
        unused="Fee|Converted Amount|Converted Amount Refunded|Converted Currency|Seller Message|Card ID|Captured|Net|Mode",
    ),
    _platform(
        "paypal", "Date|Name|Type|Status|Currency|Gross|Transaction ID", None, {"type": NO_SALE},
        order="Transaction ID", time="Date", amount="Gross", status="Status", currency="Currency", name="Name",
        email="From Email Address", product_name="Item Title", product="Item ID", quantity="Quantity", place="Country",
        unused="Time|Time Zone|Type|Fee|Net|To Email Address|Balance|Subject|Note|Shipping and Handling Amount|Sales Tax",
    ),
    _platform(
        "paypal de", "Datum|Name|Typ|Status|Währung|Brutto|Transaktionscode", None, {"typ": NO_SALE},
        order="Transaktionscode", time="Datum", amount="Brutto", status="Status", currency="Währung", name="Name",
        email="Absender E-Mail-Adresse", product_name="Artikelbezeichnung", product="Artikelnummer", quantity="Anzahl",
        place="Land", unused="Uhrzeit|Zeitzone|Typ|Gebühr|Netto|Empfänger E-Mail-Adresse|Guthaben|Betreff|Hinweis",
    ),
    _platform(
        "paypal zh", "日期|姓名|类型|状态|币种|总额|交易号", None, {"类型": NO_SALE},
        order="交易号", time="日期", amount="总额", status="状态", currency="币种", name="姓名", email="发件人邮箱地址",
        product_name="物品名称", product="物品号", quantity="数量", place="国家/地区",
        unused="时间|时区|类型|费用|净额|收件人邮箱地址|余额|主题|备注",
    ),
    _platform(
        "alipay", "交易号|交易创建时间|收/支|交易状态", "CNY", {"收支": OUTGOING},
        order="交易号", time="交易创建时间", paid_time="付款时间", customer="交易对方", product_name="商品名称",
        paid="金额（元）", refund="成功退款（元）", status="交易状态",
        unused="商家订单号|最近修改时间|交易来源地|类型|服务费（元）|备注|资金状态",
    ),
    _platform(
        "wechat pay", "交易时间|交易类型|交易对方|收/支", "CNY", {"收支": OUTGOING},
        order="交易单号", time="交易时间", customer="交易对方", product_name="商品", amount="金额(元)", status="当前状态",
        unused="交易类型|支付方式|商户单号|备注",
    ),
    _platform(
        "amazon orders", "amazon-order-id|purchase-date|item-price",
        order="amazon-order-id", time="purchase-date", status="order-status", product="sku", product_name="product-name",
        quantity="quantity|quantity-purchased", amount="item-price", currency="currency", postage="shipping-price",
        place="ship-country", email="buyer-email", name="buyer-name|recipient-name", phone="buyer-phone-number",
        discount="item-promotion-discount",
        unused="merchant-order-id|last-updated-date|asin|item-status|item-tax|shipping-tax|order-item-id|payments-date|"
        "ship-city|ship-state|ship-postal-code|sales-channel|fulfillment-channel|number-of-items",
    ),
    _platform(
        "amazon seller", "order-id|order-item-id|purchase-date|sku",
        order="order-id", time="purchase-date", product="sku", product_name="product-name",
        quantity="quantity-purchased", amount="item-price", currency="currency", postage="shipping-price",
        place="ship-country", email="buyer-email", name="buyer-name", phone="buyer-phone-number",
        unused="order-item-id|payments-date|item-tax|shipping-tax|recipient-name|ship-city|ship-state|ship-postal-code",
    ),
    _platform(
        "taobao orders", "订单编号|买家应付货款|宝贝标题", "CNY",
        order="订单编号", customer="买家会员名", order_total="总金额", paid="买家实际支付金额", postage="买家应付邮费",
        status="订单状态", name="收货人姓名", address="收货地址", phone="联系手机", time="订单创建时间", paid_time="订单付款时间",
        product_name="宝贝标题", quantity="宝贝总数量", refund="退款金额",
        unused="买家应付货款|买家支付宝账号|支付单号|返点积分|买家留言|运送方式|联系电话|宝贝种类|店铺Id|店铺名称",
    ),
    _platform(
        "taobao items", "订单编号|标题|价格|购买数量", "CNY",
        order="订单编号", product_name="标题", price="价格", quantity="购买数量", product="商家编码|外部系统编号", status="订单状态",
        unused="套餐信息|备注|商品属性|子订单编号",
    ),
    _platform(
        "tmall report", "订单编号|总金额|买家实际支付金额|订单创建时间", "CNY",
        order="订单编号", order_total="总金额", paid="买家实际支付金额", refund="退款金额", time="订单创建时间",
        paid_time="订单付款时间", place="收货地址",
    ),
    _platform(
        "jd", "订单号|下单时间|京东价|订购数量", "CNY",
        order="订单号", time="下单时间", product="商品ID|商品编号", product_name="商品名称", quantity="订购数量", price="京东价",
        order_total="订单金额", paid="应付金额", status="订单状态", customer="下单帐号", name="客户姓名",
        phone="联系电话", address="客户地址", paid_time="付款确认时间", postage="运费金额",
        unused="支付方式|余额支付|订单类型|订单备注|发票类型|发票抬头|结算金额",
    ),
    _platform(
        "pinduoduo", "订单号|商家实收金额(元)|商品数量(件)", "CNY",
        order="订单号", product_name="商品", status="订单状态", order_total="商品总价(元)", postage="邮费(元)",
        paid="商家实收金额(元)", quantity="商品数量(件)", time="订单成交时间|拼单成功时间", paid_time="支付时间", name="收货人",
        phone="手机", place="省", address="详细地址|街道", product="商品编码|商家编码-规格维度|商家编码-SKU维度|商品id",
        unused="店铺优惠折扣(元)|平台优惠折扣(元)|用户实付金额(元)|售后状态|市|区|快递单号|发货时间|确认收货时间|样式ID|商品规格",
    ),
    _platform(
        "douyin", "主订单编号|子订单编号|选购商品|订单应付金额", "CNY",
        order="主订单编号", product_name="选购商品", product="商家编码|商品ID", quantity="商品数量", price="商品单价",
        paid="订单应付金额", postage="运费", time="订单提交时间", paid_time="支付完成时间", status="订单状态", name="收件人",
        phone="收件人手机号", address="详细地址", place="省",
        unused="子订单编号|优惠总金额|平台优惠|商家优惠|达人优惠|商品金额|售后状态|市|区|流量来源|流量体裁|商品规格",
    ),
    _platform(
        "youzan", "订单号|订单状态|订单实付金额|买家", "CNY",
        order="订单号", status="订单状态", time="订单创建时间|下单时间", paid_time="买家付款时间|付款时间", paid="订单实付金额",
        postage="运费", customer="买家", name="收货人/提货人|收货人", phone="收货人手机号/提货人手机号|买家手机号",
        product_name="全部商品名称|商品名称", quantity="商品数量|商品种类数", refund="订单已退款金额|已退款金额",
        place="收货人省份", address="详细收货地址/提货地址",
        unused="商品金额合计|店铺优惠合计|应收订单金额|订单类型|付款方式|外部支付流水号",
    ),
    _platform(
        "weidian", "订单编号|订单状态|商品总金额|实付金额|下单时间", "CNY",
        order="订单编号", status="订单状态", time="下单时间", paid_time="付款时间", paid="实付金额", order_total="商品总金额",
        postage="运费", refund="退款金额", customer="买家ID|买家昵称", name="收件人姓名|收货人", phone="收件人手机|收货人手机",
        product_name="商品名称|商品标题", product="商品编码|商品id", quantity="商品数量|购买数量", place="省份",
        unused="订单总金额|优惠金额|市|区",
    ),
)  # fmt: skip


def find_platform(headers: Iterable[str]) -> Platform | None:
    """The first platform whose signs all stand in the header."""
    names = {normalise(header) for header in headers}
    return next((platform for platform in PLATFORMS if platform.signs <= names), None)
