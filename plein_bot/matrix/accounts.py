"""The bot's own account: getting in, being known, being trusted."""

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from plein_bot.actions.ports import HomeserverError
from plein_bot.domain.ids import UserId, localpart
from plein_bot.matrix import cross_signing
from plein_bot.matrix.api import Api, path
from plein_bot.matrix.encryption import Encryption

_KEPT = "account.json"


class Credentials(Protocol):
    """What the configuration says of the account."""

    @property
    def url(self) -> str: ...
    @property
    def user_id(self) -> UserId: ...
    @property
    def access_token(self) -> SecretStr | None: ...
    @property
    def password(self) -> SecretStr | None: ...
    @property
    def device_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Account:
    """Without a device the bot cannot read or write encrypted rooms."""

    token: str
    device_id: str | None


class WrongAccount(Exception):
    """The token belongs to another account than the configuration names."""

    def __init__(self, configured: UserId, found: str) -> None:
        super().__init__(
            f"The access token is that of {found}, and homeserver.user_id is {configured}. "
            "Give the token of the account that you name."
        )


async def entered(credentials: Credentials, folder: Path) -> Account:
    """The token of the configuration, or with a password the one of a login, kept in `folder`."""
    if credentials.access_token:
        return Account(credentials.access_token.get_secret_value(), credentials.device_id)
    if kept := _kept(folder):
        return kept
    assert credentials.password, "the settings see to it that there is one or the other"
    async with Api(credentials.url, "") as api:
        answer = await api.call(
            "POST",
            "v3/login",
            {
                "type": "m.login.password",
                "identifier": {"type": "m.id.user", "user": localpart(credentials.user_id)},
                "password": credentials.password.get_secret_value(),
                "initial_device_display_name": "Plein",
            },
        )
    account = Account(answer["access_token"], answer["device_id"])
    _keep(account, folder)
    return account


def _keep(account: Account, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / _KEPT
    new = kept.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"access_token": account.token, "device_id": account.device_id}, file)
    new.rename(kept)


def _kept(folder: Path) -> Account | None:
    kept = folder / _KEPT
    if not kept.exists():
        return None
    found = json.loads(kept.read_text())
    return Account(found["access_token"], found["device_id"])


async def known(api: Api, account: Account, expected: UserId) -> Account:
    """The account as the homeserver knows it: the device belongs to the token."""
    found = await api.call("GET", "v3/account/whoami")
    if found["user_id"] != expected:
        raise WrongAccount(expected, found["user_id"])
    return replace(account, device_id=found.get("device_id") or account.device_id)


async def introduce(api: Api, bot: UserId, name: str) -> None:
    """Give the bot the name of the square, where it has none yet or only its own ID."""
    profile = await _profile(api, bot)
    if profile in (None, localpart(bot)):
        where = path("v3/profile/{}/displayname", bot)
        await api.call("PUT", where, {"displayname": name})


async def _profile(api: Api, bot: UserId) -> object:
    try:
        return (await api.call("GET", path("v3/profile/{}", bot))).get("displayname")
    except HomeserverError as error:
        if error.status == 404:
            return None
        raise


async def vouch_for(api: Api, encryption: Encryption, credentials: Credentials) -> str | None:
    """Cross-sign the bot's device; returns the recovery key when it is new, to be shown once."""
    password = credentials.password.get_secret_value() if credentials.password else None
    return await cross_signing.set_up(api, encryption, password=password)
