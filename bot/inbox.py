"""Nothing fetched is lost: updates are kept before Telegram counts them as delivered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telegram import Update
from telegram.constants import ChatType
from telegram.error import Conflict, InvalidToken, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.access import Access
from bot.outbox import Outbox, waits
from bot.store.inbox import Inbox, NotKept

log = logging.getLogger(__name__)

SLOWLY = 15.0
LAST_FETCH = 3.0
# Telegram itself has been wrong about a token for a moment.
MOST_REFUSALS = 4
FETCH = "getUpdates"
UNREACHABLE = "Telegram cannot be reached; it is tried until it can"
UNREADABLE = "what Telegram sends cannot be read; this version of the bot may be too old for it"
REFUSED = (
    "Telegram does not take the token any more. If it was revoked, set POCKET_TOKEN to the new one from @BotFather."
)
CONFLICT = (
    "Another program fetches this bot's messages with the same token, and only one can. End the other one: perhaps the bot "
    "still runs on another machine. If there is none, ask @BotFather for a new token: somebody else may have this one."
)
HOOKED = (
    "Somebody has Telegram bring this bot's messages to a webhook, so they cannot be fetched. Start this bot again, and it "
    "takes the webhook away; if it comes back, another program or person has this token: ask @BotFather for a new one."
)

Keep = Callable[[Sequence[Update]], Awaitable[tuple[Update, ...]]]


class KeepingBot(ExtBot[None]):
    """A bot that keeps what it fetched before it hands it on; the next fetch is what confirms it to Telegram.

    What is brought to a webhook it is given by `keep`, before it is confirmed.
    """

    def __init__(self, *args: Any, keep: Keep, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keep = keep
        self._told: str | None = None
        self._failures = self._refusals = 0
        self._refused = asyncio.Event()

    @property
    def refused(self) -> asyncio.Event:
        """Set when Telegram has refused the token so often that there is nothing to wait for."""
        return self._refused

    async def initialize(self) -> None:
        """Get to know Telegram, as soon as it can be reached: a server may be up before its network is."""
        for wait in waits():
            try:
                await super().initialize()
            except InvalidToken:
                raise
            except TelegramError as error:
                self._tell(UNREACHABLE, error)
                await asyncio.sleep(wait)
            else:
                return

    async def get_updates(self, *args: Any, **kwargs: Any) -> tuple[Update, ...]:
        # The very last fetch, as the bot goes down, does not wait.
        is_last = not kwargs.get("timeout")
        if is_last:
            kwargs["read_timeout"] = LAST_FETCH
        try:
            kept = await self.keep(await super().get_updates(*args, **kwargs))
        except Exception as error:
            wait = self._in_trouble(error)
            await asyncio.sleep(0 if is_last else wait)
            if isinstance(error, TelegramError) and not isinstance(error, InvalidToken):
                raise
            # This is waited for and tried again; anything else ends the fetching for good, or is repeated at once.
            raise TelegramError(type(error).__name__) from error
        self._failures = self._refusals = 0
        if self._told not in {None, CONFLICT}:
            log.warning("Updates come in again")
            self._told = None
        return kept

    async def _do_post(self, endpoint: str, *args: Any, **kwargs: Any) -> Any:
        """An answer of Telegram's. An update that cannot be read is a mere number to be confirmed: else it came for ever."""
        answer = await super()._do_post(endpoint, *args, **kwargs)
        if endpoint == FETCH and isinstance(answer, list):
            return [body if read(body, self) else {"update_id": body["update_id"]} for body in answer]
        return answer

    async def keep(self, updates: Sequence[Update]) -> tuple[Update, ...]:
        """The updates, once they are on disk."""
        return await self._keep(updates)

    def _in_trouble(self, error: Exception) -> float:
        """Tell what is wrong with the fetching; how many seconds it is to be left alone for."""
        self._failures += 1
        if isinstance(error, Conflict):
            self._tell(HOOKED if "webhook" in error.message else CONFLICT)
            # Whoever fetches ends the other's fetch.
            return SLOWLY
        if isinstance(error, InvalidToken):
            self._tell(REFUSED)
            self._refusals += 1
            if self._refusals >= MOST_REFUSALS:
                self._refused.set()
            return SLOWLY
        if isinstance(error, TelegramError):
            # A long poll that is cut off now and then is nothing to tell.
            if self._failures > 1 or not isinstance(error, TimedOut):
                self._tell(UNREACHABLE, error)
            return 0
        # Not confirmed either: Telegram hands it over again.
        self._tell(str(error) if isinstance(error, NotKept) else f"{UNREADABLE} ({type(error).__name__})")
        return 0

    def _tell(self, trouble: str, error: TelegramError | None = None) -> None:
        """Log what is wrong, once as long as it lasts."""
        if self._told != trouble:
            log.error("%s%s", trouble, f": {error}" if error else "")
        self._told = trouble


def read(body: Any, bot: KeepingBot) -> Update | None:
    """An update as Telegram sends it; None where it cannot be read, and never could be."""
    try:
        return Update.de_json(body, bot)
    except Exception as error:  # noqa: BLE001 - whatever is in it, those behind it are to come in
        log.error("%s (%s): an update is passed over", UNREADABLE, type(error).__name__)  # noqa: TRY400
        return None


def keeper(inbox: Inbox, access: Access, outbox: Outbox) -> Keep:
    """Keep the updates of people who may talk to the bot; of strangers nothing is stored.

    An update that came before is handed on without its content, as a number to be confirmed.
    """

    async def keep(updates: Sequence[Update]) -> tuple[Update, ...]:
        admitted = [
            (update.update_id, update.effective_user.id, update.to_dict())
            for update in updates
            if update.effective_user is not None and access.admits(update.effective_user.id)
        ]
        known = set(await inbox.receive(admitted) if admitted else ())
        kept = []
        for update in updates:
            kept.append(Update(update.update_id) if update.update_id in known else update)
            known.add(update.update_id)
            if update.message is not None and update.message.chat.type == ChatType.PRIVATE:
                outbox.saw(update.message.message_id)
        return tuple(kept)

    return keep
