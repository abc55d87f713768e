"""What was set for a moment is done once, however Plein stops in the middle of it."""

import itertools
from datetime import UTC, datetime

import pytest

from plein_bot.actions.acts import Act
from plein_bot.commands.attending import Attendant
from plein_bot.commands.timers import handler_of, when_due
from plein_bot.domain.effects import Say
from plein_bot.domain.events import Due, Work
from plein_bot.domain.ids import RoomId
from plein_bot.domain.sentences import Sentence
from plein_bot.domain.timers import Timer
from plein_bot.index import timers, work
from tests.commands.conftest import NAMES
from tests.fakes.interruptions import BreakableIndex, Interrupted, Interruption, Squares
from tests.fakes.square import PLEIN, Square

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)
MANY = 200


@when_due("test.say")
async def says(act: Act, due: Due) -> None:
    room = RoomId(due.subject["room"])
    words = Sentence("{name}", {"name": due.name})
    await act.homeserver.say(Say(room, words, "test", "nl"), act.cause)
    await act.record("test", room, act.actor)


async def goes_on(square: Square) -> None:
    """Plein starts: what is due becomes work, and all work is done."""
    attendant = Attendant(square.acts, NAMES)
    await timers.ripen(square.index, NINE)
    for one in await work.outstanding(square.index):
        await attendant.attend(one.work)
        await work.done(square.index, one.work.key)


@pytest.mark.parametrize("stops", [(1, 2, 3), (150, 2, 90), (600,)])
async def test_two_hundred_at_once_and_plein_dies_in_the_middle(
    squares: Squares, stops: tuple[int, ...]
) -> None:
    async with squares() as square:
        wanted = await many(square)
        index = square.index
        for before in stops:
            interruption = Interruption(before)
            square.homeserver.step = interruption.step
            square.index = BreakableIndex(index, interruption)
            with pytest.raises(Interrupted):
                await goes_on(square)
        square.homeserver.step = lambda: None
        square.index = index
        await goes_on(square)

        for room in {one.lane for one in wanted}:
            said = square.homeserver.rooms[RoomId(room)].said_by(PLEIN.bot)
            assert said == [one.name for one in wanted if one.lane == room]
        assert await work.outstanding(index) == []
        assert await timers.next_due(index) is None


async def many(square: Square) -> list[Timer]:
    subsite = await square.subsite()
    rooms = itertools.cycle([subsite.room, (await square.group(subsite)).room])
    made = [
        Timer(f"{number:03}", "test.say", room, NINE, "$cause", {"room": room})
        for number, room in zip(range(MANY), rooms, strict=False)
    ]
    async with square.index.session() as session:
        await timers.put_down(session, made)
    return made


async def test_a_kind_that_nobody_sees_to_is_a_mistake(square: Square) -> None:
    due = Due("a", "test.unknown", {}, NINE)

    with pytest.raises(LookupError):
        await Attendant(square.acts, NAMES).attend(Work("timer:a", "!here", due))


def test_a_kind_is_seen_to_by_one() -> None:
    async def another(act: Act, due: Due) -> None:
        raise AssertionError

    with pytest.raises(ValueError, match=r"test\.say"):
        when_due("test.say")(another)
    assert handler_of("test.say") is says
