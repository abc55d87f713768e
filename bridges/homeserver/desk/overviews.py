"""What do the staff see of their links, and of what crossed them?

Of what the others kept back they see how much and by which rule, not who it was.
"""

import asyncio
import csv
import io
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bridges.common.words import Sentence, in_words, say
from bridges.homeserver.desk import asking, letters, rooms, wording
from bridges.homeserver.desk.agreements import RELAY
from bridges.homeserver.desk.asking import Asked
from bridges.homeserver.desk.decisions import mine
from bridges.homeserver.desk.lines import Line
from bridges.homeserver.desk.staff import is_staff
from bridges.homeserver.sides import Side, Sides
from bridges.homeserver.store import audits, crossings, links, notices
from bridges.homeserver.store.audits import CROSSED, Entry
from bridges.homeserver.store.crossings import CrossingState
from bridges.homeserver.store.database import Store
from bridges.homeserver.store.links import End, Link, LinkState

_MOST = 20
_LIVE = (LinkState.OFFERED, LinkState.ACTIVE, LinkState.PAUSED)
_LATELY = 14 * 86_400.0
"""For how long is shown what has ended, and why."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Overviews:
    store: Store
    sides: Sides

    async def list(self, asked: Asked) -> None:
        """In a room its own links, in the direct chat those of all rooms that they manage."""
        if not asked.alone:
            await asking.managed(asked, asked.room)
        async with self.store.session() as session:
            side = asked.side.name
            every = (
                await links.all_of(session, side)
                if asked.alone
                else await links.of_room(session, side, asked.room)
            )
        live = [(one, end) for one in every if _is_shown(one) and (end := mine(one, asked))]
        if asked.alone:
            managed = await self._managed(asked, {end.room for _, end in live})
            live = [(one, end) for one, end in live if end.room in managed]
        told = [await self._line(one, end) for one, end in live[:_MOST]]
        if len(live) > _MOST:
            told.append(say("And {number} more.", number=len(live) - _MOST))
        await self._answer(asked, *(told or [self._nothing(asked)]))

    async def audit(self, asked: Asked, line: Line) -> None:
        async with self.store.session() as session:
            link = await links.get(session, line.number) if line.number is not None else None
        end = mine(link, asked) if link else None
        if link is None or end is None:
            raise asking.no_link(asked, line.number)
        await asking.of_link(asked, link.number, end.room)
        told = [await self._line(link, end)]
        async with self.store.session() as session:
            if not asked.alone:
                told.append(
                    say(
                        "The whole list, as a table: `audit {number}` in a direct chat with me.",
                        number=link.number,
                    )
                )
            else:
                entries = await audits.of_link(session, link.number)
                text = _table(entries, end, asked.side)
                name = f"{in_words(say('link'), asked.side.language)}-{link.number}.csv"
                file = letters.file(asked.side, asked.room, asked.event_id, name, text)
                await notices.write(session, [file], time.time())
            one = letters.answer(asked.side, asked.room, asked.event_id, *told)
            await notices.write(session, [one], time.time())

    async def help(self, asked: Asked) -> None:
        names = ", ".join(
            f"{one.name} ({wording.called(one)})"
            for one in self.sides.values()
            if one.name != asked.side.name
        )
        noun = say("relay")
        mark = Sentence("" if asked.alone else "!{noun} ", {"noun": noun})
        await self._answer(
            asked,
            say("I share rooms with: {names}. Who manages a room can type:", names=names),
            *(Sentence(one.text, {"mark": mark}) for one in _HELP),
        )

    def _nothing(self, asked: Asked) -> Sentence:
        if asked.alone:
            return say("No room that you manage is shared or offered.")
        return say("This room is not shared, nor offered. `!relay help` tells how.")

    async def _managed(self, asked: Asked, ids: set[str]) -> set[str]:
        at_once = asyncio.Semaphore(10)

        async def is_managed(room_id: str) -> bool:
            async with at_once:
                room = await rooms.look(asked.side, room_id, asked.person)
            return room is not None and is_staff(room, asked.person)

        every = sorted(ids)
        found = await asyncio.gather(*map(is_managed, every))
        return {room for room, yes in zip(every, found, strict=True) if yes}

    async def _line(self, link: Link, end: End) -> Sentence:
        async with self.store.session() as session:
            counted = await audits.counted(session, link.number)
        offers = end == link.offering
        far = self.sides[link.accepting_side if offers else link.offering.side]
        out = sum(n for (to, what), n in counted.items() if to != end.side and what == CROSSED)
        came = sum(n for (to, what), n in counted.items() if to == end.side and what == CROSSED)
        kept: dict[str, int] = {}
        for (_, what), number in counted.items():
            if what != CROSSED:
                kept[what] = kept.get(what, 0) + number
        parts = [
            say(
                "Link {number} with {organisation}: {state}.",
                number=link.number,
                organisation=wording.called(far),
                state=_state(link),
            ),
            say("What crosses: {rules}.", rules=wording.what_crosses(link, end)),
        ]
        if out or came:
            parts.append(say("Out: {out}, in: {came}.", out=out, came=came))
        if kept:
            rules = [
                Sentence("{rule} {number}", {"rule": wording.outcome(rule), "number": number})
                for rule, number in sorted(kept.items())
            ]
            parts.append(say("What did not cross: {rules}.", rules=wording.listed(rules)))
        async with self.store.session() as session:
            waits = await crossings.waiting(session, link.number)
            kept_out = await crossings.outside(session)
        if link.state is LinkState.ACTIVE and far.name in self.sides.silent():
            organisation = wording.called(far)
            parts.append(
                say(
                    "The homeserver of {organisation} does not answer now; what is said waits.",
                    organisation=organisation,
                )
            )
        if late := waits.get(CrossingState.WAITING):
            parts.append(say("Yet to cross: {number}.", number=late))
        for side in (end.side, far.name):
            if number := kept_out.get((link.number, side), 0):
                where = wording.called(self.sides[side])
                parts.append(
                    say(
                        "Not let in, until I may invite people in the room of {organisation}: "
                        "{number}.",
                        number=number,
                        organisation=where,
                    )
                )
        if failed := waits.get(CrossingState.ASIDE):
            parts.append(say("Failed, and left to who runs the relay: {number}.", number=failed))
        resting = [wording.called(self.sides[one]) for one in sorted(link.resting - {RELAY})]
        if resting:
            parts.append(say("Put to rest by: {names}.", names=", ".join(resting)))
        if RELAY in link.resting:
            parts.append(_INTERRUPTED.get(link.reason, _INTERRUPTED["replaced"]))
        elif link.reason:
            parts.append(say("The reason given: {reason}", reason=link.reason))
        return wording.listed(parts, " ")

    async def _answer(self, asked: Asked, *paragraphs: Sentence) -> None:
        one = letters.answer(asked.side, asked.room, asked.event_id, *paragraphs)
        async with self.store.session() as session:
            await notices.write(session, [one], time.time())


_INTERRUPTED = {
    "encrypted": say("One of the rooms was encrypted."),
    "replaced": say("One of the rooms goes on in another."),
}


def _is_shown(link: Link) -> bool:
    return link.state in _LIVE or time.time() - link.since < _LATELY


def _state(link: Link) -> Sentence:
    match link.state:
        case LinkState.OFFERED:
            return say("offered")
        case LinkState.ACTIVE:
            return say("works")
        case LinkState.PAUSED:
            return say("rests")
        case LinkState.REFUSED:
            return say("turned down")
        case LinkState.STOPPED:
            return say("ended")


def _table(entries: Iterable[Entry], end: End, side: Side) -> str:
    """As Excel reads it in the Netherlands; nothing in it becomes a formula."""
    into = io.StringIO()
    writer = csv.writer(into, delimiter=";", lineterminator="\r\n")
    heads = (
        say("when (UTC)"),
        say("direction"),
        say("what"),
        say("bytes"),
        say("who"),
        say("event"),
        say("outcome"),
    )
    writer.writerow(in_words(head, side.language) for head in heads)
    out, came = (in_words(one, side.language) for one in (say("out"), say("in")))
    for entry in entries:
        inward = entry.side == end.side
        # Who of the others was kept back is known to their staff.
        hidden = inward and entry.outcome != CROSSED
        row = (
            datetime.fromtimestamp(entry.at, UTC).strftime("%Y-%m-%d %H:%M:%S"),
            came if inward else out,
            entry.kind,
            str(entry.size),
            "" if hidden else entry.sender,
            "" if hidden else entry.event_id,
            in_words(wording.outcome(entry.outcome), side.language),
        )
        writer.writerow(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row)
    return into.getvalue()


_HELP = (
    say("`{mark}offer <side> [#room:server]` offers a room to another organisation."),
    say("`{mark}accept <number>` accepts an offer, after showing what it means."),
    say("`{mark}refuse <number>` turns an offer down."),
    say("`{mark}list` shows what is shared and offered."),
    say("`{mark}pause <number>` lets a link rest, `{mark}resume <number>` lets it go on."),
    say("`{mark}stop <number> [reason]` ends it, at once."),
    say("`{mark}set <number> <rule> <value>` changes what crosses; `{mark}set <number>` says how."),
    say("`{mark}audit <number>` tells what crossed, and what did not and why."),
)
