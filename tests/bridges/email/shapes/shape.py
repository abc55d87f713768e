"""A mail as it may come in, and what should come of it."""

from dataclasses import dataclass, field
from typing import Any

HEAD = "From: Jan <jan@example.org>\nTo: plek@plein.test\nSubject: Groeten\nMessage-ID: <1@example.org>\n"
PICTURE = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


@dataclass(frozen=True)
class Shape:
    name: str
    raw: bytes
    expected: dict[str, Any] = field(default_factory=dict)
    """Fields of the letter; also `files` (names), `to` (addresses), `lacks` and `holds` (pieces of
    text or HTML)."""
    mail_from: str | None = None


def shape(name: str, raw: bytes | str, mail_from: str | None = None, /, **expected: Any) -> Shape:
    data = raw.encode() if isinstance(raw, str) else raw
    return Shape(name, data.replace(b"\n", b"\r\n"), expected, mail_from)


def mail(body: bytes | str, *headers: str, head: str = HEAD) -> bytes:
    top = head + "".join(f"{line}\n" for line in headers) + "\n"
    return top.encode() + (body.encode() if isinstance(body, str) else body)


def text(body: bytes | str, *, charset: str = "utf-8", way: str = "8bit", more: str = "") -> bytes:
    kind = f"Content-Type: text/plain; charset={charset}{more}"
    return mail(body, "MIME-Version: 1.0", kind, f"Content-Transfer-Encoding: {way}")


def reply(body: str, subject: str = "Re: Groeten") -> bytes:
    head = HEAD.replace("Subject: Groeten", f"Subject: {subject}")
    return mail(
        body, "In-Reply-To: <0@plein.test>", "Content-Type: text/plain; charset=utf-8", head=head
    )


def html(body: str, *headers: str) -> bytes:
    return mail(body, *headers, "Content-Type: text/html; charset=utf-8")


def html_reply(body: str) -> bytes:
    return html(body, "In-Reply-To: <0@plein.test>")


def part(kind: str, body: str, *headers: str) -> str:
    return "".join(f"{line}\n" for line in (f"Content-Type: {kind}", *headers)) + f"\n{body}\n"


def multi(kind: str, *parts: str, boundary: str = "b1", more: str = "") -> str:
    pieces = "".join(f"--{boundary}\n{one}" for one in parts)
    return (
        f'Content-Type: multipart/{kind}; boundary="{boundary}"{more}\n\n{pieces}--{boundary}--\n'
    )


def whole(content: str, head: str = HEAD) -> str:
    """A mail of which `content` begins with its Content-Type."""
    return f"{head}MIME-Version: 1.0\n{content}"
