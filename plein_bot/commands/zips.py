"""The command for a zip of the files of a place, which is made in the background."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from plein_bot.actions import chats
from plein_bot.actions import zips as actions
from plein_bot.actions.acts import Act
from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Reply, went_wrong
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.commands.timers import when_due
from plein_bot.domain import files as file_rules
from plein_bot.domain import zips as rules
from plein_bot.domain.effects import Say
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Due
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.sentences import Sentence, Text, count, lines, paragraphs, say
from plein_bot.domain.timers import Timer
from plein_bot.domain.zips import ZIP, Made
from plein_bot.index import members, timers
from plein_bot.locale.languages import language

__all__ = ["ZIP", "apologise"]

_AT_ONCE = datetime.fromtimestamp(0, UTC)
_SIDE_BY_SIDE = 2
"""Zips being made at one time: each takes memory and disk."""

_PAUSE = 10.0
"""Seconds between two signs of how far it is."""

_MOST_TOLD = 5
"""Of what was left out; the list in the zip has all of it."""


@TABLE.command("file zip", "bestand zip", "files zip", "bestanden zip")
async def zip_(
    call: Call,
    place: Annotated[str, Dutch("plek")] = ".",
    *,
    folder: Annotated[str, Dutch("map")] = "",
) -> Reply:
    """Put the files of a place or a folder together in one file, here in our direct chat."""
    act = call.act
    standing = await call.place(place)
    path = file_rules.folder_path(folder)
    found = await actions.chosen(act, standing, path)
    alone = await members.alone_with(act.index, act.plein.bot, call.here) == act.actor
    subject = {
        "person": act.actor,
        "chat": call.here if alone else await chats.with_person(act, act.actor),
        "event": call.event if alone else "",
        "room": standing.place.room,
        "folder": path,
        "language": call.language,
    }
    name = f"{ZIP}:{act.cause}"
    if await actions.is_being_made(act, but=name):
        raise Refusal(say("I am still making a zip for you. Ask for another when it has come."))
    lane = f"zips {sum(act.actor.encode()) % _SIDE_BY_SIDE}"
    timer = Timer(name, ZIP, lane, _AT_ONCE, act.cause, subject)

    async def begin() -> None:
        await timers.set(act.index, timer)

    where = standing.place.full_name
    return Reply(
        count(
            len(found),
            "I am making a zip of one file in {place}. It comes here; you need not wait for it.",
            "I am making a zip of {n} files in {place}. It comes here; you need not wait for it.",
            place=f"{where}/{path}" if path else where,
        ),
        keeps_list=True,
        more_follows=True,
        then=begin,
    )


@dataclass
class _Progress:
    """`12 of 40 files`, in one notice that is edited, where it takes long."""

    act: Act
    subject: Mapping[str, Any]
    _told_at: float
    _notice: EventId | None = None

    async def __call__(self, done: int, of: int) -> None:
        if time.monotonic() - self._told_at < _PAUSE or done == of:
            return
        self._told_at = time.monotonic()
        text = say("{done} of {n} files", done=done, n=of)
        step = f"zipped:{done}" if self._notice else "zipped"
        try:
            said = await self.act.homeserver.say(
                _said(self.subject, text, step, edits=self._notice), self.act.cause
            )
        except TokenRevoked:
            raise
        except HomeserverError:
            return  # Nobody is worse off without it.
        self._notice = self._notice or said


def _said(
    subject: Mapping[str, Any],
    text: Sentence | Text,
    step: str,
    *,
    edits: EventId | None = None,
    reply_to: EventId | None = None,
) -> Say:
    return Say(
        RoomId(subject["chat"]), text, step, subject["language"], reply_to=reply_to, edits=edits
    )


@when_due(ZIP)
async def _due(act: Act, timer: Due) -> None:
    subject = timer.subject
    act = replace(act, actor=UserId(subject["person"]))
    words = language(subject["language"], act.plein.timezone)

    def written(made: Made) -> tuple[str, str]:
        title = f"{words.plain(say('Contents'))}.txt"
        listed = [words.plain(say("Files in this zip:")), *made.paths]
        if made.left_out:
            listed += ["", words.plain(say("Left out:"))]
            listed += [words.plain(rules.because(one)) for one in made.left_out]
        return title, "\r\n".join([*listed, ""])

    progress = _Progress(act, subject, time.monotonic())
    try:
        made = await actions.make(
            act, RoomId(subject["room"]), subject["folder"], written, progress
        )
        text = _answer(made)
    except Refusal as refusal:
        text = refusal.sentence
    await _answered(act, subject, text, "zip")


async def apologise(act: Act, timer: Due, number: int) -> None:
    await _answered(act, timer.subject, went_wrong(number), "sorry")


async def _answered(act: Act, subject: Mapping[str, Any], text: Sentence | Text, step: str) -> None:
    event = EventId(subject["event"]) if subject["event"] else None
    await act.homeserver.say(_said(subject, text, step, reply_to=event), act.cause)


def _answer(made: Made) -> Sentence | Text:
    told: Sentence | Text = (
        count(
            len(made.paths),
            "Here is “{name}” with one file. When that is taken away where it stands, I take the "
            "zip away here.",
            "Here is “{name}” with {n} files. When one of them is taken away where it stands, I "
            "take the zip away here.",
            name=made.name,
        )
        if made.paths
        else say("I have made no zip: every file had to be left out.")
    )
    if not made.left_out:
        return told
    few = [rules.because(one) for one in made.left_out[:_MOST_TOLD]]
    if (more := len(made.left_out) - len(few)) > 0:
        few.append(count(more, "And one more.", "And {n} more."))
    left = count(len(made.left_out), "One file was left out:", "{n} files were left out:")
    return paragraphs(told, lines(left, *few))
