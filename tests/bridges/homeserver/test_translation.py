"""Does what somebody says here read the same there, with the addresses of there?"""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridges.homeserver.crossing import reading, sizes
from bridges.homeserver.crossing.kinds import (
    ATTACHMENT,
    MARK,
    POST,
    Copy,
    Crossing,
    Json,
    Kind,
    Rule,
    Said,
    Unread,
    named,
)
from bridges.homeserver.crossing.translation import Known, translated

HERE, THERE = "!here", "!there"
ALICE, GHOST = "@alice:a.test", "@relay_a.test_alice:b.test"
FILE, FAR_FILE = "mxc://a.test/file", "mxc://b.test/copy"
KNOWN = Known(
    "a.test",
    THERE,
    copies={
        "$hers": Copy("$hers-there", ALICE),
        "$root": Copy("$root-there", "@carol:a.test"),
        "$theirs": Copy("$original", None),
    },
    people={ALICE: GHOST, "@relay_b.test_bob:a.test": "@bob:b.test"},
    media={FILE: FAR_FILE},
    pins=("$their-pin",),
)
TEXT = {"msgtype": "m.text", "body": "Hello"}


def words(text: str) -> list[str]:
    return text.split()


def event(content: Json, type: str = "m.room.message", **more: Any) -> Json:
    base = {"type": type, "event_id": "$event", "room_id": HERE, "sender": ALICE}
    return {**base, "origin_server_ts": 1, "content": content, **more}


def read(content: Json, type: str = "m.room.message", **more: Any) -> Said:
    said = reading.read(event(content, type, **more))
    assert isinstance(said, Said), said
    return said


def crossed(content: Json, type: str = "m.room.message", **more: Any) -> Json:
    """The content there, without the mark, which it always has."""
    sent = translated(read(content, type, **more), KNOWN)
    assert isinstance(sent, Crossing), sent
    mark = {"server": "a.test", "room": named(HERE), "event_id": "$event"}
    assert sent.content[MARK] == mark
    return {key: value for key, value in sent.content.items() if key != MARK}


def refused(content: Json, type: str = "m.room.message", **more: Any) -> Rule | Crossing:
    return translated(read(content, type, **more), KNOWN)


def relating(**relation: Any) -> Json:
    return {**TEXT, "m.relates_to": relation}


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        {"msgtype": "m.emote", "body": "waves"},
        {"msgtype": "m.notice", "body": "a < b && c > d \\1 \\g<0>", "nl.example.own": [1, None]},
        {
            "msgtype": "m.text",
            "body": "# Title",
            "format": "org.matrix.custom.html",
            "formatted_body": '<h1 data-x=\'1\'>Title</h1> <img alt="a"> <a href="https://x.nl">',
        },
        {"msgtype": "m.location", "body": "here", "geo_uri": "geo:52,4"},
        {**TEXT, POST: {"number": 3, "title": "A visit"}},
    ],
)
def test_what_has_no_address_stays_to_the_letter(content: Json) -> None:
    assert crossed(content) == content


def test_people_are_named_as_they_are_called_there() -> None:
    pill = '<a href="https://matrix.to/#/{}">{}</a>'
    content = {
        **TEXT,
        "formatted_body": pill.format("%40alice%3Aa.test", "Alice") + pill.format("@x:y", "X"),
        "m.mentions": {"user_ids": [ALICE, "@relay_b.test_bob:a.test", "@stranger:c.test"]},
    }

    there = crossed(content)

    assert there["formatted_body"] == pill.format(GHOST, "Alice") + pill.format("@x:y", "X")
    assert there["m.mentions"] == {"user_ids": [GHOST, "@bob:b.test"]}
    assert {ALICE, "@x:y", "@stranger:c.test"} <= reading.people(read(content))


def test_links_to_messages_lead_to_their_copies() -> None:
    link = f"see https://matrix.to/#/{HERE}/$hers?via=a.test and https://matrix.to/#/{HERE}/$no"
    content = {**TEXT, "body": link}

    assert reading.references(read(content)) == {"$hers", "$no"}
    assert crossed(content)["body"] == (
        f"see https://matrix.to/#/{THERE}/$hers-there and https://matrix.to/#/{HERE}/$no"
    )


