"""Commands about the files of a place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from plein_bot.actions import files as actions
from plein_bot.actions import indexing, infections, members
from plein_bot.actions.acts import Act
from plein_bot.actions.files import Found
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.replies import Reply
from plein_bot.commands.search import meant
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.commands.timers import when_due
from plein_bot.domain import files as rules
from plein_bot.domain import insides, links
from plein_bot.domain.audiences import audience_of
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Due
from plein_bot.domain.files import SharedFile, Versions
from plein_bot.domain.ids import EventId, UserId
from plein_bot.domain.people import Person
from plein_bot.domain.scanning import INFECTED
from plein_bot.domain.sentences import NOTHING, Sentence, Text, count, lines, paragraphs, say


@dataclass(frozen=True, slots=True)
class _Item:
    """A line of a list: a folder with the number of files in it, or a file."""

    folder: str = ""
    number: int = 0
    file: Versions | None = None


@TABLE.command("files", "bestanden")
async def listing(
    call: Call,
    place: Annotated[str, Dutch("plek")] = ".",
    *,
    folder: Annotated[str, Dutch("map")] = "",
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show the files of a place, by folder, the newest first."""
    standing = await call.place(place)
    path = rules.folder_path(folder)
    found = await actions.listed(call.act, standing)
    here = rules.contents(found, path)
    known = await actions.senders(call.act, (one.newest for one in here.files))
    items = [_Item(name, number) for name, number in here.folders]
    items += [_Item(file=file) for file in here.files]
    where = f"{standing.place.full_name}/{path}" if path else standing.place.full_name
    withheld = await indexing.withheld(call.act, standing.place)
    if not items:
        nothing = say("There are no files in {place} that you can read.", place=where)
        return Reply(paragraphs(nothing, *filter(None, [withheld])))
    total = sum(number for _, number in here.folders) + len(here.files)
    again = f"files {standing.place.path}"
    reply = shown_page(
        count(total, "One file in {place}:", "{n} files in {place}:", place=where),
        items,
        page,
        lambda item: _line(item, known),
        again + (f" --folder {path}" if path else ""),
        value=lambda item: item.file.newest.event if item.file else "",
    )
    offers = tuple(
        f"file show {item.file.newest.event}" if item.file else f"{again} --folder {item.folder}"
        for item in items
    )
    return Reply(
        paragraphs(reply.text, *filter(None, [withheld]), say("Answer with a number.")),
        offers=offers,
        shown=reply.shown,
        more=reply.more,
    )


def _line(item: _Item, known: Mapping[UserId, Person]) -> Sentence:
    if item.file is None:
        return count(
            item.number,
            "📁 **{folder}** · one file",
            "📁 **{folder}** · {n} files",
            folder=item.folder,
        )
    file = item.file.newest
    return say(
        "**{name}**{size} · {sender} · {date}{versions}",
        name=rules.shown_name(file.name),
        size=_size(file),
        sender=known[file.sender].shown,
        date=file.sent_at.date(),
        versions=say(" · version {n}", n=len(item.file.files))
        if len(item.file.files) > 1
        else NOTHING,
    )


def _size(file: SharedFile) -> Sentence | Text:
    if file.size is None:
        return NOTHING
    if file.size < 1_000_000:
        return say(" · {n} kB", n=max(1, round(file.size / 1000)))
    return say(" · {n} MB", n=round(file.size / 1_000_000))


@TABLE.command("file show", "bestand toon", "bestand tonen", "file get", "bestand haal")
async def show(call: Call, file: Annotated[str, Dutch("nummer")]) -> Reply:
    """Show what is known of a file, with a link that opens it."""
    found = await actions.find(call.act, _meant(call, file))
    versions = await actions.history(call.act, found)
    one, place = found.file, found.standing.place
    sizes = await members.counts(call.act, [place])
    name = rules.shown_name(one.name)
    facts: list[Sentence | Text] = [
        say("**{link}**", link=links.to_event(name, one.room, one.event, call.act.plein.server)),
        say(
            "{sender} · {place} · {moment}{size}",
            sender=found.sender.shown,
            place=place.full_name,
            moment=one.sent_at,
            size=_size(one),
        ),
        say("Who reads along: {audience}", audience=audience_of(place, sizes.get(place.room, 0))),
    ]
    if one.folder:
        facts.append(say("Folder: {folder}", folder=one.folder))
    if one.tags:
        facts.append(say("Tags: {tags}", tags=" ".join(f"#{tag}" for tag in one.tags)))
    if one.description:
        facts.append(say("{text}", text=one.description))
    facts += insides.told(await actions.inside(call.act, found))
    if unscanned := await actions.unscanned(call.act, found):
        facts.append(unscanned)
    if len(versions) > 1:
        facts.append(
            count(len(versions), "There is one version.", "There are {n} versions: `file history`.")
        )
    if others := await actions.same(call.act, found):
        server = call.act.plein.server
        same = (
            say(
                "{link}",
                link=links.to_event(
                    other.standing.place.full_name, other.file.room, other.file.event, server
                ),
            )
            for other in others
        )
        facts.append(say("The very same file stands here too: {places}", places=in_a_row([*same])))
    return Reply(
        paragraphs(
            lines(*facts), say("`send` and its number in the list sends the file itself here.")
        ),
        shown=() if call.shown else (one.event,),
        keeps_list=True,
    )


