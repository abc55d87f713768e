"""What did somebody write, in a mail as it came in?

Mail of strangers may be anything. Nothing here raises: what cannot be read is `Unreadable`, what is
odd is read as far as it goes. A large mail takes seconds, so read it off the loop
(`asyncio.to_thread`).
"""

import hashlib
import threading
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from email.errors import MessageError
from email.message import Message
from enum import StrEnum

from bridges.email import headers, kinds, markup, parts, phrases, quotes
from bridges.email.attachments import Attachment
from bridges.email.calendars import Meeting
from bridges.email.headers import Mailbox
from bridges.email.kinds import Bounce, Kind
from bridges.email.lines import as_plain, from_plain
from bridges.email.trees import TooIntricate, tree

__all__ = [
    "Attachment",
    "Bounce",
    "Kind",
    "Letter",
    "Limits",
    "Mailbox",
    "Meeting",
    "Trouble",
    "Unreadable",
    "read",
]


_LARGE = 1_000_000
# A mail takes ten times its size while it is read: several large ones at once take that together.
_ONE_LARGE = threading.Lock()


@dataclass(frozen=True, slots=True)
class Limits:
    size: int = 40 * 1024 * 1024
    """Bytes of the whole mail."""
    attachments: int = 100
    recipients: int = 1000
    text: int = 200_000
    """Characters of text; what is longer becomes an attachment, with its beginning as text."""
    effort: int = 20_000_000
    """Lines times parts inside each other, which is what reading takes; some seconds."""


class Trouble(StrEnum):
    TOO_LARGE = "too_large"
    TOO_INTRICATE = "too_intricate"
    NOT_A_MAIL = "not_a_mail"


@dataclass(frozen=True, slots=True)
class Unreadable:
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Letter:
    message_id: str | None
    """Without its brackets, as all such ids here."""
    in_reply_to: str | None
    references: tuple[str, ...]
    """The oldest first; `in_reply_to` is among them."""
    subject: str
    sender: Mailbox | None
    """None where nobody is named, or several: then nobody can be held to it."""
    reply_to: tuple[Mailbox, ...]
    recipients: tuple[Mailbox, ...]
    """As the headers have them; where it really goes, the envelope says."""
    sent_at: datetime | None
    text: str
    """What is new, as plain text; answers between the lines with the lines that they answer."""
    html: str | None
    """The same as HTML that clients of Matrix show, where the sender wrote HTML. Its pictures are
    `cid:<content_id>` of attachments."""
    quoted: str
    """What was cut off: quotation, signature, disclaimer."""
    attachments: tuple[Attachment, ...]
    kind: Kind
    bounces: tuple[Bounce, ...]
    meeting: Meeting | None
    sealed: bool
    """A part is encrypted for somebody else, and cannot be read here."""
    results: tuple[str, ...]
    """The values of Authentication-Results, the newest first; see `authentication`."""
    fingerprint: str
    """The same for the same mail that came twice, also without a Message-ID."""


def read(
    raw: bytes,
    *,
    mail_from: str | None = None,
    ours: frozenset[str] = frozenset(),
    limits: Limits | None = None,
) -> Letter | Unreadable:
    """`mail_from` is the sender of the envelope: empty for mail that nobody may answer, None where
    it is not known. `ours` are the domains of this bridge, in small letters."""
    limits = limits or Limits()
    with _ONE_LARGE if len(raw) > _LARGE else nullcontext():
        return _read(raw, mail_from, ours, limits)


def _read(
    raw: bytes, mail_from: str | None, ours: frozenset[str], limits: Limits
) -> Letter | Unreadable:
    if len(raw) > limits.size:
        return Unreadable(Trouble.TOO_LARGE)
    try:
        return _letter(tree(raw, limits.effort), mail_from, ours, limits)
    except (TooIntricate, RecursionError):
        return Unreadable(Trouble.TOO_INTRICATE)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError):
        # What fails in Python's own reader fails when a part is asked for, too.
        return Unreadable(Trouble.NOT_A_MAIL)


