"""The words of what people send, whatever its name says that it is."""

import asyncio
import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from plein_bot.documents.answers import Failed, Reason
from plein_bot.documents.jobs.mimes import mime_of
from plein_bot.documents.jobs.texts import LONGEST
from plein_bot.documents.limits import Limits
from plein_bot.documents.texts import Text, read

FIXTURES = Path(__file__).parent / "fixtures"
OOXML = "application/vnd.openxmlformats-officedocument"
ODF = "application/vnd.oasis.opendocument"


def packed(parts: dict[str, str]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return whole.getvalue()


def odf(kind: str, body: str) -> bytes:
    names = {"office": "office", "text": "text", "table": "table", "draw": "drawing"}
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in names.items()
    )
    inner = f"<office:body>{body}</office:body>"
    content = f"<office:document-content {spaces}>{inner}</office:document-content>"
    entry = '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/>'
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    manifest = f'<m:manifest xmlns:m="{space}">{entry}</m:manifest>'
    return packed(
        {
            "mimetype": f"{ODF}.{kind}",
            "META-INF/manifest.xml": manifest,
            "content.xml": content,
        }
    )


LOCKED = ("pdf", "docx", "xlsx", "odt", "ods")


def locked(name: str) -> bytes:
    return (FIXTURES.parent / "corpus/locked" / name).read_bytes()


SLIDES = odf(
    "presentation",
    "<office:presentation><draw:page><draw:frame><draw:text-box>"
    "<text:p>Bankjes langs het <text:span>water</text:span></text:p>"
    "</draw:text-box></draw:frame></draw:page></office:presentation>",
)
SHEET = odf(
    "spreadsheet",
    '<office:spreadsheet><table:table table:name="Blad"><table:table-row>'
    '<table:table-cell office:value-type="string"><text:p>Bankjes</text:p></table:table-cell>'
    "</table:table-row></table:table></office:spreadsheet>",
)
MAIL = (
    b"From: sanne@zaanstad.example\r\nTo: joost@purmerend.example\r\n"
    b"Subject: Bankjes langs de route\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nZe komen er, twaalf stuks.\r\n"
)
PAGE = (
    "<!DOCTYPE html><html><body><p>Bankjes &amp; caf\u00e9s</p>"
    "<script>kwaad()</script></body></html>"
)

XHTML = f"<?xml version='1.0'?>\n<!-- van > een ander -->\n{PAGE.replace('<!DOCTYPE html>', '')}"
LATIN = '<html><head><meta charset="iso-8859-15"></head><body>\u20ac 12, caf\u00e9</body></html>'
TEMPLATE = odf(
    "text-template", "<office:text><text:p>Bankjes langs het water</text:p></office:text>"
)


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


@pytest.mark.parametrize(
    ("data", "mime", "words"),
    [
        (fixture("wandelroute.pdf"), "application/pdf", "nieuwe wandelroute langs het water"),
        (fixture("verslag.docx"), f"{OOXML}.wordprocessingml.document", "Meersloot"),
        (fixture("verslag.odt"), f"{ODF}.text", "Meersloot"),
        (SHEET, f"{ODF}.spreadsheet", "Bankjes"),
        (SLIDES, f"{ODF}.presentation", "Bankjes langs het water"),
        (MAIL, "message/rfc822", "Ze komen er, twaalf stuks."),
        (PAGE.encode(), "text/html", "Bankjes & caf\u00e9s"),
        (XHTML.encode(), "text/html", "Bankjes & caf\u00e9s"),
        (XHTML.encode("utf-16"), "text/html", "Bankjes & caf\u00e9s"),
        (XHTML.encode("cp1252"), "text/html", "Bankjes & caf\u00e9s"),
        (PAGE.encode("cp1252"), "text/html", "Bankjes & caf\u00e9s"),
        (LATIN.encode("iso-8859-15"), "text/html", "\u20ac 12, caf\u00e9"),
        (TEMPLATE, f"{ODF}.text-template", "Bankjes langs het water"),
        (b"Onderwerp;Bedrag\nBankjes;1200\n", "text/plain", "Bankjes;1200"),
        ("Caf\u00e9s aan het water".encode("cp1252"), "text/plain", "Caf\u00e9s"),
        ("Caf\u00e9s aan het water".encode("utf-16"), "text/plain", "Caf\u00e9s"),
        (rb"{\rtf1\ansi Een {\b caf\'e9} aan het water\par}", "application/rtf", "Een caf\u00e9"),
        (b"", "text/plain", ""),
        (fixture("werkplaats.png"), "image/png", ""),
        (b"MZ\x90\x00" + b"\0" * 200, "application/x-msdownload", ""),
        (packed({"brief.txt": "hallo"}), "application/zip", ""),
        (b"\x01\x02\0\x03" * 50, "application/octet-stream", ""),
    ],
    ids=lambda value: value if isinstance(value, str) and "/" in value else "",
)
async def test_the_words_are_found_by_what_is_in_the_file(
    data: bytes, mime: str, words: str
) -> None:
    found = await read(data)

    assert isinstance(found, Text), found
    assert found.mime == mime
    assert words in " ".join(found.text.split())
    assert bool(found.text) is bool(words)
    assert "kwaad" not in found.text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (fixture("verslag.docx")[:3000], Reason.BROKEN),
        (fixture("verslag.odt")[:3000], Reason.BROKEN),
        (fixture("verslag.docx").replace(b"d/document", b"d/doc\xd4ment", 1), Reason.BROKEN),
        (b"%PDF-1.7\n" + b"rommel " * 50, Reason.BROKEN),
        (odf("presentation", "<nooit gesloten"), Reason.BROKEN),
        (packed({"xl/workbook.xml": " " * 300_000_000}), Reason.TOO_LARGE),
        *((locked(f"wachtwoord.{kind}"), Reason.LOCKED) for kind in LOCKED),
    ],
    ids=["half a docx", "half an odt", "a name spoiled", "no pdf", "no xml", "zip bomb", *LOCKED],
)
async def test_what_cannot_be_read_has_a_reason(data: bytes, reason: Reason) -> None:
    assert await read(data) == Failed(reason)


