"""When to write unasked: `/digest` alone shows it with its keys; `friday 18:00`, `pause`, `zone 上海` … change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo

from telegram import ChatMember, Update
from telegram.ext import TypeHandler

from bot import zones
from bot.context import App, Context
from bot.errors import UnknownZone
from bot.handlers.ask import ask
from bot.handlers.chat import Act
from bot.render import Reply
from bot.schedule import Rule
from bot.store.digests import DIGEST, Kind, State
from bot.when import DAYS, when

FIRST_DAY, FIRST_HOUR = 0, time(9)
HOURS = tuple(range(6, 24))


async def digest(context: Context, words: Sequence[str]) -> None:
    """Show or change when the bot writes; words that are about anything else are a question to the digest itself."""
    if not words:
        await _when(context, ())
    elif (act := MEANT.get(words[0].casefold())) is not None:
        await act(context, words[1:])
    elif (said := when(" ".join(words))) is not None:
        await _agree(context, *said)
    else:
        await ask(context, DIGEST, words)


def offered_with(context: Context, reply: Reply) -> Reply:
    """The reply with a key for the weekly letter under it, for whoever was never asked."""
    if context.services.store.appointment(context.person, "weekly") is not None:
        return reply
    offer = context.worded("schedule", "offer", weekday=FIRST_DAY, at=FIRST_HOUR)
    return replace(reply, keyboard=(*reply.keyboard, *offer.keyboard))


async def met(update: Update, context: Context) -> None:
    """Whoever blocks the bot is left alone; whoever lets it in, or speaks, again is written to again, and told so."""
    store, person, change = context.services.store, context.person, update.my_chat_member
    if change is not None and change.new_chat_member.status in {ChatMember.BANNED, ChatMember.LEFT}:
        _end(context, "paused", "blocked")
        return
    blocked = [
        letter for letter in store.appointments(person) if (letter.state, letter.reason) == ("paused", "blocked")
    ]
    for letter in blocked:
        _appoint(context, letter.kind, letter.weekday, letter.at)
    if blocked:
        await context.reply(_settings(context, again=True))


async def _agree(context: Context, weekday: int | None = None, at: time | None = None) -> None:
    """Write every week from now on."""
    weekly = context.services.store.appointment(context.person, "weekly")
    if weekly is not None:
        weekday, at = weekly.weekday if weekday is None else weekday, at or weekly.at
    at = at or FIRST_HOUR
    _appoint(context, "weekly", FIRST_DAY if weekday is None else weekday, at)
    alert = context.services.store.appointment(context.person, "alert")
    if alert is not None and alert.state != "off":
        _appoint(context, "alert", None, at)
    await _agreed(context)


async def _when(context: Context, words: Sequence[str]) -> None:
    await context.reply(_settings(context))


async def _now(context: Context, words: Sequence[str]) -> None:
    await ask(context, DIGEST, ())


async def _on(context: Context, words: Sequence[str]) -> None:
    await _agree(context)


async def _pause(context: Context, words: Sequence[str]) -> None:
    _end(context, "paused")
    await _when(context, ())


async def _off(context: Context, words: Sequence[str]) -> None:
    _end(context, "off")
    await context.say("schedule", "ended")


async def _day(context: Context, words: Sequence[str]) -> None:
    await context.say("schedule", "pick_day", codes=DAYS)


async def _hour(context: Context, words: Sequence[str]) -> None:
    await context.say("schedule", "pick_hour", hours=HOURS)


async def _alerts(context: Context, words: Sequence[str]) -> None:
    """`alerts on`: look every day, and write if something is out of the ordinary. `alerts off`: do not."""
    store, choice = context.services.store, MEANT.get(words[0].casefold() if words else "")
    if choice is _on:
        weekly = store.appointment(context.person, "weekly")
        _appoint(context, "alert", None, weekly.at if weekly else FIRST_HOUR)
        await _agreed(context)
        return
    if choice is _off:
        store.set_letter(context.person, "alert", "off")
    await _when(context, ())


async def _agreed(context: Context) -> None:
    """What was agreed; where the owner's time zone is not known, they are asked for it."""
    if context.owner.zone is None:
        await context.reply(_places(context, agreed=True))
    else:
        await _when(context, ())


