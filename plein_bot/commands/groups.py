"""Commands about groups."""

from typing import Annotated

from plein_bot.actions import groups, members, places
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.places import described, joining_asked, line_of
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.audiences import audience_of
from plein_bot.domain.errors import Refusal
from plein_bot.domain.finding import means_here
from plein_bot.domain.places import GROUP_DEFAULTS, Joining, Posting, Settings, Visibility
from plein_bot.domain.sentences import paragraphs, say
from plein_bot.domain.slugs import slug_from
from plein_bot.domain.standing import NoSuchPlace


@TABLE.command("group create", "groep nieuw", "group new", "groep maken", whom=Whom.STAFF)
async def create(
    call: Call,
    place: Annotated[str, Dutch("deelsite")],
    name: Annotated[str, Dutch("naam")],
    *,
    visibility: Annotated[Visibility, Dutch("zichtbaarheid")] = GROUP_DEFAULTS.visibility,
    joining: Annotated[Joining | None, Dutch("deelname")] = None,
    organisations: Annotated[str | None, Dutch("organisaties")] = None,
    posting: Annotated[Posting, Dutch("plaatsen")] = GROUP_DEFAULTS.posting,
    slug: Annotated[str | None, Dutch("kort")] = None,
    topic: Annotated[str, Dutch("onderwerp")] = "",
    encrypted: Annotated[bool, Dutch("versleuteld")] = False,
    citizens: Annotated[bool, Dutch("burgers")] = False,
) -> Reply:
    """Make a group in a subsite; you become its owner."""
    try:
        inside = await call.place(place)
    except NoSuchPlace:
        # In a room of the subsite its name may be left out: then the first word begins the name.
        here = await places.at(call.act, call.here)
        if here is None:
            raise
        inside, name = here, f"{place} {name}"
    if means_here(place) and await _is_a_subsite(call, name):
        raise Refusal(
            say(
                "Give the group a name too, for example: `group create {place} Youth`.",
                place=slug_from(name) or name,
            )
        )
    if not inside.place.is_subsite:
        inside = await places.stand(call.act, inside.person, inside.place.root)
    if joining is None:
        hidden = visibility is Visibility.HIDDEN
        joining = Joining.INVITE if hidden else GROUP_DEFAULTS.joining
    named = await joining_asked(call, joining, organisations)
    settings = Settings(
        visibility,
        joining,
        posting,
        citizens=citizens,
        encrypted=encrypted,
        organisations=named,
    )

    async with call.act.locks.alone_in(inside.place.root.room):
        group = await groups.make(call.act, inside, name, slug, topic, settings, TABLE.words)

    return Reply(
        paragraphs(
            say(
                "Done: **{name}** · `{path}`. You own it, and you have an invitation.",
                name=group.full_name,
                path=group.path,
            ),
            say("Who reads along: {audience}", audience=audience_of(group, 1)),
        )
    )


async def _is_a_subsite(call: Call, name: str) -> bool:
    seen = await places.visible_subsites(call.act)
    return any(s.place.slug == slug_from(name) for s in seen)


@TABLE.command("group list", "groepen", "groups", "groep lijst")
async def listing(
    call: Call,
    place: Annotated[str, Dutch("deelsite")] = ".",
    *,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show the groups of a subsite that you can find."""
    subsite = (await call.place(place)).place.root
    seen = await places.visible_groups(call.act, await call.me(), subsite)
    if not seen:
        return Reply(say("{name} has no groups that you can find.", name=subsite.name))
    sizes = await members.counts(call.act, [standing.place for standing in seen])
    return shown_page(
        say("The groups of {name}:", name=subsite.name),
        seen,
        page,
        lambda standing: line_of(standing, sizes),
        f"group list {subsite.slug}",
        value=lambda standing: standing.place.path,
        each="group show",
    )


@TABLE.command("group show", "groep toon", "groep", "group")
async def show(call: Call, place: Annotated[str, Dutch("plek")] = ".") -> Reply:
    """Show what a group is, who can see it and how to join."""
    return Reply(paragraphs(*await described(call, await call.place(place))))
