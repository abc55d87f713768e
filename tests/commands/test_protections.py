"""Floods, and what Plein does against them: what goes, who is muted, and who hears what."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from plein_bot.actions import alarms, groups
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.places import Inviting, Joining, Posting, Settings, Visibility
from plein_bot.domain.protections import NONE, Guard, Guards, Mode, Number, Protection
from plein_bot.index import places as rows
from plein_bot.index import timers, work
from plein_bot.index.database import Index
from plein_bot.index.tables.machinery import HitRow
from tests.commands.test_interruptions import attended, typed
from tests.commands.test_roles import levels
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.rooms import Room
from tests.fakes.square import PLEIN, Square, square_on

OPEN = Settings(Visibility.PUBLIC, Joining.OPEN, Posting.EVERYONE)
STRICT = NONE.with_(Guard(Protection.FLOOD, Mode.ON, ((Number.MESSAGES, 3),)))


@pytest.fixture
async def square(index: Index) -> AsyncIterator[Square]:
    """Without a desk: what comes in is done when the test says so."""
    async with square_on(index) as square:
        yield square


async def square_group(
    square: Square, guards: Guards = STRICT, settings: Settings = OPEN
) -> RoomId:
    """A public group of Sanne's in which people talk."""
    subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)
    inside = await square.standing(square.sanne, subsite)
    made = await groups.make(
        square.by(square.sanne, "$plein"),
        inside,
        "Plein",
        None,
        "",
        replace(settings, protections=guards),
    )
    await square.sanne.joins(made.room)
    return made.room


def comes(square: Square, room: RoomId, *names: str) -> list[UserId]:
    """People join, and it is told together."""
    users = [UserId(f"@{name}:plein.test") for name in names]
    for user, name in zip(users, names, strict=True):
        square.homeserver.names[user] = name.capitalize()
        square.homeserver.room(room).moves(user, user, Membership.JOIN, name.capitalize())
    square.homeserver.changed()
    return users


def say(square: Square, room: RoomId, user: UserId, *texts: str) -> list[EventId]:
    """Somebody says several things at once."""
    here = square.homeserver.room(room)
    said = [
        EventId(here.sends(user, "m.room.message", {"msgtype": "m.text", "body": text})["event_id"])
        for text in texts
    ]
    square.homeserver.changed()
    return said


def standing(here: Room, events: list[EventId]) -> list[EventId]:
    gone = [raw["event_id"] for raw in here.timeline if "redacted_because" in raw["unsigned"]]
    return [event for event in events if event not in gone]


async def done(square: Square) -> None:
    """Everything that came in is done, and what comes of it."""
    await square.homeserver.settled()
    while await ripe(square) or await work.outstanding(square.index):
        await attended(square)


async def ripe(square: Square) -> int:
    """What is due as soon as it may be calm is work."""
    return await timers.ripen(square.index, datetime.now(UTC) + alarms.CALM)


async def staff_read(square: Square) -> list[str]:
    """The lines of Plein in the staff room, as they were changed last."""
    (subsite,) = await rows.subsites(square.index)
    room = await square.staff_room(subsite)
    lines: dict[str, str] = {}
    for raw in square.homeserver.room(room).timeline:
        if raw["type"] == "m.room.message" and raw["sender"] == PLEIN.bot:
            relation = raw["content"].get("m.relates_to", {})
            text = raw["content"].get("m.new_content", raw["content"])["body"]
            lines[relation.get("event_id") or raw["event_id"]] = text
    return [text for text in lines.values() if text.startswith("🛡")]


async def test_a_flood_goes_its_senders_are_muted_and_nobody_else_is_touched(
    square: Square,
) -> None:
    room = await square_group(square)
    await square.fatima.opens_chat()
    loud = comes(square, room, "fatima", "ali", "bo")
    (quiet,) = comes(square, room, "noor")
    await done(square)
    before = say(square, room, quiet, "Goedemorgen")
    await done(square)

    kept = say(square, room, quiet, "Wat gebeurt hier?")
    flood = [e for user in loud for e in say(square, room, user, *(f"x{n}" for n in range(5)))]
    kept += say(square, room, quiet, "Gelukkig is er iemand die oplet")
    kept += say(square, room, square.sanne.user_id, *(f"let op {n}" for n in range(9)))
    await done(square)
    here = square.homeserver.room(room)
    assert standing(here, flood) == []
    assert standing(here, before + kept) == before + kept
    assert {user for user, power in levels(square, room).items() if power < 0} == {*loud}
    puts = [raw for raw in here.timeline if raw["type"] == "m.room.power_levels"]
    assert len(puts) <= 2 + len(loud)
    (line,) = await staff_read(square)
    assert line.startswith("🛡 Zaanstreek/Plein: stortvloed. Berichten weggehaald, en gedempt tot ")
    assert all(name in line for name in ("Fatima", "Ali", "Bo"))
    assert line.endswith("Weer laten schrijven: `opheffen 1`, `opheffen 2`, `opheffen 3`.")
    letter = square.chat_of(square.fatima)[-1]
    assert "Veel berichten in korte tijd" in letter
    assert "bezwaar" in letter
    assert sum("berichten in korte tijd" in one for one in square.chat_of(square.fatima)) == 1

    # What comes soon after is added to the same line.
    (late,) = comes(square, room, "dirk")
    say(square, room, late, *(f"x{n}" for n in range(5)))
    await done(square)
    (line,) = await staff_read(square)
    assert "Fatima, Ali, Bo, Dirk" in line


