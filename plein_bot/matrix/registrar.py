"""Making accounts with the admin API of Synapse: a few named calls with a token of their own.

https://element-hq.github.io/synapse/latest/admin_api/user_admin_api.html
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from plein_bot.actions.ports import HomeserverError
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.matrix.api import Api, path

_PATIENCE = 30.0
"""Seconds for all that one form asks: somebody looks at a page that does not come."""

_TOKEN_LASTS = timedelta(minutes=5)


class Registrar:
    """`token` is that of an admin of the homeserver. What is said here is logged nowhere."""

    def __init__(self, api: Api, token: str) -> None:
        self._api = api
        self._token = token

    async def takes_passwords(self) -> bool:
        """Whether people sign in there with a password; another service may see to that."""
        async with asyncio.timeout(_PATIENCE):
            flows = (await self._api.call("GET", "v3/login")).get("flows", [])
        return any(flow.get("type") == "m.login.password" for flow in flows)

    async def exists(self, user: UserId) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._api.call("GET", _account(user), token=self._token)
        except HomeserverError as error:
            if error.status == 404:
                return False
            raise
        return True

    async def make(self, user: UserId, name: str, password: str) -> None:
        body = {"password": password, "displayname": name, "admin": False}
        async with asyncio.timeout(_PATIENCE):
            await self._api.call("PUT", _account(user), body, token=self._token)

    async def enter(self, user: UserId, rooms: Sequence[RoomId]) -> None:
        """Accept invitations for an account that was just made; its token is gone afterwards."""
        where = path("/_synapse/admin/v1/users/{}/login", user)
        until = int((datetime.now(UTC) + _TOKEN_LASTS).timestamp() * 1000)
        async with asyncio.timeout(_PATIENCE):
            answer = await self._api.call(
                "POST", where, {"valid_until_ms": until}, token=self._token
            )
            theirs = str(answer["access_token"])
            try:
                for room in rooms:
                    await self._api.call("POST", path("v3/rooms/{}/join", room), token=theirs)
            finally:
                await self._api.call("POST", "v3/logout", token=theirs)

    async def set_password(self, user: UserId, password: str) -> None:
        """A new password; whoever is signed in with the old one is signed out."""
        body = {"password": password, "logout_devices": True}
        async with asyncio.timeout(_PATIENCE):
            await self._api.call("PUT", _account(user), body, token=self._token)


def _account(user: UserId) -> str:
    return path("/_synapse/admin/v2/users/{}", user)
