"""Signing in on the web: by a link, once, with exactly the access that one has."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from sqlalchemy import select, update
from yarl import URL

from plein_bot.actions import chats, sessions
from plein_bot.domain.places import Joining, Visibility
from plein_bot.index.tables.sessions import SignInRow, WebSessionRow
from plein_bot.web import cookies
from tests.commands.test_interruptions import attended, last, typed
from tests.commands.test_polls import a_place
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.square import Square
from tests.web.browsing import Browser, inside, link_for, seal_in
from tests.web.visiting import Visitor, blogs

FORM = "application/x-www-form-urlencoded"
STRANGE = "klingon", "rot13", "hex", "unicode_escape", "utf-16", "latin-1"


async def test_a_link_signs_in_once_and_looking_at_it_consumes_nothing(
    square: Square, visitor: Visitor
) -> None:
    path = await link_for(square.sanne)
    for _ in range(3):
        seen = await visitor.sees(path)
        assert "Als Sanne, @sanne:plein.test" in seen.text
        assert seen.headers["Cache-Control"] == "no-store"
        assert seen.headers["Referrer-Policy"] == "no-referrer"
        assert (await visitor.sees(path, "HEAD")).status == 200

    browser = Browser(visitor)
    page = await browser.reads(path)
    first = await browser.sends(path, {"seal": seal_in(page)})
    assert (first.status, first.headers["Location"]) == (303, "/")
    cookie = next(one for one in first.headers.getall("Set-Cookie") if one.startswith("plein="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    again = await browser.sends(path, {"seal": seal_in(page)})
    assert again.status == 303
    assert "Sanne" in await browser.reads("/")

    other = Browser(visitor)
    over = await other.opens(path)
    assert (over.status, "Deze link werkt niet meer" in over.text) == (404, True)
    late = await other.sends(path, {"seal": "x"})
    assert late.status == 403
    assert (await other.opens("/aanmelden/gok")).text == over.text.replace(path, "/aanmelden/gok")


async def test_who_is_signed_in_reads_what_they_may_read_and_no_more(
    square: Square, visitor: Visitor
) -> None:
    place = await a_place(square, square.joost)
    await blogs(square, square.sanne, place, "Voor leden", "Tekst")
    await square.subsite("Binnenkamer", Visibility.HIDDEN, Joining.INVITE)
    post = "/s/zaanstreek/leden/p/voor-leden"
    assert (await visitor.sees(post)).status == 404

    joost, fatima = await inside(visitor, square.joost), await inside(visitor, square.fatima)
    home = await joost.reads("/")
    assert "Waar u meedoet" in home
    assert 'href="/s/zaanstreek/leden"' in home
    assert "Voor leden" in home
    assert "Binnenkamer" not in home
    assert "Voor leden" in await joost.reads(post)
    assert (await joost.opens("/s/binnenkamer")).status == 404
    assert "Voor leden" not in await fatima.reads("/")
    assert (await fatima.opens(post)).status == 404
    shown = await joost.opens(post)
    assert shown.headers["Cache-Control"] == "no-store"
    assert "ETag" not in shown.headers
    assert (await visitor.sees(post)).status == 404

    await square.joost.leaves(place.room)
    assert (await joost.opens(post)).status == 404


async def test_while_plein_is_late_nothing_is_shown_to_who_is_signed_in(
    square: Square, visitor: Visitor
) -> None:
    browser = await inside(visitor, square.sanne)
    visitor.sync.seconds = 31
    late = await browser.opens("/")
    assert (late.status, "weet Plein niet zeker" in late.text) == (503, True)
    assert (await visitor.sees("/")).status == 200
    visitor.sync.seconds = 0
    assert (await browser.opens("/")).status == 200


async def test_signing_out_here_and_everywhere(square: Square, visitor: Visitor) -> None:
    here, there = await inside(visitor, square.sanne), await inside(visitor, square.sanne)
    kept = dict(here.cookies)
    out = await here.sends("/afmelden", {"seal": seal_in(await here.reads("/"))})
    assert (out.status, here.cookies) == (303, {})
    assert "Afmelden" not in await Browser(visitor, kept).reads("/")
    assert "Afmelden" in await there.reads("/")

    path = await link_for(square.sanne)
    assert "U bent afgemeld" in await square.sanne.asks("web afmelden")
    assert "Afmelden" not in await there.reads("/")
    assert (await visitor.sees(path)).status == 404


async def test_signing_in_ends_other_sessions_where_that_is_asked(
    square: Square, visitor: Visitor
) -> None:
    before = await inside(visitor, square.sanne)
    now = Browser(visitor)
    await now.signs_in(await link_for(square.sanne), alone="on")
    assert "Afmelden" in await now.reads("/")
    assert "Afmelden" not in await before.reads("/")


async def test_a_new_link_takes_the_place_of_the_one_before(
    square: Square, visitor: Visitor
) -> None:
    first = await link_for(square.sanne)
    second = await link_for(square.sanne)
    assert (await visitor.sees(first)).status == 404
    assert (await visitor.sees(second)).status == 200
    for _ in range(8):
        await link_for(square.sanne)
    assert "in een uur 10 links gevraagd" in await square.sanne.asks("web")


async def test_who_leaves_the_chat_as_a_closed_account_does_is_out(
    square: Square, visitor: Visitor
) -> None:
    browser = await inside(visitor, square.sanne)
    path = await link_for(square.sanne)
    await square.sanne.leaves(square.sanne.chat)
    assert (await visitor.sees(path)).status == 404
    assert "Afmelden" not in await browser.reads("/")
    async with square.index.reading() as session:
        assert not list(await session.scalars(select(WebSessionRow.person)))


@pytest.mark.parametrize("what", ["begun_at", "seen_at"])
async def test_a_session_ends_by_itself(square: Square, visitor: Visitor, what: str) -> None:
    browser = await inside(visitor, square.sanne)
    long_ago = datetime.now(UTC) - timedelta(hours=13)
    async with square.index.session() as session:
        await session.execute(update(WebSessionRow).values({what: long_ago}))
    assert "Afmelden" not in await browser.reads("/")


async def test_a_link_is_over_after_ten_minutes(square: Square, visitor: Visitor) -> None:
    path = await link_for(square.sanne)
    browser = Browser(visitor)
    page = await browser.reads(path)
    async with square.index.session() as session:
        await session.execute(update(SignInRow).values(expires_at=datetime.now(UTC)))
    assert (await browser.sends(path, {"seal": seal_in(page)})).status == 404


@pytest.mark.parametrize(
    ("headers", "seal"),
    [
        ({}, "x" * 32),
        ({}, ""),
        ({"Origin": "https://elders.example"}, None),
        ({"Sec_Fetch_Site": "cross-site"}, None),
    ],
)
async def test_a_form_of_another_site_does_nothing(
    square: Square, visitor: Visitor, headers: dict[str, str], seal: str | None
) -> None:
    path = await link_for(square.sanne)
    browser = Browser(visitor)
    ours = seal_in(await browser.reads(path))
    fields = {"seal": ours if seal is None else seal}
    assert (await browser.sends(path, fields, **headers)).status == 403
    assert cookies.SESSION not in browser.cookies
    assert (await Browser(visitor).sends(path, {"seal": ours})).status == 403
    assert (await browser.sends(path, {"seal": ours}, Origin="null")).status == 303
    assert (await browser.sends("/afmelden", fields, **headers)).status == 403
    assert "Afmelden" in await browser.reads("/")


@pytest.mark.parametrize(
    ("kind", "body", "headers"),
    [
        *((f"{FORM}; charset={charset}", b"seal=%ED%A0%80x", {}) for charset in STRANGE),
        (FORM, b"seal=\xff", {}),
        (FORM, b"seal=%FF%ED%A0%80", {}),
        (FORM, b"seal=x", {"Content-Encoding": "gzip"}),
        ("multipart/form-data", b"seal=x", {}),
        ("multipart/form-data; boundary=a", b"--a\r\nnonsense\r\n\r\nx\r\n--a--\r\n", {}),
        ("text/plain", b"seal=x", {}),
        (FORM, b"seal=x", {"Cookie": "plein-form=\udcff; plein=\udcff"}),
    ],
)
async def test_a_form_that_cannot_be_read_is_none_of_ours(
    square: Square, visitor: Visitor, kind: str, body: bytes, headers: dict[str, str]
) -> None:
    said = {"Cookie": "plein-form=x", **headers, "Content-Type": kind, "Connection": "close"}
    head = [f"{name}: {value}" for name, value in said.items()]
    url = URL(visitor.address)
    # By hand: a client refuses to send most of this.
    reader, writer = await asyncio.open_connection(url.host, url.port)
    first = ["POST /aanmelden/x HTTP/1.1", "Host: plein.test", f"Content-Length: {len(body)}"]
    sent = "\r\n".join([*first, *head, "", ""])
    writer.write(sent.encode(errors="surrogateescape"))
    await asyncio.sleep(0.05)  # What comes at once aiohttp may refuse before it is a request.
    writer.write(body)
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 403 "), answer[:300]


@pytest.mark.filterwarnings("ignore:Sending a large body")
async def test_a_form_that_is_too_large_is_said_to_be(square: Square, visitor: Visitor) -> None:
    browser = Browser(visitor)
    await browser.reads(await link_for(square.sanne))
    answer = await browser.sends("/aanmelden/x", {"seal": "x" * 2**20})
    assert (answer.status, "Wat u stuurde is te groot" in answer.text) == (413, True)
    # From the page of a refused form the other language is one step away.
    english = await visitor.sees("/afmelden?taal=en")
    assert (english.status, english.headers["Location"]) == (302, "/?taal=en")


async def test_two_browsers_with_one_link_are_one_who_is_in(
    square: Square, visitor: Visitor
) -> None:
    path = await link_for(square.sanne)
    browsers = Browser(visitor), Browser(visitor)
    seals = [seal_in(await browser.reads(path)) for browser in browsers]
    pages = await asyncio.gather(
        *(
            browser.sends(path, {"seal": seal})
            for browser, seal in zip(browsers, seals, strict=True)
        )
    )
    assert sorted(page.status for page in pages) == [303, 404]


async def test_nothing_of_a_link_or_a_cookie_can_be_read_in_the_database(
    square: Square, visitor: Visitor
) -> None:
    path = await link_for(square.sanne)
    browser = Browser(visitor)
    await browser.signs_in(path)
    token, session_token = path.rpartition("/")[2], browser.cookies[cookies.SESSION]
    async with square.index.reading() as session:
        links = (await session.execute(select(SignInRow.__table__))).all()
        begun = (await session.execute(select(WebSessionRow.__table__))).all()
    assert token not in str(links)
    assert session_token not in str([*links, *begun])


async def test_asking_survives_every_interruption(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await typed(square, "web")
        return await last(square)

    with patch("plein_bot.actions.sessions.new_token", lambda: "t" * 27):
        assert await survives_every_interruption(squares, scene) >= 3


async def test_the_files_of_a_place_are_for_who_is_in_it(square: Square, visitor: Visitor) -> None:
    place = await a_place(square, square.joost)
    await square.joost.sends_file(place.room, "../plan <b>.txt", b"het plan", "text/plain")
    joost, fatima = await inside(visitor, square.joost), await inside(visitor, square.fatima)

    assert 'href="/bestanden/zaanstreek/leden"' in await joost.reads("/s/zaanstreek/leden")
    listed = await joost.reads("/bestanden/zaanstreek/leden")
    assert listed == (await joost.reads("/bestanden/zaanstreek/leden"))
    found = re.search(r'href="(/bestand/[^"]+)"', listed)
    assert found
    assert "<b>" not in listed
    assert found[1] in await joost.reads("/bestanden/zaanstreek")
    got = await joost.opens(found[1])
    assert (got.status, got.body) == (200, b"het plan")
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert got.headers["Cache-Control"] == "no-store"
    for path in ("/bestanden/zaanstreek/leden", found[1]):
        assert (await visitor.sees(path)).status == 404
    assert (await fatima.opens(found[1])).status == 404
    assert "/bestand/" not in await fatima.reads("/bestanden/zaanstreek")

    await square.joost.leaves(place.room)
    assert (await joost.opens(found[1])).status == 404


async def test_searching_finds_what_was_said_too_where_one_may_read_it(
    square: Square, visitor: Visitor
) -> None:
    place = await a_place(square, square.joost)
    said = await square.sanne.says(place.room, "De **begroting** komt maandag")
    await square.sanne.sends_file(place.room, "begroting.txt", b"1", "text/plain")
    await blogs(square, square.sanne, place, "Over de begroting", "Tekst")
    joost, fatima = await inside(visitor, square.joost), await inside(visitor, square.fatima)

    found = await joost.reads("/zoek?q=begroting")
    assert "3 resultaten" in found
    assert f"https://matrix.to/#/{place.room}/{said}?via=plein.test" in found
    assert 'href="/bestand/' in found
    assert "Eén resultaat" in await joost.reads("/zoek?q=begroting&soort=message")
    assert "Niets gevonden" in await fatima.reads("/zoek?q=begroting")
    assert "Niets gevonden" in await visitor.reads("/zoek?q=begroting")
    assert (await visitor.sees("/zoek?q=begroting&soort=message")).status == 404


async def test_where_there_are_no_rooms_to_look_in_nothing_is_found(
    square: Square, visitor: Visitor
) -> None:
    await square.subsite("Zaanstreek", Visibility.LISTED)
    fatima = await inside(visitor, square.fatima)
    for kind in ("", "message"):
        page = await fatima.reads(f"/zoek?q=plan&in=zaanstreek&soort={kind}")
        assert "Niets gevonden" in page


async def test_what_is_encrypted_is_not_for_the_web(square: Square) -> None:
    await square.sanne.opens_chat(encrypted=True)

    async def is_there() -> bool:
        return await chats.is_encrypted(square.by(square.sanne))

    async with asyncio.timeout(20):
        await square.index.until(is_there)
    assert not await chats.is_encrypted(replace(square.by(square.sanne), on_web=True))


async def test_signing_in_survives_every_interruption(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await typed(square, "web")
        await attended(square)

        async def deed() -> object:
            return await sessions.begin(square.acts, "t" * 27, "browser", alone=True)

        return deed

    with patch("plein_bot.actions.sessions.new_token", lambda: "t" * 27):
        assert await survives_every_interruption(squares, scene) >= 2


async def test_another_who_signs_in_in_the_same_browser_takes_the_place_of_the_first(
    square: Square, visitor: Visitor
) -> None:
    browser = await inside(visitor, square.sanne)
    first = Browser(visitor, dict(browser.cookies))
    await browser.signs_in(await link_for(square.joost))
    assert "<span>Joost</span>" in await browser.reads("/")
    assert "Afmelden" not in await first.reads("/")
