"""docs/promises.md: what is promised stands where it is quoted, and the tests that keep it are there."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from analytics import share
from bot import access, retention, sealing
from bot.__main__ import main
from bot.handlers import share as sharing
from tests.analytics.reading.test_platforms import EXPORTS

ROOT = Path(__file__).parents[1]
KEPT_BY = "kept by"
KEEPER = re.compile(r"`((?:tests|benchmarks)/[\w/]+\.py)(?:::(\w+))?`")
PRIVACY = {"README.md": "## Privacy", "README.zh-CN.md": "## 隐私"}
WHOLE = ("README.md", "README.zh-CN.md", "SECURITY.md")
"""Pages of whose tables no row may be without a promise."""
LATIN = ("Shopify", "WooCommerce", "Etsy", "Square", "Stripe", "PayPal", "Amazon")
SHOPS = {name: name.lower() for name in LATIN} | {
    "淘宝": "taobao",
    "京东": "jd",
    "拼多多": "pinduoduo",
    "抖店": "douyin",
    "有赞": "youzan",
    "微店": "weidian",
}
"""How exports of the shops that the READMEs name begin in the tests that read them."""


@dataclass(frozen=True)
class Promise:
    """The words of a promise by the page that they stand on, and what keeps it."""

    words: dict[str, str]
    keepers: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return next(iter(self.words.values()))[:60]


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def promises() -> list[Promise]:
    found: list[Promise] = []
    pages: list[str] = []
    for line in (ROOT / "docs" / "promises.md").read_text("utf-8").splitlines():
        if line.startswith("|") and line.endswith(f"| {KEPT_BY} |"):
            pages = cells(line)[:-1]
        elif line.startswith("|") and not line.startswith("|-"):
            *words, keepers = cells(line)
            found.append(Promise(dict(zip(pages, words, strict=True)), tuple(KEEPER.findall(keepers))))
    return found


PROMISES = promises()


def bare(words: str) -> str:
    """Without blanks and line ends: Chinese has a line end where it has no blank."""
    return "".join(words.split())


@cache
def text(page: str) -> str:
    return bare((ROOT / page).read_text("utf-8"))


def makes_one(part: str, page: str) -> bool:
    """Whether some promise is quoted from this part of the page."""
    return any(bare(promise.words[page]) in bare(part) for promise in PROMISES if page in promise.words)


@cache
def functions_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


@pytest.mark.parametrize("promise", PROMISES, ids=str)
def test_a_promise_stands_word_for_word_and_has_its_keepers(promise: Promise) -> None:
    for page, words in promise.words.items():
        assert bare(words) in text(page), f"{page} does not say so any more"
    assert promise.keepers, "nothing keeps it"
    for file, test in promise.keepers:
        assert (ROOT / file).is_file(), file
        assert file.startswith("benchmarks/") or test in functions_of(file), f"{file} has no {test}"


@pytest.mark.parametrize("page", WHOLE)
def test_every_row_of_a_table_makes_a_promise_that_is_kept(page: str) -> None:
    lines = (ROOT / page).read_text("utf-8").splitlines()
    heads = [number - 1 for number, line in enumerate(lines) if line.startswith("|--")]
    rows = [line for number, line in enumerate(lines) if line.startswith("| ") and number not in heads]
    assert rows
    assert [row for row in rows if not makes_one(row, page)] == []


@pytest.mark.parametrize("page", PRIVACY)
def test_every_paragraph_on_privacy_makes_a_promise_that_is_kept(page: str) -> None:
    section = (ROOT / page).read_text("utf-8").partition(PRIVACY[page])[2].partition("\n## ")[0]
    # The last line of the page is links.
    paragraphs = [part for part in section.strip().split("\n\n") if not part.startswith("[")]
    assert len(paragraphs) >= 4
    assert [part for part in paragraphs if not makes_one(part, page)] == []


(PORT,) = (option.default for option in main.commands["demo"].params if option.name == "port")
FIGURES = {
    f"(port {PORT} unless `--port` says otherwise)": PORT == 8765,
    "within an hour": timedelta(hours=1) == access.LASTS,
    "five wrong guesses": access.MOST_GUESSES == 5,
    "fifty end the code's": access.MOST_GUESSES_OF_ALL == 50,
    "told a week before": timedelta(days=7) == retention.NOTICE,
    "AES-256-GCM": sealing.BYTES * 8 == 256,
    "ε = 1 a summary": share.EPSILON == 1,
    "at most 3 a month": sharing.MONTHLY / share.EPSILON == 3,
    "at most five orders a year": share.MOST_ORDERS == 5,
    "groups of fewer than 30": share.LEAST_SHOWN == 30,
}


@pytest.mark.parametrize("words", FIGURES)
def test_a_figure_is_that_of_the_code(words: str) -> None:
    assert any(bare(words) in text(page) for page in WHOLE)
    assert FIGURES[words]


def test_every_shop_that_is_named_has_an_export_that_is_read() -> None:
    for name, export in SHOPS.items():
        assert name in text("README.md")
        assert name in text("README.zh-CN.md")
        assert any(known.startswith(export) for known in EXPORTS), name
