"""Whom does a list invite that somebody keeps in Excel, saved as CSV?

Each line is read by itself: a stray quotation mark then spoils one line, and not all that follow.
"""

import csv
from collections import Counter
from dataclasses import dataclass

from plein_bot.domain import guests
from plein_bot.domain.errors import Refusal
from plein_bot.domain.guests import Address
from plein_bot.domain.sentences import Sentence, Text, brief, say

MOST_LINES = 10_000
LARGEST = 2 * 1024 * 1024

_SEPARATORS = ";,\t"
_ADDRESS = {"e-mail", "email", "e-mailadres", "emailadres", "e-mail adres", "mail", "mailadres"}
_ADDRESS |= {"e-mail address", "email address", "e-mailaddress", "adres", "address"}
_NAME = {"naam", "name", "volledige naam", "full name"}
_NAME_PARTS = ("voornaam", "first name", "tussenvoegsel", "achternaam", "last name", "surname")
_LANGUAGE = {"taal", "language"}
_LANGUAGES = {"nl": "nl", "nederlands": "nl", "dutch": "nl"}
_LANGUAGES |= {"en": "en", "engels": "en", "english": "en"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that invites somebody. Without a `language` they get that of the others."""

    line: int
    guest: Address
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A line that invites nobody, and why. `shown` is the line, or as much as says which it is."""

    line: int
    shown: str
    why: Sentence | Text


@dataclass(frozen=True, slots=True)
class GuestList:
    """`doubled` are lines with an address that stood on an earlier one."""

    entries: tuple[Entry, ...]
    doubled: tuple[Trouble, ...]
    troubles: tuple[Trouble, ...]


def refuse_workbook(data: bytes, name: str) -> None:
    """Excel's own files are no text. (.xlsx and .ods are zips, .xls is older.)"""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refusal(
            say(
                "“{file}” is a workbook. In Excel choose Save as, and then “CSV UTF-8 "
                "(delimited)”. Send me that file.",
                file=brief(name),
            )
        )


def read(text: str) -> GuestList:
    """Raises a Refusal for what is no list of addresses at all."""
    if "\0" in text:
        raise Refusal(say("This is no CSV: it is not a text. Save the list as CSV."))
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip(" \t;,\ufeff")]
    if lines and lines[0][1].lower().startswith("sep="):
        separator, lines = lines[0][1][4:5] or ";", lines[1:]
    else:
        separator = _separator([line for _, line in lines[:20]])
    if len(lines) > MOST_LINES:
        raise Refusal(
            say(
                "The list has {n} lines, and at most {most} go at a time. Divide it.",
                n=len(lines),
                most=MOST_LINES,
            )
        )
    rows = [(n, line, _cells(line, separator)) for n, line in lines]
    columns = _columns(rows[0][2]) if rows else None
    found = _read_rows(rows[1:] if columns else rows, columns or _Columns())
    if not found.entries:
        raise Refusal(
            say("I find no e-mail address in this list. Put one on each line, or a column of them.")
        )
    return found


@dataclass(frozen=True, slots=True)
class _Columns:
    address: int | None = None
    names: tuple[int, ...] = ()
    language: int | None = None


def _separator(lines: list[str]) -> str:
    """The one that stands on most lines; names have commas, so a semicolon goes before."""
    on = Counter(one for line in lines for one in _SEPARATORS if one in line)
    return max(_SEPARATORS, key=lambda one: on[one])


def _cells(line: str, separator: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
    except (csv.Error, StopIteration):
        return [cell.strip(' "') for cell in line.split(separator)]


def _columns(cells: list[str]) -> _Columns | None:
    """What the first line calls its columns; None where it invites somebody itself."""
    if any("@" in cell for cell in cells):
        return None
    titles = [cell.strip("\ufeff ").lower() for cell in cells]
    parts = [n for part in _NAME_PARTS for n, title in enumerate(titles) if title == part]
    whole = [n for n, title in enumerate(titles) if title in _NAME]
    found = _Columns(
        next((n for n, title in enumerate(titles) if title in _ADDRESS), None),
        tuple(whole[:1] or parts),
        next((n for n, title in enumerate(titles) if title in _LANGUAGE), None),
    )
    return None if found == _Columns() else found


def _read_rows(rows: list[tuple[int, str, list[str]]], columns: _Columns) -> GuestList:
    entries: dict[str, Entry] = {}
    doubled: list[Trouble] = []
    troubles: list[Trouble] = []
    for number, line, cells in rows:
        try:
            entry = _entry(number, cells, columns)
        except Refusal as refusal:
            troubles.append(Trouble(number, brief(line), refusal.sentence))
            continue
        first = entries.setdefault(entry.guest.address, entry)
        if first is not entry:
            why = say("the same address as on line {line}", line=first.line)
            doubled.append(Trouble(number, entry.guest.address, why))
    return GuestList(tuple(entries.values()), tuple(doubled), tuple(troubles))


def _entry(number: int, cells: list[str], columns: _Columns) -> Entry:
    at = columns.address
    if at is None or at >= len(cells):
        at = next((n for n, cell in enumerate(cells) if "@" in cell), None)
    if at is None or not cells[at]:
        raise Refusal(say("there is no e-mail address on this line"))
    named = guests.named(cells[at])
    if len(named) != 1 or not isinstance(named[0], Address):
        raise Refusal(say("there is not one e-mail address on this line"))
    others = {n: cell for n, cell in enumerate(cells) if n != at and cell}
    language = _language(others, columns)
    name = named[0].name or _name(others, columns)
    return Entry(number, Address(named[0].address, guests.clean_name(name)), language)


def _language(others: dict[int, str], columns: _Columns) -> str | None:
    if columns.language is not None:
        return _LANGUAGES.get(others.get(columns.language, "").lower())
    said = (_LANGUAGES.get(cell.lower()) for cell in others.values())
    return next((code for code in said if code), None)


def _name(others: dict[int, str], columns: _Columns) -> str:
    if columns.names:
        return " ".join(others[n] for n in columns.names if n in others)
    if columns != _Columns():
        return ""
    # Without titles: what is no language and no figure is a name.
    found = (cell for cell in others.values() if cell.lower() not in _LANGUAGES)
    return next((cell for cell in found if any(map(str.isalpha, cell))), "")


def written(rows: list[tuple[str, ...]]) -> bytes:
    """A CSV that Excel opens as a Dutch one: with semicolons, and saying that it is UTF-8."""
    lines = (";".join(f'"{_harmless(cell)}"' for cell in row) for row in rows)
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def _harmless(cell: str) -> str:
    """Excel computes what begins like a formula, whoever wrote it."""
    one_line = " ".join(cell.split()).replace('"', '""')
    return f"'{one_line}" if one_line.startswith(("=", "+", "-", "@")) else one_line
