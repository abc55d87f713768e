"""Commands that shut somebody out of a place, let them in again, and tell who is out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from plein_bot.actions import bans, own_lists, people, sanctions
from plein_bot.actions.cascades import Deed, Done
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.people import person_and_rest, place_and_words
from plein_bot.commands.progress import counted
from plein_bot.commands.removals import left_over, names_of
from plein_bot.commands.replies import Reply
from plein_bot.commands.sweeps import Wishes, let_in_everywhere, shut_out
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.commands.terms import end_of
from plein_bot.domain.bans import UNBAN, Ban
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.errors import Refusal
from plein_bot.domain.globs import is_glob
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.introductions import introduce, with_class
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import NOTHING, Sentence, Text, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import audits
from plein_bot.index import places as rows


@TABLE.command("ban", "verban", whom=Whom.STAFF)
async def ban(
    call: Call,
    place: Annotated[str, Dutch("plek")],
    person: Annotated[str, Dutch("wie")],
    reason: Annotated[str, Dutch("reden")] = "",
    *,
    days: Annotated[int | None, Dutch("dagen")] = None,
    until: Annotated[str | None, Dutch("tot")] = None,
    all_: Annotated[bool, Dutch("overal")] = False,
    purge: Annotated[bool, Dutch("opruimen")] = False,
    since: Annotated[str | None, Dutch("sinds")] = None,
    list_: Annotated[bool, Dutch("lijst")] = False,
) -> Reply:
    """Shut somebody out of a place, of a subsite out of all of it; the reason goes to them.

    With `--all` out of all subsites that you moderate; with `--purge` what they said goes too.
    """
    wide = all_ or purge or since or is_glob(person) or is_glob(place)
    if list_ and (wide or days or until):
        raise Refusal(
            say(
                "`--list` goes with one person, in one subsite, for good: a list knows no end. "
                "Afterwards: `policy add <place> <who>`."
            )
        )
    if wide:
        wishes = Wishes(all_, purge, since, days, until)
        return await shut_out(call, place, person, reason, wishes)
    standing, who, reason = await place_and_words(call, place, person, reason)
    standing.require(Role.MODERATOR)
    rooms = (standing.place.room, standing.place.root.room)
    somebody, reason = await person_and_rest(call, who, reason, rooms)
    planned = await bans.plan(call.act, standing, somebody)
    deed = planned.deed
    ends = end_of(call, days=days, until=until)
    published = await own_lists.of(call.act, standing) if list_ else None
    # On a public list no reason stands: that goes to the person.
    rule = await own_lists.checked(call.act, standing, somebody.id, "") if list_ else None
    if not deed.begun:
        line = _line(standing.place, somebody, reason, days, until) + (" --list" if list_ else "")
        situation = ("ban", deed.place.room, deed.behind, somebody.id, days, until, list_)
        shown = _preview(deed, ends, published.address if published else "")
        call.confirm(shown, *situation, line=line)

    async with call.act.locks.alone_in(standing.place.root.room):
        one = await sanctions.impose(call.act, deed, reason, ends)
        planned = replace(planned, deed=replace(deed, why=one.mark))
        done = await bans.carry_out(call.act, planned, await counted(call, deed.shown))
    told = await bans.tell(call.act, done, reason)
    if published and rule:
        await own_lists.add(call.act, standing, published, rule)

    return Reply(paragraphs(_answer(done), *left_over(done, told=told)))


def _line(place: Place, person: Person, reason: str, days: int | None, until: str | None) -> str:
    """The line as it is meant: with the ID, and the term where there is one."""
    term = f" --days {days}" if days else f" --until {until}" if until else ""
    return f"ban {place.path} {person.id} {reason}".strip() + term


def _preview(deed: Deed, until: datetime | None, address: str = "") -> Text:
    name, place = deed.person.shown, deed.place
    who = with_class(deed.person)
    if until and place.is_subsite:
        what = say(
            "I shut {who} out of {place} and of all its groups, also those that take people from "
            "outside, until {moment}.",
            who=who,
            place=place.full_name,
            moment=until,
        )
    elif until:
        what = say(
            "I shut {who} out of {place} until {moment}.",
            who=who,
            place=place.full_name,
            moment=until,
        )
    elif place.is_subsite:
        what = say(
            "I shut {who} out of {place} and of all its groups, also those that take people from "
            "outside. {name} cannot come back until somebody types `unban {slug} {person}`.",
            who=who,
            name=name,
            place=place.full_name,
            slug=place.slug,
            person=deed.person.id,
        )
    else:
        what = say(
            "I shut {who} out of {place}. {name} cannot come back until somebody types "
            "`unban {path} {person}`.",
            who=who,
            name=name,
            place=place.full_name,
            path=place.path,
            person=deed.person.id,
        )
    listed = say("I also put {person} on {address}.", person=deed.person.id, address=address)
    return paragraphs(what, *((listed,) if address else ()), say("Is that right?"))


def _answer(done: Done) -> Sentence:
    deed = done.deed
    name, place = deed.person.shown, deed.place
    if place.room in done.failed:
        return say("I could not shut {name} out of {place}.", name=name, place=place.full_name)
    if place.is_subsite:
        return say(
            "{name} is shut out of {place} and of all its groups.",
            name=name,
            place=place.full_name,
        )
    return say("{name} is shut out of {place}.", name=name, place=place.full_name)


@TABLE.command("unban", "ban opheffen", whom=Whom.STAFF)
async def unban(
    call: Call,
    place: Annotated[str, Dutch("plek")],
    person: Annotated[str, Dutch("wie")],
    *,
    all_: Annotated[bool, Dutch("overal")] = False,
) -> Reply:
    """Let somebody take part again who was shut out; they have to join anew.

    With `--all` in all subsites that you moderate.
    """
    standing, who, more = await place_and_words(call, place, person, "")
    standing.require(Role.MODERATOR)
    if all_:
        somebody = await call.person(f"{who} {more}".strip(), ())
        return await let_in_everywhere(call, standing, somebody)
    return await let_in(call, standing, await _banned(call, f"{who} {more}".strip(), standing))


async def let_in(call: Call, standing: Standing, somebody: Person, reason: str = "") -> Reply:
    """Lift a ban, after a yes where several rooms are concerned."""
    deed = await bans.plan_lifting(call.act, standing, somebody)
    if deed.shown > 1 and not deed.begun:
        call.confirm(
            say(
                "{name} may come back in {place}, and in {rooms}. Is that right?",
                name=with_class(somebody),
                place=deed.place.full_name,
                rooms=in_a_row(names_of(deed)),
            ),
            "unban",
            deed.place.room,
            deed.behind,
            somebody.id,
        )

    async with call.act.locks.alone_in(standing.place.root.room):
        done = await bans.lift(call.act, deed, await counted(call, deed.shown))
    told = await bans.tell_lifted(call.act, done, reason)

    name = somebody.shown
    lifted = (
        say("I could not lift the ban of {name} from {place}.", name=name, place=deed.place.name)
        if deed.place.room in done.failed
        else say(
            "{name} is no longer shut out of {place}, and can join again.",
            name=name,
            place=deed.place.full_name,
        )
    )
    return Reply(paragraphs(lifted, *left_over(done, told=told)))


async def _banned(call: Call, text: str, standing: Standing) -> Person:
    """Who is meant among those who are out; they bear no name in the room any more."""
    act, place = call.act, standing.place
    for begun in await audits.befallen(act.index, act.cause, UNBAN, place=place.room):
        return await people.recognise(act, begun)
    out = await bans.of_place(call.act, standing)
    named = [one for one in out if one.shown.casefold() == text.removeprefix("@").casefold()]
    return named[0] if len(named) == 1 else await call.person(text, ())


@TABLE.command("bans", "verbannen", whom=Whom.STAFF)
async def listing(
    call: Call,
    place: Annotated[str, Dutch("plek")] = ".",
    *,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show who is shut out of a place, since when and by whom."""
    standing = await call.place(place)
    found = await bans.of_place(call.act, standing)
    name = standing.place.full_name
    if not found:
        return Reply(say("Nobody is shut out of {place}.", place=name))
    groups = await rows.groups_of(call.act.index, standing.place)
    names = {group.room: group.name for group in groups}
    authors = await people.recognise_all(
        call.act, filter(None, (_author(call, one) for one in found.values()))
    )

    def line(item: tuple[Person, tuple[Ban, ...]]) -> Sentence:
        person, out_of = item
        author = _author(call, out_of)
        return say(
            "{who} · `{person}` · since {day}{by}{groups}",
            who=introduce(person),
            person=person.id,
            day=datetime.fromtimestamp(out_of[0].since / 1000, UTC).date(),
            by=say(" · by {name}", name=authors[author].shown) if author else NOTHING,
            groups=_only(standing.place, names, out_of),
        )

    return shown_page(
        say("Who is shut out of {place}:", place=name),
        list(found.items()),
        page,
        line,
        f"bans {standing.place.path}",
        value=lambda item: str(item[0].id),
    )


def _author(call: Call, out_of: tuple[Ban, ...]) -> UserId | None:
    """Whoever asked for the first of them that somebody asked for."""
    bot = call.act.plein.bot
    return next(filter(None, (ban.author(bot) for ban in out_of)), None)


def _only(place: Place, names: Mapping[RoomId, str], out_of: tuple[Ban, ...]) -> Sentence | Text:
    """The groups, where it is not the whole place that somebody is out of."""
    rooms = [ban.room for ban in out_of]
    if place.room in rooms:
        return NOTHING
    return say(" · only {groups}", groups=in_a_row([names[r] for r in rooms if r in names]))
