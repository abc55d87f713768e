"""Polls as the projection keeps them: live, and as a rebuild makes them again."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from plein_bot.domain.events import Batch, WholeRoom
from plein_bot.domain.ids import EventId, UserId
from plein_bot.domain.polls import ENDS, RESPONSES, STARTS, Poll, Tally, tally
from plein_bot.index import polls
from plein_bot.index.database import Index
from plein_bot.index.intake import take_in
from plein_bot.index.rebuilding import rebuild
from tests.index.homeserver import ALICE, BOT, Room
from tests.index.snapshots import projection

BOB, CAROL = UserId("@bob:plein.test"), UserId("@carol:plein.test")


class Place(Room):
    """A room of Plein's with Alice, Bob and Carol, where Carol is a moderator."""

    stable: bool = True

    def asks(self, *answers: str, **more: Any) -> EventId:
        return self.send(STARTS[not self.stable], self.poll(*answers) | more)

    def poll(self, *answers: str) -> dict[str, Any]:
        question: dict[str, Any]
        options: list[dict[str, Any]]
        if self.stable:
            question = {"m.text": [{"body": "Wat eten we?"}]}
            options = [{"m.id": one, "m.text": [{"body": one}]} for one in answers]
            return {"m.poll": {"question": question, "answers": options, "kind": "m.disclosed"}}
        question = {"org.matrix.msc1767.text": "Wat eten we?"}
        options = [{"id": one, "org.matrix.msc1767.text": one} for one in answers]
        return {STARTS[1]: {"question": question, "answers": options}}

    def votes(self, poll: EventId, *chosen: str, sender: UserId = BOB, **more: Any) -> EventId:
        answers = (
            {"m.selections": [*chosen]} if self.stable else {RESPONSES[1]: {"answers": chosen}}
        )
        return self.about(poll, RESPONSES[not self.stable], answers, sender=sender, **more)

    def ends(self, poll: EventId, sender: UserId = ALICE, **more: Any) -> EventId:
        return self.about(poll, ENDS[not self.stable], {}, sender=sender, **more)

    def about(self, event: EventId, kind: str, content: dict[str, Any], **more: Any) -> EventId:
        relation = {"rel_type": more.pop("relation", "m.reference"), "event_id": event}
        return self.send(kind, {**content, "m.relates_to": relation}, **more)

    def edits(self, poll: EventId, *answers: str, sender: UserId = ALICE) -> EventId:
        new = {"m.new_content": self.poll(*answers)}
        return self.about(poll, STARTS[not self.stable], new, sender=sender, relation="m.replace")


def a_place() -> Place:
    made = Place.managed()
    assert isinstance(made, Place)
    return made


@pytest.fixture(params=[True, False], ids=["stable", "unstable"])
def place(request: pytest.FixtureRequest) -> Place:
    made = a_place()
    made.stable = request.param
    made.put("m.room.power_levels", {"users": {CAROL: 50}})
    for person in (ALICE, BOB, CAROL):
        made.enters(person)
    return made


async def heard(index: Index, place: Place) -> dict[str, Any]:
    """What is known now; a rebuild knows the same."""
    await take_in(index, Batch("token", (place.sync(),)), BOT)
    now = await projection(index)

    async def whole() -> AsyncIterator[WholeRoom]:
        yield place.whole()

    differences = await rebuild(index, whole(), BOT)
    assert not differences, differences
    return now


async def known(index: Index, place: Place) -> dict[EventId, tuple[Poll, Tally]]:
    await heard(index, place)
    found = await polls.in_rooms(index, [place.id])
    votes = await polls.votes(index, found)
    return {poll.event: (poll, tally(poll.question, votes[poll.event])) for poll in found}


async def counts(index: Index, place: Place, poll: EventId) -> tuple[int, ...]:
    return (await known(index, place))[poll][1].counts


async def test_a_poll_and_its_votes(index: Index, place: Place) -> None:
    poll = place.asks("taart", "fruit")
    place.votes(poll, "taart")
    place.votes(poll, "fruit", sender=CAROL)
    place.votes(poll, "fruit", sender=CAROL)

    [(found, counted)] = (await known(index, place)).values()

    assert counted == Tally((1, 1), 2)
    assert found.question.text == "Wat eten we?"
    assert [answer.text for answer in found.question.answers] == ["taart", "fruit"]
    assert found.author == ALICE
    assert not found.is_closed
    assert found.stable is place.stable
    assert found.question.disclosed is place.stable
    assert await polls.of_event(index, poll) == found


async def test_votes_come_one_at_a_time(index: Index, place: Place) -> None:
    poll = place.asks("taart", "fruit")
    assert await counts(index, place, poll) == (0, 0)
    vote = place.votes(poll, "taart")
    assert await counts(index, place, poll) == (1, 0)
    place.votes(poll, "fruit", sender=CAROL)
    assert await counts(index, place, poll) == (1, 1)
    changed = place.votes(poll, "fruit")
    assert await counts(index, place, poll) == (0, 2)
    # A vote that is taken back leaves the one before it.
    place.redacts(changed)
    assert await counts(index, place, poll) == (1, 1)
    place.redacts(vote)
    assert await counts(index, place, poll) == (0, 1)


async def test_who_left_has_voted(index: Index, place: Place) -> None:
    poll = place.asks("taart", "fruit")
    place.votes(poll, "taart")
    place.leaves(BOB)
    assert await counts(index, place, poll) == (1, 0)


