"""Is a message a mail that every program and server can handle?"""

from email import message_from_bytes, policy

import pytest

from bridges.email.composing import Attached, compose, message_id
from bridges.email.letters import Kind, Letter, read
from tests.bridges.email.outgoing import message, outgoing


def test_a_mail_of_ours_that_comes_back_is_known() -> None:
    letter = read(message(), ours=frozenset({"plein.test"}))

    assert isinstance(letter, Letter)
    assert letter.kind is Kind.LOOP
    assert letter.message_id == message_id("$event:plein.test", "plein.test")
    assert letter.references == ("1@example.org", "2@plein.test")


def test_it_can_be_stopped_by_one_press() -> None:
    mail = message_from_bytes(message(), policy=policy.default)

    assert mail["List-Unsubscribe"] == "<https://plein.test/mail/leave/mzxw6ytboi>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "<zaanstreek.jeugdzorg.plein.test>"
    assert mail["Auto-Submitted"] is None, "who is away answers no list, and this is one"


def test_what_people_write_makes_no_header_and_turns_nothing_around() -> None:
    sent = bytes(
        compose(
            outgoing(
                sender_name="Jan\r\nBcc: a@example.org \u202edief\ud800",
                subject="Hoi\nX-Kwaad: ja",
                text="a\0b\ud800c\u202ed",
            )
        )
    )
    mail = message_from_bytes(sent, policy=policy.default)

    assert mail["Bcc"] is None
    assert mail["X-Kwaad"] is None
    assert mail["Subject"] == "Re: Hoi X-Kwaad: ja"
    assert mail["From"].addresses[0].addr_spec == "zaanstreek+jeugdzorg@plein.test"
    assert "\u202e" not in mail["From"].addresses[0].display_name
    plain = mail.get_body(("plain",))
    assert plain
    assert plain.get_content().startswith("ab\ufffdcd\n")


@pytest.mark.parametrize(
    ("mime", "expected"),
    [
        ("Image/PNG; name=a", "image/png"),
        ("multipart/mixed", "application/octet-stream"),
        ("image/png\r\nX-Kwaad: ja", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_the_type_of_a_file_makes_no_header_and_no_parts(mime: str, expected: str) -> None:
    mail = message_from_bytes(
        bytes(compose(outgoing(attachments=(Attached("a\ud800\u202e.png", mime, b"x"),)))),
        policy=policy.default,
    )

    (file,) = mail.iter_attachments()
    assert file.get_content_type() == expected
    assert (file.get_filename(), file.get_content()) == ("a\ufffd.png", b"x")
