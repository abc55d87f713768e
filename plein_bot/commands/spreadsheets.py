"""Tables as files that open in Excel, with nothing in them that it would run."""

import csv
import io
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(rows: Iterable[Iterable[str]]) -> str:
    """As Excel reads it in the Netherlands; nothing that people wrote becomes a formula."""
    into = io.StringIO()
    writer = csv.writer(into, delimiter=";", lineterminator="\r\n")
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return into.getvalue()


def csv_file(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    return (csv_lines([heads]) + csv_lines(rows)).encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
