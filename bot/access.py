"""Who may talk to this bot: those named in the settings, or whoever opened the pairing link first."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections import Counter
from datetime import datetime, timedelta

from bot.settings import EVERYBODY, Settings
from bot.store import Store
from bot.store.facts import PAIRED, Facts

log = logging.getLogger(__name__)

INVITATION = "invitation"
NAME = "bot_name"
LASTS = timedelta(hours=1)
MOST_GUESSES = 5
MOST_GUESSES_OF_ALL = 50


class Access:
    """Decides by Telegram user id. Without owners in the settings whoever opens the pairing link becomes the owner.

    Wrong codes are counted: after five somebody is no longer listened to, after fifty in all the code is void.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self._named = settings.owners
        self._store = store
        self._guesses: Counter[int] = Counter()
        self._guessed_at: str | None = None

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

    @property
    def is_open(self) -> bool:
        """Whether the bot has no owner yet."""
        return not self._named and self.paired is None

    def opening_link(self, bot_name: str, now: datetime) -> str | None:
        """The link to print at a start; None when there is an owner already."""
        self._store.set_fact(NAME, bot_name)
        return invite(self._store, now) if self.is_open else None

    def pair(self, user_id: int, code: str, now: datetime) -> bool:
        """Make this person the owner if the code is right; it works once, and for an hour."""
        known = self._store.fact(INVITATION)
        if self._named or known is None:
            return False
        if known != self._guessed_at:
            self._guesses, self._guessed_at = Counter(), known
        invitation = json.loads(known)
        if now >= datetime.fromisoformat(invitation["until"]) or self._guesses[user_id] >= MOST_GUESSES:
            return False
        if not secrets.compare_digest(_hash(code), invitation["hash"]):
            self._guesses[user_id] += 1
            if self._guesses.total() >= MOST_GUESSES_OF_ALL:
                self._store.set_fact(INVITATION, None)
                log.warning("too many wrong pairing codes, the link is void: `pocket-marketer pair` prints a new one")
            return False
        self._store.set_fact(INVITATION, None)
        self._store.set_fact(PAIRED, str(user_id))
        return True


def invite(facts: Facts, now: datetime) -> str:
    """A new link, in the place of any before it: whoever opens it first is the owner from then on.

    Only the code's hash is stored, so that neither a backup nor a look into the database gives it away.
    """
    code = secrets.token_urlsafe(24)
    facts.set_fact(INVITATION, json.dumps({"hash": _hash(code), "until": (now + LASTS).isoformat()}))
    return f"https://t.me/{facts.fact(NAME)}?start={code}"


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
