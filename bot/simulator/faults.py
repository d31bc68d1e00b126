"""What can go wrong between a bot and Telegram, by Telegram's own rules or because a test asks for it."""

from dataclasses import dataclass
from typing import Literal

import httpx


class ApiError(Exception):
    """An answer of Telegram's that says no.

    Args:
        code: The HTTP status: 400, 401, 403, 404, 409, 413, 429 or 5xx.
        description: Telegram's text, such as "Bad Request: message is not modified".
        retry_after: Seconds that the bot is asked to wait, with 429.
    """

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.retry_after = retry_after


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


def strike(faults: list[Fault], method: str, when: Literal["before", "after"]) -> None:
    """Raise the first fault that is due, and count it."""
    for fault in faults:
        if fault.times and fault.when == when and fault.method.lower() == method.lower():
            fault.times -= 1
            raise fault.error
