"""Who may use the bot, and what they have chosen."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from analytics.analysis import Cuts, Terms, Vocabulary
from analytics.cleaning import Missing, Outliers, Policy
from analytics.dataset import Role
from bot.store.base import Tables, now

CUTS = TypeAdapter(Cuts)
TERMS = TypeAdapter(Terms)


@dataclass(frozen=True)
class Owner:
    """A person who may use the bot; `language` is None until they chose one, `secret` is what hides their customers.

    `zone` is the IANA name of the time zone they live in, None while it is not known.
    """

    user_id: int
    language: str | None
    vocabulary: Vocabulary
    secret: bytes = field(repr=False)
    cuts: Cuts = field(default_factory=Cuts)
    terms: Terms = field(default_factory=Terms)
    zone: str | None = None


class Owners(Tables):
    """People, and their word on columns and cleaning."""

    def owner(self, user_id: int) -> Owner | None:
        """The owner of that Telegram id, if they ever spoke here."""
        row = self._row(
            "SELECT user_id, language, vocabulary, secret, cuts, terms, zone FROM owners WHERE user_id = ?", user_id
        )
        if row is None:
            return None
        known, language, vocabulary, secret, cuts, terms, zone = row
        return Owner(
            known,
            language,
            vocabulary,
            secret,
            CUTS.validate_json(cuts) if cuts else Cuts(),
            TERMS.validate_json(terms) if terms else Terms(),
            zone,
        )

    def welcome(self, user_id: int, vocabulary: Vocabulary) -> Owner:
        """Remember a new owner, with the segment names that suit the language they start in."""
        row = {"user_id": user_id, "language": None, "vocabulary": vocabulary}
        self.db.table("owners").insert(row | {"secret": secrets.token_bytes(32), "since": now()}, ignore=True)
        owner = self.owner(user_id)
        assert owner is not None
        return owner

    def count_owners(self) -> int:
        """How many have paired or ever used the bot."""
        row = self._row("SELECT count(*) FROM owners")
        return row[0] if row else 0

    def owners(self) -> tuple[int, ...]:
        """Everybody who paired or ever used the bot."""
        return tuple(row[0] for row in self.db.execute("SELECT user_id FROM owners ORDER BY user_id"))

    def set_language(self, user_id: int, language: str) -> None:
        self.db.table("owners").update(user_id, {"language": language})

    def set_vocabulary(self, user_id: int, vocabulary: Vocabulary) -> None:
        self.db.table("owners").update(user_id, {"vocabulary": vocabulary})

    def set_zone(self, user_id: int, zone: str) -> None:
        """Remember the time zone an owner lives in, by its IANA name."""
        self.db.table("owners").update(user_id, {"zone": zone})

    def set_cuts(self, user_id: int, cuts: Cuts) -> None:
        """Remember from where on an owner calls a customer recent, frequent and valuable."""
        self.db.table("owners").update(user_id, {"cuts": CUTS.dump_json(cuts).decode()})

    def set_terms(self, user_id: int, terms: Terms) -> None:
        """Remember how an owner does business."""
        self.db.table("owners").update(user_id, {"terms": TERMS.dump_json(terms).decode()})

    # Corrections: what an owner said a column means

    def roles(self, user_id: int) -> dict[str, dict[str, Role]]:
        """The owner's corrections, by layout and header."""
        found: dict[str, dict[str, Role]] = {}
        for layout, header, role in self.db.execute(
            "SELECT layout, header, role FROM choices WHERE owner = ?", [user_id]
        ):
            found.setdefault(layout, {})[header] = Role(role)
        return found

    def set_role(self, user_id: int, layout: str, header: str, role: Role) -> None:
        """Remember what a column of sheets with this layout means to this owner."""
        row = {"owner": user_id, "layout": layout, "header": header, "role": str(role)}
        self.db.table("choices").upsert(row, pk=("owner", "layout", "header"))

    def forget_role(self, user_id: int, layout: str, header: str) -> None:
        """Let a column of sheets with this layout be recognised as usual again."""
        self.db.execute("DELETE FROM choices WHERE owner = ? AND layout = ? AND header = ?", [user_id, layout, header])

    # Cleaning: what an owner wants done about gaps and outliers

    def policies(self, user_id: int) -> dict[str, Policy]:
        """How the owner wants columns cleaned, by the column's code."""
        rows = self.db.execute("SELECT column, missing, outliers FROM policies WHERE owner = ?", [user_id])
        return {column: Policy(Missing(missing), Outliers(outliers)) for column, missing, outliers in rows}

    def set_policy(self, user_id: int, column: str, policy: Policy) -> None:
        """Remember how the owner wants a column cleaned."""
        row = {"owner": user_id, "column": column, "missing": str(policy.missing), "outliers": str(policy.outliers)}
        self.db.table("policies").upsert(row, pk=("owner", "column"))
