"""Inline keyboards, as strictly as Telegram takes them."""

from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from bot.simulator.faults import bad_request

_DATA_BYTES = 64
_BUTTONS = 100
_PER_ROW = 8
_COPY_TEXT = 256


@dataclass(frozen=True)
class Button:
    """One button under a message; one of `data`, `url` and `copy_text` says what a tap does."""

    label: str
    data: str | None = None
    url: str | None = None
    copy_text: str | None = None
    style: str | None = None

    def to_api(self) -> dict[str, Any]:
        """The InlineKeyboardButton of the Bot API."""
        fields = {
            "text": self.label,
            "callback_data": self.data,
            "url": self.url,
            "copy_text": self.copy_text and {"text": self.copy_text},
            "style": self.style,
        }
        return {name: value for name, value in fields.items() if value is not None}


Rows: TypeAlias = tuple[tuple[Button, ...], ...]


def parse(markup: Any) -> Rows:
    """Read a `reply_markup`; markups that are no inline keyboard leave no buttons.

    Raises:
        ApiError: 400 for a keyboard that Telegram would refuse.
    """
    if markup is None or markup == "":
        return ()
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    if any(len(row) > _PER_ROW for row in rows) or sum(len(row) for row in rows) > _BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return tuple(tuple(_button(button) for button in row) for row in rows if row)


def to_api(rows: Rows) -> dict[str, Any]:
    """The InlineKeyboardMarkup of the Bot API."""
    return {"inline_keyboard": [[button.to_api() for button in row] for row in rows]}


def _button(button: Any) -> Button:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    label = str(button.get("text", "")).strip()
    if not label:
        raise bad_request("can't parse inline keyboard button: field text must be non-empty")
    style = button.get("style")
    if "callback_data" in button:
        data = str(button["callback_data"])
        if not 1 <= len(data.encode()) <= _DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        return Button(label, data=data, style=style)
    if "url" in button:
        return Button(label, url=_url(str(button["url"])), style=style)
    if "copy_text" in button:
        text = str(button["copy_text"].get("text", ""))
        if not 1 <= len(text) <= _COPY_TEXT:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        return Button(label, copy_text=text, style=style)
    raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")


def _url(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme == "tg":
        return url
    if parts.scheme not in {"http", "https"}:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    if "." not in (parts.hostname or "").strip("."):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return url if "://" in url else f"http://{url}/"
