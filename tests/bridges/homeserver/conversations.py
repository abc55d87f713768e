"""A conversation at random, from all sides at once: the same seed makes the same plan.

What is answered, edited or taken back is chosen among what the person sees in their own room at
that moment, whoever said it and wherever. People edit and take back only what they said themselves.
"""

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field

from yarl import URL

from tests.bridges.homeserver.readers import Away, Reader
from tests.synapse.people import Person
from tests.synapse.strangers import Json, safe

WORDS = (
    *("dijk", "brug", "Zaandijk", "€", "‘gouden’", "🙂", "<b>geen", "opmaak</b>", "&", "“beleid”"),
    *(
        "**vet**",
        "https://example.org/a?b=c&d#e",
        "👩‍👩‍👧",
        "zo\nnieuwe",
        "re\u0301gel",
        "\tà",
        "שלום",
    ),
)
POSTS = "nl.plein.post"
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
WHEN = {
    "poll": (0.0, 0.3),
    "vote": (0.4, 0.8),
    "end": (0.8, 1.0),
    **dict.fromkeys(("edit", "reaction", "thread", "redaction", "pins"), (0.2, 1.0)),
}
"""In what part of the conversation: what there is nothing for yet becomes a message instead."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody does. `number` is its own in the whole conversation."""

    number: int
    kind: str
    side: int
    person: int


def plan(
    seed: str, messages: int, sides: int, people: int, without: tuple[str, ...] = ()
) -> list[Act]:
    """So much of everything for so many messages, in random order and by random people."""
    many = {
        "message": messages,
        "edit": messages // 5,
        "reaction": messages // 5,
        "thread": messages // 20,
        "redaction": messages // 20,
        "file": 3 * messages // 100,
        "sticker": messages // 100,
        "poll": messages // 100,
        "vote": messages // 50,
        "end": messages // 200,
        "pins": messages // 100,
        "topic": messages // 100,
    }
    chance = random.Random(seed)
    places = [
        (first + (last - first) * chance.random(), kind)
        for kind, number in many.items()
        if kind not in without
        for _ in range(max(1, number))
        for first, last in [WHEN.get(kind, (0, 1))]
    ]
    kinds = [kind for _, kind in sorted(places)]
    acts = []
    for number, kind in enumerate(kinds):
        # Whoever sets a topic or pins has power in the room; and two who set the same thing at the
        # same time on two sides each have the other's last.
        side = {"topic": 0, "pins": sides - 1}.get(kind, chance.randrange(sides))
        person = 0 if kind in ("topic", "pins") else chance.randrange(people)
        acts.append(Act(number, kind, side, person))
    return acts


@dataclass
class Side:
    """A room, who talks in it, and what they see there. The first of them made the room."""

    reader: Reader
    people: list[Person]
    events: list[Json] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    _since: str | None = None

    @property
    def room(self) -> str:
        return self.reader.room

    async def look(self) -> None:
        query = [("dir", "f"), ("limit", "500")]
        if self._since:
            query.append(("from", self._since))
        path = f"rooms/{safe(self.room)}/messages"
        page = await self.people[0].call("GET", path, query=query)
        self._since = page.get("end", self._since)
        known = {event["event_id"] for event in self.events[-600:]}
        for event in page["chunk"]:
            if event["event_id"] not in known:
                self.events.append(event)

    def choices(self, *kinds: str, by: Person | None = None) -> list[Json]:
        """What can be answered now, or what somebody said themselves; not yet taken back."""
        return [
            event
            for event in self.events[-200:]
            if event["type"] in kinds
            and event["event_id"] not in self.gone
            and event["content"]
            and "plein-relay" not in event["sender"]
            and "m.new_content" not in event["content"]
            and (by is None or event["sender"] == by.user_id)
        ]


@dataclass
class Conversation:
    """Carried out by everybody at once; each does their own acts in order."""

    sides: list[Side]
    seed: str
    done: Counter[str] = field(default_factory=Counter)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def reaches(self, acts: int) -> None:
        """Wait until so much is done."""
        async with self._news:
            await self._news.wait_for(lambda: self.done.total() >= acts)

    async def last_words(self) -> None:
        """Somebody on each side says something more, after which all the rest has crossed."""
        for number, side in enumerate(self.sides):
            mark = f"{self.seed}-last-{number}"
            await _Doing(side, side.people[0], random.Random(mark), mark).message()

    async def carry_out(self, acts: list[Act]) -> None:
        lanes: dict[tuple[int, int], list[Act]] = {}
        for act in acts:
            lanes.setdefault((act.side, act.person), []).append(act)
        async with asyncio.TaskGroup() as group:
            for lane in lanes.values():
                group.create_task(self._one_after_the_other(lane))

    async def _one_after_the_other(self, acts: list[Act]) -> None:
        for act in acts:
            await self._does(act)
            self.done[act.kind] += 1
            async with self._news:
                self._news.notify_all()

    async def _does(self, act: Act) -> None:
        side = self.sides[act.side]
        person = side.people[act.person]
        chance = random.Random(f"{self.seed}-{act.number}")
        # Where the homeserver is away, what is known already is enough to choose from.
        with contextlib.suppress(*Away):
            await side.look()
        what = _Doing(side, person, chance, f"{self.seed}-{act.number}")
        await getattr(what, act.kind)()


