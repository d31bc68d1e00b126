"""Messages as the chat page wants them: what to show, and where its files lie."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.simulator.files import StoredFile
from bot.simulator.messages import Message
from bot.simulator.people import Person
from bot.simulator.telegram import Telegram

_TEASER = 80


def of_message(message: Message) -> dict[str, Any]:
    """One bubble."""
    return {
        "id": message.message_id,
        "out": not message.from_bot,
        "date": message.date,
        "edited": message.edited,
        "text": message.words,
        "entities": message.entities,
        "buttons": [
            [
                {
                    "label": button.label,
                    "data": button.data,
                    "url": button.url,
                    "copy": button.copy_text,
                    "style": button.style,
                }
                for button in row
            ]
            for row in message.buttons
        ],
        "document": message.document and _file(message.document),
        "photo": message.photo and _file(message.photo),
        "other": next(iter(message.other), None),
        "reply": message.reply_to and {"id": message.reply_to.message_id, "text": _teaser(message.reply_to)},
        "reaction": message.reaction,
    }


def of_bot(telegram: Telegram, person: Person) -> dict[str, Any]:
    """The bot's profile and this person's own settings, in the person's language."""
    return {
        "bot": {
            "name": telegram.profile.text("name", person.language) or telegram.first_name,
            "description": telegram.profile.text("description", person.language),
        },
        "commands": telegram.profile.menu(person.user_id, person.language),
        "user": {
            "id": person.user_id,
            "name": person.first_name,
            "language": person.language,
            "blocked": person.blocked,
        },
    }


def samples_for(folder: Path | None, language: str) -> list[Path]:
    """The sample files in somebody's language, `<folder>/zh/*` or `<folder>/en/*`, the richest first."""
    if folder is None:
        return []
    spoken = folder / ("zh" if language.startswith("zh") else "en")
    return sorted((path for path in spoken.glob("*") if path.is_file()), key=lambda path: -path.stat().st_size)


def _file(file: StoredFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "size": len(file.content),
        "url": f"media/{quote(file.path)}",
        "width": file.width,
        "height": file.height,
    }


def _teaser(message: Message) -> str:
    words = message.words or (message.document and message.document.name) or "…"
    return words[:_TEASER]
