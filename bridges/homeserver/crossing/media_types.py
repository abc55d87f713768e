"""What is a file really, whatever its author calls it?

Only as far as its first bytes tell, which is enough to see that a picture is no archive. A rule
about media types holds for this, and for what was declared.
"""

UNKNOWN = "application/octet-stream"
BEGINNING = 512
"""Bytes that are looked at."""

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"{\\rtf", "application/rtf"),
)
_CONTAINERS = {
    # What is kept inside such a file is told by its name only.
    "application/zip": (
        "application/vnd.openxmlformats-officedocument.",
        "application/vnd.oasis.opendocument.",
        "application/vnd.ms-",
        "application/epub+zip",
        "application/x-zip",
    ),
    "application/x-ole-storage": ("application/msword", "application/vnd.ms-"),
    "video/webm": ("audio/webm", "video/x-matroska", "audio/x-matroska"),
    "audio/ogg": ("video/ogg", "application/ogg", "audio/opus"),
    "video/mp4": ("audio/mp4", "audio/m4a", "audio/x-m4a", "video/quicktime", "video/3gpp"),
    "image/heic": ("image/heif",),
    "application/gzip": ("application/x-gzip", "application/x-tar", "application/x-compressed"),
    "audio/mpeg": ("audio/mp3",),
    "audio/wav": ("audio/x-wav", "audio/wave", "audio/vnd.wave"),
    "image/jpeg": ("image/jpg", "image/pjpeg"),
    "application/rtf": ("text/rtf",),
    "image/bmp": ("image/x-ms-bmp",),
}
_TOLD_BY_BYTES = frozenset(kind for _, kind in _SIGNATURES) | _CONTAINERS.keys() | {"image/webp"}
_PAGES = (b"<!doctype html", b"<html", b"<script", b"<head", b"<body", b"<iframe")


def plain(mime: str | None) -> str:
    """A media type without its parameters, in small letters."""
    return (mime or "").partition(";")[0].strip().lower() or UNKNOWN


def real(declared: str | None, seen: str) -> str:
    """The media type of a file in which that is `seen`: the declared one, unless that denies it."""
    said = plain(declared)
    if not seen:
        return UNKNOWN if said in _TOLD_BY_BYTES else said
    return said if said == seen or said.startswith(_CONTAINERS.get(seen, ("\0",))) else seen


def seen(beginning: bytes) -> str:
    """What the first bytes of a file tell; empty where that is nothing."""
    if beginning[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(beginning[8:12], "")
    if beginning[4:8] == b"ftyp":
        return "image/heic" if beginning[8:11] in (b"hei", b"mif") else "video/mp4"
    for signature, kind in _SIGNATURES:
        if beginning.startswith(signature):
            return kind
    if beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        return "text/html"
    return ""
