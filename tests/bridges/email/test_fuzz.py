"""Is any mail read or refused, whatever happened to it on the way? `make fuzz-email N=10000`."""

import os
import random
import re
from collections.abc import Callable

import pytest

from bridges.email import headers, trees
from bridges.email.letters import Letter, Limits, Unreadable, read
from tests.bridges.email.shapes import bodies, heads, letters_in, machines, quoting

_SHAPES: list[bytes] = [
    shape.raw
    for part in (bodies, heads, letters_in, machines, quoting)
    for shape in part.SHAPES
    if len(shape.raw) < 20_000
]
_COUNT = int(os.environ.get("PLEIN_FUZZ") or 500)
_BATCHES = 5
_EVIL: list[bytes] = [
    *(b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"=?utf-8?B?", b"=?utf-8?q?=ZZ?=", b"\r", b"\r\n\r\n"),
    *(
        b"--b1\r\n",
        b"--b1--\r\n",
        b'boundary="',
        b"charset=utf-7",
        b"charset*0*=x''%",
        b"filename*1=",
    ),
    *(b"<div>" * 300, b"<blockquote type=cite>", b"</table>", b"<!--", b"<![CDATA[", b"&#x110000;"),
    *(b"> > > ", b"-- \r\n", b"BEGIN:VEVENT\r\n", b"=\r\n", b"(((((", b'"', b"<<<>>>", b";;=;"),
    *(
        "\u202e".encode(),
        "\ufeff".encode(),
        b"Content-Type: message/rfc822\r\n\r\n",
        b"99999999999",
    ),
]
Mutation = Callable[[random.Random, bytes], bytes]


def _place(chance: random.Random, mail: bytes) -> int:
    return chance.randrange(len(mail) + 1)


def _flipped(chance: random.Random, mail: bytes) -> bytes:
    changed = bytearray(mail)
    for _ in range(chance.randint(1, 20)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(chance: random.Random, mail: bytes) -> bytes:
    first, after = sorted((_place(chance, mail), _place(chance, mail)))
    return mail[:first] + mail[after:]


def _doubled(chance: random.Random, mail: bytes) -> bytes:
    first, after = sorted((_place(chance, mail), _place(chance, mail)))
    return mail[:after] + mail[first:after] * chance.randint(1, 3) + mail[after:]


def _shuffled(chance: random.Random, mail: bytes) -> bytes:
    lines = mail.split(b"\r\n")
    for _ in range(chance.randint(1, 5)):
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return b"\r\n".join(lines)


def _spoilt(chance: random.Random, mail: bytes) -> bytes:
    at = _place(chance, mail)
    return mail[:at] + chance.choice(_EVIL) * chance.randint(1, 3) + mail[at:]


def _spliced(chance: random.Random, mail: bytes) -> bytes:
    other = chance.choice(_SHAPES)
    return mail[: _place(chance, mail)] + other[_place(chance, other) :]


_MUTATIONS: list[Mutation] = [_flipped, _cut, _doubled, _shuffled, _spoilt, _spliced]


def mutated(chance: random.Random) -> bytes:
    mail = chance.choice(_SHAPES)
    for _ in range(chance.randint(1, 4)):
        mail = chance.choice(_MUTATIONS)(chance, mail)[:200_000]
    return mail


def assert_harmless(letter: Letter) -> None:
    words = [letter.subject, letter.text, letter.html or "", letter.quoted]
    words += [one.name for one in letter.attachments]
    words += [box.name + box.address for box in letter.recipients]
    for text in words:
        text.encode()
        assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", text)
    for header in (letter.subject, letter.message_id or "", letter.in_reply_to or ""):
        assert "\n" not in header
    html = letter.html or ""
    assert not re.search(r"<(?!/?[a-z][a-z0-9]*[ >])", html)
    assert not re.search(r"<(script|style|iframe|object|form|input|svg)\b", html)
    assert not re.search(
        r'<[^>]*\s(src="(?!cid:)|on\w+=|style=|href="(javascript|data|cid):)', html
    )
    assert letter.sender is None or letter.sender.address.count("@") == 1
    assert len(letter.attachments) <= 101
    assert not any("/" in one.name or one.name.startswith(".") for one in letter.attachments)


@pytest.mark.parametrize("batch", range(_BATCHES))
def test_a_mail_that_was_damaged_is_read_or_refused(batch: int) -> None:
    for number in range(batch, _COUNT, _BATCHES):
        mail = mutated(random.Random(number))

        letter = read(mail, mail_from="a@example.org", limits=Limits(text=50_000))

        try:
            assert isinstance(letter, Letter | Unreadable)
            if isinstance(letter, Letter):
                assert_harmless(letter)
                assert headers.sender(trees.head(mail)) == letter.sender
        except AssertionError as error:
            raise AssertionError(f"mutation {number}: {error}") from error