async def told(square: Square, line: str) -> str:
    """What Sanne is answered in her direct chat."""
    await typed(square, line)
    await attended(square)
    return square.chat_of(square.sanne)[-1]


async def test_who_floods_where_only_authors_start_gets_one_letter(square: Square) -> None:
    subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)
    group = await square.group(subsite, "publiek")
    await square.fatima.joins(group.room)
    await done(square)
    before = len(square.chat_of(square.fatima))
    said = say(square, group.room, square.fatima.user_id, *(f"x{n}" for n in range(15)))
    await done(square)

    assert standing(square.homeserver.room(group.room), said) == []
    (letter,) = square.chat_of(square.fatima)[before:]
    assert "Veel berichten in korte tijd" in letter


async def test_a_trial_only_tells_what_would_have_been_done(square: Square) -> None:
    room = await square_group(square, NONE)
    answer = await told(
        square, "bescherming instellen zaanstreek/plein stortvloed proef --berichten 3"
    )
    assert "stortvloed · proef · meer dan 3 berichten in 10 seconden" in answer
    (user,) = comes(square, room, "ali")
    said = say(square, room, user, *(f"x{n}" for n in range(5)))
    await done(square)
    (subsite,) = await rows.subsites(square.index)
    staff = square.homeserver.room(await square.staff_room(subsite))
    before = len(staff.timeline)
    said += say(square, room, user, *(f"y{n}" for n in range(5)))
    await done(square)

    # Who goes on and on is told of once.
    assert len(staff.timeline) == before
    assert standing(square.homeserver.room(room), said) == said
    assert user not in levels(square, room)
    (line,) = await staff_read(square)
    assert line == (
        "🛡 Zaanstreek/Plein: stortvloed. Dit is een proef: ik had berichten weggehaald van Ali. "
        "Mag het echt? `bescherming instellen zaanstreek/plein stortvloed aan`."
    )


async def test_links_of_newcomers_go_and_those_of_others_stay(square: Square) -> None:
    guard = Guard(Protection.LINKS, Mode.ON, ((Number.DAYS, 0),))
    room = await square_group(square, NONE.with_(guard))
    await square.fatima.opens_chat()
    await square.fatima.joins(room)
    await square.joost.joins(room)
    link = "Kijk op https://voorbeeld.example"
    official = say(square, room, square.joost.user_id, link)
    first = say(square, room, square.fatima.user_id, "Dag", link)
    await done(square)
    later = say(square, room, square.fatima.user_id, "Sorry", link)
    await done(square)

    here = square.homeserver.room(room)
    assert standing(here, [*official, *first, *later]) == [*official, first[0], *later]
    letter = square.chat_of(square.fatima)[-1]
    assert "Een link in een van uw eerste berichten hier." in letter
    assert "Maak bezwaar: `bezwaar 1`" in letter
    await square.fatima.says(square.fatima.chat, "bezwaar 1 Het was over ons plein")
    await done(square)
    assert "als zaak 1" in square.chat_of(square.fatima)[-1]


async def test_many_invitations_of_a_member_are_withdrawn(square: Square) -> None:
    settings = replace(OPEN, invite=Inviting.MEMBERS, citizens=True)
    room = await square_group(square, NONE, settings)
    (user,) = comes(square, room, "ali")
    await done(square)
    here = square.homeserver.room(room)
    guests = [UserId(f"@gast{n}:plein.test") for n in range(30)]
    for guest in guests:
        here.moves(user, guest, Membership.INVITE, "")
    here.moves(square.sanne.user_id, UserId("@welkom:plein.test"), Membership.INVITE, "")
    square.homeserver.changed()
    await done(square)

    assert {here.membership(guest) for guest in guests} == {Membership.LEAVE}
    assert here.membership(UserId("@welkom:plein.test")) is Membership.INVITE
    assert levels(square, room)[user] == -1
    (line,) = await staff_read(square)
    assert "Uitnodigingen ingetrokken, en gedempt tot" in line


