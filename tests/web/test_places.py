"""Places and posts as somebody without an account sees them."""

import pytest

from plein_bot.domain.places import Joining, Visibility
from tests.commands.test_polls import asks, votes
from tests.fakes.square import PLEIN, Square
from tests.web.visiting import Visitor, blogs, open_place


async def test_the_square_shows_what_is_open_and_nothing_else(
    square: Square, visitor: Visitor
) -> None:
    await open_place(square, "Poelenburg")
    await square.subsite("Zaanstreek", Visibility.LISTED)
    await square.subsite("Binnenkamer", Visibility.HIDDEN, Joining.INVITE)

    page = await visitor.reads("/")

    assert '<a href="/s/poelenburg">' in page
    assert "Zaanstreek" not in page
    assert "Binnenkamer" not in page


async def test_a_subsite_tells_who_runs_it_and_shows_its_open_groups_only(
    square: Square, visitor: Visitor
) -> None:
    place = await open_place(square)
    await blogs(square, square.sanne, place, "Drie plannen", "Wat vindt u? #plein")

    page = await visitor.reads("/s/poelenburg")

    assert '<a href="/s/poelenburg/publiek">' in page
    assert "/s/poelenburg/leden" not in page
    assert "Sanne" in page
    assert "Iedereen, ook zonder account" in page
    assert f"https://matrix.to/#/{place.root.room}?via=plein.test" in page
    assert '<a href="/s/poelenburg/publiek/p/drie-plannen">Drie plannen</a>' in page


async def test_what_is_not_for_everybody_is_not_there(square: Square, visitor: Visitor) -> None:
    await open_place(square)
    await square.subsite("Zaanstreek", Visibility.LISTED)
    await square.subsite("Binnenkamer", Visibility.HIDDEN, Joining.INVITE)
    nowhere = (await visitor.sees("/nooit-gehoord")).text

    for path in (
        *("/s/zaanstreek", "/s/zaanstreek/leden", "/s/binnenkamer", "/s/nergens"),
        *("/s/poelenburg/leden", "/s/poelenburg/beheer", "/s/poelenburg/publiek/p/nergens"),
        *("/p/99", "/p/x", "/nergens", "/s/poelenburg/..%2fleden", "/s/../../etc/passwd"),
        *("/s/%00/%ff", "/s/%", "/?letter=zz", "/?pagina=99", "/?pagina=-1", "/?pagina=%C2%B2"),
        *("/s/poelenburg?voor=gisteren", "/s/poelenburg?voor=1-1-1", "/" + "x" * 3000),
    ):
        page = await visitor.sees(path)
        assert page.status == 404, path
        assert page.text.split("</header>")[1] == nowhere.split("</header>")[1], path


async def test_a_post_with_all_that_belongs_to_it(square: Square, visitor: Visitor) -> None:
    place = await open_place(square)
    await square.fatima.joins(place.room)
    text = "# Kop\n\n### Onderkop\n\nWat *vindt* u? #plein\n\n<script>alert(1)</script>"
    event = await blogs(square, square.sanne, place, "Drie <plannen>", text)
    await square.fatima.comments(place.room, event, "Graag **groen**.")
    await square.fatima.reacts(place.room, event, "👍")
    thread = {"m.relates_to": {"rel_type": "m.thread", "event_id": event}}
    poll = await asks(square.sanne, place.room, "groen", "spelen", more=thread)
    await votes(square.fatima, place.room, poll, "groen")
    await square.fatima.says(place.room, "Gewoon gepraat")

    page = await visitor.reads("/s/poelenburg/publiek/p/drie-plannen")

    assert "<h1>Drie &lt;plannen&gt;</h1>" in page
    assert "<h2>Kop</h2>" in page
    assert "<h3>Onderkop</h3>" in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert '<a href="/s/poelenburg/publiek?label=plein">#plein</a>' in page
    assert "Fatima" in page
    assert "<strong>groen</strong>" in page
    assert "👍 1" in page
    assert "Wat eten we?" in page
    assert "100 %" in page
    assert "Gewoon gepraat" not in page
    assert f"https://matrix.to/#/{place.room}/{event}?via=plein.test" in page
    assert '<meta property="og:title" content="Drie &lt;plannen&gt;">' in page


