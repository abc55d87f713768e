"""Where is a file kept, what is it called, and which are versions of one?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.errors import Refusal
from plein_bot.domain.files import (
    SharedFile,
    contents,
    folder_path,
    name_to_save,
    note_of,
    shown_name,
    tags_of,
    versions,
)
from plein_bot.domain.ids import EventId, RoomId, UserId

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def file(name: str, folder: str = "", hours: int = 0) -> SharedFile:
    event = EventId(f"${name}{folder}{hours}")
    sent_at = NOON + timedelta(hours=hours)
    return SharedFile(
        event, event, RoomId("!r"), UserId("@a:b"), name, "", None, sent_at, folder=folder
    )


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("Verslagen", "Verslagen"),
        (" Verslagen / 2026 ", "Verslagen/2026"),
        ("Verslagen\\2026", "Verslagen/2026"),
        ("/", ""),
        (".", ""),
        ("../../etc/passwd", "etc/passwd"),
        ("a\u202eb", "ab"),
    ],
)
def test_a_folder_is_a_path_in_its_place(typed: str, path: str) -> None:
    assert folder_path(typed) == path


@pytest.mark.parametrize("typed", ["a/b/c/d", "x" * 61])
def test_a_folder_has_its_limits(typed: str) -> None:
    with pytest.raises(Refusal):
        folder_path(typed)


@pytest.mark.parametrize(
    ("name", "shown", "saved"),
    [
        ("verslag.pdf", "verslag.pdf", "verslag.pdf"),
        ("factuur\u202efdp.exe", "factuurfdp.exe", "factuurfdp.exe"),
        ("../../etc/passwd", "../../etc/passwd", "-..-etc-passwd"),
        ("een\nregel\t", "een regel", "een regel"),
        ("", "", "bestand"),
        ("C:\\x?", "C:\\x?", "C--x-"),
    ],
)
def test_a_name_cannot_look_like_another(name: str, shown: str, saved: str) -> None:
    assert (shown_name(name), name_to_save(name)) == (shown, saved)


@given(st.text())
def test_any_name_can_be_saved(name: str) -> None:
    saved = name_to_save(name)

    assert saved
    assert not set(saved) & set('/\\:*?"<>|\n\0')


def test_files_of_one_name_in_one_folder_are_versions() -> None:
    old, new = file("Plan.docx"), file("plan.DOCX", hours=1)
    elsewhere = file("Plan.docx", "Oud", hours=2)

    assert [v.files for v in versions([old, new, elsewhere])] == [(elsewhere,), (new, old)]


def test_a_folder_shows_what_is_in_it_and_counts_what_is_deeper() -> None:
    files = versions(
        [
            file("a"),
            file("b", "Oud"),
            file("c", "oud/2025"),
            file("d", "Oud/2026"),
            file("e", "Ouder"),
        ]
    )

    top = contents(files, "")
    assert top.folders == (("Oud", 3), ("Ouder", 1))
    assert [one.newest.name for one in top.files] == ["a"]
    inside = contents(files, "oud")
    assert [number for _, number in inside.folders] == [1, 1]
    assert [one.newest.name for one in inside.files] == ["b"]
    assert contents(files, "Nieuw").files == ()


def test_of_each_fact_the_last_that_was_said_counts() -> None:
    note = note_of([{"folder": "A", "tags": ["x"]}, {"folder": "B", "tags": "y"}, {"folder": 7}])

    assert (note.folder, note.tags, note.description) == ("", None, None)
    assert note_of([{"folder": "A"}, {"description": ""}]).description == ""


def test_tags_are_typed_with_or_without_their_sign() -> None:
    assert tags_of("#Begroting wijkteam, #begroting x") == ("begroting", "wijkteam", "x")
