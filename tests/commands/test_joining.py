"""Before somebody takes part in a public place they read what that makes of them."""

from plein_bot.domain.places import Joining, Visibility
from tests.fakes.square import Square

WARNING = "Uw naam en wat u schrijft zijn openbaar."


async def test_who_walks_in_reads_it_with_the_invitation_and_again(square: Square) -> None:
    await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)

    assert WARNING in await square.fatima.asks("deelsite toon zaanstreek")
    for line in ("deelnemen zaanstreek", "deelnemen zaanstreek"):
        assert WARNING in await square.fatima.asks(line)


async def test_who_has_to_ask_reads_it_before_and_when_they_are_let_in(square: Square) -> None:
    await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.REQUEST)

    assert WARNING in await square.fatima.asks("deelnemen zaanstreek")
    await square.fatima.asks("Ik woon hier")
    assert "is toegelaten" in await square.sanne.asks("goedkeuren 1")

    told = square.chat_of(square.fatima)
    assert any("U bent welkom" in said and WARNING in said for said in told), told


async def test_where_not_everybody_reads_along_nobody_is_warned(square: Square) -> None:
    await square.subsite(joining=Joining.OPEN)

    assert WARNING not in await square.joost.asks("deelsite toon zaanstreek")
    assert WARNING not in await square.joost.asks("deelnemen zaanstreek")


async def test_a_new_public_group_says_it_in_its_topic(square: Square) -> None:
    line = "deelsite nieuw Plantsoen --zichtbaarheid openbaar --deelname vrij"
    assert "Klaar." in await square.sanne.asks(line)

    assert WARNING in await square.fatima.asks("groep toon plantsoen/publiek")
    assert WARNING not in await square.sanne.asks("groep toon plantsoen/leden")
