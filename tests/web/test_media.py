"""Pictures and files, through our own address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from plein_bot.actions.ports import ScannerAway, Stream, Unreachable
from plein_bot.domain.ids import EventId
from plein_bot.domain.places import Place
from plein_bot.domain.scanning import Scan
from tests.fakes.people import Person
from tests.fakes.square import Square
from tests.web.visiting import Visitor, blogs, open_place

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 5000
THREAD = {"rel_type": "m.thread", "is_falling_back": True}


async def attaches(
    square: Square, person: Person, place: Place, post: EventId, name: str, data: bytes
) -> str:
    """Send a file in the thread of a post; where it stands on the web."""
    url = square.homeserver.media.keep(data)
    await person.sends(
        place.room,
        "m.room.message",
        {
            "msgtype": "m.file",
            "body": name,
            "url": url,
            "info": {"mimetype": "text/html", "size": len(data)},
            "m.relates_to": {**THREAD, "event_id": post},
        },
    )
    return f"/media/1/{url.removeprefix('mxc://')}"


async def test_a_picture_of_a_post_is_shown_and_a_file_is_saved(
    square: Square, visitor: Visitor
) -> None:
    place = await open_place(square)
    url = square.homeserver.media.keep(PNG)
    post = await blogs(square, square.sanne, place, "Een", f"Kijk: ![Het plein]({url})")
    file = await attaches(square, square.sanne, place, post, "../Plan é.html", b"<script>x")

    page = await visitor.reads("/s/poelenburg/publiek/p/een")
    picture = f"/media/1/{url.removeprefix('mxc://')}"
    assert f'<img src="{picture}" alt="Het plein" loading="lazy">' in page
    assert f'{file}/..%2FPlan%20%C3%A9.html">../Plan é.html</a>' in page
    assert "0 reacties" in page

    shown = await visitor.sees(picture)
    assert (shown.status, shown.body) == (200, PNG)
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["Content-Disposition"] == "inline"
    assert (await visitor.sees(picture, If_None_Match=shown.headers["ETag"])).status == 304
    assert (await visitor.sees(picture, "HEAD")).headers["Content-Length"] == str(len(PNG))

    saved = await visitor.sees(f"{file}/whatever.html")
    assert saved.body == b"<script>x"
    assert saved.headers["Content-Type"] == "application/octet-stream"
    assert (
        saved.headers["Content-Disposition"] == "attachment; filename*=UTF-8''-Plan%20%C3%A9.html"
    )
    for one in (shown, saved):
        assert one.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert one.headers["X-Content-Type-Options"] == "nosniff"


async def test_only_what_belongs_to_a_post_that_may_be_read_passes_through(
    square: Square, visitor: Visitor
) -> None:
    place = await open_place(square)
    post = await blogs(square, square.sanne, place, "Een", "Tekst")
    file = await attaches(square, square.sanne, place, post, "plan.pdf", b"%PDF")
    loose = square.homeserver.media.keep(b"a secret")
    chat = await square.sanne.sends_file(place.room, "los.txt", b"in the chat", "text/plain")
    said = square.homeserver.room(place.room).timeline
    in_chat = next(raw["content"]["url"] for raw in said if raw["event_id"] == chat)

    for url in (loose, in_chat, "mxc://elders.example/x", "mxc://plein.test/..%2f..%2fetc"):
        assert (await visitor.sees(f"/media/1/{url.removeprefix('mxc://')}")).status == 404
    assert (await visitor.sees(file.replace("/media/1/", "/media/2/"))).status == 404
    assert (await visitor.sees(file)).status == 200

    await square.sanne.redacts(place.room, post)
    assert (await visitor.sees(file)).status == 404


async def test_a_file_is_gone_when_its_place_closes(square: Square, visitor: Visitor) -> None:
    place = await open_place(square)
    post = await blogs(square, square.sanne, place, "Een", "Tekst")
    file = await attaches(square, square.sanne, place, post, "plan.pdf", b"%PDF")
    etag = (await visitor.sees(file)).headers["ETag"]

    await square.sanne.asks("instellen poelenburg/publiek zichtbaarheid leden")
    await square.sanne.asks("ja")

    assert (await visitor.sees(file)).status == 404
    assert (await visitor.sees(file, If_None_Match=etag)).status == 404


async def test_what_is_away_too_large_or_breaks_off_is_not_made_to_look_whole(
    square: Square, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await open_place(square)
    url = square.homeserver.media.keep(PNG)
    await blogs(square, square.sanne, place, "Een", f"Kijk ![x]({url})")
    picture = f"/media/1/{url.removeprefix('mxc://')}"

    async def breaks() -> AsyncIterator[bytes]:
        yield PNG
        raise Unreachable("M_UNKNOWN", "gone", 502)

    def answers(stream: Stream | Exception) -> None:
        @asynccontextmanager
        async def given(_: str) -> AsyncIterator[Stream]:
            if isinstance(stream, Exception):
                raise stream
            yield stream

        monkeypatch.setattr(square.homeserver, "stream", given)

    answers(Unreachable("M_UNKNOWN", "away", 502))
    assert (await visitor.sees(picture)).status == 503
    answers(Stream(200 * 1024 * 1024, breaks()))
    assert (await visitor.sees(picture)).status == 413
    for size in (len(PNG) * 2, None):
        answers(Stream(size, breaks()))
        with pytest.raises(Exception, match=r"(?i)closed|disconnected|complete|reset|payload"):
            await visitor.sees(picture)


class AwayScanner:
    async def scan(self, data: bytes) -> Scan:
        raise ScannerAway


async def test_a_file_that_was_not_checked_for_viruses_is_named_and_not_given(
    square: Square, visitor: Visitor
) -> None:
    place = await open_place(square)
    post = await blogs(square, square.sanne, place, "Een", "Tekst")
    file = await attaches(square, square.sanne, place, post, "plan.pdf", b"%PDF")
    acts = replace(square.acts, scanner=AwayScanner())
    visitor.site.house = replace(visitor.site.house, acts=acts)

    page = await visitor.reads("/s/poelenburg/publiek/p/een")

    assert "plan.pdf" in page
    assert "nog niet gecontroleerd op virussen" in page
    assert "/media/" not in page
    assert (await visitor.sees(file)).status == 404
