"""The main job on the two kinds of homeserver that Plein is made for (design 4)."""

import argparse
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plein_bot.domain.plans import ROOM_VERSION
from plein_bot.homeserver.settings import Profile
from plein_bot.operations import doctor
from tests.synapse.conftest import Plein, running, says, settings_on
from tests.synapse.harness import Synapse, running_synapse
from tests.synapse.people import Person
from tests.synapse.square import PURMEREND, ZAANSTAD, organisations, somebody_of
from tests.synapse.watchers import Accepts


@pytest.fixture(scope="module", params=Profile)
async def limited(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Synapse]:
    """A homeserver with the limits of its profile, for people too."""
    folder = tmp_path_factory.mktemp(request.param)
    async with running_synapse(folder, request.param, limits=True) as synapse:
        yield synapse


@pytest.fixture
async def plein(limited: Synapse, tmp_path: Path) -> AsyncIterator[Plein]:
    """Plein, with the limits of its account lifted as an operator lifts them."""
    settings = await settings_on(limited, tmp_path, homeserver={"admin_token": limited.admin.token})
    await doctor.main(settings, argparse.Namespace(fix=True))
    async with running(settings) as plein:
        yield plein


async def unhurried(synapse: Synapse, *people: Person) -> None:
    """People type slower than tests do."""
    for person in people:
        await synapse.accounts.lift_limits(person.user_id)


async def test_find_ask_approve_join(limited: Synapse, plein: Plein) -> None:
    await organisations(plein)
    sanne = await somebody_of(ZAANSTAD, limited, plein, "sanne", "Sanne de Vries")
    joost = await somebody_of(PURMEREND, limited, plein, "joost", "Joost Bakker")
    await unhurried(limited, sanne, joost)

    await says(
        sanne, plein, "deelsite nieuw Zaanstreek --zichtbaarheid vindbaar --deelname verzoek"
    )
    for name in ("Jeugdzorg", "Werk"):
        await says(sanne, plein, f"groep nieuw zaanstreek {name}")
    rooms = await sanne.invitations()
    assert set(rooms) == {"Zaanstreek", "Leden", "Zaanstreek · Beheer", "Jeugdzorg", "Werk"}
    for room in rooms.values():
        await sanne.joins(room)
        state = await sanne.state(room)
        assert ("m.room.encryption", "") not in state
        assert state["m.room.create", ""]["room_version"] == ROOM_VERSION

    assert "Zaanstreek" in await says(joost, plein, "deelsites")
    space = await joost.resolves(f"#zaanstreek:{limited.server_name}")
    assert space == rooms["Zaanstreek"]
    await joost.knocks(space, "Ik werk aan jeugdzorg")
    notice = await sanne.hears("Verzoek ", room=rooms["Zaanstreek · Beheer"])
    await sanne.reacts(rooms["Zaanstreek · Beheer"], notice["event_id"], "✅")
    await joost.is_invited_to(space)
    await joost.joins(space)
    await joost.hears("In Zaanstreek: 1 Leden 2 Jeugdzorg 3 Werk.")


async def test_an_encrypted_direct_chat(limited: Synapse, plein: Plein) -> None:
    karin = await limited.encrypted_person("karin")
    await unhurried(limited, karin)

    answer = await karin.asks(plein.bot, "help")

    assert "deelsite" in answer["body"]


SLOW = {
    "rc_room_creation": {"per_second": 0.5, "burst_count": 1},
    "rc_message": {"per_second": 1, "burst_count": 5},
    "rc_invites": {
        "per_room": {"per_second": 1, "burst_count": 3},
        "per_user": {"per_second": 0.5, "burst_count": 2},
        "per_issuer": {"per_second": 1, "burst_count": 3},
    },
}
"""What Synapse limits by default, at a scale on which it bites at once and is over in a minute."""


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[Synapse]:
    async with running_synapse(tmp_path / "synapse", limits=True, extra=SLOW) as synapse:
        yield synapse


async def test_with_the_limits_in_force_a_subsite_is_slow_and_whole(
    slow: Synapse, tmp_path: Path
) -> None:
    async with running(await settings_on(slow, tmp_path)) as plein:
        await organisations(plein)
        sanne = await somebody_of(ZAANSTAD, slow, plein, "sanne", "Sanne de Vries")
        chat = await sanne.chat_with(plein.bot)
        asked = await sanne.says(
            chat, "deelsite nieuw Zaanstreek --zichtbaarheid openbaar --deelname vrij"
        )

        sign = await sanne.sees(is_reaction_to(asked), within=60)
        answer = await sanne.is_answered(asked, plein.bot, within=120)

        assert sign["content"]["m.relates_to"]["key"] == "⏳"
        assert plein.parts.api.counts["limited"] > 0
        assert answer["content"]["body"].startswith("Klaar.")
        rooms = await sanne.invitations()
        assert set(rooms) == {"Zaanstreek", "Leden", "Publiek", "Zaanstreek · Beheer"}
        await sanne.joins(rooms["Zaanstreek"])
        children = {room["room_id"] for room in await sanne.hierarchy(rooms["Zaanstreek"])}
        assert children == {rooms[name] for name in ("Zaanstreek", "Leden", "Publiek")}


def is_reaction_to(event_id: str) -> Accepts:
    return lambda _, event: (
        event["type"] == "m.reaction"
        and event["content"].get("m.relates_to", {}).get("event_id") == event_id
    )
