"""A file in which a virus was found is withdrawn, and those concerned are told."""

from typing import Any

from plein_bot.actions import chats, drift, files, people, posts, staff
from plein_bot.actions.acts import Act
from plein_bot.domain.effects import Redact
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.scanning import INFECTED
from plein_bot.domain.sentences import Sentence, say
from plein_bot.index import places as rows


async def withdraw(act: Act, subject: dict[str, Any]) -> None:
    """What the timer of a scan asks (`actions/scanning.py`); done again it tells nobody twice."""
    room, sender = RoomId(subject["room"]), UserId(subject["sender"])
    events = [EventId(event) for event in subject["events"]]
    now = (await rows.all_going_on_in(act.index, [room])).get(room, room)
    one = await drift.kept(act, now)
    await act.begin(INFECTED, room, sender)
    why = say("The virus scanner stopped this file.")
    refused = await act.try_together(Redact(room, e, why, act.plein.language) for e in events)
    for event in events:
        await files.taken_away(act, event)
    if one:
        async with act.locks.alone_in(one.place.root.room):
            for event in events:
                await posts.clear(act, room, event)
    where = one.place.full_name if one else room
    facts = {"name": subject["name"], "finding": subject["finding"], "place": where}
    told = await chats.reach(act, sender, _to_sender(facts, stands=bool(refused)), "infected")
    if one:
        who = (await people.recognise(act, sender)).shown
        await staff.tell(
            act, one.place, _to_staff(facts, who, stands=bool(refused), told=told), "infected"
        )
    outcome = refused[0][1].code if refused else "done"
    await act.record(INFECTED, room, sender, outcome, event=events[0])


def _to_sender(facts: dict[str, str], *, stands: bool) -> Sentence:
    if stands:
        return say(
            "There is a virus in “{name}”, which you sent in {place}. The virus scanner calls it "
            "{finding}. I cannot take the file away there: please do so yourself, and let your own "
            "organisation look at the computer that it came from.",
            **facts,
        )
    return say(
        "There is a virus in “{name}”, which you sent in {place}. The virus scanner calls it "
        "{finding}. I took the file away. Let your own organisation look at the computer that it "
        "came from, and do not send it again.",
        **facts,
    )


def _to_staff(facts: dict[str, str], who: str, *, stands: bool, told: bool) -> Sentence:
    if stands:
        return say(
            "⚠️ {who} sent “{name}” in {place}. The virus scanner found {finding} in it, and I "
            "could not take it away: the homeserver refuses. Please take it away yourselves.",
            who=who,
            **facts,
        )
    if not told:
        return say(
            "⚠️ {who} sent “{name}” in {place}. The virus scanner found {finding} in it, and I "
            "took it away. I could not reach {who} to say so.",
            who=who,
            **facts,
        )
    return say(
        "⚠️ {who} sent “{name}” in {place}. The virus scanner found {finding} in it, and I took "
        "it away. {who} knows of it.",
        who=who,
        **facts,
    )
