"""What authors do to their posts in their own client: change them, and take them away."""

from plein_bot.actions import chats, files, posts
from plein_bot.actions.acts import Act, Acts
from plein_bot.commands.reading import addressed, read
from plein_bot.commands.table import TABLE
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Line, Redacted
from plein_bot.domain.sentences import count
from plein_bot.index import places, post_events
from plein_bot.index import posts as rows


async def edited(act: Act, line: Line, names: tuple[str, ...]) -> bool:
    """Whether an edited line is the text of a post; then its card follows."""
    post = await rows.of_event(act.index, line.edits) if line.edits else None
    if post is None or post.author != line.sender or post.event != line.edits:
        return False
    place = await places.of_room(act.index, post.room)
    try:
        async with act.locks.alone_in(place.root.room if place else post.room):
            await posts.revised(act, post, _title(line.text, names) if post.typed else None)
    except Refusal as refusal:
        await chats.tell(act, line.sender, refusal.sentence, "refused")
    return True


def _title(text: str, names: tuple[str, ...]) -> str | None:
    said = addressed(text, names)
    if said is None:
        return None
    reading = read(said)
    found = TABLE.find(reading, with_text=True)
    return reading.rest(found[1]) if found and found[0].takes_text else None


async def taken_away(acts: Acts, redacted: Redacted) -> None:
    act = acts.by(redacted.sender, redacted.event)
    await files.taken_away(act, redacted.target)
    place = await places.of_room(act.index, redacted.room)
    if place is None:
        return
    async with act.locks.alone_in(place.root.room):
        given = await posts.taken_away(act, redacted.room, redacted.target)
    if given is None or given.author != redacted.sender:
        return
    left = len(await post_events.comments(act.index, given.room, redacted.target))
    if left:
        told = count(
            left,
            "Your post {number} is gone; one comment on it still stands. To take that away as "
            "well: `post withdraw {number} --comments`.",
            "Your post {number} is gone; {n} comments on it still stand. To take those away as "
            "well: `post withdraw {number} --comments`.",
            number=given.number,
        )
        await chats.tell(act, given.author, told, "comments")
