"""Correcting what a column was taken for."""

from __future__ import annotations

import dataclasses
from datetime import UTC

import pytest

from analytics.choices import signature
from analytics.dataset import Role
from analytics.language import LANGUAGES
from bot.render import LONGEST_TEXT
from tests.analytics.reading.workbooks import zipped
from tests.talk import Running, Talk

SHEET = "\n".join(
    [
        "No,When,Who,Sum,Extra",
        *(f"{i},2026-03-{1 + i % 28:02},K{i % 50},{10 + i % 7},{1000 + i % 9}" for i in range(200)),
    ]
).encode()


async def test_what_the_columns_were_taken_for_is_shown(ann: Talk) -> None:
    await ann.send("orders.csv", SHEET)
    (answer,) = await ann.tap("Columns right?")
    assert "Date ← When" in answer.words
    assert answer.button("Sum")


async def test_a_tap_changes_a_column_and_the_file_is_read_again(ann: Talk) -> None:
    await ann.send("orders.csv", SHEET)
    await ann.say("/columns")
    (page,) = await ann.tap("Extra")
    assert "What is in “Extra”?" in page.words
    (answer,) = await ann.tap("Line total")
    assert "again, the way you said" in answer.words
    (overview,) = await ann.say("/overview")
    assert "You sold 200,7" in overview.words or "You sold 201" in overview.words or "You sold 200" in overview.words
    (shown,) = await ann.say("/columns")
    assert "Line total ← Extra" in shown.words


async def test_the_choice_is_remembered_for_sheets_of_that_layout(bot: Running, ann: Talk) -> None:
    await ann.send("orders.csv", SHEET)
    upload = bot.services.store.uploads(ann.person.user_id)[0]
    await ann.say(f"/columns {upload.id} 0 4 amount")
    await ann.say("/undo")
    await ann.send("next month.csv", SHEET.replace(b"2026-03", b"2026-04"))
    (shown,) = await ann.say("/columns")
    assert "Line total ← Extra" in shown.words


async def test_a_remembered_choice_can_be_taken_back(bot: Running, ann: Talk) -> None:
    await ann.send("orders.csv", SHEET)
    await ann.say("/columns")
    (page,) = await ann.tap("Extra")
    assert "As I first had it" not in [button.label for row in page.buttons for button in row]
    await ann.tap("Line total")
    await ann.say("/columns")
    await ann.tap("Extra")
    (answer,) = await ann.tap("As I first had it")
    assert "again, the way you said" in answer.words
    (shown,) = await ann.say("/columns")
    assert "Line total ← Sum" in shown.words
    assert bot.services.store.roles(ann.person.user_id) == {}


async def test_choices_that_leave_nothing_of_a_new_file_are_set_aside(bot: Running, ann: Talk) -> None:
    layout = signature(SHEET.decode().splitlines()[0].split(","))
    await ann.send("orders.csv", SHEET)
    owner = ann.person.user_id
    for header in ("No", "When", "Who", "Sum", "Extra"):
        bot.services.store.set_role(owner, layout, header, Role.UNUSED)
    await ann.say("/undo")
    (answer,) = await ann.send("orders.csv", SHEET)
    assert "I read 200 lines" in answer.words
    assert "my own way" in answer.words


async def test_a_correction_that_breaks_the_file_changes_nothing(bot: Running, ann: Talk) -> None:
    await ann.send("orders.csv", SHEET)
    before = bot.services.store.current(ann.person.user_id)
    upload = bot.services.store.uploads(ann.person.user_id)[0]
    (answer,) = await ann.say(f"/columns {upload.id} 0 1 rating")
    assert answer.words
    if "Nothing was changed" in answer.words:
        assert bot.services.store.current(ann.person.user_id) == before


async def test_only_the_latest_file_is_kept_for_reading_again(bot: Running, ann: Talk) -> None:
    await ann.send("orders.csv", SHEET)
    first = bot.services.store.uploads(ann.person.user_id)[0]
    await ann.send("more.csv", SHEET.replace(b"2026-03", b"2026-05"))
    (answer,) = await ann.say(f"/columns {first.id} 0 4 amount")
    assert "no longer have the file" in answer.words
    folder = bot.services.store.folder_of(ann.person.user_id)
    assert len(list(folder.glob("sent-*"))) == 1


