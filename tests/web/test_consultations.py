"""Thinking along, as somebody without an account sees it."""

from tests.commands.test_consultations import closed, thought_about
from tests.fakes.square import Square
from tests.web.visiting import Visitor, open_place


async def test_what_is_open_stands_on_the_square_in_its_place_and_at_the_post(
    square: Square, visitor: Visitor
) -> None:
    place = await open_place(square)
    await thought_about(square, place)
    for path in ("/", "/s/poelenburg", "/s/poelenburg/publiek"):
        page = await visitor.reads(path)
        assert 'id="open-now">Denk mee<' in page
        assert "denk mee tot" in page
    page = await visitor.reads("/s/poelenburg/publiek/p/speelplek")
    assert "Denk mee: open tot " in page

    await square.sanne.asks("blog sluiten 1")
    await closed(square)
    assert "Denk mee" not in await visitor.reads("/")
    assert "komt hier te staan" in await visitor.reads("/s/poelenburg/publiek/p/speelplek")

    await square.sanne.asks("blog uitkomst 1\nEr komt een **schommel**. <script>")
    page = await visitor.reads("/s/poelenburg/publiek/p/speelplek")
    assert "Wat is ermee gedaan" in page
    assert "Er komt een <strong>schommel</strong>." in page
    assert "<script>" not in page


async def test_what_is_not_public_is_not_shown(square: Square, visitor: Visitor) -> None:
    place = await open_place(square)
    await thought_about(square, await square.group(place.root, "leden"))
    for path in ("/", "/s/poelenburg"):
        assert "Speelplek" not in await visitor.reads(path)
