"""Commands that take somebody out of a place."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from plein_bot.actions import removals, sanctions
from plein_bot.actions.cascades import Deed, Done
from plein_bot.actions.ports import HomeserverError
from plein_bot.actions.removals import Planned
from plein_bot.commands.calls import Call
from plein_bot.commands.people import person_and_rest, place_and_words
from plein_bot.commands.progress import counted
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.ids import RoomId
from plein_bot.domain.introductions import with_class
from plein_bot.domain.people import Role
from plein_bot.domain.sentences import Sentence, Text, brief, lines, paragraphs, say


@TABLE.command("remove", "verwijderen", "verwijder", whom=Whom.STAFF)
async def remove(
    call: Call,
    place: Annotated[str, Dutch("plek")],
    person: Annotated[str, Dutch("wie")],
    reason: Annotated[str, Dutch("reden")] = "",
) -> Reply:
    """Take somebody out of a place, of a subsite out of its groups too; the reason goes to them."""
    standing, who, reason = await place_and_words(call, place, person, reason)
    standing.require(Role.MODERATOR)
    rooms = (standing.place.room, standing.place.root.room)
    somebody, reason = await person_and_rest(call, who, reason, rooms)
    planned = await removals.plan(call.act, standing, somebody)
    deed = planned.deed
    if not deed.begun:
        meant = f"{standing.place.path} {somebody.id} {reason}".strip()
        call.confirm(
            _preview(planned),
            "remove",
            deed.place.room,
            deed.behind,
            somebody.id,
            line=f"remove {meant}",
            instead=(f"ban {meant}",) if planned.comes_back else (),
        )

    async with call.act.locks.alone_in(standing.place.root.room):
        one = await sanctions.impose(call.act, deed, reason)
        count = await counted(call, deed.shown)
        done = await removals.carry_out(call.act, replace(deed, why=one.mark), count)
    told = await removals.tell(call.act, done, reason)

    return Reply(paragraphs(_answer(done), *left_over(done, told=told)))


def _preview(planned: Planned) -> Text:
    deed = planned.deed
    name, place = deed.person.shown, deed.place
    who = with_class(deed.person)
    parts: list[Sentence | Text] = []
    if following := names_of(deed):
        parts.append(
            say(
                "I remove {who} from {place}, and with it from {rooms}.",
                who=who,
                place=place.full_name,
                rooms=in_a_row(following),
            )
        )
    else:
        parts.append(say("I remove {who} from {place}.", who=who, place=place.full_name))
    if planned.stays:
        parts.append(
            say(
                "{name} stays in {groups}, which take people from outside too.",
                name=name,
                groups=in_a_row([group.name for group in planned.stays]),
            )
        )
    if planned.comes_back:
        parts.append(
            say(
                "{name} can walk in again without asking: joining is “{joining}”. "
                "Answer `1` to shut {name} out instead.",
                name=name,
                joining=place.settings.joining,
            )
        )
    parts.append(say("Is that right?"))
    return paragraphs(*parts)


def _answer(done: Done) -> Sentence:
    deed = done.deed
    name, place = deed.person.shown, deed.place.full_name
    if deed.place.room in done.failed:
        return say("I could not remove {name} from {place}.", name=name, place=place)
    if following := names_of(deed, but=done):
        return say(
            "{name} is removed from {place}, and with it from {rooms}.",
            name=name,
            place=place,
            rooms=in_a_row(following),
        )
    return say("{name} is removed from {place}.", name=name, place=place)


def names_of(deed: Deed, *, but: Done | None = None) -> list[Sentence | str]:
    """The rooms that follow the place itself, as far as the actor may know of them."""
    failed = but.failed if but else {}
    named: list[Sentence | str] = [g.name for g in deed.groups if g.room not in failed]
    staff_room = deed.around.staff_room
    if staff_room and staff_room in deed.behind and staff_room not in failed:
        named.append(say("the staff room"))
    return named


def refused_rooms(
    failed: Mapping[RoomId, HomeserverError], names: Mapping[RoomId, Sentence | str]
) -> tuple[Text, ...]:
    known = {room: error for room, error in failed.items() if room in names}
    if not known:
        return ()
    why = (
        say("{place}: {why}", place=names[room], why=brief(str(error), 200))
        for room, error in known.items()
    )
    return (lines(say("This did not work, because the homeserver refused:"), *why),)


def left_over(done: Done, *, told: bool) -> tuple[Sentence | Text, ...]:
    """What could not be done, and why; of rooms that the actor may not know of nothing."""
    around = done.deed.around
    names: dict[RoomId, Sentence | str] = {
        group.room: group.full_name for group in around.groups if group.room in around.shown
    }
    names[done.deed.place.room] = done.deed.place.full_name
    if around.staff_room:
        names[around.staff_room] = say("the staff room")
    parts: list[Sentence | Text] = [*refused_rooms(done.failed, names)]
    if not told:
        parts.append(
            say("{name} cannot be reached now, and was not told.", name=done.deed.person.shown)
        )
    return tuple(parts)
