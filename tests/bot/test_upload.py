"""Sending files: what is taken in, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from analytics.registry import ANALYSES
from bot.resources import SAMPLES
from bot.simulator.faults import ApiError, Fault
from bot.simulator.messages import Message
from tests.data_sets import shared_file
from tests.searching import found
from tests.talk import Running, Talk, running

ORDERS = (SAMPLES / "en" / "orders.csv").read_bytes()
PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
LOCKED_XLSX = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")


def sheet(rows: int, customer: str = "C") -> bytes:
    lines = [
        f"{order},2026-{1 + order % 9:02}-{1 + order % 28:02},{customer}{order % 40},Soap,{5 + order % 7}.50"
        for order in range(rows)
    ]
    return "\n".join(["Order ID,Date,Customer ID,Product,Total", *lines]).encode()


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return stream.getvalue()


def only(answers: list[Message]) -> Message:
    (answer,) = answers
    return answer


async def test_a_sheet_is_read_counted_and_offered_for_questions(ann: Talk) -> None:
    answer = only(await ann.send("orders.csv", sheet(300)))
    assert "I read 300 lines: 300 orders from 40 customers" in answer.words
    keys = {button.data for row in answer.buttons for button in row}
    assert {"segments", "columns"} <= keys
    assert len(keys) <= 6, "with the offer of a digest"
    rest = only(await ann.tap("More …"))
    assert {"overview", "lifecycle", "help"} <= {button.data for row in rest.buttons for button in row}


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped(orders_csv=content)], ids=["gz", "zip"])
async def test_packed_sheets_are_read_like_plain_ones(ann: Talk, pack: object) -> None:
    assert callable(pack)
    answer = only(await ann.send("orders.csv.packed", pack(sheet(300))))
    assert "300 orders from 40 customers" in answer.words


async def test_the_same_file_again_changes_nothing(bot: Running, ann: Talk) -> None:
    await ann.send("orders.csv", ORDERS)
    before = bot.services.store.current(ann.person.user_id)
    answer = only(await ann.send("a copy.csv", ORDERS))
    assert "already have this file" in answer.words
    assert bot.services.store.current(ann.person.user_id) == before
    assert len(bot.services.store.uploads(ann.person.user_id)) == 1


async def test_a_second_file_is_added_and_may_be_used_alone(bot: Running, ann: Talk) -> None:
    await ann.send("old.csv", sheet(300))
    answer = only(await ann.send("new.csv", sheet(200, customer="D").replace(b"\n", b"\nX")))
    assert "added them to what I had" in answer.words
    assert "500 orders from 80 customers" in answer.words
    alone = only(await ann.tap("Use only this file"))
    assert "200 orders from 40 customers" in alone.words
    again = only(await ann.send("old.csv", sheet(300)))
    assert "500 orders from 80 customers" in again.words


async def test_overlapping_exports_do_not_double_sales(ann: Talk) -> None:
    await ann.send("january to june.csv", sheet(300))
    answer = only(await ann.send("until today.csv", sheet(350)))
    assert "350 orders from 40 customers" in answer.words
    assert "They replace 300 older lines" in answer.words


async def test_undo_gives_back_the_answers_of_before(ann: Talk) -> None:
    await ann.send("orders.csv", sheet(300))
    before = only(await ann.say("/overview")).html
    for changed in (sheet(350).replace(b"Soap,5.50", b"Soap,99.50"), sheet(80, customer="D").replace(b"\n", b"\nX")):
        await ann.send("more.csv", changed)
        assert only(await ann.say("/overview")).html != before
        await ann.say("/undo")
        assert only(await ann.say("/overview")).html == before


@pytest.mark.parametrize(
    ("language", "key", "says"),
    [
        ("en", "How did you read it?", ("amount I cannot read (row 301)", "date I cannot read (row 302)")),
        ("zh", "怎么读的", ("金额", "第 301", "日期", "第 302")),
    ],
)
async def test_what_was_left_out_and_why_is_one_tap_away(
    bot: Running, language: str, key: str, says: tuple[str, ...]
) -> None:
    person = bot.person(language)
    await person.send("orders.csv", sheet(299) + b"\n900,2026-01-02,C1,Soap,lots\n901,some day,C2,Soap,5.50")
    receipt = only(await person.tap(key))
    for words in says:
        assert words in receipt.words


async def test_only_the_columns_that_a_file_has_are_asked_about(ann: Talk) -> None:
    anonymous = b"Order ID,Date,Total\n" + b"\n".join(b"%d,2026-03-%02d,9.5" % (i, 1 + i % 28) for i in range(99))
    answer = only(await ann.send("till.csv", anonymous))
    assert "does not say who bought" in answer.words
    assert "segments" not in {button.data for row in answer.buttons for button in row}


BAD = {
    "blank": ("orders.csv", b"  \n\n \n", "is empty"),
    "header only": ("orders.csv", b"Order ID,Date,Customer ID,Total\n", "no rows below it"),
    "picture": ("orders.csv", PICTURE * 40, "is a picture"),
    "binary": ("orders.csv", bytes(range(256)) * 64, "no spreadsheet"),
    "pdf": ("orders.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n" * 30, "is a PDF"),
    "locked workbook": ("orders.xlsx", LOCKED_XLSX, "protected with a password"),
    "broken workbook": (
        "orders.xlsx",
        zipped(**{"[Content_Types]_xml": b"<Types", "xl/workbook_xml": b"<w"}),
        "damaged",
    ),
    "cut off zip": ("orders.zip", zipped(orders_csv=sheet(500))[:-400], "damaged"),
    "empty zip": ("orders.zip", zipped(), "no table inside"),
    "zip bomb": ("orders.zip", zipped(orders_csv=b"0" * 1_200_000_000), "unpacks to more than"),
    "ten thousand columns": (
        "wide.csv",
        b",".join(b"c%d" % i for i in range(10_000)) + b"\n" + b"1," * 9_999 + b"1\n",
        "10,000 columns",
    ),
}


@pytest.mark.parametrize(("filename", "content", "says"), BAD.values(), ids=BAD.keys())
async def test_a_bad_file_gets_one_clear_message_and_changes_nothing(
    bot: Running, ann: Talk, filename: str, content: bytes, says: str
) -> None:
    await ann.send("good.csv", sheet(300))
    store, owner = bot.services.store, ann.person.user_id
    before = store.current(owner), store.uploads(owner), files(bot, ann)
    answer = only(await ann.send(filename, content))
    assert says in answer.words
    assert "Nothing was changed" in answer.words
    assert (store.current(owner), store.uploads(owner), files(bot, ann)) == before


@pytest.mark.parametrize(("filename", "content", "says"), BAD.values(), ids=BAD.keys())
async def test_a_bad_file_is_explained_in_chinese_too(wang: Talk, filename: str, content: bytes, says: str) -> None:
    answer = only(await wang.send(filename, content))
    assert "原有数据没有变动" in answer.words


async def test_more_rows_than_the_limit_are_refused(tmp_path: Path) -> None:
    async with running(tmp_path / "data", max_rows=100) as bot:
        answer = only(await bot.person().send("long.csv", sheet(101)))
        assert "more than 100 rows" in answer.words
        taken = only(await bot.person().send("short.csv", sheet(100)))
        assert "I read 100 lines" in taken.words


async def test_a_zip_of_nearly_20_mb_is_read(ann: Talk) -> None:
    stream, orders = io.BytesIO(), 200_000
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("orders.csv", sheet(orders).replace(b",Soap,", b",Soap %s," % (b"x" * 70)))
    packed = stream.getvalue()
    assert 19 < len(packed) / 1024**2 < 20
    assert f"{orders:,} orders from 40 customers" in only(await ann.send("orders.zip", packed)).words


async def test_a_file_that_telegram_will_not_hand_over_is_refused_before_it_is_fetched(ann: Talk) -> None:
    answer = only(await ann.send("huge.csv", b"x" * (21 * 1024 * 1024)))
    assert "Zip it" in answer.words


async def test_a_file_that_the_network_keeps_back_is_told(bot: Running, ann: Talk) -> None:
    bot.telegram.faults.append(Fault("file", ApiError(404, "Not Found")))
    answer = only(await ann.send("orders.csv", sheet(300)))
    assert "the network let me down" in answer.words
    assert files(bot, ann) == set()


async def test_nothing_personal_lies_outside_the_table_of_people(bot: Running, ann: Talk) -> None:
    await ann.send_file(SAMPLES / "en" / "customers.csv")
    await ann.send_file(SAMPLES / "en" / "orders.csv")
    folder = bot.services.store.folder_of(ann.person.user_id)
    for path in folder.glob("*.parquet"):
        table = pq.read_table(path)
        cells = {str(cell) for column in table.columns for cell in column.unique().to_pylist()}
        personal = {cell for cell in cells if "@example.com" in cell or cell.startswith(("07700", "+44"))}
        names = {"Rachel Turner", "Paul Bennett"} & cells
        assert bool(personal or names) == path.name.startswith("people-"), path.name


HOMES = {
    "en": (
        "Order ID,Date,Customer ID,Name,Email,Phone,Shipping Address,Billing Street,Total",
        "Ann Lee",
        "3 Rose Hill",
    ),
    "zh": ("订单编号,下单时间,客户号,姓名,邮箱,手机,收货地址,详细地址,金额", "王小明", "上海市浦东新区锦绣路3号"),
    "zh with one address": ("订单编号,下单时间,客户号,姓名,邮箱,手机,收货地址,备注,金额", "王小明", "上海市锦绣路3号"),
    "tmall": (
        "订单编号,订单创建时间,客户号,姓名,邮箱,手机,收货地址,总金额,买家实际支付金额",
        "王小明",
        "上海市锦绣路3号",
    ),
}


@pytest.mark.parametrize(("header", "name", "home"), HOMES.values(), ids=HOMES.keys())
async def test_names_contacts_and_homes_stand_in_the_table_of_people_only(
    bot: Running, ann: Talk, header: str, name: str, home: str
) -> None:
    rows = [
        f"{n},2026-03-0{1 + n % 9},C{n % 40},{name}{n % 40},a{n % 40}@x.example,138000000{n % 40:02},{home}{n % 40},9,9"
        for n in range(120)
    ]
    await ann.send("orders.csv", "\n".join([header, *rows]).encode())
    held = found(bot.services.store.folder, name, "@x.example", "138000000", home)
    assert {Path(file).name.partition("-")[0] for _, file in held} == {"people", "sent"}
    assert {text for text, file in held if "people-" in file} == {name, "@x.example", "138000000", home}


LISTS = {
    "en": "Member,First Name,Last Name,Nickname,Mobile,Work phone,E-mail,Second e-mail,Address1,Home address,Contact person",
    "zh": "会员号,姓名,昵称,联系人,手机,备用电话,邮箱,工作邮箱,地址,家庭住址,收货地址",
}


@pytest.mark.parametrize("header", LISTS.values(), ids=LISTS.keys())
async def test_second_names_contacts_and_homes_describe_nobody(bot: Running, ann: Talk, header: str) -> None:
    rows = [
        f"M{n},Xan{n},Xlee{n},Xnan{n},138{n:08},139{n:08},a{n}@x.example,b{n}@x.example,Xian {n} 号,Xmen {n} 号,Xhof {n} 号"
        f",Bath {n % 9},{n % 2},{n}"
        for n in range(80)
    ]
    await ann.send(
        "members.csv", "\n".join([f"{header},Default Address City,Accepts email,Emails opened", *rows]).encode()
    )
    held = found(
        bot.services.store.folder,
        *("Xan1", "Xlee1", "Xnan1", "138000000", "139000000", "@x.example", "Xian 1", "Xmen 1", "Xhof 1"),
    )
    assert {Path(file).name.partition("-")[0] for _, file in held} == {"people", "sent"}
    (customers,) = bot.services.store.folder_of(ann.person.user_id).glob("customers-*")
    assert [name.partition(":")[2] for name in pq.read_schema(customers).names if ":" in name] == [
        "Default Address City",
        "Accepts email",
        "Emails opened",
    ]


async def test_a_picture_or_a_sticker_gets_a_hint(ann: Talk) -> None:
    answer = only(await ann._answers(lambda: ann.person.send_other(sticker=STICKER)))
    assert "Send me the spreadsheet itself" in answer.words


async def test_markup_and_emoji_in_cells_are_shown_as_they_are(ann: Talk) -> None:
    rows = [f"{i},2026-0{1 + i % 9}-11,<b>&amp;😀 {i % 40},{9 + i % 5}" for i in range(200)]
    answer = only(await ann.send("<i>&.csv", "\n".join(["Order ID,Date,Customer ID,Total", *rows]).encode()))
    assert "200 orders from 40 customers" in answer.words
    names = only(await ann.say("/segments names"))
    assert "<b>&amp;😀" in names.words
    receipt = only(await ann.tap("How did you read it?"))
    assert "<i>&.csv" in receipt.words


async def test_a_list_never_leaves_as_a_formula(ann: Talk) -> None:
    rows = [f"{i},2026-0{1 + i % 9}-11,@SUM({i % 40}),{9 + i % 5}" for i in range(200)]
    await ann.send("orders.csv", "\n".join(["Order ID,Date,Customer ID,Total", *rows]).encode())
    answer = only(await ann.say("/segments list"))
    assert answer.document is not None
    lines = answer.document.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 41
    assert all(line.startswith("'@SUM") for line in lines[1:])


async def test_one_owner_never_sees_another_ones_data(ann: Talk, wang: Talk) -> None:
    await ann.send("orders.csv", sheet(300))
    answer = only(await wang.say("/segments"))
    assert "还没有你的数据" in answer.words
    receipt = only(await wang.say("/receipt 1"))
    assert "orders.csv" not in receipt.words
    alone = only(await wang.say("/only 1"))
    assert "后面的话没看懂" in alone.words


async def test_cancel_stops_a_file_in_work_and_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path / "data", workers=1) as bot:
        ann = bot.person()
        retail = gzip.decompress(shared_file("online_retail.csv.gz").read_bytes())[:20_000_000]
        ann.person.send_document("orders.csv", retail)
        await bot.telegram.until(lambda: bot.services.running.get(ann.person.user_id), 60)
        await ann.say("/cancel")
        assert "Stopped." in ann.last.words
        assert bot.services.store.uploads(ann.person.user_id) == ()
        assert files(bot, ann) == set()


def files(bot: Running, talk: Talk) -> set[str]:
    return {path.name for path in bot.services.store.folder_of(talk.person.user_id).iterdir()}


STICKER = {
    "file_id": "s",
    "file_unique_id": "s",
    "type": "regular",
    "width": 64,
    "height": 64,
    "is_animated": False,
    "is_video": False,
}


async def test_using_one_file_only_is_no_other_file_and_can_still_be_corrected(bot: Running, ann: Talk) -> None:
    await ann.send("old.csv", sheet(300))
    await ann.send("new.csv", sheet(200, customer="D").replace(b"\n", b"\nX"))
    await ann.tap("Use only this file")
    (listed,) = await ann.say("/files")
    assert "You have sent 2 files" in listed.words
    upload = bot.services.store.uploads(ann.person.user_id)[0]
    (answer,) = await ann.say(f"/columns {upload.id} 0 3 category")
    assert "no longer have the file" not in answer.words
    (undone,) = await ann.say("/undo")
    assert "the files before it count again" in undone.words


async def test_nothing_that_was_said_stays_on_disk(bot: Running, ann: Talk) -> None:
    await ann.send("orders.csv", ORDERS)
    # What is tried with typed words, such as the versions of a test, is kept as such.
    for begun in ("a secret of", *(f"/{analysis.name}" for analysis in ANALYSES if not analysis.typed)):
        await ann.say(f"{begun} Zaphod")
    assert found(bot.services.store.folder, "Zaphod") == []


async def test_a_number_that_no_file_has_is_answered_politely(ann: Talk) -> None:
    answer = only(await ann.say("/only 99999999999999999999999"))
    assert "not what stands behind it" in answer.words
