"""The command that chooses the language of answers."""

from enum import StrEnum
from typing import Annotated

from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Choice, Reply
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.domain.sentences import say
from plein_bot.index import preferences


class Tongue(StrEnum):
    """By the name that each language gives itself."""

    NL = "nl"
    EN = "en"


@TABLE.command("language", "taal")
async def choose(call: Call, language: Annotated[Tongue | None, Dutch("taal")] = None) -> Reply:
    """Choose the language of my answers: nl or en."""
    if language is None:
        language = call.ask(
            "language",
            say("Which language shall I speak?"),
            (Choice(say("Nederlands"), Tongue.NL), Choice(say("English"), Tongue.EN)),
            otherwise=Tongue.NL,
        )
    await preferences.speak(call.act.index, call.act.actor, language.value)
    return Reply(say("From now on I answer you in English."), language=language.value)
