"""Who is named in free text is taken out of it, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.mentions import GONE, Mentions
from tests.analytics.test_identity import british, chinese, full_width

SOMEBODY = Mentions(
    ["Morwenna Rowe", "José García", "李若溪", "李明", "Li", "Rose", "李@例子.中国"],
    ["Morwenna.Rowe+shop@example.com", "li@例子.中国"],
    ["+44 7700 900001", "13800138000"],
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I met Morwenna  Rowe's dog", "I met …'s dog"),
        ("by ROWE, Morwenna.", "by …."),
        ("ＭＯＲＷＥＮＮＡ　Ｒｏｗｅ", GONE),
        ("jose garcia and JOSÉ GARCÍA", "… and …"),
        ("Jose\u0301 Garci\u0301a", GONE),
        ("write to (morwenna.rowe@EXAMPLE.com).", "write to (…)."),
        ("邮箱是morwenna.rowe@example.com谢谢", "邮箱是…谢谢"),
        ("邮箱li@例子.中国", "邮箱…"),
        ("ring 07700 900001 or 2026", "ring … or 2026"),
        ("+44 (0)7700-900-001!", "…!"),
        ("我是李若溪，电话１３８－００１３－８０００", "我是…，电话…"),
        ("李 若溪好", "…好"),
        ("李明，你好", "…，你好"),
        ("（李明）", "（…）"),
    ],
)
def test_they_are_taken_out(text: str, left: str) -> None:
    assert SOMEBODY.taken_out(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Morwenna Rowell and Amorwenna Rowe",
        "Morwenna, then a long way off, Rowe",
        "Li and Rose bought roses",
        "李明珠很好",
        "小李明天来",
        "SKU 138001380001, 20138001380005",
        "xmorwenna.rowe@example.com.cn",
        "other.rowe@example.com",
        "07700 900002",
        "",
    ],
)
def test_who_is_like_them_stays(text: str) -> None:
    assert SOMEBODY.taken_out(text) is text


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40), st.data())
def test_a_phone_is_found_between_other_words(before: str, after: str, data: st.DataObject) -> None:
    phone = data.draw(st.sampled_from([*chinese("13800138000"), *british("7700900001")]))
    text = f"{before} 说 {phone} 好 {after}"
    assert SOMEBODY.taken_out(text) != text


@settings(deadline=None)
@given(st.text(alphabet="abc 李明若溪0189+-@.\u0301é", max_size=60))
def test_taken_out_once_is_taken_out_for_good(text: str) -> None:
    left = SOMEBODY.taken_out(text)
    assert SOMEBODY.taken_out(left) == left
    for name in ("李若溪", "13800138000"):
        assert name not in left


@settings(deadline=None)
@given(st.text(max_size=80))
def test_nobody_is_never_found(text: str) -> None:
    assert Mentions().taken_out(text) is text
    assert Mentions(["Li", "王"], ["no mail"], ["12"]).taken_out(full_width(text)) == full_width(text)
