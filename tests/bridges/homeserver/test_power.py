"""Whoever has all the power in a room of one side gets none of it through the link.

Mallory made her room: there she may do whatever a room allows, and Eve is in it. Bob made the one
that it is linked with. After each try something of hers crosses that may: what came before it would
have come too.
"""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from bridges.homeserver.config import Settings
from bridges.homeserver.store import links
from bridges.homeserver.store.database import Session, Store
from plein_bot.homeserver.accounts import AccountError
from tests.bridges.homeserver.relays import World
from tests.synapse.people import Person
from tests.synapse.strangers import Json, safe
from tests.synapse.watchers import Accepts

pytestmark = [pytest.mark.synapse, pytest.mark.any_profile]

_NUMBERS = itertools.count(1)


@dataclass
class Link:
    """Mallory's room `here`, in which she is the owner, and Bob's room `there`."""

    settings: Settings
    mallory: Person
    eve: Person
    bob: Person
    truus: Person
    here: str
    there: str

    async def passes(self) -> None:
        """Something of Mallory's reaches Bob."""
        word = f"word {next(_NUMBERS)}."
        await self.mallory.says(self.here, word)
        await self.bob.hears(word, self.there)

    async def from_bob(self, text: str) -> tuple[str, str]:
        """What Bob says: the event in his room, and the copy of it in Mallory's."""
        said = await self.bob.says(self.there, text)
        return said, str((await self.mallory.hears(text, self.here))["event_id"])

    async def events(self) -> list[Json]:
        """All that is in Bob's room."""
        path = f"rooms/{safe(self.there)}/messages"
        page = await self.bob.call("GET", path, query=[("dir", "b"), ("limit", "500")])
        found: list[Json] = page["chunk"]
        return found

    async def state(self, kind: str, key: str = "") -> Json:
        return await self.bob.call("GET", f"rooms/{safe(self.there)}/state/{kind}/{safe(key)}")

    @asynccontextmanager
    async def rules(self, **rules: Any) -> AsyncIterator[None]:
        """Bob's side wants these as long as the block runs."""
        store = await Store.open(self.settings.relay.database)
        try:
            async with store.session() as session:
                link = await self._link(session)
                await links.set_rules(session, link.number, "beta", rules)
            yield
            async with store.session() as session:
                await links.set_rules(session, link.number, "beta", link.accepting_rules)
        finally:
            await store.close()

    async def _link(self, session: Session) -> links.Link:
        (link,) = await links.of_room(session, "beta", self.there)
        return link


async def linked(ring: World) -> Link:
    here, there = await ring.linked(("alfa", "beta"))
    (mallory, eve), (bob, truus) = here.people, there.people
    link = Link(ring.settings, mallory, eve, bob, truus, here.room, there.room)
    await link.passes()
    return link


@pytest.fixture(scope="module")
async def link(ring: World) -> Link:
    return await linked(ring)


async def ghost_of(person: Person, room: str, seen_by: Person) -> str:
    """Who speaks for somebody in a room."""
    home = person.user_id.partition(":")[2]
    answer = await seen_by.call("GET", f"rooms/{safe(room)}/joined_members")
    (ghost,) = [
        one
        for one in answer["joined"]
        if one.startswith(f"@relay_{home}_")
        and person.user_id.partition(":")[0].lstrip("@").replace("=", "=3d") in one
    ]
    return str(ghost)


def _answers(order: str) -> Accepts:
    def accepts(_: str, event: Json) -> bool:
        relation = event["content"].get("m.relates_to") or {}
        return bool((relation.get("m.in_reply_to") or {}).get("event_id") == order)

    return accepts


async def test_power_in_one_room_is_none_in_the_other(link: Link) -> None:
    before = await link.state("m.room.power_levels")
    ghost = await ghost_of(link.mallory, link.there, link.bob)
    power = await link.mallory.call("GET", f"rooms/{safe(link.here)}/state/m.room.power_levels")

    await link.mallory.sets(
        link.here, "m.room.power_levels", {**power, "users": {**power["users"], ghost: 100}}
    )
    await link.mallory.sets(link.here, "m.room.join_rules", {"join_rule": "invite"})
    await link.passes()

    assert await link.state("m.room.power_levels") == before
    assert ghost not in before["users"]
    await link.mallory.sets(link.here, "m.room.join_rules", {"join_rule": "public"})


