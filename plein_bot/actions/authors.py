"""Who starts things in a place, and what happens to what others start."""

from dataclasses import replace

from plein_bot.actions import chats, people, places, rooms
from plein_bot.actions.acts import Act
from plein_bot.actions.settings import plan_of
from plein_bot.domain import posts as rules
from plein_bot.domain.effects import Redact
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Line, Spoken
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Posting
from plein_bot.domain.sentences import Sentence, say
from plein_bot.domain.standing import Standing
from plein_bot.index import places as rows
from plein_bot.index import posts


async def listed(act: Act, standing: Standing) -> tuple[Person, ...]:
    """The chosen ones by name; staff start things anyway."""
    standing.require_member()
    authors = standing.place.settings.authors
    known = await people.recognise_all(act, authors)
    return tuple(sorted(known.values(), key=lambda one: one.shown.casefold()))


async def choose(act: Act, standing: Standing, person: Person) -> None:
    standing.require(Role.MODERATOR)
    there = await places.stand(act, person, standing.place)
    if not there.is_in:
        raise Refusal(
            say(
                "{name} does not take part in {place}.",
                name=person.shown,
                place=standing.place.full_name,
            )
        )
    await _keep(act, standing, {*standing.place.settings.authors, person.id})
    await act.record("author.add", standing.place.room, person.id)


async def drop(act: Act, standing: Standing, person: Person) -> None:
    standing.require(Role.MODERATOR)
    await _keep(act, standing, {*standing.place.settings.authors} - {person.id})
    await act.record("author.remove", standing.place.room, person.id)


async def _keep(act: Act, standing: Standing, authors: set[UserId]) -> None:
    place = standing.place
    chosen = tuple(sorted(authors))
    after = place.with_settings(replace(place.settings, authors=chosen))
    await rooms.keep(act, await plan_of(act, after), place.room)


async def spoken(act: Act, said: Spoken) -> None:
    """Take away what may not be said there, with a kind word to who said it."""
    place = await rows.of_room(act.index, said.room)
    if place is None:
        return
    standing = await places.stand(act, await people.recognise(act, said.sender), place)
    why = await _why_not(act, said, standing)
    if why:
        await act.perform([Redact(said.room, said.event)])
        await act.record("author.stray", said.room, said.sender, event=said.event)
        # Whoever floods reads why they were muted, and not the same word for each message.
        if not standing.muted:
            await chats.tell(act, said.sender, why, "stray")


async def overheard(act: Act, line: Line) -> None:
    """The same for what might have been for Plein and was not, such as a reply to somebody."""
    # What an edit changes was looked at when it was said.
    if line.edits is None and await rows.is_watched(act.index, line.room):
        await spoken(act, Spoken(line.event, line.room, line.sender, line.thread, line.ts))


async def _why_not(act: Act, said: Spoken, standing: Standing) -> Sentence | None:
    place = standing.place
    if said.thread is None:
        if place.settings.posting is not Posting.AUTHORS or rules.may_start(standing):
            return None
        return say(
            "In {place} only chosen people start something; I took your message away. You can "
            "comment: answer in the thread under a post.",
            place=place.full_name,
        )
    post = await posts.of_event(act.index, said.thread)
    if post is None or rules.may_comment(post, standing):
        return None
    return say("The comments on “{title}” are closed; I took your message away.", title=post.title)