@TABLE.command("file history", "bestand geschiedenis", "bestand historie", "bestand versies")
async def history(call: Call, file: Annotated[str, Dutch("nummer")]) -> Reply:
    """Show what stood under the same name in the same folder before."""
    found = await actions.find(call.act, _meant(call, file))
    versions = await actions.history(call.act, found)
    return shown_page(
        count(
            len(versions),
            "There is one version of “{name}”:",
            "There are {n} versions of “{name}”:",
            name=rules.shown_name(found.file.name),
        ),
        versions,
        1,
        lambda one: say(
            "{sender} · {moment}{size}",
            sender=one.sender.shown,
            moment=one.file.sent_at,
            size=_size(one.file),
        ),
        "file history",
        value=lambda one: one.file.event,
        each="file show",
    )


@TABLE.command("file move", "bestand verplaats", "file folder", "bestand map")
async def move(
    call: Call,
    file: Annotated[str, Dutch("nummer")],
    folder: Annotated[str, Dutch("map")],
) -> Reply:
    """Put a file in a folder of its place; a folder is there as soon as something is in it."""
    found = await _alone(call, file)
    async with call.act.locks.alone_in(found.standing.place.root.room):
        moved = await actions.move(call.act, found, folder)
    name, where = rules.shown_name(moved.name), found.standing.place.full_name
    if not moved.folder:
        told = say("“{name}” stands in no folder of {place} now.", name=name, place=where)
    else:
        told = say(
            "“{name}” stands in {place}/{folder} now.", name=name, place=where, folder=moved.folder
        )
    return Reply(told, keeps_list=True)


@TABLE.command("file describe", "bestand omschrijf", "bestand omschrijving")
async def describe(
    call: Call,
    file: Annotated[str, Dutch("nummer")],
    text: Annotated[str, Dutch("tekst")] = "",
) -> Reply:
    """Say in a few words what a file is; without them the description goes."""
    found = await _alone(call, file)
    async with call.act.locks.alone_in(found.standing.place.root.room):
        changed = await actions.describe(call.act, found, text)
    name = rules.shown_name(changed.name)
    if not changed.description:
        told = say("“{name}” has no description now.", name=name)
    else:
        told = say("“{name}” is described now: {text}", name=name, text=changed.description)
    return Reply(told, keeps_list=True)


@TABLE.command("file tag", "bestand label", "bestand labels")
async def tag(
    call: Call,
    file: Annotated[str, Dutch("nummer")],
    tags: Annotated[str, Dutch("labels")] = "",
) -> Reply:
    """Give a file tags, by which it is found; these take the place of those that it had."""
    found = await _alone(call, file)
    async with call.act.locks.alone_in(found.standing.place.root.room):
        changed = await actions.tag(call.act, found, tags)
    name = rules.shown_name(changed.name)
    if not changed.tags:
        told = say("“{name}” has no tags now.", name=name)
    else:
        shown = " ".join(f"#{one}" for one in changed.tags)
        told = say("“{name}” has these tags now: {tags}", name=name, tags=shown)
    return Reply(told, keeps_list=True)


def _meant(call: Call, text: str) -> EventId:
    event = meant(call, text)
    if not event:
        raise Refusal(say("Number {number} is a folder: the number alone opens it.", number=text))
    return event


async def _alone(call: Call, file: str) -> Found:
    found = await actions.find(call.act, _meant(call, file))
    rules.refuse_arranging(found.file, found.standing)
    return found


@TABLE.command("send", "stuur", "file send", "bestand stuur")
async def send(call: Call, file: Annotated[str, Dutch("nummer")]) -> Reply:
    """Send you a file itself, here in our direct chat."""
    found = await actions.send(call.act, _meant(call, file))
    return Reply(
        say(
            "Here is “{name}” from {place}. When it is taken away there, I take it away here.",
            name=rules.shown_name(found.file.name),
            place=found.standing.place.full_name,
        ),
        keeps_list=True,
    )


@when_due(INFECTED)
async def _infected(act: Act, timer: Due) -> None:
    await infections.withdraw(act, dict(timer.subject))
