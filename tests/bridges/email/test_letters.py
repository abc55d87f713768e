"""What is read of mail that is too much, or comes again?"""

import pytest

from bridges.email import headers, trees
from bridges.email.letters import Letter, Limits, Trouble, Unreadable, read
from tests.bridges.email.shapes import heads
from tests.bridges.email.shapes.shape import Shape, mail, multi, part, shape, whole


def letter(raw: bytes | str, limits: Limits | None = None) -> Letter:
    read_letter = read(shape("", raw).raw, limits=limits)
    assert isinstance(read_letter, Letter)
    return read_letter


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (b"From: a@example.org\n\n" + b"x" * 1000, Trouble.TOO_LARGE),
        (b"boundary message/" * 20 + b"\n" * 500, Trouble.TOO_INTRICATE),
        (b"", Trouble.NOT_A_MAIL),
        (b"\x00\xff\n\n\n", Trouble.NOT_A_MAIL),
        (b"Dit is gewoon tekst", Trouble.NOT_A_MAIL),
    ],
)
def test_what_is_no_mail_or_too_much_is_unreadable(raw: bytes, trouble: Trouble) -> None:
    assert read(raw, limits=Limits(size=1000, effort=10_000)) == Unreadable(trouble)


def test_a_text_that_is_too_long_goes_on_in_a_file() -> None:
    long = letter(mail("abc" * 100), Limits(text=10))

    assert long.text == "abcabcabca"
    assert [(one.name, one.data) for one in long.attachments] == [("message.txt", b"abc" * 100)]


def test_more_attachments_than_the_limit_are_left_out() -> None:
    parts = [part("application/pdf", "x") for _ in range(20)]

    assert len(letter(whole(multi("mixed", *parts)), Limits(attachments=5)).attachments) == 5


def test_the_same_mail_has_the_same_fingerprint_and_another_has_not() -> None:
    nameless = mail("Hallo", head="From: a@example.org\n")
    again = mail("Hallo", "Received: by a second way", head="From: a@example.org\n")
    other = mail("Hallo!", head="From: a@example.org\n")

    assert letter(nameless).fingerprint == letter(again).fingerprint != letter(other).fingerprint
    assert letter(mail("x")).fingerprint == letter(mail("x\n\nvoettekst van een lijst")).fingerprint


@pytest.mark.parametrize("shape", heads.SHAPES, ids=lambda shape: shape.name)
def test_at_the_door_a_mail_has_the_same_author(shape: Shape) -> None:
    whole_letter = read(shape.raw)

    assert isinstance(whole_letter, Letter)
    assert headers.sender(trees.head(shape.raw)) == whole_letter.sender
