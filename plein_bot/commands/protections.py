"""Commands about what guards a place."""

from typing import Annotated

from plein_bot.actions import alarms, protections, slow_mode
from plein_bot.actions.acts import Act
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Choice, Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.commands.timers import when_due
from plein_bot.domain import slow_mode as slow_rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Due
from plein_bot.domain.ids import RoomId
from plein_bot.domain.protections import Guard, Mode, Number, Origin, Protection
from plein_bot.domain.sentences import NOTHING, Sentence, Text, lines, paragraphs, say


@TABLE.command("protection list", "bescherming", "beschermingen", "protections", whom=Whom.STAFF)
async def listing(call: Call, place: Annotated[str, Dutch("plek")] = ".") -> Reply:
    """Show what guards a place against floods of messages, people and invitations."""
    standing = await call.place(place)
    found = protections.listed(standing)
    return Reply(
        paragraphs(
            say("What guards {place}:", place=standing.place.full_name),
            lines(*(_line(guard, origin) for guard, origin in found)),
            say(
                "Staff and I are never hit. Whoever is hit hears why, and the staff hear of it. "
                "An admin changes it: `protection set {path} <protection> on`.",
                path=standing.place.path,
            ),
        )
    )


@TABLE.command(
    "protection set", "bescherming instellen", "bescherming zet", "protection", whom=Whom.STAFF
)
async def choose(
    call: Call,
    place: Annotated[str, Dutch("plek")],
    protection: Annotated[Protection | None, Dutch("bescherming")] = None,
    mode: Annotated[Mode | None, Dutch("stand")] = None,
    *,
    messages: Annotated[int | None, Dutch("berichten")] = None,
    seconds: Annotated[int | None, Dutch("seconden")] = None,
    accounts: Annotated[int | None, Dutch("accounts")] = None,
    people: Annotated[int | None, Dutch("mensen")] = None,
    days: Annotated[int | None, Dutch("dagen")] = None,
    minutes: Annotated[int | None, Dutch("minuten")] = None,
) -> Reply:
    """Switch a protection of a place on, off, or to simulate: then it only says what it would do.

    What is set for a subsite counts in its groups that set nothing themselves.
    """
    standing = await call.place(place)
    protections.listed(standing)
    if protection is None:
        protection = call.ask(
            "protection",
            say("Which protection?"),
            tuple(Choice(about(one), one) for one in Protection),
            otherwise=None,
        )
    if mode is None:
        mode = call.ask(
            "mode",
            say("On, off, or simulate: then I only tell the staff what I would have done?"),
            tuple(Choice(say("{mode}", mode=one), one) for one in Mode),
            otherwise=None,
        )
    if protection is None or mode is None:
        raise Refusal(
            say(
                "Say which protection, and on, off or simulate: "
                "`protection set {path} flood simulate`.",
                path=standing.place.path,
            )
        )
    numbers = {
        Number.MESSAGES: messages,
        Number.SECONDS: seconds,
        Number.ACCOUNTS: accounts,
        Number.PEOPLE: people,
        Number.DAYS: days,
        Number.MINUTES: minutes,
    }
    async with call.act.locks.alone_in(standing.place.root.room):
        guard = await protections.choose(call.act, standing, protection, mode, numbers)
    told = say("Done, in {place}:", place=standing.place.full_name)
    also = say("It also counts in the groups that set nothing themselves.")
    more = (also,) if standing.place.is_subsite else ()
    return Reply(paragraphs(told, _line(guard, Origin.OWN), *more))


@TABLE.command("protection reset", "bescherming terug", whom=Whom.STAFF)
async def follow(
    call: Call,
    place: Annotated[str, Dutch("plek")],
    protection: Annotated[Protection, Dutch("bescherming")],
) -> Reply:
    """Let a place have the protection that its subsite has, or that all places have."""
    standing = await call.place(place)
    async with call.act.locks.alone_in(standing.place.root.room):
        guard, origin = await protections.follow(call.act, standing, protection)
    told = say("Done, in {place}:", place=standing.place.full_name)
    return Reply(paragraphs(told, _line(guard, origin)))


@when_due(alarms.CLEAR)
async def _clear(act: Act, timer: Due) -> None:
    await alarms.clear(act, RoomId(timer.subject["room"]), timer.subject["cause"])


@when_due(slow_rules.CALM)
async def _calm(act: Act, timer: Due) -> None:
    await slow_mode.end(act, RoomId(timer.subject["room"]))


def _line(guard: Guard, origin: Origin) -> Sentence:
    return say(
        "**{protection}** · {mode}{origin} · {numbers}",
        protection=guard.protection,
        mode=guard.mode,
        origin=NOTHING if origin is Origin.OWN else say(" ({origin})", origin=origin),
        numbers=measured(guard),
    )


def about(protection: Protection) -> Sentence:
    """What a protection is for."""
    match protection:
        case Protection.FLOOD:
            return say("Many messages at once, or the same text by many accounts")
        case Protection.MENTIONS:
            return say("Many people mentioned in one message")
        case Protection.LINKS:
            return say("Links in the first messages of a newcomer")
        case Protection.MEDIA:
            return say("Pictures and files in the first messages of a newcomer")
        case Protection.INVITATIONS:
            return say("Many invitations by one person")
        case Protection.JOINS:
            return say("Many people coming in at once")


def measured(guard: Guard) -> Sentence | Text:
    """When it goes off, and what happens then."""
    match guard.protection:
        case Protection.FLOOD:
            return say(
                "more than {messages} messages in {seconds} seconds by one person (pictures and "
                "files count half), or one text of {accounts} accounts; {then}",
                messages=guard[Number.MESSAGES],
                seconds=guard[Number.SECONDS],
                accounts=guard[Number.ACCOUNTS],
                then=_then(guard),
            )
        case Protection.MENTIONS:
            return say(
                "more than {people} people mentioned in one message; {then}",
                people=guard[Number.PEOPLE],
                then=_then(guard),
            )
        case Protection.LINKS:
            return say(
                "a link in the first {messages} messages, or in the first {hours} hours; {then}",
                messages=guard[Number.MESSAGES],
                hours=24 * guard[Number.DAYS],
                then=_then(guard),
            )
        case Protection.MEDIA:
            return say(
                "a picture or file in the first {messages} messages, or in the first {hours} "
                "hours; {then}",
                messages=guard[Number.MESSAGES],
                hours=24 * guard[Number.DAYS],
                then=_then(guard),
            )
        case Protection.INVITATIONS:
            return say(
                "more than {people} invitations in {seconds} seconds by one person; withdrawn, "
                "{muted}",
                people=guard[Number.PEOPLE],
                seconds=guard[Number.SECONDS],
                muted=_muted(guard),
            )
        case Protection.JOINS:
            return say(
                "more than {people} people in {seconds} seconds; joining goes on request until "
                "it has been calm for {minutes} minutes",
                people=guard[Number.PEOPLE],
                seconds=guard[Number.SECONDS],
                minutes=guard[Number.MINUTES],
            )


def _then(guard: Guard) -> Sentence:
    return say("taken away, {muted}", muted=_muted(guard))


def _muted(guard: Guard) -> Sentence:
    if not guard[Number.MINUTES]:
        return say("nobody is muted")
    return say("muted for {minutes} minutes", minutes=guard[Number.MINUTES])
