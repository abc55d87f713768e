"""What was sent along with a mail."""

import email.policy
from collections.abc import Iterator

_MOST = 50


def attachments(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The names of files in a mail, also in those that it passes on, and what is in them."""
    found = 0
    for part in email.message_from_bytes(data, policy=email.policy.default).walk():
        # What people send is often no mail by the book, and then anything may be raised.
        try:
            name = part.get_filename()
            inside = None if part.is_multipart() else part.get_payload(decode=True)
        except (ValueError, LookupError, TypeError, AttributeError):
            continue
        if name and isinstance(inside, bytes):
            found += 1
            yield name, inside
        if found == _MOST:
            return
