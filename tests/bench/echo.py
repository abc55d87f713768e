"""The floor of a command's round trip: a bot that answers each message, and does nothing else."""

import asyncio
import itertools
import sys

import aiohttp


async def main(url: str, token: str) -> None:
    transactions = itertools.count()
    since: dict[str, str] = {}
    async with aiohttp.ClientSession(
        f"{url}/_matrix/client/v3/", headers={"Authorization": f"Bearer {token}"}
    ) as http:
        while True:
            async with http.get("sync", params={"timeout": "30000"} | since) as response:
                told = await response.json()
            rooms = told.get("rooms", {})
            for room in rooms.get("invite", {}):
                await http.post(f"join/{room}", json={})
            for room, section in rooms.get("join", {}).items() if since else ():
                for event in section["timeline"]["events"]:
                    content = event["content"]
                    if event["type"] != "m.room.message" or content["msgtype"] != "m.text":
                        continue
                    answer = {
                        "msgtype": "m.notice",
                        "body": content["body"],
                        "m.relates_to": {"m.in_reply_to": {"event_id": event["event_id"]}},
                    }
                    path = f"rooms/{room}/send/m.room.message/{next(transactions)}"
                    await http.put(path, json=answer)
            since = {"since": told["next_batch"]}


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
