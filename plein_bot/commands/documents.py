"""Documents sent in the direct chat: what to do with one, and making a post of it."""

from typing import Annotated
from urllib.parse import unquote

from plein_bot.actions import documents
from plein_bot.actions import publishing as sending
from plein_bot.commands import publishing
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Question, Reply, Unconfirmed
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.domain import links
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import FileSent
from plein_bot.domain.ids import EventId
from plein_bot.domain.sentences import Sentence, count, lines, paragraphs, say


def offered(sent: FileSent) -> Reply | None:
    """What can be done with a file that somebody sent; None where that is nothing."""
    if not documents.can_be_post(sent.media):
        return None
    return Reply(
        say("What would you like to do with this? 1 Post 2 File 3 Nothing"),
        offers=(f"post from {sent.event}", "file place", ""),
    )


@TABLE.command("post from", "blog van")
async def write_from(call: Call, message: Annotated[str, Dutch("bericht")]) -> Reply:
    """Make a post of a document that you sent here; give the link to the message with it."""
    event = EventId(unquote(message.partition("?")[0].rpartition("/")[2]).strip())
    media = await documents.sent_here(call.act, call.here, event)
    draft, dropped = await documents.drafted(call.act, media)
    # From here on it is about the draft, however often something is asked.
    line = f"draft publish {draft.number}"
    try:
        return await publishing.publish(call, str(draft.number))
    except Question as question:
        question.line = line
        if dropped:
            question.text = paragraphs(left_out(dropped), question.text)
        raise
    except Unconfirmed as unconfirmed:
        unconfirmed.line = line
        raise


@TABLE.command("file place", "bestand plaatsen")
async def where_to_send(call: Call) -> Reply:
    """Show where you can put a file: whoever sends it there keeps it as their own."""
    found = await sending.places_to_post(call.act)
    if not found:
        raise Refusal(say("There is no group where you can post. Look around: `subsite list`."))
    server = call.act.plein.server
    places = (one.place for one in found)
    found_there = (links.to_room(place.full_name, place.room, server) for place in places)
    return Reply(
        paragraphs(
            say(
                "Send it in the group itself: then it is yours, everybody there finds it, and you "
                "can take it away again. Your groups:"
            ),
            lines(*(say("{link}", link=link) for link in found_there)),
        )
    )


def left_out(pictures: int) -> Sentence:
    """A word about pictures that are not in the document, or that clients do not show."""
    return count(
        pictures,
        "I left out one picture: it is not in the file itself, or not of a kind that can be shown.",
        "I left out {n} pictures: they are not in the file itself, or not of a kind that can be "
        "shown.",
    )
