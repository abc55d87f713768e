"""Where the staff read of a case, and what they can tap on there."""

import logging
from dataclasses import replace

from plein_bot.actions import chats, people, places
from plein_bot.actions.acts import Act
from plein_bot.actions.case_stories import Story, story, told
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain import cases as rules
from plein_bot.domain.cases import Case
from plein_bot.domain.effects import React, Redact, Say
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say
from plein_bot.index import cases as rows
from plein_bot.index import members, preferences, rooms
from plein_bot.index import places as place_rows

logger = logging.getLogger(__name__)


def buttons(taps: tuple[rules.Tap, ...]) -> Sentence | Text:
    names = {
        rules.Tap.SHOW: say("👁️ open (with who reported it)"),
        rules.Tap.WARN: say("⚠️ warn"),
        rules.Tap.MUTE: say("🔇 mute for a day"),
        rules.Tap.REDACT: say("🧹 take the message away"),
        rules.Tap.REMOVE: say("🚪 remove from the place"),
        rules.Tap.BAN: say("⛔ shut out"),
        rules.Tap.CLOSE: say("✖️ nothing wrong"),
        rules.Tap.UPHOLD: say("✅ keep what was done"),
        rules.Tap.LIFT: say("↩️ take it back"),
    }
    return Text(tuple(names[tap] for tap in taps), between=" · ")


async def taps_for(
    act: Act, case: Case, place: Place, reader: UserId | None
) -> tuple[rules.Tap, ...]:
    """What works for who reads it; who reads it in a staff room can do all of it."""
    person = case.target.person
    if reader is None or person is None:
        return rules.taps(case.target)
    known = await people.recognise_all(act, [reader, person])
    mine, theirs = [await places.stand(act, known[one], place) for one in (reader, person)]
    ours = person in (act.plein.bot, act.plein.reserve)
    return rules.taps(case.target, above=mine.power > theirs.power, ours=ours)


async def deciders(act: Act, case: Case, place: Place) -> tuple[UserId, ...]:
    """Those who may decide a case of which the staff room may not know."""
    powers = await places.powers_in(act, place)
    known = await people.recognise_all(act, powers)
    found = []
    for user in sorted(powers):
        standing = await places.stand(act, known[user], place)
        ours = user in (act.plein.bot, act.plein.reserve)
        if not ours and rules.may_decide(case, standing):
            found.append(user)
    return tuple(found)


async def put_up(act: Act, case: Case, place: Place, step: str = "") -> bool:
    """Tell those who decide, each once for a `step`; whether anybody can do something about it."""
    act = _for_case(act, case)
    whole = await story(act, case, place)
    if not rules.is_apart(case, place):
        room = await place_rows.staff_room(act.index, place.root)
        if room is None:
            return False
        await _put_in(act, whole, room, None, step)
        return True
    able = False
    for user in await deciders(act, case, place):
        try:
            room = await chats.with_person(act, user)
            taps = await _put_in(act, whole, room, user, step)
        except TokenRevoked:
            raise
        except HomeserverError as error:
            # The others can decide as well, and whoever reported it waits for an answer.
            logger.warning("%s: %s cannot be told: %s", case.mark, user, error)
            continue
        able = able or not rules.are_idle(case.target, taps)
    return able


async def _put_in(
    act: Act, whole: Story, room: RoomId, person: UserId | None, step: str
) -> tuple[rules.Tap, ...]:
    case = whole.case
    taps = await taps_for(act, case, whole.place, person)
    text = await _with_buttons(act, whole, room, taps)
    told = f"case:{case.number} {step}".strip()
    said = await act.homeserver.say(Say(room, text, told, await _language(act, person)), act.cause)
    # Before the buttons: a tap on one of them must find its case.
    await rows.noticed(act.index, case.number, said, person, room)
    await act.perform([React(room, said, tap.shown) for tap in taps])
    return taps


async def _with_buttons(act: Act, whole: Story, room: RoomId, taps: tuple[rules.Tap, ...]) -> Text:
    encrypted = await rooms.is_encrypted(act.index, room)
    notice = told(whole, act.plein.server, encrypted=encrypted)
    if whole.person and rules.are_idle(whole.case.target, taps):
        idle = say(
            "{name} has no lower role here than you, so all that you can do is close this case.",
            name=whole.person.shown,
        )
        return paragraphs(notice, idle, buttons(taps))
    return paragraphs(notice, buttons(taps))


async def follow(act: Act, case: Case, place: Place, step: str) -> None:
    """The notices say how the case stands now: some more reported it, or fewer.

    One that stands where its reader has moved away from is put up anew.
    """
    act = _for_case(act, case)
    whole = await story(act, case, place)
    for notice in await rows.notices_of(act.index, case.number):
        room = await _room_now(act, place, notice)
        if room is None or await _edit(act, whole, room, notice, step):
            continue
        try:
            await _put_in(act, whole, room, notice.person, step)
        except TokenRevoked:
            raise
        except HomeserverError as error:
            logger.warning("%s: no notice can be put up in %s: %s", case.mark, room, error)
        else:
            await _take_away(act, notice, room)


async def close(act: Act, case: Case, place: Place, text: Sentence, step: str) -> None:
    """Say how it ended; the notices go, with their edits, and so what was quoted in them."""
    act = _for_case(act, case)
    for notice in await rows.notices_of(act.index, case.number):
        room = await _room_now(act, place, notice)
        if room:
            told = Say(room, text, f"case:{step}", await _language(act, notice.person))
            await _say(act, told, case)
        await _take_away(act, notice, room)


async def _edit(act: Act, whole: Story, room: RoomId, notice: rows.Notice, step: str) -> bool:
    """Whether it could be: an edit stands in the room of what it edits, or nowhere."""
    if notice.room not in (room, None):
        return False
    taps = await taps_for(act, whole.case, whole.place, notice.person)
    text = await _with_buttons(act, whole, room, taps)
    language = await _language(act, notice.person)
    said = Say(room, text, f"case:{step}", language, edits=notice.event)
    event = await _say(act, said, whole.case)
    if event is None:
        return False
    await rows.noticed(act.index, whole.case.number, event, notice.person, room, notice.event)
    return True


async def _say(act: Act, told: Say, case: Case) -> EventId | None:
    """What stands in a notice is never worth stopping for what people wait for."""
    try:
        return await act.homeserver.say(told, act.cause)
    except TokenRevoked:
        raise
    except HomeserverError as error:
        logger.warning("%s: %s cannot be told: %s", case.mark, told.room, error)
        return None


async def _take_away(act: Act, notice: rows.Notice, now: RoomId | None) -> None:
    """The originals too: whoever comes later could read those in the history."""
    room = notice.room or now
    if room:
        events = (notice.event, *await rows.edits_of(act.index, notice.event))
        for _, error in await act.try_together(Redact(room, event) for event in events):
            logger.warning("%s: a notice in %s cannot be taken away: %s", act.cause, room, error)
    await rows.notice_is_gone(act.index, notice.event)


async def _room_now(act: Act, place: Place, notice: rows.Notice) -> RoomId | None:
    """Where its readers are now: staff rooms are replaced, and people begin other chats."""
    if notice.person is None:
        return await place_rows.staff_room(act.index, place.root)
    return await members.direct_chat(act.index, act.plein.bot, notice.person)


async def _language(act: Act, person: UserId | None) -> str:
    spoken = await preferences.language(act.index, person) if person else None
    return spoken or act.plein.language


def _for_case(act: Act, case: Case) -> Act:
    """As the bot, for the case: nothing that is said leads back to what a reporter did."""
    return replace(act, actor=act.plein.bot, cause=case.cause)