async def test_the_order_of_day_and_month_can_be_turned(ann: Talk) -> None:
    sheet = "\n".join(
        ["Order ID,Date,Customer,Total", *(f"{i},0{1 + i % 9}/0{1 + i % 5}/2026,K{i % 50},9" for i in range(90))]
    )
    await ann.send("orders.csv", sheet.encode())
    (first,) = await ann.say("/overview")
    await ann.say("/dates month")
    (second,) = await ann.say("/overview")
    await ann.say("/dates day")
    (third,) = await ann.say("/overview")
    assert second.words != third.words
    assert first.words in {second.words, third.words}


async def test_a_file_whose_characters_were_guessed_offers_what_it_could_be(ann: Talk) -> None:
    rows = "\n".join(f"{i},2026-03-0{1 + i % 9},K{i % 40},9" for i in range(90))
    sheet = f"Order ID,Date,Customer,Total\n{rows}\n900,2026-03-02,{'한국'},9\n"
    (answer,) = await ann.send("orders.csv", sheet.encode("cp949"))
    if "I guessed the characters" in answer.words:
        (offered,) = await ann.tap("Names look garbled?")
    else:
        (offered,) = await ann.say("/encoding")
    assert "한국" in offered.words
    number = next(line[0] for line in offered.words.splitlines() if "한국" in line)
    (again,) = await ann.tap(f"Number {number}")
    assert "again, the way you said" in again.words


async def test_a_correction_that_cannot_be_read_is_not_remembered(bot: Running, ann: Talk) -> None:
    sheet = "when,who,total\n" + "".join(f"2026-03-{1 + i % 28:02},K{i % 40},{9 + i % 5}\n" for i in range(90))
    await ann.send("orders.csv", sheet.encode())
    upload = bot.services.store.uploads(ann.person.user_id)[0]
    (answer,) = await ann.say(f"/columns {upload.id} 0 0 none")
    if "Nothing was changed" in answer.words:
        assert bot.services.store.roles(ann.person.user_id) == {}
    (again,) = await ann.send("next.csv", sheet.replace("2026-03", "2026-04").encode())
    assert "I read" in again.words or "already" in again.words or "Nothing was changed" not in again.words


async def test_hundreds_of_tables_are_shown_page_by_page(bot: Running, ann: Talk) -> None:
    days = {f"day {day}.csv": SHEET.replace(b"2026", f"{2020 + day % 6}".encode()) for day in range(90)}
    assert "I read 18,000 lines" in (await ann.send("all.zip", zipped(days)))[-1].words
    (page,) = await ann.say("/columns")
    shown = set()
    while True:
        assert len([button for row in page.buttons for button in row]) <= 100
        assert "of 90" in page.words
        shown |= {
            (button.data or "").split()[2] for row in page.buttons for button in row if "columns" in (button.data or "")
        }
        if not any(button.label == "More tables »" for row in page.buttons for button in row):
            break
        (page,) = await ann.tap("More tables »")
    assert {str(number) for number in range(90)} <= shown
    newest = page.words
    (before,) = await ann.tap("« Tables before")
    assert before.words != newest
    last = bot.services.store.uploads(ann.person.user_id)[0]
    (column,) = await ann.say(f"/columns {last.id} 89 4")
    assert "What is in “Extra”?" in column.words
    (back,) = await ann.tap("« Back")
    assert back.words == newest


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_said_of_hundreds_of_tables_fits_into_a_message(bot: Running, ann: Talk, language: str) -> None:
    await ann.send("all.zip", zipped({f"{year}.csv": SHEET.replace(b"2026", b"%d" % year) for year in (2024, 2025)}))
    (upload,) = bot.services.store.uploads(ann.person.user_id)
    many, say = dataclasses.replace(upload, tables=upload.tables * 200), bot.services.renderer.say
    for reply in (
        say("upload", "receipt", language, upload=many),
        say("upload", "files", language, uploads=[many] * 8, zone=UTC),
    ):
        assert reply.visible <= LONGEST_TEXT
