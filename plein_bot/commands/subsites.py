"""Commands about subsites."""

from typing import Annotated

from plein_bot.actions import members, places, subsites
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.places import described, joining_asked, line_of
from plein_bot.commands.replies import Audience, Choice, Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.audiences import PUBLIC_TO_ALL
from plein_bot.domain.places import SUBSITE_DEFAULTS, Joining, Settings, Visibility
from plein_bot.domain.sentences import Text, paragraphs, say
from plein_bot.domain.standing import NoSuchPlace
from plein_bot.domain.subsites import refuse_visibility
from plein_bot.locale import language


@TABLE.command(
    "subsite create", "deelsite nieuw", "subsite new", "deelsite maken", whom=Whom.STARTERS
)
async def create(
    call: Call,
    name: Annotated[str, Dutch("naam")],
    *,
    visibility: Annotated[Visibility | None, Dutch("zichtbaarheid")] = None,
    joining: Annotated[Joining | None, Dutch("deelname")] = None,
    organisations: Annotated[str | None, Dutch("organisaties")] = None,
    slug: Annotated[str | None, Dutch("kort")] = None,
    topic: Annotated[str, Dutch("onderwerp")] = "",
) -> Reply:
    """Start a subsite: a space with a group for its members and a room for its staff."""
    person, *_ = await subsites.may_start(call.act, name, slug, TABLE.words)
    if visibility is None:
        visibility = call.ask(
            "visibility",
            say("Who may find it?"),
            (
                Choice(say("Everybody, also without an account"), Visibility.PUBLIC),
                Choice(say("Everybody with an account"), Visibility.LISTED),
                Choice(say("Only those who are invited"), Visibility.HIDDEN),
            ),
            otherwise=SUBSITE_DEFAULTS.visibility,
        )
    refuse_visibility(visibility, person)
    if visibility is Visibility.HIDDEN and joining is None:
        joining = Joining.INVITE
    if joining is None:
        joining = call.ask(
            "joining",
            say("How do people join?"),
            (
                Choice(say("Freely"), Joining.OPEN),
                Choice(say("On request"), Joining.REQUEST),
                Choice(say("Only certain organisations"), Joining.ORGANISATION),
                Choice(say("By invitation"), Joining.INVITE),
            ),
            otherwise=SUBSITE_DEFAULTS.joining,
        )
    named = await joining_asked(call, joining, organisations)

    settings = Settings(visibility, joining, organisations=named)
    started = await subsites.start(call.act, name, slug, topic, settings, _names(call), TABLE.words)

    members_name, *public = (group.name for group in started.groups)
    staff_name = _names(call).staff
    if public:
        invitations = say(
            "You get four invitations: the subsite, {members}, {public} and {staff}.",
            members=members_name,
            public=public[0],
            staff=staff_name,
        )
    else:
        invitations = say(
            "You get three invitations: the subsite, {members} and {staff}.",
            members=members_name,
            staff=staff_name,
        )
    return Reply(
        Text(
            (
                say("Done. You are the owner."),
                invitations,
                say("Next step: `group create` or `invite`."),
            ),
            between=" ",
        )
    )


def _names(call: Call) -> subsites.Names:
    words = language(call.language)
    return subsites.Names(
        members=words.plain(say("Members")),
        public=words.plain(say("Public")),
        staff=words.plain(say("Staff")),
        public_topic=words.plain(PUBLIC_TO_ALL),
    )


@TABLE.command("subsite list", "deelsites", "subsites", "deelsite lijst", answer=Audience.PRIVATE)
async def listing(call: Call, *, page: Annotated[int, Dutch("pagina")] = 1) -> Reply:
    """Show the subsites that you can find here."""
    seen = await subsites.seen(call.act)
    if not seen:
        return Reply(
            say("There are no subsites yet that you can find. Start one: `subsite create <name>`.")
        )
    sizes = await members.counts(call.act, [standing.place for standing in seen])
    return shown_page(
        say("The subsites that you can find:"),
        seen,
        page,
        lambda standing: line_of(standing, sizes),
        "subsite list",
        value=lambda standing: standing.place.path,
        each="subsite show",
    )


@TABLE.command("subsite show", "deelsite toon", "deelsite", "subsite")
async def show(call: Call, place: Annotated[str, Dutch("plek")] = ".") -> Reply:
    """Show what a subsite is, who can see it and how to join."""
    standing = await call.place(place)
    if not standing.place.is_subsite:
        # Typed in a room of the subsite, or with the name of a group: the subsite around it.
        standing = await places.stand(call.act, standing.person, standing.place.root)
        if not standing.may_see:
            raise NoSuchPlace(place)
    return Reply(paragraphs(*await described(call, standing)))
