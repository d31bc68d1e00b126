"""Who may talk to this bot: those named in the settings, or whoever opened the pairing link first."""

from __future__ import annotations

import secrets

from bot.settings import EVERYBODY, Settings
from bot.store import Store

PAIRED = "paired_owner"


class Access:
    """Decides by Telegram user id. Without owners in the settings a one-time code, new at each start, pairs the first."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._named = settings.owners
        self._store = store
        self._code: str | None = None
        if not self._named and self.paired is None:
            self._code = secrets.token_urlsafe(24)

    @property
    def paired(self) -> int | None:
        """The user who became the owner by the pairing link."""
        value = self._store.fact(PAIRED)
        return int(value) if value else None

    def admits(self, user_id: int) -> bool:
        """Whether this person may use the bot."""
        if self._named == EVERYBODY:
            return True
        return user_id in self._named if self._named else user_id == self.paired

    def pairing_link(self, bot_name: str) -> str | None:
        """The link that makes whoever opens it the owner; None when there is one already."""
        return f"https://t.me/{bot_name}?start={self._code}" if self._code else None

    def pair(self, user_id: int, code: str) -> bool:
        """Make this person the owner if the code is right; the code works once."""
        if self._code is None or not secrets.compare_digest(code.encode(), self._code.encode()):
            return False
        self._code = None
        self._store.set_fact(PAIRED, str(user_id))
        return True

    def unpair(self, user_id: int) -> None:
        """Forget who the paired owner is, if it is this person; the next start prints a new link."""
        if self.paired == user_id:
            self._store.set_fact(PAIRED, None)
