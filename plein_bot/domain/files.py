"""Files that people send in a place: where they are kept, and which are versions of one.

A file is its sender's own message. What that cannot carry (folder, tags, description) stands in
`nl.plein.note` events of the bot that refer to it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.mutes import refuse_muted
from plein_bot.domain.people import Role
from plein_bot.domain.sentences import brief, say
from plein_bot.domain.standing import Standing

DEEPEST = 3
LONGEST_FOLDER = 60
LONGEST_DESCRIPTION = 500
MOST_TAGS = 20

# Marks that turn the direction of what follows: `fdp.exe` is then shown as `exe.pdf`.
_TURNING = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_TAG = re.compile(r"#?(\w[\w-]{0,48}\w|\w)")


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file as it stands. `event` is the message that it was sent with, `latest` its last edit.

    `mime` and `size` are what its sender says; `folder` is a path with slashes, "" for none.
    """

    event: EventId
    latest: EventId
    room: RoomId
    sender: UserId
    name: str
    mime: str
    size: int | None
    sent_at: datetime
    folder: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()


def shown_name(name: str) -> str:
    """The name without what could make it look like another."""
    kept = _TURNING.sub("", name)
    plain = "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in kept)
    return " ".join(plain.split())


def name_to_save(name: str) -> str:
    """The same as the name of a file on anybody's machine."""
    return re.sub(r'[/\\:*?"<>|]', "-", shown_name(name)).strip(". ") or "bestand"


def folder_path(text: str) -> str:
    """The path of a folder as it is kept; "" for the place itself. Raises Refusal."""
    parts = [" ".join(shown_name(part).split()) for part in re.split(r"[/\\]", text)]
    parts = [part for part in parts if part not in ("", ".", "..")]
    if len(parts) > DEEPEST:
        raise Refusal(say("A folder may be in a folder, {most} deep at most.", most=DEEPEST))
    for part in parts:
        if len(part) > LONGEST_FOLDER:
            raise Refusal(
                say(
                    "“{name}” is too long for a folder: {most} characters fit.",
                    name=brief(part),
                    most=LONGEST_FOLDER,
                )
            )
    return "/".join(parts)


def tags_of(text: str) -> tuple[str, ...]:
    """Tags as they are typed: `#begroting wijkteam`."""
    found = _TAG.findall(text)
    return tuple(dict.fromkeys(tag.lower() for tag in found))[:MOST_TAGS]


@dataclass(frozen=True, slots=True)
class Note:
    """What the notes about a file say together."""

    folder: str = ""
    description: str | None = None
    tags: tuple[str, ...] | None = None


def note_of(notes: Iterable[Mapping[str, object]]) -> Note:
    """Of each fact the last that was said counts."""
    known: dict[str, object] = {}
    for content in notes:
        known |= content
    tags, description, folder = (known.get(key) for key in ("tags", "description", "folder"))
    return Note(
        folder if isinstance(folder, str) else "",
        description if isinstance(description, str) else None,
        tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else None,
    )


@dataclass(frozen=True, slots=True)
class Versions:
    """A file and what stood under the same name in the same folder before, the newest first."""

    files: tuple[SharedFile, ...]

    @property
    def newest(self) -> SharedFile:
        return self.files[0]


def versions(files: Iterable[SharedFile]) -> tuple[Versions, ...]:
    """By room, folder and name, whatever the case; the newest first."""
    together: dict[tuple[RoomId, str, str], list[SharedFile]] = {}
    for file in sorted(files, key=lambda one: (one.sent_at, one.event), reverse=True):
        key = (file.room, file.folder.casefold(), shown_name(file.name).casefold())
        together.setdefault(key, []).append(file)
    return tuple(Versions(tuple(same)) for same in together.values())


@dataclass(frozen=True, slots=True)
class Folder:
    """What stands in a folder: folders with the number of files in them, and files."""

    folders: tuple[tuple[str, int], ...]
    files: tuple[Versions, ...]


def contents(files: Sequence[Versions], path: str) -> Folder:
    """What stands in the folder at `path`; the folders in it by their whole paths."""
    here: list[Versions] = []
    inside: dict[str, tuple[str, int]] = {}
    depth = len(path.split("/")) if path else 0
    for file in files:
        folder = file.newest.folder
        if folder.casefold() == path.casefold():
            here.append(file)
        elif not path or folder.casefold().startswith(f"{path.casefold()}/"):
            name = "/".join(folder.split("/")[: depth + 1])
            shown, number = inside.get(name.casefold(), (name, 0))
            inside[name.casefold()] = (shown, number + 1)
    return Folder(tuple(inside[key] for key in sorted(inside)), tuple(here))


def refuse_arranging(file: SharedFile, standing: Standing) -> None:
    """Senders look after their own files, staff after all of a place."""
    if file.sender != standing.person.id and standing.power < Role.MODERATOR.power:
        raise Refusal(
            say(
                "Only who sent it and the staff of {place} can do this.",
                place=standing.place.full_name,
            )
        )
    refuse_muted(standing)
