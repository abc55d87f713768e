"""The register of organisations: what may stand in it, and who keeps it (design 5.1)."""

import re
from dataclasses import replace

from plein_bot.domain.deployment import Plein
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Organisation, OrganisationKind
from plein_bot.domain.sentences import say
from plein_bot.domain.slugs import is_slug

Register = tuple[Organisation, ...]

# Matrix specification, "Server name": a DNS name or an address, perhaps with a port.
_SERVER = re.compile(
    r"(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}(?::\d{1,5})?|\[[0-9a-f:.]+\](?::\d{1,5})?"
)
_DOMAIN = re.compile(r"\.?(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}")


def servers_of_government(register: Register) -> frozenset[str]:
    """Where officials have accounts whom nobody need ask who they are."""
    governments = (one for one in register if one.kind is OrganisationKind.GOVERNMENT)
    return frozenset(server for one in governments for server in one.servers)


def require_operator(plein: Plein, user: UserId) -> None:
    if user not in plein.operators:
        raise Refusal(say("Only the operators of this Plein keep the register of organisations."))


def names_in(text: str) -> tuple[str, ...]:
    """Servers or domains as typed: with commas, spaces or both between them; `-` for none."""
    found = [name.lower() for name in re.split(r"[,;\s]+", text) if name and name != "-"]
    return tuple(dict.fromkeys(found))


def checked(organisation: Organisation, register: Register, plein: Plein) -> Organisation:
    """The organisation as it may stand in the register; raises a Refusal that names what is wrong.

    A server or domain belongs to one organisation: else a person would belong to two by accident.
    """
    if not is_slug(organisation.slug):
        raise Refusal(
            say(
                "“{slug}” cannot be a short name: that has 2 to 40 letters a to z, digits or "
                "hyphens. Choose one yourself with `--slug`, for example `--slug zaanstad`.",
                slug=organisation.slug,
            )
        )
    for server in organisation.servers:
        if not _SERVER.fullmatch(server):
            raise Refusal(say("“{name}” is not the name of a homeserver.", name=server))
        if server == plein.server:
            raise Refusal(
                say(
                    "{server} is the homeserver of this Plein itself, and no organisation can "
                    "claim it. Its people prove who they are with `verify`.",
                    server=server,
                )
            )
    for domain in organisation.domains:
        if not _DOMAIN.fullmatch(domain):
            raise Refusal(
                say(
                    "“{name}” is not a domain such as `zaanstad.nl` (or `.zaanstad.nl` for all "
                    "that end on it).",
                    name=domain,
                )
            )
    others = [one for one in register if one.slug != organisation.slug]
    for other in others:
        taken = {*organisation.servers} & {*other.servers} | (
            {*organisation.domains} & {*other.domains}
        )
        if taken:
            raise Refusal(
                say(
                    "{name} belongs to {other} already.",
                    name=", ".join(sorted(taken)),
                    other=other.name,
                )
            )
    return replace(
        organisation,
        servers=tuple(sorted(organisation.servers)),
        domains=tuple(sorted(organisation.domains)),
    )


def named(register: Register, text: str) -> Organisation:
    """The organisation with this short name or name."""
    wanted = " ".join(text.split()).casefold()
    for organisation in register:
        if wanted in (organisation.slug, organisation.name.casefold()):
            return organisation
    raise Refusal(
        say("I know no organisation “{name}”. Type `organisation list` to see them.", name=text)
    )