async def test_where_many_come_in_at_once_they_ask_until_it_is_calm(square: Square) -> None:
    guard = Guard(Protection.JOINS, Mode.ON, ((Number.PEOPLE, 3),))
    room = await square_group(square, NONE.with_(guard))
    users = comes(square, room, "ali", "bo", "cor", "dirk", "els")
    await done(square)

    here = square.homeserver.room(room)
    assert here.content("m.room.join_rules")["join_rule"] == "knock"
    assert {here.membership(user) for user in users} == {Membership.JOIN}
    (line,) = await staff_read(square)
    assert "Nu vragen ze eerst of het mag, tot het 60 minuten rustig is geweest." in line
    assert "Daarna is meedoen weer vrij" in await told(square, "groep toon zaanstreek/plein")

    await it_is_calm(square)
    assert here.content("m.room.join_rules")["join_rule"] == "public"
    calm = "🛡 Zaanstreek/Plein: het is weer rustig."
    assert (await staff_read(square))[-1].startswith(calm)

    # What the staff choose in the meantime stays.
    comes(square, room, "fem", "gijs", "han", "ilse")
    await done(square)
    await told(square, "instellen zaanstreek/plein deelname verzoek")
    await it_is_calm(square)
    assert here.content("m.room.join_rules")["join_rule"] == "knock"
    assert sum(line.startswith(calm) for line in await staff_read(square)) == 1


async def it_is_calm(square: Square) -> None:
    """The moment of every timer has come."""
    await timers.ripen(square.index, datetime.now(UTC) + timedelta(hours=2))
    await done(square)


async def test_moderators_may_switch_on_and_no_more(square: Square) -> None:
    room = await square_group(square, NONE)
    await square.joost.joins(room)
    await told(square, "rol zaanstreek/plein Joost moderator")
    await typed(square)
    await square.joost.opens_chat()

    async def joost(line: str) -> str:
        await done(square)
        await square.joost.says(square.joost.chat, line)
        await done(square)
        return square.chat_of(square.joost)[-1]

    assert "Klaar" in await joost("bescherming instellen zaanstreek/plein media aan")
    assert "beheerder" in await joost("bescherming instellen zaanstreek/plein media uit")
    assert "beheerder" in await joost(
        "bescherming instellen zaanstreek/plein stortvloed aan --berichten 900"
    )
    shown = await joost("bescherming zaanstreek/plein")
    assert "media · aan" in shown
    assert "stortvloed · aan (standaard)" in shown
    assert "geen mensen" in await told(
        square, "bescherming instellen zaanstreek/plein stortvloed aan --mensen 3"
    )


async def test_what_is_stopped_and_interrupted_ends_the_same(squares: Squares) -> None:
    """A flood, many who come and many invitations, until it is calm again."""
    moment = datetime(2100, 1, 1, tzinfo=UTC)

    async def scene(square: Square) -> Deed:
        guards = STRICT
        for what in (Protection.JOINS, Protection.INVITATIONS):
            guards = guards.with_(Guard(what, Mode.ON, ((Number.PEOPLE, 3),)))
        settings = replace(OPEN, invite=Inviting.MEMBERS, citizens=True)
        room = await square_group(square, guards, settings)
        await square.fatima.opens_chat()
        flooding, inviting = comes(square, room, "fatima", "ali")
        await done(square)
        say(square, room, flooding, *(f"x{n}" for n in range(4)))
        for n in range(4):
            guest = UserId(f"@gast{n}:plein.test")
            square.homeserver.room(room).moves(inviting, guest, Membership.INVITE, "")
        comes(square, room, "bo", "cor", "dirk", "els")
        await square.homeserver.settled()
        # Until when somebody is muted is said, and the runs that are compared are minutes apart.
        async with square.index.session() as session:
            found = await session.scalars(select(HitRow.protection).distinct())
            assert {*found} == {Protection.FLOOD, Protection.INVITATIONS, Protection.JOINS}
            await session.execute(update(HitRow).values(at=moment))

        async def deed() -> None:
            await attended(square)
            for later in (alarms.CALM, timedelta(hours=2)):
                await timers.ripen(square.index, moment + later)
                await attended(square)

        return deed

    await survives_every_interruption(squares, scene)
