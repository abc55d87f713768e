"""What the staff do with a case: find it, decide it once, open it again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from plein_bot.actions import case_notices, people, places, redactions, reports
from plein_bot.actions.acts import Act
from plein_bot.domain import cases as rules
from plein_bot.domain.cases import Case, CaseState, Decision
from plein_bot.domain.errors import Refusal
from plein_bot.domain.places import Place
from plein_bot.domain.sanctions import refuse
from plein_bot.domain.sentences import Sentence, say
from plein_bot.domain.standing import Standing
from plein_bot.index import cases as rows
from plein_bot.index import places as place_rows
from plein_bot.index import utterances

DECIDED, SHOWN, REOPENED = "case.decide", "case.show", "case.reopen"


async def find(act: Act, number: int) -> tuple[Case, Standing]:
    """A case and where the actor stands; unknown and not-theirs sound the same."""
    case = await rows.numbered(act.index, number)
    standing = await places.at(act, case.target.place) if case else None
    if case is None or standing is None or not rules.may_decide(case, standing):
        raise rules.no_case(number)
    return case, standing


async def name_of_decider(act: Act, case: Case) -> str | None:
    return (await people.recognise(act, case.decided_by)).shown if case.decided_by else None


async def refuse_decided(act: Act, case: Case) -> None:
    rules.refuse_decided(case, act.cause, await name_of_decider(act, case))


@asynccontextmanager
async def deciding(act: Act, case: Case) -> AsyncIterator[None]:
    """Nobody else decides the case for the length of the block; whatever it raises lets go of it.

    Whoever is killed in it is not: the same work comes by again and goes on.
    """
    await refuse_decided(act, case)
    if not await rows.claim(act.index, case.number, act.actor, act.cause):
        now = await rows.numbered(act.index, case.number) or case
        await refuse_decided(act, now)
        name = await name_of_decider(act, now)
        raise Refusal(
            say("{name} is deciding case {number} now.", name=name or "–", number=case.number)
        )
    try:
        yield
    except Exception:
        await rows.release(act.index, case.number, act.cause)
        raise


async def decide(act: Act, case: Case, place: Place, how: Decision) -> None:
    """Write down how it ended, and tell those who reported it and those who might still decide."""
    await rows.led_to(act.index, case.number, act.cause)
    await rows.decide(act.index, case.number, how, act.cause)
    whom = rules.named_in_audit(case, place)
    await act.record(DECIDED, place.room, whom, how.name.lower(), why=case.mark)
    await reports.tell_reporters(act, case, place, how)
    by = (await people.recognise(act, act.actor)).shown
    over = say(
        "Case {number} · {place}: {decision}, by {name}.",
        number=case.number,
        place=place.full_name,
        decision=how,
        name=by,
    )
    await case_notices.close(act, case, place, over, f"decided {act.cause}")


async def redact(act: Act, case: Case, standing: Standing, reason: str) -> None:
    """Take the message away, and tell its author and the staff why.

    The caller does not hold the subsite's lock. What its author took away already only stays so.
    """
    event = case.target.event
    said = await utterances.one(act.index, event) if event else None
    if said is None:
        raise Refusal(
            say("There is no message in case {number} that I can take away.", number=case.number)
        )
    author = await people.recognise(act, case.target.person or said.sender)
    if author.id == act.plein.bot:
        await redactions.take_away(act, [said])
        return
    place = standing.place
    begun = await act.has_begun(redactions.REDACT, place.room, author.id)
    if said.redacted and not begun:
        return
    if not begun:
        refuse(standing, await places.stand(act, author, place), act.plein)
    await redactions.one(act, redactions.Found(said, standing, author), reason)


async def reopen(act: Act, case: Case, place: Place) -> None:
    """A decision is looked at anew. What was done stands until somebody undoes it."""
    whom = rules.named_in_audit(case, place)
    if not await act.has_begun(REOPENED, place.room, whom):
        if case.is_open:
            raise Refusal(say("Case {number} is open.", number=case.number))
        if not await rows.reopen(act.index, case.number):
            raise Refusal(
                say("The same thing was reported again: decide that case. Type `reports`.")
            )
        await act.record(REOPENED, place.room, whom, why=case.mark)
    now = await rows.numbered(act.index, case.number)
    if now and now.is_open:
        await case_notices.put_up(act, now, place, f"reopened {act.cause}")


async def queue(act: Act, place: Place | None, *, everything: bool) -> list[tuple[Case, Place]]:
    """What waits where the actor may decide, the longest first; with `everything` what is over.

    Without a `place` that is everywhere, else there and in its groups.
    """
    rooms = None
    if place:
        groups = await place_rows.groups_of(act.index, place) if place.is_subsite else ()
        rooms = [one.room for one in (place, *groups)]
    found = await rows.listed(act.index, rooms, everything=everything)
    there = await place_rows.of_rooms(act.index, {case.target.place for case in found})
    person = await people.recognise(act, act.actor)
    standings = {s.place.room: s for s in await places.stand_in_all(act, person, there)}
    return [
        (case, standing.place)
        for case in found
        if (standing := standings.get(case.target.place)) and rules.may_decide(case, standing)
    ]


async def waiting_long(act: Act, now: datetime) -> dict[Place, int]:
    """How many cases wait longer than they should in each subsite, as its staff room may know."""
    found: dict[Place, int] = {}
    for case in await rows.open_since(act.index, now - rules.LONG):
        place = await place_rows.of_room(act.index, case.target.place)
        if place and not rules.is_apart(case, place):
            found[place.root] = found.get(place.root, 0) + 1
    return found


def ended(case: Case, name: str | None) -> Sentence:
    """How a case stands, behind its number in a list."""
    if case.state is CaseState.OPEN:
        return say("open")
    if case.state is CaseState.WITHDRAWN or case.decision is None:
        return say("withdrawn")
    return say("{decision}, by {name}", decision=case.decision, name=name or "–")
