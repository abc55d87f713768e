"""The command by which people prove who they are."""

from typing import Annotated

from plein_bot.actions import verification
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.domain.introductions import introduce
from plein_bot.domain.sentences import say
from plein_bot.locale import language


@TABLE.command("verify", "verifieer", "verifiëren", "verifieren", "bevestig")
async def verify(
    call: Call,
    address: Annotated[str, Dutch("adres")],
    *,
    code: Annotated[str | None, Dutch("code")] = None,
) -> Reply:
    """Prove that an e-mail address is yours; it shows for which organisation you work."""
    if code is None:
        sent_to = await verification.send_code(call.act, address, language(call.language).plain)
        sent = say(
            "I have sent a mail to {address}. Which code of six digits does it give?",
            address=sent_to,
        )
        call.ask("code", sent, otherwise=None)
        return Reply(
            say(
                "I have sent a mail to {address}. Type here: `verify {address} --code …`",
                address=sent_to,
            )
        )
    person = await verification.try_code(call.act, code)
    if person.is_citizen:
        return Reply(
            say(
                "Thank you, the address is yours. No organisation of this Plein has it, so you "
                "take part as citizen."
            )
        )
    return Reply(say("Thank you. You now take part as: {who}.", who=introduce(person)))
