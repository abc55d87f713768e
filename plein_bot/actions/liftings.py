"""Who may undo what befell somebody."""

from plein_bot.actions import people, places
from plein_bot.actions.acts import Act
from plein_bot.domain import sanctions as rules
from plein_bot.domain.ids import UserId
from plein_bot.domain.sanctions import Sanction, SanctionKind
from plein_bot.domain.standing import Standing
from plein_bot.index import sanctions as rows


async def refuse(act: Act, mine: Standing, kind: SanctionKind, person: UserId) -> None:
    """Refuse the actor what they may not undo of this kind in a place; Plein itself ends any."""
    if act.actor == act.plein.bot:
        return
    rules.refuse_own(mine, person)
    for one in await rows.standing(act.index, kind, [mine.place.room], [person]):
        await refuse_one(act, mine, one)


async def refuse_one(act: Act, mine: Standing, one: Sanction) -> None:
    """The same of one sanction, which need not be going on."""
    rules.refuse_own(mine, one.person)
    by = await places.stand(act, await people.recognise(act, one.by), mine.place)
    rules.refuse_lifting(mine, by)
