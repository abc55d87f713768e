"""`plein demo`: from an empty folder to a square, and again with the same data."""

import asyncio
import os
import re
import signal
import socket
from collections import Counter
from collections.abc import AsyncIterator
from html import escape
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from plein_bot.demo import square
from tests.demo.processes import READY, Demo, Doorstep, signs_in
from tests.synapse.people import Person

pytestmark = [pytest.mark.synapse, pytest.mark.timeout(600)]

_NAME = ("m.room.name", "")


@pytest.fixture(scope="module")
async def doorstep(tmp_path_factory: pytest.TempPathFactory) -> Doorstep:
    return Doorstep(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
async def demo(doorstep: Doorstep) -> AsyncIterator[Demo]:
    async with doorstep.demo() as demo:
        await demo.says(READY)
        yield demo


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def rooms_of(person: Person) -> Counter[str]:
    """The names of the rooms that somebody is in."""
    joined: list[str] = (await person.call("GET", "joined_rooms"))["joined_rooms"]
    states = await asyncio.gather(*(person.state(room) for room in joined))
    return Counter(state["m.room.name", ""]["name"] for state in states if _NAME in state)


async def whole_square(http: aiohttp.ClientSession, card: dict[str, Any]) -> dict[str, list[str]]:
    """Every subsite with the names of the groups that its owner sees in it."""
    rooms = {subsite["slug"]: subsite["room_id"] for subsite in card["subsites"]}
    found = {}
    for subsite in square.SUBSITES:
        owner = await signs_in(http, card, subsite.owner)
        _, *groups = await owner.hierarchy(rooms[subsite.slug])
        found[subsite.slug] = sorted(group["name"] for group in groups)
    return found


def expected_square() -> dict[str, list[str]]:
    return {
        subsite.slug: sorted(
            [group.name for group in subsite.groups if group.settings != square.BY_INVITATION]
            + ["Leden"]
            + (["Publiek"] if subsite is square.NEIGHBOURHOOD else [])
        )
        for subsite in square.SUBSITES
    }


async def test_its_card_says_all_that_a_script_needs(demo: Demo, doorstep: Doorstep) -> None:
    card = demo.card

    assert card["homeserver"] == f"http://127.0.0.1:{doorstep.port}"
    assert card["web"] == f"http://127.0.0.1:{doorstep.web_port}"
    assert card["bot"] == "@plein:plein.localhost"
    assert card["mailbox"] == f"http://127.0.0.1:{doorstep.mailbox_port}"
    assert card["smtp"] == {"host": "127.0.0.1", "port": doorstep.smtp_port}
    assert card["places"]["port"] == doorstep.mail_port
    assert len(card["subsites"]) == 4
    assert all(set(one) == {"slug", "room_id"} for one in card["subsites"])
    keys = {"user_id", "password", "name", "class", "operator"}
    assert all(set(one) == keys for one in card["people"])
    assert {one["class"] for one in card["people"]} == {"official", "partner", "citizen"}
    assert sum(one["operator"] for one in card["people"]) == 1


async def test_it_prints_who_can_sign_in_and_what_to_type(demo: Demo) -> None:
    said = "".join(demo.said)

    for person in demo.card["people"]:
        assert person["name"] in said
        assert person["password"] in said
    assert demo.card["homeserver"] in said
    assert "deelsites" in said
    assert said.count("recovery key") == 1
    assert said.count("@plein-reserve:plein.localhost has the password") == 1


async def test_the_square_stands_with_its_people_in_it(
    demo: Demo, http: aiohttp.ClientSession
) -> None:
    assert await whole_square(http, demo.card) == expected_square()
    fatima, willem = [await signs_in(http, demo.card, login) for login in ("fatima", "willem")]

    in_rooms = await rooms_of(fatima)
    expected = {"Zaanstreek", "Leden", "Jeugdzorg", "Bestuurlijk overleg"}
    assert expected <= set(in_rooms)
    assert max(in_rooms.values()) == 1
    assert set(await rooms_of(willem)) == {"Poelenburg", "Publiek", "Groen en spelen", "Verkeer"}


async def test_people_are_who_the_card_says_and_plein_answers_them(
    demo: Demo, http: aiohttp.ClientSession
) -> None:
    joost, jan = [await signs_in(http, demo.card, login) for login in ("joost", "jan")]

    listing = (await joost.asks(demo.card["bot"], "deelsites"))["body"]
    for subsite in square.SUBSITES:
        assert subsite.name in listing
    # An official may ask; a citizen is told that this is not for citizens.
    assert "Waarom" in (await joost.asks(demo.card["bot"], "deelnemen zaanstreek"))["body"]
    assert "burger" in (await jan.asks(demo.card["bot"], "deelnemen zaanstreek"))["body"]


async def test_somebody_waits_at_the_door_of_the_region(
    demo: Demo, http: aiohttp.ClientSession
) -> None:
    sanne = await signs_in(http, demo.card, "sanne")

    requests = (await sanne.asks(demo.card["bot"], "verzoeken zaanstreek"))["body"]

    assert "Daan Visser" in requests
    assert "gemeente Purmerend" in requests


async def test_pages_answer(demo: Demo, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{demo.card['web']}/readyz") as response:
        assert response.status == 200


async def test_people_wrote_posts_and_commented(demo: Demo, http: aiohttp.ClientSession) -> None:
    willem = await signs_in(http, demo.card, "willem")

    listed = (await willem.asks(demo.card["bot"], "blogs poelenburg"))["body"]
    assert "Drie plannen voor het plein · Pieter Jansen" in listed
    assert "2 reacties" in listed
    shown = (await willem.asks(demo.card["bot"], "1"))["body"]
    assert "een terras en een podium" in shown
    voted = (await willem.asks(demo.card["bot"], "peilingen poelenburg"))["body"]
    assert "Welk plan kiest u?" in voted
    assert "Drie plannen" in (await willem.asks(demo.card["bot"], "meedenken poelenburg"))["body"]
    assert "Er zijn geen blogs" in (await willem.asks(demo.card["bot"], "blogs zaanstreek"))["body"]


async def test_people_shared_files_that_are_found_by_what_is_in_them(
    demo: Demo, http: aiohttp.ClientSession
) -> None:
    sanne, willem = [await signs_in(http, demo.card, login) for login in ("sanne", "willem")]
    bot = demo.card["bot"]

    listed = (await sanne.asks(bot, "bestanden zaanstreek"))["body"]
    assert "Regioplan jeugdzorg.odt" in listed
    assert "Wachttijden jeugdhulp.csv" in listed
    # What is in them is read beside all else.
    async with asyncio.timeout(120):
        while "Regioplan jeugdzorg.odt" not in (
            found := (await sanne.asks(bot, "zoek tachtigduizend euro per kind"))["body"]
        ):
            pass
    assert "Zaanstreek/Jeugdzorg" in found
    assert "Ik vind niets" in (await willem.asks(bot, "zoek regioplan"))["body"]


async def test_what_plein_mails_stands_on_a_page(demo: Demo, http: aiohttp.ClientSession) -> None:
    ingrid = await signs_in(http, demo.card, "ingrid")
    address = "o'smit&co@zaanstad.example"

    asked = (await ingrid.asks(demo.card["bot"], f"verifieer {address}"))["body"]
    assert "Welke code" in asked

    async def read() -> str:
        async with http.get(demo.card["mailbox"]) as response:
            return await response.text()

    # The chat answers at once; the mail goes out beside it.
    async with asyncio.timeout(60):
        while not (code := re.search(r"<h2>[^<]*?(\d{6})", page := await read())):
            await ingrid.asks(demo.card["bot"], "deelsites")
    assert escape(address) in page
    assert "Dank u" in (await ingrid.asks(demo.card["bot"], code[1]))["body"]


async def test_a_second_one_in_the_same_folder_is_refused_and_harms_nothing(
    demo: Demo, doorstep: Doorstep
) -> None:
    before = demo.card

    assert "Another demo is running" in await doorstep.refuses("--fresh")

    assert demo.card == before


async def test_taken_ports_are_named(demo: Demo, doorstep: Doorstep, tmp_path: Path) -> None:
    other = Doorstep(tmp_path, port=doorstep.port)
    trouble = await other.refuses()
    assert f"127.0.0.1:{doorstep.port}" in trouble
    assert "--port" in trouble

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        web_port = taken.getsockname()[1]
        trouble = await Doorstep(tmp_path, web_port=web_port).refuses()
        mailbox_trouble = await Doorstep(tmp_path, mailbox_port=web_port).refuses()
        smtp_trouble = await Doorstep(tmp_path, smtp_port=web_port).refuses()
    assert f"127.0.0.1:{web_port}" in trouble
    assert "--web-port" in trouble
    assert f"127.0.0.1:{web_port}" in mailbox_trouble
    assert "--mailbox-port" in mailbox_trouble
    assert "--smtp-port" in smtp_trouble


async def test_the_rest_of_its_life(
    demo: Demo, doorstep: Doorstep, http: aiohttp.ClientSession
) -> None:
    """Started again, its homeserver killed, begun anew, killed while it fills the square.

    No test comes after this one.
    """
    folder, first = doorstep.folder, demo.card
    assert await whole_square(http, first) == expected_square()
    sanne = await signs_in(http, first, "sanne")
    assert max((await rooms_of(sanne)).values()) <= 2  # `Leden` of two subsites
    said = await heard_in(sanne, "Jeugdzorg")
    jeugdzorg = square.ZAANSTREEK.groups[0]
    assert said == [text for _, text in (*jeugdzorg.said, *jeugdzorg.files)]
    assert await demo.stops() == 0

    async with doorstep.demo() as demo:
        await demo.says(READY)
        assert demo.card == first
        assert await whole_square(http, first) == expected_square()
        assert "recovery key" not in "".join(demo.said)
        assert "reserve" not in "".join(demo.said)
        os.kill(homeserver_of(demo.process.pid), signal.SIGKILL)
        assert await demo.ends() == 1
        trouble = await demo.trouble()
        assert "Synapse stopped by itself" in trouble
        assert "Traceback" not in trouble

    (folder / "plein-demo/plein.db").unlink()
    trouble = await doorstep.refuses()
    assert "lacks plein.db" in trouble
    assert "--fresh" in trouble

    (folder / "plein-demo/mine.txt").write_text("not the demo's")
    async with doorstep.demo("--fresh") as demo:
        await demo.says("people are known")
        await demo.stops(signal.SIGKILL)
        assert not (folder / "plein-demo/demo.json").exists()
    async with doorstep.demo() as demo:
        await demo.says(READY)
        fresh = demo.card
        assert {s["slug"] for s in fresh["subsites"]} == {s["slug"] for s in first["subsites"]}
        assert not {s["room_id"] for s in fresh["subsites"]} & {
            s["room_id"] for s in first["subsites"]
        }
        assert await demo.stops(signal.SIGTERM) == 0
    assert (folder / "plein-demo/mine.txt").exists()


async def heard_in(person: Person, name: str) -> list[str]:
    """What was said in the room of this name, oldest first."""
    for room in (await person.call("GET", "joined_rooms"))["joined_rooms"]:
        if (await person.state(room)).get(_NAME, {}).get("name") == name:
            query = [("dir", "f"), ("limit", "100")]
            chunk = (await person.call("GET", f"rooms/{room}/messages", query=query))["chunk"]
            return [e["content"]["body"] for e in chunk if e["type"] == "m.room.message"]
    raise AssertionError(f"{person.user_id} is in no room called {name}")


def homeserver_of(pid: int) -> int:
    """Which of the demo's children is Synapse; the other is plein-email."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    (child,) = [
        child for child in children if b"synapse" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    return int(child)
