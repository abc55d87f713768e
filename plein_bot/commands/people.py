"""How a command names somebody in a place: `<place> <person> [more]`, the place left out or not."""

from plein_bot.actions import people
from plein_bot.commands.calls import Call
from plein_bot.domain.ids import RoomId, user_id
from plein_bot.domain.people import Person
from plein_bot.domain.standing import Standing


async def place_and_words(
    call: Call, place: str, person: str, more: str
) -> tuple[Standing, str, str]:
    """The place, and the words that name somebody and that follow.

    In a room of the place it may be left out: then the first word is the person.
    """
    if user_id(place):
        return await call.place("."), place, f"{person} {more}".strip()
    return await call.place(place), person, more


async def person_and_rest(
    call: Call, person: str, more: str, concerned: tuple[RoomId, ...]
) -> tuple[Person, str]:
    """Whom the words name, and what is left of them."""
    user, rest = await people.find_at_start(
        call.act, person, more, call.pills, call.shown, concerned
    )
    return await people.recognise(call.act, user), rest
