"""Places: subsites, the groups in them, and the settings that decide how open they are."""

from dataclasses import dataclass, replace
from enum import StrEnum

from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Person
from plein_bot.domain.protections import NONE, Guard, Guards, Origin, Protection, in_force

MEMBERS_GROUP = "leden"
PUBLIC_GROUP = "publiek"
STAFF_ROOM = "beheer"
GIVEN_TOPICS = frozenset(
    {"Uw naam en wat u schrijft zijn openbaar.", "Your name and what you write are public."}
)
"""What Plein gave public groups for a topic, in the language of who made them. A room keeps it."""


class Kind(StrEnum):
    """What a managed room is; stands in its create event as `nl.plein.kind`."""

    SUBSITE = "subsite"
    GROUP = "group"
    STAFF = "staff"
    INNER = "inner"
    POLICY = "policy"
    REGISTER = "register"


class Visibility(StrEnum):
    """From closed to open, in the order of `openness`."""

    HIDDEN = "hidden"
    MEMBERS = "members"
    LISTED = "listed"
    PUBLIC = "public"

    @property
    def openness(self) -> int:
        return list(Visibility).index(self)


class Joining(StrEnum):
    OPEN = "open"
    MEMBERS = "members"
    REQUEST = "request"
    ORGANISATION = "organisation"
    INVITE = "invite"


class Posting(StrEnum):
    EVERYONE = "everyone"
    AUTHORS = "authors"
    STAFF = "staff"


class Inviting(StrEnum):
    MEMBERS = "members"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an owner decides about a place. `cap` only means something for a subsite.

    `citizens` and `external` are what was chosen; what holds is `Place.citizens_allowed`.
    `organisations` are the slugs of `joining: organisation`. Without `history`, which only a hidden
    place can be, people read what was said since they came. `servers` are the slugs of those whose
    homeservers may take part in a subsite beside the plein's own; None where all may. `authors` are
    those who start things where `posting` is for authors, beside the staff. With `overview` a group
    is told once a month which files are new in it. `protections` are those that it sets itself.
    `slow` is how people join otherwise, where many came in at once and now have to ask.
    is told once a month which files are new in it. `denied` are homeservers that may not, because
    the policy lists of the subsite say so; nobody chooses these.
    """

    visibility: Visibility
    joining: Joining
    posting: Posting = Posting.EVERYONE
    citizens: bool = False
    external: bool = False
    invite: Inviting = Inviting.STAFF
    index: bool = False
    encrypted: bool = False
    organisations: tuple[str, ...] = ()
    cap: Visibility | None = None
    history: bool = True
    servers: tuple[str, ...] | None = None
    authors: tuple[UserId, ...] = ()
    overview: bool = False
    protections: Guards = NONE
    slow: Joining | None = None
    denied: tuple[str, ...] = ()


SUBSITE_DEFAULTS = Settings(Visibility.LISTED, Joining.REQUEST)
GROUP_DEFAULTS = Settings(Visibility.MEMBERS, Joining.OPEN)
PUBLIC_GROUP_SETTINGS = Settings(Visibility.PUBLIC, Joining.OPEN, Posting.AUTHORS, citizens=True)


def cap_under(visibility: Visibility) -> Visibility:
    """The cap that a subsite's own visibility brings: of a hidden one, what its members see."""
    return max(visibility, Visibility.MEMBERS, key=lambda v: v.openness)


@dataclass(frozen=True, slots=True)
class Place:
    """A subsite or a group as it stands. `subsite` is None for a subsite itself.

    `room` is empty while the place is being made.
    """

    room: RoomId
    slug: str
    name: str
    settings: Settings
    topic: str = ""
    subsite: "Place | None" = None
    archived: bool = False

    @property
    def about(self) -> str:
        """The topic, where people wrote it: what Plein says of a place, it says to each reader."""
        return "" if self.topic in GIVEN_TOPICS else self.topic

    @property
    def is_subsite(self) -> bool:
        return self.subsite is None

    @property
    def root(self) -> "Place":
        """The subsite that it belongs to, or is."""
        return self.subsite or self

    @property
    def path(self) -> str:
        """`zaanstreek`, `zaanstreek/jeugdzorg`."""
        return f"{self.subsite.slug}/{self.slug}" if self.subsite else self.slug

    @property
    def full_name(self) -> str:
        """For people: `Zaanstreek`, `Zaanstreek/Jeugdzorg`."""
        return f"{self.subsite.name}/{self.name}" if self.subsite else self.name

    @property
    def cap(self) -> Visibility:
        """How open anything in this subsite may be (design 5.2, Caps).

        Unless an owner says otherwise, a hidden subsite's groups are seen by its members.
        """
        settings = self.root.settings
        return settings.cap or cap_under(settings.visibility)

    @property
    def citizens_allowed(self) -> bool:
        """Whether citizens may come in; where everybody reads along they always may."""
        return self.settings.citizens or self.settings.visibility is Visibility.PUBLIC

    @property
    def is_external(self) -> bool:
        """Whether people who are not in the subsite may be in this group (design 5.3)."""
        in_sight = self.settings.visibility in (Visibility.PUBLIC, Visibility.LISTED)
        by_joining = (self.settings.slow or self.settings.joining) in (
            Joining.OPEN,
            Joining.REQUEST,
            Joining.ORGANISATION,
        )
        return self.settings.external or (in_sight and by_joining)

    @property
    def all_of_subsite_may_enter(self) -> bool:
        """Whether being in the subsite is enough; not where it has citizens and this has none."""
        return self.citizens_allowed or not self.root.citizens_allowed

    def guard_of(self, protection: Protection) -> tuple[Guard, Origin]:
        """How a protection stands here, and who says so."""
        above = self.subsite.settings.protections if self.subsite else NONE
        public = self.settings.visibility is Visibility.PUBLIC
        return in_force(protection, self.settings.protections, above, public=public)

    def guards(self) -> dict[Protection, Guard]:
        """The protections that do anything here; nothing happens in an archived place."""
        if self.archived or self.root.archived:
            return {}
        every = (self.guard_of(one)[0] for one in Protection)
        return {guard.protection: guard for guard in every if guard.mode.strength}

    def admits_class_of(self, person: Person) -> bool:
        """A bridge is nobody's class: who comes by it is judged each for themselves."""
        return self.citizens_allowed or person.bridge or not person.is_citizen

    def with_settings(self, settings: Settings) -> "Place":
        return replace(self, settings=settings)
