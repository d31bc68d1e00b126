"""What the bot asks for: updates, files, itself, a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.simulator.faults import ApiError, bad_request
from bot.simulator.files import DOWNLOAD_LIMIT

if TYPE_CHECKING:
    from bot.simulator.params import Params
    from bot.simulator.telegram import Telegram


async def get_me(telegram: Telegram, _: Params) -> dict[str, Any]:
    return telegram.me() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_updates(telegram: Telegram, params: Params) -> list[dict[str, Any]]:
    if telegram.webhook:
        reason = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        raise ApiError(409, f"Conflict: {reason}")
    return await telegram.updates.poll(
        offset=params.integer("offset"),
        limit=params.integer("limit", 100),
        seconds=params.integer("timeout"),
        allowed=params.structure("allowed_updates"),
    )


async def set_webhook(telegram: Telegram, params: Params) -> bool:
    """Remember the address, so that polling is refused; a courier may bring updates to where it leads."""
    telegram.webhook, telegram.webhook_secret = params.text("url"), params.text("secret_token")
    telegram.updates.allow(params.structure("allowed_updates"))
    if telegram.webhook and not telegram.webhook.startswith("https://"):
        telegram.webhook = ""
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    return True


async def delete_webhook(telegram: Telegram, params: Params) -> bool:
    telegram.webhook = ""
    if params.flag("drop_pending_updates"):
        telegram.updates.drop()
    return True


async def get_webhook_info(telegram: Telegram, _: Params) -> dict[str, Any]:
    return {
        "url": telegram.webhook,
        "has_custom_certificate": False,
        "pending_update_count": len(telegram.updates),
    }


async def log_out(_telegram: Telegram, _: Params) -> bool:
    return True


async def close(_telegram: Telegram, _: Params) -> bool:
    return True


async def get_file(telegram: Telegram, params: Params) -> dict[str, Any]:
    file = telegram.files.by_id(params.text("file_id"))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(file.content) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {
        "file_id": file.file_id,
        "file_unique_id": file.file_unique_id,
        "file_size": len(file.content),
        "file_path": file.path,
    }


async def get_chat(telegram: Telegram, params: Params) -> dict[str, Any]:
    person = telegram.addressee(params.integer("chat_id"))
    return person.chat_to_api() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
        ),
    }
