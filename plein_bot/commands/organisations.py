"""Commands about the register of organisations."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

from plein_bot.actions import organisations
from plein_bot.commands import words
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.exclusions import Exclusion
from plein_bot.domain.ids import server_of
from plein_bot.domain.organisations import names_in, require_operator
from plein_bot.domain.people import Organisation, OrganisationKind
from plein_bot.domain.sentences import Sentence, Text, count, lines, paragraphs, say
from plein_bot.domain.slugs import slug_from


class OrganisationFact(StrEnum):
    """What `organisation set` can change."""

    NAME = "name"
    KIND = "kind"
    SERVERS = "servers"
    DOMAINS = "domains"


@TABLE.command("organisation add", "organisatie nieuw", whom=Whom.OPERATORS)
async def add(
    call: Call,
    name: Annotated[str, Dutch("naam")],
    *,
    kind: Annotated[OrganisationKind, Dutch("soort")] = OrganisationKind.GOVERNMENT,
    servers: Annotated[str, Dutch("servers")] = "",
    domains: Annotated[str, Dutch("domeinen")] = "",
    slug: Annotated[str | None, Dutch("kort")] = None,
) -> Reply:
    """Put an organisation in the register, with its homeservers and e-mail domains."""
    organisation = Organisation(
        slug or slug_from(name) or name, name, kind, names_in(servers), names_in(domains)
    )
    return Reply(_described(await organisations.add(call.act, organisation)))


@TABLE.command("organisation set", "organisatie instellen", whom=Whom.OPERATORS)
async def change(
    call: Call,
    organisation: Annotated[str, Dutch("organisatie")],
    fact: Annotated[OrganisationFact, Dutch("gegeven")],
    value: Annotated[str, Dutch("waarde")],
) -> Reply:
    """Change the name, kind, servers or domains of an organisation; “-” means none."""
    require_operator(call.act.plein, call.act.actor)
    known = await organisations.named(call.act, organisation)
    match fact:
        case OrganisationFact.NAME:
            wanted = replace(known, name=value)
        case OrganisationFact.KIND:
            wanted = replace(known, kind=words.read(OrganisationKind, value))
        case OrganisationFact.SERVERS:
            wanted = replace(known, servers=names_in(value))
        case OrganisationFact.DOMAINS:
            wanted = replace(known, domains=names_in(value))
    wanted = await organisations.checked(call.act, wanted)
    if exclusions := await organisations.would_exclude(call.act, known, wanted):
        preview = paragraphs(*_excluded(exclusions), say("Is that right?"))
        call.confirm(preview, wanted, [one.situation for one in exclusions])
    return Reply(_described(await organisations.change(call.act, wanted)))


@TABLE.command("organisation list", "organisaties", "organisations", "organisatie lijst")
async def listing(call: Call, *, page: Annotated[int, Dutch("pagina")] = 1) -> Reply:
    """Show the organisations that take part in this Plein."""
    known = await organisations.all_of(call.act)
    if not known:
        return Reply(say("No organisation takes part yet. Operators add one: `organisation add`."))
    return shown_page(
        say("The organisations that take part in this Plein:"),
        known,
        page,
        lambda one: say(
            "**{name}** · `{slug}` · {kind}", name=one.name, slug=one.slug, kind=one.kind
        ),
        "organisation list",
        value=lambda one: one.slug,
        each="organisation show",
    )


@TABLE.command("organisation show", "organisatie toon", "organisatie", "organisation")
async def show(call: Call, organisation: Annotated[str, Dutch("organisatie")]) -> Reply:
    """Show how the people of an organisation are recognised."""
    return Reply(_described(await organisations.named(call.act, organisation)))


@TABLE.command("organisation remove", "organisatie verwijderen", whom=Whom.OPERATORS)
async def remove(call: Call, organisation: Annotated[str, Dutch("organisatie")]) -> Reply:
    """Take an organisation out of the register; its people then count as citizens."""
    require_operator(call.act.plein, call.act.actor)
    if await organisations.was_removed(call.act):
        await organisations.remove(call.act, None)
        return Reply(say("{name} is out of the register.", name=organisation))
    known = await organisations.named(call.act, organisation)
    exclusions = await organisations.would_exclude(call.act, known, None)
    preview = say(
        "{name} goes out of the register. Its people then count as citizens, and come in only "
        "where citizens may. Is that right?",
        name=known.name,
    )
    situation = [one.situation for one in exclusions]
    call.confirm(paragraphs(*_excluded(exclusions), preview), known, situation)
    await organisations.remove(call.act, known)
    return Reply(say("{name} is out of the register.", name=known.name))


def _excluded(exclusions: tuple[Exclusion, ...]) -> Iterator[Sentence | Text]:
    """Operators read how many it concerns, and not where: they have no say in the buildings."""
    if not exclusions:
        return
    people = Counter(server_of(user) for user in {u for one in exclusions for u in one.people})
    yield lines(
        count(
            len(exclusions),
            "In {n} subsite only named homeservers take part. From there these people have to go:",
            "In {n} subsites only named homeservers take part. From there these people have to go:",
        ),
        *(
            count(n, "{server}: {n} person", "{server}: {n} people", server=server)
            for server, n in sorted(people.items())
        ),
    )


def _described(organisation: Organisation) -> Sentence | Text:
    nothing = say("none")
    return lines(
        say(
            "**{name}** · `{slug}` · {kind}",
            name=organisation.name,
            slug=organisation.slug,
            kind=organisation.kind,
        ),
        say("Homeservers: {names}", names=", ".join(organisation.servers) or nothing),
        say("E-mail domains: {names}", names=", ".join(organisation.domains) or nothing),
    )
