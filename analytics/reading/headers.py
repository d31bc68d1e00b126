"""What shops call their columns: the table of names, and how a header is compared with it.

A header is compared after `normalise`: full width to half, traditional characters to simplified, no case, no blanks or
punctuation, no unit in brackets. Where several columns fit a role, the name that stands first in the row wins.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from analytics.dataset import Role

_SIMPLIFIED = str.maketrans(
    "訂單編號買賣貨後時間數價額總運費實際應貝優規類產稱電話郵顧帳戶會員級註冊內區縣鄉鎮門態狀發換關閉點評論標題創結賬雲擊購銷"
    "業績幣種億萬贈積儲備測試組轉開啟訪問頁瀏覽國碼計聯絡師認倉庫體錄樣識別證務稅據營達選項細節簡簽暱齡條歷週還讓紅蝦術機網線"
    "絕對況記經過輸適鋪滿減續滙匯進銀錢車東園",
    "订单编号买卖货后时间数价额总运费实际应贝优规类产称电话邮顾帐户会员级注册内区县乡镇门态状发换关闭点评论标题创结账云击购销"
    "业绩币种亿万赠积储备测试组转开启访问页浏览国码计联络师认仓库体录样识别证务税据营达选项细节简签昵龄条历周还让红虾术机网线"
    "绝对况记经过输适铺满减续汇汇进银钱车东园",
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_PUNCTUATION = re.compile(r"[\W_]+")
_MONEY = re.compile("^[£$¥€]$")

NAMES: dict[Role, str] = {
    Role.ORDER: """
        订单编号 订单号 主订单编号 主订单号 订单id 订单序号 订单 平台订单号 交易单号 交易号 商户订单号 单号 单据编号 销售单号
        小票号 流水号 发票号 交易流水号 账单号
        orderid orderno ordernumber ordernum order orderreference orderref invoiceno invoicenumber invoiceid invoice
        transactionid transactionnumber transaction receiptnumber receiptno receiptid saleid salesorder amazonorderid purchaseid
        basketid billno documentno bestellnummer rechnungsnummer basket
        注文番号 注文id 受注番号 伝票番号 주문번호 주문아이디""",
    Role.CUSTOMER: """
        客户编号 客户号 客户id 会员编号 会员号 会员卡号 会员id 会员 买家会员名 买家id 买家账号 买家昵称 买家旺旺 买家 用户id
        用户编号 用户名 用户 顾客编号 顾客id 顾客 客户 下单账号 卡号 openid
        customerid customerno customernumber customercode custid cid customer clientid clientno client memberid memberno membernumber clientnumber
        member userid useremail user buyerid buyer buyerusername buyerusername accountid accountno account cardid
        cardnumber kundennummer kunde visitorid playerid contactid subscriberid
        顧客番号 顧客id 会員番号 お客様番号 고객번호 고객id 고객아이디 회원번호 고객""",
    Role.NAME: """
        姓名 客户姓名 客户名称 会员姓名 收货人姓名 收货人 收件人姓名 收件人 买家姓名 顾客姓名 真实姓名 联系人 昵称 会员昵称
        billingname customername fullname buyername buyerfullname recipientname shippingname shipname clientname
        contactname firstname name
        谁 谁买的 客人 客人姓名 买家名字 客户名字 顾客名字 名字 买主 who whobought whom
        顧客名 お客様名 氏名 購入者名 注文者名 고객명 이름 구매자명 주문자명""",
    Role.EMAIL: "邮箱 电子邮箱 电子邮件 邮件 email emailaddress mail customeremail billingemail buyeremail fromemailaddress",
    Role.PHONE: """
        手机号 手机 手机号码 电话 联系电话 联系手机 收货人手机 收货人电话 买家手机 买家手机号 会员电话 会员手机 会员手机号 客户电话 客户手机 顾客电话 收件人手机 收件人电话 电话号码
        phone phonenumber mobile mobilephone mobilenumber telephone tel buyerphonenumber billingphone shippingphone""",
    Role.ADDRESS: """
        收货地址 详细地址 收货详细地址 收货人地址 收件地址 收件人地址 地址 住址
        address address1 street billingaddress1 billingstreet shippingaddress1 shippingstreet shipaddress1 streetaddress
        shippingaddress billingaddress deliveryaddress""",
    Role.TIME: """
        订单创建时间 下单时间 订单时间 下单日期 订单日期 交易时间 交易日期 成交时间 订单提交时间 拍下时间 购买时间 购买日期
        消费时间 消费日期 销售日期 销售时间 开单时间 开单日期 结账时间 交易创建时间 创建时间 日期 时间 日期时间 发生时间
        orderdate ordertime orderdatetime ordercreatedat orderedat ordercreated createdat created creationdate invoicedate
        transactiondate transactiontime purchasedate purchasetime purchasedat datecreated datepurchased saledate salesdate
        datetime date timestamp time day createddate createdutc eventtime eventdate soldon month week datum bestelldatum
        orderpurchasetimestamp purchasetimestamp startedat visitedat viewedat
        哪天 几号 日子 什么时候 when
        注文日 注文日時 購入日 購入日時 受注日 日付 날짜 주문일 주문일시 주문일자 구매일 결제일""",
    Role.PAID_TIME: """
        订单付款时间 付款时间 支付时间 付款日期 支付完成时间 买家付款时间 付款成功时间
        paidat paiddate datepaid paymentdate paymenttime""",
    Role.PRODUCT: """
        商品编码 商品编号 商家编码 商品id 货号 款号 sku sku编码 sku编号 产品编号 产品编码 产品id 商品条码 条码 商品sku 规格编码
        宝贝id 外部系统编号
        productid productcode productsku product itemid itemcode itemnumber itemno item stockcode lineitemsku asin articleno
        articlenumber listingid barcode upc ean variantsku artikelnummer item_id""",
    Role.PRODUCT_NAME: """
        商品名称 商品名 宝贝标题 宝贝名称 商品标题 产品名称 产品名 商品 品名 商品信息 货品名称 菜品 菜品名称 项目 产品 标题 商品全称 选购商品
        productname producttitle itemname itemtitle lineitemname description productdescription title itemdescription
        articlename items products artikel bezeichnung
        买了啥 买了什么 买的什么 买什么 啥 什么 东西 点了什么 点单 什么商品 what whatbought thing
        상품 상품명 제품명""",
    Role.CATEGORY: """
        类目 商品类目 品类 分类 类别 商品分类 商品类别 产品类别 产品分类 一级类目
        category productcategory producttype categoryname cat itemcategory department kategorie""",
    Role.QUANTITY: """
        数量 商品数量 购买数量 宝贝总数量 宝贝数量 件数 商品件数 销售数量 销量 下单数量 成交数量 商品总数
        quantity qty lineitemquantity quantitypurchased quantitysold units unitssold itemquantity itemqty count orderquantity
        menge anzahl numberofitems
        几份 几个 几件 几杯 几斤 多少份 多少个 份数 个数 杯数 howmany pieces pcs
        個数 수량""",
    Role.PRICE: """
        单价 商品单价 价格 商品价格 售价 销售价 成交单价 商品售价 现价 标价 吊牌价 零售价
        unitprice price lineitemprice itemprice sellingprice priceeach itemcost unitcost productprice listprice preis
        einzelpreis variantprice saleprice regularprice
        単価 단가 판매가""",
    Role.AMOUNT: """
        金额 销售额 销售金额 成交金额 消费金额 交易金额 商品金额 小计 商品小计 总价 商品总价 应付金额 收入 营业额 合计金额 价税合计
        amount linetotal lineamount total sales salesamount revenue totalprice totalamount totalsales itemtotal grossamount
        amountspent monetary turnover value extendedprice betrag umsatz summe gross purchaseamount spend netsales grosssales
        売上 売上金額 合計 合計金額 금액 매출 매출액 합계 결제금액
        多少钱 花了多少 花了 钱 一共 howmuch money £ $ ¥ €""",
    Role.ORDER_TOTAL: """
        总金额 订单金额 订单总金额 订单总额 总额 订单总价 买家应付货款 商品总金额 货款金额 货品总金额
        ordertotal orderamount ordertotalamount ordersubtotal subtotal ordervalue carttotal grandtotal""",
    Role.PAID: """
        买家实际支付金额 实付金额 实际支付金额 实付款 实付 支付金额 付款金额 商家实收金额 用户实付金额 订单实付金额 实收金额 实收
        订单应付金额 买家实付 已付金额
        amountpaid paidamount totalpaid paymentamount""",
    Role.REFUND: """
        退款金额 已退款金额 退款 退款额 退货金额 成功退款金额
        refundedamount refundamount refund amountrefunded totalrefunded refunds refundtotal orderrefundamount""",
    Role.DISCOUNT: """
        优惠金额 优惠 折扣金额 折扣 店铺优惠 店铺优惠金额 商家优惠金额 优惠券金额 折扣额
        discountamount discount totaldiscount lineitemdiscount couponamount cartdiscountamount promotiondiscount rabatt""",
    Role.POSTAGE: """
        运费 邮费 快递费 配送费 买家应付邮费 物流费 订单运费
        shipping postage shippingcost shippingamount shippingfee shippingprice ordershipping delivery deliveryfee
        ordershippingamount versandkosten freight""",
    Role.STATUS: """
        订单状态 交易状态 状态 售后状态 退款状态 支付状态 付款状态
        status orderstatus financialstatus paymentstatus transactionstatus orderstate""",
    Role.CURRENCY: "币种 货币 结算币种 currency currencycode ordercurrency waehrung währung",
    Role.PLACE: """
        省份 省 收货省份 所在省份 地区 城市 市 收货城市 所在城市 区域 国家 国家地区 门店 门市 分店 店铺 所在地 州省 省市 收货地址
        country region city state province shippingcountry billingcountry shipcountry shipstate shippingcity shippingprovince
        billingcity billingprovince shipcity town location store market customercountry customercity land ort stadt""",
    Role.ATTRIBUTE: """
        生日 出生日期 注册时间 注册日期 入会时间 入会日期 最近消费时间 最后消费时间 首次消费时间 最近购买时间 更新时间 修改时间
        birthday birthdate dob dateofbirth registered registeredat signupdate lastvisit lastpurchase lastpurchasedate
        firstpurchase updatedat lastupdated datemodified
        邮编 邮政编码 发货时间 发货日期 确认收货时间 物流单号 快递单号 备注 postalcode postcode zip zipcode plz shipdate
        deliverydate trackingnumber notes note profit cost
        orders ordercount orderscount numberoforders 订单数 订单量 订单笔数 成交笔数 订单数量""",
    Role.CONSENT: """
        是否接受营销 接受营销 营销许可 是否接受推广 接受推广 同意推广 是否订阅
        acceptsmarketing buyeracceptsmarketing acceptsemailmarketing emailmarketingconsent marketingconsent marketingoptin
        newsletteroptin acceptsemail""",
    Role.AGE: "年龄 岁数 age customerage alter",
    Role.SEX: "性别 gender sex geschlecht",
    Role.VARIANT: """
        组别 分组 实验组 版本 测试组 方案 活动组 试验组
        测试版本 实验分组 ab组 测试分组 变体 版本名称 标题版本 文案版本
        variant version group testgroup experimentgroup treatment arm abgroup bucket variation campaigngroup cohort
        testvariant abtest abversion testversion armname""",
    Role.OUTCOME: """
        是否转化 转化 是否购买 是否成交 是否点击 成交 点击 转化数 购买 是否复购 流失 是否流失
        converted conversion conversions purchased bought outcome clicked success responded response churn churned
        成交人数 购买人数 转化人数 下单人数 付款人数 点击人数 打开人数 成交数 购买数 点击数 buyers purchasers successes responders
        retention1 retention7 retained opened""",
    Role.TEXT: """
        评论 评价 评价内容 评论内容 内容 留言 反馈 买家评价 客户评价 评语 文本
        review reviewtext comment comments text content feedback reviewbody body message reviewcontent""",
    Role.RATING: """
        评分 星级 打分 得分 评价星级 评价分
        rating stars score reviewrating overall label meansentiment sentiment reviewscore""",
    Role.EVENT: """
        事件 行为 行为类型 事件类型 操作 动作
        event eventtype eventname behavior behaviour action activity behaviortype pagetype""",
}

TOTALS: dict[str, str] = {
    "people": """
        人数 总人数 发送人数 发送数 发送量 发出数 送达数 送达人数 触达人数 收件人数 访客数 访客 访问人数 访问数 用户数 客户数 会员数
        曝光人数 样本 样本数 样本量
        people visitors users customers members recipients subscribers participants audience sent delivered n samplesize
        totalrecipients recipientcount successfuldeliveries deliveries emailssent messagessent sends totalsent 发送 已发送 送达
        已送达 推送数 收件数""",
    "did": "订单数 订单量 成交单数 成交数 下单数 下单量 支付人数 付款人数 orders buyers purchases",
    "rate": """
        转化率 成交率 购买率 下单率 点击率 打开率 比例
        conversionrate rate cr cvr ctr clickrate openrate responserate""",
    "mean": """
        平均 平均值 均值 平均金额 人均 人均金额 人均消费 平均消费 人均销售额
        mean average avg meanamount averageamount avgamount meanspend averagespend revenuepervisitor revenueperuser rpv arpu""",
    "deviation": "标准差 标准偏差 sd std stdev stddev standarddeviation deviation",
}
"""What columns are called where a line tells the totals of one version of a test: all of them mere numbers."""

ACTIONS: dict[str, str] = {
    "orders": """
        uniqueplacedorder placedorder placedorders totalorders orders ordercount purchases buyers conversions converted
        下单 下单数 下单人数 下单量 订单 订单数 成交 成交数 成交人数 支付人数 付款人数 购买人数 转化 转化数 购买""",
    "clicks": """
        uniqueclicks clicks clicked totalclicks clickers uniqueclickers clickcount
        点击 点击数 点击人数 点击量 独立点击 点击次数""",
    "opens": """
        uniqueopens opens opened totalopens openers uniqueopeners opencount
        打开 打开数 打开人数 打开量 阅读 阅读数 阅读量""",
    "unsubscribes": "unsubscribes unsubscribed unsubs unsubscriptions optouts 退订 退订数 退订人数",
}
"""What the people of a version may have done, by how much it is worth; of several names for one the surest first."""


@cache
def normalise(header: str) -> str:
    """The form in which headers are compared; empty where nothing but brackets and signs other than one of money is left."""
    text = unicodedata.normalize("NFKC", header).translate(_SIMPLIFIED).casefold()
    plain = _PUNCTUATION.sub("", _BRACKETS.sub("", text)) or _PUNCTUATION.sub("", text)
    return plain or (text.strip() if _MONEY.match(text.strip()) else "")


EXACT: dict[str, dict[Role, int]] = {}
"""Normalised name → the roles it may mean, each with its place in the row of `NAMES`."""
for _role, _row in NAMES.items():
    for _place, _name in enumerate(_row.split()):
        EXACT.setdefault(normalise(_name), {}).setdefault(_role, _place)
for _row in TOTALS.values():
    for _name in _row.split():
        EXACT.setdefault(normalise(_name), {}).setdefault(Role.ATTRIBUTE, 0)
for _row in ACTIONS.values():
    for _name in _row.split():
        EXACT.setdefault(normalise(_name), {Role.ATTRIBUTE: 0})

STAFF = frozenset(
    [
        "员工编号",
        "员工",
        "员工姓名",
        "工号",
        "岗位",
        "职位",
        "职务",
        "入职日期",
        "入职时间",
        "部门",
        "薪资",
        "工资",
        "底薪",
        "employeeid",
        "employee",
        "jobtitle",
        "position",
        "salary",
        "hiredate",
    ]
)
"""Names in lists of one's own people, who are no customers."""

TOTAL = (
    r"(?i)^\W*(合计|合計|总计|總計|小计|小計|共计|共計|总和|汇总|本页合计|grand ?total|sub ?total|totals?|sum|summe|"
    r"gesamt|gesamtsumme)\W*$"
)
"""First cells of a line that adds up the lines above."""


def is_known(header: str) -> bool:
    """Whether this very name is in the table."""
    return normalise(header) in EXACT


def is_total(cell: str) -> bool:
    """Whether a line that begins like this adds up others."""
    return re.match(TOTAL, cell) is not None
