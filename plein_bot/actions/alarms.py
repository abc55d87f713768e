"""An alarm has gone off: somebody did more in a place than its protections allow.

The mute comes first, for it ends what goes on, and is work by itself: hits that come meanwhile do
not wait until what was said is taken away. All that is known of a room when its work begins is
done together: one event mutes all of them.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from plein_bot.actions import alarm_reports as reports
from plein_bot.actions import mutes, people, places, slow_mode
from plein_bot.actions.acts import Act
from plein_bot.domain import slow_mode as slow_rules
from plein_bot.domain.alarms import OF_NEWCOMERS, PER_MESSAGE, is_newcomer, is_spared
from plein_bot.domain.effects import Redact, Remove
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.places import Place
from plein_bot.domain.protections import Mode, Number, Protection
from plein_bot.domain.sanctions import SanctionKind
from plein_bot.domain.standing import Standing
from plein_bot.domain.timers import Timer
from plein_bot.index import hits, offences, sanctions, timers
from plein_bot.index import places as rows
from plein_bot.index.hits import TakenUp

CLEAR = "protection.clear"
"""The kind of timer that has what was stopped taken away."""

CALM = timedelta(seconds=3)
"""How long after a hit what was said is taken away: meanwhile the homeserver is there for mutes."""

_ROUNDS = 3


def action_of(protection: Protection) -> str:
    """What it is called in the audit."""
    return f"protection.{protection}"


async def attend(act: Act, room: RoomId) -> None:
    """Stop what goes on: all hits of a room that nobody has seen to; `act` is the bot's own."""
    taken = await hits.take_up(act.index, room, act.cause)
    place = await rows.of_room(act.index, room)
    if place is None or not taken:
        return
    async with act.locks.alone_in(place.root.room):
        for protection, found in _by_protection(await _meant(act, place, taken)):
            if found := [one for one in found if one.mode is Mode.ON]:
                if protection is Protection.JOINS:
                    await slow_mode.begin(act, place, found[-1])
                else:
                    await _mute(act, place, protection, found)
    subject = {"room": room, "cause": act.cause}
    name = f"{CLEAR}:{act.cause}"
    lane = f"{CLEAR}:{room}"
    # By the hits and not by the clock: done again it is the same moment, and so the same work.
    due = max(one.at for one in taken) + CALM
    await timers.set(act.index, Timer(name, CLEAR, lane, due, act.cause, subject))


async def clear(act: Act, room: RoomId, cause: str) -> None:
    """Take away what was done, tell the staff, and write to people; `cause` is what stopped it."""
    place = await rows.of_room(act.index, room)
    if place is None:
        return
    taken = await hits.taken_up(act.index, cause)
    meant = await _without_slow_already(act, place, await _meant(act, place, taken), cause)
    stopped = [one for one in meant if one.mode is Mode.ON]
    await _take_away(act, place, stopped)
    await _withdraw(act, place, stopped)
    if meant:
        await reports.tell_staff(act, place, meant)
    imposed = await sanctions.of_cause(act.index, cause, SanctionKind.MUTE, room)
    fresh = await _newly_stopped(act, place, stopped, {one.person for one in imposed})
    for protection, found in _by_protection(fresh):
        first = {hit.person: hit for hit in reversed(found)}
        for person, hit in first.items():
            action, why = action_of(protection), f"protection:{protection}"
            await act.record(action, room, person, event=hit.since, why=why)
        of_these = [one for one in imposed if one.person in first]
        await reports.tell_people(act, place, protection, of_these, _people(found))


async def _newly_stopped(
    act: Act, place: Place, stopped: Sequence[TakenUp], muted_now: Collection[UserId]
) -> list[TakenUp]:
    """Without those who were muted before, and only went on until that took effect."""
    known = await people.recognise_all(act, _people(stopped))
    stands = await places.all_stand(act, known.values(), place)
    return [
        one
        for one in stopped
        if one.protection is not Protection.JOINS
        and (one.person in muted_now or not stands[one.person].muted)
    ]


