"""Who somebody is to Plein: class, organisation, role (design 5.1)."""

from dataclasses import dataclass
from enum import StrEnum

from plein_bot.domain.ids import UserId, localpart, server_of

VISITOR = UserId("")
"""Whoever looks without an account, on the web: in no room, and known by no name."""


class PersonClass(StrEnum):
    OFFICIAL = "official"
    PARTNER = "partner"
    CITIZEN = "citizen"


class OrganisationKind(StrEnum):
    GOVERNMENT = "government"
    PARTNER = "partner"


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    MODERATOR = "moderator"
    MEMBER = "member"

    @property
    def power(self) -> int:
        return _POWER[self]

    @classmethod
    def of_power(cls, power: int) -> "Role":
        """The highest role that `power` reaches; between two roles it is the lower one."""
        return next(role for role in cls if power >= _POWER[role] or role is cls.MEMBER)


_POWER = {Role.OWNER: 100, Role.ADMIN: 75, Role.MODERATOR: 50, Role.MEMBER: 0}


@dataclass(frozen=True, slots=True)
class Organisation:
    """A government body or a partner. `servers` are exact; `domains` are exact, or
    `.domain` for every subdomain of it.
    """

    slug: str
    name: str
    kind: OrganisationKind
    servers: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()

    def has_server(self, server: str) -> bool:
        return server.lower() in self.servers

    def has_address(self, address: str) -> bool:
        """Whether an e-mail address is in one of the domains."""
        domain = address.rpartition("@")[2].lower()
        return any(
            domain.endswith(mine) if mine.startswith(".") else domain == mine
            for mine in self.domains
        )


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as Plein knows them now. `organisations` are those they belong to, in slug order.

    `at_home` when their account is on the plein's own homeserver. `by_mail` when that is a
    bridge's: they are citizens then, whatever was proven. `relayed` when it stands for somebody of
    another homeserver. A `bridge` is the account of a program that people asked in.
    """

    id: UserId
    name: str | None = None
    organisations: tuple[Organisation, ...] = ()
    at_home: bool = False
    by_mail: bool = False
    relayed: bool = False
    bridge: bool = False

    @property
    def shown(self) -> str:
        return self.name or localpart(self.id)

    @property
    def has_account(self) -> bool:
        return self.id != VISITOR

    @property
    def person_class(self) -> PersonClass:
        kinds = {organisation.kind for organisation in self.organisations}
        if OrganisationKind.GOVERNMENT in kinds:
            return PersonClass.OFFICIAL
        return PersonClass.PARTNER if kinds else PersonClass.CITIZEN

    @property
    def is_citizen(self) -> bool:
        return self.person_class is PersonClass.CITIZEN

    def belongs_to(self, slugs: tuple[str, ...]) -> bool:
        return any(organisation.slug in slugs for organisation in self.organisations)


def recognise(
    user: UserId,
    name: str | None,
    register: tuple[Organisation, ...],
    addresses: tuple[str, ...],
    *,
    own_server: str,
    own_server_belongs_to: str | None,
    by_mail: bool = False,
    relayed_from: str | None = None,
    bridge: bool = False,
) -> Person:
    """Who `user` is by the register and by the e-mail addresses that they proved.

    The plein's own homeserver says nothing about a person, whoever claims it, unless the config
    says that it admits one organisation's people only. A ghost of the relay is who the server that
    it was `relayed_from` makes them, and by no address.
    """
    server = server_of(user).lower()
    if by_mail:
        return Person(user, name, at_home=server == own_server, by_mail=True)
    if bridge:
        return Person(user, name, at_home=server == own_server, bridge=True)
    if relayed_from is not None:
        known = relayed_from if relayed_from != own_server else ""
        theirs_by_server = tuple(o for o in register if o.has_server(known))
        return Person(user, name, theirs_by_server, at_home=True, relayed=True)

    def theirs(organisation: Organisation) -> bool:
        if server == own_server:
            by_server = organisation.slug == own_server_belongs_to
        else:
            by_server = organisation.has_server(server)
        return by_server or any(organisation.has_address(address) for address in addresses)

    found = sorted((o for o in register if theirs(o)), key=lambda o: o.slug)
    return Person(user, name, tuple(found), at_home=server == own_server)
