"""The methods of the Bot API: one function each, found by its name (`send_message` is sendMessage)."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeAlias

from bot.simulator.methods import answering, editing, fetching, presenting, sending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.simulator.params import Params
    from bot.simulator.telegram import Telegram

Method: TypeAlias = "Callable[[Telegram, Params], Awaitable[Any]]"

METHODS: dict[str, Method] = {
    name.replace("_", ""): function
    for module in (fetching, sending, editing, answering, presenting)
    for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
    if function.__module__ == module.__name__
}
