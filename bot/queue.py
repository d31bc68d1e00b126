"""Whose job is next: owners take turns, each with one job in work at most; letters come after all that is asked for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(eq=False)
class Ticket:
    """A job that waits; `moved` is told how many are before it, whenever that changes."""

    owner: int
    moved: Callable[[int], None]
    called: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    ahead: int = 0


class FairQueue:
    """`async with queue.turn(owner): …` is entered by at most so many at a time, no owner twice."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._asked: dict[int, deque[Ticket]] = {}
        self._letters: deque[Ticket] = deque()
        self._in_work: set[int] = set()

    @asynccontextmanager
    async def turn(
        self, owner: int, moved: Callable[[int], None] = lambda ahead: None, *, last: bool = False
    ) -> AsyncIterator[None]:
        """Wait for a place. Who waits is told of by `moved`; with `last`, everybody who asks comes before it."""
        ticket = Ticket(owner, moved)
        waiting = self._letters if last else self._asked.setdefault(owner, deque())
        waiting.append(ticket)
        self._call()
        try:
            await ticket.called
        except asyncio.CancelledError:
            if ticket.called.done() and not ticket.called.cancelled():
                self._release(owner)
            else:
                waiting.remove(ticket)
                self._call()
            raise
        try:
            yield
        finally:
            self._release(owner)

    def __len__(self) -> int:
        """How many wait."""
        return len(self._letters) + sum(map(len, self._asked.values()))

    def _release(self, owner: int) -> None:
        self._in_work.discard(owner)
        self._free += 1
        self._call()

    def _call(self) -> None:
        """Give free places to whoever is next, and tell the others where they stand."""
        while self._free and (ticket := self._next()) is not None:
            self._free -= 1
            self._in_work.add(ticket.owner)
            ticket.called.set_result(None)
        for owner, tickets in list(self._asked.items()):
            if not tickets:
                del self._asked[owner]
        for ahead, ticket in enumerate(self._order()):
            if ticket.ahead != ahead + 1:
                ticket.ahead = ahead + 1
                ticket.moved(ahead + 1)

    def _next(self) -> Ticket | None:
        for owner, tickets in self._asked.items():
            if tickets and owner not in self._in_work:
                # To the end: it is the others' turn before this owner's next job.
                self._asked[owner] = self._asked.pop(owner)
                return tickets.popleft()
        for ticket in self._letters:
            if ticket.owner not in self._in_work:
                self._letters.remove(ticket)
                return ticket
        return None

    def _order(self) -> list[Ticket]:
        """Those who wait, in the order in which they will be called if nobody else comes."""
        rounds = max(map(len, self._asked.values()), default=0)
        asked = [tickets[turn] for turn in range(rounds) for tickets in self._asked.values() if turn < len(tickets)]
        return [*asked, *self._letters]
