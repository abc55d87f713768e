"""What somebody points at to report it: a message by its link, a person, or a place."""

from urllib.parse import unquote, urlsplit

from plein_bot.actions import people, places, reading, showcase
from plein_bot.actions.acts import Act
from plein_bot.actions.posts import NoSuchPost
from plein_bot.domain.cases import Target, not_there
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.links import event_in
from plein_bot.domain.people import Person
from plein_bot.domain.reading import is_present, may_read
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import NoSuchPlace, Standing
from plein_bot.index import histories, members, posts, quotes
from plein_bot.index import places as place_rows


async def message(act: Act, event: EventId) -> Target:
    """A message that the actor may read; of a post its author's, also where Plein wrote it.

    Raises the same Refusal for what is not there and for what they cannot read.
    """
    post = await posts.of_event(act.index, event)
    said = await quotes.of(act.index, post.event if post else event)
    if said is None:
        raise not_there()
    standings = await reading.standings(act, [said.room])
    then = await histories.then(act.index, act.actor, [said.event])
    standing = standings.get(said.room)
    # Not `reading.readable`: nothing sealed is shown here, it is only pointed at.
    if standing is None or said.event not in then or not may_read(standing, then[said.event]):
        raise not_there()
    author = post.author if post else said.sender
    return Target(standing.place.room, said.event, author)


async def seen_by_homeserver(act: Act, room: RoomId, event: EventId) -> Target | None:
    """A message that the homeserver let somebody report, so that they have read it.

    None where it is in no place of Plein's; of a message that Plein has not got there is the link.
    """
    now = (await place_rows.all_going_on_in(act.index, [room])).get(room, room)
    if await place_rows.of_room(act.index, now) is None:
        return None
    post = await posts.of_event(act.index, event)
    said = await quotes.of(act.index, post.event if post else event)
    if said is None or said.room != room:
        return Target(now, event)
    return Target(now, said.event, post.author if post else said.sender)


async def page(act: Act, address: str) -> Target | None:
    """The post whose page this is; None for an address that is not of Plein's pages."""
    web = act.plein.web
    if web is None or not address.startswith(f"{web}/"):
        return None
    match [unquote(part) for part in urlsplit(address).path.split("/")[1:]]:
        case ["s", subsite, group, "p", slug]:
            try:
                standing = await showcase.place_at(act, subsite, group)
                found = await showcase.post_at(act, standing, slug)
            except (NoSuchPlace, NoSuchPost):
                found = await showcase.post_elsewhere(act, slug)
        case _:
            raise not_there()
    return await message(act, found.post.event)


async def person(act: Act, user: UserId, standing: Standing) -> Target:
    """Somebody in a place where the actor sees who is there."""
    if user in (act.plein.bot, act.plein.reserve):
        raise Refusal(
            say(
                "{person} is no person, but Plein itself. Report a message of it by its link. Does "
                "Plein not do as it should? Then tell the people who run it.",
                person=user,
            )
        )
    stay = await members.memberships(act.index, user, [standing.place.room])
    if not is_present(standing) or standing.place.room not in stay:
        raise not_there()
    return Target(standing.place.room, person=user)


async def pointed_at(act: Act, text: str) -> Target | None:
    """The message that the text names by a link; None where it names none."""
    try:
        if target := await page(act, text):
            return target
    except NoSuchPost:
        raise not_there() from None
    event = event_in(text)
    return await message(act, event) if event else None


async def standing_of(act: Act, target: Target) -> tuple[Person | None, Standing | None]:
    """Who is reported, and where they stand with the place."""
    if target.person is None:
        return None, None
    who = await people.recognise(act, target.person)
    here = await places.at(act, target.place)
    if here is None:
        raise Refusal(not_there().sentence)
    return who, await places.stand(act, who, here.place)
