"""How can whoever gets our mail know that it is ours? By DKIM (RFC 6376), where we hold a key.

Signed when it goes out and not when it is written, so that a key can be changed while mail waits.
"""

import base64
import binascii
import email.policy
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path

import dkim

_ED25519 = bytes.fromhex("302e020100300506032b657004220420")
"""How the key begins that `openssl genpkey -algorithm ed25519` writes (RFC 8410)."""

_SIGNED = (
    *("From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "In-Reply-To", "References"),
    *("List-Id", "List-Post", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"),
    *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
)
_TEST = b"From: a@example.org\r\nSubject: x\r\n\r\nx\r\n"
_SEVEN_BIT = email.policy.SMTP.clone(cte_type="7bit")


class NoKey(Exception):
    """The key cannot be used; the text is for the operator."""


@dataclass(frozen=True, slots=True)
class Key:
    """`selector` is the name under which the other half stands in DNS."""

    selector: str
    algorithm: str
    """`rsa-sha256` or `ed25519-sha256`."""
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signer:
    domain: str
    keys: Sequence[Key]

    def signed(self, mail: bytes) -> bytes:
        """With a signature by each key above it; without keys as it is."""
        if not self.keys:
            return mail
        mail = _without_eighth_bit(mail)
        present = {name.lower() for name, _ in BytesHeaderParser().parsebytes(mail).items()}
        # Once more than they are there: so nobody adds a second one that programs show instead.
        names = [name for name in _SIGNED if name.lower() in present] + list(_SIGNED)
        signatures = b"".join(self._signature(mail, key, names) for key in self.keys)
        return signatures + mail

    def _signature(self, mail: bytes, key: Key, names: list[str]) -> bytes:
        signed: bytes = dkim.sign(
            mail,
            key.selector.encode(),
            self.domain.encode(),
            key.secret,
            # Relaxed, as servers on the way fold lines anew and drop spaces at their ends.
            canonicalize=(b"relaxed", b"relaxed"),
            signature_algorithm=key.algorithm.encode(),
            include_headers=[name.encode() for name in names],
        )
        return signed


def key(selector: str, file: Path) -> Key:
    """Read a key as OpenSSL or dkimpy's `dknewkey` writes it; raises `NoKey`."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise NoKey(f"{file}: it cannot be read: {error.strerror}.") from None
    seed = _seed(data)
    found = Key(selector, "ed25519-sha256", seed) if seed else Key(selector, "rsa-sha256", data)
    try:
        Signer("example.org", (found,)).signed(_TEST)
    except (dkim.DKIMException, ValueError, TypeError, IndexError) as error:
        raise NoKey(f"{file}: it is no RSA or Ed25519 key that can sign.") from error
    return found


def _seed(data: bytes) -> bytes | None:
    """The 32 bytes of an Ed25519 key, in base64; None where it is another key."""
    inner = b"".join(line for line in data.splitlines() if not line.startswith(b"-----"))
    try:
        raw = base64.b64decode(inner, validate=True)
    except (binascii.Error, ValueError):
        return None
    if raw.startswith(_ED25519):
        raw = raw.removeprefix(_ED25519)
    return base64.b64encode(raw) if len(raw) == 32 else None


def _without_eighth_bit(mail: bytes) -> bytes:
    """A server on the way may write it in seven bits, and the signature would not hold."""
    if mail.isascii():
        return mail
    return BytesParser(policy=email.policy.default).parsebytes(mail).as_bytes(policy=_SEVEN_BIT)
