"""What can go wrong around an analysis, as values that a template can word.

BotError
├── FileTooBig      Telegram will not hand the file over
├── NotFetched      the file did not come through the network
├── NotASheet       a picture, a voice message, a sticker
├── FileGone        only the latest file can be read again
├── TookTooLong     the job was stopped at the time limit
├── WorkerDied      the job's process ended under it
├── OutOfReach      the cluster does not answer
├── DiskFull        nothing can be written
├── Misplaced       an encrypted file is harmed, or lies where another belongs
├── GivenUp         the bot went down over it again and again
├── Cancelled       the owner stopped the job
├── UnknownZone     no time zone goes by that name
└── Outdated        words behind an act that mean nothing, as those of an older message's button
"""

from __future__ import annotations

from dataclasses import dataclass

from analytics.errors import Problem


class BotError(Problem):
    """Base of all that the bot raises on purpose."""


@dataclass(eq=False)
class FileTooBig(BotError):
    """Telegram hands over files up to `limit_mb`; this one has `megabytes`, None if it does not say."""

    filename: str
    megabytes: float | None
    limit_mb: int


@dataclass(eq=False)
class NotFetched(BotError):
    """Telegram's network did not hand the file over."""

    filename: str


@dataclass(eq=False)
class NotASheet(BotError):
    """Something came that is no document; `what` is a code: photo, voice, video, sticker, other."""

    what: str


@dataclass(eq=False)
class FileGone(BotError):
    """The file itself is no longer kept, only what was read from it."""

    filename: str


@dataclass(eq=False)
class TookTooLong(BotError):
    """The job was stopped after so many seconds."""

    seconds: int


@dataclass(eq=False)
class WorkerDied(BotError):
    """The job's process ended under it, most likely for want of memory."""


@dataclass(eq=False)
class OutOfReach(BotError):
    """The machines of the cluster cannot be reached, or are all gone."""


@dataclass(eq=False)
class DiskFull(BotError):
    """The server has no space left to write to."""


@dataclass(eq=False)
class GivenUp(BotError):
    """The bot went down each time while it was at this: the text or the name of the file, None where it has neither."""

    what: str | None


@dataclass(eq=False)
class Misplaced(BotError):
    """Something that was encrypted with this key is harmed, or was put where something else belongs."""


@dataclass(eq=False)
class Cancelled(BotError):
    """The owner stopped the job."""


@dataclass(eq=False)
class UnknownZone(BotError):
    """No time zone, and no city that we know the zone of, is called so."""

    word: str


@dataclass(eq=False)
class Outdated(BotError):
    """What stands behind the act means nothing, or nothing any more; of a typed command it is told without this."""


class Stopping(BaseException):
    """The bot is going down: whatever was being answered is left for the next start. Never told to anybody."""
