"""Bridge, homeserver and Postfix killed in turn under load both ways: nothing lost or doubled.

`make chaos-email N=20 MAILS=500` is the long way. What SMTP cannot promise: who is killed between
the other's 250 and writing it down hands the same mail over again, with the same Message-ID. And
Postfix brings what had to wait in any order; so the order is that in which it was taken.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import re
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import aiohttp
import aiosmtplib
import pytest
import yaml
from sqlalchemy.engine import make_url

from bridges.common.programs import ready
from bridges.email.cli import PROGRAM
from bridges.email.config import Settings
from bridges.email.store import letters
from plein_bot.homeserver import child
from tests.bridges.email import postfix
from tests.bridges.email.bridges import API_SECRET, DOMAIN, homeserver_for_bridges, settings
from tests.bridges.email.postfix import Postfix
from tests.synapse.harness import Synapse, free_port
from tests.synapse.people import Person
from tests.synapse.strangers import safe

logger = logging.getLogger(__name__)

pytestmark = [pytest.mark.synapse, pytest.mark.chaos, pytest.mark.timeout(3600)]

ROOT = Path(__file__).parents[3]
PLACE = f"zaanstreek@{DOMAIN}"
KILLS = min(int(os.environ.get("PLEIN_CHAOS") or 3), 100)
PEOPLE = ("jan", "truus", "kees")
# Mails in each direction, divided over the people.
MAILS = max(4, int(os.environ.get("PLEIN_MAILS") or 30) // len(PEOPLE))

Holds = Callable[[list[str], set[tuple[str, str]]], bool]


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail in the mailbox of the world. Ids of Postfix's queue sort as they were given."""

    to: str
    queue_id: str
    message_id: str
    speech: str


@dataclass
class World:
    """The mail server, before the bridge and behind it, and what it has brought to people."""

    postfix: Postfix
    _known: dict[str, Taken] = field(default_factory=dict)

    def taken(self) -> list[Taken]:
        """In the order in which they were handed over."""
        for file in self.postfix.box.glob("new/*"):
            if file.name not in self._known:
                head, _, body = file.read_bytes().partition(b"\n\n")
                mail = message_from_bytes(head, policy=policy.compat32)
                own = re.search(r"\(Postfix\) with \w+ id (\w+)", str(mail["Received"]))
                said = re.search(rb"\w+ zegt \d+\.", body)
                assert own
                self._known[file.name] = Taken(
                    str(mail["Delivered-To"]),
                    own[1],
                    str(mail["Message-ID"]),
                    said[0].decode() if said else "",
                )
        return sorted(self._known.values(), key=lambda one: one.queue_id)


@dataclass
class Bridge:
    """plein-email as a process."""

    config: Path
    _process: asyncio.subprocess.Process | None = None
    _reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", child.__file__, str(os.getpid())),
            *("bridges.email.cli", "run", "--config", str(self.config)),
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._process.stderr
        said = ""
        while ready(PROGRAM) not in said:
            line = (await self._process.stderr.readline()).decode()
            assert line, f"plein-email did not start: {said}"
            said += line
        self._reading = asyncio.create_task(self._read(self._process.stderr))

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while await stream.readline():
            pass

    async def kill(self) -> None:
        assert self._process
        self._process.kill()
        await self._process.wait()
        if self._reading:
            await self._reading


@dataclass
class Scene:
    synapse: Synapse
    bot: Person
    official: Person
    bridge: Bridge
    world: World
    chosen: Settings
    room: str = ""

    async def again(self, number: int) -> None:
        """Kill one of the three, and start it again."""
        match number % 3:
            case 0:
                await self.bridge.kill()
                await self.bridge.start()
            case 1:
                await self.synapse.process.kill()
                await self.synapse.process.start()
            case _:
                await self.world.postfix.kill()
                await self.world.postfix.start()

    async def mails(self, name: str, number: int) -> None:
        """As a mail program does: the same mail until Postfix has taken it."""
        mail = EmailMessage()
        mail["From"] = f"{name} <{name}@buiten.example>"
        mail["To"] = PLACE
        mail["Message-ID"] = f"<{name}-{number}@buiten.example>"
        if number:
            mail["In-Reply-To"] = f"<{name}-0@buiten.example>"
        mail.set_content(f"{name} zegt {number}.")
        while True:
            try:
                await aiosmtplib.send(
                    mail,
                    sender=f"{name}@buiten.example",
                    hostname="127.0.0.1",
                    port=self.world.postfix.port,
                    start_tls=False,
                )
            except (aiosmtplib.SMTPException, OSError):
                await asyncio.sleep(0.1)
            else:
                return

    async def says(self, number: int) -> None:
        """As a client does: the same message until it is heard."""
        path = f"rooms/{safe(self.room)}/send/m.room.message/ambtenaar-{number}"
        content = {"msgtype": "m.text", "body": f"Ambtenaar zegt {number}."}
        while True:
            try:
                status, _ = await self.official.tries("PUT", path, content)
            except (aiohttp.ClientError, TimeoutError, ValueError):
                status = 500
            if status == 200:
                return
            await asyncio.sleep(0.1)

    async def room_says(self) -> list[str]:
        """All that was said, from the first on; empty while the homeserver is away."""
        said: list[str] = []
        since: list[tuple[str, str]] = []
        try:
            while True:
                query = [("dir", "f"), ("limit", "500"), *since]
                path = f"rooms/{safe(self.room)}/messages"
                page = await self.official.call("GET", path, query=query)
                for event in page["chunk"]:
                    if event["type"] == "m.room.message":
                        said.append(event["content"]["body"])
                if "end" not in page:
                    return said
                since = [("from", page["end"])]
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return []


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    if reason := postfix.missing():
        pytest.skip(reason)
    async with (
        homeserver_for_bridges(tmp_path) as (synapse, port),
        _scene(synapse, port, tmp_path) as scene,
    ):
        yield scene


