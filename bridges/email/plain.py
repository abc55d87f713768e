"""What does a part say that is text, but not just text?"""

import re

_ARMOUR = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Za-z-]+: .*\n)*\n(.*?)"
    r"^-----BEGIN PGP SIGNATURE-----\n.*?(?:^-----END PGP SIGNATURE-----$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_ENCRYPTED = re.compile(
    r"^-----BEGIN PGP MESSAGE-----$.*?(?:^-----END PGP MESSAGE-----$|\Z)", re.M | re.S
)
_MOST_SIGNATURES = 5
_SIGNED_MARK = "-----BEGIN PGP SIGNED MESSAGE-----"
_ENCRYPTED_MARK = "-----BEGIN PGP MESSAGE-----"


def unflowed(text: str, *, delete_space: bool) -> str:
    """Paragraphs in one line each again (RFC 3676); quotation marks stay."""
    done: list[list[str]] = []
    open_depth: int | None = None
    for row in text.split("\n"):
        rest = row.lstrip(">")
        depth = len(row) - len(rest)
        rest = rest.removeprefix(" ")
        flows = rest.endswith(" ") and rest != "-- "
        body = rest[:-1] if flows and delete_space else rest
        if open_depth == depth and rest != "-- ":
            done[-1].append(body)
        else:
            done.append([f"{'>' * depth} {body}" if depth else body])
        open_depth = depth if flows else None
    whole = ("".join(pieces) for pieces in done)
    return "\n".join(row if row == "-- " else row.rstrip() for row in whole)


def enriched(text: str) -> str:
    """The words of text/enriched (RFC 1896), which some programs still write beside plain text."""
    text = re.sub(r"(?is)<param>.*?(?:</param>|\Z)", "", text)
    text = text.replace("<<", "\0")
    text = re.sub(r"</?[A-Za-z][A-Za-z-]{0,59}>", "", text).replace("\0", "<")
    return re.sub(r"\n(\n*)", lambda found: found[1] or " ", text)


def without_armour(text: str) -> tuple[str, bool]:
    """Without the signature of PGP around it; and whether something in it is encrypted."""
    if 0 < text.count(_SIGNED_MARK) <= _MOST_SIGNATURES:
        text = _ARMOUR.sub(lambda found: re.sub(r"(?m)^- ", "", found[1]), text)
    if _ENCRYPTED_MARK not in text:
        return text, False
    return _ENCRYPTED.sub("", text), True
