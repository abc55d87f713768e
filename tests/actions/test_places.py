import pytest

from plein_bot.actions import places
from plein_bot.domain.errors import Refusal
from plein_bot.domain.standing import NoSuchPlace
from tests.fakes.square import Square


async def test_a_place_is_found_by_path_name_beginning_and_by_where_one_is(square: Square) -> None:
    subsite = await square.subsite()
    other = await square.subsite("Werkplein")
    act = square.by(square.sanne)

    for text, here, found in (
        ("zaanstreek", None, subsite.room),
        ("Zaanst", None, subsite.room),
        (".", other.room, other.room),
        ("zaanstreek/leden", None, (await square.group(subsite)).room),
        (".", None, (await square.group(subsite)).room),
        ("leden", other.room, (await square.group(other)).room),
    ):
        assert (await places.find(act, text, here)).place.room == found, text
    with pytest.raises(NoSuchPlace):
        await places.find(act, "nergens")
    with pytest.raises(Refusal, match="several"):
        await places.find(act, "leden")
    with pytest.raises(NoSuchPlace):
        await places.find(square.by(square.joost), "zaanstreek/leden")
