"""The messages of a play to its customers: the draft that is shown, and each customer's own for the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analytics import language
from analytics.dataset import Role
from analytics.drafts import CHAT, EMAIL, SMS, Message, Words
from analytics.suggestions import Desk

Person = tuple[object, object]
"""A name and the product that the play is about, None where there is none."""


class Letters:
    """What customers are written for their plays, through a `channel`: where none is named, one they have contacts for."""

    def __init__(self, desk: Desk, kinds: Iterable[str], keys: Iterable[str], channel: str | None = None) -> None:
        keys = list(keys)
        self.kinds = list(kinds)
        told = desk.members.contacts.of(keys)
        usual = SMS if Role.PHONE in told else EMAIL if Role.EMAIL in told else CHAT
        self.channel = channel or usual
        names = told.get(str(Role.NAME), [None] * len(keys))
        products = [desk.found.product[desk.place[key]] if key in desk.place else None for key in keys]
        self.people: list[Person] = list(zip(names, products, strict=True))
        asked = desk.asked
        self.words = (
            {kind: Words(asked.drafts, kind, asked.terms.shop, desk.off) for kind in self.kinds} if asked.drafts else {}
        )

    def message(self, version: str) -> Message:
        """The draft of a play for all, with placeholders for what differs from customer to customer."""
        (words,) = self.words.values()
        return words.message(self.channel, version, self.people)

    def columns(self, versions: Sequence[str], reader: str) -> dict[str, list[str]]:
        """Every customer's own message in each version, ready to be sent; nothing where there are no drafts."""
        found: dict[str, list[str]] = {}
        for version in versions if self.words else ():
            told = self._headed([version] * len(self.people), reader)
            found |= {f"{header} {version}": texts for header, texts in told.items()}
        return found

    def assigned(self, versions: Sequence[str], reader: str) -> dict[str, list[str]]:
        """Every customer's own message in the version that they were drawn for."""
        return self._headed(versions, reader) if self.words else {}

    def _headed(self, versions: Sequence[str], reader: str) -> dict[str, list[str]]:
        headers = language.HEADERS[reader]
        told = zip(versions, self.kinds, self.people, strict=True)
        texts = [self.words[kind].text(self.channel, version, *person) for version, kind, person in told]
        if self.channel != EMAIL:
            return {headers[f"{self.channel}_text"]: texts}
        parts = [text.partition("\n") for text in texts]
        return {
            headers["email_subject"]: [subject for subject, _, _ in parts],
            headers["email_text"]: [body for _, _, body in parts],
        }
