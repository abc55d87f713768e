"""Plein was away while people went on: all of it is done, in order, once."""

import asyncio
import contextlib
import itertools
import json
import re
import sqlite3
from collections import Counter

import pytest

from tests.chaos import judgements
from tests.chaos.conftest import resident
from tests.chaos.processes import Bot, Homeserver
from tests.chaos.residents import PATIENCE, Resident
from tests.synapse.people import Person
from tests.synapse.strangers import Json

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600), pytest.mark.usefixtures("register")]

LINES = itertools.cycle(("hlp", "taal nl", "leden zaanstreek", "groepen zaanstreek"))
CHATTER = 360
COMMANDS = {"anna": 110, "bram": 10, "carla": 10, "dirk": 10}
"""With what is said in a room, 500. The homeserver gives 100 events of a room and no more."""


async def test_five_hundred_messages_and_twenty_arrivals_wait_for_plein(
    homeserver: Homeserver, bot: Bot, account: Person
) -> None:
    people = [await resident(homeserver, bot, name, 0) for name in COMMANDS]
    anna = people[0]
    await anna.gets("deelsite nieuw Zaanstreek --zichtbaarheid vindbaar --deelname verzoek", "Kl")
    rooms = await anna.invitations()
    await anna.gets("deelsite nieuw Purmer --zichtbaarheid vindbaar --deelname vrij", "Klaar.")
    for name in ("Zaanstreek", "Leden", "Zaanstreek · Beheer"):
        await anna.joins(rooms[name])
    rooms["Purmer"] = await anna.joins(f"#purmer:{homeserver.synapse.server_name}")
    strangers = [await homeserver.synapse.person("gast") for _ in range(20)]
    await bot.kill()

    events = await _talk(anna, rooms["Leden"], people)
    await asyncio.gather(*(one.knocks(rooms["Zaanstreek"], "Ik ook") for one in strangers[:10]))
    await asyncio.gather(*(one.knocks(rooms["Purmer"]) for one in strangers[10:]))
    limited = await _limited(account, bot)
    assert {rooms["Leden"], await anna.chat_with(anna.bot)} <= limited
    await bot.restart()

    for person, lines in zip(people, COMMANDS.values(), strict=True):
        for event in list(person.asked)[-lines:]:
            await person.is_answered(event, person.bot, PATIENCE)
    for stranger in strangers[10:]:
        await stranger.is_invited_to(rooms["Purmer"], PATIENCE)
    await _all_asked(anna, rooms["Zaanstreek · Beheer"], 10)

    assert await judgements.every_command_has_one_answer(people) >= sum(COMMANDS.values())
    for person in people:
        chat = await judgements.timeline(person, await person.chat_with(person.bot))
        assert [e for e in _answered(chat) if e in person.asked] == list(person.asked)
    said = await judgements.timeline(anna, rooms["Leden"])
    assert _answered(said) == events
    for stranger in strangers[10:]:
        assert list(await stranger.invitations()).count("Purmer") == 1


async def _talk(anna: Resident, room: str, people: list[Resident]) -> list[str]:
    """Ten commands among the chatter in a room, and the others in the direct chats."""
    meant: list[str] = []

    async def in_the_room() -> None:
        for number in range(CHATTER):
            if number % 36 == 0:
                meant.append(await anna.says(room, "Plein: groepen zaanstreek"))
            await anna.says(room, f"Dag {number}")

    async def in_the_chat(person: Resident, lines: int) -> None:
        for line in itertools.islice(LINES, lines):
            await person.commands(line)

    await asyncio.gather(
        in_the_room(), *(in_the_chat(p, n) for p, n in zip(people, COMMANDS.values(), strict=True))
    )
    return meant


async def _limited(account: Person, bot: Bot) -> set[str]:
    """The rooms of which the homeserver will not give Plein everything at once."""
    with contextlib.closing(sqlite3.connect(bot.database)) as database:
        (since,) = database.execute("SELECT next_batch FROM sync_tokens").fetchone()
    narrow = json.dumps({"room": {"timeline": {"limit": 1000}}})
    query = [("since", since), ("timeout", "0"), ("filter", narrow)]
    joined = (await account.call("GET", "sync", query=query))["rooms"]["join"]
    return {room for room, section in joined.items() if section["timeline"].get("limited")}


async def _all_asked(staff: Person, room: str, many: int) -> None:
    """Wait until so many requests stand in the staff room, and see that none does so twice."""
    numbers: Counter[str] = Counter()
    while len(numbers) < many:
        await staff.hears("Verzoek ", room, PATIENCE)
        said = (e["content"].get("body", "") for e in await judgements.timeline(staff, room))
        numbers = Counter(found[1] for body in said if (found := re.match(r"Verzoek (\d+)", body)))
    assert len(numbers) == many
    assert set(numbers.values()) == {1}


def _answered(timeline: list[Json]) -> list[str]:
    """To which events the notices of a room reply, in order."""
    return [
        event["content"]["m.relates_to"]["m.in_reply_to"]["event_id"]
        for event in timeline
        if event["content"].get("msgtype") == "m.notice"
        and "m.in_reply_to" in (event["content"].get("m.relates_to") or {})
    ]