async def _zone(context: Context, words: Sequence[str]) -> None:
    """`zone`: ask where the owner lives. `zone PLACE`: take their word, and go by the clocks there from now on."""
    if not words or words[0] == "more":
        await context.reply(_places(context, world=bool(words)))
        return
    found = zones.find(words)
    if found is None:
        raise UnknownZone(" ".join(words))
    store = context.services.store
    store.set_zone(context.owner.user_id, found)
    for letter in store.appointments(context.person):
        if letter.state == "on":
            rule = letter.rule(context.services.settings.zone)
            store.put_off_letter(letter, rule.upcoming(context.services.now(), letter.sent_for))
    await context.reply(_settings(context))


def _appoint(context: Context, kind: Kind, weekday: int | None, at: time) -> None:
    store, owner = context.services.store, context.owner
    if owner.language is None:
        # A letter cannot look at the phone that it will be read on.
        store.set_language(owner.user_id, context.language)
    before = store.appointment(owner.user_id, kind)
    rule = Rule(weekday, at, context.zone)
    next_at = rule.upcoming(context.services.now(), before.sent_for if before else None)
    store.appoint(owner.user_id, kind, weekday, at, next_at)


def _end(context: Context, state: State, reason: str | None = None) -> None:
    """Pause all letters that are on, or call all off."""
    store = context.services.store
    for letter in store.appointments(context.person):
        if letter.state == "on" or state == "off":
            store.set_letter(context.person, letter.kind, state, reason)


def _settings(context: Context, *, again: bool = False) -> Reply:
    """Day, hour, place and the next letter, with the keys to change them; `again` after a pause that nobody asked for."""
    owner, now = context.owner, context.services.now().astimezone(context.zone)
    letters = {letter.kind: letter for letter in context.services.store.appointments(owner.user_id)}
    weekly, alert = letters.get("weekly"), letters.get("alert")
    due = weekly.next_at.astimezone(context.zone) if weekly is not None and weekly.state == "on" else None
    return context.worded(
        "schedule",
        "settings",
        again=again,
        state=weekly.state if weekly else "off",
        weekday=FIRST_DAY if weekly is None else weekly.weekday,
        at=FIRST_HOUR if weekly is None else weekly.at,
        place=zones.city(context.zone.key, context.language),
        known=owner.zone is not None,
        now=now.time(),
        due=due,
        ahead=(due.date() - now.date()).days if due else None,
        alerts=alert is not None and alert.state == "on",
        outcome=weekly.outcome if weekly else None,
    )


def _places(context: Context, *, agreed: bool = False, world: bool = False) -> Reply:
    """Places to choose from, each with the time that its clocks show now."""
    language, now = context.language, context.services.now()
    offered = zones.WORLD if world else zones.nearby(context.services.settings.timezone, language)
    places = [(zone, zones.city(zone, language), now.astimezone(ZoneInfo(zone)).time()) for zone in offered]
    weekly = context.services.store.appointment(context.person, "weekly")
    return context.worded(
        "schedule",
        "places",
        places=places,
        world=world,
        agreed=agreed,
        weekly=weekly if weekly is not None and weekly.state == "on" else None,
        place=zones.city(context.zone.key, language),
    )


# What the owner may type behind `/digest`, besides a day and an hour.
MEANT: dict[str, Act] = {
    "when": _when,
    **dict.fromkeys(("now", "现在", "马上"), _now),
    **dict.fromkeys(("on", "yes", "resume", "开", "开启", "打开", "恢复", "继续"), _on),
    **dict.fromkeys(("pause", "暂停"), _pause),
    **dict.fromkeys(("off", "no", "stop", "关", "关闭", "关掉", "停", "停止"), _off),
    **dict.fromkeys(("day", "哪天"), _day),
    **dict.fromkeys(("hour", "time", "几点"), _hour),
    **dict.fromkeys(("zone", "timezone", "时区"), _zone),
    **dict.fromkeys(("alert", "alerts", "提醒"), _alerts),
}
ACTS: dict[str, Act] = {"digest": digest}


def register(app: App) -> None:
    """After the answer to whatever was said."""
    app.add_handler(TypeHandler(Update, met), group=1)
