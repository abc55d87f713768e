"""Is a file what its author calls it?"""

import pytest

from bridges.homeserver.crossing.media_types import UNKNOWN, real, seen

PNG, ZIP, EXE = b"\x89PNG\r\n\x1a\n....", b"PK\x03\x04....", b"MZ\x90\0"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WINDOWS = "application/vnd.microsoft.portable-executable"


@pytest.mark.parametrize(
    ("declared", "beginning", "is_really"),
    [
        ("image/png", PNG, "image/png"),
        ("image/png; charset=x", PNG, "image/png"),
        ("image/png", ZIP, "application/zip"),
        ("image/png", b"#!/bin/sh", UNKNOWN),
        ("application/pdf", EXE, WINDOWS),
        ("text/plain", b"Dear all,", "text/plain"),
        ("text/plain", b"\xef\xbb\xbf <!DOCTYPE html><html>", "text/html"),
        (WORD, ZIP, WORD),
        (WORD, EXE, WINDOWS),
        ("audio/ogg", b"OggS....", "audio/ogg"),
        ("audio/mp4", b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        ("image/webp", b"RIFF....WEBP", "image/webp"),
        (None, PNG, "image/png"),
        (None, b"?", UNKNOWN),
    ],
)
def test_what_a_file_really_is(declared: str | None, beginning: bytes, is_really: str) -> None:
    assert real(declared, seen(beginning)) == is_really
