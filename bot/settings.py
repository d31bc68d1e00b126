"""What the environment says, as one frozen object; everything that is wrong with it is told at once."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import resources, sealing

EVERYBODY = "*"
APP = "pocket-marketer"
SECRET = frozenset(["token", "key"])
LOOPBACK = "127.0.0.1"
SCHEDULER = re.compile(r"(tcp|tls)://[^/\s]+:\d{1,5}")

# What pydantic finds wrong, as the end of a sentence.
WRONG = {
    "int_parsing": "it must be a whole number",
    "int_from_float": "it must be a whole number",
    "greater_than_equal": "it must be at least {ge}",
    "less_than_equal": "it must be at most {le}",
    "literal_error": "it must be {expected}",
    "value_error": "{error}",
}


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
    workers: int = Field(min(2, os.cpu_count() or 1), ge=0, le=64, description="Worker processes for analyses.")
    job_seconds: int = Field(
        120, ge=1, le=3600, description="An analysis that takes longer is stopped, and the owner is told."
    )
    max_rows: int = Field(3_000_000, ge=1, description="Longer sheets are refused.")
    retention_days: int = Field(
        0,
        ge=0,
        description="Names, contacts and sent files are removed so many days after the last file; 0 keeps them.",
    )
    key: SecretStr | None = Field(
        None,
        description="Key under which names, contacts and sent files are encrypted; `pocket-marketer key` prints one.",
    )
    backups: int = Field(7, ge=0, le=365, description="How many nightly backups are kept; 0 makes none.")
    log: Literal["plain", "json"] = Field("plain", description="`json` writes the log as one object a line.")
    metrics: Annotated[tuple[str, int] | None, NoDecode] = Field(
        None, description="Where Prometheus may fetch figures, such as 127.0.0.1:9464; empty: nowhere."
    )

    webhook: str | None = Field(
        None, description="Public https address at which Telegram brings messages; empty: they are fetched."
    )
    webhook_listen: Annotated[tuple[str, int], NoDecode] = Field(
        (LOOPBACK, 8443), description="Where that address leads to on this machine, without its https."
    )
    dask: str | None = Field(
        None, description="Scheduler of a Dask cluster that does the analyses, such as tcp://10.0.0.5:8786."
    )
    storage: str | None = Field(
        None, description="URL of storage over which files reach the cluster's machines, such as s3://bucket/pocket."
    )

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

    @field_validator("key", mode="before")
    @classmethod
    def _whole_key(cls, value: object) -> object:
        if not isinstance(value, str) or not value.strip():
            return None
        try:
            sealing.parsed(value)
        except ValueError:
            raise ValueError("it must be 32 bytes in base64, as `pocket-marketer key` prints them") from None
        return value

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
        try:
            # Looked at for what it cannot be: a port past 65535.
            named = urlsplit(value).hostname and urlsplit(value).port != 0
        except ValueError:
            named = False
        if not named:
            raise ValueError("it must name a host, as in https://api.telegram.org, and a port up to 65535 if any")
        return value.rstrip("/")

    @field_validator("data")
    @classmethod
    def _outside_the_checkout(cls, value: Path) -> Path:
        folder = value.expanduser().resolve()
        if resources.CHECKOUT is not None and folder.is_relative_to(resources.CHECKOUT.resolve()):
            raise ValueError("customer data must not lie inside the program's own folder")
        return folder

    @field_validator("metrics", "webhook_listen", mode="before")
    @classmethod
    def _address(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        host, _, port = value.strip().rpartition(":")
        if value.strip() and not (port.isdecimal() and 0 < int(port) < 65536):
            raise ValueError("it must be a port, such as 9464, or an address and a port, such as 127.0.0.1:9464")
        return (host.strip("[]") or LOOPBACK, int(port)) if value.strip() else None

    @field_validator("webhook", mode="before")
    @classmethod
    def _public(cls, value: object) -> object:
        if not isinstance(value, str) or not value.strip():
            return None
        address = urlsplit(value.strip())
        if address.scheme != "https" or not address.hostname:
            raise ValueError("it must begin with https://, as in https://shop.example.com/telegram")
        if address.port not in {None, 443, 80, 88, 8443}:
            raise ValueError("Telegram calls the ports 443, 80, 88 and 8443 only")
        return value.strip()

    @field_validator("dask", mode="before")
    @classmethod
    def _scheduler(cls, value: object) -> object:
        if not isinstance(value, str) or not value.strip():
            return None
        if not SCHEDULER.fullmatch(value.strip()):
            raise ValueError("it must be a scheduler's address, such as tcp://10.0.0.5:8786 or tls://10.0.0.5:8786")
        if find_spec("distributed") is None:
            raise ValueError("it needs the extra `cluster`: install '.[cluster]'")
        return value.strip()

    @field_validator("storage", mode="before")
    @classmethod
    def _openable(cls, value: object) -> object:
        if not isinstance(value, str) or not value.strip():
            return None
        if find_spec("fsspec") is None:
            raise ValueError("it needs the extra `cluster`: install '.[cluster]'")
        from fsspec import get_filesystem_class

        protocol, separator, _ = value.strip().partition("://")
        if not separator:
            raise ValueError("it must be a URL, such as file:///mnt/shared or s3://bucket/pocket")
        try:
            get_filesystem_class(protocol)
        except (ImportError, ValueError) as error:
            raise ValueError(f"such URLs cannot be opened: {error}") from None
        return value.strip()

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
        problems = [_sentence(detail) for detail in error.errors()]
    missing = "token" not in given and not os.environ.get("POCKET_TOKEN", "").strip()
    if needs_token and missing:
        problems.insert(0, "POCKET_TOKEN is not set: ask @BotFather in Telegram for a bot and its token.")
    if needs_token and settings is not None and not (settings.workers or settings.dask):
        problems.append(
            "POCKET_WORKERS: it must be at least 1, or a file that ends its reader ends the bot (it is '0')."
        )
    if problems or settings is None:
        raise SettingsProblem(problems)
    return settings


def _sentence(detail: ErrorDetails) -> str:
    field, wrong = str(detail["loc"][0]), WRONG.get(detail["type"], "it cannot be used")
    shown = "" if field in SECRET else f" (it is {str(detail['input'])!r})"
    return f"POCKET_{field.upper()}: {wrong.format(**detail.get('ctx', {}))}{shown}."
