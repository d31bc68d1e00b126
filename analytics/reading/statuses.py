"""Words in cells that decide whether a line counts: states of orders, lines that are no product, adjustments."""

from __future__ import annotations

from analytics.dataset import Role


def _any_of(words: str) -> str:
    """A pattern of cells that are, case aside, one of these words (`|` between them)."""
    return rf"(?i)^\s*(?:{words})\s*$"


CANCELLED = _any_of(
    "交易关闭|交易關閉|已关闭|已取消|订单取消|訂單取消|取消|已作废|作废|关闭|買家取消|买家取消|.*已取消.*|交易失败|"
    "cancel+ed|void|voided|failed|expired|declined|denied|storniert|cancel|fehlgeschlagen|abgelehnt|[(（]删除[)）].*"
)
UNPAID = _any_of(
    "等待买家付款|待付款|未付款|未支付|等待付款|待支付|等待買家付款|pending payment|unpaid|pending|on-hold|on hold|"
    "authorized|awaiting payment|checkout-draft|draft|ausstehend|zahlung ausstehend|in wartestellung|wartend|"
    "requires[_ ].*|incomplete|uncaptured"
)
RETURNED = _any_of(
    "(?:.*[，,、 ])?退款成功|已退款|已退货|已?全额退款|退货退款|退款完成|refunded|returned|reversed|chargeback|(?:rück)?erstattet|退货完成|"
    "售后完成|shipped - (?:returned to seller|rejected by buyer)"
)
AFTER_SALE = frozenset(["售后状态", "退款状态", "商品退款状态", "售后退款状态", "refundstatus", "returnstatus"])
"""Headers of a second status, which says whether a line came back and nothing else."""
ADJUSTMENT = _any_of("adjust.*debt|坏账.*|壞賬.*|期初.*|opening balance|balance adjustment|库存调整|盘点.*|手工调整")
TEST = _any_of("test|testing|测试|測試|测试商品|測試商品|test product|test order|测试订单")

LEFT_OUT = (
    ("cancelled", (Role.STATUS,), CANCELLED),
    ("unpaid", (Role.STATUS,), UNPAID),
    ("adjustment", (Role.PRODUCT_NAME, Role.PRODUCT), ADJUSTMENT),
    ("test_row", (Role.PRODUCT_NAME, Role.CUSTOMER, Role.NAME), TEST),
)
"""Reason, where to look, and the pattern of cells whose line is left out for it."""

NOT_A_PRODUCT = (
    (
        Role.PRODUCT,
        _any_of(
            "POST|DOT|C2|BANK CHARGES|AMAZONFEE|CRUK|PADS|gift_0001_.*|SHIPPING|POSTAGE|FREIGHT|HANDLING|DISCOUNT|TIP|FEE"
        ),
    ),
    (
        Role.PRODUCT_NAME,
        _any_of(
            "运费|邮费|快递费|配送费|包装费|手续费|差价|补差价|补邮费|打包费|運費|郵費|手續費|.*补差.*|"
            ".{0,8}补.{0,4}(?:邮费|运费|差价|快递费).{0,8}|.{0,4}(?:邮费|运费|差价|快递费).{0,4}(?:补|专拍|专用|链接).{0,8}|"
            "shipping|shipping fee|postage|delivery|handling|gift card|gift wrap|tip|tips|bank charges|amazon fee|"
            "service fee|manual|discount|dotcom postage|carriage|versand|versandkosten|next day carriage"
        ),
    ),
)
"""Codes and names of postage, fees, vouchers and manual entries."""
SHORT_CODE = r"^[A-Za-z]$"
"""Letters among real codes stand for manual entries, discounts and samples."""

CANCELLATION = r"^[Cc][0-9]{4,}$"
"""Numbers of invoices that cancel another."""
RETURNS_LIST = (
    r"(?i)^(?:退货|退款|售后|returns?|refunds?|retouren)(?:单|明细|列表|记录|表|订单| ?list)?[\W\d_]*(?:\.\w+)*$"
)
"""Names of sheets whose every line came back."""
CLOCK = r"(?i)^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?\s*([ap]m)?$"
"""Hours without a day."""
