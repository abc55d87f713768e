"""Commands with which the staff judge what was reported."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from plein_bot.actions import case_notices, case_stories, cases, chats, people
from plein_bot.commands import bans, mutes, removals, reports, warnings
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.replies import Reply, Unconfirmed
from plein_bot.commands.sweeps import Wishes
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.cases import Case, Decision, Tap, named_in_audit
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Role
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import NOTHING, Sentence, Text, count, lines, paragraphs, say
from plein_bot.domain.standing import Standing
from plein_bot.index import cases as rows
from plein_bot.index import members, preferences, rooms
from plein_bot.locale import language

Number = Annotated[int, Dutch("nummer")]
Reason = Annotated[str | None, Dutch("reden")]
Days = Annotated[int | None, Dutch("dagen")]


@TABLE.command("reports", "meldingen", whom=Whom.STAFF)
async def listing(
    call: Call,
    place: Annotated[str, Dutch("plek")] = "",
    *,
    all_: Annotated[bool, Dutch("alles")] = False,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show what was reported and waits for a decision of yours; with `--all` what is decided too.
    Whoever is no staff sees their own reports."""
    there = None
    if place:
        standing = await call.place(place)
        standing.require(Role.MODERATOR)
        there = standing.place
    elif not await rooms.has_a_role(call.act.index, call.act.actor):
        return await reports.mine(call, page=page)
    found = await cases.queue(call.act, there, everything=all_)
    if not found:
        own = say("What you reported yourself: `reports mine`.")
        return Reply(paragraphs(say("Nothing was reported that waits for you."), own))
    ids = [one.target.person for one, _ in found if one.target.person]
    deciders = [one.decided_by for one, _ in found if one.decided_by]
    known = await people.recognise_all(call.act, [*ids, *deciders])
    told = await rows.reports_of(call.act.index, [one.number for one, _ in found])
    times = {one.number: sum(r.case == one.number for r in told) for one, _ in found}
    now = datetime.now(UTC)

    def line(item: tuple[Case, Place]) -> Sentence | Text:
        case, where = item
        person = known.get(case.target.person) if case.target.person else None
        by = known[case.decided_by].shown if case.decided_by else None
        return say(
            "{case} · {times} · {state}",
            case=case_stories.summary(case, where, person),
            times=say("objection")
            if case.is_objection
            else count(times[case.number], "reported once", "reported {n} times"),
            state=_waits(case, now) if case.is_open else cases.ended(case, by),
        )

    title = (
        count(len(found), "One case:", "{n} cases:")
        if all_
        else count(len(found), "One case waits:", "{n} cases wait:")
    )
    again = " --all" if all_ else ""
    reply = shown_page(title, found, page, line, f"reports {place}{again}".strip())
    more = say("See one, with who reported it: `case show {number}`.", number=found[0][0].number)
    return Reply(paragraphs(reply.text, more), more=reply.more)


