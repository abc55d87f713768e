"""What the documents of the corpus say, known from their sources and not from Plein."""

import re
import unicodedata
from functools import cache

from tests.documents.corpus.make import SOURCES, STEPS, source_of

_SIGNS = re.compile(r"\[\^\w+\]|[#|*%]|^\d+\. |^Onderwerp:|^Van:", re.MULTILINE)
_HIDDEN = "\u00ad"
_SHARED = {
    "Het college van burgemeester en wethouders stelt de raad voor dit besluit te nemen.",
    "De gevolgen voor de begroting worden gedekt uit de algemene reserve.",
    "Het gezin en de jeugdprofessional evalueren dit plan na drie maanden.",
    "De vergadering wordt gesloten om half tien; de volgende bijeenkomst is na het reces.",
    "Inwoners kunnen binnen zes weken een zienswijze indienen.",
    "Wij spraken met medewerkers en inwoners en kregen een rondleiding.",
}


@cache
def said(name: str) -> str:
    """The whole text of a document, in plain letters and with what is sent along with it."""
    stem = name.rpartition(".")[0]
    beside = [path for kind in ("blad2", "bijlage") for path in SOURCES.glob(f"{stem}-{kind}.*")]
    whole = "\n".join(path.read_text() for path in (source_of(name), *beside))
    return _SIGNS.sub(" ", whole).replace(_HIDDEN, "")


def plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.replace(_HIDDEN, "").casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def words(text: str) -> list[str]:
    """As somebody reads them: a hyphen or an apostrophe parts no word."""
    return re.findall(r"[^\W_]+(?:[-'’][^\W_]+)*", plain(text))


def squeezed(text: str) -> str:
    """Only letters and figures, one after the other, however lines were broken."""
    return re.sub(r"[\W_]", "", plain(text))


def middle(name: str) -> str:
    """Five words from the middle of what only this document says."""
    text = source_of(name).read_text()
    for sentence in _SHARED:
        text = text.replace(sentence, "")
    long = [word for word in words(_SIGNS.sub(" ", text)) if len(word) > 3 and word.isalpha()]
    start = len(long) // 2 - 2
    return " ".join(long[start : start + 5])


def has(name: str, question: str) -> bool:
    """Whether all the words stand there as they are."""
    return set(words(question)) <= set(words(said(name)))


def explains(name: str, question: str) -> bool:
    """Whether somebody who looks sees why a document was found: forms of the words count too."""
    there = words(f"{said(name)} {name}")
    parts = {part for word in there for part in re.split(r"[-'’]", word)}
    return all(any(_akin(word, other) for other in {*there, *parts}) for word in words(question))


def _akin(word: str, other: str) -> bool:
    """The same, a longer one, or one that differs in its ending only."""
    shared = next(
        (n for n, (one, two) in enumerate(zip(word, other, strict=False)) if one != two),
        min(len(word), len(other)),
    )
    return other.startswith(word) or shared >= max(3, max(len(word), len(other)) - 3)


def shared() -> dict[str, set[str]]:
    """Sentences that stand in several documents, and in which."""
    return {
        sentence: {name for name in STEPS if sentence in " ".join(said(name).split())}
        for sentence in _SHARED
    }
