"""Proving that an e-mail address is somebody's: a code goes out by mail and comes back here."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from plein_bot.actions import chats, people
from plein_bot.actions.acts import Act
from plein_bot.domain import verification as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId
from plein_bot.domain.mails import Mail
from plein_bot.domain.people import Person
from plein_bot.domain.sentences import Sentence, Text, paragraphs, say
from plein_bot.index import addresses, codes, mails

Words = Callable[[Sentence | Text], str]
"""How a sentence is said in the language of whoever gets the mail."""

NOWHERE = RoomId("")


async def send_code(act: Act, address: str, words: Words) -> str:
    """Mail a code to an address; returns the address as it is understood."""
    address = rules.clean_address(address)
    if act.plein.mail_domain is None:
        raise Refusal(
            say("This Plein sends no mail, so I cannot send a code. Ask its administrator.")
        )
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    sent = await codes.count_since(act.index, act.actor, address, now - hour, but=act.cause)
    rules.refuse_sending(sent)

    code = rules.code_for(act.plein.key, act.cause)
    digest = rules.digest(act.plein.key, act.actor, address, code)
    await codes.keep(act.index, act.cause, rules.Code(act.actor, address, digest, now))
    await mails.queue(act.index, _mail(act, address, code, words, now))
    await act.record("verify.send", NOWHERE)
    return address


def _mail(act: Act, address: str, code: str, words: Words, now: datetime) -> Mail:
    mark = act.plein.mark(act.cause, f"mail {address}")
    return Mail(
        cause=mark,
        address=address,
        subject=words(say("Your code for Plein: {code}", code=code)),
        text=words(
            paragraphs(
                say("Your code is {code}. Type it in your direct chat with Plein.", code=code),
                say(
                    "It is valid for {n} minutes. {user} asked for it. Was that not you? "
                    "Then you need not do anything.",
                    n=int(rules.LASTS.total_seconds() // 60),
                    user=act.actor,
                ),
            )
        ),
        message_id=f"<{mark}@{act.plein.mail_domain}>",
        written_at=now,
    )


async def try_code(act: Act, typed: str) -> Person:
    """Prove the address with the code from the mail; returns who the person now is.

    Raises a Refusal for a wrong code; it may be typed again, five times in all.
    """
    if not await act.has_begun("verify", NOWHERE):
        now = datetime.now(UTC)
        code = rules.refuse_trying(await codes.latest(act.index, act.actor), now)
        if not rules.fits(code, act.plein.key, typed):
            await codes.tried(act.index, code)
            raise Refusal(
                say(
                    "That is not the code. Look again in the mail to {address}.",
                    address=code.address,
                )
            )
        await _tell_whose_it_was(act, code.address)
        await addresses.prove(act.index, act.actor, code.address, now)
        await act.record("verify", NOWHERE)
    await codes.forget(act.index, act.actor)
    return await people.recognise(act, act.actor)


async def _tell_whose_it_was(act: Act, address: str) -> None:
    """Whoever proved the address before hears that it is theirs no longer."""
    before = await addresses.owner(act.index, address)
    if before and before != act.actor:
        moved = say(
            "Your e-mail address {address} now belongs to {user}, who proved it. "
            "You no longer count as somebody with that address.",
            address=address,
            user=act.actor,
        )
        await chats.tell(act, before, moved, "moved")
