"""One use of a command: who, where, and what it may touch."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from plein_bot.actions import people, places
from plein_bot.actions import reading as rights
from plein_bot.actions.acts import Act
from plein_bot.commands import reading
from plein_bot.commands.replies import Choice, Question, Unconfirmed
from plein_bot.domain.ids import EventId, RoomId, UserId, user_id
from plein_bot.domain.people import Person
from plein_bot.domain.sentences import Sentence, Text
from plein_bot.domain.standing import Standing
from plein_bot.locale import moments

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Call:
    """`here` is the room where it was typed; `may_ask` in a direct chat, where answers come back.

    `language` is that of the person. `confirmed` is the fingerprint that they said yes to.
    `pills` are the people linked in the line. `event` is the message that was typed, `reply_to`
    the one that it answers, `body` the text under its first line.
    """

    act: Act
    here: RoomId
    may_ask: bool
    language: str
    event: EventId
    reply_to: EventId | None = None
    body: str = ""
    confirmed: str | None = None
    pills: tuple[UserId, ...] = ()
    shown: tuple[str, ...] = ()

    def ask(
        self,
        parameter: str,
        text: Sentence | Text,
        choices: tuple[Choice, ...] = (),
        *,
        otherwise: Value,
        may_skip: bool = False,
        several: bool = False,
    ) -> Value:
        """Ask for what is missing; in a room, where nothing is asked, take `otherwise`."""
        if self.may_ask:
            raise Question(parameter, text, choices, may_skip=may_skip, several=several)
        return otherwise

    def confirm(
        self,
        preview: Sentence | Text,
        *situation: object,
        line: str | None = None,
        instead: tuple[str, ...] = (),
        words: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        """Go on only after a yes to exactly this; a changed situation is previewed again.

        `line` says the same as what was typed, for when that has another meaning once it is half
        done: a name, say, of somebody who is no longer there. The preview may offer other command
        lines, `instead`, by number, or by one of `words` with something behind it.
        """
        whole = repr((self.act.actor, situation)).encode()
        fingerprint = hashlib.sha256(whole).hexdigest()[:16]
        if self.confirmed != fingerprint:
            raise Unconfirmed(preview, fingerprint, line, instead, words)

    async def place(self, text: str) -> Standing:
        """The place that the person means, also by its number in the list just shown."""
        number = reading.number(text) or 0
        if number <= len(self.shown) and number and not user_id(self.shown[number - 1]):
            text = self.shown[number - 1]
        return await places.find(self.act, text, self.here)

    def moment(self, text: str, *, at_end: bool = False) -> datetime:
        """The moment that the person means, in UTC; say it back. Raises Refusal.

        With `at_end` a day without a time is the end of that day.
        """
        zone = ZoneInfo(self.act.plein.timezone)
        return moments.read(text, zone, datetime.now(UTC), at_end=at_end)

    async def me(self) -> Person:
        return await people.recognise(self.act, self.act.actor)

    async def person(self, text: str, concerned: Iterable[RoomId]) -> Person:
        """Who is meant (`people.find`)."""
        user = await people.find(self.act, text, self.pills, self.shown, concerned)
        return await people.recognise(self.act, user)

    async def author(self, text: str, rooms: Collection[RoomId]) -> Person:
        """Whose words are looked for, among those of whom the actor may know."""
        known = await rights.present_in(self.act, rooms)
        user = await people.find(self.act, text, self.pills, self.shown, known, begins=True)
        return await people.recognise(self.act, user)
