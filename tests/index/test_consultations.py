"""Thinking along as the projection keeps it: live, and as a rebuild makes it again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from plein_bot.domain.consultations import Consultation, asked, ended
from plein_bot.domain.events import Batch, WholeRoom
from plein_bot.domain.ids import UserId
from plein_bot.domain.polls import RESPONSES, STARTS
from plein_bot.domain.posts import Post
from plein_bot.index import consultations, posts
from plein_bot.index.database import Index
from plein_bot.index.intake import take_in
from plein_bot.index.rebuilding import rebuild
from tests.index.homeserver import ALICE, BOT, Room
from tests.index.snapshots import empty, projection
from tests.index.test_files import hear, notes
from tests.index.test_search import post

BOB, CAROL, DAN = (UserId(f"@{name}:plein.test") for name in ("bob", "carol", "dan"))
FIRST, LATER = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


async def known(index: Index) -> Post:
    found = await posts.numbered(index, 7)
    assert found
    return found


async def test_the_last_note_says_until_when_and_a_rebuild_says_the_same(index: Index) -> None:
    room = Room.managed()
    event, _ = post(room, "Wat zou u willen?", "Speelplek", "wijk")
    await hear(index, room)
    assert (await known(index)).consultation is None

    notes(room, event, **asked(FIRST))
    notes(room, event, sender=BOB, **asked(LATER))
    await hear(index, room)
    assert (await known(index)).consultation == Consultation(FIRST)

    over = notes(room, event, **ended(Consultation(FIRST)))
    notes(room, event, consultation={"closes": "morgen"}, outcome={"text": 7})
    outcome = notes(room, event, outcome={"text": "Er komt een schommel.", "by": ALICE})
    await hear(index, room)
    post_now = await known(index)
    assert post_now.closed
    consultation = post_now.consultation
    assert consultation
    assert consultation.outcome
    at = {one.event_id: datetime.fromtimestamp(one.ts / 1000, UTC) for one in room.events}
    assert consultation.ended_at == at[over]
    told = consultation.outcome
    assert (told.text, told.by, told.at) == ("Er komt een schommel.", ALICE, at[outcome])

    before = await projection(index)
    await empty(index)

    async def whole() -> AsyncIterator[WholeRoom]:
        yield room.whole()

    await rebuild(index, whole(), BOT)
    assert await projection(index) == before

    room.redacts(outcome, sender=BOT)
    notes(room, event, **asked(LATER))
    await hear(index, room)
    assert (await known(index)).consultation == Consultation(LATER)


async def test_whoever_commented_reacted_or_voted_took_part(index: Index) -> None:
    room = Room.managed()
    event, _ = post(room, "Wat zou u willen?", "Speelplek", "wijk")
    thread = {"rel_type": "m.thread", "event_id": event}
    comment = {"msgtype": "m.text", "body": "Een schommel", "m.relates_to": thread}
    for person in (ALICE, BOB, BOT):
        room.send("m.room.message", comment, sender=person)
    gone = room.send("m.room.message", comment, sender=UserId("@erin:plein.test"))
    room.redacts(gone)
    liked = {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": "👍"}}
    room.send("m.reaction", liked, sender=CAROL)
    question = {"question": {"body": "Welk?"}, "answers": [{"id": "a", "body": "Schommel"}]}
    poll = room.send(STARTS[1], {STARTS[1]: question, "m.relates_to": thread}, sender=BOB)
    vote = {RESPONSES[1]: {"answers": ["a"]}}
    about = {"m.relates_to": {"rel_type": "m.reference", "event_id": poll}}
    room.send(RESPONSES[1], vote | about, sender=DAN)
    room.says("Iets anders", UserId("@frits:plein.test"))
    await take_in(index, Batch("token", (room.sync(),)), BOT)

    took_part = await consultations.participants(index, await known(index))
    assert took_part == {BOB, CAROL, DAN}
