"""Does what a mail program writes come out as it went in?"""

from email.message import EmailMessage
from email.policy import SMTP

from hypothesis import given, settings
from hypothesis import strategies as some

from bridges.email.charsets import one_line, readable
from bridges.email.letters import Letter, read

_WORDS = some.text("abcXYZ .,", min_size=1, max_size=80) | some.text(
    some.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=200
)
_QUOTING = (">", "-", "—")
_LINES = some.lists(_WORDS.filter(lambda row: not row.lstrip().startswith(_QUOTING)), max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    lines=_LINES,
    subject=_WORDS,
    name=_WORDS,
    file=some.binary(max_size=300),
    way=some.sampled_from(["base64", "quoted-printable", "8bit"]),
)
def test_what_is_written_is_read(
    lines: list[str], subject: str, name: str, file: bytes, way: str
) -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Jan <jan@example.org>"
    mail["Subject"] = subject
    mail.set_content("\n".join(lines), cte=way)
    mail.add_attachment(file, maintype="application", subtype="x-plein", filename=f"a{name}.bin")

    letter = read(bytes(mail))

    assert isinstance(letter, Letter)
    assert "".join(letter.text.split()) == "".join(readable("\n".join(lines)).split())
    assert letter.subject.split() == one_line(subject).split()
    assert [one.data for one in letter.attachments] == [file]
