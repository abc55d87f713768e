"""Killed at every step, and started again with what was stored: each once, in order."""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bridges.homeserver.crossing.kinds import ATTACHMENT, POST
from bridges.homeserver.store import audits, crossings, ghosts, links
from bridges.homeserver.store.crossings import CrossingState
from bridges.homeserver.store.links import LinkState
from bridges.homeserver.store.tables import CrossingRow, EventRow, NoticeRow
from tests.bridges.homeserver.fakes import Stopped
from tests.bridges.homeserver.rings import NAMES, PAIRS, Ring, ghost, person, relates

EVERY = 1 if os.environ.get("PLEIN_CHAOS") else 17
MOST_STEPS = 200


@dataclass
class Script:
    """What was said in a ring: by whom, in order, and what speaks of what."""

    first: str
    said: dict[str, list[str]]

    def stands(self, ring: Ring) -> None:
        """Everything stands in every room, once, and points at what it is about there."""
        for home, said in self.said.items():
            for name in set(NAMES) - {home}:
                assert ring.copied(name, home) == said
        answer, reaction = self.said["beta"][-1], self.said["gamma"][-1]
        edit, redaction = self.said["alfa"][-2:]
        for name in NAMES:
            here = self.first if name == "alfa" else ring.copy_in(name, self.first)["event_id"]
            for about, home in ((answer, "beta"), (reaction, "gamma"), (edit, "alfa")):
                if name != home:
                    relation = ring.copy_in(name, about)["content"]["m.relates_to"]
                    assert here in (
                        relation.get("event_id"),
                        relation.get("m.in_reply_to", {}).get("event_id"),
                    )
        taken = ring.copy_in("beta", redaction)
        assert taken["redacts"] == ring.copy_in("beta", self.said["alfa"][1])["event_id"]
        assert taken["sender"] == ghost("alfa", "beta")


async def begun(url: str) -> tuple[Ring, Script]:
    """A ring in which much was said that is yet to cross."""
    ring = Ring(url)
    async with ring.running():
        for one, other in PAIRS:
            await ring.link(one, other)
        first = ring.says("alfa", "Eerste")
        await ring.works()
    said = {"alfa": [first], "beta": [], "gamma": []}
    said["alfa"].append(ring.says("alfa", "Vergissing"))
    said["beta"].append(ring.says("beta", "Tegelijk"))
    here = ring.copy_in("beta", first)["event_id"], ring.copy_in("gamma", first)["event_id"]
    said["beta"].append(ring.says("beta", "Antwoord", **relates(here[0])))
    reaction = relates(here[1], "m.annotation", key="👍")
    gamma, alfa = ring.servers["gamma"], ring.servers["alfa"]
    said["gamma"].append(gamma.says("!gamma", person("gamma"), reaction, "m.reaction"))
    new = {"m.new_content": {"msgtype": "m.text", "body": "Beter"}}
    said["alfa"].append(ring.says("alfa", "* Beter", **new, **relates(first, "m.replace")))
    content = {"redacts": said["alfa"][1]}
    said["alfa"].append(alfa.says("!alfa", person("alfa"), content, "m.room.redaction"))
    return ring, Script(first, said)


@pytest.mark.interruptions
async def test_everything_crosses_once_wherever_the_relay_is_killed(tmp_path: Path) -> None:
    new, script = await begun(f"sqlite+aiosqlite:///{tmp_path}/new.db")
    for after in (False, True):
        for step in range(1 + 4 * after, MOST_STEPS, EVERY):
            copied = shutil.copy(tmp_path / "new.db", tmp_path / f"{after}-{step}.db")
            ring = Ring(f"sqlite+aiosqlite:///{copied}")
            ring.takes_after(new)
            ring.steps.stop_at, ring.steps.after = step, after
            async with ring.running():
                try:
                    await ring.works()
                except Stopped:
                    pass
                else:
                    assert step > EVERY
                    script.stands(ring)
                    break
            ring.steps.stop_at = None
            async with ring.running():
                await ring.works()
            script.stands(ring)
        else:
            raise AssertionError(f"not done in {MOST_STEPS} steps")


async def test_a_side_that_is_away_holds_up_nobody_else(empty_url: str) -> None:
    """And all of it, in order, comes there when it is back. (On either database.)"""
    ring, script = await begun(empty_url)
    ring.servers["beta"].away = True
    async with ring.running():
        await ring.works()
        assert ring.copied("gamma", "alfa") == script.said["alfa"]
        assert ring.copied("beta", "alfa") == [script.first]

        ring.servers["beta"].away = False
        ring.sides["beta"].away.answered()
        await ring.works()
        script.stands(ring)


