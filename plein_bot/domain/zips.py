"""A zip of a folder: what goes into it, under which name, and what is left out and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from plein_bot.domain.files import SharedFile, Versions, name_to_save, shown_name
from plein_bot.domain.sentences import Sentence, say

ZIP = "file.zip"
"""The kind of timer that makes one, and the act in the audit."""

MOST_FILES = 500
LARGEST = 45 * 1024 * 1024
"""Bytes of all files together: homeservers take 50 MB in one file, unless they were told otherwise,
and a file and the zip of it pass through Plein's memory."""

_LONGEST_NAME = 120
"""Characters of a name: what no machine refuses, also in a folder with a long name."""


class Why(StrEnum):
    TOO_MANY = "too many"
    TOO_LARGE = "too large"
    GONE = "gone"
    UNSCANNED = "unscanned"
    INFECTED = "infected"


@dataclass(frozen=True, slots=True)
class LeftOut:
    name: str
    why: Why


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it: the zip's own name, the paths in it, and what was left out."""

    name: str
    paths: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def within(files: Sequence[Versions], folder: str) -> tuple[SharedFile, ...]:
    """The newest versions of what stands in a folder, and in the folders in it."""
    start = folder.casefold()
    return tuple(
        one.newest
        for one in files
        if not start
        or one.newest.folder.casefold() == start
        or one.newest.folder.casefold().startswith(f"{start}/")
    )


@dataclass
class Paths:
    """Names of files in one zip: each is there once, whatever the case, on anybody's machine."""

    taken: set[str] = field(default_factory=set)

    def of(self, folders: Iterable[str], name: str) -> str:
        parts = [_short(name_to_save(part), "") for part in folders if part]
        saved = name_to_save(name)
        stem, dot, ending = saved.rpartition(".")
        if not stem or len(ending) > 10:
            stem, dot, ending = saved, "", ""
        number = 1
        while True:
            again = f" ({number})" if number > 1 else ""
            path = "/".join([*parts, _short(stem, f"{again}{dot}{ending}")])
            if path.casefold() not in self.taken:
                self.taken.add(path.casefold())
                return path
            number += 1


def _short(stem: str, ending: str) -> str:
    return f"{stem[: _LONGEST_NAME - len(ending)].rstrip()}{ending}"


def name_of(place: str, folder: str) -> str:
    """What a zip is called: by the place and the folder that it is of."""
    whole = f"{place}/{folder}" if folder else place
    return _short(name_to_save(whole.replace("/", " - ")), ".zip")


def because(one: LeftOut) -> Sentence:
    name = shown_name(one.name)
    match one.why:
        case Why.TOO_MANY:
            return say("“{name}”: there are more than {most} files.", name=name, most=MOST_FILES)
        case Why.TOO_LARGE:
            return say(
                "“{name}”: with it the zip would be larger than {most} MB.",
                name=name,
                most=LARGEST // (1024 * 1024),
            )
        case Why.GONE:
            return say("“{name}”: the homeserver no longer has it.", name=name)
        case Why.UNSCANNED:
            return say("“{name}”: it was not checked for viruses.", name=name)
        case Why.INFECTED:
            return say("“{name}”: there is a virus in it.", name=name)
