"""Does what we sign hold where it arrives, and fall when somebody changed it?"""

import base64
from collections.abc import Callable
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bridges.email.signing import NoKey, Signer, key
from tests.bridges.email.outgoing import confirmation, message

Zone = dict[str, bytes]


@pytest.fixture(scope="module")
def zone() -> Zone:
    return {}


@pytest.fixture(scope="module")
def signer(zone: Zone, tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """With a key of each kind, the other half of which stands in the zone."""
    folder = tmp_path_factory.mktemp("keys")
    rsa, edwards = generate_private_key(65537, 2048), Ed25519PrivateKey.generate()
    for name, secret in (("rsa", rsa), ("ed", edwards)):
        pem = secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / name).write_bytes(pem)
    public = rsa.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    raw = edwards.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    zone["rsa._domainkey.plein.test."] = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    zone["ed._domainkey.plein.test."] = b"v=DKIM1; k=ed25519; p=" + base64.b64encode(raw)
    return Signer("plein.test", (key("rsa", folder / "rsa"), key("ed", folder / "ed")))


def holds(mail: bytes, zone: Zone) -> list[bool]:
    """Whether each of its signatures does."""
    verifier = dkim.DKIM(mail)
    count = len([name for name, _ in verifier.headers if name.lower() == b"dkim-signature"])

    def record(name: bytes, timeout: int = 5) -> bytes | None:
        return zone.get(name.decode())

    def verified(one: int) -> bool:
        try:
            return bool(dkim.DKIM(mail).verify(idx=one, dnsfunc=record))
        except dkim.ValidationError:
            return False

    return [verified(one) for one in range(count)]


async def test_what_goes_out_is_signed_with_both_keys(
    signer: Signer, zone: Zone, tmp_path: Path
) -> None:
    for mail in (message(), await confirmation(tmp_path)):
        signed = signer.signed(mail)

        assert signed.isascii(), "a server that knows no eight bits would break the signature"
        assert holds(signed, zone) == [True, True]


@pytest.mark.parametrize(
    "change",
    [
        lambda mail: mail.replace(
            b"List-Unsubscribe: <", b"List-Unsubscribe: <https://x.example>, <"
        ),
        lambda mail: b"From: dief@example.org\r\n" + mail,
        lambda mail: b"Subject: Nee\r\n" + mail,
        lambda mail: b"Cc: dief@example.org\r\n" + mail,
        lambda mail: mail + b"PS: geld overmaken\r\n",
    ],
    ids=["its way out", "a second sender", "a second subject", "one more reader", "its text"],
)
def test_what_is_changed_or_added_on_the_way_shows(
    signer: Signer, zone: Zone, change: Callable[[bytes], bytes]
) -> None:
    assert holds(change(signer.signed(message())), zone) == [False, False]


def test_what_servers_do_on_the_way_does_not_harm(signer: Signer, zone: Zone) -> None:
    signed = signer.signed(message()).replace(b"Subject: ", b"Subject:\r\n  ")

    assert holds(b"Received: from a by b\r\n" + signed.replace(b"\r\n", b"\n"), zone) == [
        True,
        True,
    ]


def test_without_keys_a_mail_goes_as_it_is() -> None:
    mail = message()

    assert Signer("plein.test", ()).signed(mail) == mail


def test_the_key_of_dknewkey_is_read_and_another_file_refused(tmp_path: Path) -> None:
    seed, other = tmp_path / "seed", tmp_path / "other"
    seed.write_bytes(base64.b64encode(b"x" * 32))
    other.write_text("-----BEGIN PRIVATE KEY-----\nbmlldHM=\n-----END PRIVATE KEY-----\n")

    assert key("a", seed).algorithm == "ed25519-sha256"
    for file in (other, tmp_path / "nowhere"):
        with pytest.raises(NoKey, match=file.name):
            key("a", file)
