"""Letting people ask first where many came in at once, and letting them walk in again."""

from datetime import timedelta

from plein_bot.actions import inner_spaces, rooms, staff
from plein_bot.actions.acts import Act
from plein_bot.actions.settings import plan_of
from plein_bot.domain import slow_mode as rules
from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Place, Visibility
from plein_bot.domain.protections import Number, Protection
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say
from plein_bot.domain.timers import Timer
from plein_bot.index import audits, places, timers
from plein_bot.index.hits import TakenUp

SLOW = "protection.joins"


async def begin(act: Act, place: Place, hit: TakenUp) -> None:
    """Slow down, or go on doing so; whoever calls holds the subsite's lock."""
    place = await places.of_room(act.index, place.room) or place
    if rules.can_begin(place):
        await act.begin(SLOW, place.room)
        await _keep(act, rules.slowed(place))
    elif not (place.settings.slow or await act.has_begun(SLOW, place.room)):
        return
    await _expect_calm(act, place, hit)
    if await act.has_begun(SLOW, place.room):
        await act.record(SLOW, place.room)


async def began(act: Act, place: Place, cause: str) -> bool:
    """Whether it was this cause that slowed a place down."""
    return await audits.is_known(act.index, cause, SLOW, place=place.room, whom=None)


async def _expect_calm(act: Act, place: Place, hit: TakenUp) -> None:
    guard, _ = place.guard_of(Protection.JOINS)
    due = hit.at + timedelta(minutes=guard[Number.MINUTES])
    subject = {"room": place.room}
    name = rules.timer_of(place)
    await timers.set(act.index, Timer(name, rules.CALM, place.room, due, act.cause, subject))


async def end(act: Act, room: RoomId) -> None:
    """It has been calm. Where somebody chose how people join in the meantime, that stays."""
    place = await places.of_room(act.index, await places.going_on_in(act.index, room))
    if place is None:
        return
    async with act.locks.alone_in(place.root.room):
        place = await places.of_room(act.index, place.room) or place
        begun = await act.has_begun(rules.CALM, place.room)
        if place.settings.slow is None and not begun:
            return
        await act.begin(rules.CALM, place.room)
        if place.settings.slow:
            place = rules.put_back(place)
            await _keep(act, place)
        if tells_staff(place):
            await staff.tell(act, place, _calm_again(place), "calm")
        await act.record(rules.CALM, place.room)


async def _keep(act: Act, place: Place) -> None:
    await rooms.keep(act, await plan_of(act, place), place.room)
    if place.is_subsite:
        await inner_spaces.keep(act, place)


def tells_staff(place: Place) -> bool:
    """Of a hidden group not all of the staff know."""
    return place.is_subsite or place.settings.visibility is not Visibility.HIDDEN


def _calm_again(place: Place) -> Text | Sentence:
    return paragraphs(
        say(
            "🛡 {place}: it is calm again. Joining is {joining}, as it was before.",
            place=place.full_name,
            joining=place.settings.joining,
        ),
        say("Who asked in the meantime waits for you: `requests {path}`.", path=place.path),
    )
