"""Messages to customers: every play, language, channel, tone and version, to whoever may stand on the list."""

from __future__ import annotations

import csv
import io
import itertools
import re
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics.analysis import Tone
from analytics.drafts import CHANNELS, LONGEST_PRODUCT, VERSIONS, Drafts, Words, filled, lengths, plain, spoken
from analytics.language import LANGUAGES
from analytics.plays import KINDS
from analytics.sms import length
from bot.render import Renderer
from bot.resources import SAMPLES, TEMPLATES
from bot.simulator.messages import Message
from tests.talk import Talk

RENDERER = Renderer(TEMPLATES)
TONES: tuple[Tone, ...] = get_args(Tone)
DRAFTS: dict[tuple[str, Tone], Drafts] = {
    (language, tone): RENDERER.drafts(language, tone) for language in LANGUAGES for tone in TONES
}
SHOP = {"en": "Harbour Tea House", "zh": "半山茶铺"}
NAME = {"en": "Margaret Wells", "zh": "欧阳文静"}
PRODUCT = {"en": "Lavender Hand Cream 75ml", "zh": "云南小粒咖啡豆500克"}
LAW = {
    ("en", "sms"): "Reply STOP to opt out",
    ("en", "chat"): "Reply STOP",
    ("en", "email"): "Unsubscribe: {unsubscribe}",
    ("zh", "sms"): "退订回T",
    ("zh", "chat"): "回复“退订”",
    ("zh", "email"): "退订：{退订链接}",
}
TAG = {"en": "{unsubscribe}", "zh": "{退订链接}"}
# What presses, shouts, or says more than a sheet can tell.
FORBIDDEN = {
    "en": r"!|hurry|now or never|last chance|only today|limited|act now|free\b|guarantee|favou?rite|exclusive|don't miss"
    r"|best price|we miss you|100%|\bdeals?\b",
    "zh": r"[！!]|亲[，~～]|赶紧|抢购|最后机会|仅限|限时|速来|错过|免费|保证|最爱|独家|全网|最低|史上|重磅|福利|宝子",
}
EVERY = list(itertools.product(KINDS, LANGUAGES, CHANNELS, TONES, VERSIONS))


def words(kind: str, language: str, tone: Tone, off: float = 0.0) -> Words:
    return Words(DRAFTS[language, tone], kind, SHOP[language], off)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_play_has_its_words(language: str) -> None:
    module = RENDERER._module("messages", language)
    assert set(module.drafts) == set(KINDS) == set(module.differ)
    for kind in KINDS:
        assert set(module.drafts[kind]) == set(TONES)
    assert len(DRAFTS[language, "plain"].texts) == len(KINDS) * len(CHANNELS) * len(VERSIONS)


@pytest.mark.parametrize("off", [0.0, 0.15])
@pytest.mark.parametrize("name", [None, "known"])
def test_every_message_has_sender_and_way_out_and_nothing_left_open(name: str | None, off: float) -> None:
    for kind, language, channel, tone, version in EVERY:
        called = name and NAME[language]
        text = words(kind, language, tone, off).text(channel, version, called, PRODUCT[language])
        about = (kind, language, channel, tone, version, text)
        assert SHOP[language] in text, about
        assert LAW[language, channel] in text, about
        assert "{" not in text.replace(TAG[language], ""), about
        assert "None" not in text, about
        assert not re.search(FORBIDDEN[language], text, re.IGNORECASE), about
        assert not re.search(r"[\U0001F000-\U0001FAFF\u2600-\u27bf]", text), about
        assert ({"en": "15%", "zh": "8.5折"}[language] in text) == bool(off), about
        assert not re.search(r"\s,|,,|，，|。。|，。|  | \.|Dear ,|Hi ,", text), about


def test_a_text_message_is_one_message_for_most_and_two_at_the_very_most() -> None:
    for kind, language, tone, version in itertools.product(KINDS, LANGUAGES, TONES, VERSIONS):
        usual = length(words(kind, language, tone).text("sms", version, NAME[language], PRODUCT[language]))
        assert usual.fits, (kind, language, tone, version, usual)
        assert usual.room == {"en": 160, "zh": 70}[language], "no sign that not every phone has"
        endless = words(kind, language, tone, 0.15).text("sms", version, "Wolfeschlegelstein X", "W" * 60)
        assert length(endless).parts <= 2, (kind, language, tone, version)


