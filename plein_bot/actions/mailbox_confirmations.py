"""Taking part by e-mail by a link for many: the address is proven by a mail first (design 7).

Whoever asks hears the same whatever the address is: who is known here is told to nobody. Nothing is
taken, made or counted before the owner of the address says yes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from plein_bot.actions import acceptances, mailboxes
from plein_bot.actions.acceptances import LinkOver, Seen
from plein_bot.actions.acts import Acts
from plein_bot.actions.mailboxes import Newcomer
from plein_bot.domain import invitations, mailbox_letters
from plein_bot.domain.errors import Refusal
from plein_bot.domain.guests import clean
from plein_bot.domain.invitations import Invitation, InvitationKind
from plein_bot.domain.mailboxes import Mailed
from plein_bot.domain.mails import Mail
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, Text, say
from plein_bot.index import invitation_uses as uses
from plein_bot.index import invitations as invitation_rows
from plein_bot.index import mailbox_confirmations as rows
from plein_bot.index.invitation_uses import Use
from plein_bot.index.mailbox_confirmations import Confirmation

LASTS = timedelta(days=3)
_AN_ADDRESS, _A_DAY = 3, timedelta(days=1)
"""Mails to an address in a day, whoever asks: nobody's mailbox is filled by others."""

_A_LINK, _AN_HOUR = 200, timedelta(hours=1)
"""Mails by a link in an hour: a hall full of people may come by it."""


class Words(Protocol):
    """How sentences are said in a language: as plain text, and as a page of HTML."""

    code: str

    def plain(self, text: Sentence | Text) -> str: ...
    def page(self, text: Sentence | Text) -> str: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page of a confirmation shows."""

    seen: Seen
    name: str
    has_come: bool


async def ask(
    acts: Acts,
    token: str,
    typed: str,
    name: str,
    mailed: Mailed,
    form: str,
    house: str,
    words: Words,
) -> None:
    """Mail a link to the address. The same form mails one to it.

    Raises LinkOver, or a Refusal for what is no address or no name.
    """
    seen = await acceptances.look(acts, token)
    invitation = seen.invitation
    if invitation.kind is not InvitationKind.LINK or not await mailboxes.offers(acts, invitation):
        raise LinkOver
    address = clean(typed)
    await mailboxes.refuse_ours(acts, address)
    name = await mailboxes.name_of(acts, invitation, name, house)
    # Whoever goes back to mend a typing error sends the same form with another address.
    form = invitations.digest(f"{form} {address}")
    now = datetime.now(UTC)
    if await rows.count_of_link(acts.index, invitation.number, now - _AN_HOUR) >= _A_LINK:
        raise Refusal(
            say("Many people ask for this now. Please try again in an hour, by the same link.")
        )
    if await rows.count_of_address(acts.index, address, now - _A_DAY) >= _AN_ADDRESS:
        return
    secret = invitations.new_token()
    confirmation = Confirmation(
        invitations.digest(secret), invitation.number, address, name, words.code, mailed
    )
    mail = _mail(acts, seen, address, secret, form, words, now)
    await rows.send(acts.index, confirmation, form, mail, now)


def _mail(
    acts: Acts, seen: Seen, address: str, secret: str, form: str, words: Words, now: datetime
) -> Mail:
    where = f"{(acts.plein.web or '').rstrip('/')}/i/mail/{secret}"
    text = mailbox_letters.body(seen.place, seen.members, where, LASTS.days)
    cause = f"mailbox {form}"
    return Mail(
        cause=cause,
        address=address,
        subject=words.plain(mailbox_letters.subject(seen.place)),
        text=words.plain(text),
        html=words.page(text),
        message_id=f"<{acts.plein.mark(cause, 'mail')}@{acts.plein.mail_domain}>",
        written_at=now,
    )


async def look(acts: Acts, token: str) -> Asked:
    """What somebody says yes to. Looking changes nothing. Raises LinkOver."""
    confirmation, invitation = await _found(acts, token)
    use = await _use(acts, confirmation)
    if use is None and invitation.is_used_up:
        raise LinkOver
    seen = await acceptances.standing(acts, invitation)
    return Asked(seen, confirmation.name, has_come=use is not None and use.is_done)


async def confirm(acts: Acts, token: str, house: str) -> Place:
    """The owner of the address takes part, and has one of the link's uses. Twice is once.

    Raises LinkOver, or a Refusal that says what to do; then nothing has changed here.
    """
    confirmation, invitation = await _found(acts, token)
    newcomer = Newcomer(
        confirmation.address, confirmation.name, confirmation.language, confirmation.mailed
    )
    use = await _use(acts, confirmation)
    form = use.form if use else confirmation.digest
    return await mailboxes.come(acts, invitation, newcomer, form, house)


async def _use(acts: Acts, confirmation: Confirmation) -> Use | None:
    """What this address took by this mail, or by another one about the same link."""
    for digest in await rows.same(acts.index, confirmation):
        if use := await uses.by_form(acts.index, confirmation.invitation, digest):
            return use
    return None


async def _found(acts: Acts, token: str) -> tuple[Confirmation, Invitation]:
    since = datetime.now(UTC) - LASTS
    found = await rows.of_digest(acts.index, invitations.digest(token), since)
    by = await invitation_rows.numbered(acts.index, found.invitation) if found else None
    if found is None or by is None:
        raise LinkOver
    return found, by


async def forget(acts: Acts, now: datetime) -> None:
    """Of who never said yes nothing is kept; of others the bridge has the address."""
    await rows.forget(acts.index, now - LASTS)
