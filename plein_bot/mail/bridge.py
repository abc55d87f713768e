"""Asks the e-mail bridge for accounts of people who have e-mail only (docs/email.md)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from plein_bot.actions.ports import MailboxesAway, NoMailbox
from plein_bot.domain.ids import UserId, user_id
from plein_bot.domain.mailboxes import Mailed

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
        try:
            async with self._http.post("/v1/people", json=body) as response:
                status, said = response.status, await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as trouble:
            raise MailboxesAway(f"the e-mail bridge does not answer: {trouble!r}") from trouble
        return _read(status, said if isinstance(said, dict) else {})


def _read(status: int, said: dict[str, Any]) -> UserId:
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