def test_chat_and_mail_are_short_enough_to_be_read() -> None:
    for kind, language, tone, version in itertools.product(KINDS, LANGUAGES, TONES, VERSIONS):
        told = words(kind, language, tone)
        chat = told.text("chat", version, NAME[language], PRODUCT[language])
        assert len(chat) <= {"en": 280, "zh": 110}[language]
        assert len(chat.splitlines()) == 4
        subject, _, body = told.text("email", version, NAME[language], PRODUCT[language]).partition("\n")
        assert len(subject) <= {"en": 64, "zh": 30}[language], subject
        assert len(body.splitlines()) <= 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_tones_and_versions_say_it_differently(language: str) -> None:
    for kind, channel in itertools.product(KINDS, CHANNELS):
        texts = [
            words(kind, language, tone).text(channel, version, NAME[language], PRODUCT[language])
            for tone in TONES
            for version in VERSIONS
        ]
        assert len(set(texts)) == len(TONES) * len(VERSIONS)
    raw = RENDERER._module("messages", language).drafts
    for tones in raw.values():
        said = [text for versions in tones.values() for text, *_ in versions.values()]
        assert len(set(said)) == len(said), "not only the greeting"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_version_a_and_b_differ_in_is_so(language: str) -> None:
    raw = RENDERER._module("messages", language).drafts
    ask = {"en": "?", "zh": "？"}[language]
    for tone in TONES:
        for place in range(3):
            for kind in ("refill", "cross_sell", "bundle"):
                assert "{product}" in raw[kind][tone]["A"][place]
                assert "{product}" not in raw[kind][tone]["B"][place]
        for place in (0, 2):
            for kind in ("win_back", "second_purchase", "last_try"):
                assert ask in raw[kind][tone]["A"][place]
                assert ask not in raw[kind][tone]["B"][place]
            assert ask not in raw["vip"][tone]["A"][place]
            assert ask in raw["vip"][tone]["B"][place]
            gift = {"en": r"little something|gift", "zh": r"礼"}[language]
            assert not re.search(gift, raw["birthday"][tone]["A"][place])
            assert re.search(gift, raw["birthday"][tone]["B"][place])


def test_a_shop_without_a_name_leaves_its_place_open() -> None:
    told = Words(DRAFTS["zh", "plain"], "vip")
    assert told.text("sms", "A", "张三").startswith("【店名】张三您好。感谢")
    assert "[shop]" in Words(DRAFTS["en", "plain"], "vip").text("email", "A")


@pytest.mark.parametrize(
    ("cell", "called"),
    [
        ("Ann Wells", "Ann"),
        ("  ann   wells ", "ann"),
        ("Mary-Jane O'Brien", "Mary-Jane"),
        ("Dr. Wells", "Dr. Wells"),
        ("Mr Wells", "Mr Wells"),
        ("J. R. Wells", "J. R. Wells"),
        ("José", "José"),
        ("王小明", "王小明"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("", None),
        (None, None),
        (float("nan"), None),
        ("12345", None),
        ("张**", None),
        ("=cmd|' /C calc'!A0", None),
        ("{product}", None),
        ("{{name}}", None),
        ("ann@example.com", None),
        ("evil.com", None),
        ("https://evil.com", None),
        ("Ann\u202ellew", None),
        ("Ann\u200bWells", None),
        ("A very long name that is a whole sentence", None),
        ("<b>Ann</b>", None),
    ],
)
def test_only_a_name_is_a_name(cell: object, called: str | None) -> None:
    assert spoken(cell, first=True) == called


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("Tea", "Tea"),
        ("Tea\nfor two", "Tea for two"),
        ("Tea https://evil.com/x?y=1 pot", "Tea pot"),
        ("Tea www.evil.com", "Tea"),
        ("Tea http:/evil", "Tea"),
        (".com", "com"),
        ("Tea bit.ly/abc", "Tea"),
        ("Tea evil.com", "Tea evil com"),
        ("{name} tea", "name tea"),
        ("*|FNAME|* tea", "FNAME tea"),
        ("%NAME% tea", "NAME tea"),
        ("100% cotton", "100% cotton"),
        ("2.5kg rice", "2.5kg rice"),
        ("=SUM(A1)", "SUM(A1)"),
        ("\u202eeat", "eat"),
        ("WHITE HANGING HEART T-LIGHT HOLDER", "WHITE HANGING HEART"),
        (None, ""),
        (float("nan"), ""),
        ("https://evil.com", ""),
    ],
)
def test_cells_are_made_plain(cell: object, told: str) -> None:
    assert plain(cell, LONGEST_PRODUCT["en"]) == told


