"""Days and hours as people type them: `friday 18:00`, `every mon at 9am`, 周五 18点, 每周一早上九点半."""

from __future__ import annotations

import re
import unicodedata
from datetime import time

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_DIGITS = "一二三四五六七八九"
_DAY = re.compile(
    r"\b(mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nesday|rs?|rsday|urday)?s?\b"
    r"|(?:周|週|星期|礼拜|禮拜)\s?([一二三四五六日天])"
)
_NUMERAL = re.compile(f"([{_DIGITS}]?)十([{_DIGITS}]?)|([{_DIGITS}两])(?=[点點时時])")
_HOUR = re.compile(
    r"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚)?\s*"
    r"(?P<hour>\d{1,2})(?:(?:[:.]|[点點时時]钟?)(?P<minute>\d{2}|半)?分?)?\s*(?P<half>[ap]\.?m\.?)?(?![\d:a-z])"
)
_FILLING = re.compile(r"\b(every|each|on|at|o'clock)\b|[每的在,、\s]")
_AFTERNOON = frozenset({"下午", "傍晚", "晚上", "晚"})


def when(text: str) -> tuple[int | None, time | None] | None:
    """The weekday (0 is Monday) and time of day, each None where it is not said; None where anything else is said, too."""
    rest = unicodedata.normalize("NFKC", text).casefold()
    day = _DAY.search(rest)
    rest = _NUMERAL.sub(_in_figures, _DAY.sub(" ", rest, count=1))
    hour = _HOUR.search(rest)
    at = _time(hour) if hour else None
    strange = _FILLING.sub("", _HOUR.sub(" ", rest, count=1))
    if strange or (day is None and at is None) or (hour is not None and at is None):
        return None
    return _weekday(day) if day else None, at


def _weekday(day: re.Match[str]) -> int:
    if day[1]:
        return next(number for number, name in enumerate(DAYS) if name.startswith(day[1]))
    return 6 if day[2] in "日天" else _DIGITS.index(day[2])


def _time(said: re.Match[str]) -> time | None:
    hour, part, half = int(said["hour"]), said["part"], said["half"]
    minute = 30 if said["minute"] == "半" else int(said["minute"] or 0)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    elif (part in _AFTERNOON and hour < 12) or (part == "中午" and hour < 3):
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _in_figures(numeral: re.Match[str]) -> str:
    """九 is 9, 十二 is 12, 二十 is 20."""
    tens, ones, alone = numeral.groups()
    if alone:
        return "2" if alone == "两" else str(_DIGITS.index(alone) + 1)
    return str(10 * (_DIGITS.index(tens) + 1 if tens else 1) + (_DIGITS.index(ones) + 1 if ones else 0))
