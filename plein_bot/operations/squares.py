"""Is the square as it should be: its rooms, their owners, the work in them?"""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from plein_bot.actions import places, rooms
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.ports import HomeserverError
from plein_bot.actions.settings import plan_of
from plein_bot.config import Settings
from plein_bot.domain.effects import Effect, Publish
from plein_bot.domain.events import Membership
from plein_bot.domain.openness import openness_of
from plein_bot.domain.places import Place
from plein_bot.domain.plans import ROOM_VERSION
from plein_bot.domain.power import owners
from plein_bot.index import members, work
from plein_bot.index import places as place_rows
from plein_bot.index import rooms as room_rows
from plein_bot.matrix.api import Api, path
from plein_bot.operations import audits
from plein_bot.operations.findings import Finding, Findings, good, warning, wrong

CAUSE = "doctor"


async def examine(acts: Acts, settings: Settings) -> Findings:
    act = acts.by(acts.plein.bot, CAUSE)
    yield await _aside(act)
    async for finding in audits.examine(act):
        yield finding
    number = 0
    async for place in _places(act):
        number += 1
        for finding in await _examine_place(act, place):
            yield finding
    yield good(f"{number} places have been looked at.")
    for room in await room_rows.unfinished(act.index):
        yield warning(
            f"{room} was made for Plein and is no place: its making broke off. The command that "
            "made it finishes it when it is done again (`plein status`); else nobody misses it."
        )
    if settings.homeserver.admin_token:
        yield await _reserve(settings)


async def put_right(acts: Acts) -> Findings:
    """Let the reconciler bring every room to its plan."""
    act = acts.by(acts.plein.bot, f"{CAUSE} {datetime.now(UTC):%Y-%m-%dT%H:%M:%S}")
    async for finding in audits.put_right(act):
        yield finding
    async for place in _places(act):
        try:
            done = await rooms.keep(act, await plan_of(act, place), place.room)
        except HomeserverError as error:
            yield wrong(f"{place.path} could not be put right: {error}.")
            continue
        if done:
            await act.record("reconcile", place.room)
            yield good(f"{place.path} has been put right: {_in_words(done)}.")

            async def told(place: Place = place) -> bool:
                return not await rooms.missing(act, await plan_of(act, place), place.room)

            await act.told_back(told)


async def _places(act: Act) -> AsyncIterator[Place]:
    for subsite in await place_rows.subsites(act.index):
        yield subsite
        for group in await place_rows.groups_of(act.index, subsite):
            yield group


async def _aside(act: Act) -> Finding:
    number = len(await work.aside(act.index))
    if number:
        return warning(
            f"{number} pieces of work were set aside. `plein status` says which, and "
            "`plein retry <number>` does one again."
        )
    return good("No work was set aside.")


async def _examine_place(act: Act, place: Place) -> list[Finding]:
    found = []
    effects = await rooms.missing(act, await plan_of(act, place), place.room)
    if effects:
        found.append(
            warning(
                f"{place.path} is not as it should be: {_in_words(effects)}. "
                "`plein doctor --fix` puts it right while Plein is stopped."
            )
        )
    wanted = openness_of(place).listed and not place.archived
    listed = await act.homeserver.is_listed(place.room)
    if wanted and not listed:
        found.append(
            warning(
                f"{place.path} should be in the room directory and is not. Allow the bot in "
                "room_list_publication_rules, then `plein doctor --fix`."
            )
        )
    if listed and not wanted:
        found.append(
            wrong(f"{place.path} is in the room directory and should not be: `plein doctor --fix`.")
        )
    version = await room_rows.version(act.index, place.room)
    if version != ROOM_VERSION:
        found.append(
            warning(
                f"{place.path} stands in a room of version {version}, and Plein now makes version "
                f"{ROOM_VERSION}. `upgrade {place.path}`, typed by an owner or an operator, lets "
                "it go on in a new one."
            )
        )
    if not await _has_owner(act, place):
        found.append(
            warning(f"{place.path} has no owner who takes part. An operator may appoint one.")
        )
    return found


async def _has_owner(act: Act, place: Place) -> bool:
    there = await members.of_room(act.index, place.root.room)
    there |= await members.of_room(act.index, place.room)
    present = (Membership.JOIN, Membership.INVITE)
    return any(there.get(owner) in present for owner in owners(await places.powers_in(act, place)))


def _in_words(effects: tuple[Effect, ...]) -> str:
    kinds = Counter(
        "the directory" if isinstance(effect, Publish) else getattr(effect, "type", "its address")
        for effect in effects
    )
    return ", ".join(kinds)


async def _reserve(settings: Settings) -> Finding:
    """The account in the safe; whoever uses it has power over every room."""
    assert settings.homeserver.admin_token
    reserve = settings.homeserver.reserve_account
    token = settings.homeserver.admin_token.get_secret_value()
    async with Api(settings.homeserver.url, token) as api:
        try:
            answer = await api.call("GET", path("/_synapse/admin/v2/users/{}/devices", reserve))
        except HomeserverError as error:
            return warning(f"Whether {reserve} was used could not be asked: {error}.")
    seen = [d["last_seen_ts"] for d in answer["devices"] if d.get("last_seen_ts")]
    if seen:
        last = datetime.fromtimestamp(max(seen) / 1000, UTC)
        return warning(
            f"The reserve account {reserve} was used, last on {last:%Y-%m-%d %H:%M} UTC. If that "
            "was not you, change its password and sign its devices out."
        )
    return good(f"The reserve account {reserve} was never used.")
