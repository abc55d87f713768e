"""Can somebody write as another, or be answered instead of them?"""

from typing import Any

from bridges.email.store import events, people
from tests.bridges.email.fakes import FakeHomeserver
from tests.bridges.email.test_interruptions import (
    BOT,
    DOMAIN,
    JAN,
    TRUUS,
    Bridge,
    ghost,
    letter,
    meets,
    receives,
    started,
)

PLACE = f"zaanstreek@{DOMAIN}"


async def says(bridge: Bridge, sender: str, to: str, text: str, **headers: str) -> dict[str, Any]:
    """A mail of somebody who takes part, and what it became."""
    await meets(bridge, sender)
    await receives(bridge, sender, to, letter(text, **headers))
    await bridge.works()
    event: dict[str, Any] = bridge.homeserver.rooms["!zaanstreek.publiek"].events[-1]
    assert text in event["content"]["body"]
    async with bridge.store.session() as session:
        await events.keep(session, event["event_id"], [event], 1.0)
    await bridge.works()
    return event


def root(event: dict[str, Any]) -> str:
    return str(event["content"].get("m.relates_to", {}).get("event_id", event["event_id"]))


async def test_nobody_is_answered_instead_of_another(url: str) -> None:
    homeserver = FakeHomeserver(BOT)
    homeserver.room("zaanstreek.publiek", "publiek")
    async with started(url, homeserver) as bridge:
        await says(bridge, TRUUS, PLACE, "Ik ben er ook.", id="<0@dief.example>")
        homeserver.room("zaanstreek.werk", "werk")
        first = letter("Elders, en eerder.", id="<1@sanne.example>")
        await receives(bridge, TRUUS, f"zaanstreek+werk@{DOMAIN}", first)
        sanne = await says(bridge, JAN, PLACE, "Wie helpt?", id="<1@sanne.example>")
        (mailed,) = await bridge.queued()
        ours = mailed.content.decode().partition("Message-ID: ")[2].split()[0]
        address = mailed.content.decode().partition("Reply-To: ")[2].split()[0]

        for number, known in enumerate(("<1@sanne.example>", ours.upper())):
            thief = await says(bridge, TRUUS, PLACE, f"Ik niet {number}.", id=known)
            assert root(thief) == thief["event_id"]
        own = await says(bridge, TRUUS, PLACE, "Kijk hier.", id="<2@dief.example>")

        answer = await says(
            bridge, "p@x.nl", PLACE, "Ik!", id="<3@x>", In_Reply_To="<1@sanne.example>"
        )
        assert root(answer) == sanne["event_id"]
        answer = await says(
            bridge, TRUUS, address, "Jij?", id="<4@x>", References="<2@dief.example>"
        )
        assert root(answer) == sanne["event_id"] != own["event_id"]


async def test_who_confirms_has_the_name_of_that_mail(url: str) -> None:
    homeserver = FakeHomeserver(BOT)
    homeserver.room("zaanstreek.publiek", "publiek")
    async with started(url, homeserver) as bridge:
        for name, number in (("Dorpsgek", 1), ("Jan de Wit", 2)):
            mail = letter("Hallo", id=f"<{number}@x>", From=f"{name} <{JAN}>")
            await receives(bridge, JAN, PLACE, mail)
        await bridge.works()
        asked = (await bridge.queued())[1]

        assert await bridge.post.confirming.confirm(
            asked.content.decode().partition("/mail/confirm/")[2].split()[0]
        )

        async with bridge.store.session() as session:
            person = await people.by_id(session, ghost(JAN))
        assert person
        assert person.name == "Jan de Wit"
