"""How is a message written as a mail? As one of a mailing list, for that is what a place is."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from bridges.common.words import Sentence, in_words, say
from bridges.email.addresses import is_address
from bridges.email.charsets import one_line, readable
from bridges.email.kinds import LOOP_HEADER

_TYPE = re.compile(
    r"(?:application|audio|font|image|model|text|video)/[a-z0-9.+-]{1,100}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Attached:
    name: str
    mime: str
    data: bytes


def goes_along(name: str) -> Sentence:
    return say("The file “{name}” goes with this mail.", name=name)


def is_too_large(name: str) -> Sentence:
    return say("The file “{name}” stands in the place; it is too large for mail.", name=name)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for one reader. `answers` says that it stands in a thread."""

    message_id: str
    sender_name: str
    place_name: str
    place_address: str
    reply_to: str
    recipient: str
    subject: str
    answers: bool
    references: tuple[str, ...]
    text: str
    html: str
    attachments: tuple[Attached, ...]
    date: datetime
    unsubscribe: str
    choose: str
    """The page on which its reader says what they want by mail."""
    choose_by_mail: str
    language: str


def message_id(event_id: str, domain: str) -> str:
    """The same for an event each time, and for everybody who gets it; without its brackets."""
    return f"{hashlib.sha256(event_id.encode()).hexdigest()[:40]}@{domain}"


def direct(mail: EmailMessage, address: str) -> None:
    """Say to whom a mail goes. Raises `ValueError` for what is no address: in a header it could
    become several, or other headers."""
    if not is_address(address):
        raise ValueError("that is no address to which mail can be sent")
    mail["To"] = address


def _type_of(file: Attached) -> str:
    """The type that its sender's client gives, unless a mail program would take the file apart."""
    known = _TYPE.fullmatch(file.mime.partition(";")[0].strip())
    return known[0].lower() if known else "application/octet-stream"


def attach(mail: EmailMessage, files: Sequence[Attached]) -> None:
    for file in files:
        main, _, sub = _type_of(file).partition("/")
        mail.add_attachment(file.data, maintype=main, subtype=sub, filename=one_line(file.name))


def compose(mail: Outgoing) -> EmailMessage:
    """From the place, in the name of who said it: so that what DMARC asks for holds.

    Nothing that people call themselves or write makes another header, or turns letters around.
    """
    language = mail.language
    text = readable(mail.text)
    local, _, domain = mail.place_address.partition("@")
    written = EmailMessage()
    by = in_words(say("{name} (via Plein)", name=mail.sender_name), language)
    written["From"] = Address(one_line(by), local, domain)
    direct(written, mail.recipient)
    written["Reply-To"] = mail.reply_to
    written["Subject"] = one_line(f"Re: {mail.subject}" if mail.answers else mail.subject)
    written["Date"] = format_datetime(mail.date)
    written["Message-ID"] = f"<{mail.message_id}>"
    if mail.references:
        written["In-Reply-To"] = f"<{mail.references[-1]}>"
        written["References"] = " ".join(f"<{one}>" for one in mail.references)
    written["List-Id"] = f"<{local.replace('+', '.')}.{domain}>"
    written["List-Post"] = f"<mailto:{mail.place_address}>"
    written["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
    written["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    written["List-Help"] = f"<{mail.choose}>, <mailto:{mail.choose_by_mail}>"
    written["Precedence"] = "list"
    written[LOOP_HEADER] = domain
    told = say(
        "You take part in {place} by e-mail. Who answers this mail is read by everybody there.",
        place=mail.place_name,
    )
    footer = in_words(told, language)
    stop = in_words(say("No more mail from here:"), language)
    choose = in_words(say("Choose what you get by mail:"), language)
    written.set_content(
        f"{text.rstrip()}\n\n-- \n{footer}\n{stop} {mail.unsubscribe}\n{choose} {mail.choose}\n"
    )
    shown = mail.html or escape(text).replace("\n", "<br>\n")
    links = " · ".join(
        f'<a href="{escape(link)}">{escape(words.rstrip(":"))}</a>'
        for link, words in ((mail.unsubscribe, stop), (mail.choose, choose))
    )
    written.add_alternative(
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"></head><body>'
        f"<div>{shown}</div><hr><p><small>{escape(footer)} {links}</small></p></body></html>",
        subtype="html",
    )
    attach(written, mail.attachments)
    return written
