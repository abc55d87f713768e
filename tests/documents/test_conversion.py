"""What becomes of documents of each kind, good ones and others."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from plein_bot.documents.answers import Failed, Reason
from plein_bot.documents.conversion import Document, convert
from plein_bot.documents.kinds import Kind, kind_of
from plein_bot.locale.markdown import render

HERE = Path(__file__).parent / "fixtures"
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADh"
    "gGAWjR9awAAAABJRU5ErkJggg=="
)


async def converted(data: bytes | str, kind: Kind) -> Document:
    found = await convert(data.encode() if isinstance(data, str) else data, kind)
    assert isinstance(found, Document), found
    return found


def fixture(name: str) -> bytes:
    return (HERE / name).read_bytes()


def docx_with(change: Callable[[bytes], bytes], name: str = "word/document.xml") -> bytes:
    """The report, with one of its parts made into something else."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(HERE / "verslag.docx") as report,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for entry in report.infolist():
            data = report.read(entry)
            changed.writestr(entry.filename, change(data) if entry.filename == name else data)
    return out.getvalue()


def looks(markdown: str) -> list[str]:
    """The elements of a text with what is in them, as it is shown."""
    html = re.sub(r"image:\d|werkplaats.png|wachttijd.png", "picture", render(markdown))
    return [part for part in re.split(r"\n+", html) if part]


@pytest.fixture(scope="module")
def typed() -> str:
    return (HERE / "verslag.md").read_text().partition("\n")[2].strip()


@pytest.mark.parametrize("name", ["verslag.docx", "verslag.odt"])
async def test_a_report_is_the_same_as_when_it_is_typed(name: str, typed: str) -> None:
    kind = kind_of(name)
    assert kind
    report = await converted(fixture(name), kind)

    assert report.title == "Verslag werkbezoek Meersloot"
    expected, found = looks(typed), looks(report.text)
    if kind is Kind.ODT:  # where it says only that code is in italics
        expected = [line.replace("<code>", "<em>").replace("</code>", "</em>") for line in expected]
    assert found == expected
    for tag, number in {"h2": 7, "h3": 4, "table": 2, "tr": 10, "img": 2, "a href": 4}.items():
        assert render(report.text).count(f"<{tag}") == number, tag
    assert [picture.data for picture in report.pictures] == [
        fixture("werkplaats.png"),
        fixture("wachttijd.png"),
    ]
    assert report.dropped == 0
    assert "#jeugdhulp #werkbezoek" in report.text


async def test_markdown_stays_as_it_was_typed(typed: str) -> None:
    text = "Een *kort* stuk.\n\n- [ ] doen\n\n![hier](mxc://plein.test/abc)"
    whole = f"# Mijn titel #\r\n\r\n{text}".replace("\n", "\r\n")

    for data in (whole.encode(), whole.encode("utf-8-sig"), whole.encode("utf-16")):
        assert await converted(data, Kind.MARKDOWN) == Document("Mijn titel", text)
    assert (await converted("Café".encode("cp1252"), Kind.MARKDOWN)).text == "Café"


async def test_a_page_comes_without_what_it_would_do_or_fetch() -> None:
    page = f"""<html><head><title>Browser</title><style>p {{color: red}}</style></head><body>
    <h1>Titel</h1><script>alert(1)</script><p onclick="steel()">Hallo <b>daar</b>,
    <img src="https://elders.example/volg.png" alt="een foto"> <img src="{PIXEL}" alt="punt">
    <a href="javascript:alert(2)">klik</a> <a href="https://voorbeeld.nl/">lees</a></p>
    <iframe src="https://elders.example/"></iframe><form><input value="x"></form></body></html>"""

    found = await converted(page, Kind.HTML)

    assert found.title == "Titel"
    assert found.text == (
        "Hallo **daar**, een foto ![punt](image:1) klik [lees](https://voorbeeld.nl/)"
    )
    assert [picture.mime for picture in found.pictures] == ["image/png"]
    assert found.dropped == 1


async def test_markdown_comes_without_what_it_would_fetch() -> None:
    text = "Kijk: ![een foto](https://elders.example/volg.png) ![](<x y.png>) ![a](mxc://b/c)"
    found = await converted(text, Kind.MARKDOWN)
    assert found.text == "Kijk: een foto  ![a](mxc://b/c)"
    assert found.dropped == 2


