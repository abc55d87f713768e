"""A line was typed: is it for Plein, what does it ask, and what is the answer?"""

from datetime import UTC, datetime, timedelta

from plein_bot.actions import authors, chats
from plein_bot.actions.acts import Act, Acts
from plein_bot.commands import documents, guest_lists, rewriting
from plein_bot.commands.reading import addressed
from plein_bot.commands.replies import Audience, Reply
from plein_bot.commands.turns import Turn, is_unseen
from plein_bot.domain.events import FileSent, Line, Reaction
from plein_bot.domain.sentences import say
from plein_bot.index import dialogues, lines, members, preferences, rooms

OLD = timedelta(days=1)
"""A line that is older is not carried out: what it asked for may long be wrong."""


class Answering:
    """Answers lines. The first reply to a command is its final answer (design 10)."""

    def __init__(self, acts: Acts, names: tuple[str, ...]) -> None:
        self._acts = acts
        self._names = names

    async def line(self, line: Line) -> None:
        act = self._acts.by(line.sender, line.event)
        if line.edits and await rewriting.edited(act, line, self._names):
            return
        alone = await members.alone_with(act.index, act.plein.bot, line.room) == line.sender
        if alone:
            await preferences.speak_in(act.index, line.sender, line.room)
        text = await self._for_plein(act, line, alone=alone)
        if text is None:
            await authors.overheard(act, line)
            return
        spoken = await preferences.language(act.index, line.sender) or act.plein.language
        turn = Turn(act, line, spoken, alone=alone, unseen=is_unseen(text))
        if line.edits:
            if await self._is_settled(turn, line):
                return
        elif _is_old(line):
            await turn.answer(
                Reply(say("This is more than a day old. Type it again if you still want it.")),
                Audience.HERE,
            )
            return
        await turn.take(text)

    async def tapped(self, reaction: Reaction, text: str) -> None:
        """A tap that stands for a command: it goes on in the direct chat of who tapped."""
        act = self._acts.by(reaction.sender, reaction.event)
        chat = await chats.with_person(act, reaction.sender)
        spoken = await preferences.language(act.index, reaction.sender) or act.plein.language
        line = Line(reaction.event, chat, reaction.sender, text, reaction.ts)
        await Turn(act, line, spoken, alone=True, tapped=True).run(text)

    async def file(self, sent: FileSent) -> None:
        """Ask what is to be done with a file that somebody sent in the direct chat."""
        act = self._acts.by(sent.sender, sent.event)
        if await members.alone_with(act.index, act.plein.bot, sent.room) != sent.sender:
            return
        offer = documents.offered(sent) or guest_lists.offered(sent)
        if offer is None:
            return
        await preferences.speak_in(act.index, sent.sender, sent.room)
        spoken = await preferences.language(act.index, sent.sender) or act.plein.language
        line = Line(sent.event, sent.room, sent.sender, sent.media.name, sent.ts)
        await Turn(act, line, spoken, alone=True).answer(offer, Audience.HERE)

    async def _for_plein(self, act: Act, line: Line, *, alone: bool) -> str | None:
        """The line without its address; None where it is not meant for Plein."""
        text = addressed(line.text, self._names)
        if alone:
            return line.text if text is None else text
        if text is None and line.mentions_bot and await rooms.is_managed(act.index, line.room):
            return line.text
        if text is None and await self._answers_here(act, line):
            return line.text
        return text

    async def _answers_here(self, act: Act, line: Line) -> bool:
        """In a room, an answer is a reply to the question, or a bare yes or no to a preview."""
        return line.reply_to is not None and await dialogues.asked_by(
            act.index, line.room, line.sender, line.reply_to, act.cause
        )

    async def _is_settled(self, turn: Turn, line: Line) -> bool:
        """An edited line runs once: when it was not understood before."""
        assert line.edits
        understood = await lines.was_understood(turn.act.index, line.edits, line.event)
        if understood:
            await turn.answer(
                Reply(say("That I have done already. Type a new line for something else.")),
                Audience.HERE,
            )
        return understood is not False


def _is_old(line: Line) -> bool:
    return datetime.fromtimestamp(line.ts / 1000, UTC) < datetime.now(UTC) - OLD
