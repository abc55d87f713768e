"""One line and its answer: the command it names, or the question that it answers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from plein_bot.actions import chats
from plein_bot.actions.acts import Act
from plein_bot.commands import dialogues as rules
from plein_bot.commands import progress
from plein_bot.commands.calls import Call
from plein_bot.commands.dialogues import NotAnAnswer, Stopped, Typing
from plein_bot.commands.drafts import post_offered
from plein_bot.commands.help import looks_like_a_command, suggestion
from plein_bot.commands.reading import Reading, read
from plein_bot.commands.replies import Audience, Question, Reply, Unconfirmed
from plein_bot.commands.roles import reminder_of_offer
from plein_bot.commands.table import TABLE, Command
from plein_bot.domain.effects import React, Redact, Say
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Line
from plein_bot.domain.ids import UserId
from plein_bot.domain.search import may_be_a_search
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say
from plein_bot.domain.verification import tells_an_address
from plein_bot.index import dialogues, lines
from plein_bot.index.dialogues import NOTHING, Dialogue

_TELLING = ("report", "meld")
"""How the words begin by which somebody reports something."""


def is_unseen(text: str) -> bool:
    """Whether a line is one that nobody else is to see, or looks like it with a slip in it."""
    reading = read(text)
    if found := TABLE.find(reading):
        return found[0].unseen
    return any(word.startswith(_TELLING) for word in reading.folded()[:1])


class Turn:
    """One line and its answer.

    `unseen` where it is taken away in the room and answered apart. `tapped` where it was no line
    but a tap elsewhere, so that the answer replies to nothing.
    """

    def __init__(
        self,
        act: Act,
        line: Line,
        language: str,
        *,
        alone: bool,
        unseen: bool = False,
        tapped: bool = False,
    ) -> None:
        self.act = act
        self._line = line
        self._language = language
        self._alone = alone
        self._unseen = unseen and not alone
        self._tapped = tapped

    async def take(self, text: str) -> None:
        """Go on with the open question, or start anew with a command."""
        if self._unseen:
            await self._taken_away()
        dialogue = await dialogues.current(
            self.act.index, self._line.room, self._line.sender, self.act.cause
        )
        try:
            if dialogue is None:
                raise NotAnAnswer
            await self._go_on(dialogue, text)
        except NotAnAnswer:
            await self._start(text, dialogue)

    async def run(self, text: str) -> None:
        """Carry out a command, whatever is being asked just now."""
        dialogue = await dialogues.current(
            self.act.index, self._line.room, self._line.sender, self.act.cause
        )
        await self._run(Typing(text), dialogue)

    async def _go_on(self, dialogue: Dialogue, text: str) -> None:
        # Whoever types a command has changed their mind, also where any text would be an answer.
        if dialogue.kind == rules.Kind.TEXT and TABLE.find(read(text)):
            raise NotAnAnswer
        try:
            typings = rules.answered(dialogue, text)
        except Stopped:
            await self._note(understood=True)
            await self.answer(Reply(say("All right, I leave it.")), Audience.HERE)
            return
        except Refusal as refusal:
            await self._say_again(dialogue, refusal)
            return
        if len(typings) == 1:
            await self._run(typings[0], dialogue)
        else:
            await self._run_all(typings)

    async def _run_all(self, typings: tuple[Typing, ...]) -> None:
        """Several chosen at once: each is carried out, nothing is asked, one answer tells all."""
        told: list[Sentence | Text] = []
        for step, typing in enumerate(typings):
            act = replace(self.act, cause=f"{self.act.cause}/{step}")
            turn = Turn(act, self._line, self._language, alone=self._alone)
            try:
                told.append((await turn.result(typing, may_ask=False)).text)
            except Refusal as refusal:
                told.append(refusal.sentence)
        await self._note(understood=True)
        await self.answer(Reply(paragraphs(*told)), self._command(typings[0]).answer)

    async def _say_again(self, dialogue: Dialogue, refusal: Refusal) -> None:
        """The answer was no good; the question stays open."""
        await self._note(understood=False)
        await self._send(refusal.sentence, Audience.HERE, keep=dialogue)

    async def _start(self, text: str, dialogue: Dialogue | None) -> None:
        text = TABLE.in_order(text)
        if self._find(read(text)):
            pills = tuple(str(user) for user in self._line.pills)
            await self._run(Typing(text, pills=pills, shown=rules.shown_by(dialogue)), dialogue)
            return
        await self._note(understood=False)
        if self._alone and _is_free(dialogue) and (offer := post_offered(text)):
            await self.answer(offer, Audience.HERE)
            return
        if dialogue and rules.waits_for_an_answer(dialogue):
            hint = rules.reminder(dialogue)
        elif rules.is_answer(text):
            offered = await reminder_of_offer(self.act) if self._alone else None
            hint = offered or say("No question is open now. Please type the command again.")
        else:
            if self._alone and (found := await self._found(text)):
                await self.answer(found, Audience.PRIVATE)
                return
            hint = suggestion(text.strip())
        await self._send(hint, Audience.HERE, keep=dialogue)

    async def _found(self, text: str) -> Reply | None:
        """What is no command and like none may be what somebody looks for."""
        if looks_like_a_command(text) or not may_be_a_search(text):
            return None
        try:
            found = await self.result(Typing(f"search {text.strip()}"), may_ask=False)
        except Refusal:
            return None
        return found if found.offers else None

    def _find(self, reading: Reading) -> tuple[Command, int] | None:
        # In a direct chat many clients reply to the bot by habit.
        about = self._line.reply_to is not None and not self._alone
        return TABLE.find(reading, with_text=bool(reading.body) or about)

    def _command(self, typing: Typing) -> Command:
        found = self._find(read(typing.line))
        if found is None:
            # A line is kept only when its command is known; an older Plein may have kept this one.
            raise Refusal(suggestion(typing.line))
        return found[0]

    async def _run(self, typing: Typing, dialogue: Dialogue | None) -> None:
        command = self._command(typing)
        try:
            if self._unseen or self._tapped:
                reply = await self.result(typing)
            else:
                async with progress.shown(self.act, self._line):
                    reply = await self.result(typing)
        except Question as question:
            text, asked = rules.asking(question, typing)
            await self._send(text, command.answer, keep=asked)
        except Unconfirmed as unconfirmed:
            text, asked = rules.confirming(unconfirmed, typing)
            await self._send(text, command.answer, keep=asked, tap=True)
        except Refusal as refusal:
            # Nothing was changed: the line may be edited, or the last question answered again.
            asks = dialogue if typing.bound and not typing.confirmed else self._list_in(dialogue)
            await self._note(understood=False)
            await self._send(refusal.sentence, command.answer, keep=asks)
        else:
            await self._note(understood=True)
            standing = self._list_in(dialogue) if reply.keeps_list else None
            await self.answer(reply, command.answer, standing)

    async def result(self, typing: Typing, *, may_ask: bool = True) -> Reply:
        command = self._command(typing)
        reading = read(typing.line, command.flags)
        found = self._find(reading)
        assert found, "a line is only kept once its command is known"
        arguments = command.read(reading, found[1], typing.bound)
        this = Call(
            self.act,
            self._line.room,
            may_ask=may_ask and self._alone,
            language=self._language,
            event=self._line.event,
            reply_to=self._line.reply_to,
            body=reading.body,
            confirmed=typing.confirmed,
            pills=tuple(UserId(user) for user in typing.pills),
            shown=typing.shown,
        )
        return await command.run(this, **arguments)

    def _list_in(self, dialogue: Dialogue | None) -> Dialogue | None:
        """The list that was shown before; in a room nobody else goes on with it."""
        return dialogue if self._alone and rules.is_list(dialogue) else None

    async def answer(
        self, reply: Reply, audience: Audience, standing: Dialogue | None = None
    ) -> None:
        """`standing` is a list whose numbers still count where the answer shows none."""
        self._language = reply.language or self._language
        keep = rules.listed(reply) or standing
        await self._send(
            reply.text, audience, keep=keep, content=reply.content, final=not reply.more_follows
        )
        if reply.then:
            await reply.then()

    async def _send(
        self,
        text: Sentence | Text,
        audience: Audience,
        *,
        keep: Dialogue | None = None,
        tap: bool = False,
        content: Mapping[str, Any] | None = None,
        final: bool = True,
    ) -> None:
        """Say the answer to whom it is for, and remember what it asks."""
        act, line = self.act, self._line
        apart = (audience is Audience.PRIVATE or self._unseen) and not self._alone
        room = await chats.with_person(act, line.sender) if apart else line.room
        # Before it is said: whoever answers quicker than we write must be understood.
        await dialogues.turn(act.index, room, line.sender, act.cause, keep or NOTHING)
        said = await act.homeserver.say(
            Say(
                room,
                text,
                "answer",
                self._language,
                reply_to=line.event if final and not apart and not self._tapped else None,
                content=content or {},
            ),
            act.cause,
        )
        if keep:
            await dialogues.noticed(act.index, room, line.sender, said)
        if tap:
            await act.perform([React(room, said, "✅"), React(room, said, "❌")])
        if apart and not self._unseen:
            await self._point_to_the_chat()

    async def _point_to_the_chat(self) -> None:
        line = self._line
        pointer = say("I have answered you in our direct chat.")
        if tells_an_address(line.text) and await self._taken_away():
            pointer = say(
                "I have answered you in our direct chat. There was an e-mail address in your "
                "line, so I have removed it here."
            )
        await self.act.homeserver.say(
            Say(line.room, pointer, "pointer", self._language, reply_to=line.event),
            self.act.cause,
        )

    async def _taken_away(self) -> bool:
        """Redact the line where Plein may: what was asked apart is nobody else's business."""
        line = self._line
        events = (line.event, line.edits) if line.edits else (line.event,)
        return not await self.act.try_together(Redact(line.room, event) for event in events)

    async def _note(self, *, understood: bool) -> None:
        line = self._line.edits or self._line.event
        await lines.note(self.act.index, line, self.act.cause, understood=understood)


def _is_free(dialogue: Dialogue | None) -> bool:
    """Whether any text may be the beginning of something: no list or question is about it."""
    return dialogue is None or dialogue.kind == rules.Kind.EITHER
