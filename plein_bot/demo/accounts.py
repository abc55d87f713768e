"""The accounts of a demo: the bot, its reserve, and everybody on the square."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from plein_bot.demo.folders import Folder, write_json
from plein_bot.homeserver.accounts import Account, Accounts

BOT, RESERVE = "plein", "plein-reserve"

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is easily taken for another."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Everybody's account and password, by login."""

    accounts: dict[str, Account]
    passwords: dict[str, str]


async def handed_out(
    accounts: Accounts, folder: Folder, names: dict[str, str], limitless: Iterable[str]
) -> Keyring:
    """Make the accounts that are not there yet; `names` are the shown names by login.

    They are kept, because each sign-in is another device, and the bot is to have one.
    """
    passwords = {login: _password(folder.secret, login) for login in names}
    kept = _kept(folder)
    missing = [login for login in names if login not in kept]
    made = await asyncio.gather(
        *(accounts.register(login, passwords[login], displayname=names[login]) for login in missing)
    )
    kept |= dict(zip(missing, made, strict=True))
    if missing:
        for login in limitless:
            await accounts.lift_limits(kept[login].user_id)
        write_json(folder.accounts, {login: asdict(account) for login, account in kept.items()})
    return Keyring(kept, passwords)


def _kept(folder: Folder) -> dict[str, Account]:
    if not folder.accounts.exists():
        return {}
    found = json.loads(folder.accounts.read_text(encoding="utf-8"))
    return {login: Account(**account) for login, account in found.items()}


def _password(secret: str, login: str) -> str:
    """The same at each start, though nowhere written down: `k3v7-9qzd`."""
    digest = hmac.new(secret.encode(), login.encode(), hashlib.sha256).digest()
    letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:8])
    return f"{letters[:4]}-{letters[4:]}"
