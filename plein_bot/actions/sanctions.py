"""Warning somebody, and finding what befell whom."""

from plein_bot.actions import places
from plein_bot.actions import sanction_letters as letters
from plein_bot.actions.acts import Act
from plein_bot.domain import sanctions as rules
from plein_bot.domain.people import Person
from plein_bot.domain.sanctions import Measure, Sanction, SanctionKind
from plein_bot.domain.sentences import Sentence, say
from plein_bot.domain.standing import Standing
from plein_bot.index import sanctions as rows

WARN = "warn"


async def warn(
    act: Act,
    standing: Standing,
    person: Person,
    reason: str | Sentence,
    case: int | None = None,
) -> Sanction:
    """Warn somebody, who reads it in their direct chat. Raises the Refusal for what may not be."""
    place = standing.place
    measure = Measure(SanctionKind.WARNING, place.room, reason, case=case)
    theirs = await places.stand(act, person, place)
    if not await rows.of_cause(act.index, act.cause, measure.kind, place.room):
        rules.refuse(standing, theirs, act.plein)
    (one,) = await rows.impose(act.index, measure, [person.id], act.actor, act.cause)

    if await letters.may_be_told(act, theirs):
        warned = say("The staff of {place} warn you.", place=place.full_name)
        meant = say(
            "You can still take part. If it happens again, they may mute you or shut you out."
        )
        await letters.tell(act, one, warned, meant)
    told = say(
        "{staff} has warned {name} in {place} (number {number}).",
        staff=await letters.by_whom(act, act.actor),
        name=person.shown,
        place=place.full_name,
        number=one.number,
    )
    await letters.tell_staff(act, place, told, one)

    await act.record(WARN, place.room, person.id)
    return one
