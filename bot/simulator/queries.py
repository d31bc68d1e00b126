"""Taps on buttons that wait for the bot's answer."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.simulator.faults import bad_request

_SECONDS_TO_ANSWER = 15


@dataclass(frozen=True)
class Query:
    """One tap."""

    chat_id: int
    message_id: int
    data: str
    asked: float


class Queries:
    """Taps by id; each is answered once, and soon.

    Args:
        clock: Seconds, as `time.time`.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._open: dict[str, Query] = {}

    def ask(self, chat_id: int, message_id: int, data: str) -> str:
        """Remember a tap and return the id of its query."""
        query_id = str(secrets.randbits(62))
        self._open[query_id] = Query(chat_id, message_id, data, self._clock())
        return query_id

    def answer(self, query_id: str) -> Query:
        """Take the tap away.

        Raises:
            ApiError: 400 if it was answered before, is unknown, or is older than 15 seconds.
        """
        query = self._open.pop(query_id, None)
        if query is None or self._clock() - query.asked > _SECONDS_TO_ANSWER:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        return query