def test_a_reply_answers_the_copy_and_one_to_nothing_stands_by_itself() -> None:
    quote = {"body": f"> <{ALICE}> Hi\n\nHello"}
    reply = {**relating(**{"m.in_reply_to": {"event_id": "$theirs"}}), **quote}

    assert crossed(reply)["m.relates_to"] == {"m.in_reply_to": {"event_id": "$original"}}
    assert crossed(reply)["body"] == f"> <{GHOST}> Hi\n\nHello"
    assert crossed(relating(**{"m.in_reply_to": {"event_id": "$unknown"}})) == TEXT


def test_a_thread_hangs_under_the_copy_of_its_root() -> None:
    def thread(root: str, answered: str, falls_back: bool) -> Json:
        answer = {"m.in_reply_to": {"event_id": answered}, "is_falling_back": falls_back}
        return crossed(relating(rel_type="m.thread", event_id=root, **answer))

    def under(answered: str, falls_back: bool) -> Json:
        answer = {"m.in_reply_to": {"event_id": answered}, "is_falling_back": falls_back}
        return {"rel_type": "m.thread", "event_id": "$root-there", **answer}

    assert thread("$root", "$hers", False)["m.relates_to"] == under("$hers-there", False)
    assert thread("$root", "$unknown", False)["m.relates_to"] == under("$root-there", True)
    assert thread("$unknown", "$hers", True) == TEXT
    answer = {"m.in_reply_to": {"event_id": "$hers-there"}}
    assert thread("$unknown", "$hers", False)["m.relates_to"] == answer


def test_an_edit_changes_the_copy_of_what_its_author_said() -> None:
    new = {**TEXT, "body": "Hi", MARK: {"forged": True}, "m.relates_to": {"event_id": "$x"}}
    edit = {**TEXT, "m.new_content": new, "m.relates_to": {"rel_type": "m.replace"}}

    def of(target: str) -> Json:
        return {**edit, "m.relates_to": {"rel_type": "m.replace", "event_id": target}}

    assert crossed(of("$hers")) == {
        **TEXT,
        "m.new_content": {**TEXT, "body": "Hi"},
        "m.relates_to": {"rel_type": "m.replace", "event_id": "$hers-there"},
    }
    assert refused(of("$root")) is Rule.NOT_THEIRS
    assert refused(of("$theirs")) is Rule.NOT_THEIRS
    assert refused(of("$unknown")) is Rule.TARGET


def test_reactions_and_votes_are_about_the_copy() -> None:
    def reaction(target: str) -> Json:
        return {"m.relates_to": {"rel_type": "m.annotation", "event_id": target, "key": "👍"}}

    vote = {
        "m.relates_to": {"rel_type": "m.reference", "event_id": "$theirs"},
        "org.matrix.msc3381.poll.response": {"answers": ["one"]},
    }

    assert crossed(reaction("$theirs"), "m.reaction") == reaction("$original")
    assert refused(reaction("$unknown"), "m.reaction") is Rule.TARGET
    there = crossed(vote, "org.matrix.msc3381.poll.response")
    assert there == {**vote, "m.relates_to": {"rel_type": "m.reference", "event_id": "$original"}}
    # Another's poll ends only where its author is.
    assert refused(vote, "m.poll.end") is Rule.NOT_THEIRS


def test_a_redaction_takes_back_the_copy_in_the_name_of_its_author() -> None:
    mine = translated(read({"redacts": "$hers", "reason": "typo"}, "m.room.redaction"), KNOWN)
    # Old rooms say it beside the content. A moderator took away what Carol said.
    hers = translated(read({"reason": "rude"}, "m.room.redaction", redacts="$root"), KNOWN)

    assert isinstance(mine, Crossing)
    assert isinstance(hers, Crossing)
    assert (mine.speaker, mine.redacts, mine.content["reason"]) == (ALICE, "$hers-there", "typo")
    assert (hers.speaker, hers.redacts) == ("@carol:a.test", "$root-there")
    assert "reason" not in hers.content
    assert refused({"redacts": "$theirs"}, "m.room.redaction") is Rule.NOT_THEIRS


