"""Inviting whoever has a link, such as the readers of a poster."""

from typing import Annotated

from plein_bot.actions import invitations, posters
from plein_bot.actions.invitations import Wish
from plein_bot.commands.calls import Call
from plein_bot.commands.inviting import ending
from plein_bot.commands.languages import Tongue
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain import invitations as rules
from plein_bot.domain.audiences import known_to_all
from plein_bot.domain.joining import refuse_inviting
from plein_bot.domain.sentences import Link, count, paragraphs, say
from plein_bot.index import invitations as rows


@TABLE.command("invite link", "uitnodigen link", "uitnodigingslink", whom=Whom.STAFF)
async def make(
    call: Call,
    place: Annotated[str, Dutch("plek")] = ".",
    *,
    uses: Annotated[int, Dutch("keer")] = 1,
    text: Annotated[str, Dutch("tekst")] = "",
    language: Annotated[Tongue | None, Dutch("taal")] = None,
    days: Annotated[int | None, Dutch("dagen")] = None,
    until: Annotated[str | None, Dutch("tot")] = None,
) -> Reply:
    """Make a link by which people come in, with its QR code for a poster; --uses says how many."""
    standing = await call.place(place)
    refuse_inviting(standing)
    tongue = language.value if language else call.act.plein.language
    wish = Wish(rules.clean_text(text), tongue, ending(call, days, until))
    async with call.act.locks.alone_in(standing.place.root.room):
        made, token = await invitations.make_link(call.act, standing, wish, uses)
    address = rules.link(call.act.plein.web or "", token)
    if token:
        await posters.send(call.act, standing.place, address, call.language)

    async def said() -> None:
        await rows.said(call.act.index, made.number)

    return Reply(
        paragraphs(
            say(
                "Invitation {number} to {place}, for whoever has this link: {link}",
                number=made.number,
                place=standing.place.full_name,
                link=Link(address, address),
            ),
            count(
                made.uses,
                "One person can come in by it, until {day}.",
                "{n} people can come in by it, until {day}.",
                day=made.expires_at.date(),
            ),
            *(
                (say("For more: `invite link {path} --uses 100`.", path=standing.place.path),)
                if made.uses == 1
                else ()
            ),
            *known_to_all(standing.place),
            say(
                "The link stands only here. Take it back: `invitation revoke {number}`.",
                number=made.number,
            ),
        ),
        then=said,
    )
