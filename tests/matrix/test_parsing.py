from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.events import (
    InvitedHere,
    Line,
    MemberChanged,
    Membership,
    StateChanged,
    Undecryptable,
)
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.matrix import parsing
from plein_bot.matrix.parsing import Reader

BOT = UserId("@plein:plein.test")
ALICE, BOB = "@alice:plein.test", "@bob:plein.test"
ROOM = RoomId("!room")
READER = Reader(BOT, ("plein", BOT))


def raw(kind: str, content: Any, sender: str = ALICE, **more: Any) -> dict[str, Any]:
    return {
        "event_id": "$event",
        "type": kind,
        "sender": sender,
        "origin_server_ts": 1,
        "content": content,
        **more,
    }


def said(text: str, sender: str = ALICE, /, **content: Any) -> dict[str, Any]:
    return raw("m.room.message", {"msgtype": "m.text", "body": text, **content}, sender)


def member(to: str, before: str | None = None, who: str = ALICE, **more: Any) -> dict[str, Any]:
    unsigned = {"prev_content": {"membership": before}} if before else {}
    content = {"membership": to, **more}
    return raw("m.room.member", content, ALICE, state_key=who, unsigned=unsigned)


def incoming(event: dict[str, Any], *, managed: bool = False, reader: Reader = READER) -> Any:
    work = parsing.work_of(reader, ROOM, event, managed=managed)
    assert work is None or work.key == "$event"
    return work.incoming if work else None


def test_a_typed_line_is_work_of_its_room() -> None:
    work = parsing.work_of(READER, ROOM, said("help"), managed=False)

    assert work
    assert (work.key, work.lane) == ("$event", ROOM)
    assert isinstance(work.incoming, Line)
    assert work.incoming.text == "help"


def test_an_edit_says_what_it_edits_and_its_new_text() -> None:
    relation = {"rel_type": "m.replace", "event_id": "$first"}
    new = {"msgtype": "m.text", "body": "help"}

    line = incoming(said("* help", ALICE, **{"m.relates_to": relation, "m.new_content": new}))

    assert (line.text, line.edits) == ("help", "$first")


def test_a_reply_says_to_what_and_loses_its_fallback() -> None:
    relation = {"m.in_reply_to": {"event_id": "$question"}}

    line = incoming(said(f"> <{BOT}> Wie?\n\n2", ALICE, **{"m.relates_to": relation}))

    assert (line.text, line.reply_to) == ("2", "$question")


@pytest.mark.parametrize(
    "event",
    [
        said("help", BOT),
        raw("m.room.message", {"msgtype": "m.notice", "body": "help"}),
        raw("m.room.message", {}),
        {**said("help"), "unsigned": {"redacted_because": {}}},
        raw("m.room.topic", {"topic": "help"}, state_key=""),
    ],
    ids=["the bot's own", "a notice", "nothing", "redacted", "state"],
)
def test_what_is_not_for_plein_asks_for_nothing(event: dict[str, Any]) -> None:
    assert incoming(event) is None


@pytest.mark.parametrize(
    ("text", "heard"),
    [("!plein help", True), ("plein: help", True), ("help", False), ("op het plein", False)],
)
def test_in_a_managed_room_only_what_is_addressed_is_heard(text: str, heard: bool) -> None:
    assert (incoming(said(text), managed=True) is not None) is heard
    assert incoming(said(text), managed=False) is not None


def test_state_that_others_change_is_work_in_a_managed_room_only() -> None:
    child = raw("m.space.child", {}, state_key="!group")

    assert incoming(child, managed=True) == StateChanged(
        EventId("$event"), ROOM, UserId(ALICE), "m.space.child", "!group", 1
    )
    assert incoming(child) is None
    assert incoming({**child, "sender": BOT}, managed=True) is None


