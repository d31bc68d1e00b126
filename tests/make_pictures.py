"""Take the README's pictures from the running demo: `.venv/bin/python tests/make_pictures.py` (needs Chromium)."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Page, async_playwright

from bot import app, settings
from bot.resources import SAMPLES
from bot.simulator.samples import up_to
from bot.simulator.server import Server, serve
from bot.simulator.telegram import Telegram

DOCS = Path(__file__).parents[1] / "docs"
PHONE = {"width": 390, "height": 844}
STORIES = {"en": ("orders.csv", "segments"), "zh": ("订单.csv", "segments")}


async def main() -> None:
    DOCS.mkdir(exist_ok=True)
    telegram = Telegram()
    with tempfile.TemporaryDirectory() as data:
        samples = up_to(datetime.now(UTC).date() - timedelta(days=1), SAMPLES, Path(data) / "samples")
        server = await serve(telegram, samples=samples)
        chosen = settings.load(
            token=telegram.token, api_url=server.address, owners="*", workers=0, data=Path(data) / "demo"
        )
        async with app.running(app.build(chosen), poll_seconds=1), async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-background-networking"]
            )
            for number, language in enumerate(STORIES, start=1):
                context = await browser.new_context(viewport=PHONE, device_scale_factor=2, locale=language)  # type: ignore[arg-type]
                page = await context.new_page()
                await _talk(page, server, telegram, number, samples / language)
                await page.screenshot(path=DOCS / f"conversation-{language}.png")
            await browser.close()
        await server.close()


async def _talk(page: Page, server: Server, telegram: Telegram, number: int, samples: Path) -> None:
    """Send the sample, ask who the customers are, and let the answer stand on the screen."""
    sample, analysis = STORIES[samples.name]
    await page.goto(f"{server.address}/?user={number}&language={samples.name}")
    await page.wait_for_selector("#app[data-state=ready]")
    person = telegram.person(number)
    person.send_document(sample, (samples / sample).read_bytes())
    await page.click(f".key[data-data={analysis}]")
    await page.wait_for_selector("[data-from=bot] img")
    await page.evaluate("document.fonts.ready")
    await page.wait_for_timeout(1500)


if __name__ == "__main__":
    asyncio.run(main())
