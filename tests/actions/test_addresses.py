"""A proven address lapses after a year, and whom it touches hears of it beforehand."""

from datetime import UTC, datetime, timedelta

from plein_bot.actions import addresses, people
from plein_bot.domain.people import PersonClass
from plein_bot.domain.verification import VALID
from plein_bot.index import addresses as rows
from tests.fakes.square import Square

ADDRESS = "joost@zaanstad.example"


async def proven(square: Square, days_ago: float, address: str = ADDRESS) -> datetime:
    """Joost proved the address so long ago; the moment that is now."""
    now = datetime.now(UTC)
    await rows.prove(square.index, square.joost.user_id, address, now - timedelta(days=days_ago))
    return now


async def test_a_month_beforehand_one_is_told_once(square: Square) -> None:
    now = await proven(square, 334)
    await addresses.remind(square.acts, now)
    assert square.chat_of(square.joost) == []

    now = await proven(square, 336)
    for later in (now, now + timedelta(days=1)):
        await addresses.remind(square.acts, later)

    [told] = square.chat_of(square.joost)
    assert "Bewijs het opnieuw" in told
    assert "daarna doet u mee als burger" in told
    assert f"verifieer {ADDRESS}" in told


async def test_after_a_year_it_counts_no_more_and_one_hears_what_follows(square: Square) -> None:
    now = await proven(square, 366)

    for _ in range(2):
        await addresses.remind(square.acts, now)

    [told] = square.chat_of(square.joost)
    assert "u doet voortaan mee als burger" in told
    assert "Plekken zonder burgers laten u niet meer toe" in told
    assert await rows.owner(square.index, ADDRESS) is None
    joost = await people.recognise(square.by(square.joost), square.joost.user_id)
    assert joost.person_class is PersonClass.CITIZEN


async def test_proving_it_again_begins_a_new_year(square: Square) -> None:
    now = await proven(square, 340)
    await addresses.remind(square.acts, now)
    await proven(square, 0)

    await addresses.remind(square.acts, now + timedelta(days=40))

    assert len(square.chat_of(square.joost)) == 1
    assert await rows.owner(square.index, ADDRESS) == square.joost.user_id


async def test_nobody_hears_of_an_address_that_makes_no_difference(square: Square) -> None:
    await rows.prove(
        square.index, square.joost.user_id, "j.bakker@zaanstad.example", datetime.now(UTC)
    )
    await proven(square, 366)
    now = await proven(square, 366, "joost@nergens.example")

    await addresses.remind(square.acts, now)

    assert square.chat_of(square.joost) == []
    assert await rows.owner(square.index, ADDRESS) is None


async def test_the_last_moment_of_a_year_is_that_of_the_rules(square: Square) -> None:
    now = await proven(square, VALID.days - 0.01)
    await addresses.remind(square.acts, now)
    assert await rows.owner(square.index, ADDRESS) == square.joost.user_id
