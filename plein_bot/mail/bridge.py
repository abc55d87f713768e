"""Asks the e-mail bridge for accounts of people who have e-mail only (docs/email.md)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from plein_bot.actions.ports import MailboxesAway, NoMailbox
from plein_bot.domain.ids import UserId, user_id
from plein_bot.domain.mailboxes import Mailed

Json = dict[str, Any]

_PATIENCE = aiohttp.ClientTimeout(total=20)
"""Seconds: somebody waits for the page."""

_OURS = frozenset({"PLEIN_NO_ADDRESS", "PLEIN_NO_NAME"})
"""What the bridge refuses because of the person; all else is a matter between it and us."""


class Bridge:
    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def meet(self, address: str, name: str, language: str, mailed: Mailed) -> UserId:
        body = {
            "address": address,
            "name": name,
            "language": language,
            "choice": mailed.value,
            "proof": "invitation",
        }
        return _read(*await self._asked("POST", "/v1/people", body))

    async def begins(self) -> tuple[str, str]:
        """How its accounts begin, and the homeserver on which they are. Raises MailboxesAway."""
        status, said = await self._asked("GET", "/v1")
        if status != 200:
            raise MailboxesAway(f"the e-mail bridge answers {status} {said.get('errcode', '')}")
        return str(said.get("ghosts")), str(said.get("server_name"))

    async def _asked(self, method: str, path: str, body: Json | None = None) -> tuple[int, Json]:
        try:
            async with self._http.request(method, path, json=body) as response:
                said = await response.json(content_type=None)
                return response.status, said if isinstance(said, dict) else {}
        except (aiohttp.ClientError, TimeoutError, ValueError) as trouble:
            raise MailboxesAway(f"the e-mail bridge does not answer: {trouble!r}") from trouble


def _read(status: int, said: Json) -> UserId:
    user = said.get("user_id")
    if status == 200 and isinstance(user, str) and (known := user_id(user)):
        return known
    code = said.get("errcode")
    if code in _OURS:
        raise NoMailbox(str(code))
    raise MailboxesAway(f"the e-mail bridge answers {status} {code}")


@asynccontextmanager
async def reaching(url: str, secret: str) -> AsyncIterator[Bridge]:
    headers = {"Authorization": f"Bearer {secret}"}
    async with aiohttp.ClientSession(url, headers=headers, timeout=_PATIENCE) as http:
        yield Bridge(http)
