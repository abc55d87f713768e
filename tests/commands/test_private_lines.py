"""What is asked in a room and answered apart: an address in it is nobody else's business."""

import pytest

from plein_bot.domain.ids import RoomId
from tests.fakes.square import Square

TOLD_APART = "Ik heb u in ons gesprek geantwoord."


async def said_and_stands(square: Square, room: RoomId, line: str) -> tuple[str, bool]:
    """What Plein says in the room, and whether Sanne's line still stands there."""
    asked = await square.sanne.says(room, line)
    answer = await square.sanne.is_answered(room, asked)
    timeline = square.homeserver.room(room).timeline
    typed = next(raw for raw in timeline if raw["event_id"] == asked)
    return answer["content"]["body"], "body" in typed["content"]


@pytest.mark.parametrize("line", ["verifieer sanne@zaanstad.example", "leden S.deVries@zaan.nl"])
async def test_a_line_with_an_address_is_taken_away(square: Square, line: str) -> None:
    group = await square.group(await square.subsite())

    said, stands = await said_and_stands(square, group.room, f"!plein {line}")

    assert said == (
        f"{TOLD_APART} In uw regel stond een e-mailadres. Daarom heb ik de regel hier weggehaald."
    )
    assert not stands


@pytest.mark.parametrize("line", ["leden", "leden @sanne:plein.test"])
async def test_any_other_line_stays(square: Square, line: str) -> None:
    group = await square.group(await square.subsite())
    assert await said_and_stands(square, group.room, f"!plein {line}") == (TOLD_APART, True)