async def test_nothing_that_waits_crosses_a_link_that_is_stopped(empty_url: str) -> None:
    ring, script = await begun(empty_url)
    async with ring.running():
        await ring.brings()
        async with ring.store.session() as session:
            await links.change(session, 1, LinkState.STOPPED, "", time.time())
        await ring.works()

        assert ring.copied("beta", "alfa") == [script.first]
        assert ring.copied("gamma", "alfa") == script.said["alfa"]
        assert ghost("alfa", "beta") not in ring.inside("beta")
        assert ghost("gamma", "beta") in ring.inside("beta")
        async with ring.store.session() as session:
            kept = select(func.count(EventRow.number)).where(EventRow.attended)
            assert await session.scalar(kept) == 0


async def test_what_is_taken_back_while_a_link_rests_is_taken_back_when_it_works_again(
    empty_url: str,
) -> None:
    ring = Ring(empty_url)
    async with ring.running():
        await ring.link("alfa", "beta")
        said = ring.says("alfa", "Vergissing")
        await ring.works()
        async with ring.store.session() as session:
            await links.change(session, 1, LinkState.PAUSED, "", time.time())
        ring.says("alfa", "Onder ons")
        alfa = ring.servers["alfa"]
        redaction = alfa.says("!alfa", person("alfa"), {"redacts": said}, "m.room.redaction")
        await ring.works()
        assert ring.copied("beta", "alfa") == [said]
        async with ring.store.session() as session:
            await links.change(session, 1, LinkState.ACTIVE, "", time.time())
        await ring.works()

        assert ring.copied("beta", "alfa") == [said, redaction]


async def test_who_leaves_while_a_link_rests_is_gone_and_who_is_called_otherwise_shows_it_after(
    empty_sqlite_url: str,
) -> None:
    ring = Ring(empty_sqlite_url)
    async with ring.running():
        alfa = ring.servers["alfa"]
        alfa.moves("!alfa", "@jan:alfa.nl", "join")
        await ring.link("alfa", "beta")
        await ring.works()
        jan = "@relay_alfa.nl_jan:beta.nl"
        assert jan in ring.inside("beta")
        async with ring.store.session() as session:
            await links.change(session, 1, LinkState.PAUSED, "", time.time())
        alfa.moves("!alfa", "@jan:alfa.nl", "leave")
        alfa.moves("!alfa", person("alfa"), "join")
        alfa.rooms["!alfa"].members[person("alfa")]["content"]["displayname"] = "Ander"
        ring.says("alfa", "Onder ons")
        await ring.works()
        assert jan not in ring.inside("beta")
        assert ring.copied("beta", "alfa") == []

        async with ring.store.session() as session:
            await links.change(session, 1, LinkState.ACTIVE, "", time.time())
        await ring.works()
        async with ring.store.session() as session:
            known = await ghosts.find(session, "beta", ghost("alfa", "beta"))
        assert known
        assert known.name == "Ander (alfa)"


async def test_the_last_of_what_was_said_before_comes_first(empty_url: str) -> None:
    ring = Ring(empty_url)
    async with ring.running():
        said = [ring.says("alfa", f"Eerder {number}") for number in range(5)]
        ring.says("alfa", "!koppeling aanbieden beta")
        ring.servers["alfa"].new.clear()
        await ring.link("alfa", "beta", backfill=3)
        content, now = {"msgtype": "m.text", "body": "Nu"}, 2_000_000_000_000
        alfa = ring.servers["alfa"]
        said.append(alfa.says("!alfa", person("alfa"), content, origin_server_ts=now))
        await ring.works()

        assert ring.copied("beta", "alfa") == said[2:]


