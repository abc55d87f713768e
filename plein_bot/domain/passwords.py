"""Which passwords are too easily guessed?

Whoever guesses tries one word with a number first, then what stands around the account: its name,
that of the house, that of the place. The library zxcvbn was measured: it knows English words, and
finds `Zaanstad2026`, `gemeente2026` and `Gemeente!Gemeente` very strong.
"""

import re
import unicodedata
from collections.abc import Iterable

from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import say

SHORTEST, LONGEST = 10, 72
"""Characters; of a longer password Synapse's bcrypt would ignore the end."""

_ONE_WORD, _SEVERAL = 14, 8
"""What is left of a password has at least so many characters: in one piece, or in several."""

_COMMON = (
    "wachtwoord welkom geheim hallo vakantie feestdag voetbal gemeente provincie nederland "
    "ministerie overheid burger ambtenaar collega kantoor computer internet telefoon plein "
    "ikhouvanjou knuffel schatje liefde lieverd familie moeder vader hond poes sinterklaas "
    "kerstmis feyenoord psv ajax amsterdam rotterdam utrecht denhaag eindhoven groningen zaandam "
    "zaanstad januari februari maart april mei juni juli augustus september oktober november "
    "december maandag dinsdag woensdag donderdag vrijdag zaterdag zondag lente zomer herfst winter "
    "password passwort passw welcome secret hello letmein changeme administrator admin login "
    "iloveyou princess dragon monkey sunshine football baseball superman batman master shadow "
    "spring summer autumn january february march june july august october monday tuesday "
    "wednesday thursday friday saturday sunday account matrix element deelnemer test user"
)
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1q2w3e4r5t6y7u8i9o0p",
)
_OF_A_ROW = {
    row[start : start + 3] for one in _ROWS for row in (one, one[::-1]) for start in range(len(one))
}
_INSTEAD = str.maketrans("013457@$!", "oieastasi")
"""What people write for letters."""


def refuse_password(password: str, *known: str) -> None:
    """Raise a Refusal for what is short, or guessed first; `known` stands around the account."""
    if len(password) < SHORTEST:
        raise Refusal(
            say(
                "The password is too short: take at least {n} characters, such as three words.",
                n=SHORTEST,
            )
        )
    if len(password.encode()) > LONGEST:
        raise Refusal(say("The password is too long: take at most {n} characters.", n=LONGEST))
    if _is_guessed_first(password, known):
        raise Refusal(
            say(
                "This password is easily guessed. Take three words that have nothing to do with "
                "each other, or with your name."
            )
        )


def _is_guessed_first(password: str, known: Iterable[str]) -> bool:
    words = {*_COMMON.split(), *(word for name in known for word in _words(name))}
    folded = _folded(password)
    return any(_is_little(_left(text, words)) for text in (folded, folded.translate(_INSTEAD)))


def _words(name: str) -> list[str]:
    """A name as it is, and each of its words that says something."""
    pieces = re.findall(r"[^\W\d_]+", _folded(name))
    return ["".join(pieces), *(piece for piece in pieces if len(piece) > 3)]


def _folded(text: str) -> str:
    """In small letters without accents."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in split if not unicodedata.combining(one))


def _left(text: str, words: set[str]) -> list[str]:
    """The pieces that are not known to everybody, each once."""
    for word in sorted(filter(None, words), key=len, reverse=True):
        text = text.replace(word, " ")
    text = re.sub(r"(19|20)\d\d", " ", text)
    pieces = re.findall(r"[^\W\d_]+|\d+", text)
    return list(dict.fromkeys(filter(None, map(_without_rows, map(_once, pieces)))))


def _once(piece: str) -> str:
    """`katkatkat` is `kat`."""
    return re.sub(r"^(.+?)\1+$", r"\1", piece)


def _without_rows(piece: str) -> str:
    """Without what lies in a row on a keyboard, or in the alphabet."""
    kept, start = "", 0
    while start < len(piece):
        if piece[start : start + 3] in _OF_A_ROW and len(piece) - start >= 3:
            start += 3
        else:
            kept += piece[start]
            start += 1
    return kept


def _is_little(pieces: list[str]) -> bool:
    words = [piece for piece in pieces if not piece.isdecimal()]
    # A number at the end of one word is what everybody adds.
    if len(words) <= 1:
        return len("".join(words)) < _ONE_WORD
    return len("".join(pieces)) < _SEVERAL
