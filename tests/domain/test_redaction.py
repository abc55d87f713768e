"""The homeserver's own code says what is right."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synapse.api.room_versions import KNOWN_ROOM_VERSIONS
from synapse.events import make_event_from_dict
from synapse.events.utils import prune_event

from plein_bot.domain.redaction import pruned

TYPES = [
    "m.room.create",
    "m.room.member",
    "m.room.join_rules",
    "m.room.power_levels",
    "m.room.history_visibility",
    "m.room.redaction",
    "m.room.aliases",
    "m.room.name",
    "m.room.message",
    "nl.plein.group",
]
KEYS = [
    "aliases",
    "allow",
    "ban",
    "body",
    "creator",
    "events",
    "events_default",
    "history_visibility",
    "invite",
    "join_authorised_via_users_server",
    "join_rule",
    "kick",
    "membership",
    "name",
    "nl.plein.kind",
    "notifications",
    "redact",
    "redacts",
    "room_version",
    "state_default",
    "users",
    "users_default",
]
INVITATIONS: list[object] = [None, {}, {"signed": {"token": "t"}, "display_name": "x"}]


@given(
    kind=st.sampled_from(TYPES),
    keys=st.sets(st.sampled_from(KEYS)),
    invitation=st.sampled_from(INVITATIONS),
)
@settings(max_examples=50)
@pytest.mark.parametrize("version", [str(number) for number in range(1, 13)])
def test_a_redacted_event_keeps_what_it_keeps_on_the_homeserver(
    version: str, kind: str, keys: set[str], invitation: object
) -> None:
    content: dict[str, object] = dict.fromkeys(keys, "value")
    if invitation is not None:
        content["third_party_invite"] = invitation
    event: dict[str, object] = {
        "type": kind,
        "content": content,
        "sender": "@somebody:plein.test",
        "state_key": "",
        "room_id": "!room:plein.test",
        "origin_server_ts": 1,
        "depth": 1,
        "prev_events": [],
        "auth_events": [],
        "hashes": {},
        "signatures": {},
    }
    if int(version) <= 2:
        event["event_id"] = "$event:plein.test"
    if version == "12" and kind == "m.room.create":
        del event["room_id"]
    theirs = prune_event(make_event_from_dict(event, KNOWN_ROOM_VERSIONS[version]))

    assert pruned(kind, content, version) == dict(theirs.get_dict()["content"])


def test_an_unknown_room_version_follows_the_newest_rules() -> None:
    content = {"join_rule": "restricted", "allow": [], "more": 1}

    assert pruned("m.room.join_rules", content, "13") == {"join_rule": "restricted", "allow": []}
