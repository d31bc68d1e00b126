"""How the bot answers a tap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.simulator.faults import bad_request
from bot.simulator.messages import Toast

if TYPE_CHECKING:
    from bot.simulator.params import Params
    from bot.simulator.telegram import Telegram

_LONGEST = 200


async def answer_callback_query(telegram: Telegram, params: Params) -> bool:
    text = params.text("text")
    if len(text) > _LONGEST:
        raise bad_request("MESSAGE_TOO_LONG")
    query = telegram.queries.answer(params.text("callback_query_id"))
    toast = Toast(text, params.flag("show_alert"))
    telegram.chat(query.chat_id).toasts.append(toast)
    telegram.announce("answer", query.chat_id, (query, toast))
    return True
