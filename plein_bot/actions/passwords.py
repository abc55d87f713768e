"""Another password for an account that was made here, by a link to the invitation's address."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from plein_bot.actions.acts import Acts
from plein_bot.actions.letters import Words
from plein_bot.actions.ports import HomeserverError
from plein_bot.actions.verification import NOWHERE
from plein_bot.domain import invitations
from plein_bot.domain.errors import Refusal
from plein_bot.domain.guests import clean
from plein_bot.domain.ids import UserId
from plein_bot.domain.mails import Mail
from plein_bot.domain.passwords import refuse_password
from plein_bot.domain.sentences import Link, paragraphs, say
from plein_bot.index import passwords as rows
from plein_bot.index.passwords import PasswordLink

logger = logging.getLogger(__name__)

_LASTS = timedelta(hours=1)
_AN_HOUR = 3
"""Links within an hour, per address."""

_PATIENCE = 5
"""Seconds: somebody waits for the page."""


class LinkUsed(Exception):
    """The link was used, is too old, or never was one."""


async def ask(acts: Acts, typed: str, words: Words) -> None:
    """Mail a link for each account of an address. Whether there is any, is told to nobody.

    Raises a Refusal for what is no address.
    """
    address = clean(typed)
    if acts.registrar is None or acts.plein.web is None or acts.plein.mail_domain is None:
        return
    now = datetime.now(UTC)
    users = await rows.accounts_of(acts.index, address)
    if not users or await rows.count_since(acts.index, address, now - _LASTS) >= _AN_HOUR:
        return
    await rows.send(acts.index, [_link(acts, user, address, words, now) for user in users], now)


def _link(acts: Acts, user: UserId, address: str, words: Words, now: datetime) -> PasswordLink:
    token = invitations.new_token()
    digest = invitations.digest(token)
    where = f"{(acts.plein.web or '').rstrip('/')}/wachtwoord/{token}"
    text = paragraphs(
        say("Somebody asked for a new password for {user}.", user=user),
        say("Choose one here: {link}", link=Link(where, where)),
        say(
            "The link works once, for an hour. Was it not you? Then you need not do anything: "
            "your password stays as it is."
        ),
    )
    mail = Mail(
        cause=f"password {digest}",
        address=address,
        subject=words.plain(say("A new password")),
        text=words.plain(text),
        html=words.page(text),
        message_id=f"<{digest[:32]}@{acts.plein.mail_domain}>",
        written_at=now,
    )
    return PasswordLink(digest, user, mail)


async def look(acts: Acts, token: str) -> UserId:
    """Whose password a link is about. Looking changes nothing. Raises LinkUsed."""
    since = datetime.now(UTC) - _LASTS
    user = await rows.whose(acts.index, invitations.digest(token), since)
    if user is None or acts.registrar is None:
        raise LinkUsed
    return user


async def choose(acts: Acts, token: str, password: str) -> UserId:
    """Give the account this password. Raises LinkUsed, or a Refusal that says what to do."""
    user = await look(acts, token)
    assert acts.registrar, "whoever looked has seen to it"
    refuse_password(password, user, await _name_of(acts, user))
    digest = invitations.digest(token)
    if not await rows.use(acts.index, digest, datetime.now(UTC)):
        raise LinkUsed
    try:
        await acts.registrar.set_password(user, password)
    except (HomeserverError, TimeoutError) as error:
        logger.warning("%s gets no new password: %s", user, error)
        await rows.give_back(acts.index, digest)
        raise Refusal(
            say("The homeserver takes no password now. Please try again in a few minutes.")
        ) from None
    await acts.by(user, f"password {digest}").record("account.password", NOWHERE, user)
    return user


async def _name_of(acts: Acts, user: UserId) -> str:
    """What others see; "" where the homeserver does not say so while somebody waits."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await acts.homeserver.display_name(user) or ""
    except TimeoutError:
        return ""


async def forget(acts: Acts, now: datetime) -> None:
    await rows.forget(acts.index, now - timedelta(days=1))
