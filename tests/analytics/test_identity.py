"""However a number, name, e-mail or phone is written, it is the same person's; and nobody else's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import identity

MOBILES = st.integers(13_000_000_000, 19_999_999_999).map(str)
AREAS = st.integers(2_000_000_000, 9_999_999_999).map(str)


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def chinese(number: str) -> list[str]:
    grouped = f"{number[:3]}-{number[3:7]}-{number[7:]}"
    ways = [number, grouped, grouped.replace("-", " "), f"+86 {grouped}", f"+86{number}", f"0086 {number}"]
    ways += [f"86{number}", f"(+86) {number}", f"+86-{number}", f"{number}.0", f" {number} ", f"{number}转8"]
    return [*ways, *map(full_width, ways)]


def british(number: str) -> list[str]:
    spaced = f"{number[:2]} {number[2:6]} {number[6:]}"
    ways = [
        f"+44 (0){spaced}",
        f"+44 {spaced}",
        f"0044 {spaced}",
        f"0{spaced}",
        f"0{number}",
        f"(0{number[:2]}) {number[2:]}",
    ]
    return [*ways, f"0{number[:2]}‑{number[2:]}", f"0{spaced} ext. 12", *map(full_width, ways)]


@settings(deadline=None)
@given(MOBILES, st.data())
def test_a_chinese_phone_is_the_same_however_it_is_written(number: str, data: st.DataObject) -> None:
    one, other = (data.draw(st.sampled_from(chinese(number))) for _ in range(2))
    assert identity.phones(one) & identity.phones(other)


@settings(deadline=None)
@given(AREAS, st.data())
def test_a_british_phone_is_the_same_however_it_is_written(number: str, data: st.DataObject) -> None:
    one, other = (data.draw(st.sampled_from(british(number))) for _ in range(2))
    assert identity.phones(one) & identity.phones(other)


@settings(deadline=None)
@given(MOBILES, MOBILES, st.data())
def test_other_phones_are_other_people_s(one: str, other: str, data: st.DataObject) -> None:
    if one != other:
        written = [data.draw(st.sampled_from(chinese(number))) for number in (one, other)]
        assert not identity.phones(written[0]) & identity.phones(written[1])


@pytest.mark.parametrize("text", ["", "Ann", "12", "2026", "a 13800138000", "C0001", "+", "1" * 40])
def test_what_is_no_phone_has_no_forms(text: str) -> None:
    assert identity.phones(text) == frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann.Lee@Example.com", "ann.lee@example.COM"),
        ("ann.lee+shop@example.com", "ann.lee@example.com"),
        ("ａｎｎ．ｌｅｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ann.lee@example.com"),
        (" mailto:ann.lee@example.com", "ann.lee@example.com"),
    ],
)
def test_an_e_mail_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert identity.emails(one) & identity.emails(other)


@pytest.mark.parametrize("text", ["", "Ann", "@", "ann@", "@example.com", "a b"])
def test_what_is_no_e_mail_has_no_forms(text: str) -> None:
    assert identity.emails(text) == frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann Lee", "LEE, Ann"),
        ("José  García", "jose garcia"),
        ("李 小明", "李小明"),
        ("阿依古丽·买买提", "阿依古丽买买提"),
        ("Ｚｏë Ｂｊöｒｋ", "Zoe Bjork"),
        ("Anne-Marie Duval", "Duval Anne Marie"),
    ],
)
def test_a_name_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert identity.name(one) == identity.name(other)


@settings(deadline=None)
@given(st.text(max_size=20))
def test_spelling_once_is_spelling_twice(text: str) -> None:
    assert identity.plain(identity.plain(text)) == identity.plain(text)


@pytest.mark.parametrize("text", ["Li", "王", "A B", "Buyer 4", "", "C0001", "13800138000", "王*", "张**"])
def test_what_is_too_little_is_no_full_name(text: str) -> None:
    assert not identity.full(text)


def test_a_number_is_the_same_with_a_sign_or_zeros_before_it() -> None:
    assert identity.numbers("#1001") & identity.numbers("1001")
    assert identity.numbers("001001") & identity.numbers("1001")
    assert not identity.numbers("10010") & identity.numbers("1001")
    assert not identity.numbers("A01") & identity.numbers("A1")