@dataclass
class _Doing:
    """One act, tried as a client does: the same again until it is heard."""

    side: Side
    person: Person
    chance: random.Random
    mark: str

    async def message(self) -> None:
        content: Json = self._text()
        earlier = self.side.choices("m.room.message")
        if earlier and self.chance.random() < 0.3:
            answered = self.chance.choice(earlier)
            relation: Json = {"m.in_reply_to": {"event_id": answered["event_id"]}}
            if (answered["content"].get("m.relates_to") or {}).get("rel_type") == "m.thread":
                relation |= answered["content"]["m.relates_to"] | relation
            content["m.relates_to"] = relation
            content["m.mentions"] = {"user_ids": [answered["sender"]]}
        if self.chance.random() < 0.1:
            content[POSTS] = {"title": f"Bericht {self.mark}", "kind": "news", "version": 1}
        await self._sends("m.room.message", content)

    async def thread(self) -> None:
        earlier = [
            event
            for event in self.side.choices("m.room.message")
            if "rel_type" not in (event["content"].get("m.relates_to") or {})
        ]
        if not earlier:
            return await self.message()
        root = self.chance.choice(earlier)["event_id"]
        last = root
        for number in range(self.chance.randint(1, 3)):
            content = self._text() | {
                "m.relates_to": {
                    "rel_type": "m.thread",
                    "event_id": root,
                    "is_falling_back": True,
                    "m.in_reply_to": {"event_id": last},
                }
            }
            last = await self._sends("m.room.message", content, f"-{number}")
        return None

    async def edit(self) -> None:
        mine = [
            event
            for event in self.side.choices("m.room.message", by=self.person)
            if event["content"].get("msgtype") == "m.text"
        ]
        if not mine:
            return await self.message()
        edited = self.chance.choice(mine)
        new = self._text()
        content = new | {
            "body": f"* {new['body']}",
            "m.new_content": new,
            "m.relates_to": {"rel_type": "m.replace", "event_id": edited["event_id"]},
        }
        await self._sends("m.room.message", content)
        return None

    async def reaction(self) -> None:
        earlier = self.side.choices("m.room.message", "m.sticker")
        if not earlier:
            return await self.message()
        # A key of its own: the same twice by the same person is refused.
        relation = {
            "rel_type": "m.annotation",
            "event_id": self.chance.choice(earlier)["event_id"],
            "key": f"{self.chance.choice('👍🎉❤️')} {self.mark}",
        }
        await self._sends("m.reaction", {"m.relates_to": relation})
        return None

    async def redaction(self) -> None:
        mine = self.side.choices("m.room.message", "m.reaction", "m.sticker", by=self.person)
        if not mine:
            return await self.message()
        event = str(self.chance.choice(mine)["event_id"])
        self.side.gone.add(event)
        path = f"rooms/{safe(self.side.room)}/redact/{safe(event)}/{self.mark}"
        await self._until_heard("PUT", path, {"reason": "verkeerde knop"})
        return None

    async def file(self) -> None:
        kind, mime, begin = self.chance.choice(
            (
                ("m.file", "application/pdf", b"%PDF-1.7\n"),
                ("m.image", "image/png", _PNG),
                ("m.audio", "audio/ogg", b"OggS"),
            )
        )
        data = begin + self.chance.randbytes(self.chance.choice((0, 17, 5_000, 300_000)))
        content: Json = {
            "msgtype": kind,
            "body": f"bijlage {self.mark}.bin",
            "filename": f"bijlage {self.mark}.bin",
            "info": {"mimetype": mime, "size": len(data)},
            "url": await self._uploads(data, mime),
        }
        if kind == "m.image":
            content["info"] |= {
                "w": 4,
                "h": 3,
                "thumbnail_url": await self._uploads(_JPEG + data[:99], "image/jpeg"),
                "thumbnail_info": {"mimetype": "image/jpeg", "size": len(_JPEG + data[:99])},
            }
        await self._sends("m.room.message", content)

    async def sticker(self) -> None:
        info = {"mimetype": "image/png", "w": 8, "h": 8}
        url = await self._uploads(_PNG + self.mark.encode(), "image/png")
        await self._sends("m.sticker", {"body": f"sticker {self.mark}", "info": info, "url": url})

    async def poll(self) -> None:
        answers = [
            {"id": f"a{number}", "org.matrix.msc1767.text": f"Antwoord {number}"}
            for number in range(3)
        ]
        start = {
            "kind": "org.matrix.msc3381.poll.disclosed",
            "max_selections": 1,
            "question": {"org.matrix.msc1767.text": f"Vraag {self.mark}?", "msgtype": "m.text"},
            "answers": answers,
        }
        content = {
            "org.matrix.msc3381.poll.start": start,
            "org.matrix.msc1767.text": f"Vraag {self.mark}?",
        }
        await self._sends("org.matrix.msc3381.poll.start", content)

    async def vote(self) -> None:
        polls = self.side.choices("org.matrix.msc3381.poll.start")
        if not polls:
            return await self.poll()
        chosen = {"answers": [self.chance.choice(("a0", "a1", "a2"))]}
        await self._about(self.chance.choice(polls), "response", chosen)
        return None

    async def end(self) -> None:
        polls = self.side.choices("org.matrix.msc3381.poll.start", by=self.person)
        if not polls:
            return await self.poll()
        await self._about(self.chance.choice(polls), "end", {})
        return None

    async def topic(self) -> None:
        path = f"rooms/{safe(self.side.room)}/state/m.room.topic/"
        await self._until_heard("PUT", path, {"topic": f"Onderwerp {self.mark} & meer"})

    async def pins(self) -> None:
        earlier = self.side.choices("m.room.message")
        if not earlier:
            return await self.message()
        pinned = [event["event_id"] for event in self.chance.sample(earlier, min(2, len(earlier)))]
        path = f"rooms/{safe(self.side.room)}/state/m.room.pinned_events/"
        await self._until_heard("PUT", path, {"pinned": pinned})
        return None

    def _text(self) -> Json:
        words = self.chance.choices(WORDS, k=self.chance.choice((1, 5, 20, 200)))
        body = f"{self.mark} {' '.join(words)}"
        content: Json = {"msgtype": self.chance.choice(("m.text",) * 8 + ("m.emote", "m.notice"))}
        content["body"] = body
        if self.chance.random() < 0.3:
            somebody = self.chance.choice(
                [one["sender"] for one in self.side.choices("m.room.message", "m.room.member")]
            )
            linked = f"https://matrix.to/#/{somebody}"
            content |= {
                "format": "org.matrix.custom.html",
                "formatted_body": f'<p>{self.mark} <strong>vet</strong> <a href="{linked}">U</a>'
                "<ul><li>één</li></ul></p>",
                "m.mentions": {"user_ids": [somebody]},
            }
        return content

    async def _about(self, poll: Json, what: str, chosen: Json) -> None:
        kind = f"org.matrix.msc3381.poll.{what}"
        relation = {"rel_type": "m.reference", "event_id": poll["event_id"]}
        content: Json = {kind: chosen, "m.relates_to": relation}
        if what == "end":
            content["org.matrix.msc1767.text"] = "Afgelopen"
        await self._sends(kind, content)

    async def _sends(self, kind: str, content: Json, part: str = "") -> str:
        path = f"rooms/{safe(self.side.room)}/send/{kind}/{self.mark}{part}"
        return str((await self._until_heard("PUT", path, content))["event_id"])

    async def _until_heard(self, method: str, path: str, content: Json) -> Json:
        while True:
            try:
                status, answer = await self.person.tries(method, path, content)
            except Away:
                status, answer = 500, {}
            if status < 400:
                return answer
            assert status >= 500 or status == 429, f"{path}: {status} {answer}"
            await asyncio.sleep(0.1)

    async def _uploads(self, data: bytes, mime: str) -> str:
        url = URL(f"{self.person.url}/_matrix/media/v3/upload")
        headers = {"Authorization": f"Bearer {self.person.token}", "Content-Type": mime}
        while True:
            try:
                async with self.person.http.post(url, data=data, headers=headers) as response:
                    answer: Json = await response.json()
                    if response.ok:
                        return str(answer["content_uri"])
                    assert response.status >= 500, answer
            except Away:
                pass
            await asyncio.sleep(0.1)
