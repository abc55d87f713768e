"""What somebody wants by mail: how they say so, and that a change comes to whom asked for it."""

from typing import Any

import pytest

from bridges.email.choices import Wish, wish
from bridges.email.store import mails, people
from bridges.email.store.people import Choice, Person
from tests.bridges.email.fakes import FakeHomeserver
from tests.bridges.email.test_interruptions import (
    BOT,
    DOMAIN,
    JAN,
    TRUUS,
    Bridge,
    ghost,
    hears,
    letter,
    meets,
    receives,
    started,
    takes_part,
)

OFFICIAL = "@annelies:plein.localhost"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dagelijks.", Wish(Choice.DAILY)),
        ("“blogs”\nWijzigingen: ja", Wish(Choice.POSTS, edits=True)),
        ("none", Wish(Choice.NONE)),
        ("edits no", Wish(edits=False)),
        ("Graag dagelijks, a.u.b.", Wish(Choice.DAILY)),
        ("dagelijks graag", Wish(Choice.DAILY)),
        ("Ik wil elk bericht.", Wish(Choice.EACH)),
        ("Re: niets", Wish(Choice.NONE)),
        ("Afmelden", Wish(Choice.NONE)),
        ("unsubscribe\nelk", Wish(Choice.NONE)),
        ("Ik wil graag", Wish()),
        ("> dagelijks\nIk wil graag dagelijks mail", Wish()),
    ],
)
def test_a_word_on_a_line_of_its_own_is_a_choice(text: str, expected: Wish) -> None:
    assert wish(text.splitlines()) == expected


async def stands(bridge: Bridge, address: str) -> Person:
    async with bridge.store.session() as session:
        person = await people.by_address(session, address)
    assert person
    return person


async def test_whose_mail_was_stopped_comes_back_by_mail(url: str) -> None:
    async with started(url, FakeHomeserver(BOT)) as bridge:
        await meets(bridge, JAN, Choice.NONE)
        await meets(bridge, TRUUS, Choice.NONE)
        async with bridge.store.session() as session:
            for _ in range(3):
                await people.bounced(session, ghost(JAN), 1.0, 3)
        own = bridge.post.ways.address(ghost(JAN))
        assert len(own.partition("@")[0]) <= 64
        await receives(bridge, TRUUS, own, letter("elk", id="<1@x>"))
        await receives(bridge, JAN, own, letter("Hoe kan dit?", id="<2@x>", Subject="Vraag"))
        await bridge.works()
        before = await stands(bridge, JAN)
        await receives(bridge, JAN, own, letter("dagelijks\nwijzigingen ja", id="<3@x>"))
        await bridge.works()

        after = await stands(bridge, JAN)
        assert (before.choice, before.paused) == (Choice.NONE, False), "who writes is there"
        assert (after.choice, after.edits, after.paused) == (Choice.DAILY, True, False)
        assert (await stands(bridge, TRUUS)).choice is Choice.NONE
        told = await bridge.queued()
        assert [one.recipient for one in told] == [JAN, JAN]
        assert all(f"Reply-To: {own}" in one.content.decode().replace("\n ", " ") for one in told)
        assert "/mail/choose/" in told[0].content.decode()


async def test_a_change_is_mailed_to_whom_asked_in_the_thread_of_what_it_replaces(
    url: str,
) -> None:
    homeserver = FakeHomeserver(BOT)
    room = homeserver.room("zaanstreek.publiek", "publiek")
    said: list[dict[str, Any]] = []

    async def tells(bridge: Bridge, sender: str, body: str, replaces: str | None = None) -> None:
        content: dict[str, Any] = {"msgtype": "m.text", "body": body}
        if replaces:
            relation = {"rel_type": "m.replace", "event_id": replaces}
            new = {"m.new_content": content, "m.relates_to": relation}
            content = content | new | {"body": f"* {body}"}
        said.append(homeserver.says(room, sender, content))
        await hears(bridge, said[-1])

    async with started(url, homeserver) as bridge:
        for address in (JAN, TRUUS):
            await meets(bridge, address)
            await takes_part(bridge, address, "!zaanstreek.publiek")
        async with bridge.store.session() as session:
            await people.choose(session, ghost(JAN), None, edits=True)
        await tells(bridge, OFFICIAL, "Het is morgen.")
        original = said[0]["event_id"]
        first = {mail.recipient: mail for mail in await bridge.queued()}
        assert first.keys() == {JAN, TRUUS}
        await tells(bridge, "@ander:plein.localhost", "Het gaat niet door.", original)
        await tells(bridge, OFFICIAL, "Het is overmorgen.", original)

        await tells(bridge, OFFICIAL, "Het is  overmorgen.", original)

        (mail,) = await bridge.queued()
        text = mail.content.decode()
        assert mail.recipient == JAN
        assert "Het is overmorgen." in text
        assert "Achteraf gewijzigd" in text
        assert "Re: [Publiek] Het is morgen." in text
        assert f"In-Reply-To: {_header(first[JAN], 'Message-ID')}" in text
        await receives(bridge, JAN, _header(mail, "Reply-To"), letter("Goed."))
        await bridge.works()
        answer = room.events[-1]["content"]["m.relates_to"]
        assert (answer["event_id"], answer["m.in_reply_to"]["event_id"]) == (original, original)

        assert await bridge.post.ghosts.may_have(mail)
        said[0]["content"] = {}
        assert not await bridge.post.ghosts.may_have(mail), "what it replaces was redacted"
        await tells(bridge, OFFICIAL, "Het is nooit.", original)
        assert await bridge.queued() == []


def _header(mail: mails.Mail, name: str) -> str:
    lines = mail.content.decode().replace("\n ", " ").splitlines()
    return next(line for line in lines if line.startswith(f"{name}: ")).partition(": ")[2]


async def test_a_place_does_not_take_part_in_another(url: str) -> None:
    async with started(url, FakeHomeserver(BOT)) as bridge:
        bridge.homeserver.room("zaanstreek.publiek", "publiek")
        await receives(bridge, f"poelenburg@{DOMAIN}", f"zaanstreek@{DOMAIN}", letter("Hoi"))
        await bridge.works()

        assert await bridge.queued() == []


async def test_ten_choices_leave_room_for_what_else_somebody_is_told(url: str) -> None:
    async with started(url, FakeHomeserver(BOT)) as bridge:
        await meets(bridge, JAN)
        own = bridge.post.ways.address(ghost(JAN))
        for number in range(11):
            await receives(bridge, JAN, own, letter("elk", id=f"<{number}@x>"))
        await receives(bridge, JAN, f"nergens@{DOMAIN}", letter("Hoi", id="<mis@x>"))
        await bridge.works()
        async with bridge.store.session() as session:
            await people.renew(session, ghost(JAN))
        await receives(bridge, JAN, own, letter("niets", id="<oud@x>"))
        await receives(bridge, JAN, bridge.post.ways.address(ghost(JAN), 1), letter("dagelijks"))
        await bridge.works()
        assert (await stands(bridge, JAN)).choice is Choice.DAILY

        told = [one.cause.partition(":")[0] for one in await bridge.queued()]
        assert (told.count("chosen"), told.count("told")) == (10, 1)
