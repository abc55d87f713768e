"""Telling people that what they say encrypted can be found from now on, or no longer."""

from plein_bot.actions import people, staff
from plein_bot.actions.acts import Act
from plein_bot.domain.effects import Say
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Text, paragraphs, say

_STEP = "index"


async def tell(act: Act, place: Place) -> None:
    """In the place itself, where everybody sees it who says something there, and to the staff."""
    told = await _words(act, place)
    await act.homeserver.say(Say(place.room, told, _STEP, act.plein.language), act.cause)
    await staff.tell(act, place, told, _STEP)


async def _words(act: Act, place: Place) -> Text:
    name = (await people.recognise(act, act.actor)).shown
    if not place.settings.index:
        return paragraphs(
            say(
                "{name} has turned the index of {place} off. I have deleted what I had opened to "
                "search it, and open nothing more.",
                name=name,
                place=place.full_name,
            )
        )
    return paragraphs(
        say(
            "{name} has turned the index of {place} on. I now open the encrypted messages and "
            "files, so that `search` and `files` find them. Also those from before, as far as I "
            "have their keys.",
            name=name,
            place=place.full_name,
        ),
        say(
            "Who takes part finds what was said while they were in it, and nothing else. But what "
            "I open stands readable in Plein's database: who manages that can read it."
        ),
    )
