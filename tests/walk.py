"""Tapping everything there is: what a curious, or a hostile, owner would do."""

from __future__ import annotations

from collections.abc import Iterable

from bot.render import IN_PLACE
from tests.talk import Talk

AT_ONCE = 10
ENDING = ("forget", "undo", "language", "cancel")


def keys(talk: Talk) -> set[str]:
    """The data of every button that stands in a chat."""
    return {
        button.data
        for message in talk.messages
        if message.from_bot
        for row in message.buttons
        for button in row
        if button.data
    }


async def tap(talk: Talk, data: Iterable[str]) -> None:
    """Tap buttons of these data, whether or not the chat ever had them, as a client of one's own making can."""
    telegram, person = talk.running.telegram, talk.person
    if not talk.messages:
        await talk.say("/start")
    for number, asked in enumerate(data, 1):
        under = next(message for message in reversed(talk.messages) if message.from_bot)
        telegram.updates.put(
            "callback_query",
            {
                "id": telegram.queries.ask(person.user_id, under.message_id, asked),
                "from": person.to_api(),
                "message": under.to_api(person.chat_to_api()),
                "chat_instance": str(person.user_id),
                "data": asked,
            },
        )
        if number % AT_ONCE == 0:
            await talk.running.settled()
    await talk.running.settled()


async def walk(talk: Talk, commands: Iterable[str], steps: int) -> set[str]:
    """Say the commands, then tap what they offer, and what that offers …; the data of all buttons that were ever seen.

    Of buttons that differ only behind their first two words one is tapped; none that would end the walk.
    """
    for command in commands:
        await talk.say(command)
    seen, tried = keys(talk), set[tuple[str, ...]]()
    for _ in range(steps):
        kinds = {tuple(data.removeprefix(IN_PLACE).split()[:2]): data for data in sorted(seen, reverse=True)}
        fresh = {kind: data for kind, data in kinds.items() if kind not in tried and kind[0] not in ENDING}
        tried |= set(fresh)
        await tap(talk, fresh.values())
        seen |= keys(talk)
    return seen
