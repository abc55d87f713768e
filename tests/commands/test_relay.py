"""Whom the relay brings in from another homeserver: who they are here, and what they cannot do."""

from dataclasses import replace

import pytest

from plein_bot.actions import chats, people
from plein_bot.domain.alarms import is_spared
from plein_bot.domain.drift import is_kept
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Organisation, OrganisationKind, PersonClass
from plein_bot.domain.places import Place
from plein_bot.domain.protections import Protection
from plein_bot.domain.relays import Relay
from plein_bot.domain.sentences import say
from tests.actions.test_servers import put
from tests.commands.test_drift import refused
from tests.commands.test_roles import levels
from tests.commands.test_search import bring
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, SERVER, Square

PURMEREND = Organisation(
    "purmerend", "gemeente Purmerend", OrganisationKind.GOVERNMENT, servers=("purmerend.example",)
)
ELSEWHERE = Organisation(
    "elders", "gemeente Elders", OrganisationKind.GOVERNMENT, servers=("elders.example",)
)
GHOST = UserId(f"@relay_purmerend.example_jan:{SERVER}")
FORGED = UserId(f"@relay_elders.example_jan:{SERVER}")
RELAY = UserId(f"@plein-relay:{SERVER}")


async def ghost_in(square: Square) -> tuple[Person, Place]:
    """An official of another homeserver, in a group that has no citizens."""
    await put(square, PURMEREND, ELSEWHERE)
    subsite = await square.subsite()
    group = await square.group(subsite)
    square.homeserver.names[GHOST] = "Jan Jansen"
    ghost = Person(square.homeserver, GHOST)
    await bring(square, ghost, group)
    return ghost, group


async def test_a_ghost_is_of_the_organisation_whose_server_is_vouched_for(square: Square) -> None:
    _, group = await ghost_in(square)
    act = square.by(square.sanne)
    ghost = await people.recognise(act, GHOST)
    assert (ghost.person_class, ghost.relayed) == (PersonClass.OFFICIAL, True)
    assert "Jan Jansen · ambtenaar, gemeente Purmerend" in await square.sanne.asks(
        f"leden {group.path}"
    )

    # The relay is on no homeserver of Elders: another one said that this is somebody of theirs.
    assert (await people.recognise(act, FORGED)).is_citizen
    square.homeserver.invite(group.room, square.sanne.user_id, FORGED)
    await square.sanne.hears(square.sanne.chat, lambda raw: "`burgers`" in str(raw["content"]))
    assert square.homeserver.room(group.room).membership(FORGED) is Membership.LEAVE


async def test_a_ghost_has_no_role_no_commands_and_no_chat(square: Square) -> None:
    ghost, group = await ghost_in(square)
    said = await square.sanne.asks(f"rol {group.path} {GHOST} moderator")
    assert "andere homeserver" in said
    sanne = square.sanne.user_id
    told = await refused(square, group.root, group.room, {sanne: 100, GHOST: 50}, "Jan")
    assert "andere homeserver" in told
    assert GHOST not in levels(square, group.room)

    before = square.homeserver.room(group.room).said_by(PLEIN.bot)
    await ghost.says(group.room, "!plein deelsites")
    act = square.by(square.sanne, "$apart")
    assert not await chats.reach(act, GHOST, say("Yes"), "apart")
    assert "Zaanstreek" in await square.sanne.asks("deelsites")
    assert square.homeserver.room(group.room).said_by(PLEIN.bot) == before


async def test_the_relay_itself_is_asked_in_where_no_citizens_are(square: Square) -> None:
    _, group = await ghost_in(square)
    relay = Person(square.homeserver, RELAY)
    await bring(square, relay, group)
    said = await square.sanne.asks(f"rol {group.path} {RELAY} moderator")
    assert "moderator" in said
    assert levels(square, group.room)[RELAY] == 50
    assert square.homeserver.room(group.room).membership(RELAY) is Membership.JOIN
    # What it writes about its links is nobody's to put back.
    assert not is_kept("nl.plein.relay")


async def test_what_waited_for_an_organisation_is_no_flood(square: Square) -> None:
    _, group = await ghost_in(square)
    theirs = await square.standing(Person(square.homeserver, GHOST), group)
    citizen = await square.standing(Person(square.homeserver, FORGED), group)
    assert is_spared(theirs, Protection.FLOOD, PLEIN)
    assert not is_spared(theirs, Protection.MENTIONS, PLEIN)
    assert not is_spared(citizen, Protection.FLOOD, PLEIN)


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("relay_purmerend.example_jan_jansen", "purmerend.example"),
        ("relay_10.0.0.1=3a8448_jan", "10.0.0.1:8448"),
        ("relay_purmerend.example.evil_jan", ""),
        ("relay_purmerend=2eexample=00_jan", ""),
        ("relay_=ff=fe_jan", ""),
        ("relay_", ""),
    ],
)
def test_a_ghost_tells_which_homeserver_its_person_is_of(name: str, origin: str) -> None:
    relay = Relay(RELAY, servers=("purmerend.example", "10.0.0.1:8448"))
    ghost = UserId(f"@{name}:{SERVER}")
    assert (relay.is_ghost(ghost), relay.origin(ghost)) == (True, origin)
    without = replace(PLEIN, relay=None)
    assert (without.is_relayed(ghost), without.relayed_from(ghost)) == (False, None)
    assert not relay.is_ghost(UserId(f"@{name}:purmerend.example"))
