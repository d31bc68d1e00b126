"""A loopback Telegram: the real bot talks to it, in the demo and in the tests.

`Telegram` is the whole state without any I/O. Two doors lead to it: `DirectRequest` in this process, and `serve` over
HTTP, with a chat page. People write to the bot through `Person`.
"""

from bot.simulator.door import DirectRequest
from bot.simulator.faults import ApiError, Dropped, Fault, Garbled, Unreachable
from bot.simulator.messages import Button, Chat, Message, Toast
from bot.simulator.people import Person
from bot.simulator.server import Server, serve
from bot.simulator.telegram import Telegram

__all__ = [
    "ApiError",
    "Button",
    "Chat",
    "DirectRequest",
    "Dropped",
    "Fault",
    "Garbled",
    "Message",
    "Person",
    "Server",
    "Telegram",
    "Toast",
    "Unreachable",
    "serve",
]
