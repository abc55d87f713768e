"""Bring the catalogues up to date with the code, and tell what lacks a translation."""

import sys

from plein_bot.locale import catalogues
from plein_bot.locale.messages import NotLiteral, all_messages


def main() -> int:
    try:
        messages = all_messages()
    except NotLiteral as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    for code in catalogues.LANGUAGES:
        text = catalogues.updated(code, messages)
        catalogues.path(code).parent.mkdir(parents=True, exist_ok=True)
        catalogues.path(code).write_text(text)
    # English needs no catalogue entries filled: its texts are the keys.
    lacking = catalogues.untranslated("nl")
    for text in lacking:
        print(f"nl lacks: {text}")  # noqa: T201
    return 1 if lacking else 0


sys.exit(main())
