"""The homeservers of the federation tests, tried on each other."""

import asyncio
import socket
from pathlib import Path

import pytest

from plein_bot.domain.ids import UserId, server_of
from tests.synapse import federation
from tests.synapse.federation import Homeservers, NoLoopback
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.strangers import safe


async def meet(first: Person, second: Person) -> str:
    room = await first.creates_room(second.user_id, preset="public_chat", is_direct=True)
    await second.is_invited_to(room)
    await second.joins(room, via=(server_of(UserId(first.user_id)),))
    return room


async def test_people_of_two_servers_hear_each_other(federated: Homeservers) -> None:
    async def talk(one: Synapse, other: Synapse) -> None:
        anna, bert = await one.person("anna"), await other.person("bert")
        room = await meet(anna, bert)
        await anna.says(room, "hoort u mij?")
        await bert.hears("hoort u mij?", room=room)
        await bert.says(room, "luid en duidelijk")
        await anna.hears("luid en duidelijk", room=room)

    await asyncio.gather(
        talk(federated.plein, federated.municipality),
        talk(federated.partner, federated.plein),
        talk(federated.elsewhere, federated.plein),
        talk(federated.municipality, federated.partner),
    )


async def test_a_server_that_was_away_hears_what_it_missed(federated: Homeservers) -> None:
    anna, bert = await federated.plein.person("anna"), await federated.partner.person("bert")
    room = await meet(anna, bert)
    await federated.partner.process.kill()
    try:
        await anna.says(room, "is daar iemand?")
    finally:
        await federated.partner.process.start()
    await bert.hears("is daar iemand?", room=room)


async def test_a_list_of_servers_shuts_out_a_name_without_port(federated: Homeservers) -> None:
    anna = await federated.plein.person("anna")
    room = await anna.creates_room(preset="public_chat")
    shut_out = federated.partner.server_name
    await anna.sets(room, "m.room.server_acl", {"allow": ["*"], "deny": [shut_out]})
    via = [("via", federated.plein.server_name)]

    bert = await federated.partner.person("bert")
    status, answer = await bert.tries("POST", f"join/{safe(room)}", {}, via)

    assert (status, answer["errcode"]) == (403, "M_FORBIDDEN")
    carla = await federated.elsewhere.person("carla")
    assert await carla.joins(room, via=(federated.plein.server_name,)) == room


async def test_a_list_of_servers_keeps_nobody_from_hearing_who_is_in(
    federated: Homeservers,
) -> None:
    """Why Plein takes people out when it shuts out their homeserver."""
    anna, bert = await federated.plein.person("anna"), await federated.partner.person("bert")
    room = await meet(anna, bert)
    await anna.sets(
        room,
        "m.room.server_acl",
        {"allow": ["*"], "deny": [federated.partner.server_name], "allow_ip_literals": True},
    )

    await anna.says(room, "hoort u mij nog?")
    await bert.hears("hoort u mij nog?", room=room)
    await bert.says(room, "ja, maar u mij niet")
    await anna.says(room, "dag")
    await bert.hears("dag", room=room)
    await anna.catches_up()
    assert not [
        event for event in anna.seen if event["content"].get("body") == "ja, maar u mij niet"
    ]


async def test_where_something_listens_already_homeservers_do_not_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as everywhere:
        everywhere.bind(("0.0.0.0", 0))
        everywhere.listen()
        monkeypatch.setattr(federation, "PORT", everywhere.getsockname()[1])
        with pytest.raises(NoLoopback, match="in use"):
            async with federation.federation(tmp_path):
                pass
