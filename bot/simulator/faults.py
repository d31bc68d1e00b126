"""What can go wrong between a bot and Telegram, by Telegram's own rules or because a test asks for it."""

from dataclasses import dataclass
from typing import Literal

import httpx


class ApiError(Exception):
    """An answer of Telegram's that says no.

    Args:
        code: The HTTP status: 400, 401, 403, 404, 409, 413, 429 or 5xx.
        description: Telegram's text, such as "Bad Request: message is not modified".
        parameters: What else it says: `retry_after`, the seconds to wait, with 429; `migrate_to_chat_id`, a group's new id.
    """

    def __init__(self, code: int, description: str, **parameters: float) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> ApiError:
    """The refusal that a wrong request gets: 400 "Bad Request: <reason>"."""
    return ApiError(400, f"Bad Request: {reason}")


class Dropped(Exception):
    """The connection breaks: the caller gets no answer and cannot know whether Telegram acted."""


class Unreachable(Dropped, httpx.ConnectError):
    """No connection is made at all: Telegram certainly did not act."""

    def __init__(self) -> None:
        httpx.ConnectError.__init__(self, "no route to host")


class Garbled(Exception):
    """Something between answers instead of Telegram.

    Args:
        status: The HTTP status.
        body: What comes instead of JSON.
    """

    def __init__(self, status: int = 502, body: bytes = b"<html><h1>502 Bad Gateway</h1></html>") -> None:
        super().__init__(f"{status} {body!r}")
        self.status = status
        self.body = body


@dataclass
class Fault:
    """One thing that goes wrong on purpose.

    Attributes:
        method: The Bot API method that fails, as "sendMessage", or "file" for a download.
        error: What the caller gets.
        when: "before" Telegram acts, or "after" it has acted and only the answer is lost.
        times: How many calls fail before the method works again.
    """

    method: str
    error: ApiError | Dropped | Garbled
    when: Literal["before", "after"] = "before"
    times: int = 1


class Flood:
    """Telegram's flood control: whoever asks for more than so many messages in so many seconds is told to wait.

    Args:
        most: How many are taken.
        seconds: In how many seconds.
        each: Whether every chat is counted for itself, else all together.
    """

    def __init__(self, most: int, seconds: float, *, each: bool) -> None:
        self._most, self._seconds, self._each = most, seconds, each
        self._taken: dict[str, list[float]] = {}
        self.refused = 0

    def count(self, method: str, chat_id: object, now: float) -> None:
        """Take a request into account; raise 429 where it is one too many."""
        if chat_id is None or not method.lower().startswith(("send", "edit")) or method.lower() == "sendchataction":
            return
        taken = self._taken.setdefault(str(chat_id) if self._each else "", [])
        taken[:] = [at for at in taken if at > now - self._seconds]
        if len(taken) >= self._most:
            self.refused += 1
            raise ApiError(429, "Too Many Requests: retry later", retry_after=taken[0] + self._seconds - now)
        taken.append(now)


def strike(faults: list[Fault], method: str, when: Literal["before", "after"]) -> None:
    """Raise the first fault that is due, and count it."""
    for fault in faults:
        if fault.times and fault.when == when and fault.method.lower() == method.lower():
            fault.times -= 1
            raise fault.error
