"""Which words of an office document are read, and in which order?"""

import io
import zipfile

import pytest

from plein_bot.documents.answers import Reason
from plein_bot.documents.jobs import Unreadable, markup
from plein_bot.documents.jobs.markup import OFFICE_OPEN, OPEN_DOCUMENT, OPEN_SHEET, Dialect


def read(xml: str, dialect: Dialect, most: int = 1000) -> str:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("content.xml", xml)
    with zipfile.ZipFile(whole) as archive:
        return markup.words_of(archive, [r"content\.xml"], dialect, most)


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<a><p>een<tab/>twee<s/>drie<line-break/>vier</p></a>", "een twee drie\nvier"),
        ("<a> los <p>vast</p> los </a>", "vast"),
        ("<a><h>Kop</h><p>ge<span>meen</span>te</p></a>", "Kop\ngemeente"),
        (
            "<a><p>Een ongeluk<note><note-citation>1</note-citation><note-body><p>Volgens ons."
            "</p></note-body></note> van toen</p></a>",
            "Een ongeluk van toen\nVolgens ons.",
        ),
        ("<a><tracked-changes><p>weg</p></tracked-changes><p>blijft</p></a>", "blijft"),
        (
            "<a><p>om<frame><text-box><p>in</p></text-box><desc>Kaart</desc></frame>heen</p></a>",
            "omheen\nin\nKaart",
        ),
    ],
)
def test_of_an_open_document_what_stands_there_is_read(xml: str, text: str) -> None:
    assert read(xml, OPEN_DOCUMENT) == text


def test_the_sheets_of_a_table_are_named() -> None:
    assert read('<a><table name="Raming"><p>12</p></table></a>', OPEN_SHEET) == "12\nRaming"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<a><p><r><t>ge</t></r><r><t>meente</t></r></p><p><t>raad</t></p></a>", "gemeente\nraad"),
        ("<a><p><t>een</t><tab/><t>twee</t><br/><t>drie</t></p></a>", "een twee\ndrie"),
        ("<a><p><t>jeugd</t><noBreakHyphen/><t>zorg</t></p></a>", "jeugd-zorg"),
        ("<a><p><del><delText>weg</delText></del><ins><t>blijft</t></ins></p></a>", "blijft"),
        ("<a><p><instrText>PAGE</instrText><t>bladzijde</t></p></a>", "bladzijde"),
        (
            "<a><p><Choice><txbxContent><p><t>in</t></p></txbxContent></Choice><Fallback><p><t>in"
            "</t></p></Fallback><t>om</t></p></a>",
            "om\nin",
        ),
        ('<a><docPr descr="Kaart van de wijk"/><p><t>zie</t></p></a>', "zie\nKaart van de wijk"),
    ],
)
def test_of_office_open_xml_what_stands_there_is_read(xml: str, text: str) -> None:
    assert read(xml, OFFICE_OPEN) == text


def test_no_more_is_read_than_asked_for() -> None:
    endless = "<a>" + "<p>woord</p>" * 500_000

    # It is never closed, and that is never seen.
    assert len(read(endless, OPEN_DOCUMENT, most=1000)) < 100_000


@pytest.mark.parametrize(
    "xml",
    [
        "<a><p>niet gesloten",
        "",
        '<!DOCTYPE a [<!ENTITY b "'
        + "b" * 1000
        + '"><!ENTITY c "'
        + "&b;" * 1000
        + '"><!ENTITY d "'
        + "&c;" * 1000
        + '">]><a><p>&d;</p></a>',
    ],
    ids=["open", "empty", "entities in entities"],
)
def test_what_is_no_xml_is_told(xml: str) -> None:
    with pytest.raises(Unreadable) as failure:
        read(xml, OPEN_DOCUMENT, most=10**9)

    assert failure.value.reason == Reason.BROKEN
