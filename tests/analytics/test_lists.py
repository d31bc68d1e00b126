from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

import fastexcel
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.lists import as_csv, as_xlsx, neutral, written_out


def cells(frame: pd.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(as_csv("list", frame).content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("blank", ["", " ", "  ", "\u00a0", "\u3000", "\ufeff"])
def test_a_text_that_begins_like_a_formula_is_made_harmless(begin: str, blank: str) -> None:
    text = f"{blank}{begin}cmd|' /C calc'!A1"
    assert cells(pd.DataFrame({"Name": [text]}))[1] == [f"'{text}"]


def every_sign() -> Iterator[str]:
    return (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)


def test_a_formula_is_made_harmless_behind_every_sign_that_shows_nothing() -> None:
    unseen = [sign for sign in every_sign() if unicodedata.category(sign) in {"Cc", "Cf", "Zs", "Zl", "Zp"}]
    assert {"\u2060", "\u200e", "\u202a", "\u061c", "\u180e", "\x7f", "\ufeff"} < set(unseen)
    texts = [f"{sign}\u200b{sign}=1+1" for sign in [*unseen, "\u3164", "\u2800", "\ufe0f"]]
    assert [neutral(text) for text in texts] == [f"'{text}" for text in texts]
    assert written_out(pa.table({"a": texts}))["a"].to_pylist() == [f"'{text}" for text in texts]


def test_every_form_of_a_sign_that_begins_a_formula_is_made_harmless() -> None:
    texts = [f"{sign}1+1" for sign in every_sign() if unicodedata.normalize("NFKC", sign)[:1] in {"=", "+", "-", "@"}]
    assert {"\ufe66", "\ufe62", "\ufe63", "\ufe6b"} < {text[0] for text in texts}
    assert [neutral(text) for text in texts] == [f"'{text}" for text in texts]
    assert written_out(pa.table({"a": texts}))["a"].to_pylist() == [f"'{text}" for text in texts]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
def test_tables_and_lists_agree_on_what_is_harmless(text: str) -> None:
    assert written_out(pa.table({"a": [text]}))["a"].to_pylist() == [neutral(text)]


def test_a_formula_behind_tab_and_blanks_is_made_harmless() -> None:
    assert cells(pd.DataFrame({"Name": [" \t =1+1"]}))[1] == ["' \t =1+1"]


def test_a_header_that_begins_like_a_formula_is_made_harmless() -> None:
    assert cells(pd.DataFrame({"=HYPERLINK()": ["a"]}))[0] == ["'=HYPERLINK()"]


@pytest.mark.parametrize("text", ["Ann", "a=b", "1+1", "小满茶铺", "🍵", "", "<b>&", 'say "hi", twice', "two\r\nlines"])
def test_any_other_text_is_left_alone(text: str) -> None:
    assert cells(pd.DataFrame({"Name": [text], "Other": ["x"]}))[1] == [text, "x"]


def test_numbers_stay_numbers_also_below_zero() -> None:
    frame = pd.DataFrame({"whole": [-3], "money": [-12.5], "mixed": pd.Series([-7], dtype=object), "yes": [True]})
    assert cells(frame)[1] == ["-3", "-12.5", "-7", "True"]


def test_categories_are_texts() -> None:
    frame = pd.DataFrame({"Name": pd.Categorical(["=1", "b", None])})
    assert cells(frame)[1:] == [["'=1"], ["b"], [""]]


def test_columns_of_the_same_name_are_all_made_harmless() -> None:
    assert cells(pd.DataFrame([["=1", "=2"]], columns=["Town", "Town"]))[1] == ["'=1", "'=2"]


def test_gaps_are_empty() -> None:
    assert cells(pd.DataFrame({"Name": ["a", None], "Age": [1.5, None]}))[2] == ["", ""]


def test_the_frame_itself_is_not_changed() -> None:
    frame = pd.DataFrame({"=Name": ["=1"]})
    as_csv("list", frame)
    assert frame.to_dict("list") == {"=Name": ["=1"]}


def test_excel_is_told_that_it_is_unicode() -> None:
    document = as_csv("冠军客户", pd.DataFrame({"姓名": ["王"]}))
    assert document.filename == "冠军客户.csv"
    assert document.content == "\ufeff姓名\r\n王\r\n".encode()


def test_an_empty_list_has_its_header() -> None:
    assert cells(pd.DataFrame({"Name": pd.Series([], dtype=object)})) == [["Name"]]


def workbook(frame: pd.DataFrame) -> list[list[Any]]:
    """The cells as a spreadsheet program reads them, gaps as None."""
    sheet = fastexcel.read_excel(as_xlsx("list", frame).content).load_sheet(0, header_row=None)
    return [[None if pd.isna(value) else value for value in row] for row in sheet.to_pandas().to_numpy(object).tolist()]


def test_a_workbook_has_numbers_as_numbers_and_all_else_as_text() -> None:
    assert as_xlsx("名单", pd.DataFrame({"a": [1]})).filename == "名单.xlsx"
    assert workbook(pd.DataFrame({7: [-2.5, None], 8: [3, 4]})) == [[7.0, 8.0], [-2.5, 3.0], [None, 4.0]]
    frame = pd.DataFrame({"姓名": ["王小明", None], "电话": ["013800138000", "+44 7700"], "日": [date(2026, 1, 2)] * 2})
    told = workbook(frame)
    assert told == [["姓名", "电话", "日"], ["王小明", "013800138000", "2026-01-02"], [None, "'+44 7700", "2026-01-02"]]


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=30))
def test_whatever_a_cell_says_the_workbook_opens_and_says_it_harmlessly(text: str) -> None:
    (told,) = workbook(pd.DataFrame({text: [text]}))[1]
    written = "".join(sign for sign in text if sign in "\t\n\r" or " " <= sign not in "\ufffe\uffff")
    assert (told or "").replace("\r\n", "\n").replace("\r", "\n").lstrip("'") in {
        part.replace("\r\n", "\n").replace("\r", "\n").lstrip("'") for part in (written, f"'{written}")
    }
    assert not (told or "").startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("text", ["_x0041_", "a _x000D_ b", "<b>&amp;", "]]>"])
def test_what_looks_like_a_code_is_read_as_it_stands(text: str) -> None:
    assert workbook(pd.DataFrame({"a": [text, "b"]}))[1] == [text]
