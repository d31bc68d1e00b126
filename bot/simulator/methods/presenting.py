"""How the bot presents itself: commands, name, descriptions, menu button."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.simulator.faults import bad_request
from bot.simulator.profile import DEFAULT_SCOPE, Command

if TYPE_CHECKING:
    from bot.simulator.params import Params
    from bot.simulator.telegram import Telegram

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
_MOST_COMMANDS = 100
_LONGEST_HINT = 256
_LONGEST = {"name": 64, "description": 512, "short_description": 120}


async def set_my_commands(telegram: Telegram, params: Params) -> bool:
    commands = [_command(item) for item in params.structure("commands") or []]
    if len(commands) > _MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    telegram.profile.set_commands(_scope(params), _language(params), commands)
    telegram.announce("profile", None)
    return True


async def get_my_commands(telegram: Telegram, params: Params) -> list[Command]:
    return telegram.profile.commands(_scope(params), _language(params))


async def delete_my_commands(telegram: Telegram, params: Params) -> bool:
    telegram.profile.set_commands(_scope(params), _language(params), [])
    telegram.announce("profile", None)
    return True


async def set_my_name(telegram: Telegram, params: Params) -> bool:
    return _set_text(telegram, params, "name")


async def get_my_name(telegram: Telegram, params: Params) -> dict[str, str]:
    return {"name": telegram.profile.text("name", _language(params)) or telegram.first_name}


async def set_my_description(telegram: Telegram, params: Params) -> bool:
    return _set_text(telegram, params, "description")


async def get_my_description(telegram: Telegram, params: Params) -> dict[str, str]:
    return {"description": telegram.profile.text("description", _language(params))}


async def set_my_short_description(telegram: Telegram, params: Params) -> bool:
    return _set_text(telegram, params, "short_description")


async def get_my_short_description(telegram: Telegram, params: Params) -> dict[str, str]:
    return {"short_description": telegram.profile.text("short_description", _language(params))}


async def set_chat_menu_button(telegram: Telegram, params: Params) -> bool:
    button = params.structure("menu_button") or {"type": "default"}
    if button.get("type") not in {"commands", "web_app", "default"}:
        raise bad_request("MenuButton has unsupported type")
    telegram.profile.menu_button = button
    telegram.announce("profile", None)
    return True


async def get_chat_menu_button(telegram: Telegram, _: Params) -> dict[str, Any]:
    return telegram.profile.menu_button


def _set_text(telegram: Telegram, params: Params, field: str) -> bool:
    text = params.text(field)
    if len(text) > _LONGEST[field]:
        raise bad_request(f"bot {field.replace('_', ' ')} is too long")
    telegram.profile.texts[field][_language(params)] = text
    telegram.announce("profile", None)
    return True


def _command(item: dict[str, Any]) -> Command:
    name, hint = str(item.get("command", "")).removeprefix("/"), str(item.get("description", "")).strip()
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(hint) <= _LONGEST_HINT:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": hint}


def _scope(params: Params) -> dict[str, Any]:
    scope: dict[str, Any] = params.structure("scope") or DEFAULT_SCOPE
    return scope


def _language(params: Params) -> str:
    language = params.text("language_code")
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language
