"""Which homeservers take part in a subsite: the list in all its rooms, and who has to go."""

import asyncio
import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from plein_bot.actions import chats, places, rooms, settings
from plein_bot.actions.acts import Act
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain import exclusions as rules
from plein_bot.domain import servers
from plein_bot.domain.effects import Effect, Remove, Say
from plein_bot.domain.exclusions import Exclusion
from plein_bot.domain.ids import RoomId, UserId, server_of
from plein_bot.domain.organisations import Register
from plein_bot.domain.people import Organisation
from plein_bot.domain.places import Place
from plein_bot.domain.plans import list_of_servers
from plein_bot.domain.sentences import Sentence, count, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import audits, members, organisations
from plein_bot.index import places as rows
from plein_bot.index import rooms as room_rows

logger = logging.getLogger(__name__)

_SET = "set.servers"
_FOLLOW = "servers.follow"
_OUT = "servers.out"
_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Planned:
    """`admitted` are the organisations that are named. `begun` when this cause was interrupted."""

    exclusion: Exclusion
    admitted: tuple[Organisation, ...]
    is_over: bool
    begun: bool

    @property
    def subsite(self) -> Place:
        """As it will be."""
        return self.exclusion.subsite

    @property
    def fingerprint(self) -> str:
        whole = repr((self.subsite.settings.servers, self.exclusion.situation))
        return hashlib.sha256(whole.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who had to go, and the rooms for which the homeserver refused."""

    gone: tuple[UserId, ...]
    failed: frozenset[RoomId]


async def plan(act: Act, standing: Standing, named: tuple[str, ...] | None) -> Planned:
    """What it comes to when these organisations may take part; raises the Refusal where not."""
    rules.refuse_choosing(standing)
    place = standing.place
    register = await organisations.all_of(act.index)
    after = place.with_settings(replace(place.settings, servers=named))
    wanted = await _exclusion(act, after, register)
    begun = await act.has_begun(_SET, place.room)
    if not begun:
        present = (await members.present(act.index, [place.room])).get(place.room, ())
        rules.refuse_excluding(standing, wanted, await places.roles_in(act, place), present)
    return Planned(
        wanted,
        tuple(one for one in register if one.slug in (named or ())),
        is_over=after == place and not wanted.rooms and not await _missing(act, wanted),
        begun=begun,
    )


async def carry_out(act: Act, planned: Planned) -> Outcome:
    """Write the list in all rooms and take out who has to go; they are still to be told."""
    subsite = planned.subsite
    await act.begin(_SET, subsite.room)
    await rooms.keep(act, await settings.plan_of(act, subsite), subsite.room)
    outcome = await _bring_about(act, planned.exclusion)
    await act.record(_SET, subsite.room)
    return outcome


async def consequences(act: Act, register: Register) -> tuple[Exclusion, ...]:
    """Where somebody would have to go if this were the register."""
    found = [await _exclusion(act, one, register) for one in await _with_a_list(act)]
    return tuple(one for one in found if one.rooms)


async def follow(act: Act) -> None:
    """The register has changed: every list that names organisations changes with it."""
    register = await organisations.all_of(act.index)
    for subsite in await _with_a_list(act):
        async with act.locks.alone_in(subsite.room):
            wanted = await _exclusion(act, subsite, register)
            if wanted.rooms or await _missing(act, wanted):
                await act.begin(_FOLLOW, subsite.room)
            outcome = await _bring_about(act, wanted)
        if await act.has_begun(_FOLLOW, subsite.room):
            await _tell_staff(act, wanted, outcome)
            await tell(act, subsite, outcome.gone)
            await act.record(_FOLLOW, subsite.room)


async def bring_up_to_date(act: Act, subsite: Place) -> None:
    """Write in all rooms who may take part; a room where the homeserver refuses has it later."""
    register = await organisations.all_of(act.index)
    admitted = servers.allowed(subsite, register, act.plein.server)
    failed = await act.perform_by_room(await _missing(act, Exclusion(subsite, admitted)))
    for room, error in failed.items():
        logger.warning("%s: the list of homeservers is not carried out: %s", room, error)


async def tell(act: Act, subsite: Place, gone: Iterable[UserId]) -> None:
    """Tell those who had to go why. Whoever cannot be reached does not keep it from the others."""
    turn = asyncio.Semaphore(_AT_ONCE)

    async def tell_one(user: UserId) -> None:
        why = say(
            "You no longer take part in {place}: only certain homeservers take part in it, and "
            "{server}, where your account is, is not one of them.",
            place=subsite.name,
            server=server_of(user),
        )
        async with turn:
            try:
                await chats.tell(act, user, why, f"servers {subsite.room}")
            except TokenRevoked:
                raise
            except HomeserverError as error:
                logger.warning("%s cannot be told of %s: %s", user, subsite.room, error)

    await asyncio.gather(*(tell_one(user) for user in gone))


async def _with_a_list(act: Act) -> tuple[Place, ...]:
    found = await rows.subsites(act.index)
    return tuple(one for one in found if one.settings.servers is not None)


async def _rooms_of(act: Act, subsite: Place) -> tuple[RoomId, ...]:
    groups = await rows.groups_of(act.index, subsite)
    return (
        subsite.room,
        *(one.room for one in groups),
        *await rows.furniture_of(act.index, subsite.room),
    )


async def _exclusion(act: Act, subsite: Place, register: Register) -> Exclusion:
    there = await members.present(act.index, await _rooms_of(act, subsite))
    return rules.exclusion(subsite, register, act.plein.server, there)


async def _missing(act: Act, wanted: Exclusion) -> dict[RoomId, list[Effect]]:
    """What the lists of all rooms lack."""
    everywhere = await _rooms_of(act, wanted.subsite)
    standing = await room_rows.contents(act.index, everywhere, servers.TYPE)
    own, denied = act.plein.server, wanted.subsite.settings.denied
    lacking = {
        room: list_of_servers(wanted.servers, room, standing.get(room), own, denied)
        for room in everywhere
    }
    return {room: effects for room, effects in lacking.items() if effects}


async def _bring_about(act: Act, wanted: Exclusion) -> Outcome:
    """The lists come first: else those who are taken out would walk back in."""
    place = wanted.subsite.room
    for user in wanted.people:
        await act.begin(_OUT, place, user)
    failed = await act.perform_by_room(await _missing(act, wanted))
    failed |= await act.perform_by_room(
        {room: [Remove(room, user) for user in users] for room, users in wanted.rooms.items()}
    )
    for room, error in failed.items():
        logger.warning("%s: the list of homeservers is not carried out: %s", room, error)
    gone = await audits.befallen(act.index, act.cause, _OUT, place=place)
    for user in gone:
        await act.record(_OUT, place, user)
    return Outcome(gone, frozenset(failed))


async def _tell_staff(act: Act, wanted: Exclusion, outcome: Outcome) -> None:
    staff_room = await rows.staff_room(act.index, wanted.subsite)
    if staff_room is None:
        return
    told = say(
        "The register of organisations has changed. In {place} these homeservers take part now: "
        "{servers}.",
        place=wanted.subsite.name,
        servers=", ".join(wanted.servers or ()),
    )
    text = paragraphs(told, *in_words(outcome))
    notice = Say(staff_room, text, _FOLLOW, act.plein.language)
    await act.homeserver.say(notice, act.cause)


def in_words(outcome: Outcome) -> Iterator[Sentence]:
    if outcome.gone:
        yield count(
            len(outcome.gone),
            "{n} person no longer takes part and hears why.",
            "{n} people no longer take part and hear why.",
        )
    if outcome.failed:
        yield count(
            len(outcome.failed),
            "In {n} room the homeserver refused it. Type the same again later.",
            "In {n} rooms the homeserver refused it. Type the same again later.",
        )
