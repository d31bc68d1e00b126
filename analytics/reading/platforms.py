"""Exports of known shop systems: how to recognise them and what their columns mean where the name alone misleads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from analytics.dataset import Kind, Role
from analytics.reading.headers import normalise


@dataclass(frozen=True)
class Platform:
    """`signs` are normalised headers that must all be there; `roles` go before the general table of names.

    `currency` is the one that the platform sells in where the sheet does not say. Patterns of cells, by header:
    `no_sale` marks lines that are something else than a sale (a withdrawal, a fee); `sales` the only ones that are;
    `refunds` lines of what came back, where every other money that goes out is the owner's own spending and the status
    of the sale says nothing more. `before_discount`: discounts are yet to be taken off all its money. `adjusted` are the
    headers of an order's total and of what remained of it after refunds, where anything came back.
    """

    name: str
    signs: frozenset[str]
    roles: Mapping[str, Role] = field(default_factory=dict)
    currency: str | None = None
    kind: Kind = Kind.ORDERS
    no_sale: Mapping[str, str] = field(default_factory=dict)
    sales: Mapping[str, str] = field(default_factory=dict)
    refunds: Mapping[str, str] = field(default_factory=dict)
    before_discount: bool = False
    adjusted: tuple[str, str] | None = None


NO_SALE = (
    r"(?i)withdraw|conversion|transfer|deposit|hold|reserve|reversal of|\bfee\b|payout|bank|cart item|提现|兑换|转账|充值|"
    r"冻结|费用|购物车|abbuchung|umrechnung|einbehalt|bankgutschrift|gebühr|überweisung|warenkorb"
)
REFUNDS = r"(?i)refund|reversal|chargeback|dispute|rückzahlung|erstattung|rückbuchung|rücklastschrift|退款|退单|撤销"
OUTGOING = r"^支出$|不计收支|^/$"
CLOSED_ZH = r"^(待处理|暂挂|已拒绝|已取消|已失效)$"
AMAZON_SALES = (
    r"(?i)^(order|order payment|refund|chargeback refund|a-to-z guarantee claim|bestellung|erstattung|commande|"
    r"remboursement|ordine|rimborso|pedido|reembolso|注文|返金)$"
)
STRIPE_SALES = r"(?i)^(charge|payment|refund|payment_refund|payment_failure_refund|refund_failure)$"


def _platform(name: str, signs: str, currency: str | None = None, /, **roles: str) -> Platform:
    """Headers are separated by `|`; of several for one role the one further left in the sheet is taken."""
    named = {normalise(header): Role(role) for role, headers in roles.items() for header in headers.split("|")}
    return Platform(name, frozenset(map(normalise, signs.split("|"))), named, currency)


PLATFORMS = (
    _platform(
        "shopify", "Name|Lineitem name|Lineitem price|Financial Status",
        order="Name", email="Email", time="Created at", product="Lineitem sku", product_name="Lineitem name",
        quantity="Lineitem quantity", price="Lineitem price", discount="Discount Amount", paid="Subtotal",
        refund="Refunded Amount", status="Financial Status", paid_time="Paid at", currency="Currency",
        place="Billing Country", name="Billing Name", phone="Billing Phone", address="Billing Address1",
        unused="Total|Taxes|Shipping|Vendor|Employee|Location|Source|Tags|Notes|Id|Lineitem discount|Fulfillment Status|"
        "Phone|Outstanding Balance|Lineitem compare at price|Payment Method|Cancelled at|Fulfilled at",
    ),
    replace(
        _platform(
            "shopify customers", "First Name|Last Name|Email|Accepts Email Marketing|Total Spent|Total Orders",
            email="Email", phone="Phone", name="First Name", place="Country|Default Address Country Code",
            attribute="City|Default Address City|Total Spent|Total Orders|Tags|Accepts Email Marketing|Tax Exempt",
            unused="Customer ID|Last Name|Address1|Address2|Default Address Address1|Default Address Address2|"
            "Default Address Phone|Default Address Zip|Zip|Note",
        ),
        kind=Kind.CUSTOMERS,
    ),
    replace(
        _platform(
            "shopify products", "Handle|Title|Body (HTML)|Vendor",
            product="Variant SKU", product_name="Title", category="Product Category|Type", price="Variant Price",
            quantity="Variant Inventory Qty", unused="Body (HTML)|Image Src|SEO Title|SEO Description|Variant Compare At Price",
        ),
        kind=Kind.CATALOGUE,
    ),
    replace(
        _platform(
            "woocommerce customers", "Name|Username|Last active|Email|Orders|Total spend",
            email="Email", name="Name", place="Country / Region|Country",
            attribute="Orders|Total spend|AOV|Last active|Sign up|City|Region", unused="Username|Postal code",
        ),
        kind=Kind.CUSTOMERS,
    ),
    replace(
        _platform(
            "woocommerce products", "Type|SKU|Name|Regular price|Categories",
            product="SKU", product_name="Name", category="Categories", price="Regular price", quantity="Stock",
            unused="ID|Short description|Description|Images|Sale price|GTIN, UPC, EAN, or ISBN|Date sale price starts",
        ),
        kind=Kind.CATALOGUE,
    ),
    _platform(
        "woocommerce", "Order Number|Order Status|Order Date|Item Cost",
        order="Order Number", status="Order Status", time="Order Date", name="Full Name (Billing)",
        email="Email (Billing)", phone="Phone (Billing)", address="Address 1&2 (Billing)", place="Country Code (Billing)",
        product="SKU", product_name="Item Name|Product Name|Name", quantity="Quantity|Quantity (- Refund)",
        price="Item Cost", order_total="Order Subtotal Amount", discount="Cart Discount Amount",
        postage="Order Shipping Amount", refund="Order Refund Amount", currency="Order Currency",
        unused="Order Total Amount|First Name (Billing)|Last Name (Billing)|Coupon Code|Item #|Discount Amount|"
        "Discount Amount Tax|Customer Note|Order Total Tax Amount|Country Code (Shipping)|Payment Method Title|"
        "Order Line|Order Line Tax|Order Line Total|Order Line Total Refunded|Order Tax Amount|Total items|Total products",
    ),
    _platform(
        "woocommerce de", "Bestellnummer|Bestellstatus|Bestelldatum|Artikelname",
        order="Bestellnummer", status="Bestellstatus", time="Bestelldatum", email="E-Mail (Rechnung)",
        phone="Telefon (Rechnung)", address="Adresse 1&2 (Rechnung)", place="Ländercode (Rechnung)|Stadt (Rechnung)",
        product="Artikelnummer|SKU", product_name="Artikelname", quantity="Menge|Anzahl", price="Einzelpreis|Artikelkosten|Preis",
        order_total="Zwischensumme der Bestellung|Zwischensumme", discount="Warenkorb-Rabattbetrag|Rabatt",
        postage="Versandkosten", refund="Erstattungsbetrag", currency="Währung",
        unused="Gesamtbetrag der Bestellung|Gesamtbetrag|Vorname (Rechnung)|Nachname (Rechnung)|Versandart|Kundenhinweis",
    ),
    _platform(
        "woocommerce items", "order_id|order_number|order_total|item_name|item_total",
        order="order_id", status="status", time="order_date", email="billing_email", phone="billing_phone",
        place="billing_country", product="item_sku", product_name="item_name", quantity="item_quantity",
        amount="item_total", refund="item_refunded", currency="order_currency",
        unused="order_number|customer_id|item_product_id|order_total|discount_total|refunded_total|item_id|item_subtotal|shipping_total|"
        "item_refunded_qty|tax_total|fee_total|billing_first_name|billing_last_name|payment_method|shipping_method",
    ),
    _platform(
        "woocommerce analytics", "Date|Order #|Status|Customer|Items sold|N. Revenue",
        order="Order #", status="Status", time="Date", customer="Customer", product_name="Product(s)",
        quantity="Items sold", amount="N. Revenue", unused="Customer type|Coupon(s)|Attribution|Origin",
    ),
    _platform(
        "etsy items", "Sale Date|Item Name|Buyer|Order ID|Transaction ID",
        order="Order ID", time="Sale Date", customer="Buyer", product="Listing ID", product_name="Item Name",
        quantity="Quantity", price="Price", discount="Discount Amount", postage="Order Shipping|Order Delivery",
        currency="Currency", paid_time="Date Paid", place="Ship Country|Delivery Country", name="Ship Name|Delivery Name",
        address="Ship Address1|Delivery Address1",
        unused="Item Total|Transaction ID|SKU|Coupon Code|Order Type|Listings Type|Shipping Discount|Delivery Discount|"
        "Order Sales Tax|Date Shipped|Date Posted|VAT Paid by Buyer|InPerson Discount|InPerson Location",
    ),
    replace(
        _platform(
            "etsy orders", "Sale Date|Order ID|Buyer User ID|Order Value",
            order="Order ID", time="Sale Date", customer="Buyer", name="Full Name", quantity="Number of Items",
            order_total="Order Value", discount="Discount Amount", currency="Currency", status="Status",
            place="Ship Country|Delivery Country",
            unused="Order Total|Order Net|Shipping|Delivery|First Name|Last Name|Sales Tax|Card Processing Fees|Date Shipped|"
            "Date Posted|Buyer User ID|SKU|Shipping Discount|Delivery Discount|Adjusted Order Total|"
            "Adjusted Card Processing Fees|Adjusted Net Order Amount|InPerson Discount|InPerson Location",
        ),
        before_discount=True,
        adjusted=("ordertotal", "adjustedordertotal"),
    ),
    _platform(
        "square items", "Date|Item|Qty|Net Sales|Transaction ID",
        order="Transaction ID", time="Date", product="SKU", product_name="Item", category="Category", quantity="Qty",
        amount="Net Sales", customer="Customer ID", name="Customer Name", place="Location",
        unused="Gross Sales|Discounts|Tax|Time|Payment ID|Price Point Name|Event Type|Employee|Count|Unit|GTIN",
    ),
    _platform(
        "square transactions", "Date|Gross Sales|Net Sales|Transaction ID",
        order="Transaction ID", time="Date", amount="Net Sales", customer="Customer ID", name="Customer Name",
        place="Location", product_name="Description",
        unused="Gross Sales|Discounts|Tax|Time|Payment ID|Total Collected|Card|Cash|Fees|Net Total|Event Type|Tip|Refunds|"
        "Partial Refunds|Service Charges|Gift Card Sales|Details|Discount Name|Deposit Date",
    ),
    _platform(
        "stripe", "id|Created (UTC)|Amount|Amount Refunded|Status",
        order="id", time="Created (UTC)", paid="Amount", refund="Amount Refunded", status="Status", currency="Currency",
        customer="Customer ID", email="Customer Email", product_name="Description",
        unused="Fee|Converted Amount|Converted Amount Refunded|Converted Currency|Seller Message|Card ID|Captured|Net|Mode",
    ),
    _platform(
        "stripe unified", "id|Created date (UTC)|Amount|Amount Refunded|Status",
        order="id", time="Created date (UTC)", paid="Amount", refund="Amount Refunded", status="Status",
        currency="Currency", customer="Customer ID", email="Customer Email", product_name="Description",
        unused="Fee|Converted Amount|Converted Amount Refunded|Converted Currency|Seller Message|Card ID|Captured|Mode|"
        "Refunded date (UTC)|Taxes On Fee|Decline Reason",
    ),
    replace(
        _platform(
            "stripe balance", "id|Type|Source|Amount|Fee|Net|Available On (UTC)",
            order="id", time="Created (UTC)|Created", amount="Amount", currency="Currency", product_name="Description",
            unused="Type|Source|Fee|Net|Available On (UTC)|Transfer",
        ),
        sales={"type": STRIPE_SALES},
    ),
    replace(
        _platform(
            "paypal", "Date|Name|Type|Status|Currency|Gross|Transaction ID",
            order="Transaction ID", time="Date", paid="Gross", postage="Shipping and Handling Amount", status="Status",
            currency="Currency", name="Name", email="From Email Address", product_name="Item Title", product="Item ID",
            quantity="Quantity", place="Country",
            unused="Time|Time Zone|Type|Fee|Net|To Email Address|Balance|Subject|Note|Sales Tax|Balance Impact|"
            "Insurance Amount",
        ),
        no_sale={"type": NO_SALE},
        refunds={"type": REFUNDS},
    ),
    replace(
        _platform(
            "paypal statement", "Date|Description|Currency|Gross|Fee|Net|Balance|Transaction ID",
            order="Transaction ID", time="Date", paid="Gross", postage="Shipping and Handling Amount",
            currency="Currency", name="Name", email="From Email Address",
            unused="Time|Time Zone|Description|Fee|Net|Balance|Bank Name|Bank Account|Sales Tax|Reference Txn ID",
        ),
        no_sale={"description": NO_SALE},
        refunds={"description": REFUNDS},
    ),
    replace(
        _platform(
            "paypal de", "Datum|Name|Typ|Status|Währung|Brutto|Transaktionscode",
            order="Transaktionscode", time="Datum", paid="Brutto", postage="Versand- und Bearbeitungsgebühr",
            status="Status", currency="Währung", name="Name", email="Absender E-Mail-Adresse",
            product_name="Artikelbezeichnung", product="Artikelnummer", quantity="Anzahl", place="Land",
            unused="Uhrzeit|Zeitzone|Typ|Gebühr|Entgelt|Netto|Empfänger E-Mail-Adresse|Guthaben|Betreff|Hinweis|Umsatzsteuer",
        ),
        no_sale={"typ": NO_SALE},
        refunds={"typ": REFUNDS},
    ),
    replace(
        _platform(
            "paypal statement de", "Datum|Beschreibung|Währung|Brutto|Netto|Guthaben|Transaktionscode",
            order="Transaktionscode", time="Datum", paid="Brutto", postage="Versand- und Bearbeitungsgebühr",
            currency="Währung", name="Name", email="Absender E-Mail-Adresse",
            unused="Uhrzeit|Zeitzone|Beschreibung|Entgelt|Gebühr|Netto|Guthaben|Name der Bank|Bankkonto|Umsatzsteuer|"
            "Rechnungsnummer|Zugehöriger Transaktionscode",
        ),
        no_sale={"beschreibung": NO_SALE},
        refunds={"beschreibung": REFUNDS},
    ),
    replace(
        _platform(
            "paypal zh", "日期|姓名|类型|状态|币种|总额|交易号",
            order="交易号", time="日期", paid="总额", postage="运费和手续费金额", status="状态", currency="币种", name="姓名",
            email="发件人邮箱地址", product_name="物品名称", product="物品号", quantity="数量", place="国家/地区",
            unused="时间|时区|类型|费用|净额|收件人邮箱地址|余额|主题|备注|销售税|对余额的影响",
        ),
        no_sale={"类型": NO_SALE, "状态": CLOSED_ZH},
        refunds={"类型": REFUNDS},
    ),
    replace(
        _platform(
            "alipay", "交易号|交易创建时间|收/支|交易状态", "CNY",
            order="交易号", time="交易创建时间", paid_time="付款时间", customer="交易对方", product_name="商品名称",
            paid="金额（元）", refund="成功退款（元）", status="交易状态",
            unused="商家订单号|最近修改时间|交易来源地|类型|服务费（元）|备注|资金状态",
        ),
        no_sale={"收支": OUTGOING},
    ),
    replace(
        _platform(
            "wechat pay", "交易时间|交易类型|交易对方|收/支", "CNY",
            order="交易单号", time="交易时间", customer="交易对方", product_name="商品", amount="金额(元)", status="当前状态",
            unused="交易类型|支付方式|商户单号|备注",
        ),
        no_sale={"收支": OUTGOING},
    ),
    replace(
        _platform(
            "amazon orders", "amazon-order-id|purchase-date|item-price",
            order="amazon-order-id", time="purchase-date", status="order-status", product="sku",
            product_name="product-name", quantity="quantity|quantity-purchased", amount="item-price", currency="currency",
            postage="shipping-price", place="ship-country", email="buyer-email", name="buyer-name|recipient-name",
            phone="buyer-phone-number", discount="item-promotion-discount",
            unused="merchant-order-id|last-updated-date|asin|item-status|item-tax|shipping-tax|order-item-id|payments-date|"
            "ship-city|ship-state|ship-postal-code|sales-channel|fulfillment-channel|number-of-items",
        ),
        before_discount=True,
    ),
    replace(
        _platform(
            "amazon seller", "order-id|order-item-id|purchase-date|sku",
            order="order-id", time="purchase-date", product="sku", product_name="product-name",
            quantity="quantity-purchased", amount="item-price", currency="currency", postage="shipping-price",
            place="ship-country", email="buyer-email", name="buyer-name", phone="buyer-phone-number",
            discount="item-promotion-discount",
            unused="order-item-id|payments-date|item-tax|shipping-tax|recipient-name|ship-city|ship-state|ship-postal-code|"
            "ship-phone-number|ship-promotion-discount|sales-channel",
        ),
        before_discount=True,
    ),
    replace(
        _platform(
            "amazon date range", "date/time|settlement id|type|order id|sku|product sales",
            order="order id", time="date/time", product="sku", product_name="description", quantity="quantity",
            amount="product sales", discount="promotional rebates", place="order state",
            unused="settlement id|type|marketplace|account type|fulfillment|fulfilment|order city|order postal|total|other|"
            "shipping credits|postage credits|product sales tax|gift wrap credits|selling fees|fba fees|"
            "other transaction fees|promotional rebates tax|shipping credits tax|regulatory fee",
        ),
        before_discount=True,
        sales={"type": AMAZON_SALES},
    ),
    replace(
        _platform(
            "amazon transactions", "Date|Transaction type|Order ID|Product Details|Total product charges",
            order="Order ID", time="Date", product_name="Product Details", amount="Total product charges",
            discount="Total promotional rebates",
            unused="Transaction Status|Transaction type|Amazon fees|Other|Total|Total (USD)",
        ),
        before_discount=True,
        sales={"transactiontype": AMAZON_SALES},
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
        "taobao sub-orders", "子订单编号|主订单编号|购买数量|买家实际支付金额", "CNY",
        order="主订单编号", product_name="标题|商品标题", price="价格|商品价格", quantity="购买数量",
        product="商家编码|外部系统编号|商品ID", status="订单状态", paid="买家实际支付金额", refund="退款金额",
        time="订单创建时间", paid_time="订单付款时间", customer="买家昵称|买家会员名",
        unused="子订单编号|套餐信息|备注|商品属性|支付单号|买家应付货款|退款状态|发货时间",
    ),
    _platform(
        "tmall report", "订单编号|总金额|买家实际支付金额|订单创建时间", "CNY",
        order="订单编号", order_total="总金额", paid="买家实际支付金额", refund="退款金额", time="订单创建时间",
        paid_time="订单付款时间",
    ),
    _platform(
        "jd", "订单号|下单时间|京东价|订购数量", "CNY",
        order="订单号", time="下单时间", product="商品ID|商品编号", product_name="商品名称", quantity="订购数量", price="京东价",
        order_total="订单金额", paid="应付金额", status="订单状态", customer="下单帐号", name="客户姓名",
        phone="联系电话", address="客户地址", paid_time="付款确认时间", postage="运费金额",
        unused="支付方式|余额支付|订单类型|订单备注|发票类型|发票抬头|结算金额|货号|商家SKUID|服务费|仓库名称",
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
        "youzan items", "订单号|商品名称|商品数量|商品实际成交金额", "CNY",
        order="订单号", status="订单状态", time="订单创建时间|下单时间", paid_time="买家付款时间|付款时间",
        product="商品编码|规格编码", product_name="商品名称", quantity="商品数量", price="商品单价", amount="商品实际成交金额",
        refund="商品已退款金额", customer="买家", name="买家姓名|收货人/提货人", phone="买家手机号|收货人手机号/提货人手机号",
        place="收货人省份",
        unused="订单实付金额|商品金额合计|运费|商品退款状态|商品发货状态|商品规格|订单类型|应收订单金额|归属店铺",
    ),
    _platform(
        "youzan", "订单号|订单状态|订单实付金额|买家", "CNY",
        order="订单号", status="订单状态", time="订单创建时间|下单时间", paid_time="买家付款时间|付款时间", paid="订单实付金额",
        postage="运费", customer="买家", name="收货人/提货人|收货人", phone="收货人手机号/提货人手机号|买家手机号",
        product_name="全部商品名称|商品名称", quantity="商品数量", refund="订单已退款金额|已退款金额",
        place="收货人省份", address="详细收货地址/提货地址",
        unused="商品金额合计|店铺优惠合计|应收订单金额|订单类型|付款方式|外部支付流水号|商品种类数|归属店铺",
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
