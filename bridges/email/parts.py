"""Of what parts is a mail made: what is its text, and what came along?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from html import escape

from bridges.email import attachments, markup, plain, tnef
from bridges.email.attachments import Attachment, content, content_id_of, default_name, mime_of
from bridges.email.calendars import Meeting, meeting
from bridges.email.charsets import decoded, readable
from bridges.email.headers import text as header_text
from bridges.email.headers import token

_DEEPEST = 100
_FOR_MACHINES = {
    "text/x-amp-html",  # a page in a mail, beside the same as HTML
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "application/pgp-keys",
}
_SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"}
_TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
_REPORTS = {
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
}


@dataclass(slots=True)
class Gathered:
    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    """Where there is any, it says all that `plain` says."""
    attachments: list[Attachment] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    sealed: bool = False

    def take(self, other: "Gathered") -> None:
        if self.html or other.html:
            self.html = self._as_html() + other._as_html()
        self.plain += other.plain
        self.take_along(other)

    def _as_html(self) -> list[str]:
        return self.html or [as_html(text) for text in self.plain]

    def take_along(self, other: "Gathered") -> None:
        """All but its text."""
        self.attachments += other.attachments
        self.meetings += other.meetings
        self.sealed = self.sealed or other.sealed

    def says_something(self) -> bool:
        return bool(self.html or any(text.strip() for text in self.plain))


def as_html(text: str) -> str:
    return "<div>" + escape(text, quote=False).replace("\n", "<br>") + "</div>"


def gathered(message: Message, most: int) -> Gathered:
    """At most so many attachments; the rest are left out, so let it be more than people send."""
    found = _Gatherer(most).part(message, 0)
    found.attachments = found.attachments[:most]
    return found


class _Gatherer:
    def __init__(self, most: int) -> None:
        self._most = most
        self._number = 0

    def part(self, part: Message, depth: int) -> Gathered:
        kind = part.get_content_type()
        children = _children(part)
        if depth > _DEEPEST:
            return Gathered()
        if kind in _SEALED:
            return Gathered(sealed=True)
        if kind in _FOR_MACHINES or kind in _REPORTS:
            return Gathered()
        if part.get_content_maintype() == "message":
            return self._letter(part, children)
        if children:
            return self._several(kind, children, depth)
        if part.get_content_maintype() == "multipart" and (again := _found_again(part)):
            return self.part(again, depth + 1)
        return self._single(part, kind, depth)

    def _several(self, kind: str, children: Sequence[Message], depth: int) -> Gathered:
        parts = [self.part(child, depth + 1) for child in children]
        if kind == "multipart/alternative":
            return _best(parts)
        together = Gathered()
        for part in parts:
            together.take(part)
        return together

    def _single(self, part: Message, kind: str, depth: int) -> Gathered:
        name = attachments.name_of(part)
        apart = token(part, "Content-Disposition") == "attachment" or bool(name and depth)
        if kind in _TNEF or name.lower() == "winmail.dat":
            data = content(part)
            return Gathered(attachments=tnef.unpacked(data, self._most) or [self._kept(part, name)])
        if kind in {"text/calendar", "application/ics"}:
            found = meeting(decoded(content(part), part.get_content_charset()))
            kept = [self._kept(part, name or "invitation.ics")]
            return Gathered(attachments=kept, meetings=[found] if found else [])
        if apart or (part.get_content_maintype() not in {"text", "multipart"}):
            return Gathered(attachments=[self._kept(part, name)])
        return self._text(part, kind, name)

    def _text(self, part: Message, kind: str, name: str) -> Gathered:
        text = readable(decoded(content(part), _charset(part)))
        if kind == "text/html":
            if markup.is_readable(text):
                return Gathered(html=[text])
            return Gathered(plain=[markup.without_markup(text)])
        if kind == "text/enriched":
            return Gathered(plain=[plain.enriched(text)])
        if kind not in {"text/plain", "text/markdown"} and part.get_content_maintype() == "text":
            return Gathered(attachments=[self._kept(part, name)])
        if _parameter(part, "format") == "flowed":
            text = plain.unflowed(text, delete_space=_parameter(part, "delsp") == "yes")
        text, sealed = plain.without_armour(text)
        return Gathered(plain=[text], sealed=sealed)

    def _letter(self, part: Message, children: Sequence[Message]) -> Gathered:
        """A letter in a letter is kept whole: whose words they are must stay clear."""
        subject = header_text(children[0], "Subject") if children else ""
        name = attachments.name_of(part) or attachments.plain_name(
            f"{subject[:100] or 'message'}.eml"
        )
        try:
            data = children[0].as_bytes() if children else content(part)
        except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            data = b""  # Too broken to be written again, even by what read it.
        kept = Attachment(name, "message/rfc822", data)
        return Gathered(attachments=[kept] if data else [])

    def _kept(self, part: Message, name: str) -> Attachment:
        self._number += 1
        mime = mime_of(part, name)
        name = name or default_name(mime, self._number)
        return Attachment(name, mime, content(part), content_id_of(part))


def _best(parts: Sequence[Gathered]) -> Gathered:
    """The last that can be shown, as whoever wrote it put the best last."""
    chosen = Gathered()
    for part in parts:
        if any(markup.says_something(html) for html in part.html):
            chosen.html, chosen.plain = part.html, part.plain
        elif not chosen.html and any(text.strip() for text in part.plain):
            chosen.plain = part.plain
        chosen.take_along(part)
    return chosen


def _children(part: Message) -> Sequence[Message]:
    payload = part.get_payload() if part.is_multipart() else []
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _found_again(part: Message) -> Message | None:
    """A multipart that lost its boundary: the first line of the body that looks like one."""
    body = content(part)
    line = re.match(rb"\s*--([A-Za-z0-9'()+_,./:=? -]{1,70}?)[ \t]*\r?\n", body)
    if not line:
        return None
    kind = part.get_content_subtype().encode("ascii", "replace")
    head = b"Content-Type: multipart/" + kind + b'; boundary="' + line[1] + b'"\r\n\r\n'
    again = BytesParser(policy=part.policy).parsebytes(head + body)
    return again if again.is_multipart() else None


def _charset(part: Message) -> str | None:
    return _parameter(part, "charset") or None


def _parameter(part: Message, name: str) -> str:
    try:
        value = part.get_param(name, "")
    except (ValueError, LookupError, TypeError, MessageError):
        return ""
    return (value[2] if isinstance(value, tuple) else str(value)).strip().lower()
