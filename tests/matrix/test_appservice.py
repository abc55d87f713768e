"""A registration that names the bot lifts its limits, without an administrator."""

from pathlib import Path

import yaml

from plein_bot.matrix.api import Api, Appservice, path
from tests.synapse.harness import running_synapse


async def test_what_an_appservice_sends_is_not_slowed_down(tmp_path: Path) -> None:
    registration = tmp_path / "plein-appservice.yaml"
    registration.write_text(
        yaml.safe_dump(
            {
                "id": "plein",
                "url": None,
                "as_token": "as-token-of-this-test",
                "hs_token": "hs-token-of-this-test",
                "sender_localpart": "plein-service",
                "rate_limited": False,
                "namespaces": {"users": [{"exclusive": False, "regex": "@plein-1:.*"}]},
            }
        )
    )
    extra = {"app_service_config_files": [str(registration)]}
    async with running_synapse(tmp_path / "synapse", limits=True, extra=extra) as synapse:
        bot = await synapse.account("plein")
        unlimited = Appservice("as-token-of-this-test", bot.user_id)
        async with Api(synapse.url, bot.access_token, unlimited=unlimited) as api:
            room = (await api.call("POST", "v3/createRoom", {}))["room_id"]
            # Three times what an ordinary account may send at once.
            for number in range(30):
                where = path("v3/rooms/{}/send/{}/{}", room, "m.room.message", str(number))
                await api.call("PUT", where, {"msgtype": "m.text", "body": str(number)})
            sync = await api.call("GET", "v3/sync", query={"timeout": "0"})

            assert api.counts["limited"] == 0
            timeline = sync["rooms"]["join"][room]["timeline"]["events"]
            assert {event["sender"] for event in timeline} == {bot.user_id}
