"""Mails, as different mail programs write them, by Python's own package."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

from tests.documents.corpus.programs import pandoc, step, writer

_AT = format_datetime(datetime(2026, 10, 12, 9, 30, tzinfo=UTC))


def _begun(source: Path) -> tuple[EmailMessage, str]:
    """A mail with its headers, and what is to be in it."""
    head, _, body = source.read_text().partition("\n\n")
    said = dict(line.split(": ", 1) for line in head.splitlines())
    mail = EmailMessage()
    mail["From"] = "Sanne de Vries <sanne.devries@zaanstad.example>"
    mail["To"] = "Afdeling Coördinatie en Financiën <coordinatie@zaanstad.example>"
    mail["Date"] = _AT
    mail["Message-ID"] = make_msgid(idstring="corpus", domain="zaanstad.example")
    mail["Subject"] = said["Onderwerp"]
    return mail, body


def _written(mail: EmailMessage, source: Path) -> Path:
    made = source.with_suffix(".eml")
    made.write_bytes(mail.as_bytes())
    return made


@step("Python (quoted-printable)")
def quoted_printable(source: Path) -> Path:
    mail, body = _begun(source)
    mail.set_content(body, cte="quoted-printable")
    return _written(mail, source)


@step("Python (base64)")
def in_base64(source: Path) -> Path:
    mail, body = _begun(source)
    mail.set_content(body, cte="base64")
    return _written(mail, source)


@step("Python (a PDF by LibreOffice with it)")
def with_document(source: Path) -> Path:
    mail, body = _begun(source)
    mail.set_content(body)
    sources = Path(__file__).parent / "sources"
    beside = source.with_name("bijlage.md")
    beside.write_text((sources / f"{source.stem}-bijlage.md").read_text())
    pages = writer("pdf")(pandoc("odt")(beside)).read_bytes()
    mail.add_attachment(pages, "application", "pdf", filename="Specificatie één.pdf")
    return _written(mail, source)


@step("Python (a mail in a mail)")
def forwarded(source: Path) -> Path:
    inner, body = _begun(source)
    inner.set_content(body, charset="iso-8859-15", cte="quoted-printable")
    mail, _ = _begun(source)
    mail.set_content("Zie hieronder.")
    mail.add_attachment(inner)
    return _written(mail, source)


@step("pandoc and Python (only HTML)")
def only_html(source: Path) -> Path:
    mail, body = _begun(source)
    page = source.with_name("body.md")
    page.write_text(body)
    mail.set_content(pandoc("html")(page).read_text(), subtype="html", cte="quoted-printable")
    return _written(mail, source)


@step("Python (windows-1252, text and HTML, a list with it)")
def in_latin(source: Path) -> Path:
    mail, body = _begun(source)
    mail.set_content(body, charset="windows-1252", cte="8bit")
    page = source.with_name("body.md")
    page.write_text(body)
    mail.add_alternative(pandoc("html")(page).read_text(), subtype="html", cte="base64")
    people = "Naam;Organisatie\nJoost Bakker;Purmerend\nFatima el Amrani;Oostzaan\n"
    mail.add_attachment(people.encode("cp1252"), "text", "csv", filename="presentielijst.csv")
    return _written(mail, source)
