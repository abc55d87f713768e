"""Each kind of work to whom it is for."""

from typing import assert_never

from plein_bot.actions import alarms, authors, chats, policies
from plein_bot.actions.acts import Acts
from plein_bot.commands import polls, rewriting, zips
from plein_bot.commands.answering import Answering
from plein_bot.commands.arrivals import Arrivals
from plein_bot.commands.drift import Drift
from plein_bot.commands.replies import went_wrong
from plein_bot.commands.timers import handler_of
from plein_bot.domain.effects import Say
from plein_bot.domain.events import (
    Alarm,
    Due,
    FileSent,
    InvitedHere,
    Line,
    ListChanged,
    MemberChanged,
    PollEnded,
    Reaction,
    Redacted,
    Spoken,
    StateChanged,
    Undecryptable,
    Work,
)
from plein_bot.index import preferences


class Attendant:
    """`names` are those by which the bot is addressed in a room."""

    def __init__(self, acts: Acts, names: tuple[str, ...]) -> None:
        self._acts = acts
        self._answering = Answering(acts, names)
        self._arrivals = Arrivals(acts, self._answering)
        self._drift = Drift(acts)

    def _is_of_a_ghost(self, work: Work) -> bool:
        """Who comes by a bridge runs no commands: a sender of mail is easily forged, and what was
        said on another homeserver was not said to this Plein."""
        match work.incoming:
            case Line(sender=sender) | FileSent(sender=sender) | Reaction(sender=sender):
                return self._acts.plein.is_of_a_bridge(sender)
            case _:
                return False

    async def attend(self, work: Work) -> None:
        if self._is_of_a_ghost(work):
            return
        match work.incoming:
            case Line():
                await self._answering.line(work.incoming)
            case FileSent():
                await self._answering.file(work.incoming)
            case Reaction():
                await self._arrivals.reacted(work.incoming)
            case InvitedHere():
                await self._arrivals.invited(work.incoming, work.key)
            case MemberChanged():
                await self._arrivals.changed(work.incoming)
            case StateChanged():
                await self._drift.changed(work.incoming)
            case ListChanged(room=room):
                await policies.list_changed(self._acts.by(self._acts.plein.bot, work.key), room)
            case PollEnded():
                await polls.ended(self._acts, work.incoming)
            case Due(what=what):
                await handler_of(what)(self._acts.by(self._acts.plein.bot, work.key), work.incoming)
            case Spoken():
                said = work.incoming
                await authors.spoken(self._acts.by(said.sender, work.key), said)
            case Redacted():
                await rewriting.taken_away(self._acts, work.incoming)
                await self._drift.redacted(work.incoming)
            case Alarm(room=room):
                await alarms.attend(self._acts.by(self._acts.plein.bot, work.key), room)
            case Undecryptable():
                pass  # It waits for its key (`index/undecryptables.py`), and is work after that.
            case _:
                assert_never(work.incoming)

    async def apologise(self, work: Work, number: int) -> None:
        """Give the number of what went wrong to whoever waits for an answer."""
        incoming = work.incoming
        if isinstance(incoming, Due) and incoming.what == zips.ZIP:
            await zips.apologise(self._acts.by(self._acts.plein.bot, work.key), incoming, number)
        if not isinstance(incoming, Line | FileSent | MemberChanged):
            return
        act = self._acts.by(incoming.sender, work.key)
        sorry = went_wrong(number)
        if isinstance(incoming, MemberChanged):
            await chats.tell(act, incoming.sender, sorry, "sorry")
            return
        language = await preferences.language(act.index, act.actor) or act.plein.language
        await act.homeserver.say(
            Say(incoming.room, sorry, "sorry", language, reply_to=incoming.event), act.cause
        )