async def test_what_markdown_has_no_form_for_is_told_all_the_same() -> None:
    page = """<p>Kop<sup>1</sup> en <u>streep</u> <q>citaat</q></p>
    <table><tr><td colspan="2">breed</td><td>smal</td></tr>
    <tr><td><p>een</p><ul><li>twee</li><li>drie</li></ul></td><td>vier</td></tr></table>
    <dl><dt>Woord</dt><dd>Uitleg</dd></dl>"""
    found = await converted(page, Kind.HTML)
    assert found.text.startswith("Kop1 en streep “citaat”\n\n| breed")
    assert re.search(r"\| een twee drie +\| vier +\| +\|", found.text)
    assert found.text.endswith("**Woord**\n\nUitleg")


async def test_only_an_image_is_a_document_without_words() -> None:
    found = await converted(f'<p><img src="{PIXEL}"></p>', Kind.HTML)
    assert (found.title, found.text, len(found.pictures)) == ("", "![](image:1)", 1)


@pytest.mark.parametrize("kind", [Kind.DOCX, Kind.ODT])
@pytest.mark.parametrize("data", [b"", b"geen document", b"PK\x03\x04kapot"])
async def test_what_is_no_document_is_broken(kind: Kind, data: bytes) -> None:
    assert await convert(data, kind) == Failed(Reason.BROKEN)


@pytest.mark.parametrize("kind", [Kind.DOCX, Kind.ODT])
async def test_what_has_a_password_is_said_to(kind: Kind) -> None:
    locked = HERE.parent / f"corpus/locked/wachtwoord.{kind}"

    assert await convert(locked.read_bytes(), kind) == Failed(Reason.LOCKED)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252", "iso-8859-15"])
async def test_a_page_is_read_as_it_is_written(encoding: str) -> None:
    page = f'<html><meta charset="{encoding}"><body><p>Café, € 12</p></body></html>'

    assert (await converted(page.encode(encoding), Kind.HTML)).text == "Café, € 12"


async def test_damaged_documents_are_broken() -> None:
    whole = fixture("verslag.docx")
    half = whole[: len(whole) // 2]
    inside = docx_with(lambda xml: xml[: len(xml) // 2])
    another = docx_with(lambda _: b"", "[Content_Types].xml").replace(b"[Content", b"(Content")
    for data in (half, inside, another, fixture("verslag.odt")):
        assert await convert(data, Kind.DOCX) == Failed(Reason.BROKEN)
    assert await convert(whole, Kind.ODT) == Failed(Reason.BROKEN)


async def test_a_zip_bomb_is_too_large() -> None:
    def inflated(xml: bytes) -> bytes:
        words = b"<w:p><w:r><w:t>" + b"a " * 150_000_000 + b"</w:t></w:r></w:p>"
        return xml.replace(b"<w:body>", b"<w:body>" + words)

    bomb = docx_with(inflated)
    assert len(bomb) < 1_000_000
    assert await convert(bomb, Kind.DOCX) == Failed(Reason.TOO_LARGE)


async def test_a_zip_bomb_that_lies_about_its_size_is_refused_too() -> None:
    bomb = docx_with(lambda xml: xml.replace(b"<w:body>", b"<w:body>" + b" " * 150_000_000))
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        size = archive.getinfo("word/document.xml").file_size
    lying = bomb.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != bomb
    assert isinstance(await convert(lying, Kind.DOCX), Failed)


async def test_lists_in_lists_without_end_do_no_harm() -> None:
    deep = "<ul><li>" * 3000 + "diep" + "</li></ul>" * 3000
    found = await convert(deep.encode(), Kind.HTML)
    assert isinstance(found, Failed) or len(found.text) < 1_000_000


@pytest.mark.parametrize(
    ("name", "mime", "kind"),
    [
        ("Verslag.DOCX", "", Kind.DOCX),
        ("verslag.odt ", "application/octet-stream", Kind.ODT),
        ("pagina.htm", "", Kind.HTML),
        ("lees.markdown", "", Kind.MARKDOWN),
        ("verslag", "text/markdown; charset=utf-8", Kind.MARKDOWN),
        ("verslag.pdf", "text/html", None),
        ("verslag.doc", "", None),
        ("foto", "image/png", None),
    ],
)
def test_a_kind_is_told_from_the_name_and_then_from_what_is_said(
    name: str, mime: str, kind: Kind | None
) -> None:
    assert kind_of(name, mime) is kind