def test_files_have_the_address_that_they_have_there() -> None:
    content = {
        "msgtype": "m.image",
        "body": "a.png",
        "url": FILE,
        "org.matrix.msc1767.file": {"url": FILE, "size": 3},
        "info": {"mimetype": "image/png", "size": 3, "thumbnail_url": "mxc://a.test/small"},
    }

    assert crossed(content) == {
        **content,
        "url": FAR_FILE,
        "org.matrix.msc1767.file": {"url": FAR_FILE, "size": 3},
        "info": {"mimetype": "image/png", "size": 3},
    }
    assert [(one.uri, one.mime, one.size, one.needed) for one in reading.files(read(content))] == [
        (FILE, "image/png", 3, True),
        ("mxc://a.test/small", None, None, False),
    ]
    assert refused({**content, "url": "mxc://a.test/kept"}) is Rule.FILES
    picture = {**TEXT, "formatted_body": f'a <img src="{FILE}"> <img alt="cat" src="mxc://a.b/c">'}
    assert crossed(picture)["formatted_body"] == f'a <img src="{FAR_FILE}"> cat'
    # No file of a homeserver's: nobody could ask a rule about it.
    elsewhere = {**TEXT, "formatted_body": '<img src="data:image/png;base64,AA" title="dot">'}
    assert crossed(elsewhere)["formatted_body"] == "dot"


def test_pins_are_added_and_taken_away_and_theirs_stay() -> None:
    known = Known("a.test", THERE, KNOWN.copies, pins=("$their-pin", "$root-there"))
    told = {"unsigned": {"prev_content": {"pinned": ["$root", "$no"]}}, "state_key": ""}
    said = read({"pinned": ["$hers", "$no"]}, "m.room.pinned_events", **told)

    sent = translated(said, known)

    assert reading.references(said) == {"$hers", "$root", "$no"}
    assert isinstance(sent, Crossing)
    assert (sent.speaker, sent.state) == (None, True)
    assert sent.content["pinned"] == ["$their-pin", "$hers-there"]


def test_a_topic_is_set_by_the_bot() -> None:
    sent = translated(read({"topic": "Parking"}, "m.room.topic", state_key=""), KNOWN)

    assert isinstance(sent, Crossing)
    assert (sent.speaker, sent.state, sent.content["topic"]) == (None, True, "Parking")


def test_a_post_names_the_event_that_is_the_post_there() -> None:
    card = {**TEXT, POST: {"number": 3, "event": "$root"}, "nl.plein.cause": "forged"}
    file = {"msgtype": "m.file", "body": "a.md", "url": FILE, ATTACHMENT: "$root"}

    assert crossed(card) == {**TEXT, POST: {"number": 3, "event": "$root-there"}}
    assert crossed(file)[ATTACHMENT] == "$root-there"
    assert reading.brings(read(card)) == "$root"
    assert reading.brings(read(TEXT)) is None


@pytest.mark.parametrize(
    ("content", "type", "why"),
    [
        ({**TEXT, MARK: {}}, "m.room.message", Rule.RELAYED),
        ({"algorithm": "m.megolm.v1.aes-sha2"}, "m.room.encrypted", Rule.ENCRYPTED),
        ({"msgtype": "m.file", "body": "a", "file": {}}, "m.room.message", Rule.ENCRYPTED),
        ({"msgtype": "m.server_notice", "body": "Pay"}, "m.room.message", Rule.UNKNOWN),
        ({"msgtype": "m.key.verification.request", "body": ""}, "m.room.message", Rule.UNKNOWN),
        ({"msgtype": ["m.text"], "body": "a"}, "m.room.message", Rule.UNKNOWN),
        ({"msgtype": "m.text", "body": 1}, "m.room.message", Rule.UNKNOWN),
        ({"url": "https://a.test/x"}, "m.sticker", Rule.UNKNOWN),
        ({"url": "https://evil.test/widget"}, "im.vector.modular.widgets", Rule.UNKNOWN),
        ({}, "m.call.invite", Rule.UNKNOWN),
        ({"m.relates_to": {"rel_type": "m.annotation"}}, "m.reaction", Rule.UNKNOWN),
        ({}, "m.room.redaction", Rule.UNKNOWN),
    ],
)
def test_what_is_no_kind_that_crosses_stays(content: Json, type: str, why: Rule) -> None:
    assert reading.read(event(content, type)) == Unread(why)


@pytest.mark.parametrize(
    "type",
    words(
        "m.room.power_levels m.room.join_rules m.room.server_acl m.room.tombstone "
        "m.space.child nl.plein.group m.room.encryption m.room.message"
    ),
)
def test_no_state_crosses_that_gives_or_takes_power(type: str) -> None:
    assert reading.read(event(TEXT, type, state_key="")) == Unread(Rule.UNKNOWN)


