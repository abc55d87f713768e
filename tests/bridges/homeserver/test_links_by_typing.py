"""Two staffs on two homeservers that do not federate share a room by typing, and end it again."""

from typing import Any

import pytest

from tests.bridges.homeserver.relays import World
from tests.synapse.people import Person
from tests.synapse.watchers import membership

pytestmark = [pytest.mark.synapse, pytest.mark.any_profile]


def said(room: str, part: str) -> Any:
    return lambda where, event: where == room and part in str(event["content"].get("body"))


async def test_two_staffs_share_a_room_by_typing_and_a_stop_is_at_once(ring: World) -> None:
    alfa = await ring.servers["alfa"].side(open_room=False)
    beta = await ring.servers["beta"].side(open_room=False)
    (jan, truus), (piet, _) = alfa.people, beta.people
    here, there = alfa.room, beta.room
    await jan.sees(said(here, "`!koppeling help`"))
    await piet.sees(said(there, "`!koppeling help`"))

    await jan.says(here, f"!koppeling aanbieden beta {there}")
    offered = await piet.sees(said(there, "biedt aan om deze kamer te delen"))
    number = offered["content"]["body"].partition("aannemen ")[2].partition("`")[0]
    # The relay is killed between the question and the answer, and both are there once.
    await piet.says(there, f"!relay accept {number}")
    await ring.relay.is_killed()
    await piet.sees(said(there, "Wilt u “Dijken beta” delen met een kamer van gemeente Alfa"))
    await piet.says(there, "!relay ja")
    await jan.sees(said(here, "is vanaf nu gedeeld met een kamer van gemeente Beta"))
    await piet.sees(said(there, "is vanaf nu gedeeld met een kamer van gemeente Alfa"))

    await truus.says(here, f"!relay stop {number}")
    await truus.sees(said(here, "beslist alleen wie in deze kamer mensen mag verbannen"))
    await truus.says(here, "Dag Beta")
    came = await piet.sees(said(there, "Dag Beta"))
    assert "!relay stop" not in str(piet.seen)
    state = await piet.state(there)
    states = [content for (kind, _), content in state.items() if kind == "nl.plein.relay"]
    assert [one["state"] for one in states] == ["active"]

    # Whoever is banned there is no less at home here; her staff read of it, each apart.
    await piet.call("POST", f"rooms/{there}/ban", {"user_id": came["sender"], "reason": "boos"})
    invited = await jan.sees(lambda _, event: event["content"].get("is_direct") is True)
    await jan.joins(invited["room_id"])
    await jan.sees(said(invited["room_id"], "vraagt dat"))
    assert "boos" not in str([one for one in truus.seen if one.get("room_id") == here])
    await truus.says(here, "Hoort u mij?")
    await jan.says(here, "Ik wel")
    await piet.sees(said(there, "Ik wel"))
    assert "Hoort u mij?" not in str(piet.seen)

    await jan.says(here, f"!koppeling stop {number} klaar")
    await piet.sees(said(there, "heeft koppeling"))
    await jan.says(here, "Onder ons")
    ghost = f"@relay_{ring.servers['alfa'].synapse.server_name}_{jan.user_id[1:].split(':')[0]}"
    await piet.sees(membership(there, f"{ghost}:{_server(piet)}", "leave"))
    assert "Onder ons" not in str(piet.seen)
    assert "klaar" not in str(piet.seen)


def _server(person: Person) -> str:
    return person.user_id.partition(":")[2]
