"""What is the ghost of somebody called? Pure; standard library only.

`@relay_<server>_<localpart>`: a server's name has no underscore, so the first ends it. What may not
stand in a Matrix ID is written as its bytes, `=xx`, as the specification advises.
"""

import hashlib
import re
import unicodedata

GHOSTS = "relay_"
"""How the localparts of ghosts begin."""

_LONGEST = 255
_PLAIN = re.compile(rb"[a-z0-9._/+-]")
_HASHED = 40
_SIGNS = {"Cc", "Cf", "Cs"}
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and symbols of which nothing is seen
_JOINER = "\u200d"  # makes one picture of several, as in 👩‍👧


def ghost_id(user_id: str, server_name: str) -> str:
    """The ghost of somebody on the homeserver called `server_name`."""
    localpart, _, home = user_id.removeprefix("@").partition(":")
    # Under an underscore in the server's place, two people could be one ghost.
    begin, end = GHOSTS + _written(home).replace("_", "=5f") + "_", f":{server_name}"
    room = _LONGEST - len(f"@{begin}{end}".encode())
    written = _written(localpart)
    if len(written) <= room:
        return f"@{begin}{written}{end}"
    hashed = hashlib.sha256(user_id.encode()).hexdigest()[:_HASHED]
    if room < _HASHED:
        return f"@{GHOSTS}{hashed}{end}"
    # No escaped localpart begins with two of these, so it is nobody else's.
    return f"@{begin}{f'=={hashed}'[:room]}{end}"


def is_ghost(user_id: str, server_name: str) -> bool:
    return user_id.startswith(f"@{GHOSTS}") and user_id.endswith(f":{server_name}")


def _written(part: str) -> str:
    """Capitals too are escaped: some old accounts have them, and they are not the small letters."""
    return "".join(
        chr(byte) if _PLAIN.match(bytes((byte,))) or byte == ord("_") else f"={byte:02x}"
        for byte in part.encode(errors="surrogatepass")
    )


def readable(name: str) -> str:
    """A name in one line, without the signs that hide what follows it or turn its direction: behind
    it stands where somebody is from, and that is to be read."""
    plain = (
        " " if one in _BLANKS else one
        for one in name
        if one == _JOINER or unicodedata.category(one) not in _SIGNS
    )
    return " ".join("".join(plain).split())


def shown(name: str, label: str) -> str:
    """The name that others see: "Jan Jansen (gemeente Purmerend)". The round brackets are ours."""
    return f"{name.replace('(', '[').replace(')', ']')} ({label})" if label else name