TEXTS = st.sampled_from(
    [
        *words("a $hers $no $theirs m.text m.file m.replace m.thread m.annotation m.reference"),
        *("", FILE, "mxc://a.test/kept", ALICE, f"https://matrix.to/#/{ALICE}", "\ud800"),
        *(f'<img src="{FILE}"><img src=mxc://a.test/kept', "x" * 70_000, "é" * 40_000),
    ]
)
KEYS = st.sampled_from(
    [
        *words("body formatted_body format msgtype url info m.relates_to event_id rel_type key"),
        *words("m.new_content m.in_reply_to m.mentions user_ids pinned event redacts file"),
        *words("thumbnail_url com.beeper.per_message_profile nl.plein.group nl.example"),
        *("m.room.power_levels", "membership", POST, ATTACHMENT, "\ud800"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)
TYPES = st.sampled_from(
    words(
        "m.room.message m.sticker m.reaction m.room.redaction m.poll.start m.poll.end "
        "org.matrix.msc3381.poll.response m.room.topic m.room.avatar m.room.pinned_events "
        "m.room.encrypted m.room.power_levels nl.example"
    )
)


@st.composite
def events(draw: st.DrawFn) -> Json:
    content = draw(st.dictionaries(KEYS, VALUES, max_size=6))
    shapes: list[Json] = [
        {},
        TEXT,
        {"body": "a", "msgtype": "m.file", "url": FILE},
        {"m.relates_to": {"rel_type": "m.replace", "event_id": "$hers"}, "m.new_content": TEXT},
        {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$hers", "key": "👍"}},
        {"redacts": "$hers"},
    ]
    others: list[Json] = [{}, {"state_key": ""}, {"unsigned": {"prev_content": content}}]
    more = draw(st.sampled_from(others))
    return event(draw(st.sampled_from(shapes)) | content, draw(TYPES), **more)


def keys_and_values(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *(one for part in value.values() for one in keys_and_values(part))]
    if isinstance(value, list):
        return [one for part in value for one in keys_and_values(part)]
    return [value]


@settings(max_examples=300)
@given(events())
def test_whatever_anybody_sends_becomes_something_harmless_that_a_homeserver_takes(
    one: Json,
) -> None:
    said = reading.read(one)
    if isinstance(said, Unread):
        return
    reading.references(said), reading.people(said), reading.files(said), reading.brings(said)
    sent = translated(said, KNOWN)
    if isinstance(sent, Rule):
        return
    # allow_nan and halves of characters are what a homeserver refuses for ever.
    assert len(json.dumps(sent.content, ensure_ascii=False, allow_nan=False).encode()) < 65_000
    assert sizes.clean(sent.content) == sent.content
    assert sent.state is (said.kind in (Kind.TOPIC, Kind.PINS))
    assert (sent.speaker is None) is sent.state
    for part in (sent.content, sent.content.get("m.new_content") or {}):
        own = {key for key in part if key.startswith("nl.plein.")}
        assert own <= {MARK, POST, ATTACHMENT}
        assert not [key for key in part if key.startswith(("com.beeper", "m.room.", "member"))]
    for found in keys_and_values(sent.content):
        assert found not in ("mxc://a.test/kept", FILE)
    relation = sent.content.get("m.relates_to") or {}
    assert relation.get("event_id", "$x-there") in ("$x-there", "$hers-there", "$original")


@given(st.text(), st.text(alphabet="<>img src=\"'mxc://a.test/file#@:!$&;%"))
def test_a_text_without_addresses_is_never_touched(body: str, formatted: str) -> None:
    content = {**TEXT, "body": body, "formatted_body": formatted.replace("mxc:", "")}

    assert crossed(content) == sizes.clean(content)


def test_a_long_text_loses_its_formatting_and_then_its_end() -> None:
    both = {**TEXT, "body": "é" * 20_000, "formatted_body": "é" * 20_000, "format": "html"}
    edit = {"m.relates_to": {"rel_type": "m.replace", "event_id": "$hers"}, "m.new_content": TEXT}

    assert crossed(both) == {**TEXT, "body": "é" * 20_000}
    cut = crossed({**TEXT, "body": '"' * 60_000})["body"]
    assert cut.endswith('" …')
    assert len(cut) > 30_000
    # The fallback goes before the text itself.
    assert crossed({**TEXT, **edit, "body": "x" * 70_000})["m.new_content"] == TEXT
    assert refused({**TEXT, "nl.example": ["x" * 70_000]}) is Rule.TOO_LONG
