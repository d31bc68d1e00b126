"""The command line: `pocket-marketer demo` and `pocket-marketer run`."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

import click

from bot import settings
from bot.settings import SettingsProblem

# python-telegram-bot otherwise warns at every request to wait.
os.environ.setdefault("PTB_TIMEDELTA", "1")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pocket-marketer")
def main() -> None:
    """A marketing assistant that lives in Telegram."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    # httpx writes every address at INFO, and the bot's token is part of it.
    for chatty in ("httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@main.command()
def run() -> None:
    """Talk to Telegram. Needs POCKET_TOKEN; see the README for all settings."""
    from bot import app

    asyncio.run(app.run(_loaded(needs_token=True)))


@main.command()
@click.option("--port", default=8765, show_default=True, help="Where the chat page is served; 0 takes a free port.")
def demo(port: int) -> None:
    """Try the bot on a chat page of this machine: no Telegram account, nothing leaves this machine."""
    from bot.simulator import demo as loopback

    asyncio.run(loopback.run(_loaded, port))


def _loaded(*, needs_token: bool = False, **given: object) -> settings.Settings:
    try:
        return settings.load(needs_token=needs_token, **given)
    except SettingsProblem as wrong:
        for problem in wrong.problems:
            click.echo(problem, err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
