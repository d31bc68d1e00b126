"""Telegram's way to a webhook: every update is brought until it is taken."""

from __future__ import annotations

import asyncio

import httpx

from bot.simulator.telegram import Telegram

HEADER = "X-Telegram-Bot-Api-Secret-Token"
_AGAIN = 0.2


async def bring(telegram: Telegram, address: str) -> None:
    """Bring one update after the other to `address`, for good. It stands for what the webhook's public address leads to.

    An answer other than 2xx, or none, is a reason to bring the same update again.
    """
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            update = await telegram.updates.first()
            headers = {HEADER: telegram.webhook_secret} if telegram.webhook_secret else {}
            try:
                taken = (await client.post(address, json=update, headers=headers)).is_success
            except httpx.HTTPError:
                taken = False
            if taken:
                telegram.updates.confirm(update["update_id"])
            else:
                await asyncio.sleep(_AGAIN)
