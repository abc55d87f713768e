"""What has to be done now and then, whoever asks: explain, forget."""

from datetime import UTC, datetime, timedelta

from plein_bot.actions.acts import Acts
from plein_bot.domain.effects import Say
from plein_bot.domain.sentences import say
from plein_bot.index import file_texts, hits, lines, members, preferences, undecryptables, work

_DAY = timedelta(days=1)


async def explain_unreadable(acts: Acts) -> None:
    """A key that has not come in a day will not come: tell the person what they can do.

    Only in direct chats; elsewhere what was said was hardly meant for Plein.
    """
    for waiting in await undecryptables.older_than(acts.index, datetime.now(UTC) - _DAY):
        if await members.alone_with(acts.index, acts.plein.bot, waiting.room) == waiting.sender:
            language = await preferences.language(acts.index, waiting.sender)
            why = say(
                "I could not read this message: its key never reached me. "
                "Please type it again; if that does not help, start a new direct chat with me."
            )
            await acts.homeserver.say(
                Say(
                    waiting.room,
                    why,
                    "unreadable",
                    language or acts.plein.language,
                    reply_to=waiting.event,
                ),
                waiting.event,
            )
        await undecryptables.drop(acts.index, [waiting.event])


async def forget(acts: Acts) -> None:
    """What was only kept so that it would not be done twice."""
    before = datetime.now(UTC) - _DAY
    await work.forget_done(acts.index, before)
    await lines.forget(acts.index, before)
    await hits.forget(acts.index, before)
    await file_texts.forget_gone(acts.index)
