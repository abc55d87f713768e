"""Lists as Excel saves them in the Netherlands."""

import pytest

from plein_bot.documents.encodings import decoded
from plein_bot.domain.errors import Refusal
from plein_bot.domain.guest_lists import Entry, read, refuse_workbook, written
from plein_bot.domain.guests import Address

ANNE, BO = "anne@voorbeeld.example", "bo@voorbeeld.example"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_whatever_excel_writes_is_read(encoding: str, separator: str, end: str) -> None:
    table = [("Naam", "E-mailadres", "Taal"), ("Zoë Bos", ANNE, "nl"), ("", BO, "Engels")]
    data = end.join(separator.join(row) for row in table).encode(encoding)

    assert read(decoded(data)).entries == (
        Entry(2, Address(ANNE, "Zoë Bos"), "nl"),
        Entry(3, Address(BO), "en"),
    )


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        (f"{ANNE}\n", Entry(1, Address(ANNE))),
        (f"Anne Bos;{ANNE}", Entry(1, Address(ANNE, "Anne Bos"))),
        (f"{ANNE};Anne Bos;en", Entry(1, Address(ANNE, "Anne Bos"), "en")),
        (f'"Bos, Anne",{ANNE}', Entry(1, Address(ANNE, "Bos, Anne"))),
        (f"Anne Bos <{ANNE}>", Entry(1, Address(ANNE, "Anne Bos"))),
        (f"sep=;\nAnne;{ANNE}", Entry(2, Address(ANNE, "Anne"))),
        (
            f"Voornaam;Tussenvoegsel;Achternaam;Email\nAnne;de;Bos;{ANNE}",
            Entry(2, Address(ANNE, "Anne de Bos")),
        ),
        (f"E-mail;Wijk\n{ANNE};Poelenburg", Entry(2, Address(ANNE))),
        (f"\n\n;;\n{ANNE}", Entry(4, Address(ANNE))),
    ],
)
def test_columns_are_found_with_and_without_titles(text: str, entry: Entry) -> None:
    assert read(text).entries == (entry,)


def test_a_bad_line_spoils_no_other() -> None:
    text = f'naam;email\nAnne;{ANNE}\n"Jan;jan@\nBo;{BO}\nNiemand;\nAnne weer;{ANNE.upper()}'
    found = read(text)

    assert [one.guest.address for one in found.entries] == [ANNE, BO]
    assert [one.line for one in found.troubles] == [3, 5]
    assert [one.line for one in found.doubled] == [6]


@pytest.mark.parametrize("text", ["", "naam;email\n", "geen enkel adres", "a\0b"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        read(text)


def test_a_workbook_is_told_how_to_become_a_list() -> None:
    with pytest.raises(Refusal):
        refuse_workbook(b"PK\x03\x04", "lijst.xlsx")
    refuse_workbook(ANNE.encode(), "lijst.csv")


def test_a_report_holds_no_formulas() -> None:
    report = written([('=HYPERLINK("x")', "gewoon")]).decode("utf-8-sig")
    assert report == '"\'=HYPERLINK(""x"")";"gewoon"\r\n'
