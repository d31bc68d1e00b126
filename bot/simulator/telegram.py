"""Telegram itself: everything it knows, and nothing that touches a socket."""

import asyncio
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

from bot.simulator.faults import ApiError, Fault, Flood, bad_request, strike
from bot.simulator.files import Files
from bot.simulator.groups import Group
from bot.simulator.messages import Chat, Message
from bot.simulator.methods import METHODS
from bot.simulator.params import Params, Uploads
from bot.simulator.people import Person
from bot.simulator.profile import Profile
from bot.simulator.queries import Queries
from bot.simulator.updates import Updates

Kind: TypeAlias = Literal["message", "deleted", "action", "answer", "profile"]
T = TypeVar("T")

_GLANCE = 0.05


@dataclass(frozen=True)
class Event:
    """Something that one chat (or, with None, every chat) has to show now."""

    kind: Kind
    chat_id: int | None
    subject: Any = None


class Telegram:
    """A Telegram of one bot and any number of people, in memory.

    Args:
        token: The bot's token; by default a new one.
        username: The bot's username.
        first_name: The bot's name, until it sets another.
        clock: Seconds since 1970.

    Attributes:
        faults: What goes wrong on purpose, in the order in which it is tried.
        floods: How much is too much; by default nothing is.
        listeners: Called with every event, as it happens.
    """

    def __init__(
        self,
        token: str | None = None,
        *,
        username: str = "pocket_marketer_bot",
        first_name: str = "Pocket Marketer",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token = token or f"{secrets.randbelow(10**9) + 10**9}:{secrets.token_urlsafe(26)}"
        self.username = username
        self.first_name = first_name
        self.files = Files()
        self.profile = Profile()
        self.queries = Queries(clock)
        # Bots remember which updates they have handled, so ids must go on growing when this process starts anew.
        self.updates = Updates(first_id=int(clock()))
        self.webhook = self.webhook_secret = ""
        self.faults: list[Fault] = []
        self.floods: list[Flood] = []
        self.listeners: list[Callable[[Event], None]] = []
        self._clock = clock
        self._people: dict[int, Person] = {}
        self._groups: dict[int, Group] = {}
        self._chats: dict[int, Chat] = {}
        self._last_message_id = 0
        self._news = asyncio.Event()

    # The bot's door

    async def call(self, method: str, params: dict[str, Any], files: Uploads | None = None) -> Any:
        """Do what the bot asks, as `https://api.telegram.org/bot<token>/<method>` would.

        Args:
            method: "sendMessage", "getUpdates" …; case does not matter.
            params: Values, or their JSON.
            files: Uploads by the name of their part: file name and bytes.

        Returns:
            The `result` of the answer, ready for JSON.

        Raises:
            ApiError: Telegram refuses.
            Dropped: A fault broke the connection.
        """
        strike(self.faults, method, "before")
        for flood in self.floods:
            flood.count(method, params.get("chat_id"), time.monotonic())
        function = METHODS.get(method.lower())
        if function is None:
            raise ApiError(404, "Not Found")
        result = await function(self, Params(params, files or {}))
        strike(self.faults, method, "after")
        return result

    def file(self, path: str) -> bytes:
        """The bytes behind `https://api.telegram.org/file/bot<token>/<path>`.

        Raises:
            ApiError: 404, there is no such file.
        """
        strike(self.faults, "file", "before")
        found = self.files.by_path(path)
        if found is None:
            raise ApiError(404, "Not Found")
        strike(self.faults, "file", "after")
        return found.content

    def me(self) -> dict[str, Any]:
        """The bot's own User object."""
        return {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": self.profile.text("name", "") or self.first_name,
            "username": self.username,
        }

    # The people's door

    def person(self, user_id: int, first_name: str | None = None, language: str | None = None) -> Person:
        """The person of this id; whoever is new gets the name and the language given."""
        person = self._people.get(user_id)
        if person is None:
            person = Person(self, user_id, first_name or f"Person {user_id}", language or "en")
            self._people[user_id] = person
        return person

    def group(self, chat_id: int, title: str = "Group") -> Group:
        """The group of this (negative) id; a new one has the bot in it."""
        return self._groups.setdefault(chat_id, Group(self, chat_id, title))

    def chat(self, chat_id: int) -> Chat:
        """The chat with the person, or of the group, of this id."""
        return self._chats.setdefault(chat_id, Chat(chat_id))

    def redeliver(self, update_id: int) -> None:
        """Deliver an update a second time, as Telegram may."""
        self.updates.redeliver(update_id)

    async def until(self, predicate: Callable[[], T], timeout: float = 10.0) -> T:  # noqa: ASYNC109 - it names the chats
        """Wait until `predicate()` is true, and return what it returned.

        It is asked whenever something happens here, and now and then in case it is about something else.

        Raises:
            TimeoutError: It did not become true; the message tells what stood in the chats.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (result := predicate()):
                    self._news.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._news.wait(), _GLANCE)
                return result
        except TimeoutError:
            raise TimeoutError(f"still waiting after {timeout} s; {self._transcript()}") from None

    # For the methods and the people

    def now(self) -> int:
        """The time of day, as Telegram dates messages."""
        return int(self._clock())

    def addressee(self, chat_id: int) -> Person | Group:
        """The person, or group, whom the bot writes to.

        Raises:
            ApiError: The bot may not.
        """
        group = self._groups.get(chat_id)
        if group is not None:
            if not group.has_bot:
                raise ApiError(403, "Forbidden: bot is not a member of the group chat")
            return group
        person = self._people.get(chat_id)
        if person is None:
            raise bad_request("chat not found")
        if not person.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        if person.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        return person

    def add(self, chat_id: int, sender: dict[str, Any], *, reply_to: int | None = None, **content: Any) -> Message:
        """Put a message at the end of a chat."""
        chat = self.chat(chat_id)
        answered = chat.message(reply_to) if reply_to else None
        if reply_to and answered is None:
            raise bad_request("message to be replied not found")
        self._last_message_id += 1
        message = Message(self._last_message_id, chat_id, sender, self.now(), reply_to=answered, **content)
        chat.messages.append(message)
        self.announce("message", chat_id, message)
        return message

    def announce(self, kind: Kind, chat_id: int | None, subject: Any = None) -> None:
        """Tell whoever waits or watches."""
        self._news.set()
        for listener in tuple(self.listeners):
            listener(Event(kind, chat_id, subject))

    def _transcript(self) -> str:
        lines = [
            f"{'bot' if message.from_bot else chat.chat_id}: {message.words[:200]!r}"
            for chat in self._chats.values()
            for message in chat.messages[-3:]
        ]
        return "the last messages are " + ("; ".join(lines) or "none")
