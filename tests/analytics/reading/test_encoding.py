from __future__ import annotations

import pytest

from analytics.errors import UnknownFormat
from analytics.reading import Choices, previews, read
from analytics.reading.encoding import decode

CHOICES = Choices()
CHINESE = "订单号,下单时间,商品,金额,客户\n" + "".join(
    f"{i},2024-01-02,红富士苹果五斤装,{i}.5,王小明\n" for i in range(1, 12)
)
TRADITIONAL = "訂單編號,訂單日期,商品,金額,買家姓名\n" + "".join(
    f"{i},2024-01-02,紅豆麵包禮盒,{i}.5,陳怡君\n" for i in range(1, 12)
)
JAPANESE = "注文番号,注文日,商品名,金額\n" + "".join(
    f"{i},2024-01-02,りんごジュース（大）,{i}.5\n" for i in range(1, 12)
)
KOREAN = "주문번호,날짜,상품,금액\n" + "".join(f"{i},2024-01-02,사과 주스 선물 세트,{i}.5\n" for i in range(1, 12))
GERMAN = "Bestellnummer;Datum;Kunde;Betrag\n" + "".join(f"{i};02.01.2024;Jörg Müßig;{i},50\n" for i in range(1, 12))


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (CHINESE, "utf-8-sig", "utf-8"),
        (CHINESE, "utf-16", "utf-16-le"),
        (CHINESE, "utf-16-le", "utf-16-le"),
        (CHINESE, "utf-16-be", "utf-16-be"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "gbk", "gb18030"),
        (TRADITIONAL, "big5", "big5hkscs"),
        (JAPANESE, "cp932", "cp932"),
        (KOREAN, "cp949", "cp949"),
        (GERMAN, "cp1252", "cp1252"),
        (GERMAN, "utf-8", "utf-8"),
    ],
)
def test_text_comes_back_whole(text: str, encoding: str, found: str) -> None:
    decoded = decode(text.encode(encoding), "a.csv", CHOICES)
    assert decoded.content.decode() == text
    assert decoded.encoding == found


def test_one_foreign_name_at_the_end_of_a_long_file_is_read_right() -> None:
    text = "id,name\n" + "1,Ann\n" * 200_000 + "2,Zoë\n"
    assert decode(text.encode(), "a.csv", CHOICES).encoding == "utf-8"
    assert decode(text.encode("cp1252"), "a.csv", CHOICES).content.decode() == text


def test_a_guess_is_told_and_the_owner_may_choose() -> None:
    content = "order,date,amount,customer\n1,2024-01-02,5,王\n".encode("gbk")
    (dataset,) = read(content, "a.csv", Choices(encoding="big5hkscs"))
    assert dataset.receipt.encoding == "big5hkscs"
    assert previews(content)["gb18030"] == "1,2024-01-02,5,王"


def test_stray_nul_bytes_are_dropped() -> None:
    assert decode(b"a,b\n1,2\x00\n" + b"3,4\n" * 20, "a.csv", CHOICES).content.startswith(b"a,b\n1,2\n3")


def test_binary_is_no_text() -> None:
    with pytest.raises(UnknownFormat):
        decode(bytes(range(256)) * 20, "a.csv", CHOICES)
