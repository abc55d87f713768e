"""Accounts on the private Synapse, made with its registration secret, and what an admin may do.

The calls are those of Synapse's admin API:
https://element-hq.github.io/synapse/latest/usage/administration/admin_api/
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from plein_bot.homeserver.folders import registration_secret
from plein_bot.homeserver.settings import Settings

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with a token. `device_id` is None for a token that an admin had made: it is bound
    to no device and cannot encrypt."""

    user_id: str
    access_token: str
    device_id: str | None


class AccountError(Exception):
    """Synapse refused a call about accounts; `code` is its errcode."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Accounts:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def register(
        self, name: str, password: str, *, admin: bool = False, displayname: str | None = None
    ) -> Account:
        """Make the account `name`, or sign in to it where it exists.

        Each call gives a new token. Where it exists, `admin` and `displayname` stay as they are.
        """
        nonce = (await self._call("GET", "/_synapse/admin/v1/register"))["nonce"]
        body = {
            "nonce": nonce,
            "username": name,
            "password": password,
            "admin": admin,
            "displayname": displayname or name,
            "mac": self._mac(nonce, name, password, "admin" if admin else "notadmin"),
        }
        try:
            return _account(await self._call("POST", "/_synapse/admin/v1/register", body))
        except AccountError as error:
            if error.code != "M_USER_IN_USE":
                raise
        if self._settings.takes_passwords:
            return await self._log_in(name, password)
        return await self._log_in_as(f"@{name}:{self._settings.server_name}")

    async def administrator(self) -> Account:
        """An account for admin calls, the same one each time; kept in the folder."""
        kept = self._settings.folder / "administrator.json"
        if kept.exists():
            return Account(**json.loads(kept.read_text()))
        # A name that cannot be taken: where passwords are off, a taken name cannot be used again.
        name = f"administrator-{secrets.token_hex(4)}"
        account = await self.register(name, secrets.token_urlsafe(32), admin=True)
        _keep(kept, account)
        return account

    async def lift_limits(self, user_id: str) -> None:
        """Let somebody speak as fast as they can."""
        path = f"/_synapse/admin/v1/users/{quote(user_id, safe='')}/override_ratelimit"
        await self._as_admin("POST", path, {"messages_per_second": 0, "burst_count": 0})

    async def purge_history(self, room_id: str, before_event: str) -> None:
        """Forget everything that was said in the room before an event, as retention would."""
        room, event = quote(room_id, safe=""), quote(before_event, safe="")
        started = await self._as_admin(
            "POST",
            f"/_synapse/admin/v1/purge_history/{room}/{event}",
            {"delete_local_events": True},
        )
        path = f"/_synapse/admin/v1/purge_history_status/{started['purge_id']}"
        report = {"status": "active"}
        while report["status"] == "active":
            await asyncio.sleep(0.05)
            report = await self._as_admin("GET", path)
        if report["status"] != "complete":
            raise AccountError("M_UNKNOWN", f"purging {room_id}: {report}")

    async def _log_in(self, name: str, password: str) -> Account:
        identifier = {"type": "m.id.user", "user": name}
        body = {"type": "m.login.password", "identifier": identifier, "password": password}
        return _account(await self._call("POST", "/_matrix/client/v3/login", body))

    async def _log_in_as(self, user_id: str) -> Account:
        path = f"/_synapse/admin/v1/users/{quote(user_id, safe='')}/login"
        answer = await self._as_admin("POST", path, {})
        return Account(user_id, answer["access_token"], None)

    async def _as_admin(self, method: str, path: str, body: Json | None = None) -> Json:
        token = (await self.administrator()).access_token
        return await self._call(method, path, body, token)

    async def _call(
        self, method: str, path: str, body: Json | None = None, token: str = ""
    ) -> Json:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = URL(self._settings.url + path, encoded=True)
        async with (
            aiohttp.ClientSession(headers=headers) as http,
            http.request(method, url, json=body) as response,
        ):
            answer: Json = await response.json()
        if not response.ok:
            raise AccountError(answer.get("errcode", "M_UNKNOWN"), answer.get("error", ""))
        return answer

    def _mac(self, *parts: str) -> str:
        key = registration_secret(self._settings.folder).encode()
        return hmac.new(key, "\0".join(parts).encode(), hashlib.sha1).hexdigest()


def _account(answer: Json) -> Account:
    return Account(answer["user_id"], answer["access_token"], answer["device_id"])


def _keep(path: Path, account: Account) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(account)))
