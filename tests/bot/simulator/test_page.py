"""The chat page in a real browser, as wide as a phone."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from telegram import Bot, BotCommand

from bot.simulator import Server, Telegram, serve

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM IS INSTALLED: the chat page is not tested")

OUTSIDE = "about:blank", "data:", "blob:"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, server: Server, remote_bot: Bot) -> AsyncIterator[Page]:
    """The page of the first person, in English; it fails the test if it complains or looks outside."""
    await remote_bot.set_my_commands([BotCommand("segments", "Who are my customers?")])
    await remote_bot.set_my_commands([BotCommand("segments", "客户分群")], language_code="zh")
    await remote_bot.set_my_description("Send me a spreadsheet.")
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="en")
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on(
        "request",
        lambda request: None if request.url.startswith((server.address, *OUTSIDE)) else complaints.append(request.url),
    )
    await page.goto(server.address)
    yield page
    assert complaints == []
    await context.close()


async def begin(page: Page) -> None:
    await page.get_by_role("button", name="Start").click()
    await expect(page.locator(".message.in")).to_have_count(1)


async def test_from_start_to_an_edit_in_place(page: Page, telegram: Telegram) -> None:
    await expect(page.locator("#description")).to_have_text("Send me a spreadsheet.")
    await begin(page)
    await page.get_by_label("Message", exact=True).fill("first\nsecond <b>line</b>")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.out .words").last).to_contain_text("second <b>line</b>")
    answer = page.locator(".message.in").last
    await expect(answer).to_contain_text("you said 你说: first")
    await expect(answer.locator("strong")).to_have_text("you said")
    await answer.get_by_role("button", name="Edit 改").click()
    await expect(answer).to_contain_text("改好了 edited in place")
    await expect(answer.locator(".edited")).to_have_text("edited")
    await expect(answer.locator(".key")).to_have_count(0)
    await expect(page.locator("#toast")).to_have_text("as you wish")
    assert len(telegram.chat(1).replies) == 2


async def test_alert(page: Page) -> None:
    await begin(page)
    await page.get_by_role("button", name="Alert").click()
    await expect(page.get_by_role("alertdialog")).to_contain_text("careful")
    await page.get_by_role("button", name="OK").click()
    await expect(page.get_by_role("alertdialog")).to_be_hidden()


async def test_upload_picture_and_download(page: Page, tmp_path: Path, telegram: Telegram) -> None:
    await begin(page)
    file = tmp_path / "订单 1.csv"
    file.write_bytes(b"customer,amount\n" * 1000)
    await page.get_by_role("button", name="Attach a file").click()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name=re.compile("Choose a file")).click()
    await (await chooser.value).set_files(file)
    await expect(page.locator(".message.out:not([data-pending]) .label b")).to_have_text("订单 1.csv")
    await expect(page.locator("[data-pending]")).to_have_count(0)

    picture = page.locator(".message.in .photo img")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 300
    await picture.click()
    await expect(page.locator("#viewer")).to_be_visible()
    await page.keyboard.press("Escape")

    async with page.expect_download() as download:
        await page.get_by_role("link", name=re.compile("回订单 1.csv")).click()
    saved = await download.value
    assert saved.suggested_filename == "回订单 1.csv"
    assert Path(await saved.path()).read_bytes() == file.read_bytes()[::-1]
    assert telegram.chat(1).messages[2].document


async def test_samples_and_language(page: Page, telegram: Telegram) -> None:
    await begin(page)
    await page.get_by_role("button", name="Attach a file").click()
    await page.get_by_role("button", name=re.compile(r"^csv orders\.csv|orders\.csv")).click()
    await expect(page.locator(".message.out .label b")).to_have_text("orders.csv")

    await page.get_by_role("button", name="中文").click()
    await expect(page.locator("#note")).to_have_text("演示 · 数据不会离开这台电脑")
    assert telegram.person(1).language == "zh-hans"
    await page.get_by_role("button", name="命令").click()
    await expect(page.locator("#commands")).to_contain_text("客户分群")
    await page.locator("[data-command=segments]").click()
    await expect(page.locator(".message.out").last).to_contain_text("/segments")
    await page.get_by_role("button", name="添加附件").click()
    await expect(page.locator("#samples")).to_contain_text("订单.csv")
    await page.keyboard.press("Escape")
    await page.wait_for_function("[...document.fonts].every(face => face.status !== 'loading')")


async def test_history_survives_a_reload_and_people_are_apart(page: Page, server: Server) -> None:
    await begin(page)
    await page.reload()
    await expect(page.locator(".message")).to_have_count(2)
    await page.goto(f"{server.address}/?user=2")
    await expect(page.get_by_role("button", name="Start")).to_be_visible()
    await expect(page.locator(".message")).to_have_count(0)


async def test_actions_deletions_and_markup(page: Page, telegram: Telegram, remote_bot: Bot) -> None:
    await begin(page)
    await remote_bot.send_chat_action(1, "typing")
    await expect(page.locator("#status")).to_have_text("typing…")
    html = (
        "<b>b<i>bi</i></b> 😀<tg-spoiler>secret</tg-spoiler> <a href='https://example.org'>link</a> <code>a&lt;b</code>"
    )
    message = await remote_bot.send_message(1, html, parse_mode="HTML")
    words = page.locator(f"#message-{message.message_id} .words")
    await expect(words.locator("strong em")).to_have_text("bi")
    await expect(words.locator("a")).to_have_attribute("href", "https://example.org")
    await expect(words.locator("code")).to_have_text("a<b")
    await words.locator(".spoiler").click()
    await expect(words.locator(".spoiler.revealed")).to_have_text("secret")
    await expect(page.locator("#status")).to_have_text("bot")
    await message.delete()
    await expect(page.locator(f"#message-{message.message_id}")).to_have_count(0)
    assert telegram.chat(1).actions == ["typing"]


async def test_dropped_files_are_sent(page: Page) -> None:
    await begin(page)
    transfer = await page.evaluate_handle(
        "() => { const data = new DataTransfer(); data.items.add(new File(['a,b'], 'dropped.csv')); return data; }"
    )
    await page.dispatch_event("#log", "dragenter", {"dataTransfer": transfer})
    await expect(page.locator("#drop")).to_be_visible()
    await page.dispatch_event("#log", "drop", {"dataTransfer": transfer})
    await expect(page.locator("#drop")).to_be_hidden()
    await expect(page.locator(".message.out .label b")).to_have_text("dropped.csv")


async def test_the_printed_address_just_works(browser: Browser, telegram: Telegram) -> None:
    server = await serve(telegram, key="k" * 32)
    page = await browser.new_page()
    await page.goto(server.page)
    await expect(page.get_by_role("button", name="Start")).to_be_visible()
    assert page.url == f"{server.address}/"
    await page.reload()
    await expect(page.get_by_role("button", name="Start")).to_be_visible()
    await page.goto(f"{server.address}/?user=2")
    await expect(page.get_by_role("button", name="Start")).to_be_visible()
    await page.close()
    await server.close()