def test_knocking_twice_asks_twice() -> None:
    again = incoming(member("knock", "knock", reason="Ik werk hier"))

    assert isinstance(again, MemberChanged)
    assert again.membership is Membership.KNOCK
    assert again.reason == "Ik werk hier"


def test_another_name_is_no_arrival() -> None:
    assert incoming(member("join", "join", displayname="Alice Jansen")) is None


def test_what_happens_to_the_bot_itself_is_no_arrival() -> None:
    assert incoming(member("join", "invite", who=BOT)) is None


def test_somebody_invited_by_another_names_both() -> None:
    change = incoming(member("invite", who=BOB))

    assert (change.sender, change.person) == (ALICE, BOB)
    assert change.before is Membership.LEAVE


def test_an_invitation_is_work_of_its_own() -> None:
    events = [member("invite", who=BOT, is_direct=True)]
    work = parsing.invitation(READER, ROOM, {"invite_state": {"events": events}})

    assert work
    assert work.key == "invite:$event"
    assert work.incoming == InvitedHere(ROOM, UserId(ALICE), direct=True)
    assert parsing.invitation(READER, ROOM, {"invite_state": {"events": []}}) is None


def test_after_an_invitation_what_was_said_before_is_history() -> None:
    timeline = [said("oud"), member("invite", who=BOT), said("nieuw"), member("join", who=BOT)]

    assert list(parsing.after_invitation(BOT, timeline)) == timeline[1:]


SEALED = raw(
    "m.room.encrypted",
    {
        "algorithm": "m.megolm.v1.aes-sha2",
        "m.relates_to": {"m.in_reply_to": {"event_id": "$question"}},
    },
)


def test_what_cannot_be_read_is_kept_whole() -> None:
    reader = Reader(BOT, (), lambda event, room: None)

    waiting = incoming(SEALED, reader=reader)

    assert isinstance(waiting, Undecryptable)
    assert waiting.raw == SEALED


def test_the_relation_of_an_encrypted_line_stands_outside() -> None:
    clear = said("2")
    reader = Reader(BOT, (), lambda event, room: clear)

    line = incoming(SEALED, reader=reader)

    assert line.encrypted
    assert (line.text, line.reply_to) == ("2", "$question")


def test_an_encrypted_event_that_was_redacted_waits_for_no_key() -> None:
    reader = Reader(BOT, (), lambda event, room: None)

    assert incoming(raw("m.room.encrypted", {}), reader=reader) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
# fmt: off
KEYS = [
    "event_id", "type", "sender", "origin_server_ts", "content", "unsigned",
    "state_key", "redacts", "prev_content", "membership", "body", "msgtype",
    "format", "formatted_body", "m.relates_to", "m.new_content", "m.mentions", "user_ids",
    "rel_type", "m.in_reply_to", "algorithm", "reason", "is_direct", "key",
]
# fmt: on
TYPES = ("m.room.message", "m.room.member", "m.reaction", "m.room.encrypted", "m.room.redaction")
WORDS = st.sampled_from([*TYPES, BOT, ALICE, "join", "knock", "m.text", "m.annotation", "$event"])
ALMOST = st.recursive(
    WORDS | JSON,
    lambda inner: (
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=6) | st.lists(inner, max_size=3)
    ),
    max_leaves=20,
)


@given(content=ALMOST, more=st.dictionaries(st.sampled_from(KEYS), ALMOST), kind=WORDS)
def test_anybody_can_send_anything(content: Any, more: dict[str, Any], kind: str) -> None:
    event = {**raw(kind, content), "type": kind, **more}
    for decrypt in (None, lambda event, room: None, lambda event, room: more):
        reader = Reader(BOT, ("plein",), decrypt)
        for managed in (True, False):
            parsing.work_of(reader, ROOM, event, managed=managed)
    parsing.events(ROOM, [event, content])
    parsing.invitation(READER, ROOM, {"invite_state": {"events": [event, content]}})
    parsing.invitation(READER, ROOM, {"invite_state": content})