@asynccontextmanager
async def _scene(synapse: Synapse, port: int, folder: Path) -> AsyncIterator[Scene]:
    bot = await synapse.person("plein", "Plein")
    official = await synapse.person("ambtenaar", "Annelies")
    smtp = free_port()
    chosen = settings(folder, synapse.url, bot.user_id, port, smtp)
    written = chosen.model_dump(mode="json")
    for section, key in (("bridge", "secret"), ("http", "api_secret")):
        written[section][key] = getattr(getattr(chosen, section), key).get_secret_value()
    config = folder / "plein-email.yaml"
    config.write_text(yaml.safe_dump(written))
    bridge = Bridge(config)
    assert chosen.incoming.lmtp_port
    async with postfix.running(smtp, chosen.incoming.lmtp_port) as mail:
        await bridge.start()
        try:
            yield Scene(synapse, bot, official, bridge, World(mail), chosen)
        finally:
            await bridge.kill()


async def test_each_once_and_in_order(scene: Scene) -> None:
    body = {
        "preset": "public_chat",
        "room_alias_name": "zaanstreek.publiek",
        "initial_state": [
            {"type": "nl.plein.group", "state_key": "", "content": {"slug": "publiek"}}
        ],
    }
    scene.room = (await scene.bot.call("POST", "createRoom", body))["room_id"]
    await scene.official.joins(scene.room)
    headers = {"Authorization": f"Bearer {API_SECRET}"}
    async with aiohttp.ClientSession(headers=headers) as plein:
        for name in PEOPLE:
            known = {"address": f"{name}@buiten.example", "name": name, "proof": "invitation"}
            url = f"{scene.chosen.http.public_url}/v1/people"
            async with plein.post(url, json=known) as response:
                assert response.status == 200
    # All take part before the official speaks, so that all are to hear all of it.
    for name in PEOPLE:
        await scene.mails(name, 0)
    await _until(scene, lambda said, _: sum(" zegt 0." in one for one in said) == len(PEOPLE))

    async def load(name: str) -> None:
        for number in range(1, MAILS):
            await scene.mails(name, number)

    async def speeches() -> None:
        for number in range(MAILS):
            await scene.says(number)

    async with asyncio.TaskGroup() as group:
        for name in PEOPLE:
            group.create_task(load(name))
        group.create_task(speeches())
        for number in range(KILLS):
            before = len(scene.world.taken())
            # A little further on each time; or not at all where there is nothing left to do.
            for _ in range(20):
                if len(scene.world.taken()) > before + 1:
                    break
                await asyncio.sleep(0.05)
            await scene.again(number)

    spoken = {f"{name} zegt {number}." for name in PEOPLE for number in range(MAILS)}
    await _until(scene, lambda said, _: spoken <= set(said))
    heard = {
        (f"{name}@buiten.example", f"{speaker} zegt {number}.")
        for name in PEOPLE
        for speaker in {"Ambtenaar", *PEOPLE} - {name}
        for number in range(1, MAILS)
    }
    await _until(scene, lambda _, mails: heard <= mails)

    said = await scene.room_says()
    assert Counter(said).most_common(1)[0][1] == 1
    mailed = [one for one in said if not one.startswith("Ambtenaar")]
    assert mailed == _as_they_came(scene), "said in the order in which the bridge took them"
    taken = scene.world.taken()
    for name in PEOPLE:
        mine = [one for one in taken if one.to == f"{name}@buiten.example"]
        first = dict.fromkeys((one.message_id, one.speech) for one in mine)
        assert len({mark for mark, _ in first}) == len(first), "a mail came twice, and differed"
        # The first words were said before everybody was there.
        order = [speech for _, speech in first if speech and not speech.endswith(" 0.")]
        others = [one for one in said if not one.startswith(name) and not one.endswith(" 0.")]
        assert order == others, "mailed in the order in which it was said"
    handed = {(one.to, one.message_id, one.queue_id) for one in taken}
    doubled = len(handed) - len({(one.to, one.message_id) for one in taken})
    logger.info(
        "%d kills: %d mails in, %d out, %d of them handed over twice, %d brought twice by Postfix",
        *(KILLS, len(mailed), len(handed), doubled, len(taken) - len(handed)),
    )
    assert doubled <= KILLS * len(PEOPLE), "more than were on their way at the kills"


def _as_they_came(scene: Scene) -> list[str]:
    """What citizens said, in the order in which the bridge answered their mails with 250."""
    speeches = {}
    for name, number in itertools.product(PEOPLE, range(MAILS)):
        message_id, author = f"{name}-{number}@buiten.example", f"{name}@buiten.example"
        known = letters.identity(message_id, b"", author, PLACE)
        speeches[known] = f"{name} zegt {number}."
    database = make_url(scene.chosen.bridge.database).database
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as stands:
        rows = stands.execute("SELECT identity FROM letters ORDER BY number").fetchall()
    return [speeches[identity] for (identity,) in rows if identity in speeches]


async def _until(scene: Scene, holds: Holds) -> None:
    """Look until it is so; say what is there where nothing more comes about for a while."""
    before, quiet = (0, 0), 0
    while quiet < 600:
        said, taken = await scene.room_says(), scene.world.taken()
        if holds(said, {(one.to, one.speech) for one in taken}):
            return
        now = len(said), len(taken)
        before, quiet = (now, 0) if now > before else (before, quiet + 1)
        await asyncio.sleep(0.1)
    raise AssertionError(f"{before[0]} in the room, {before[1]} mails")
