"""Header rows of well-known exports, in the order in which the systems write them; `|` stands between two headers."""

from __future__ import annotations

SHOPIFY = (
    "Name|Email|Financial Status|Paid at|Fulfillment Status|Fulfilled at|Accepts Marketing|Currency|Subtotal|Shipping|Taxes|"
    "Total|Discount Code|Discount Amount|Shipping Method|Created at|Lineitem quantity|Lineitem name|Lineitem price|"
    "Lineitem compare at price|Lineitem sku|Lineitem requires shipping|Lineitem taxable|Lineitem fulfillment status|"
    "Billing Name|Billing Street|Billing Address1|Billing Address2|Billing Company|Billing City|Billing Zip|Billing Province|"
    "Billing Country|Billing Phone|Shipping Name|Shipping Street|Shipping Address1|Shipping Address2|Shipping Company|"
    "Shipping City|Shipping Zip|Shipping Province|Shipping Country|Shipping Phone|Notes|Note Attributes|Cancelled at|"
    "Payment Method|Payment Reference|Refunded Amount|Vendor|Outstanding Balance|Employee|Location|Device ID|Id|Tags|"
    "Risk Level|Source|Lineitem discount|Tax 1 Name|Tax 1 Value|Phone|Receipt Number|Duties|Billing Province Name|"
    "Shipping Province Name|Payment ID|Payment Terms Name|Next Payment Due At|Payment References"
)
WOO = (
    "Order Number|Order Status|Order Date|Customer Note|First Name (Billing)|Last Name (Billing)|Company (Billing)|"
    "Address 1&2 (Billing)|City (Billing)|State Code (Billing)|Postcode (Billing)|Country Code (Billing)|Email (Billing)|"
    "Phone (Billing)|First Name (Shipping)|Last Name (Shipping)|Address 1&2 (Shipping)|City (Shipping)|State Code (Shipping)|"
    "Postcode (Shipping)|Country Code (Shipping)|Payment Method Title|Cart Discount Amount|Order Subtotal Amount|"
    "Shipping Method Title|Order Shipping Amount|Order Refund Amount|Order Total Amount|Order Total Tax Amount|SKU|Item #|"
    "Item Name|Quantity (- Refund)|Item Cost|Coupon Code|Discount Amount|Discount Amount Tax"
)
WOO_DE = (
    "Bestellnummer|Bestellstatus|Bestelldatum|Kundenhinweis|Vorname (Rechnung)|Nachname (Rechnung)|Firma (Rechnung)|"
    "Adresse 1&2 (Rechnung)|Stadt (Rechnung)|Postleitzahl (Rechnung)|Ländercode (Rechnung)|E-Mail (Rechnung)|"
    "Telefon (Rechnung)|Zahlungsmethode|Warenkorb-Rabattbetrag|Zwischensumme der Bestellung|Versandart|Versandkosten|"
    "Erstattungsbetrag|Gesamtbetrag der Bestellung|Artikelnummer|Artikelname|Menge|Einzelpreis"
)
WOO_SKYVERGE = (
    "order_id|order_number|order_date|status|shipping_total|shipping_tax_total|fee_total|fee_tax_total|tax_total|"
    "discount_total|order_total|refunded_total|order_currency|payment_method|shipping_method|customer_id|"
    "billing_first_name|billing_last_name|billing_email|billing_phone|billing_city|billing_country|item_id|"
    "item_product_id|item_name|item_sku|item_quantity|item_subtotal|item_total|item_refunded|item_refunded_qty"
)
ETSY_ORDERS = (
    "Sale Date|Order ID|Buyer User ID|Full Name|First Name|Last Name|Number of Items|Payment Method|Date Shipped|Street 1|"
    "Street 2|Ship City|Ship State|Ship Zipcode|Ship Country|Currency|Order Value|Coupon Code|Coupon Details|Discount Amount|"
    "Shipping Discount|Shipping|Sales Tax|Order Total|Status|Card Processing Fees|Order Net|Adjusted Order Total|"
    "Adjusted Card Processing Fees|Adjusted Net Order Amount|Buyer|Order Type|Payment Type|InPerson Discount|"
    "InPerson Location|SKU"
)
ETSY_ORDERS_UK = (
    ETSY_ORDERS.replace("Date Shipped", "Date Posted").replace("Shipping", "Delivery").replace("Ship ", "Delivery ")
)
ETSY_ITEMS = (
    "Sale Date|Item Name|Buyer|Quantity|Price|Coupon Code|Coupon Details|Discount Amount|Shipping Discount|Order Shipping|"
    "Order Sales Tax|Item Total|Currency|Transaction ID|Listing ID|Date Paid|Date Shipped|Ship Name|Ship Address1|"
    "Ship Address2|Ship City|Ship State|Ship Zipcode|Ship Country|Order ID|Variations|Order Type|Listings Type|Payment Type|"
    "InPerson Discount|InPerson Location|VAT Paid by Buyer|SKU"
)
SQUARE = (
    "Date|Time|Time Zone|Gross Sales|Discounts|Service Charges|Net Sales|Gift Card Sales|Tax|Tip|Partial Refunds|"
    "Total Collected|Source|Card|Card Entry Methods|Cash|Square Gift Card|Other Tender|Other Tender Type|Tender Note|Fees|"
    "Net Total|Transaction ID|Payment ID|Card Brand|PAN Suffix|Device Name|Staff Name|Staff ID|Details|Description|"
    "Event Type|Location|Dining Option|Customer ID|Customer Name|Customer Reference ID|Device Nickname|Third Party Fees|"
    "Deposit ID|Deposit Date|Deposit Details|Fee Percentage Rate|Fee Fixed Rate|Refund Reason|Discount Name|"
    "Transaction Status|Order Reference ID|Fulfillment Note|Free Processing Applied"
)
SQUARE_ITEMS = (
    "Date|Time|Time Zone|Category|Item|Qty|Price Point Name|SKU|Modifiers Applied|Gross Sales|Discounts|Net Sales|Tax|"
    "Transaction ID|Payment ID|Device Name|Notes|Details|Event Type|Location|Dining Option|Customer ID|Customer Name|"
    "Customer Reference ID|Unit|Count|GTIN|Itemization Type|Commission|Employee|Fulfillment Note"
)
STRIPE = (
    "id|Description|Seller Message|Created (UTC)|Amount|Amount Refunded|Currency|Converted Amount|"
    "Converted Amount Refunded|Fee|Tax|Converted Currency|Mode|Status|Statement Descriptor|Customer ID|Customer Description|"
    "Customer Email|Captured|Card ID|Card Last4|Card Brand|Card Funding|Card Exp Month|Card Exp Year|Card Name|"
    "Card Address Line1|Card Address City|Card Address Country|Card Issue Country|Card Fingerprint|Disputed Amount|"
    "Dispute Status|Invoice ID|Payment Source Type|Destination|Transfer"
)
STRIPE_UNIFIED = (
    "id|Created date (UTC)|Amount|Amount Refunded|Currency|Captured|Converted Amount|Converted Amount Refunded|"
    "Converted Currency|Decline Reason|Description|Fee|Refunded date (UTC)|Statement Descriptor|Status|Seller Message|"
    "Taxes On Fee|Card ID|Customer ID|Customer Description|Customer Email|Invoice ID|Transfer"
)
PAYPAL = (
    "Date|Time|TimeZone|Name|Type|Status|Currency|Gross|Fee|Net|From Email Address|To Email Address|Transaction ID|"
    "Shipping Address|Address Status|Item Title|Item ID|Shipping and Handling Amount|Insurance Amount|Sales Tax|"
    "Option 1 Name|Option 1 Value|Option 2 Name|Option 2 Value|Reference Txn ID|Invoice Number|Custom Number|Quantity|"
    "Receipt ID|Balance|Address Line 1|Address Line 2/District/Neighborhood|Town/City|"
    "State/Province/Region/County/Territory/Prefecture/Republic|Zip/Postal Code|Country|Contact Phone Number|Subject|Note|"
    "Country Code|Balance Impact"
)
PAYPAL_DE = (
    "Datum|Uhrzeit|Zeitzone|Name|Typ|Status|Währung|Brutto|Gebühr|Netto|Absender E-Mail-Adresse|"
    "Empfänger E-Mail-Adresse|Transaktionscode|Lieferadresse|Adress-Status|Artikelbezeichnung|Artikelnummer|"
    "Versand- und Bearbeitungsgebühr|Versicherungsbetrag|Umsatzsteuer|Option 1 Name|Option 1 Wert|Option 2 Name|"
    "Option 2 Wert|Zugehöriger Transaktionscode|Rechnungsnummer|Zollnummer|Anzahl|Empfangsnummer|Guthaben|Adresszeile 1|"
    "Adresszusatz|Ort|Bundesland|PLZ|Land|Telefon|Betreff|Hinweis|Ländervorwahl|Auswirkung auf Guthaben"
)
PAYPAL_DE_STATEMENT = (
    "Datum|Uhrzeit|Zeitzone|Beschreibung|Währung|Brutto|Entgelt|Netto|Guthaben|Transaktionscode|Absender E-Mail-Adresse|"
    "Name|Name der Bank|Bankkonto|Versand- und Bearbeitungsgebühr|Umsatzsteuer|Rechnungsnummer|Zugehöriger Transaktionscode"
)
PAYPAL_ZH = (
    "日期|时间|时区|姓名|类型|状态|币种|总额|费用|净额|发件人邮箱地址|收件人邮箱地址|交易号|送货地址|地址状态|物品名称|物品号|"
    "运费和手续费金额|保险金额|销售税|参考交易号|账单号|自定义号码|数量|收据号|余额|地址第1行|城镇/城市|省/直辖市/自治区|"
    "邮政编码|国家/地区|联系电话号码|主题|备注|国家/地区代码|对余额的影响"
)
AMAZON = (
    "amazon-order-id|merchant-order-id|purchase-date|last-updated-date|order-status|fulfillment-channel|sales-channel|"
    "order-channel|ship-service-level|product-name|sku|asin|item-status|quantity|currency|item-price|item-tax|"
    "shipping-price|shipping-tax|gift-wrap-price|gift-wrap-tax|item-promotion-discount|ship-promotion-discount|ship-city|"
    "ship-state|ship-postal-code|ship-country|promotion-ids|is-business-order|purchase-order-number|price-designation"
)
AMAZON_SELLER = (
    "order-id|order-item-id|purchase-date|payments-date|buyer-email|buyer-name|buyer-phone-number|sku|product-name|"
    "quantity-purchased|currency|item-price|item-tax|shipping-price|shipping-tax|ship-service-level|recipient-name|"
    "ship-address-1|ship-address-2|ship-address-3|ship-city|ship-state|ship-postal-code|ship-country|ship-phone-number|"
    "delivery-start-date|delivery-end-date|sales-channel|is-business-order|item-promotion-discount"
)
AMAZON_RANGE = (
    "date/time|settlement id|type|order id|sku|description|quantity|marketplace|account type|fulfillment|order city|"
    "order state|order postal|tax collection model|product sales|product sales tax|shipping credits|shipping credits tax|"
    "gift wrap credits|giftwrap credits tax|Regulatory Fee|Tax On Regulatory Fee|promotional rebates|"
    "promotional rebates tax|marketplace withheld tax|selling fees|fba fees|other transaction fees|other|total"
)
AMAZON_NOTES = (
    '"Includes Amazon Marketplace, Fulfillment by Amazon (FBA), and Amazon Webstore transactions"\r\n'
    '"All amounts in USD, unless specified"\r\n"Definitions:"\r\n'
    '"Sales tax collected: Includes sales tax collected from buyers for product sales, shipping, and gift wrap."\r\n'
    '"Selling fees: Includes variable closing fees and referral fees."\r\n'
    '"Other transaction fees: Includes shipping chargebacks, shipping holdbacks, per-item fees and sales tax collection fees."\r\n'
    '"Other: Includes non-order transaction amounts. For more details, see the ""Type"" and ""Description"" columns"\r\n'
)
AMAZON_VIEW = (
    "Date|Transaction Status|Transaction type|Order ID|Product Details|Total product charges|Total promotional rebates|"
    "Amazon fees|Other|Total (USD)"
)
TAOBAO = (
    "订单编号|买家会员名|买家支付宝账号|支付单号|支付详情|买家应付货款|买家应付邮费|买家支付积分|总金额|返点积分|买家实际支付金额|"
    "买家实际支付积分|订单状态|买家留言|收货人姓名|收货地址 |运送方式|联系电话 |联系手机|订单创建时间|订单付款时间 |宝贝标题 |"
    "宝贝种类 |物流单号 |物流公司|订单备注|宝贝总数量|店铺Id|店铺名称|订单关闭原因|卖家服务费|买家服务费|发票抬头|是否手机订单|"
    "分阶段订单信息|特权订金订单id|是否上传合同照片|是否上传小票|是否代付|定金排名|修改后的sku|修改后的收货地址|异常信息|"
    "天猫卡券抵扣|集分宝抵扣|是否是O2O交易|新零售交易类型|新零售导购门店名称|新零售导购门店id|退款金额|预约门店|确认收货时间|打款商家金额"
)
TAOBAO_ITEMS_NEW = (
    "子订单编号|主订单编号|标题|价格|购买数量|外部系统编号|商品属性|套餐信息|备注|订单状态|商家编码|支付单号|买家应付货款|"
    "买家实际支付金额|退款状态|退款金额|订单创建时间|订单付款时间|发货时间|商品ID|买家昵称"
)
JD = (
    "订单号|商品ID|商品名称|订购数量|支付方式|下单时间|京东价|订单金额|结算金额|余额支付|应付金额|订单状态|订单类型|下单帐号|"
    "客户姓名|客户地址|联系电话|订单备注|发票类型|发票抬头|发票内容|商家备注|商家备注等级（等级1-5为由高到低）|运费金额|"
    "付款确认时间|增值税发票|货号|订单完成时间|订单来源|订单渠道|送装服务|服务费|仓库ID|仓库名称|商家SKUID"
)
PDD = (
    "商品|订单号|订单状态|商品总价(元)|店铺优惠折扣(元)|平台优惠折扣(元)|多多支付立减金额(元)|邮费(元)|用户实付金额(元)|"
    "商家实收金额(元)|商品数量(件)|身份证姓名|身份证号码|收货人|手机|国家|省|市|区|街道|支付时间|拼单成功时间|承诺发货时间|"
    "发货时间|确认收货时间|商品id|商品规格|样式ID|商家编码-规格维度|商家编码-商品维度|商家备注|售后状态|买家留言|快递单号|快递公司"
)
PDD_NEW = (
    "订单成交时间|商品|订单号|订单状态|商品总价(元)|邮费(元)|店铺优惠折扣(元)|平台优惠折扣(元)|多多支付立减金额(元)|"
    "用户实付金额(元)|商家实收金额(元)|商品数量(件)|发货时间|确认收货时间|商品id|商品规格|样式ID|商家编码-规格维度|"
    "商家编码-商品维度|商家备注|售后状态|快递单号|快递公司"
)
DOUYIN = (
    "主订单编号|子订单编号|选购商品|商品规格|商品数量|商品ID|商家编码|商品单价|订单应付金额|运费|优惠总金额|平台优惠|商家优惠|"
    "达人优惠|商家改价|支付优惠|红包抵扣|支付方式|手续费|收件人|收件人手机号|省|市|区|街道|详细地址|是否修改过地址|买家留言|"
    "订单提交时间|旗帜颜色|商家备注|订单完成时间|支付完成时间|APP渠道|流量来源|订单状态|承诺发货时间|订单类型|鲁班落地页ID|达人ID|"
    "达人昵称|所属门店ID|售后状态|取消原因|预约发货时间|仓库ID|仓库名称|是否安心购|广告渠道|流量类型|流量体裁|流量渠道|发货主体"
)
YOUZAN = (
    "订单号|商品种类数|商品金额合计|店铺优惠合计|运费|应收订单金额|订单实付金额|订单类型|订单状态|买家|订单创建时间|买家付款时间|"
    "交易成功时间|付款方式|外部支付流水号|收货人/提货人|收货人手机号/提货人手机号|收货人省份|收货人城市|收货人地区|"
    "详细收货地址/提货地址|买家备注|商家订单备注|全部商品名称|订单已退款金额|归属店铺"
)
YOUZAN_ITEMS = (
    "订单号|订单类型|订单状态|订单创建时间|买家付款时间|商品名称|商品类型|规格编码|商品编码|商品规格|商品单价|商品数量|"
    "商品金额合计|商品实际成交金额|商品发货状态|商品退款状态|商品已退款金额|买家姓名|买家手机号|收货人/提货人|收货人省份|订单实付金额|运费"
)
WEIDIAN = (
    "订单编号|订单状态|订单类型|下单时间|付款时间|发货时间|商品名称|商品型号|商品编码|商品数量|商品单价|商品总金额|运费|优惠金额|"
    "订单总金额|实付金额|退款金额|买家昵称|收件人姓名|收件人手机|省份|市|区|收货详细地址|快递公司|快递单号|买家留言|卖家备注"
)
SHOPIFY_CUSTOMERS = (
    "Customer ID|First Name|Last Name|Email|Accepts Email Marketing|Default Address Company|Default Address Address1|"
    "Default Address Address2|Default Address City|Default Address Province Code|Default Address Country Code|"
    "Default Address Zip|Default Address Phone|Phone|Accepts SMS Marketing|Total Spent|Total Orders|Note|Tax Exempt|Tags"
)
SHOPIFY_PRODUCTS = (
    "Handle|Title|Body (HTML)|Vendor|Product Category|Type|Tags|Published|Option1 Name|Option1 Value|Variant SKU|"
    "Variant Grams|Variant Inventory Tracker|Variant Inventory Qty|Variant Inventory Policy|Variant Fulfillment Service|"
    "Variant Price|Variant Compare At Price|Image Src|Image Position|SEO Title|SEO Description|Cost per item|Status"
)
WOO_ANALYTICS = "Date|Order #|N. Revenue (formatted)|Status|Customer|Customer type|Product(s)|Items sold|Coupon(s)|N. Revenue|Attribution"
WOO_CUSTOMERS = (
    "Name|Username|Last active|Sign up|Email|Orders|Total spend|AOV|Country / Region|City|Region|Postal code"
)
WOO_PRODUCTS = (
    "ID|Type|SKU|Name|Published|Is featured?|Visibility in catalog|Short description|Description|Tax status|In stock?|Stock|"
    "Sale price|Regular price|Categories|Tags|Images"
)