async def test_after_the_end_nothing_counts(index: Index, place: Place) -> None:
    poll = place.asks("taart", "fruit")
    place.votes(poll, "taart")
    end = place.ends(poll)
    place.votes(poll, "fruit", sender=CAROL)
    place.votes(poll, "fruit")

    found, counted = (await known(index, place))[poll]

    assert counted.counts == (1, 0)
    assert found.end == end
    assert found.ended_at


@pytest.mark.parametrize(
    ("closer", "closes"), [(ALICE, True), (CAROL, True), (BOB, False), (BOT, True)]
)
async def test_who_may_close_a_poll(
    index: Index, place: Place, closer: UserId, closes: bool
) -> None:
    poll = place.asks("taart", "fruit")
    place.ends(poll, closer)
    place.votes(poll, "taart")

    found, counted = (await known(index, place))[poll]

    assert found.is_closed is closes
    assert counted.voters == (0 if closes else 1)


async def test_whoever_became_staff_afterwards_had_no_right_to_close_it(
    index: Index, place: Place
) -> None:
    poll = place.asks("taart", "fruit")
    place.ends(poll, BOB)
    place.put("m.room.power_levels", {"users": {BOB: 50}})
    assert not (await known(index, place))[poll][0].is_closed

    place.ends(poll, BOB)
    place.put("m.room.power_levels", {"users": {}})
    assert (await known(index, place))[poll][0].is_closed


async def test_an_end_that_is_taken_away_opens_it_again(index: Index, place: Place) -> None:
    poll = place.asks("taart", "fruit")
    end = place.ends(poll)
    place.votes(poll, "taart")
    await heard(index, place)
    place.redacts(end)
    found, counted = (await known(index, place))[poll]
    assert (found.is_closed, counted.counts) == (False, (1, 0))


async def test_a_poll_that_is_taken_away_is_gone_with_its_votes(index: Index, place: Place) -> None:
    poll = place.asks("taart", "fruit")
    place.votes(poll, "taart")
    await heard(index, place)
    place.redacts(poll)
    rows = await heard(index, place)
    assert (rows["polls"], rows["votes"]) == ({}, {})


async def test_a_poll_is_edited_until_somebody_votes(index: Index, place: Place) -> None:
    poll = place.asks("taart", "fruit")
    place.edits(poll, "taart", "fruit", "niets")
    place.edits(poll, "vervalst", sender=BOB)
    place.votes(poll, "niets")
    assert await counts(index, place, poll) == (0, 0, 1)

    place.edits(poll, "iets", "anders")
    assert await counts(index, place, poll) == (0, 0, 1)


async def test_what_is_about_no_poll_is_nothing(index: Index, place: Place) -> None:
    message = place.says("Wat eten we?")
    place.votes(message, "taart")
    place.ends(message)
    place.votes(EventId("$nowhere"), "taart")
    place.asks()
    none = place.send(STARTS[0], {"m.poll": "what?"})
    place.votes(none, "taart")
    poll = place.asks("taart", "fruit")
    # As if it were in a thread, or about a poll of another room.
    place.about(poll, RESPONSES[0], {"m.selections": ["taart"]}, relation="m.thread")
    other = a_place()
    other.about(poll, RESPONSES[0], {"m.selections": ["taart"]}, sender=BOB)
    other.about(poll, ENDS[0], {}, sender=ALICE)
    await take_in(index, Batch("token", (other.sync(),)), BOT)
    await take_in(index, Batch("token", (place.sync(),)), BOT)

    [found] = await polls.in_rooms(index, [place.id, other.id])

    assert found.event == poll
    assert not found.is_closed
    assert (await polls.votes(index, [found]))[poll] == ()


async def test_a_poll_in_a_thread_knows_it(index: Index, place: Place) -> None:
    root = place.says("Het feest")
    relation = {"rel_type": "m.thread", "event_id": root}
    poll = place.asks("taart", "fruit", **{"m.relates_to": relation})
    place.votes(poll, "taart")
    found, counted = (await known(index, place))[poll]
    assert (found.thread, counted.counts) == (root, (1, 0))


async def test_where_the_result_was_told_is_known_as_long_as_the_end_stands(
    index: Index, place: Place
) -> None:
    poll = place.asks("taart", "fruit")
    end = place.ends(poll)
    told = {"end": end, "result": "$told"}
    place.about(poll, "nl.plein.note", {**told, "result": "$forged"}, sender=ALICE)
    place.about(poll, "nl.plein.note", told, sender=BOT)
    found, _ = (await known(index, place))[poll]
    assert found.result == "$told"
    assert await polls.of_event(index, EventId("$told")) == found
    place.redacts(end)
    place.ends(poll, CAROL)
    assert (await known(index, place))[poll][0].result is None


async def test_what_the_homeserver_purged_is_still_counted(index: Index, place: Place) -> None:
    poll = place.asks("taart", "fruit")
    place.votes(poll, "taart")
    place.put("m.room.power_levels", {"users": {BOB: 50}})
    place.ends(poll, BOB)
    before = await heard(index, place)
    for count in range(0, len(place.events), 3):
        place.purges(3)

        async def whole() -> AsyncIterator[WholeRoom]:
            yield place.whole()

        await rebuild(index, whole(), BOT)
        after = await projection(index)
        assert (after["polls"], after["votes"]) == (before["polls"], before["votes"]), count
