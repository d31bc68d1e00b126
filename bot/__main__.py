"""The command line: `pocket-marketer demo` and `run`; `pair`, `check`, `key`, `backup` and `restore` for whoever keeps the server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from bot import logs, settings
from bot.settings import SettingsProblem

# python-telegram-bot otherwise warns at every request to wait.
os.environ.setdefault("PTB_TIMEDELTA", "1")


class Hopeless(click.ClickException):
    """What a new start does not mend; ends with the status that wrong settings end with."""

    exit_code = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pocket-marketer")
def main() -> None:
    """A marketing assistant that lives in Telegram."""
    # Whatever is written, here and in the workers, is for this user of the machine alone.
    os.umask(0o077)


@main.command()
def run() -> None:
    """Talk to Telegram. Needs POCKET_TOKEN; see the README for all settings."""
    from bot import app

    with _told():
        asyncio.run(app.run(_loaded(needs_token=True)))


@main.command()
@click.option("--port", default=8765, show_default=True, help="Where the chat page is served; 0 takes a free port.")
def demo(port: int) -> None:
    """Try the bot on a chat page of this machine: no Telegram account, nothing leaves this machine."""
    from bot.simulator import demo as loopback

    with _told():
        asyncio.run(loopback.run(_loaded, port))


@main.command()
def pair() -> None:
    """Print a new pairing link, also while the bot runs: whoever opens it is the owner, in the place of any before."""
    from bot import access
    from bot.store.base import usable
    from bot.store.facts import Facts

    loaded = _loaded()
    if loaded.owners:
        raise click.ClickException("POCKET_OWNERS says who may talk to the bot, so there is nobody to pair")
    with _told(), usable(loaded.data):
        facts = Facts.beside(loaded.data)
        if facts is None or facts.fact(access.NAME) is None:
            raise click.ClickException(
                f"the bot never ran with the data folder {loaded.data}: `pocket-marketer run` prints a link"
            )
        click.echo(access.invite(facts, datetime.now(UTC)))
    click.echo("It works once, within an hour.", err=True)


@main.command()
def check() -> None:
    """Look whether this server is fit to run the bot: token, folder, space, fonts, clock."""
    from bot import check as looked

    sys.exit(0 if asyncio.run(looked.run(_loaded(needs_token=True))) else 1)


@main.command()
def key() -> None:
    """Print a new key for POCKET_KEY, under which names, contacts and sent files are encrypted. Keep it: nothing opens without."""
    from bot import sealing

    click.echo(sealing.new_key())


@main.command()
def backup() -> None:
    """Copy all that is remembered to the folder `backups` of the data folder, also while the bot runs."""
    from bot.store import backups
    from bot.store.base import usable

    loaded = _loaded()
    name, keep = backups.stamp(datetime.now(UTC)), loaded.backups or backups.KEPT
    with _told(), usable(loaded.data):
        click.echo(backups.back_up(loaded.data, name, keep))


@main.command()
@click.argument("name", required=False)
def restore(name: str | None) -> None:
    """Go back to a backup; without a NAME list those there are. The bot must not be running."""
    from bot.store import backups

    folder = _loaded().data
    if name is None:
        click.echo("\n".join(backups.names(folder)) or "there are no backups")
        return
    try:
        with _told():
            backups.restore(folder, name)
    except backups.NoBackup as wrong:
        raise click.ClickException(str(wrong)) from None
    click.echo(f"restored {name}; what was there before is the backup {backups.BEFORE}")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Say in a sentence why nothing could be done here."""
    from telegram.error import InvalidToken

    from bot.sealing import Unreadable
    from bot.store.backups import Unfinished
    from bot.store.base import Unusable
    from bot.store.lock import InUse

    try:
        yield
    except Unreadable:
        raise Hopeless(
            "what is in the data folder is encrypted, and not with this POCKET_KEY, or not by this version: set the right key"
        ) from None
    except (InUse, Unusable, Unfinished) as wrong:
        raise click.ClickException(str(wrong)) from None
    except InvalidToken:
        raise Hopeless("Telegram does not take POCKET_TOKEN: ask @BotFather for /token") from None


def _loaded(*, needs_token: bool = False, **given: object) -> settings.Settings:
    try:
        loaded = settings.load(needs_token=needs_token, **given)
    except SettingsProblem as wrong:
        for problem in wrong.problems:
            click.echo(problem, err=True)
        sys.exit(2)
    # From here on the settings alone know it: what is started by this process reads files from strangers.
    os.environ.pop("POCKET_TOKEN", None)
    logs.set_up(loaded.log)
    return loaded


if __name__ == "__main__":
    main()
