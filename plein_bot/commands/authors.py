"""Commands about those who start things in a place."""

from typing import Annotated

from plein_bot.actions import authors
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.places import Posting
from plein_bot.domain.sentences import Sentence, lines, paragraphs, say
from plein_bot.domain.standing import Standing


@TABLE.command("authors", "schrijvers", whom=Whom.STAFF)
async def listing(call: Call, place: Annotated[str, Dutch("plek")] = ".") -> Reply:
    """Show who starts posts in a place, beside its staff."""
    standing = await call.place(place)
    found = await authors.listed(call.act, standing)
    name = standing.place.full_name
    if not found:
        return Reply(
            paragraphs(
                say("Nobody is chosen as an author in {place}; its staff start posts.", place=name),
                *_unless_it_counts(standing),
            )
        )
    return Reply(
        paragraphs(
            say("The authors of {place}, beside its staff:", place=name),
            lines(*(say("{name} · `{user}`", name=one.shown, user=one.id) for one in found)),
            *_unless_it_counts(standing),
        )
    )


def _unless_it_counts(standing: Standing) -> tuple[Sentence, ...]:
    if standing.place.settings.posting is Posting.AUTHORS:
        return ()
    return (
        say(
            "It counts once the setting says so: `set {path} posting authors`.",
            path=standing.place.path,
        ),
    )


@TABLE.command("author add", "schrijver erbij", "schrijver toevoegen", whom=Whom.STAFF)
async def add(
    call: Call, place: Annotated[str, Dutch("plek")], who: Annotated[str, Dutch("wie")]
) -> Reply:
    """Let somebody start posts in a place where only authors do."""
    standing = await call.place(place)
    standing.require_member()
    person = await call.person(who, [standing.place.room])
    async with call.act.locks.alone_in(standing.place.root.room):
        await authors.choose(call.act, standing, person)
    return Reply(
        paragraphs(
            say(
                "{name} is an author in {place}.",
                name=person.shown,
                place=standing.place.full_name,
            ),
            *_unless_it_counts(standing),
        )
    )


@TABLE.command("author remove", "schrijver weg", "schrijver verwijderen", whom=Whom.STAFF)
async def remove(
    call: Call, place: Annotated[str, Dutch("plek")], who: Annotated[str, Dutch("wie")]
) -> Reply:
    """Let somebody start posts no more; what they posted stays."""
    standing = await call.place(place)
    standing.require_member()
    person = await call.person(who, [standing.place.room])
    async with call.act.locks.alone_in(standing.place.root.room):
        await authors.drop(call.act, standing, person)
    return Reply(
        say(
            "{name} is no author in {place} any more.",
            name=person.shown,
            place=standing.place.full_name,
        )
    )
