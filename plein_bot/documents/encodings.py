"""Letters out of bytes: people send what their programs write, and most do not say how."""

import re

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_BYTE_ORDER = (b"\xff\xfe", b"\xfe\xff")


def is_utf16(data: bytes) -> bool:
    return data.startswith(_BYTE_ORDER)


def decoded(data: bytes, said: str = "") -> str:
    """A text, as far as can be told of which encoding it is; `said` is what it says itself."""
    if is_utf16(data):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        # Cut in the middle of its last letter it is UTF-8 all the same, where others were.
        cut = failure.reason == "unexpected end of data"
        if cut and not data[: failure.start].removeprefix(b"\xef\xbb\xbf").isascii():
            return data.decode("utf-8-sig", errors="ignore")
    try:
        # Without errors: what says that it is UTF-8 is none, as has been seen.
        return data.decode(said or "cp1252")
    except (LookupError, UnicodeError):
        return data.decode("cp1252", errors="replace")


def page(data: bytes) -> str:
    """A page of HTML, which may say itself how its letters are written."""
    found = _CHARSET.search(data[:4096])
    return decoded(data, found[1].decode() if found else "")
