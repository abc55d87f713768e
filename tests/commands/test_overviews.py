"""The monthly overview of new files, in the room of a group that wants one."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

from plein_bot.actions import overviews as actions
from plein_bot.commands import timers as handlers
from plein_bot.domain import overviews as rules
from plein_bot.domain.events import Due
from plein_bot.domain.places import Place
from plein_bot.index import timers
from tests.actions.conftest import squares
from tests.commands.test_files import gone
from tests.commands.test_search import a_place, bring
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.square import PLEIN, Square

__all__ = ["squares"]

TEXT = "text/plain"


def told(square: Square, place: Place) -> list[str]:
    said = square.homeserver.room(place.room).said_by(PLEIN.bot)
    return [one for one in said if "nieuw" in one and "bestand" in one]


async def a_month_passes(square: Square) -> None:
    """The moment in the month after today's comes, and everything that follows from it."""
    # Seen from the 28th the next moment is that of next month, whatever day it is today.
    today = datetime.now(ZoneInfo(PLEIN.timezone))
    await actions.expect(square.acts, today.replace(day=28))
    for kind in (rules.ALL, rules.ONE):
        for timer in await timers.of_kind(square.index, kind):
            act = square.acts.by(PLEIN.bot, f"timer:{timer.name}")
            due = Due(timer.name, kind, dict(timer.subject), timer.due_at)
            await handlers.handler_of(kind)(act, due)
            await timers.cancel(square.index, timer.name)
    await square.homeserver.settled()


async def test_a_group_that_wants_it_is_told_once_a_month(square: Square) -> None:
    place = await a_place(square)
    for name in ("plan.txt", "kaart.txt", "a*b*.txt"):
        event = await square.sanne.sends_file(place.room, name, name.encode(), TEXT)
    await square.sanne.asks("bestanden zaanstreek/leden")
    await square.sanne.asks("bestand verplaats 2 Kaarten")
    await a_month_passes(square)
    assert told(square, place) == []

    assert "Noem een groep" in await square.sanne.asks("instellen zaanstreek overzicht ja")
    await square.sanne.asks("instellen zaanstreek/leden overzicht ja")
    await a_month_passes(square)

    [said] = told(square, place)
    assert said.startswith("3 nieuwe bestanden in Zaanstreek/Leden, 1 ")
    assert "📁 Kaarten · één bestand" in said
    assert "a*b*.txt" in said
    assert "instellen zaanstreek/leden overzicht nee" in said
    raw = square.homeserver.room(place.room).timeline[-1]
    assert event in raw["content"]["formatted_body"]

    await a_month_passes(square)
    assert len(told(square, place)) == 1, "the same month again is told once"


async def test_where_nothing_came_or_nobody_wants_it_nothing_is_said(square: Square) -> None:
    place = await a_place(square)
    await square.sanne.asks("instellen zaanstreek/leden overzicht ja")
    await a_month_passes(square)

    event = await square.sanne.sends_file(place.room, "plan.txt", b"plan", TEXT)
    await square.sanne.redacts(place.room, event)
    await gone(square.sanne, place.room, event)
    begin = datetime.now(UTC) - timedelta(days=40)
    assert await actions.of_group(square.acts.by(PLEIN.bot, "$c"), place.room, begin, begin) is None

    await square.sanne.sends_file(place.room, "plan.txt", b"plan", TEXT)
    await square.sanne.asks("instellen zaanstreek/leden overzicht nee")
    await a_month_passes(square)
    await square.sanne.asks("instellen zaanstreek/leden overzicht ja")
    await square.sanne.asks("groep archiveren zaanstreek/leden")
    await square.sanne.asks("ja")
    await a_month_passes(square)
    assert told(square, place) == []


async def test_only_what_every_reader_of_the_room_may_read_is_told(square: Square) -> None:
    place = await a_place(square)
    await square.sanne.sends_file(place.room, "voor Joost.txt", b"x", TEXT)
    room = square.homeserver.room(place.room)
    room.puts(PLEIN.bot, "m.room.history_visibility", {"history_visibility": "joined"})
    await square.homeserver.settled()
    early = await square.sanne.sends_file(place.room, "te vroeg.txt", b"x", TEXT)
    await bring(square, square.joost, place)
    late = await square.sanne.sends_file(place.room, "samen.txt", b"x", TEXT)
    await square.sanne.asks("instellen zaanstreek/leden overzicht ja")

    now = datetime.now(UTC)
    act = square.acts.by(PLEIN.bot, "$c")
    begin, end = now - timedelta(days=40), now + timedelta(days=40)
    found = await actions.of_group(act, place.room, begin, end)

    assert found
    names = {one.name for one in found[1].newest}
    assert "te vroeg.txt" not in names
    assert "samen.txt" in names
    assert early != late


async def test_an_overview_that_is_interrupted_is_told_once(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        place = await a_place(square)
        await square.sanne.sends_file(place.room, "plan.txt", b"plan", TEXT)
        now = datetime.now(UTC)
        subject = {
            "room": place.room,
            "begin": (now - timedelta(days=40)).timestamp(),
            "end": (now + timedelta(days=1)).timestamp(),
        }

        async def deed() -> None:
            act = square.acts.by(PLEIN.bot, "timer:files.overview")
            with patch.object(actions, "_wants", return_value=True):
                await handlers.handler_of(rules.ONE)(act, Due("o", rules.ONE, subject, now))

        return deed

    assert await survives_every_interruption(squares, scene) >= 2
