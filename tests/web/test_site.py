"""What all pages have in common, over real HTTP."""

import asyncio
import logging
from urllib.parse import urlsplit

import pytest

from plein_bot.web.security import Pace
from tests.fakes.square import Square
from tests.web.visiting import Visitor, blogs, open_place


async def test_nothing_runs_and_nothing_is_fetched_from_elsewhere(
    square: Square, visitor: Visitor
) -> None:
    place = await open_place(square)
    await blogs(
        square,
        square.sanne,
        place,
        "Een",
        "![buiten](https://elders.example/x.png) <img src=x onerror=alert(1)> [x](javascript:x)",
    )

    for path in ("/", "/s/poelenburg", "/s/poelenburg/publiek/p/een", "/nergens"):
        page = await visitor.sees(path)
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Server"] == "Plein"
        assert "Set-Cookie" not in page.headers
        assert "elders.example" not in page.text
        assert "<script" not in page.text
        assert "<img src=x" not in page.text
        assert "javascript:" not in page.text.replace("[x](javascript:x)", "")


async def test_a_browser_asks_each_time_and_gets_a_page_again_once_it_is_another(
    square: Square, visitor: Visitor
) -> None:
    place = await open_place(square)
    first = await visitor.sees("/s/poelenburg")
    assert first.headers["Cache-Control"] == "no-cache, private"
    etag = first.headers["ETag"]

    again = await visitor.sees("/s/poelenburg", If_None_Match=f'"other", W/{etag}')
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == etag
    for garbage in ("", '"', "x" * 2000, '"é"'):
        assert (await visitor.sees("/s/poelenburg", If_None_Match=garbage)).status == 200

    await blogs(square, square.sanne, place, "Een", "Tekst")
    changed = await visitor.sees("/s/poelenburg", If_None_Match=etag)
    assert changed.status == 200
    assert changed.headers["ETag"] != etag


async def test_the_language_is_that_of_the_reader(square: Square, visitor: Visitor) -> None:
    await open_place(square)

    assert 'lang="nl"' in await visitor.reads("/")
    assert "On the square" in await visitor.reads("/", Accept_Language="de, en-GB;q=0.8, nl;q=0.1")
    assert "Op het plein" in await visitor.reads("/", Accept_Language="fr;q=x,,;;")
    await square.sanne.asks("instellen poelenburg onderwerp Denk mee over uw wijk")
    chosen = await visitor.reads("/s/poelenburg?taal=en", Accept_Language="nl")
    assert '<p class="lead" lang="nl">Denk mee over uw wijk</p>' in chosen
    assert '<html lang="en">' in chosen
    assert 'href="/s/poelenburg/publiek?taal=en"' in chosen
    assert 'href="/s/poelenburg?taal=nl"' in chosen


async def test_nothing_is_shown_when_plein_has_heard_nothing_for_five_minutes(
    square: Square, visitor: Visitor
) -> None:
    await open_place(square)
    await visitor.reads("/s/poelenburg")

    visitor.sync.seconds = 301
    for path in ("/", "/s/poelenburg", "/nergens"):
        page = await visitor.sees(path)
        assert page.status == 503
        assert page.headers["Retry-After"] == "60"
        assert "Poelenburg" not in page.text
        assert "Plein weet nu niet wat openbaar is" in page.text

    visitor.sync.seconds = 299
    await visitor.reads("/s/poelenburg")


async def test_pages_can_only_be_read(square: Square, visitor: Visitor) -> None:
    await open_place(square)
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "FROBNICATE"):
        page = await visitor.sees("/s/poelenburg", method)
        assert page.status in (400, 405), method
        assert "Traceback" not in page.text
    head, whole = await visitor.sees("/s/poelenburg", "HEAD"), await visitor.sees("/s/poelenburg")
    assert head.status == 200
    assert head.body == b""
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]
    assert head.headers["ETag"] == whole.headers["ETag"]


async def test_headers_without_end_are_refused_and_nobody_is_in_the_log(
    square: Square, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    where = urlsplit(visitor.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(b"GET /i/secret HTTP/1.1\r\nHost: x\r\nX-Much: ")
    try:
        for _ in range(160):
            writer.write(b"a" * 65536)
            await writer.drain()
    except ConnectionError:
        pass
    # What is answered, if it still gets here, is an answer and no traceback.
    try:
        answer = await reader.read(4096)
    except ConnectionError:
        answer = b""
    writer.close()

    assert not answer or answer.startswith(b"HTTP/1.1 400")
    assert b"Traceback" not in answer
    await visitor.sees("/i/secret")
    assert "secret" not in caplog.text.replace("asyncio", "")
    assert "127.0.0.1" not in "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("aiohttp")
    )


async def test_what_goes_wrong_is_a_page_and_in_the_log_by_its_pattern(
    square: Square,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("plein_bot.web.posts.showcase.place_at", breaks)

    page = await visitor.sees("/s/poelenburg/publiek/p/geheim")

    assert page.status == 500
    assert "Er ging iets mis bij ons" in page.text
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "/s/{subsite}/{group}/p/{slug} cannot be shown" in caplog.text
    assert "geheim" not in caplog.text


async def test_who_asks_too_often_waits(square: Square, visitor: Visitor) -> None:
    visitor.site.pace = Pace(burst=3, each_second=0.01)

    statuses = [(await visitor.sees("/")).status for _ in range(4)]

    assert statuses == [200, 200, 200, 429]
    assert int((await visitor.sees("/")).headers["Retry-After"]) > 60


def test_the_pace_comes_back_with_time_and_forgets_who_came_long_ago() -> None:
    now = 0.0
    pace = Pace(burst=2, each_second=1, clock=lambda: now, most=2)
    assert [pace.wait("a") for _ in range(3)] == [0, 0, 1]
    now = 1.5
    assert pace.wait("a") == 0
    assert pace.wait("a") == 0.5
    for other in ("b", "c"):
        pace.wait(other)
    assert pace.wait("a") == 0


async def test_a_slash_too_many_is_forgiven_and_no_address_leads_away(
    square: Square, visitor: Visitor
) -> None:
    await open_place(square)

    slashed = await visitor.sees("/s/poelenburg/publiek/")
    assert slashed.headers["Location"] == "/s/poelenburg/publiek"
    assert "Poelenburg" in await visitor.reads("/s/Poelenburg")
    for path in ("//elders.example/", "/%5Celders.example/", "//elders.example/s/x/", "/s//"):
        page = await visitor.sees(path)
        assert page.status in (302, 404), path
        assert not page.headers.get("Location", "/").startswith(("//", "/\\", "http")), path
        assert 'href="//' not in page.text, path
        assert 'href="/\\' not in page.text, path
