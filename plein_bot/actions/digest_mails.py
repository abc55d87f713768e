"""Digests as mails: put into words once for all who get the same, and made anew before they go."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo

from plein_bot.actions import digest_contents
from plein_bot.actions.acts import Act, Acts
from plein_bot.actions.digest_contents import Reader
from plein_bot.domain import digest_letters as letters
from plein_bot.domain import digests as rules
from plein_bot.domain.digest_letters import Frame
from plein_bot.domain.digests import Digest, Often, Subscription
from plein_bot.domain.mails import Mail, Told
from plein_bot.domain.sentences import Sentence, Text
from plein_bot.domain.verification import VALID
from plein_bot.index import digests as rows
from plein_bot.index import mails

FRESH = timedelta(minutes=2)
"""A mail that has waited for longer is made anew: others may have left, or taken words back."""

_A_WHILE = timedelta(minutes=1)
_ANY_LINK = "https://plein.invalid/overzicht/afmelden/0000000000000000"
"""Stands for the link of each, in a letter that is put into words once for all who get the same."""


class Words(Protocol):
    """How sentences are said in a language: as plain text, and as a page of HTML."""

    def plain(self, text: Sentence | Text) -> str: ...
    def page(self, text: Sentence | Text) -> str: ...


Languages = Callable[[str], Words]


def frame(acts: Acts | Act, since: datetime, often: Often, unsubscribe: str | None = None) -> Frame:
    day = since.astimezone(ZoneInfo(acts.plein.timezone)).date()
    return Frame(day, often, acts.plein.server, unsubscribe)


def unsubscribe_link(acts: Acts | Act, number: int) -> str | None:
    """None where there are no pages."""
    if acts.plein.web is None:
        return None
    token = rules.token(acts.plein.key, number)
    return f"{acts.plein.web.rstrip('/')}/overzicht/afmelden/{token}"


@dataclass(frozen=True, slots=True)
class _Written:
    subject: str
    text: str
    html: str


class Post:
    """Puts digests into words: those of people who read the same but once."""

    def __init__(self, acts: Acts, languages: Languages) -> None:
        self._acts = acts
        self._languages = languages
        self._written = cache(self._write)

    def _write(self, digest: Digest, frame: Frame, code: str) -> _Written:
        words, body = self._languages(code), letters.body(digest, frame)
        return _Written(words.plain(letters.subject(digest)), words.plain(body), words.page(body))

    def mail(
        self, one: Subscription, told: Told, digest: Digest, address: str, code: str, now: datetime
    ) -> Mail:
        """`one` as it was when it was its turn."""
        plein = self._acts.plein
        mark = plein.mark(f"digest:{one.number}:{one.until.isoformat()}", "mail")
        empty = Mail(mark, address, "", "", f"<{mark}@{plein.mail_domain}>", now, several=True)
        return self.filled(empty, one.often, told, digest, code)

    def filled(self, mail: Mail, often: Often, told: Told, digest: Digest, code: str) -> Mail:
        link = unsubscribe_link(self._acts, told.subscription)
        around = frame(self._acts, told.since, often, _ANY_LINK if link else None)
        written = self._written(digest, around, code)
        return replace(
            mail,
            subject=written.subject,
            text=written.text.replace(_ANY_LINK, link or ""),
            html=written.html.replace(_ANY_LINK, link or ""),
            unsubscribe=link or "",
            told=told,
        )


async def at_last(
    acts: Acts, waiting: Sequence[Mail], now: datetime, languages: Languages, *, is_behind: bool
) -> list[Mail]:
    """What of these may go now, as its readers may read it now.

    A digest that has waited is made anew, and goes no more where nothing is left of it, or nobody
    wants it. While Plein `is_behind` the homeserver none goes: who was put out since may not read.
    """
    digests = [one for one in waiting if one.told]
    if is_behind and digests:
        await mails.wait(acts.index, [one.cause for one in digests], now + _A_WHILE)
        return [one for one in waiting if not one.told]
    anew = await _anew(
        acts, [one for one in digests if now - one.written_at > FRESH], now, languages
    )
    kept = []
    for one in waiting:
        mail = anew.get(one.cause, one)
        if mail is None:
            await mails.withdraw(acts.index, one.cause)
        else:
            kept.append(mail)
    return kept


async def _anew(
    acts: Acts, stale: Sequence[Mail], now: datetime, languages: Languages
) -> dict[str, Mail | None]:
    """By their causes; None for those that are not to be sent any more."""
    if not stale:
        return {}
    known = await rows.numbered_all(
        acts.index, {one.told.subscription for one in stale if one.told}
    )
    people = [one.person for one in known.values() if one.is_mailed]
    addresses = await rows.addresses(acts.index, people, now - VALID)
    spoken = await rows.languages(acts.index, people)
    post = Post(acts, languages)
    anew: dict[str, Mail | None] = {one.cause: None for one in stale}
    for until, some in _by_end(stale).items():
        wanted = {
            mail.cause: (mail, told, known[told.subscription])
            for mail, told in some
            if told.subscription in known and known[told.subscription].person in addresses
        }
        readers = [Reader(one.person, told.since) for _, told, one in wanted.values()]
        found = await digest_contents.gather(acts.index, readers, until)
        for cause, (mail, told, one) in wanted.items():
            if found[one.person].total:
                code = spoken.get(one.person, acts.plein.language)
                # It is for a person, who may have another address by now.
                mail = replace(mail, address=addresses[one.person])
                anew[cause] = post.filled(mail, one.often, told, found[one.person], code)
    return anew


def _by_end(stale: Sequence[Mail]) -> dict[datetime, list[tuple[Mail, Told]]]:
    """Those that were made together are gathered for together."""
    found: defaultdict[datetime, list[tuple[Mail, Told]]] = defaultdict(list)
    for one in stale:
        if one.told:
            found[one.told.until].append((one, one.told))
    return found
