"""Invitations by mail: many are the same but for the link, and are put into words once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from plein_bot.actions import members
from plein_bot.actions.acts import Act
from plein_bot.domain import invitation_mails, invitations
from plein_bot.domain.errors import Refusal
from plein_bot.domain.guests import Address
from plein_bot.domain.invitation_mails import Letter
from plein_bot.domain.invitations import Invitation, InvitationKind, Making
from plein_bot.domain.mails import Mail
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, Text, say

_ANY_TOKEN = "000000000000000000000000000"
"""Stands for the token in what is put into words once: no letters of it mean anything."""


class Words(Protocol):
    """How sentences are said in a language: as plain text, and as a page of HTML."""

    def plain(self, text: Sentence | Text) -> str: ...
    def page(self, text: Sentence | Text) -> str: ...


Languages = Callable[[str], Words]


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who is to be invited by mail, in their language."""

    guest: Address
    language: str


def refuse_without_mail(act: Act) -> None:
    if act.plein.mail_domain is None or act.plein.web is None:
        raise Refusal(
            say(
                "This Plein invites nobody by mail: it has no mail server, or no pages. "
                "Ask its administrator."
            )
        )


async def letter(
    act: Act, inviter: Person, place: Place, text: str, expires_at: datetime
) -> Letter:
    there = (await members.counts(act, [place])).get(place.room, 0)
    return Letter(inviter, place, there, text, expires_at)


def makings(
    act: Act, letter: Letter, wanted: Iterable[Invited], languages: Languages, now: datetime
) -> Iterator[Making]:
    """What is to be made for each of these, each with a token and a mail of its own."""
    wanted = tuple(wanted)
    written = cache(lambda code: _Written(act, letter, languages(code)))
    for one in wanted:
        token = invitations.new_token()
        address = one.guest.address
        mail = written(one.language).mail(act, address, token, now, several=len(wanted) > 1)
        yield Making(
            InvitationKind.ADDRESS,
            address,
            address=address,
            name=one.guest.name,
            language=one.language,
            token=token,
            mail=mail,
        )


def again(
    act: Act, letter: Letter, invitation: Invitation, words: Words, now: datetime
) -> tuple[str, Mail]:
    """A new token and a new mail for an address that is invited already."""
    assert invitation.address, "only an address is sent a mail"
    token = invitations.new_token()
    return token, _Written(act, letter, words).mail(act, invitation.address, token, now)


class _Written:
    """A letter in one language."""

    def __init__(self, act: Act, letter: Letter, words: Words) -> None:
        assert act.plein.web, "whoever gets here has asked whether there are pages"
        body = invitation_mails.body(letter, invitations.link(act.plein.web, _ANY_TOKEN))
        self._subject = words.plain(invitation_mails.subject(letter))
        self._text, self._html = words.plain(body), words.page(body)

    def mail(
        self, act: Act, address: str, token: str, now: datetime, *, several: bool = False
    ) -> Mail:
        mark = act.plein.mark(act.cause, f"invitation {address}")
        return Mail(
            cause=mark,
            address=address,
            subject=self._subject,
            text=self._text.replace(_ANY_TOKEN, token),
            html=self._html.replace(_ANY_TOKEN, token),
            message_id=f"<{mark}@{act.plein.mail_domain}>",
            written_at=now,
            several=several,
        )
