"""Does what somebody writes in a room do no harm in a mailbox?"""

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from bridges.email.markup import for_mail
from bridges.email.store import events
from tests.bridges.email.fakes import FakeHomeserver
from tests.bridges.email.test_interruptions import BOT, JAN, ghost, meets, started


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Kijk <b>hier</b></p>", "<p>Kijk <b>hier</b></p>"),
        ('<img src="https://spion.example/p.gif">', ""),
        ('<p>Zie <img src="mxc://a/b" alt="de kaart"></p>', "<p>Zie de kaart</p>"),
        ('<img src="cid:1" alt="foto">', "foto"),
        ('<p style="background:url(https://spion.example)">a</p><style>b</style>', "<p>a</p>"),
        ('<a href="javascript:x()" onclick="x()">a</a><script>b</script>', "a"),
        (
            '<a href="https://example.org/?a&amp;b">a</a>',
            '<a href="https://example.org/?a&amp;b">a</a>',
        ),
        ("<mx-reply><blockquote>Oud</blockquote></mx-reply>Nieuw", "Nieuw"),
        ('<span data-mx-color="#f00">a</span></div></body></html>', "a"),
        ("<div>" * 5000 + "a", ""),
    ],
)
def test_nothing_of_a_message_is_fetched_or_run(html: str, expected: str) -> None:
    assert for_mail(html) == expected


async def test_a_mail_holds_what_is_harmless_of_a_message(tmp_path: Path) -> None:
    homeserver = FakeHomeserver(BOT)
    room = homeserver.room("zaanstreek.publiek", "publiek")
    content = {
        "msgtype": "m.text",
        "body": "> <@a:x> Oud\n\nNieuw plan",
        "format": "org.matrix.custom.html",
        "formatted_body": "<mx-reply>Oud</mx-reply>Nieuw <b>plan</b>"
        '<img src="https://spion.example/p.gif"><script>x()</script>',
    }
    async with started(f"sqlite+aiosqlite:///{tmp_path}/mail.db", homeserver) as bridge:
        await meets(bridge, JAN)
        room.members[ghost(JAN)] = "join"
        member = homeserver.says(room, ghost(JAN), {"membership": "join"})
        came = [member | {"type": "m.room.member", "state_key": ghost(JAN)}]
        came.append(homeserver.says(room, "@annelies:plein.localhost", content))
        async with bridge.store.session() as session:
            await events.keep(session, "t1", came, 1.0)
        await bridge.works()
        (sent,) = await bridge.queued()

    mail = message_from_bytes(sent.content, policy=policy.default)
    plain, html = (str(part.get_content()) for part in mail.iter_parts())
    assert plain.startswith("Nieuw plan\n")
    assert "<div>Nieuw <b>plan</b></div>" in html
    assert "spion" not in html
    assert "script" not in html