def _by_protection(found: Sequence[TakenUp]) -> list[tuple[Protection, list[TakenUp]]]:
    every = [(one, [hit for hit in found if hit.protection is one]) for one in Protection]
    return [(protection, some) for protection, some in every if some]


async def _without_slow_already(
    act: Act, place: Place, meant: Sequence[TakenUp], cause: str
) -> list[TakenUp]:
    """Where people asked already when many came, there is nothing to tell."""
    began = await slow_mode.began(act, place, cause)
    return [
        one
        for one in meant
        if one.protection is not Protection.JOINS
        or (began if one.mode is Mode.ON else slow_rules.can_begin(place))
    ]


def _people(found: Iterable[TakenUp]) -> tuple[UserId, ...]:
    return tuple(dict.fromkeys(one.person for one in found))


async def _meant(act: Act, place: Place, taken: Sequence[TakenUp]) -> tuple[TakenUp, ...]:
    """Without those of people to whom it does not apply."""
    known = await people.recognise_all(act, _people(taken))
    stands = await places.all_stand(act, known.values(), place)
    return tuple([one for one in taken if await _counts(act, one, stands[one.person])])


async def _counts(act: Act, one: TakenUp, theirs: Standing) -> bool:
    if is_spared(theirs, one.protection, act.plein):
        return False
    if one.protection not in OF_NEWCOMERS:
        return True
    guard, _ = theirs.place.guard_of(one.protection)
    room, person = theirs.place.room, theirs.person.id
    said = await offences.said_before(act.index, room, person, one.since, guard[Number.MESSAGES])
    since = await offences.here_since(act.index, room, person, one.since)
    return is_newcomer(guard, said, one.at - since if since else None)


async def _mute(act: Act, place: Place, protection: Protection, found: Sequence[TakenUp]) -> None:
    guard, _ = place.guard_of(protection)
    minutes = guard[Number.MINUTES]
    if not minutes:
        return
    own = await sanctions.of_cause(act.index, act.cause, SanctionKind.MUTE, place.room)
    begun = {one.person for one in own}
    known = await people.recognise_all(act, _people(found))
    # Whoever is muted already only went on until that took effect.
    stands = await places.all_stand(act, known.values(), place)
    loud = [one for one in known.values() if one.id in begun or not stands[one.id].muted]
    bot = await places.stand(act, await people.recognise(act, act.actor), place)
    until = max(one.at for one in found) + timedelta(minutes=minutes)
    await mutes.silence(act, bot, loud, reports.reason(protection), until)


async def _take_away(act: Act, place: Place, found: Sequence[TakenUp]) -> None:
    """Redact what was said, also what came in until the mute took effect."""
    for _ in range(_ROUNDS):
        events = await _messages(act, place.room, found)
        if not events:
            return
        failed = await act.try_together(Redact(place.room, event) for event in events)
        refused = {one.event for one, _ in failed if isinstance(one, Redact)}
        left = [one for one in events if one not in refused]

        async def are_gone(left: Sequence[EventId] = left) -> bool:
            return not await offences.standing(act.index, left)

        await act.told_back(are_gone)
        if failed:
            return


async def _messages(act: Act, room: RoomId, found: Sequence[TakenUp]) -> tuple[EventId, ...]:
    events: dict[EventId, None] = {}
    alone = [one.since for one in found if one.protection in PER_MESSAGE]
    events |= dict.fromkeys(await offences.standing(act.index, alone))
    for one in found:
        if one.protection is Protection.FLOOD:
            said = await offences.messages_since(act.index, room, one.person, one.since)
            events |= dict.fromkeys(said)
    return tuple(events)


async def _withdraw(act: Act, place: Place, found: Sequence[TakenUp]) -> None:
    """Take back the invitations that nobody has accepted yet."""
    for one in found:
        if one.protection is Protection.INVITATIONS:
            invited = await offences.invited_since(act.index, place.room, one.person, one.since)
            await act.try_together(Remove(place.room, user) for user in invited)
