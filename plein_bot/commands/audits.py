"""Commands for the audit: what was done in a place, by whom, and why."""

from collections.abc import Iterable
from typing import Annotated
from zoneinfo import ZoneInfo

from plein_bot.actions import audits as actions
from plein_bot.actions.audits import Told
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import there_is_more
from plein_bot.commands.replies import Reply
from plein_bot.commands.spreadsheets import csv_lines
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain import links
from plein_bot.domain.deeds import in_words, outcome_in_words, reason_in_words
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Person
from plein_bot.domain.periods import period
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import NOTHING, Sentence, Text, brief, count, lines, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import audit_entries as rows
from plein_bot.index.audit_entries import Wanted
from plein_bot.locale.languages import LANGUAGES, Language, language


@TABLE.command("audit", "logboek", whom=Whom.STAFF)
async def audit(
    call: Call,
    place: Annotated[str, Dutch("plek")] = ".",
    *,
    who: Annotated[str | None, Dutch("wie")] = None,
    by: Annotated[str | None, Dutch("door")] = None,
    what: Annotated[str | None, Dutch("wat")] = None,
    since: Annotated[str | None, Dutch("sinds")] = None,
    until: Annotated[str | None, Dutch("tot")] = None,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show what was done in a place, to whom and by whom, the newest first."""
    standing = await call.place(place)
    wanted = await _wanted(call, standing, who, by, what, since, until)
    shown = await actions.page(call.act, wanted, page)
    name = standing.place.full_name
    given = {"who": who, "by": by, "what": what, "since": since, "until": until}
    options = "".join(f" --{option} {value}" for option, value in given.items() if value)
    if not shown.total:
        if options:
            nothing = say("There is nothing like that in the audit of {place}.", place=name)
            return Reply(paragraphs(nothing, say("Try it without the options.")))
        return Reply(say("There is nothing in the audit of {place} yet.", place=name))
    path = standing.place.path
    parts: list[Sentence | Text] = [
        count(
            shown.total,
            "One entry in the audit of {place}:",
            "{n} entries in the audit of {place}, the newest first:",
            place=name,
        ),
        lines(*(_line(call, standing.place, one) for one in shown.items)),
    ]
    if shown.has_more:
        parts.append(there_is_more(shown))
    parts.append(say("As a file: `audit export {path}`.", path=path))
    return Reply(
        paragraphs(*parts),
        more=f"audit {path}{options} --page {page + 1}" if shown.has_more else None,
    )


@TABLE.command("audit export", "logboek exporteer", "logboek exporteren", whom=Whom.STAFF)
async def export(
    call: Call,
    place: Annotated[str, Dutch("plek")] = ".",
    *,
    who: Annotated[str | None, Dutch("wie")] = None,
    by: Annotated[str | None, Dutch("door")] = None,
    what: Annotated[str | None, Dutch("wat")] = None,
    since: Annotated[str | None, Dutch("sinds")] = None,
    until: Annotated[str | None, Dutch("tot")] = None,
) -> Reply:
    """Send you what was done in a place as a table (CSV), here in our direct chat."""
    standing = await call.place(place)
    wanted = await _wanted(call, standing, who, by, what, since, until)
    words = language(call.language, call.act.plein.timezone)
    number = await actions.export(
        call.act,
        standing,
        wanted,
        f"{words.plain(say('audit'))}-{standing.place.path.replace('/', '-')}",
        lambda some: csv_lines(_cells(call, words, one) for one in some),
        csv_lines([[words.plain(one) for one in _HEADS]]),
    )
    return Reply(
        count(
            number,
            "Here is the audit of {place}: one entry.",
            "Here is the audit of {place}: {n} entries.",
            place=standing.place.full_name,
        )
    )


async def _wanted(
    call: Call,
    standing: Standing,
    who: str | None,
    by: str | None,
    what: str | None,
    since: str | None,
    until: str | None,
) -> Wanted:
    """Which entries are meant. Raises a Refusal where that cannot be understood."""
    rooms = await actions.rooms_of(call.act, standing)
    zone = ZoneInfo(call.act.plein.timezone)
    return Wanted(
        rooms,
        await _person(call, who, rooms),
        await _person(call, by, rooms),
        await _meant(call, what, rooms),
        period(since, zone)[0] if since else None,
        period(until, zone)[1] if until else None,
        await actions.kept_from(call.act, standing, rooms),
    )


async def _person(call: Call, text: str | None, rooms: frozenset[RoomId]) -> UserId | None:
    """Who is meant among those whom the audit names, also when they are gone; else anybody here."""
    if not text:
        return None
    known = await actions.concerned(call.act, Wanted(rooms))
    name = text.removeprefix("@").casefold()
    named = [user for user, one in known.items() if _shown(call, one).casefold() == name]
    return named[0] if len(named) == 1 else (await call.person(text, rooms)).id


async def _meant(call: Call, text: str | None, rooms: frozenset[RoomId]) -> frozenset[str] | None:
    """The actions whose words, in any language, have these in them, or whose code begins so."""
    if not text:
        return None
    there = await rows.actions_in(call.act.index, rooms)
    wanted = text.casefold().strip()
    spoken = [language(code) for code in LANGUAGES]
    found = frozenset(
        action
        for action in there
        if action.startswith(wanted)
        or any(wanted in one.plain(in_words(action)).casefold() for one in spoken)
    )
    if there and not found:
        raise Refusal(
            say(
                "“{what}” was never done here. These were: {actions}.",
                what=brief(text),
                actions=Text(tuple(map(in_words, there)), between=", "),
            )
        )
    return found


def _line(call: Call, asked: Place, told: Told) -> Sentence:
    entry = told.entry
    number: object = entry.number
    if entry.event and told.readable:
        number = links.to_event(str(entry.number), entry.place, entry.event, call.act.plein.server)
    elsewhere = told.place if told.place and told.place.room != asked.room else None
    outcome, why = outcome_in_words(entry.outcome), reason_in_words(entry.why)
    return say(
        "{number} · {moment} · **{action}**{whom}{place} · by {by}{why}{outcome}",
        number=number,
        moment=entry.at,
        action=in_words(entry.action),
        whom=_more(_whom(call, told)),
        place=_more(say("{place}", place=elsewhere.full_name) if elsewhere else None),
        by=_named(call, told.by),
        why=_more(why),
        outcome=_more(outcome),
    )


def _more(what: Sentence | None) -> Sentence | Text:
    return say(" · {what}", what=what) if what else NOTHING


def _whom(call: Call, told: Told) -> Sentence | None:
    """Nobody where somebody did it to themselves: that says nothing more."""
    if not told.entry.concerns or (told.whom and told.whom == told.by):
        return None
    return _named(call, told.whom)


def _named(call: Call, person: Person | None) -> Sentence:
    return say("{name}", name=_shown(call, person)) if person else say("a deleted user")


def _shown(call: Call, person: Person) -> str:
    return "Plein" if person.id == call.act.plein.bot else person.shown


_HEADS = (
    say("Number"),
    say("When"),
    say("What"),
    say("To whom"),
    say("Matrix ID"),
    say("Where"),
    say("By whom"),
    say("Matrix ID"),
    say("Why"),
    say("Outcome"),
    say("Event"),
)


def _cells(call: Call, words: Language, told: Told) -> Iterable[str]:
    entry = told.entry

    def said(what: Sentence | None) -> str:
        return words.plain(what) if what else ""

    return (
        str(entry.number),
        words.moment(entry.at),
        said(in_words(entry.action)),
        said(_named(call, told.whom)) if entry.concerns else "",
        told.whom.id if told.whom else "",
        told.place.full_name if told.place else "",
        said(_named(call, told.by)),
        told.by.id if told.by else "",
        said(reason_in_words(entry.why)),
        said(outcome_in_words(entry.outcome) or say("done")),
        entry.event or "",
    )
