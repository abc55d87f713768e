"""Commands that archive a place and reopen it."""

from typing import Annotated

from plein_bot.actions import archiving, members
from plein_bot.actions.archiving import Done, Planned
from plein_bot.commands.calls import Call
from plein_bot.commands.progress import counted
from plein_bot.commands.removals import refused_rooms
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.sentences import Sentence, Text, count, paragraphs, say


@TABLE.command("subsite archive", "deelsite archiveren", whom=Whom.STAFF)
async def archive_subsite(call: Call, place: Annotated[str, Dutch("deelsite")]) -> Reply:
    """Archive a subsite with all its groups: it can be read, and no more."""
    return await _archive(call, place, subsite=True)


@TABLE.command("group archive", "groep archiveren", whom=Whom.STAFF)
async def archive_group(call: Call, place: Annotated[str, Dutch("groep")]) -> Reply:
    """Archive a group: it can be read, and no more."""
    return await _archive(call, place, subsite=False)


@TABLE.command("subsite reopen", "deelsite heropenen", whom=Whom.STAFF)
async def reopen_subsite(call: Call, place: Annotated[str, Dutch("deelsite")]) -> Reply:
    """Make an archived subsite again what it was, with the groups that were archived with it."""
    return await _reopen(call, place, subsite=True)


@TABLE.command("group reopen", "groep heropenen", whom=Whom.STAFF)
async def reopen_group(call: Call, place: Annotated[str, Dutch("groep")]) -> Reply:
    """Make an archived group again what it was."""
    return await _reopen(call, place, subsite=False)


async def _archive(call: Call, text: str, *, subsite: bool) -> Reply:
    standing = await call.place(text)
    planned = await archiving.plan_archiving(call.act, standing, subsite=subsite)
    if not planned.begun:
        call.confirm(await _preview(call, planned), "archive", _situation(planned))
    async with call.act.locks.alone_in(standing.place.root.room):
        each = await counted(call, 1 + len(planned.seen))
        done = await archiving.archive(call.act, planned, each)

    place, groups = planned.place, _done_too(done)
    if place.room in done.failed:
        what = say("I could not archive {place}.", place=place.full_name)
    elif groups:
        what = say(
            "{place} is archived, and with it {groups}.", place=place.full_name, groups=groups
        )
    else:
        what = say("{place} is archived.", place=place.full_name)
    return Reply(paragraphs(what, *_refused(done), _way_back(planned)))


async def _reopen(call: Call, text: str, *, subsite: bool) -> Reply:
    standing = await call.place(text)
    planned = await archiving.plan_reopening(call.act, standing, subsite=subsite)
    if not planned.begun:
        call.confirm(_preview_of_reopening(planned), "reopen", _situation(planned))
    async with call.act.locks.alone_in(standing.place.root.room):
        each = await counted(call, 1 + len(planned.seen))
        done = await archiving.reopen(call.act, planned, each)

    place, groups = planned.place, _done_too(done)
    if place.room in done.failed:
        what = say("I could not reopen {place}.", place=place.full_name)
    elif groups:
        what = say(
            "{place} is open again, and with it {groups}.", place=place.full_name, groups=groups
        )
    else:
        what = say("{place} is open again.", place=place.full_name)
    return Reply(paragraphs(what, *_refused(done)))


def _situation(planned: Planned) -> tuple[str, ...]:
    return (planned.place.room, *(group.room for group in planned.groups))


async def _preview(call: Call, planned: Planned) -> Text:
    place = planned.place
    sizes = await members.counts(call.act, [place])
    what = (
        say(
            "I archive {place} ({people}), and with it {groups}.",
            place=place.full_name,
            people=count(sizes.get(place.room, 0), "{n} member", "{n} members"),
            groups=in_a_row([group.name for group in planned.seen]),
        )
        if planned.seen
        else say(
            "I archive {place} ({people}).",
            place=place.full_name,
            people=count(sizes.get(place.room, 0), "{n} member", "{n} members"),
        )
    )
    means = say(
        "Whoever can read it now can go on reading it. Nobody can write in it, join it or change "
        "it, until it is reopened."
    )
    return paragraphs(what, means, say("Is that right?"))


def _preview_of_reopening(planned: Planned) -> Text:
    place = planned.place
    what = (
        say(
            "I reopen {place}, and with it {groups}, as they were.",
            place=place.full_name,
            groups=in_a_row([group.name for group in planned.seen]),
        )
        if planned.seen
        else say("I reopen {place} as it was.", place=place.full_name)
    )
    return paragraphs(what, say("Is that right?"))


def _done_too(done: Done) -> Sentence | Text | None:
    names = [group.name for group in done.planned.seen if group.room not in done.failed]
    return in_a_row(names) if names else None


def _refused(done: Done) -> tuple[Text, ...]:
    names = {one.room: one.full_name for one in (done.planned.place, *done.planned.seen)}
    return refused_rooms(done.failed, names)


def _way_back(planned: Planned) -> Sentence:
    place = planned.place
    if place.is_subsite:
        return say("Its staff room stays as it is. Back: `subsite reopen {path}`.", path=place.path)
    return say("Back: `group reopen {path}`.", path=place.path)