hostile = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            [
                "{name}",
                "{product}",
                "{shop}",
                "{unsubscribe}",
                "{",
                "}",
                "=cmd",
                "@",
                "http://",
                "https://x.y/z",
                "www.",
                "evil.com",
                "t.cn/a",
                ".",
                "/",
                "a",
                "【",
                "】",
                "*|A|*",
                "<b>",
                "退订回T",
                "é",
                "👋",
                "。",
                "．com",
                "tel:",
                "%",
                "$",
                "\\",
                "王",
                " ",
                "\n",
                "\r\n",
                "\u202e",
                "\u2066",
                "\x00",
                "\u2028",
            ]
        ),
        max_size=12,
    ).map("".join),
)


@settings(max_examples=200, deadline=None)
@given(hostile, hostile, hostile, st.sampled_from(EVERY))
@example("{product}", "{name}{shop}", "{hello}", ("refill", "en", "sms", "friendly", "A"))
def test_no_cell_breaks_a_message(
    name: str, product: str, shop: str, combination: tuple[str, str, str, Tone, str]
) -> None:
    kind, language, channel, tone, version = combination
    told = Words(DRAFTS[language, tone], kind, shop)
    text = told.text(channel, version, name, product)
    assert re.findall(r"\{[^}]*\}?", text) == ([TAG[language]] if channel == "email" else [])
    assert text.count("}") == text.count("{")
    assert not re.search(r"https?:|://|www\.\w|\w[.．]com|t\.cn", text, re.IGNORECASE)
    assert not set(text) & set("\u202e\u2066\0\r\u2028<>*|@")
    # No line more than with the tamest of cells.
    tame = told.text(channel, version, NAME[language], PRODUCT[language])
    assert len(text.splitlines()) == len(tame.splitlines())
    assert text.count(LAW[language, channel]) >= 1
    assert len(text) <= len(tame) + 60
    if channel == "sms":
        assert length(text).parts <= 2 or length(text).room == 70


def test_values_are_put_in_once_and_not_read_again() -> None:
    assert filled("{a} {b} {c}", {"a": "{b}", "b": "{a}"}) == "{b} {a} {c}"


def test_lengths_are_of_the_one_in_the_middle_and_of_the_longest() -> None:
    told = lengths(["a" * 10, "a" * 20, "a" * 170])
    assert (told.middle.signs, told.longest.signs, told.longest.parts, told.over) == (20, 170, 2, 1)
    # A single foreign letter costs more than many plain ones.
    told = lengths(["a" * 100, "a" * 100, "ś" * 80])
    assert (told.longest.signs, told.longest.room, told.over) == (80, 70, 1)


def test_a_draft_is_shown_with_its_placeholders_unless_nobody_has_a_name() -> None:
    told = words("refill", "en", "friendly")
    assert told.message("sms", "A", [("Ann", "Tea")]).text.startswith("Harbour Tea House: Hi {name}, is your {product}")
    assert told.message("sms", "A", [(None, "Tea")]).text.startswith("Harbour Tea House: Hi there, is your {product}")
    mail = told.message("email", "A", [("Ann", "Tea")])
    assert (mail.subject, mail.lengths) == ("Running low on {product}?", None)
    assert mail.text.startswith("Hi {name},\n\nIs your")


EN = (SAMPLES / "en" / "orders.csv", SAMPLES / "en" / "customers.csv")
ZH = (SAMPLES / "zh" / "订单.csv", SAMPLES / "zh" / "客户.csv")


