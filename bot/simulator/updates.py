"""The queue of updates, and the long poll that empties it."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from bot.simulator.faults import ApiError

_LONGEST_WAIT = 50
_MOST_AT_ONCE = 100
_ONLY_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Updates:
    """Updates that the bot has not confirmed yet.

    Args:
        first_id: The id of the first update.
    """

    def __init__(self, first_id: int) -> None:
        self._next_id = first_id
        self._waiting: list[dict[str, Any]] = []
        self._delivered: dict[int, dict[str, Any]] = {}
        self._allowed: frozenset[str] | None = None
        self._arrival = asyncio.Event()
        self._poller: object | None = None

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def last_id(self) -> int:
        """The id of the newest update."""
        return self._next_id - 1

    def put(self, kind: str, content: dict[str, Any]) -> int:
        """Queue an update, unless the bot does not want its kind; return its id."""
        update_id = self._next_id
        self._next_id += 1
        wanted = kind in self._allowed if self._allowed else kind not in _ONLY_ON_REQUEST
        if wanted:
            self._waiting.append({"update_id": update_id, kind: content})
            self._arrival.set()
        return update_id

    def redeliver(self, update_id: int) -> None:
        """Queue once more an update that the bot has confirmed already.

        Raises:
            KeyError: The bot has not confirmed such an update.
        """
        self._waiting.insert(0, self._delivered[update_id])
        self._arrival.set()

    def drop(self) -> None:
        """Forget everything that waits."""
        self._waiting.clear()

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Remember which kinds of updates the bot wants; None leaves that as it is."""
        if kinds is not None:
            self._allowed = frozenset(kinds)

    async def first(self) -> dict[str, Any]:
        """The update that waits longest; it stays until it is confirmed."""
        while not self._waiting:
            self._arrival.clear()
            await self._arrival.wait()
        return self._waiting[0]

    def confirm(self, update_id: int) -> None:
        """Take one update as delivered."""
        for update in [update for update in self._waiting if update["update_id"] == update_id]:
            self._waiting.remove(update)
            self._delivered[update_id] = update

    async def poll(
        self, offset: int, limit: int, seconds: float, allowed: Iterable[str] | None
    ) -> list[dict[str, Any]]:
        """Confirm everything below `offset`, then return what waits, or wait for it.

        Raises:
            ApiError: 409 when another poll begins meanwhile.
        """
        self.allow(allowed)
        self._confirm_below(offset)
        me = self._poller = object()
        self._arrival.set()  # wakes an older poll, which then sees that it is not the poller any more
        loop = asyncio.get_running_loop()
        end = loop.time() + max(0.0, min(seconds, _LONGEST_WAIT))
        while not self._waiting and loop.time() < end:
            self._arrival.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(end):
                    await self._arrival.wait()
            if self._poller is not me:
                raise ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
        return self._waiting[: limit if 1 <= limit <= _MOST_AT_ONCE else _MOST_AT_ONCE]

    def _confirm_below(self, offset: int) -> None:
        if offset < 0:
            confirmed, self._waiting = self._waiting[:offset], self._waiting[offset:]
        else:
            confirmed = [update for update in self._waiting if update["update_id"] < offset]
            self._waiting = [update for update in self._waiting if update["update_id"] >= offset]
        self._delivered |= {update["update_id"]: update for update in confirmed}