async def test_a_post_that_is_withdrawn_or_whose_place_closes_is_gone_at_once(
    square: Square, visitor: Visitor
) -> None:
    place = await open_place(square)
    await blogs(square, square.sanne, place, "Een", "Tekst")
    two = await blogs(square, square.sanne, place, "Twee", "Tekst")
    for path in ("/s/poelenburg/publiek", "/s/poelenburg/publiek/p/een", "/"):
        assert "Een" in await visitor.reads(path)

    await square.sanne.redacts(place.room, two)
    assert (await visitor.sees("/s/poelenburg/publiek/p/twee")).status == 404
    assert "Twee" not in await visitor.reads("/s/poelenburg/publiek")

    await square.sanne.asks("instellen poelenburg/publiek zichtbaarheid leden")
    await square.sanne.asks("ja")
    assert (await visitor.sees("/s/poelenburg/publiek/p/een")).status == 404
    assert (await visitor.sees("/s/poelenburg/publiek")).status == 404
    assert (await visitor.sees("/p/1")).status == 404
    for path in ("/", "/s/poelenburg"):
        assert "Een" not in await visitor.reads(path)


async def test_a_post_that_moved_is_found_where_it_now_stands(
    square: Square, visitor: Visitor
) -> None:
    place = await open_place(square)
    await square.sanne.asks("groep nieuw poelenburg Groen --zichtbaarheid openbaar")
    group = await square.group(place.root, "groen")
    await square.sanne.joins(group.room)
    await blogs(square, square.sanne, place, "Een", "Tekst")
    await square.sanne.asks("blog verplaats 1 poelenburg/groen")
    await square.sanne.asks("ja")

    moved = await visitor.sees("/s/poelenburg/publiek/p/een?taal=en")
    assert moved.status == 302
    assert moved.headers["Location"] == "/s/poelenburg/groen/p/een?taal=en"
    numbered = await visitor.sees("/p/1")
    assert numbered.headers["Location"] == "/s/poelenburg/groen/p/een"

    await square.sanne.asks("instellen poelenburg/groen zichtbaarheid leden")
    await square.sanne.asks("ja")
    assert (await visitor.sees("/s/poelenburg/publiek/p/een")).status == 404
    assert (await visitor.sees("/p/1")).status == 404


async def test_a_public_group_does_not_name_a_subsite_that_only_people_with_an_account_find(
    square: Square, visitor: Visitor
) -> None:
    await square.subsite("Zaanstreek", Visibility.LISTED)
    await square.sanne.asks("instellen zaanstreek grens openbaar")
    await square.sanne.asks("ja")
    told = await square.sanne.asks("groep nieuw zaanstreek Haven --zichtbaarheid openbaar")
    assert "Klaar" in told

    page = await visitor.reads("/s/zaanstreek/haven")

    assert "Haven" in page
    assert "Zaanstreek" not in page


async def test_people_go_by_the_name_that_they_bear_in_the_place(
    square: Square, visitor: Visitor
) -> None:
    """Who is somebody in a closed room may be somebody else in an open one."""
    place = await open_place(square)
    fatima = square.fatima
    square.homeserver.names[fatima.user_id] = "Bewoner 12"
    await fatima.joins(place.room)
    post = await blogs(square, square.sanne, place, "Een", "Tekst")
    await fatima.comments(place.room, post, "Mooi")
    square.homeserver.names[fatima.user_id] = "Fatima el Amrani"
    await fatima.asks("deelsites")
    closed = await square.subsite("Besloten", Visibility.HIDDEN, Joining.INVITE)
    square.homeserver.invite(closed.room, PLEIN.bot, fatima.user_id)
    await fatima.joins(closed.room)

    assert "Bewoner 12" in await visitor.reads("/s/poelenburg/publiek/p/een")
    await fatima.leaves(place.room)
    page = await visitor.reads("/s/poelenburg/publiek/p/een")
    assert "Bewoner 12" in page
    assert "Amrani" not in page


async def test_of_very_many_comments_the_last_are_shown(
    square: Square, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plein_bot.web.posts.MOST_COMMENTS", 2)
    place = await open_place(square)
    post = await blogs(square, square.sanne, place, "Een", "Tekst")
    for number in range(3):
        await square.sanne.comments(place.room, post, f"Reactie nummer {number}")

    page = await visitor.reads("/s/poelenburg/publiek/p/een")

    assert "3 reacties" in page
    assert "Dit zijn de laatste 2." in page
    assert "nummer 0" not in page
    assert "nummer 2" in page


@pytest.mark.parametrize("where", [f"{'9' * 20}-1", f"1-{'9' * 23}"])
async def test_a_number_that_no_list_reaches_is_not_there(
    square: Square, visitor: Visitor, where: str
) -> None:
    await open_place(square)
    for path in ("/s/poelenburg", "/feed.atom"):
        assert (await visitor.sees(f"{path}?voor={where}")).status == 404