async def test_nobody_is_removed_where_they_live(ring: World) -> None:
    link = await linked(ring)
    ghost = await ghost_of(link.bob, link.here, link.mallory)
    words = await link.from_bob("Here I am.")

    await link.mallory.bans(link.here, ghost, "out")
    await link.passes()
    await link.bob.says(link.there, "And here I stay.")
    await link.truus.says(link.there, "As do I.")
    await link.mallory.hears("As do I.", link.here)

    assert (await link.state("m.room.member", link.bob.user_id))["membership"] == "join"
    heard = [event["content"].get("body") for event in link.mallory.seen]
    assert "And here I stay." not in heard
    assert words[0] in [event["event_id"] for event in await link.events()]


async def test_nobody_changes_or_ends_or_takes_away_what_another_said(link: Link) -> None:
    original, copy = await link.from_bob("The dike holds.")
    poll = {
        "org.matrix.msc3381.poll.start": {
            "question": {"org.matrix.msc1767.text": "Is it open?"},
            "answers": [{"id": "1", "org.matrix.msc1767.text": "Yes"}],
        }
    }
    asked = await link.bob.sends(link.there, "org.matrix.msc3381.poll.start", poll)
    there = await link.mallory.sees(lambda _, one: one["type"] == "org.matrix.msc3381.poll.start")
    about = {"rel_type": "m.reference", "event_id": there["event_id"]}

    await link.mallory.edits(link.here, copy, "The dike breaks.")
    await link.mallory.redacts(link.here, copy, "wrong")
    end = {"org.matrix.msc3381.poll.end": {}, "m.relates_to": about}
    await link.mallory.sends(link.here, "org.matrix.msc3381.poll.end", end)
    await link.mallory.redacts(link.here, there["event_id"])
    await link.passes()

    events = await link.events()
    ours = [event for event in events if event["event_id"] in (original, asked)]
    assert [bool(event["content"]) for event in ours] == [True, True]
    relations = [event["content"].get("m.relates_to", {}) for event in events]
    assert not [one for one in relations if one.get("event_id") in (original, asked)]


async def test_a_topic_stays_unless_both_sides_want_one_for_both(link: Link) -> None:
    async with link.rules(topics=False):
        await link.mallory.sets(link.here, "m.room.topic", {"topic": "Mallory's room"})
        await link.mallory.sets(link.here, "m.room.name", {"name": "Mallory's room"})
        await link.passes()

    assert "Mallory" not in str(await link.events())


async def test_what_staff_there_pinned_stays_pinned(link: Link) -> None:
    theirs = await link.bob.says(link.there, "Read this first.")
    async with link.rules(direction="in"):
        await link.bob.sets(link.there, "m.room.pinned_events", {"pinned": [theirs]})
        await link.mallory.sets(link.here, "m.room.pinned_events", {"pinned": []})
        await link.passes()

    assert await link.state("m.room.pinned_events") == {"pinned": [theirs]}


async def test_nobody_speaks_as_another(link: Link) -> None:
    profile = {"id": link.bob.user_id, "displayname": "Bob", "avatar_url": "mxc://a/b"}
    mark = {"server": "beta.localhost", "event_id": "$x"}
    await link.mallory.takes_name("\u202e)ateB etneemeg( boB\u202c\u200b")
    await link.mallory.says(
        link.here, "It is I, Bob.", **{"com.beeper.per_message_profile": profile}
    )
    await link.mallory.says(link.here, "As Bob said.", **{"nl.plein.relayed": mark})
    await link.passes()

    said = next(one for one in await link.events() if one["content"].get("body") == "It is I, Bob.")
    assert "com.beeper.per_message_profile" not in said["content"]
    # What says that a relay said it is carried no further by a relay.
    assert "As Bob said." not in str(await link.events())
    member = await link.state("m.room.member", said["sender"])
    assert member["displayname"] == "]ateB etneemeg[ boB (gemeente Alfa)"


async def test_whom_a_link_is_not_for_is_not_heard(link: Link) -> None:
    before = await link.mallory.says(link.here, "Before.")
    await link.bob.hears("Before.", link.there)

    async with link.rules(people="official"):
        await link.mallory.says(link.here, "I am a citizen.")
        # What somebody takes back goes wherever it went, so this comes after what did not.
        await link.mallory.redacts(link.here, before)
        await link.bob.sees(lambda _, event: event["type"] == "m.room.redaction")

    assert "I am a citizen." not in str(await link.events())


