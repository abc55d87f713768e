"""What every `Homeserver` does with files. It holds for the one in memory as for a real one."""

from base64 import b64decode
from dataclasses import replace

import pytest

from plein_bot.actions.ports import Damaged, HomeserverError
from plein_bot.domain.effects import Say, SendFile, SendImage
from plein_bot.domain.media import Media, media_in
from plein_bot.domain.sentences import say
from plein_bot.matrix.encryption import encrypt_file
from tests.contract.conftest import Side, room_of, twice

PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


async def test_an_image_is_sent_once_with_the_same_in_words(side: Side) -> None:
    room = await room_of(side)
    event = await side.homeserver.say(Say(room, say("Done. You are the owner."), "s", "nl"), "$c")
    image = SendImage(
        room,
        PIXEL,
        "image/png",
        "peiling.png",
        1,
        1,
        say("Done. You are the owner."),
        "chart",
        "nl",
        reply_to=event,
        content={"nl.plein.test": 1},
    )

    await twice(side, image)

    last = await side.homeserver.say(Say(room, say("Done. You are the owner."), "t", "nl"), "$c")
    _, sent, _ = await side.messages(room, last)
    assert sent["msgtype"] == "m.image"
    assert sent["body"] == "Klaar. U bent eigenaar."
    assert sent["info"] == {"mimetype": "image/png", "size": len(PIXEL), "w": 1, "h": 1}
    assert sent["url"].startswith(f"mxc://{side.plein.server}/")
    assert sent["m.relates_to"] == {"m.in_reply_to": {"event_id": event}}
    assert sent["nl.plein.test"] == 1
    assert "filename" not in sent


async def test_a_file_is_sent_once_and_can_be_fetched(side: Side) -> None:
    room = await room_of(side)
    text = "# Verslag\n\nEen café.".encode()
    file = SendFile(
        room, text, "text/markdown", "verslag.md", "whole", content={"nl.plein.test": 1}
    )

    await twice(side, file)

    last = await side.homeserver.say(Say(room, say("Done. You are the owner."), "t", "nl"), "$c")
    sent, _ = await side.messages(room, last)
    assert sent["nl.plein.test"] == 1
    media = media_in(sent)
    assert media
    assert (media.name, media.mime, media.size) == ("verslag.md", "text/markdown", len(text))
    assert await side.homeserver.fetch(media, 1000) == text


async def test_what_is_stored_can_be_fetched_up_to_a_limit(side: Side) -> None:
    media = Media(await side.homeserver.media_address(), "punt.png")
    await side.homeserver.store(media.url, PIXEL, "image/png", "punt.png")
    assert media.url.startswith(f"mxc://{side.plein.server}/")

    assert await side.homeserver.fetch(media, len(PIXEL)) == PIXEL
    with pytest.raises(HomeserverError, match="M_TOO_LARGE"):
        await side.homeserver.fetch(media, len(PIXEL) - 1)
    with pytest.raises(HomeserverError, match="M_NOT_FOUND"):
        await side.homeserver.fetch(replace(media, url=f"{media.url}x"), 1000)


async def test_a_file_is_passed_on_as_it_comes(side: Side) -> None:
    alice = await side.person()
    data = PIXEL * 5000
    url = await alice.uploads(data, "punt.png", "image/png")

    async with side.homeserver.stream(url) as stream:
        assert stream.size in (len(data), None)
        assert b"".join([chunk async for chunk in stream.chunks]) == data
    with pytest.raises(HomeserverError, match="M_NOT_FOUND"):
        async with side.homeserver.stream(f"{url}x"):
            pass


async def test_what_stands_at_an_address_stays(side: Side) -> None:
    """So that it may be put there again, by whoever does not know whether it was."""
    media = Media(await side.homeserver.media_address(), "punt.png")
    for data in (PIXEL, PIXEL, b"something else"):
        await side.homeserver.store(media.url, data, "image/png", "punt.png")

    assert await side.homeserver.fetch(media, 1000) == PIXEL
    assert await side.homeserver.media_address() != media.url


async def test_at_an_address_that_nobody_gave_out_nothing_is_stored(side: Side) -> None:
    url = f"{await side.homeserver.media_address()}x"
    with pytest.raises(HomeserverError, match="M_NOT_FOUND"):
        await side.homeserver.store(url, PIXEL, "image/png", "punt.png")


async def test_a_sealed_file_is_opened_and_a_damaged_one_is_told(side: Side) -> None:
    alice = await side.person()
    sealed, key = encrypt_file(PIXEL)
    url = await alice.uploads(sealed, "", "application/octet-stream")
    sent = {"msgtype": "m.file", "body": "punt.png", "file": {**key, "url": url}}
    media = media_in(sent)
    assert media

    assert await side.homeserver.fetch(media, 1000) == PIXEL
    other = {**key, "hashes": {"sha256": key["hashes"]["sha256"][::-1]}}
    for wrong in (other, {}, {"key": 1, "iv": None, "hashes": "x"}):
        with pytest.raises(Damaged):
            await side.homeserver.fetch(replace(media, key={"url": url, **wrong}), 1000)