async def test_what_may_be_read_by_all_and_changed_by_some_is_read() -> None:
    found = await read(locked("alleen-lezen.pdf"))

    assert isinstance(found, Text)
    assert "rijwieltunnel" in found.text.replace("-", "")


def photograph() -> bytes:
    """As a telephone makes it: with the place where it was taken, and words about it."""
    image, whole = Image.new("RGB", (64, 64), "#154273"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Achtertuin van Sanne"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 26.0, 20.4), 3: "E", 4: (4.0, 49.0, 44.8)})
    image.save(whole, "JPEG", exif=exif)
    assert b"Achtertuin" in whole.getvalue()
    return whole.getvalue()


async def test_nothing_of_where_a_photograph_was_taken_is_read() -> None:
    assert await read(photograph()) == Text("image/jpeg", "")
    # Nor where it stands in a document.
    pages, whole = io.BytesIO(photograph()), io.BytesIO()
    Image.open(pages).save(whole, "PDF", exif=Image.open(pages).getexif())
    found = await read(whole.getvalue())
    assert isinstance(found, Text)
    assert "Achtertuin" not in found.text
    assert "52" not in found.text


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("De ge-\r\n  meente be\u2010\nsluit", "De gemeente besluit"),
        ("De ge\u00ad\nmeente", "De gemeente"),
        ("jeugd-\nen gezinszorg", "jeugd-\nen gezinszorg"),
        ("Noord-\nHolland", "Noord-\nHolland"),
        ("2025-\n2026, en dan -\nniets", "2025-\n2026, en dan -\nniets"),
    ],
)
async def test_a_word_that_is_broken_over_lines_is_made_whole(text: str, read_as: str) -> None:
    assert await read(text.encode()) == Text("text/plain", read_as)


async def test_what_cannot_be_read_with_a_mail_does_not_spoil_it() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "sanne@zaanstad.example", "Bankjes"
    mail.set_content("Zie de bijlagen.")
    half = fixture("verslag.docx")[:3000]
    mail.add_attachment(half, "application", "x", filename="half.docx")
    mail.add_attachment(fixture("verslag.odt"), "application", "x", filename="héél.odt")

    found = await read(mail.as_bytes())

    assert isinstance(found, Text)
    for words in ("Zie de bijlagen.", "half.docx", "héél.odt", "Meersloot"):
        assert words in found.text


async def test_a_text_has_an_end() -> None:
    found = await read(b"woord " * 200_000)

    assert isinstance(found, Text)
    assert len(found.text) == LONGEST


async def test_many_at_once_are_read_in_turns() -> None:
    found = await asyncio.gather(*(read(b"bankjes") for _ in range(4)))

    assert found == [Text("text/plain", "bankjes")] * 4


async def test_a_reader_that_takes_too_long_is_stopped() -> None:
    found = await read(fixture("verslag.docx"), Limits(seconds=0))

    assert found == Failed(Reason.TOO_SLOW)


def test_a_name_does_not_tell_what_a_file_is() -> None:
    assert mime_of(b"MZ" + b"\0" * 100) == "application/x-msdownload"
    assert mime_of(b"Van: a\n\nGewoon een brief") == "text/plain"
    assert mime_of(b"MZ, dat is Maatschappelijke Zorg") == "text/plain"
