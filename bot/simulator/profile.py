"""What the bot tells about itself: name, descriptions, commands, menu button."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, TypeAlias

Command: TypeAlias = dict[str, str]

DEFAULT_SCOPE = {"type": "default"}


class Profile:
    """The bot's profile, by language where Telegram keeps it so ("" for all others)."""

    def __init__(self) -> None:
        self.texts: dict[str, dict[str, str]] = defaultdict(dict)
        self.menu_button: dict[str, Any] = {"type": "commands"}
        self._commands: dict[tuple[str, str], list[Command]] = {}

    def text(self, field: str, language: str) -> str:
        """The "name", "description" or "short_description" that somebody with this language sees."""
        texts = self.texts[field]
        return texts.get(language[:2]) or texts.get("", "")

    def set_commands(self, scope: dict[str, Any], language: str, commands: list[Command]) -> None:
        """Replace the commands of one scope and language; no commands remove them."""
        key = _key(scope), language
        if commands:
            self._commands[key] = commands
        else:
            self._commands.pop(key, None)

    def commands(self, scope: dict[str, Any], language: str) -> list[Command]:
        """Exactly what was set for this scope and language."""
        return self._commands.get((_key(scope), language), [])

    def menu(self, chat_id: int, language: str) -> list[Command]:
        """The commands that somebody sees in a private chat: the narrowest scope wins, then the language."""
        for scope in _scopes(chat_id):
            for spoken in (language[:2], ""):
                if commands := self.commands(scope, spoken):
                    return commands
        return []


def _scopes(chat_id: int) -> Iterator[dict[str, Any]]:
    yield {"type": "chat", "chat_id": chat_id}
    yield {"type": "all_private_chats"}
    yield DEFAULT_SCOPE


def _key(scope: dict[str, Any]) -> str:
    return json.dumps(scope, sort_keys=True)
