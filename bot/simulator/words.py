"""The words of a message as the bot gives them: marked up, checked against Telegram's limits."""

from dataclasses import dataclass

from bot.simulator.entities import Entity, found_in, trim
from bot.simulator.faults import bad_request
from bot.simulator.markup import parse
from bot.simulator.params import Params

_RAW_BYTES = 32 * 1024
_LONGEST = {"text": 4096, "caption": 1024}
_TOO_LONG = {"text": "message is too long", "caption": "message caption is too long"}


@dataclass(frozen=True)
class Words:
    """Plain text, its entities, and the markup that it came from."""

    plain: str
    entities: list[Entity]
    html: str


def read(params: Params, name: str) -> Words:
    """Read the parameter "text" or "caption"; a caption may be missing.

    Raises:
        ApiError: 400, as Telegram refuses: empty, too long, markup that cannot be parsed.
    """
    raw = params.text(name)
    if len(raw.encode()) > _RAW_BYTES:
        raise bad_request(_TOO_LONG[name])
    mode = params.text("parse_mode").lower()
    if mode not in {"", "html"}:
        # Telegram knows Markdown too; a bot that sends it is not served here.
        raise bad_request("unsupported parse_mode")
    marked = params.structure(f"{'caption_' if name == 'caption' else ''}entities") or []
    plain, entities = parse(raw) if mode else trim(raw, marked)
    if name == "text" and not plain:
        raise bad_request("text must be non-empty" if raw.strip() else "message text is empty")
    if len(plain) > _LONGEST[name]:
        raise bad_request(_TOO_LONG[name])
    entities = sorted(entities + found_in(plain, entities), key=lambda one: (one["offset"], -one["length"]))
    return Words(plain, entities, raw)