def _waits(case: Case, now: datetime) -> Sentence:
    hours = int((now - case.opened_at).total_seconds() // 3600)
    if hours >= 48:
        return say("waits for {n} days", n=hours // 24)
    if not hours:
        return say("waits for less than an hour")
    return count(hours, "waits for an hour", "waits for {n} hours")


@TABLE.command("case show", "zaak toon", "zaak tonen", "zaak", whom=Whom.STAFF)
async def show(call: Call, number: Number) -> Reply:
    """Open a case that was reported: what was said, and who reported it. That you did is noted."""
    act = call.act
    case, standing = await cases.find(act, number)
    whom = named_in_audit(case, standing.place)
    await act.record(cases.SHOWN, standing.place.room, whom, why=case.mark)
    story = await case_stories.story(act, case, standing.place)
    encrypted = await chats.is_encrypted(act)
    known = await people.recognise_all(act, [one.reporter for one in story.reports])
    who = (
        say(
            "{name} · `{person}`: {reason}",
            name=known[one.reporter].shown,
            person=one.reporter,
            reason=case_stories.reason(one),
        )
        for one in story.reports
    )
    taps = await case_notices.taps_for(act, case, standing.place, act.actor)
    state = cases.ended(case, await cases.name_of_decider(act, case))
    return Reply(
        paragraphs(
            case_stories.told(story, act.plein.server, encrypted=encrypted),
            lines(say("Reported by:"), *who)
            if story.reports and not case.is_objection
            else NOTHING,
            say("This case is {state}.", state=state) if not case.is_open else ways(case, taps),
        )
    )


def ways(case: Case, taps: tuple[Tap, ...]) -> Text:
    """What can be typed to decide it."""
    number = case.number
    if case.is_objection:
        return lines(
            say("`case uphold {number}` keeps what was done", number=number),
            say("`case lift {number}` takes it back", number=number),
        )
    ways: list[Sentence] = []
    if Tap.REDACT in taps:
        ways.append(say("`case redact {number}` takes the message away", number=number))
    if Tap.WARN in taps:
        ways.append(say("`case warn {number}` or `case mute {number}`", number=number))
        ways.append(say("`case remove {number}` removes the person", number=number))
        ways.append(say("`case ban {number}` shuts the person out", number=number))
    ways.append(say("`case close {number}` when nothing is wrong", number=number))
    return lines(*ways)


@TABLE.command("case redact", "zaak wis", "zaak weghalen", whom=Whom.STAFF)
async def redact(call: Call, number: Number, reason: Reason = None) -> Reply:
    """Take the message of a case away; the reason goes to who said it."""
    case, standing = await open_case(call, number)
    reason = await reason_for(call, case, reason)
    async with cases.deciding(call.act, case):
        await cases.redact(call.act, case, standing, reason)
        async with call.act.locks.alone_in(standing.place.root.room):
            await cases.decide(call.act, case, standing.place, Decision.REDACTED)
    return Reply(say("Case {number}: the message is taken away.", number=number))


@TABLE.command("case warn", "zaak waarschuw", "zaak waarschuwen", whom=Whom.STAFF)
async def warn(call: Call, number: Number, reason: Reason = None) -> Reply:
    """Warn the person of a case; the reason goes to them."""
    one = await _sanctioned(call, number, Decision.WARNED, reason)
    return await one.by(lambda: warnings.warn(call, one.place, one.person, one.reason))


@TABLE.command("case mute", "zaak demp", "zaak dempen", whom=Whom.STAFF)
async def mute(call: Call, number: Number, reason: Reason = None, *, days: Days = None) -> Reply:
    """Let the person of a case write nothing, for a day or as long as you say."""
    one = await _sanctioned(call, number, Decision.MUTED, reason, _term(days))
    return await one.by(lambda: mutes.mute(call, one.place, one.person, one.reason, days=days))


@TABLE.command("case remove", "zaak verwijderen", whom=Whom.STAFF)
async def remove(call: Call, number: Number, reason: Reason = None) -> Reply:
    """Take the person of a case out of the place; the reason goes to them."""
    one = await _sanctioned(call, number, Decision.REMOVED, reason)
    return await one.by(lambda: removals.remove(call, one.place, one.person, one.reason))


@TABLE.command("case ban", "zaak verban", whom=Whom.STAFF)
async def ban(
    call: Call,
    number: Number,
    reason: Reason = None,
    *,
    days: Days = None,
    all_: Annotated[bool, Dutch("overal")] = False,
    purge: Annotated[bool, Dutch("opruimen")] = False,
    since: Annotated[str | None, Dutch("sinds")] = None,
) -> Reply:
    """Shut the person of a case out of the place; the reason goes to them.

    With `--all` out of all subsites that you moderate; with `--purge` what they said goes too.
    """
    typed = Wishes(all_, purge, since, days, None).typed()
    one = await _sanctioned(call, number, Decision.BANNED, reason, typed)
    return await one.by(
        lambda: bans.ban(
            call,
            one.place,
            one.person,
            one.reason,
            days=days,
            all_=all_,
            purge=purge,
            since=since,
        )
    )


def _term(days: int | None) -> str:
    return f" --days {days}" if days else ""


@dataclass(frozen=True, slots=True)
class _Sanctioned:
    """What a command of the same name does to somebody, and the case that is decided with it.

    `options` are those of the line, as they are typed.
    """

    call: Call
    case: Case
    standing: Standing
    how: Decision
    person: UserId
    reason: str
    options: str

    @property
    def place(self) -> str:
        return self.standing.place.path

    async def by(self, carry_out: Callable[[], Awaitable[Reply]]) -> Reply:
        """A yes to its preview must come back here, or the case would stay open."""
        act, case = self.call.act, self.case
        async with cases.deciding(act, case):
            try:
                reply = await carry_out()
            except Unconfirmed as preview:
                preview.line = self._line(_WORDS[self.how])
                preview.offers = tuple(self._line("ban") for _ in preview.offers)
                raise
            if not await self._is_done():
                # The homeserver would not; the answer says so, and the case waits.
                await rows.release(act.index, case.number, act.cause)
                return reply
            async with act.locks.alone_in(self.standing.place.root.room):
                await cases.decide(act, case, self.standing.place, self.how)
        return reply

    def _line(self, word: str) -> str:
        return f"case {word} {self.case.number} {self.reason}".strip() + self.options

    async def _is_done(self) -> bool:
        if self.how not in _GONE:
            return True
        room = self.standing.place.room
        there = await members.memberships(self.call.act.index, self.person, [room])
        return there.get(room, Membership.LEAVE) in _GONE[self.how]


_GONE = {
    Decision.REMOVED: (Membership.LEAVE, Membership.BAN),
    Decision.BANNED: (Membership.BAN,),
}

_WORDS = {
    Decision.WARNED: "warn",
    Decision.MUTED: "mute",
    Decision.REMOVED: "remove",
    Decision.BANNED: "ban",
}


async def _sanctioned(
    call: Call, number: int, how: Decision, reason: str | None, options: str = ""
) -> _Sanctioned:
    case, standing = await open_case(call, number)
    if case.target.person is None:
        raise Refusal(say("Case {number} is about a place, and about nobody in it.", number=number))
    why = await reason_for(call, case, reason)
    return _Sanctioned(call, case, standing, how, case.target.person, why, options)


@TABLE.command("case close", "zaak sluiten", whom=Whom.STAFF)
async def close(call: Call, number: Number) -> Reply:
    """End a case in which nothing is wrong."""
    case, standing = await open_case(call, number)
    here = call.act.locks.alone_in(standing.place.root.room)
    async with cases.deciding(call.act, case), here:
        await cases.decide(call.act, case, standing.place, Decision.NOTHING)
    return Reply(say("Case {number} is closed: nothing wrong.", number=number))


@TABLE.command("case reopen", "zaak heropenen", whom=Whom.STAFF)
async def reopen(call: Call, number: Number) -> Reply:
    """Decide a case anew. What was done stands until you undo it."""
    case, standing = await cases.find(call.act, number)
    async with call.act.locks.alone_in(standing.place.root.room):
        await cases.reopen(call.act, case, standing.place)
    return Reply(say("Case {number} is open again.", number=number))


async def open_case(call: Call, number: int) -> tuple[Case, Standing]:
    case, standing = await cases.find(call.act, number)
    await cases.refuse_decided(call.act, case)
    if case.is_objection:
        raise Refusal(
            say(
                "Case {number} is an objection. Keep what was done: `case uphold {number}`. Or "
                "take it back: `case lift {number}`.",
                number=number,
            )
        )
    return case, standing


async def reason_for(call: Call, case: Case, reason: str | None) -> str:
    """What the person is told; where nothing is said, the least that one can say."""
    if reason is None:
        reason = call.ask(
            "reason",
            say("Why? The person and the staff read this. (or: `skip`)"),
            may_skip=True,
            otherwise="",
        )
    if reason or case.target.person is None:
        return reason
    spoken = await preferences.language(call.act.index, case.target.person)
    usual = say("It was reported, and the staff find that it does not belong here.")
    return language(spoken or call.act.plein.language).plain(usual)
