"""What newcomers may be called in the place where they come (design 7)."""

from plein_bot.actions.acts import Acts
from plein_bot.domain import accounts as rules
from plein_bot.domain.places import Place
from plein_bot.index import members, organisations


async def chosen(acts: Acts, place: Place, typed: str, house: str) -> str:
    """The name that others see; raises a Refusal for one that passes for somebody else's.

    `place` is where they come: of who is elsewhere nothing is told by this.
    """
    name = rules.clean_name(typed, house)
    there = await members.names_there(acts.index, place.room)
    rules.refuse_borrowed(name, await organisations.all_of(acts.index), there)
    return name