def _letter(
    message: Message, mail_from: str | None, ours: frozenset[str], limits: Limits
) -> Letter | Unreadable:
    if not message.keys():
        return Unreadable(Trouble.NOT_A_MAIL)
    sender = headers.sender(message)
    subject = headers.text(message, "Subject")[:1000]
    in_reply_to = next(iter(headers.ids(message, "In-Reply-To")), None)
    references = headers.ids(message, "References")
    if in_reply_to and in_reply_to not in references:
        references += (in_reply_to,)
    found = parts.gathered(message, limits.attachments)
    reply = bool(references) or phrases.is_reply(subject)
    whole = _shortened(found, limits.text)
    text, html, quoted = _new(found, reply=reply, forward=phrases.is_forward(subject))
    meeting = next(iter(found.meetings), None)
    if meeting and not text.strip():
        text, html = meeting.in_one_line(), None
    attachments = _shown(found.attachments, html)
    if whole:
        attachments.append(Attachment("message.txt", "text/plain", whole))
    bounces = kinds.bounces_of(message)
    address = sender.address if sender else ""
    letter = Letter(
        message_id=next(iter(headers.ids(message, "Message-ID")), None),
        in_reply_to=in_reply_to,
        references=references,
        subject=subject,
        sender=sender,
        reply_to=headers.mailboxes(message, "Reply-To", 10),
        recipients=_recipients(message, limits.recipients),
        sent_at=headers.moment(message),
        text=text,
        html=html,
        quoted=quoted,
        attachments=tuple(attachments),
        kind=kinds.kind_of(
            message,
            sender=address,
            mail_from=mail_from,
            ours=ours,
            bounces=bounces,
            meetings=found.meetings,
        ),
        bounces=bounces,
        meeting=meeting,
        sealed=found.sealed,
        results=tuple(headers.raw(message, "Authentication-Results")),
        fingerprint="",
    )
    return replace(letter, fingerprint=_fingerprint(letter))


def _shortened(found: parts.Gathered, most: int) -> bytes:
    """Cut the text short where it is longer than anybody reads; the whole of it, for a file."""
    plain = "\n\n".join(one.strip("\n") for one in found.plain)
    found.plain = [plain[:most]]
    if found.html or len(plain) <= most:
        return b""
    return plain.encode("utf-8", "replace")


def _new(found: parts.Gathered, *, reply: bool, forward: bool) -> tuple[str, str | None, str]:
    """The new text, the same as HTML, and what was cut off."""
    html = "\n".join(found.html)
    canonical = markup.canonical(html) if html and markup.is_readable(html) else ""
    lines = markup.lines(canonical)
    if not any(line.text.strip() for line in lines) and "<img" not in canonical:
        canonical, lines = "", from_plain("\n\n".join(found.plain))
    split = quotes.split(lines, reply=reply, forward=forward)
    new = lines[split.first : split.after]
    cut = as_plain(lines[: split.first] + lines[split.after :])
    if not canonical:
        return as_plain(new), None, cut
    if not new:
        pictures = markup.safe(canonical) if not cut and "cid:" in canonical else ""
        return "", pictures or None, cut
    start = 0 if not split.first else new[0].start
    end = len(canonical) if split.after == len(lines) else new[-1].end
    return as_plain(new), markup.safe(canonical[start:end]) or None, cut


def _shown(attachments: list[Attachment], html: str | None) -> list[Attachment]:
    """Which of them the HTML shows: of two of one name the first; the second is a file."""
    names = set(markup.pictures(html or ""))
    shown = []
    for one in attachments:
        inline = one.content_id in names
        names.discard(one.content_id or "")
        shown.append(replace(one, inline=inline))
    return shown


def _recipients(message: Message, most: int) -> tuple[Mailbox, ...]:
    both = [*headers.mailboxes(message, "To", most), *headers.mailboxes(message, "Cc", most)]
    return tuple({box.address: box for box in reversed(both)}.values())[::-1][:most]


def _fingerprint(letter: Letter) -> str:
    said = hashlib.sha256()
    facts = (
        letter.message_id or "",
        letter.sender.address if letter.sender else "",
        "" if letter.message_id else str(letter.sent_at),
        "" if letter.message_id else letter.subject,
        "" if letter.message_id else letter.text + letter.quoted,
    )
    for fact in facts:
        said.update(fact.encode("utf-8", "replace") + b"\0")
    return said.hexdigest()
