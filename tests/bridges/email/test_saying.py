"""What do people in a room see of a mail?"""

from typing import Any
from urllib.parse import quote

import pytest

from bridges.email.choices import Ways
from bridges.email.store import letters
from tests.bridges.email.fakes import FakeHomeserver
from tests.bridges.email.shapes.shape import multi, part, whole
from tests.bridges.email.test_interruptions import (
    BOT,
    DOMAIN,
    JAN,
    KEYS,
    Bridge,
    ghost,
    meets,
    started,
)

HEAD = f"From: Jan <{JAN}>\nSubject: Plan\nMessage-ID: <1@buiten.example>\n"
PICTURE = part("image/png", "x", "Content-ID: <a@x>", "Content-Disposition: inline; filename=a.png")
MEETING = part("text/calendar; method=REQUEST", "BEGIN:VEVENT\nSUMMARY:Overleg\nEND:VEVENT")


async def comes(bridge: Bridge, content: bytes) -> None:
    row: dict[str, object] = {
        "identity": "een",
        "lane": "zaanstreek",
        "sender": JAN,
        "recipient": f"zaanstreek@{DOMAIN}",
        "author": ghost(JAN),
        "content": content,
        "at": 1.0,
    }
    async with bridge.store.session() as session:
        await letters.keep(session, [row])


async def seen(url: str, content: str) -> tuple[list[dict[str, Any]], list[str]]:
    """What stands in the room after this mail, and what its author is mailed."""
    homeserver = FakeHomeserver(BOT)
    room = homeserver.room("zaanstreek.publiek", "publiek")
    async with started(url, homeserver) as bridge:
        await meets(bridge, JAN)
        await comes(bridge, whole(content, HEAD).encode())
        await bridge.works()
        mailed = [one.content.decode() for one in await bridge.queued()]
    return [event["content"] for event in room.events], mailed


async def test_a_picture_in_the_text_stands_in_it(url: str) -> None:
    text = part("text/html", '<p>Kijk <img src="cid:a@x" alt="foto"></p>')

    (message,), _ = await seen(url, multi("related", text, PICTURE))

    assert message["body"] == "Plan\n\nKijk foto"
    assert '<p>Kijk <img src="mxc://plein.localhost/1" alt="foto"></p>' in message["formatted_body"]


async def test_what_is_not_shown_as_a_picture_is_a_file(url: str) -> None:
    text = part("text/html", '<p>Kijk <img src="cid:a@x" alt="cid:b@x"></p>')
    twin, named = PICTURE.replace("a.png", "a2.png"), PICTURE.replace("a@x", "b@x")

    messages, _ = await seen(
        url, multi("related", text, PICTURE, twin, named.replace("a.png", "b.png"))
    )

    assert 'Kijk <img src="mxc://plein.localhost/1" alt="cid:b@x">' in messages[0]["formatted_body"]
    assert [one["body"] for one in messages[1:]] == ["a2.png", "b.png"]


@pytest.mark.parametrize(
    "text", ['<img src="cid:a@x">', f'<p>{"ja " * 14_000}</p><img src="cid:a@x">']
)
async def test_a_picture_that_cannot_stand_in_the_text_stands_below_it(url: str, text: str) -> None:
    messages, _ = await seen(url, multi("related", part("text/html", text), PICTURE))

    assert "img" not in messages[0].get("formatted_body", "")
    assert [one["body"] for one in messages[1:]][-1] == "a.png"


async def test_a_text_with_much_markup_is_said_without_it(url: str) -> None:
    (message,), _ = await seen(url, part("text/html", "<p><b>j</b><i>a</i></p>" * 2000))

    assert len(str(message).encode()) < 60_000


async def test_an_invitation_is_said(url: str) -> None:
    messages, _ = await seen(url, MEETING)

    assert [one["body"] for one in messages] == ["Plan\n\nOverleg", "invitation.ics"]


async def test_what_is_encrypted_is_sent_back_with_the_reason(url: str) -> None:
    messages, mailed = await seen(url, part("application/pkcs7-mime", "MIIB"))

    assert messages == []
    assert "versleuteld" in mailed[0]


async def test_what_only_its_reader_was_mailed_is_not_placed(url: str) -> None:
    ways = Ways(KEYS, DOMAIN, "https://plein.example")
    page, address = ways.page(ghost(JAN)), ways.address(ghost(JAN))
    token = page.rpartition("/")[2]
    guarded = f"https://safe.example/?url={quote(page, safe='')}&x=1"
    leave = f"https://plein.example/mail/leave/{KEYS.link('leave', ghost(JAN), '!kamer')}"
    kept = "https://plein.example/zaanstreek https://elders.example/mail/x"
    rows = [kept, f"Kies: {page}", guarded, f"https://plein.example/\n> mail/choose/{token}", leave]
    quoted = "".join(f"<p>{row}</p>" for row in rows)
    inner = f"Reply-To: {address}\nList-Help: <{page}>\n\nKies: {page}"
    content = multi(
        "mixed",
        part("text/html", f'{quoted}<p><a href="{page}">Kies</a> {address.upper()}</p>'),
        part("message/rfc822", inner, "Content-Disposition: attachment; filename=a.eml"),
    )
    homeserver = FakeHomeserver(BOT)
    room = homeserver.room("zaanstreek.publiek", "publiek")
    async with started(url, homeserver) as bridge:
        await meets(bridge, JAN)
        head = HEAD.replace("Plan", f"Fwd: {page}")
        await comes(bridge, whole(content, head).encode())
        await bridge.works()

    placed = str([event["content"] for event in room.events]) + str(homeserver.files)
    assert all(one in placed for one in kept.split())
    assert token not in placed.lower()
    assert "mail/leave" not in placed
    assert f"@{DOMAIN}" not in placed.lower()
    assert "<a" in placed
    assert 'href="…' not in placed