async def test_who_cannot_be_let_in_holds_up_nobody_else(empty_url: str) -> None:
    """What they say waits for ten minutes, in its order, and the staff hear once what lacks."""
    ring = Ring(empty_url)
    async with ring.running():
        await ring.link("alfa", "beta")
        known = [ring.says("alfa", "Ik was er al")]
        await ring.works()
        room = ring.servers["beta"].rooms["!beta"]
        room.is_closed = True
        alfa = ring.servers["alfa"]

        def newcomer(text: str, who: str = "nieuw") -> str:
            return alfa.says("!alfa", f"@{who}:alfa.nl", {"msgtype": "m.text", "body": text})

        alfa.moves("!alfa", "@nieuw:alfa.nl", "join")
        new = [newcomer("Ik ben nieuw"), newcomer("Vergissing"), newcomer("Dag")]
        content = {"redacts": new[1]}
        new.append(alfa.says("!alfa", person("alfa"), content, "m.room.redaction"))
        late = newcomer("Ik ook", "anders")
        known.append(ring.says("alfa", "Welkom", **relates(new[0])))
        content = {"redacts": known[0]}
        known.append(alfa.says("!alfa", person("alfa"), content, "m.room.redaction"))
        await ring.brings()
        await ring.relaying.work("1:beta")
        assert ring.copied("beta", "alfa") == known
        async with ring.store.session() as session:
            assert await session.scalar(select(func.count(NoticeRow.number))) == 1
            assert await crossings.outside(session) == {(1, "beta"): 5}
            # Of one of them the ten minutes are over.
            values = update(CrossingRow).values(due=0.0)
            await session.execute(values)
            of = CrossingRow.lane == crossings.lane_of(1, "beta", "@anders:alfa.nl")
            await session.execute(update(CrossingRow).where(of).values(begun=1.0))
        await ring.relaying.work(crossings.lane_of(1, "beta", "@anders:alfa.nl"))

        room.is_closed = False
        await ring.works()
        assert ring.copied("beta", "alfa") == [*known, *new]
        assert late not in ring.copied("beta", "alfa")


async def test_what_a_homeserver_stumbles_over_is_set_aside_and_can_be_tried_again(
    empty_url: str,
) -> None:
    ring = Ring(empty_url)
    async with ring.running():
        await ring.link("alfa", "beta")
        await ring.works()
        ring.servers["beta"].poison = "Gif"
        poison, after = ring.says("alfa", "Gif"), ring.says("alfa", "Daarna")
        await ring.works()
        assert ring.copied("beta", "alfa") == [after]
        async with ring.store.session() as session:
            assert await crossings.counted(session) == {CrossingState.ASIDE: 1}

        ring.servers["beta"].poison = None
        async with ring.store.session() as session:
            assert await crossings.retry(session) == 1
        await ring.works()
        assert ring.copied("beta", "alfa") == [after, poison]


async def test_whose_ghost_was_removed_is_heard_no_more_and_does_not_come_back(
    empty_url: str,
) -> None:
    """Also where what they said was under way, and the relay has not yet heard of it."""
    ring = Ring(empty_url)
    async with ring.running():
        await ring.link("alfa", "beta")
        ring.says("alfa", "Hallo")
        await ring.works()
        ring.servers["beta"].moves("!beta", ghost("alfa", "beta"), "leave", person("beta"))
        ring.servers["beta"].new.clear()
        before = ring.copied("beta", "alfa")
        refused = ring.says("alfa", "Nog eens")
        alfa = ring.servers["alfa"]
        pins = {"pinned": [refused]}
        alfa.says("!alfa", person("alfa"), pins, "m.room.pinned_events", state_key="")
        await ring.works()

        assert ring.copied("beta", "alfa") == before
        assert ghost("alfa", "beta") not in ring.inside("beta")
        async with ring.store.session() as session:
            told = {one.event_id: one.outcome for one in await audits.of_link(session, 1)}
        assert told[refused] == "removed"


async def test_what_is_changed_in_a_post_is_part_of_it_whatever_its_author_calls_the_rest(
    empty_url: str,
) -> None:
    ring = Ring(empty_url)
    async with ring.running():
        await ring.link("alfa", "beta", kinds="posts")
        post = ring.says("alfa", "Een verslag", **{POST: {"number": 1, "title": "Verslag"}})
        await ring.works()
        new = {"m.new_content": {"msgtype": "m.text", "body": "Nieuw", POST: {"number": 1}}}
        chat = ring.says("alfa", "Zomaar iets")
        ring.says("alfa", "* Nieuw", **new, **relates(chat, "m.replace"))
        ring.says("alfa", "Bijlage van niets", **{ATTACHMENT: chat})
        edit = ring.says("alfa", "* Nieuw", **new, **relates(post, "m.replace"))
        attached = ring.says("alfa", "Bijlage", **{ATTACHMENT: post})
        await ring.works()

        assert ring.copied("beta", "alfa") == [post, edit, attached]
