"""What people are told of finding what is encrypted: that it begins or ends, and where not."""

from plein_bot.actions import chats, people, staff
from plein_bot.actions.acts import Act
from plein_bot.domain.effects import Say
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say
from plein_bot.index import places as rows

_STEP = "index"


async def withheld(act: Act, place: Place | None) -> Sentence | None:
    """Why something may not be shown of what the actor asks for: in a place, or in all of them."""
    if place and place.subsite:
        there = place.settings.encrypted and place.settings.index
    else:
        there = await rows.has_indexed(act.index, act.actor)
    if not there or await chats.is_encrypted(act):
        return None
    return say(
        "What stands in encrypted groups I show in an encrypted chat only, and ours is not. "
        "Start a new direct chat with me, an encrypted one, and ask again."
    )


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
