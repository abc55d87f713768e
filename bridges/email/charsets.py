"""Which characters did somebody mean by these bytes?

What a mail says of its own characters is often wrong, so nothing here fails: what cannot be read
becomes a replacement mark, and the rest is kept.
"""

import codecs
import re
import unicodedata

# What senders call one thing and mean another: mostly the wider sibling that Windows made of it.
_MEANT = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ansi": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "big5": "big5hkscs",
    "iso-2022-jp": "iso2022_jp_ext",
    "hz-gb-2312": "hz",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
}
_SAYS_NOTHING = {"", "us-ascii", "ascii", "unknown-8bit", "x-unknown", "unknown", "8bit", "none"}
# Python's codecs that are no character sets.
_NO_CHARSET = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs"}

_FOR_NOBODY = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    "\u00ad\u2060\ufeff"  # invisible: a soft hyphen, a word joiner, a byte order mark
    "\u202a-\u202e\u2066-\u2069"  # these turn what follows around, also in a name
    "\ufff9-\ufffb\ufffe\uffff]"
)
_LONGEST_ROW = 500
_SURROGATES = re.compile("[\ud800-\udfff]")


def decoded(data: bytes, label: str | None) -> str:
    name = (label or "").strip().strip("\"'").lower()
    if name in _SAYS_NOTHING:
        return guessed(data)
    name = _MEANT.get(name, name)
    if name.replace("_", "-") in {"utf-8", "utf8"}:
        return guessed(data)
    codec = _codec(name)
    if codec is None:
        return guessed(data)
    try:
        return codecs.decode(data, codec, "replace")
    except (UnicodeError, ValueError):
        return guessed(data)


def guessed(data: bytes) -> str:
    """UTF-8 where it is, also with a fault in it; else what Windows in these parts writes."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        if re.search("[^\x00-\x7f\ufffd]", text):
            return text
        return data.decode("cp1252", "replace")


def readable(text: str) -> str:
    """Lines that end in one way, without what nobody sees and what turns other text around."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    text = _SURROGATES.sub("\ufffd", text)
    return _composed(_FOR_NOBODY.sub("", text))


def _composed(text: str) -> str:
    """With accents on their letters. A long row of accents takes time with the square of it."""
    if text.isascii():
        return text
    rows = text.split("\n")
    return "\n".join(
        unicodedata.normalize("NFC", row) if len(row) <= _LONGEST_ROW else row for row in rows
    )


def one_line(text: str) -> str:
    return " ".join(readable(text).split())


def _codec(name: str) -> str | None:
    if len(name) > 40 or "\0" in name:
        return None
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Without this somebody could have their text unpacked as a zip, or as Python's own escapes.
    text = getattr(found, "_is_text_encoding", False)
    return found.name if text and found.name.replace("_", "-") not in _NO_CHARSET else None
