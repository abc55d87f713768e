"""Following a policy list: which, how far, and what becomes of those whom it hits (design 8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, unquote

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.policies import Rule
from plein_bot.domain.sentences import brief, say
from plein_bot.domain.standing import Standing

TYPE = "nl.plein.policy"
"""In the space of a subsite, under the id of the list's room: that it follows that list."""

MOST = 20
"""Lists that a subsite follows at a time: each is looked through for whoever comes."""


class Mode(StrEnum):
    """How far a list is followed. One that is let go of keeps its number."""

    DRY_RUN = "dry-run"
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Following:
    """`room` is that of the list. `number` is what people call it; no other list ever has it."""

    number: int
    subsite: RoomId
    room: RoomId
    mode: Mode
    name: str = ""

    @property
    def content(self) -> dict[str, Any]:
        return {"number": self.number, "mode": self.mode.value}

    def to(self, mode: Mode) -> "Following":
        return replace(self, mode=mode)

    @property
    def shown(self) -> str:
        return brief(self.name) or self.room


def following(
    subsite: RoomId, room: str, content: Mapping[str, Any], name: str = ""
) -> Following | None:
    number, mode = content.get("number"), content.get("mode")
    if not isinstance(number, int) or mode not in set(Mode):
        return None
    return Following(number, subsite, RoomId(room), Mode(mode), name)


class HitState(StrEnum):
    """`asked`: the staff decide. `begun`: being shut out. `spared`: not, whatever the list says.

    `held`: the list hit too many, and the staff decide about all of them.
    """

    ASKED = "asked"
    BEGUN = "begun"
    DONE = "done"
    SPARED = "spared"
    HELD = "held"

    @property
    def shuts_out(self) -> bool:
        return self in (HitState.BEGUN, HitState.DONE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A list that a subsite follows has a rule against somebody who came there."""

    number: int
    subsite: RoomId
    list_room: RoomId
    person: UserId
    state: HitState
    cause: str
    notice: EventId | None = None
    decided_cause: str | None = None


@dataclass(frozen=True, slots=True)
class Hits:
    """Whom a list comes to in a subsite: who goes, of whom the staff are asked first, who stays.

    `places` says in how many rooms somebody is.
    """

    out: Mapping[Person, Rule] = field(default_factory=dict)
    asked: Mapping[Person, Rule] = field(default_factory=dict)
    staff: tuple[Person, ...] = ()
    places: Mapping[UserId, tuple[Place, ...]] = field(default_factory=dict)

    @property
    def situation(self) -> tuple[str, ...]:
        """What somebody says yes to."""
        return tuple(sorted(person.id for person in (*self.out, *self.asked)))


def refuse_following(standing: Standing) -> None:
    """Refuse whoever is not an admin, and where it is no whole subsite."""
    standing.require(Role.ADMIN)
    if not standing.place.is_subsite:
        raise Refusal(
            say(
                "A policy list holds for a whole subsite. Name the subsite: `{slug}`.",
                slug=standing.place.root.slug,
            )
        )


def no_such_list(number: int) -> Refusal:
    return Refusal(
        say("I know no policy list {number}. Type `policy lists` to see them.", number=number)
    )


def no_such_hit(number: int) -> Refusal:
    return Refusal(say("There is no question {number} about a policy list.", number=number))


@dataclass(frozen=True, slots=True)
class Reference:
    """How somebody named a room: by its id or an address, with the homeservers that know it."""

    name: str
    via: tuple[str, ...] = ()

    @property
    def room(self) -> RoomId | None:
        return RoomId(self.name) if self.name.startswith("!") else None


_URI = {"r/": "#", "roomid/": "!"}


def reference(text: str) -> Reference:
    """Read an address, an id, or a link to a room. Raises the Refusal for what is none."""
    whole = text.strip().strip("<>")
    link, _, query = whole.partition("?")
    via = tuple(value for key, value in parse_qsl(query) if key == "via" and value)
    if "matrix.to/#/" in link:
        link = unquote(link.partition("matrix.to/#/")[2])
    elif link.startswith("matrix:"):
        kind = next((one for one in _URI if link.startswith(f"matrix:{one}")), "")
        link = _URI.get(kind, "") + unquote(link.removeprefix(f"matrix:{kind}"))
    name = link.partition("/")[0]
    server = name.partition(":")[2]
    if not (name.startswith("#") and server) and not (name.startswith("!") and name[1:]):
        raise Refusal(
            say(
                "“{text}” is no room. Give the address of the list, for example "
                "`#list:example.org`, or a link to it.",
                text=brief(text),
            )
        )
    return Reference(name, tuple(dict.fromkeys((*via, server)) if server else via))
