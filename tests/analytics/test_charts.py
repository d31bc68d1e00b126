from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image

from analytics import charts, language, overview, rfm, segments
from analytics.analysis import Asked
from analytics.charts import series, style
from tests.analytics.shops import line, lively, shop

ROW = charts.Bar("Champions", 0.4, "12 people", 0.3)


def opened(picture: bytes) -> Image.Image:
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    return Image.open(io.BytesIO(picture))


def columns(values: list[float], labels: list[str] | None = None, notes: dict[int, str] | None = None) -> bytes:
    return charts.columns(
        "Title", "subtitle", labels or ["Jan\n2026"] * len(values), values, [False] * len(values), notes or {}
    )


def dark_at_the_edges(picture: bytes) -> bool:
    """Whether anything is drawn in the outermost pixels, as text that is cut off would be."""
    image = opened(picture).convert("L")
    wide, high = image.size
    boxes = [(0, 0, 4, high), (wide - 4, 0, wide, high), (0, 0, wide, 4), (0, high - 4, wide, high)]
    return any(min(image.crop(box).tobytes()) < 250 for box in boxes)


def shop_pictures() -> Iterator[tuple[str, bytes]]:
    extremes = {
        "one segment": [line(f"c{i}", 1, 5.0) for i in range(40)],
        "eleven segments": lively(600, 3),
        "a segment below zero": [*lively(), line("c002", 361, -9000.0, "back", taken_back=True)],
        "three months": [line("a", 30 * k, 5.0 + k) for k in range(3)],
        "forty months": [line("a", 30 * k, 1e6 + k) for k in range(40)],
        "a hundred years": [line("a", 365 * k, 10.0 * (k + 1)) for k in range(100)],
        "months below zero": [line("a", 31 * k, -500.0 if k % 4 == 3 else 100.0) for k in range(8)],
    }
    for name, rows in extremes.items():
        months = overview.run(shop(rows, "CNY"), overview.OverviewOptions())
        asked = [Asked(vocabulary="groups"), Asked(vocabulary="classes")] if "segment" in name else []
        for reader in language.LANGUAGES:
            if (picture := overview.chart(months, reader)) is not None:
                yield f"{name}, months, {reader}", picture
            for question in asked:
                report = segments.run(shop(rows), segments.options((), question))
                if (picture := segments.chart(report, reader)) is not None:
                    yield f"{name}, {question.vocabulary}, {reader}", picture


def test_pictures_of_extreme_shops_are_as_wide_as_a_phone_and_nothing_is_cut_off() -> None:
    pictures = dict(shop_pictures())
    assert len(pictures) > 20
    for name, picture in pictures.items():
        wide, high = opened(picture).size
        assert wide == 900, name
        assert 200 < high < 1200, name
        assert not dark_at_the_edges(picture), name


def test_a_picture_weighs_little() -> None:
    assert len(charts.bars("Title", "subtitle", [ROW] * 11)) < 60_000


@pytest.mark.parametrize("text", ["重要价值客户：12 人", "¥8.4万 · −5% – “é” £ €", "Müller"])
def test_the_fonts_have_what_the_bot_says(text: str) -> None:
    assert charts.drawable(text) == text
    charts.bars(text, text, [charts.Bar(text, 0.4, text)])


@pytest.mark.parametrize("code", [*rfm.GROUPS, *rfm.CLASSES])
def test_the_fonts_have_every_segments_name(code: str) -> None:
    assert all(
        charts.drawable(language.named(code, reader)) == language.named(code, reader) for reader in language.LANGUAGES
    )


@pytest.mark.parametrize(
    ("text", "drawn"), [("🏆 Champions", "Champions"), ("王小明👍🏽", "王小明"), ("a ⭐ b", "a  b"), ("\U000f0000", "")]
)
def test_what_no_font_has_is_left_out(text: str, drawn: str) -> None:
    assert charts.drawable(text) == drawn
    charts.bars(text, text, [charts.Bar(text, 0.4, text)])
    columns([1.0, 2.0, 3.0], [text] * 3, {1: text})


def test_a_long_title_shrinks_to_its_line() -> None:
    assert not dark_at_the_edges(charts.bars("Big spenders, seldom here: many of them " * 2, "dark: share " * 9, [ROW]))


def test_bars_without_any_length_can_be_drawn() -> None:
    opened(charts.bars("Title", "subtitle", [charts.Bar("Nobody", 0.0, "0"), charts.Bar("Owing", -0.5, "−50%")]))
    opened(charts.bars("Title", "subtitle", []))


def test_a_year_is_written_where_it_changes() -> None:
    labels = ["Nov\n2025", "Dec\n2025", "Jan\n2026", "Feb\n2026", "Mar"]
    assert series._changing(labels) == ["Nov\n2025", "Dec", "Jan\n2026", "Feb", "Mar"]


def test_notes_stay_inside_and_the_first_of_two_that_would_overlap_is_shown() -> None:
    placed = series._apart({17: "£123,456", 18: "£12", 0: "£123,456"}, 20)
    assert [position for position, *_ in placed] == [17, 0]
    assert all(-0.5 <= begin < end <= 19.5 for *_, begin, end in placed)


def test_where_nothing_was_sold_there_is_nothing_to_draw() -> None:
    assert (
        overview.chart(overview.run(shop([line("a", 40 * k, 0.0) for k in range(4)]), overview.OverviewOptions()), "en")
        is None
    )
    owing = shop([*(line(f"c{i}", i, 5.0) for i in range(40)), line("c1", 50, -999.0, taken_back=True)])
    assert segments.chart(segments.run(owing, segments.options((), Asked())), "en") is None


@pytest.mark.parametrize(("reader", "label"), [("en", "Jan\n2026"), ("zh", "1月\n2026年")])
def test_a_month_on_an_axis_has_its_year_below(reader: str, label: str) -> None:
    report = overview.run(shop([line("a", 0, 1.0)]), overview.OverviewOptions()).orders
    assert report is not None
    assert language.short_month(report.months[0][0], reader) == label


LONG = {
    "en": (
        "Of 100 new customers of this shop, some thirty order again in the month after",
        "dark: one thing · pale: another of those · grey: month not over, under 15 customers",
    ),
    "zh": (
        "每一百位新来的客户里面，大约有三十三位会在次月再下单，比以前多了几位客户",
        "深色：按自己的节奏在买 · 浅色：该来没来 · 橙色：已经流失 · 灰：不足 15 人",
    ),
}


@pytest.mark.parametrize("reader", language.LANGUAGES)
def test_long_lines_above_a_picture_are_broken_and_stay_legible(reader: str) -> None:
    from matplotlib.figure import Figure

    short, long = (style.figure(3.0)[0] for _ in range(2))
    style.headline(short, "Title", "subtitle")
    style.headline(long, *LONG[reader])
    assert isinstance(long, Figure)
    assert short.get_figheight() == pytest.approx(3.0)
    assert long.get_figheight() > 3.0
    assert len(long.texts) > 2
    on_a_phone = 390 / (style.WIDTH * style.DPI) * style.DPI / 72
    assert min(float(text.get_fontsize()) for text in long.texts) * on_a_phone >= 11
    told = "".join(text.get_text() for text in long.texts)
    assert {*"".join(LONG[reader])} - {*" ·"} <= {*told}
    for one in (short, long):
        # The picture itself keeps its size.
        assert one.axes[0].get_position().height * one.get_figheight() == pytest.approx(3.0 * 0.77, rel=0.01)
    assert not dark_at_the_edges(style.png(long))
