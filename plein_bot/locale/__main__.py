"""Bring the catalogues up to date with the code, and tell what lacks a translation."""

import sys

from plein_bot.locale import catalogues
from plein_bot.locale.messages import BRIDGES, NotLiteral, all_messages, messages_of_bridges


def main() -> int:
    try:
        of_all = {
            catalogues.OWN: all_messages(),
            BRIDGES / "locale": messages_of_bridges(),
        }
    except NotLiteral as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    lacking: list[str] = []
    for folder, messages in of_all.items():
        for code in catalogues.LANGUAGES:
            text = catalogues.updated(code, messages, folder)
            catalogues.path(code, folder).parent.mkdir(parents=True, exist_ok=True)
            catalogues.path(code, folder).write_text(text)
        # English needs no catalogue entries filled: its texts are the keys.
        lacking += catalogues.untranslated("nl", folder)
    for text in lacking:
        print(f"nl lacks: {text}")  # noqa: T201
    return 1 if lacking else 0


sys.exit(main())
