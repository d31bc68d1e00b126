"""What the environment says, as one frozen object; everything that is wrong with it is told at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import resources

EVERYBODY = "*"
APP = "pocket-marketer"


class SettingsProblem(Exception):
    """The settings cannot be used; `problems` are whole sentences, one for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """Environment variables with the prefix POCKET_."""

    model_config = SettingsConfigDict(env_prefix="POCKET_", frozen=True, extra="ignore")

    token: SecretStr | None = Field(None, description="The bot's token, from @BotFather. `run` needs it.")
    api_url: str = Field("https://api.telegram.org", description="Where Telegram's Bot API answers.")
    data: Path = Field(
        default_factory=lambda: platformdirs.user_data_path(APP),
        description="Folder for everything remembered (default: your user's data folder).",
    )
    owners: Annotated[frozenset[int] | Literal["*"], NoDecode] = Field(
        frozenset(),
        description="Telegram user ids that may talk to the bot, comma-separated; `*` lets everybody in, each to "
        "their own data. Empty: the first start prints a pairing link.",
    )
    language: Literal["en", "zh"] = Field("en", description="Language for people whose own is not known.")
    timezone: str = Field("UTC", description="Time zone for people whose own is not known, such as Asia/Shanghai.")
    workers: int = Field(
        min(2, os.cpu_count() or 1), ge=0, le=64, description="Worker processes for analyses; 0 computes inline."
    )
    job_seconds: int = Field(
        120, ge=1, le=3600, description="An analysis that takes longer is stopped, and the owner is told."
    )
    max_rows: int = Field(3_000_000, ge=1, description="Longer sheets are refused.")

    @field_validator("owners", mode="before")
    @classmethod
    def _split_owners(cls, value: object) -> object:
        if not isinstance(value, str) or value.strip() == EVERYBODY:
            return value.strip() if isinstance(value, str) else value
        parts = [part.strip() for part in value.replace("，", ",").split(",") if part.strip()]
        strange = [part for part in parts if not part.isdecimal()]
        if strange:
            raise ValueError(f"these are no Telegram user ids: {', '.join(strange)}")
        return frozenset(map(int, parts))

    @field_validator("token", mode="before")
    @classmethod
    def _plausible_token(cls, value: object) -> object:
        if not isinstance(value, str) or not value.strip():
            return None
        number, _, secret = value.strip().partition(":")
        if not number.isdecimal() or not secret:
            raise ValueError("a token looks like 123456:ABC-DEF, as @BotFather printed it")
        return value.strip()

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"there is no time zone {value!r}; examples are Europe/Berlin and Asia/Shanghai")
        return value

    @field_validator("api_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("it must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("data")
    @classmethod
    def _outside_the_checkout(cls, value: Path) -> Path:
        folder = value.expanduser().resolve()
        if resources.CHECKOUT is not None and folder.is_relative_to(resources.CHECKOUT.resolve()):
            raise ValueError("customer data must not lie inside the program's own folder")
        return folder

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def load(*, needs_token: bool = False, **given: object) -> Settings:
    """Settings from the environment; what is `given` wins.

    Raises SettingsProblem with a sentence for each thing that is wrong.
    """
    problems = []
    settings = None
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = [_sentence(str(detail["loc"][0]), detail["msg"], detail["input"]) for detail in error.errors()]
    missing = "token" not in given and not os.environ.get("POCKET_TOKEN", "").strip()
    if needs_token and missing:
        problems.insert(0, "POCKET_TOKEN is not set: ask @BotFather in Telegram for a bot and its token.")
    if problems or settings is None:
        raise SettingsProblem(problems)
    return settings


def _sentence(field: str, message: str, value: object) -> str:
    shown = "" if field == "token" else f" (it is {str(value)!r})"
    return f"POCKET_{field.upper()}: {message.removeprefix('Value error, ')}{shown}."
