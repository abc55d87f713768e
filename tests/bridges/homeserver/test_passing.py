"""Do people see who of the other side is writing and has read, only where both staffs want it?"""

import time
from collections.abc import Callable

import pytest

from bridges.homeserver.store import links
from bridges.homeserver.store.database import Store
from tests.bridges.homeserver.relays import World
from tests.synapse.people import Person
from tests.synapse.strangers import Json, safe
from tests.synapse.watchers import PATIENCE

pytestmark = [pytest.mark.synapse, pytest.mark.any_profile]


async def notices(person: Person, room: str, what: Callable[[Json], bool]) -> Json:
    """Wait for something that passes in a room and is not kept."""
    since: list[tuple[str, str]] = []
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        sync = await person.call("GET", "sync", query=[("timeout", "5000"), *since])
        since = [("since", sync["next_batch"])]
        here = sync.get("rooms", {}).get("join", {}).get(room, {})
        for one in here.get("ephemeral", {}).get("events", []):
            if what(one):
                return dict(one)
    raise AssertionError("Nothing of it came.")


async def test_who_writes_and_who_has_read_is_seen_there_where_both_want_it(ring: World) -> None:
    here, there = await ring.linked(("alfa", "beta"))
    jan, bob = here.people[0], there.people[0]
    said = await jan.says(here.room, "Read this.")
    copy = (await bob.hears("Read this.", there.room))["event_id"]
    await bob.says(there.room, "I come.")
    ghost = (await jan.hears("I come.", here.room))["sender"]

    async def wants(side: str, typing: bool) -> None:
        store = await Store.open(ring.settings.relay.database)
        async with store.session() as session:
            (link,) = await links.of_room(session, "alfa", here.room)
            rules = {"typing": typing, "receipts": True}
            await links.set_rules(session, link.number, side, rules)
        await store.close()

    await wants("alfa", typing=False)
    await wants("beta", typing=True)
    writing = f"rooms/{safe(there.room)}/typing/{safe(bob.user_id)}"
    await bob.call("PUT", writing, {"typing": True, "timeout": 60_000})
    await bob.call("POST", f"rooms/{safe(there.room)}/receipt/m.read/{safe(copy)}", {})
    read = await notices(jan, here.room, lambda one: said in one["content"] and ghost in str(one))

    assert ghost in read["content"][said]["m.read"]
    # It wrote before it read, and that alone both did not want.
    sync = await jan.call("GET", "sync", query=[("timeout", "0")])
    passing = sync["rooms"]["join"][here.room]["ephemeral"]["events"]
    assert not [one for one in passing if one["type"] == "m.typing" and ghost in str(one)]

    await wants("alfa", typing=True)
    await bob.call("PUT", writing, {"typing": False})
    await bob.call("PUT", writing, {"typing": True, "timeout": 60_000})
    await notices(jan, here.room, lambda one: ghost in one["content"].get("user_ids", []))
    await bob.call("PUT", writing, {"typing": False})
    await notices(jan, here.room, lambda one: one["content"].get("user_ids") == [])
