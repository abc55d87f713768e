"""Where do the words of a language stand, and how are they kept up to date?

The `.po` files are read as they are: no build step can be forgotten.
"""

from collections.abc import Collection
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from plein_bot.locale.messages import Message

NAMES = {"nl": "Dutch", "en": "English"}
LANGUAGES = tuple(NAMES)

OWN = Path(__file__).parent
# Nothing that changes by itself: no dates, no line numbers, no wrapping.
_HEADER = """\
# Plein in {name}. Brought up to date by `python -m plein_bot.locale`.
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def path(code: str, folder: Path = OWN) -> Path:
    return folder / code / "LC_MESSAGES" / "plein.po"


def catalogue(code: str, folder: Path = OWN) -> Catalog:
    """The catalogue as it stands; an empty one where there is no file yet."""
    if not path(code, folder).exists():
        return Catalog(code)
    with path(code, folder).open("rb") as file:
        return read_po(file, locale=code, domain="plein", abort_invalid=True)


@cache
def translations(code: str) -> GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, catalogue(code))
    compiled.seek(0)
    return GNUTranslations(compiled)


def updated(code: str, messages: Collection[Message], folder: Path = OWN) -> str:
    """The text of the catalogue with exactly these messages, keeping what is translated."""
    old = catalogue(code, folder)
    new = Catalog(code)
    for message in messages:
        known = old.get(message.text, context=message.context)
        string = known.string if known and _fits(known.string, message) else None
        key = (message.text, message.plural) if message.plural else message.text
        new.add(key, string, context=message.context)
    written = BytesIO()
    write_po(written, new, width=0, omit_header=True, sort_output=True)
    return _HEADER.format(code=code, name=NAMES[code]) + written.getvalue().decode()


def untranslated(code: str, folder: Path = OWN) -> list[str]:
    return [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue(code, folder)
        if message.id and not all(_forms(message.string))
    ]


def _fits(string: object, message: Message) -> bool:
    """A translation in one form is no use to a message that has come to count, nor the reverse."""
    return isinstance(string, str) != bool(message.plural)


def _forms(string: object) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)  # type: ignore[arg-type]
