"""Did a person write this, to be read here; or a machine, in answer to something?

Whoever answers a machine as if it were a person begins a conversation that never ends. So the
headers that were made for this decide (RFC 3834, RFC 2919, RFC 3464), then the habits of well-known
programs, and the subject only where there is nothing else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

from bridges.email import headers
from bridges.email.attachments import content
from bridges.email.calendars import Meeting
from bridges.email.charsets import guessed
from bridges.email.delivery import is_gone

LOOP_HEADER = "X-Plein-Loop"
"""Stands in all that this bridge sends, with its domain: what comes back with it has been here."""

_MOST_RECEIVED = 60
"""Servers that a mail passes; more is a circle between servers that forget their own mark."""


class Kind(StrEnum):
    ORDINARY = "ordinary"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    CALENDAR = "calendar"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Bounce:
    """An address that a mail did not reach."""

    address: str
    hard: bool
    """It will not be reached later either."""
    status: str = ""
    """As in RFC 3463: 5.1.1."""
    message_id: str | None = None
    """Of the mail that did not arrive, where the report tells."""


_DAEMONS = re.compile(r"(?:mailer-daemon|postmaster)@", re.IGNORECASE)
_FAILED = re.compile(
    r"(?:undeliver(?:able|ed)|delivery (?:status notification|failure|has failed)|returned mail"
    r"|mail delivery (?:failed|subsystem)|failure notice|niet[- ](?:te )?bezorg|onbestelbaar"
    r"|unzustellbar)",
    re.IGNORECASE,
)
_ANSWERS = r"(?:re|aw|antw|sv|fwd?)\s*:\s*"
_AWAY = re.compile(
    rf"\s*(?:{_ANSWERS}){{0,3}}"
    r"(?:automatische? (?:antwoord|antwort|beantwoord|reactie)|automatic reply|auto[- ]?reply"
    r"|out of (?:the )?office(?: (?:auto)?reply)?|afwezigheids(?:bericht|melding|assistent)"
    r"|abwesenheits(?:notiz|assistent)|réponse automatique|absence du bureau|autosvar"
    rf"|automatisk[at]? svar|afwezig\s*:\s*{_ANSWERS}.*)\s*(?::|$)",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"(?:[a-z0-9-]{1,20}\s*;)?\s*<?([^\s<>;]{1,64}@[^\s<>;]{1,255})>?", re.I)
_STATUS = re.compile(r"([245])\.\d{1,3}\.\d{1,3}")


def kind_of(
    message: Message,
    *,
    sender: str,
    mail_from: str | None,
    ours: frozenset[str],
    bounces: Sequence[Bounce],
    meetings: Sequence[Meeting],
) -> Kind:
    if _has_been_here(message, ours):
        return Kind.LOOP
    if bounces or _is_report(message) or _bounces_in_words(message, sender, mail_from):
        return Kind.BOUNCE
    if _answers_by_itself(message, mail_from) or any(one.method == "REPLY" for one in meetings):
        return Kind.AUTO_REPLY
    if _goes_to_many(message):
        return Kind.LIST
    if any(one.method for one in meetings):
        return Kind.CALENDAR
    return Kind.AUTO_REPLY if _AWAY.match(headers.text(message, "Subject")) else Kind.ORDINARY


def bounces_of(message: Message, most: int = 200) -> tuple[Bounce, ...]:
    """What a report of delivery (RFC 3464) says of each address; what arrived is left out."""
    report, original = _report(message)
    found: dict[str, Bounce] = {}
    for block in report[:most]:
        action = headers.token(block, "Action")
        status = _STATUS.search(headers.first(block, "Status")[:200])
        if action in {"delivered", "relayed", "expanded", "delayed"} or not (action or status):
            continue
        address = _address(block)
        if address:
            code = status[0] if status else ""
            hard = is_gone(code) if code else action == "failed"
            found[address] = Bounce(address, hard, code, original)
    return tuple(found.values())


def _address(block: Message) -> str | None:
    """Where it was sent; the original one counts, for that is the one that we know."""
    for name in ("Original-Recipient", "Final-Recipient"):
        match = _ADDRESS.search(headers.first(block, name)[:1000])
        if match:
            return headers.normal(match[1])
    return None


def _report(message: Message) -> tuple[list[Message], str | None]:
    """The blocks of a delivery report, and the Message-ID of the mail that it is about."""
    blocks: list[Message] = []
    original = None
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return blocks, original
    for part in message.get_payload():
        if not isinstance(part, Message):
            continue
        kind = part.get_content_type()
        payload = part.get_payload() if part.is_multipart() else []
        inner = [one for one in payload if isinstance(one, Message)]
        if kind in {"message/delivery-status", "message/global-delivery-status"}:
            blocks += inner
        elif kind in {"message/rfc822", "message/global"} and inner:
            original = next(iter(headers.ids(inner[0], "Message-ID")), None)
        elif kind == "text/rfc822-headers":
            text = guessed(content(part)[:100_000])
            named = re.search(r"(?im)^message-id:\s*<([^<>\s]{1,900})>", text)
            original = named[1] if named else original
    return blocks, original


def _has_been_here(message: Message, ours: frozenset[str]) -> bool:
    marks = {value.strip().lower() for value in headers.raw(message, LOOP_HEADER)}
    lists = " ".join(headers.raw(message, "List-Id")).lower()
    from_list = any(re.search(rf"[<.]{re.escape(one)}>", lists) for one in ours)
    return bool(marks & ours) or from_list or len(headers.raw(message, "Received")) > _MOST_RECEIVED


def _is_report(message: Message) -> bool:
    if message.get_content_type() != "multipart/report":
        return False
    kind = str(message.get_param("report-type", "")).lower()
    return kind in {"", "delivery-status", "feedback-report"}


def _bounces_in_words(message: Message, sender: str, mail_from: str | None) -> bool:
    """Reports of servers that write no report of the kind that machines read."""
    if headers.raw(message, "X-Failed-Recipients"):
        return True
    subject = headers.text(message, "Subject")
    daemon = _DAEMONS.match(sender) or mail_from == ""
    return bool(daemon and (_FAILED.search(subject) or not sender))


def _answers_by_itself(message: Message, mail_from: str | None) -> bool:
    automatic = headers.token(message, "Auto-Submitted")
    suppressed = headers.first(message, "X-Auto-Response-Suppress").lower()
    return (
        mail_from == ""
        or automatic not in {"", "no"}
        # Exchange puts OOF and the like on every mail of some systems; All is for machines only.
        or "all" in suppressed
        or bool(headers.raw(message, "X-Autoreply"))
        or bool(headers.raw(message, "X-Autorespond"))
        or headers.token(message, "X-Autogenerated") in {"reply", "yes", "forward"}
        or headers.token(message, "Precedence") in {"auto_reply", "auto-reply"}
        or _is_receipt(message)
    )


def _is_receipt(message: Message) -> bool:
    """A note that a mail was read (RFC 8098)."""
    kind = str(message.get_param("report-type", "")).lower()
    return message.get_content_type() == "multipart/report" and kind == "disposition-notification"


def _goes_to_many(message: Message) -> bool:
    names = ("List-Id", "List-Unsubscribe", "List-Post", "X-Campaign-Id")
    return any(headers.raw(message, name) for name in names) or headers.token(
        message, "Precedence"
    ) in {"bulk", "junk", "list"}
