"""Telegram's HTML: what is read, what is refused, and how it counts."""

from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import ApiError
from bot.simulator.entities import found_in, utf16_length
from bot.simulator.markup import parse


def shown(text: str, entity: dict[str, Any]) -> str:
    """The part of `text` that an entity covers."""
    units = text.encode("utf-16-le")
    return units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")


@pytest.mark.parametrize(
    ("html", "text", "kinds"),
    [
        ("plain", "plain", []),
        ("a &lt; b &amp; c &quot;d&quot; &#65;&#x4F60; &nbsp; & &#0;", 'a < b & c "d" A你 &nbsp; & &#0;', []),
        ("<b>x</b><strong>y</strong>", "xy", [("bold", "x"), ("bold", "y")]),
        ("<I>x</I> <ins>y</ins> <del>z</del>", "x y z", [("italic", "x"), ("underline", "y"), ("strikethrough", "z")]),
        ("😀<b>客户 <i>😀</i></b>", "😀客户 😀", [("bold", "客户 😀"), ("italic", "😀")]),
        ('<span class="tg-spoiler">s</span><tg-spoiler>t</tg-spoiler>', "st", [("spoiler", "s"), ("spoiler", "t")]),
        ("<blockquote>q</blockquote>", "q", [("blockquote", "q")]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", "q")]),
        ('<pre><code class="language-py">x</code></pre>', "x", [("pre", "x")]),
        ("<code>c</code><pre>p</pre>", "cp", [("code", "c"), ("pre", "p")]),
        ('<a href="https://example.org/?a=1&amp;b=2">x</a>', "x", [("text_link", "x")]),
        ("<a>no link</a>", "no link", []),
        ("<b></b>nothing", "nothing", []),
        (" \n <b> spaces </b> \n ", "spaces", [("bold", "spaces")]),
    ],
)
def test_reads(html: str, text: str, kinds: list[tuple[str, str]]) -> None:
    plain, entities = parse(html)
    assert plain == text
    assert [(entity["type"], shown(plain, entity)) for entity in entities] == kinds


def test_keeps_what_a_tag_says() -> None:
    _, (link,) = parse("<a href='https://example.org/?a=1&amp;b=2'>x</a>")
    assert link["url"] == "https://example.org/?a=1&b=2"
    _, (block,) = parse('<pre><code class="language-py">x</code></pre>')
    assert block["language"] == "py"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("one<br>two", 'Unsupported start tag "br" at byte offset 3'),
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("客户 <ul>", 'Unsupported start tag "ul" at byte offset 7'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a <", "Unclosed start tag at byte offset 2"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=http://x.org>y</a>", "Unexpected end of name token at byte offset 8"),
    ],
)
def test_refuses(html: str, reason: str) -> None:
    with pytest.raises(ApiError) as refusal:
        parse(html)
    assert (refusal.value.code, refusal.value.description) == (400, f"Bad Request: can't parse entities: {reason}")


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=8)
tags = st.sampled_from(["b", "i", "u", "s", "code", "tg-spoiler", "blockquote"])


@given(st.lists(st.tuples(st.none() | tags, words), min_size=1, max_size=8))
def test_entities_cover_exactly_the_marked_words(pieces: list[tuple[str | None, str]]) -> None:
    html = "".join(f"<{tag}>{escape(word)}</{tag}>" if tag else escape(word) for tag, word in pieces)
    plain, entities = parse(html)
    assert plain == "".join(word for _, word in pieces)
    assert [shown(plain, entity) for entity in entities] == [word for tag, word in pieces if tag]
    assert all(entity["offset"] + entity["length"] <= utf16_length(plain) for entity in entities)


@given(st.text(max_size=60))
def test_escaped_text_always_passes(text: str) -> None:
    text = text.replace("\r", "").strip(" \t\r\n\v\f\0").encode("utf-8", "ignore").decode()
    assert parse(escape(text)) == (text.strip(" \t\r\n\v\f\0"), [])


@given(st.text("<>/ab \"'=&;#x1客😀", max_size=30))
def test_anything_else_is_refused_and_never_crashes(html: str) -> None:
    try:
        plain, entities = parse(html)
    except ApiError as refusal:
        assert refusal.code == 400  # noqa: PT017 - both ends are right
    else:
        assert all(0 < entity["length"] <= utf16_length(plain) for entity in entities)


def test_finds_commands_and_links() -> None:
    text = "客户😀 /segments, see https://example.org/a?b=1. not a/b nor /x/y"
    found = [(entity["type"], shown(text, entity)) for entity in found_in(text)]
    assert found == [("url", "https://example.org/a?b=1"), ("bot_command", "/segments")]


def test_finds_nothing_in_code() -> None:
    plain, entities = parse("<code>/segments</code>")
    assert found_in(plain, entities) == []