async def test_where_only_posts_cross_nobody_carries_off_what_another_said(link: Link) -> None:
    async def calls_a_post(event: str, title: str) -> None:
        await link.mallory.says(link.here, title, **{"nl.plein.post": {"event": event}})

    async with link.rules(kinds="posts"):
        hers = await link.mallory.says(link.here, "All of my text.")
        secret = await link.eve.says(link.here, "Between us.")
        await calls_a_post(secret, "What Eve said")
        await calls_a_post(hers, "What I said")
        card = await link.bob.hears("What I said", link.there)

    text = await link.bob.hears("All of my text.", link.there)
    assert card["content"]["nl.plein.post"] == {"event": text["event_id"]}
    assert "Between us." not in str(await link.events())


async def test_a_file_is_no_smaller_or_other_than_it_is(link: Link) -> None:
    async def sends(name: str, data: bytes, **info: Any) -> None:
        uri = await link.mallory.uploads(data, name, "image/png")
        await link.mallory.says(link.here, name, msgtype="m.image", url=uri, info=info)

    async with link.rules(largest=1000, types=["image/*", "text/plain"]):
        await sends("large.png", b"\x89PNG\r\n\x1a\n" + bytes(2000), size=10, mimetype="image/png")
        await sends("program.png", b"MZ" + bytes(100), size=102, mimetype="image/png")
        await sends("picture.png", b"\x89PNG\r\n\x1a\n", size=8, mimetype="image/png")
        await link.passes()

    said = str(await link.events())
    assert "picture.png" in said
    assert "large.png" not in said
    assert "program.png" not in said


async def test_nobody_wakes_a_whole_room_elsewhere(link: Link) -> None:
    await link.mallory.says(link.here, "@room wake up", **{"m.mentions": {"room": True}})
    await link.bob.hears("@room wake up", link.there)

    answer = await link.truus.call("GET", "notifications", query=[("only", "highlight")])

    assert answer["notifications"] == []


async def test_no_ghost_is_dragged_into_a_room_or_takes_orders(link: Link) -> None:
    ghost = await ghost_of(link.bob, link.here, link.mallory)
    trap = await link.mallory.creates_room(ghost, preset="public_chat")

    order = await link.eve.says(link.here, "!relay stop 1")
    refusal = await link.eve.sees(_answers(order))
    words = await link.eve.says(link.here, "Only words.")
    copy = await link.bob.hears("Only words.", link.there)
    await link.eve.edits(link.here, words, "!relay stop 1")
    await link.passes()

    members = await link.mallory.call("GET", f"rooms/{safe(trap)}/joined_members")
    assert list(members["joined"]) == [link.mallory.user_id]
    assert refusal["sender"] == f"@plein-relay:{link.eve.user_id.partition(':')[2]}"
    # In Bob's room a ghost said it, and nobody answered.
    events = await link.events()
    assert [one for one in events if one["content"].get("body") == "* !relay stop 1"]
    assert not [one for one in events if _answers(copy["event_id"])("", one)]


async def test_nobody_has_the_account_of_a_ghost(ring: World) -> None:
    with pytest.raises(AccountError, match="M_EXCLUSIVE"):
        await ring.servers["alfa"].synapse.accounts.register(
            "relay_beta.localhost_bob", "x" * 12, displayname="Bob"
        )


async def test_one_homeserver_cannot_speak_for_another(link: Link) -> None:
    token = link.settings.registration("alfa").hs_token
    forged = {
        "type": "m.room.message",
        "room_id": link.there,
        "event_id": "$forged",
        "sender": link.bob.user_id,
        "content": {"msgtype": "m.text", "body": "Forged."},
    }
    url = link.settings.registration("beta").url + "/_matrix/app/v1/transactions/1"
    headers = {"Authorization": f"Bearer {token}"}

    async with link.mallory.http.put(url, json={"events": [forged]}, headers=headers) as response:
        assert response.status == 403

    # Nor has it in its own rooms people of the others: those come by their own homeserver.
    url = link.settings.registration("alfa").url + "/_matrix/app/v1/transactions/forged"
    names = (link.bob.user_id, "@minister:gamma.localhost")
    events = [
        forged | {"room_id": link.here, "sender": one, "event_id": f"$as{one}"} for one in names
    ]
    async with link.mallory.http.put(url, json={"events": events}, headers=headers) as response:
        assert response.status == 200
    await link.passes()
    assert "Forged." not in str(await link.events())
