"""Commands for signing in on the web."""

from plein_bot.actions import sessions
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE
from plein_bot.domain import sessions as rules
from plein_bot.domain.sentences import paragraphs, say


@TABLE.command("web", "web aanmelden")
async def sign_in(call: Call) -> Reply:
    """Give you a personal link, by which you read on the web what you may read here."""
    link = await sessions.offer(call.act)
    minutes = int(rules.LINK_LASTS.total_seconds() // 60)

    async def said() -> None:
        await sessions.said(call.act)

    return Reply(
        paragraphs(
            say("{link}", link=link),
            say(
                "This link signs you in on the web. It works once, for {n} minutes, and is for you "
                "alone: whoever opens it reads what you may read. To sign out everywhere: "
                "`web sign-out`.",
                n=minutes,
            ),
        ),
        then=said,
    )


@TABLE.command("web sign-out", "web afmelden")
async def sign_out(call: Call) -> Reply:
    """Sign you out on the web, in every browser; a link that I gave you works no more."""
    await sessions.end_all(call.act)
    return Reply(say("You are signed out on the web, in every browser."))
