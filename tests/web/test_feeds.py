"""Feeds, and what other programs ask for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from plein_bot.config.sections import WebSettings
from tests.fakes.square import Square
from tests.web.visiting import Visitor, blogs, open_place

ATOM = "{http://www.w3.org/2005/Atom}"


def texts(feed: Element, path: str) -> list[str | None]:
    return [one.text for one in feed.iterfind(path.replace("/", f"/{ATOM}"), None)]


async def feed_of(visitor: Visitor, path: str) -> Element:
    page = await visitor.sees(path)
    assert page.status == 200
    assert page.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = fromstring(page.body)
    # What RFC 4287 wants of every feed and every entry.
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.iterfind(f"{ATOM}entry")):
        for required in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{required}")) == 1, required
    for entry in feed.iterfind(f"{ATOM}entry"):
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
    return feed


def link(feed: Element, rel: str) -> str | None:
    found = [one.get("href") for one in feed.iterfind(f"{ATOM}link") if one.get("rel") == rel]
    return found[0] if found else None


def titles(feed: Element) -> list[str | None]:
    return [one.findtext(f"{ATOM}title") for one in feed.iterfind(f"{ATOM}entry")]


async def test_a_feed_has_whole_texts_and_names_that_stay(square: Square, visitor: Visitor) -> None:
    place = await open_place(square)
    empty = await feed_of(visitor, "/feed.atom")
    assert titles(empty) == []
    text = "# Kop\n\nWat *vindt* u?\x0b & <b> #plein"
    event = await blogs(square, square.sanne, place, "Drie \x02plannen", text)
    one = (await feed_of(visitor, "/s/poelenburg/publiek/feed.atom")).find(f"{ATOM}entry")
    assert one is not None
    assert one.findtext(f"{ATOM}content") is not None
    assert "<h2>Kop</h2>" in str(one.findtext(f"{ATOM}content"))
    assert "&lt;b&gt;" in str(one.findtext(f"{ATOM}content"))
    assert one.findtext(f"{ATOM}id") == "tag:plein.test,2026:post/1"
    name = one.find(f"{ATOM}link")
    assert name is not None
    assert name.get("href") == f"{visitor.address}/s/poelenburg/publiek/p/drie-plannen"

    await square.sanne.edits(place.room, event, "!plein blog Vier plannen\nTekst")
    await square.sanne.hears(place.room, lambda raw: "Vier" in str(raw["content"].get("body")))
    for path in ("/feed.atom", "/s/poelenburg/feed.atom"):
        changed = (await feed_of(visitor, path)).find(f"{ATOM}entry")
        assert changed is not None
        assert changed.findtext(f"{ATOM}id") == "tag:plein.test,2026:post/1"
        assert changed.findtext(f"{ATOM}updated") != changed.findtext(f"{ATOM}published")


async def test_a_feed_goes_on_page_by_page(square: Square, visitor: Visitor) -> None:
    place = await open_place(square)
    for number in range(1, 24):
        await blogs(square, square.sanne, place, f"Blog {number}", "Tekst")

    first = await feed_of(visitor, "/s/poelenburg/feed.atom")
    assert titles(first) == [f"Blog {n}" for n in range(23, 3, -1)]
    following = link(first, "next")
    assert following
    second = await feed_of(visitor, following.removeprefix(visitor.address))
    assert titles(second) == ["Blog 3", "Blog 2", "Blog 1"]
    assert link(second, "next") is None
    assert link(second, "first") == f"{visitor.address}/s/poelenburg/feed.atom"
    assert "Blog 3</a>" not in await visitor.reads("/s/poelenburg")
    older = following.replace("/feed.atom", "").removeprefix(visitor.address)
    assert "Blog 3</a>" in await visitor.reads(older)


async def test_what_closes_is_gone_from_feeds_search_and_sitemap(
    square: Square, visitor: Visitor
) -> None:
    place = await open_place(square)
    await blogs(square, square.sanne, place, "Havenplan", "Tekst over de haven")
    paths = ("/feed.atom", "/s/poelenburg/feed.atom", "/zoek?q=haven", "/sitemap.xml")
    for path in paths:
        assert "havenplan" in (await visitor.reads(path)).lower(), path

    await square.sanne.asks("instellen poelenburg/publiek zichtbaarheid leden")
    await square.sanne.asks("ja")

    assert (await visitor.sees("/s/poelenburg/publiek/feed.atom")).status == 404
    for path in paths:
        assert "havenplan" not in (await visitor.reads(path)).lower(), path


async def test_search_finds_posts_and_what_belongs_to_them_but_not_the_chat(
    square: Square, visitor: Visitor
) -> None:
    place = await open_place(square)
    await square.fatima.joins(place.room)
    post = await blogs(square, square.sanne, place, "Over de <haven>", "Wij *bouwen* iets")
    await square.fatima.comments(place.room, post, "De haven is mooi")
    await square.fatima.says(place.room, "Gaat iemand mee naar de haven vanavond?")
    await square.sanne.sends_file(place.room, "haven-in-de-chat.txt", b"x", "text/plain")

    page = await visitor.reads("/zoek?q=haven")

    assert "2 resultaten" in page
    assert "Over de &lt;haven&gt;" in page
    assert "De <mark>haven</mark> is mooi" in page
    assert 'href="/s/poelenburg/publiek/p/over-de-haven#c-' in page
    assert "vanavond" not in page
    assert "haven-in-de-chat" not in page
    assert "Eén resultaat" in await visitor.reads("/zoek?q=haven&soort=comment")
    assert "2 resultaten" in await visitor.reads("/zoek?q=haven&in=poelenburg/publiek")
    assert "results" in await visitor.reads("/search?q=haven&taal=en")
    assert "Niets gevonden" in await visitor.reads("/zoek?q=onbestaand")
    assert "Typ een paar woorden" in await visitor.reads("/zoek?q=%22%22%2A%3A-")
    for path in ("?q=haven&in=zaanstreek", "?q=haven&soort=message", "?q=haven&pagina=3"):
        assert (await visitor.sees(f"/zoek{path}")).status == 404
    hostile = await visitor.reads("/zoek?q=%3Cscript%3Ealert(1)%3C/script%3E%27%22%20OR%201=1")
    assert "<script" not in hostile


async def test_programs_find_what_they_ask_of_every_site(square: Square, visitor: Visitor) -> None:
    place = await open_place(square)
    await blogs(square, square.sanne, place, "Een", "Tekst")

    assert f"Sitemap: {visitor.address}/sitemap.xml" in await visitor.reads("/robots.txt")
    sitemap = fromstring((await visitor.sees("/sitemap.xml")).body)
    found = [one.text for one in sitemap.iter() if one.tag.endswith("}loc")]
    paths = ("/", "/s/poelenburg", "/s/poelenburg/publiek", "/s/poelenburg/publiek/p/een")
    assert found == [visitor.address + path for path in paths]
    assert (await visitor.sees("/.well-known/security.txt")).status == 404


async def test_the_statements_are_there_in_both_languages(square: Square, visitor: Visitor) -> None:
    assert "<h1>Toegankelijkheid</h1>" in await visitor.reads("/toegankelijkheid")
    assert "<h1>Accessibility</h1>" in await visitor.reads("/toegankelijkheid?taal=en")
    assert "<h1>Privacy</h1>" in await visitor.reads("/privacy")
    for path in ("/toegankelijkheid", "/privacy?taal=en"):
        page = await visitor.reads(path)
        assert "{contact}" not in page
        assert "{name}" not in page


async def test_operators_put_their_own_texts_and_say_where_to_report(
    square: Square, visitor: Visitor, tmp_path: Path
) -> None:
    own, english = tmp_path / "privacy.md", tmp_path / "privacy.en.md"
    own.write_text("# Onze privacy\n\n<script>x</script> Bij ons", encoding="utf-8")
    english.write_text("# Our privacy\n\nWith us", encoding="utf-8")
    settings = WebSettings(contact="mailto:veilig@example.org", privacy=own)
    visitor.site.house = replace(
        visitor.site.house, contact=settings.contact, statements=settings.statements
    )

    assert "<h1>Onze privacy</h1>" in await visitor.reads("/privacy")
    assert "<script" not in await visitor.reads("/privacy")
    assert "<h1>Our privacy</h1>" in await visitor.reads("/privacy?taal=en")
    assert 'href="mailto:veilig@example.org"' in await visitor.reads("/toegankelijkheid")
    told = await visitor.reads("/.well-known/security.txt")
    assert "Contact: mailto:veilig@example.org\n" in told
    expires = datetime.fromisoformat(told.partition("Expires: ")[2].partition("\n")[0])
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=366)


async def test_a_large_square_has_several_sitemaps(
    square: Square, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plein_bot.web.machines.PER_MAP", 2)
    place = await open_place(square)
    for number in range(1, 4):
        await blogs(square, square.sanne, place, f"Blog {number}", "Tekst")

    index = await visitor.reads("/sitemap.xml")
    parts = [f"/sitemap/{number}.xml" for number in range(3)]

    assert all(f"<loc>{visitor.address}{part}</loc>" in index for part in parts)
    found = "".join([await visitor.reads(part) for part in parts])
    for path in ("/s/poelenburg/publiek", *(f"/s/poelenburg/publiek/p/blog-{n}" for n in (1, 3))):
        assert f"<loc>{visitor.address}{path}</loc>" in found
    assert (await visitor.sees("/sitemap/x.xml")).status == 404