def rows_of(message: Message) -> list[dict[str, str]]:
    """The lines of the list that a message brought."""
    assert message.document
    return list(csv.DictReader(io.StringIO(message.document.content.decode("utf-8-sig"))))


async def test_one_page_is_turned_through_channels_versions_and_tones(ann: Talk) -> None:
    await ann.send_file(EN[0])
    await ann.send_file(EN[1])
    (page,) = await ann.say("/campaigns words win_back")
    assert "of 160 signs, 1 message; with the longest name" in page.words
    assert "A asks how the last order was, B offers help." in page.words
    assert "[shop]: Hi {name}," in page.words
    for label, said in (
        ("Version B", "just write back and we'll help."),
        ("Plain", "If you need anything, we can help you choose."),
        ("WhatsApp", "this is [shop]"),
        ("E-mail", "Unsubscribe: {unsubscribe}"),
        ("Premium", "Dear {name},"),
        ("Version A", "whether it was to your liking"),
    ):
        (turned,) = await ann.tap(label)
        assert turned.message_id == page.message_id
        assert said in turned.words, label
    owner = ann.running.services.store.owner(ann.person.user_id)
    assert owner
    assert owner.terms.tone == "premium"


async def test_the_shop_is_named_once_and_signs_from_then_on(ann: Talk, wang: Talk) -> None:
    for file in EN:
        await ann.send_file(file)
    (page,) = await ann.say("/campaigns shop Harbour Tea House")
    assert "Messages are from: Harbour Tea House" in page.words, "and no other draft than the one in work is shown"
    assert "What is your shop called?" not in page.words
    (same,) = await ann.say("/campaigns Shop: Harbour Tea House")
    assert same.words == page.words
    for nonsense in ("shopping", "shop", "list 9 0"):
        (refused,) = await ann.say(f"/campaigns {nonsense}")
        assert "Harbour" not in refused.words
    (refused,) = await ann.say("/campaigns shop https://evil.com/x")
    assert "I do not know" in refused.words
    for file in ZH:
        await wang.send_file(file)
    await wang.say("/campaigns 店名 半山茶铺")
    (page,) = await wang.say("/campaigns words")
    assert "【半山茶铺】" in page.words
    assert "退订回T" in page.words


async def test_the_files_have_everybodys_own_message(ann: Talk, wang: Talk) -> None:
    for file in EN:
        await ann.send_file(file)
    await ann.say("/campaigns words win_back")
    (sent,) = await ann.tap("File with all texts")
    rows = rows_of(sent)
    assert rows
    for row in rows:
        assert row["Text message A"] != row["Text message B"]
        assert row["Name"].split()[0] in row["Text message A"]
        assert "{" not in row["Text message A"]
    for file in ZH:
        await wang.send_file(file)
    await wang.say("/campaigns 店名 半山茶铺")
    await wang.say("/campaigns make win_back both")
    for version in VERSIONS:
        (sent,) = await wang.tap(f"名单 {version}")
        rows = rows_of(sent)
        assert rows
        assert {row["版本"] for row in rows} == {version}
        asks = {row["短信内容"] for row in rows if "还满意吗" in row["短信内容"]}
        assert bool(asks) == (version == "A")
        assert all(row["短信内容"].startswith(f"【半山茶铺】{row['姓名']}您好呀，") for row in rows)


async def test_a_list_for_half_an_hour_has_everybodys_words_for_their_own_play(ann: Talk) -> None:
    for file in EN:
        await ann.send_file(file)
    await ann.say("/campaigns 30min")
    (sent,) = await ann.tap("Download")
    assert "still say [shop]" in sent.words
    rows = rows_of(sent)
    assert len(rows) == 10
    assert all(row["Text message A"].startswith("[shop]: Hi ") for row in rows)
    await ann.say("/campaigns shop Harbour Tea House")
    await ann.say("/campaigns words vip off 10")
    (sent,) = await ann.tap("File with all texts")
    assert "[shop]" not in (sent.words or "")
    assert all("10% off next time." in row["Text message A"] for row in rows_of(sent))
