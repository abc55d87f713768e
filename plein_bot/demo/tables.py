"""What the demo prints when it is ready, and the same for scripts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from plein_bot.demo import square
from plein_bot.demo.accounts import BOT, RESERVE, Keyring
from plein_bot.demo.folders import Folder
from plein_bot.demo.postbag import DOMAIN
from plein_bot.domain.places import Place


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything is; `smtp` (host and port) takes mail, the page `mailbox` shows it.

    `places` (host and port) takes mail to places, as somebody without an account sends it.
    """

    homeserver: str
    web: str
    smtp: tuple[str, int]
    mailbox: str
    places: tuple[str, int]


def card(where: Addresses, keys: Keyring, subsites: Iterable[Place]) -> dict[str, Any]:
    """demo.json."""
    host, port = where.smtp
    return {
        "homeserver": where.homeserver,
        "web": where.web,
        "smtp": {"host": host, "port": port},
        "mailbox": where.mailbox,
        "places": {"host": where.places[0], "port": where.places[1], "domain": DOMAIN},
        "bot": keys.accounts[BOT].user_id,
        "people": [
            {
                "user_id": keys.accounts[one.login].user_id,
                "password": keys.passwords[one.login],
                "name": one.name,
                "class": one.person_class.value,
                "operator": one.operator,
            }
            for one in square.PEOPLE
        ],
        "subsites": [{"slug": place.slug, "room_id": place.room} for place in subsites],
    }


def welcome(where: Addresses, keys: Keyring, folder: Folder) -> str:
    """Who can sign in, where, and what to type first."""
    bot = keys.accounts[BOT].user_id
    return f"""
Plein is ready.

{_people(keys)}

1. Open Element (https://element.io/download, or any other Matrix client), choose Sign in, and as
   homeserver fill in {where.homeserver}
   Sign in as sanne with the password above.
2. Accept the invitation from Plein, or start a direct chat with {bot}
   Type:  help
3. Then:  deelsites                       what there is to find
          groepen zaanstreek              what is in it
          blogs poelenburg                what people wrote there
          zoek regioplan                  in everything that you may read, files too
          verzoeken zaanstreek            Daan asks to join; answer  goedkeuren <number>
          deelsite nieuw Mijn deelsite    a place of your own
   As joost in another client:  deelnemen zaanstreek
   English works as well:  language en

What everybody may see, without an account: {where.web}   (look at Poelenburg first)
Mail that Plein sends: {where.mailbox}   As jan, a citizen:  verifieer jan@zaanstad.example
Mail to a place, as a citizen without an account; the mailbox then asks whether it was you:
   printf 'From: Ans <ans@elders.example>\\nSubject: Schommel\\n\\nHij is stuk.\\n' | curl -T - \\
      --mail-from ans@elders.example --mail-rcpt poelenburg+groen@{DOMAIN} {_smtp(where.places)}
Health: {where.web}/readyz   All of this for scripts: {folder.card}
Ctrl-C stops it. The next start has the same data; --fresh begins anew.
"""


def _smtp(where: tuple[str, int]) -> str:
    return f"smtp://{where[0]}:{where[1]}"


def sealed(keys: Keyring) -> str:
    """What is shown once."""
    return (
        f"The reserve account {keys.accounts[RESERVE].user_id} has the password "
        f"{keys.passwords[RESERVE]}; it is shown this once. Of a real Plein it belongs in the safe."
    )


def _people(keys: Keyring) -> str:
    rows = [("sign in as", "password", "name", "class", "works at")]
    for one in square.PEOPLE:
        role = f"{one.person_class}, operator" if one.operator else str(one.person_class)
        works_at = one.organisation.name if one.organisation else ""
        rows.append((one.login, keys.passwords[one.login], one.name, role, works_at))
    return _aligned(rows)


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join((lines[0], "-" * len(lines[0]), *lines[1:]))
