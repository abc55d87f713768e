"""Files of a place: listed, arranged, and sent to whoever may read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from plein_bot.actions import chats, people, reading, scanning
from plein_bot.actions import search as searching
from plein_bot.actions.acts import Act
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.domain import files as rules
from plein_bot.domain.effects import Note, Redact, SendFile
from plein_bot.domain.errors import Refusal
from plein_bot.domain.files import SharedFile, Versions
from plein_bot.domain.ids import EventId, UserId
from plein_bot.domain.insides import Inside
from plein_bot.domain.media import Media
from plein_bot.domain.people import Person
from plein_bot.domain.posts import Post
from plein_bot.domain.sentences import Sentence, say
from plein_bot.domain.standing import Standing
from plein_bot.index import file_scans, file_texts, showing, zips
from plein_bot.index import files as rows

_MOST_SAME = 20
LARGEST = 100 * 1024 * 1024
"""Bytes of a file that Plein itself sends: it passes through its memory."""


class NoSuchFile(Refusal):
    """There is none, it was taken away, or this person may not read it: the same words."""

    def __init__(self) -> None:
        super().__init__(say("I know no such file. The files of a place: `files <place>`."))


@dataclass(frozen=True, slots=True)
class Found:
    """A file, where the reader stands with its place, and who sent it."""

    file: SharedFile
    standing: Standing
    sender: Person


async def listed(act: Act, standing: Standing) -> tuple[Versions, ...]:
    """The files of a place that the actor may read; of a subsite those of its groups."""
    rooms = await searching.rooms_in(act, standing)
    found = await _readable(act, await rows.of_rooms(act.index, rooms))
    return rules.versions(one.file for one in found)


async def find(act: Act, event: EventId) -> Found:
    file = await rows.of_event(act.index, event)
    found = await _readable(act, [file]) if file else ()
    if not found:
        raise NoSuchFile
    return found[0]


async def of_post(act: Act, post: Post) -> tuple[Found, ...]:
    """The file that a post was, and what people sent in its thread, the oldest first."""
    there = await showing.files_of(act.index, post.event)
    found = await _readable(act, [file for file in there if file.sender != act.plein.bot])
    return found[::-1]


async def media(act: Act, found: Found) -> Media:
    """Where a file is, for whoever may read it. Raises NoSuchFile."""
    where = await rows.media_of(act.index, found.file)
    if where is None:
        raise NoSuchFile
    return where


async def history(act: Act, found: Found) -> tuple[Found, ...]:
    """The versions of a file, the newest first."""
    file = found.file
    there = await rows.of_rooms(act.index, [file.room])
    same = next(v for v in rules.versions(there) if file.event in {f.event for f in v.files})
    return await _readable(act, same.files)


async def unscanned(act: Act, found: Found) -> Sentence | None:
    """Why it is not known whether there is a virus in it; None where it is, or nobody looks."""
    if act.scanner is None:
        return None
    return scanning.unscanned(await file_scans.of_file(act.index, found.file))


async def same(act: Act, found: Found) -> tuple[Found, ...]:
    """Other files with the very same content that the actor may read."""
    others = await file_texts.same_content(act.index, found.file.event)
    files = [await rows.of_event(act.index, event) for event in others[:_MOST_SAME]]
    return await _readable(act, [file for file in files if file])


async def inside(act: Act, found: Found) -> Inside:
    """What came of reading the file as it stands now."""
    return await file_texts.inside(act.index, found.file)


async def senders(act: Act, files: Iterable[SharedFile]) -> Mapping[UserId, Person]:
    return await people.recognise_all(act, {file.sender for file in files})


async def _readable(act: Act, files: Iterable[SharedFile]) -> tuple[Found, ...]:
    found = tuple(files)
    if not found:
        return ()
    standings = await reading.standings(act, {file.room for file in found})
    spoken = {(file.room, event) for file in found for event in (file.event, file.latest)}
    may = await reading.readable(act, spoken, standings) if spoken else frozenset()
    known = await people.recognise_all(act, {file.sender for file in found})
    return tuple(
        Found(file, standings[file.room], known[file.sender])
        for file in found
        if {file.event, file.latest} <= may
    )


async def move(act: Act, found: Found, folder: str) -> SharedFile:
    return await _note(act, found, replace(found.file, folder=rules.folder_path(folder)))


async def describe(act: Act, found: Found, text: str) -> SharedFile:
    if len(text) > rules.LONGEST_DESCRIPTION:
        raise Refusal(
            say(
                "This is too long to describe a file: {most} characters fit.",
                most=rules.LONGEST_DESCRIPTION,
            )
        )
    return await _note(act, found, replace(found.file, description=" ".join(text.split())))


async def tag(act: Act, found: Found, text: str) -> SharedFile:
    return await _note(act, found, replace(found.file, tags=rules.tags_of(text)))


async def _note(act: Act, found: Found, after: SharedFile) -> SharedFile:
    """Say of a file what is different now, and wait until it is known."""
    rules.refuse_arranging(found.file, found.standing)
    content: dict[str, object] = {}
    if after.folder != found.file.folder:
        content["folder"] = after.folder
    if after.description != found.file.description:
        content["description"] = after.description
    if set(after.tags) != set(found.file.tags):
        content["tags"] = list(after.tags)
    if content:
        await act.perform([Note(after.room, after.event, content)])

        async def told() -> bool:
            now = await rows.of_event(act.index, after.event)
            return now is None or _arranged(now) == _arranged(after)

        await act.told_back(told)
    await act.record("file.arrange", after.room, event=after.event)
    return after


def _arranged(file: SharedFile) -> tuple[object, ...]:
    return file.folder, file.description, frozenset(file.tags)


async def send(act: Act, event: EventId) -> Found:
    """Send the file itself to the actor apart; their right to it is asked again, now."""
    found = await find(act, event)
    media = await rows.media_of(act.index, found.file)
    if media is None:
        raise NoSuchFile
    try:
        data = await act.homeserver.fetch(media, LARGEST)
    except TokenRevoked:
        raise
    except HomeserverError as error:
        raise _not_sent(error, found.file) from error
    await scanning.refuse_unsafe(act.scanner, act.index, found.file, data)
    chat = await chats.with_person(act, act.actor)
    copy = await act.homeserver.send_file(
        SendFile(
            chat,
            data,
            found.file.mime or "application/octet-stream",
            rules.name_to_save(found.file.name),
            f"copy {event}",
        ),
        act.cause,
    )
    await rows.remember_copy(act.index, event, chat, copy)
    if await rows.of_event(act.index, event) is None:
        # It was taken away meanwhile, before anybody knew of this copy.
        await taken_away(act, event)
        raise NoSuchFile
    await act.record("file.send", found.file.room, event=found.file.event)
    return found


def _not_sent(error: HomeserverError, file: SharedFile) -> Refusal:
    name = rules.shown_name(file.name)
    if error.code == "M_TOO_LARGE":
        return Refusal(
            say("“{name}” is too large for me to send. Open it where it stands.", name=name)
        )
    return Refusal(say("The homeserver no longer has “{name}”.", name=name))


async def taken_away(act: Act, event: EventId) -> None:
    """Something was redacted: where it was a file, its copies go too, and zips with it."""
    copies = await rows.copies(act.index, event)
    zipped = await zips.holding(act.index, event)
    if copies or zipped:
        await act.try_together(Redact(chat, copy) for chat, copy in (*copies, *zipped))
        await rows.forget_copies(act.index, event)
        await zips.taken_away(act.index, event)
