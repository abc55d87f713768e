"""Subsites and groups on a real homeserver: their rooms field by field, and the talk about them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.synapse.harness import Synapse
from tests.synapse.people import State
from tests.synapse.scenes import Scene, scene_on


@pytest.fixture(scope="module")
async def scene(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with scene_on(synapse, tmp_path_factory.mktemp("places")) as scene:
        await scene.says(
            scene.sanne,
            "deelsite nieuw Rijnmond --zichtbaarheid openbaar --deelname verzoek "
            "--onderwerp Samen aan de Maas",
        )
        await scene.says(scene.sanne, "groep nieuw rijnmond Jeugdzorg --onderwerp Over jeugd")
        await scene.says(
            scene.sanne,
            "group create rijnmond Werk en inkomen --slug werk --visibility listed "
            "--joining organisation --organisations purmerend --posting staff",
        )
        yield scene


BOT_ONLY = 150
POWER_EVENTS = {
    **dict.fromkeys(
        (
            "m.room.join_rules",
            "m.room.history_visibility",
            "m.room.guest_access",
            "m.room.server_acl",
            "m.room.tombstone",
            "m.room.encryption",
            "m.room.canonical_alias",
            "m.space.child",
            "m.space.parent",
        ),
        BOT_ONLY,
    ),
    "m.room.power_levels": 100,
    **dict.fromkeys(("m.room.name", "m.room.topic", "m.room.avatar", "m.room.pinned_events"), 50),
    **dict.fromkeys(
        (
            "m.reaction",
            "m.poll.response",
            "org.matrix.msc3381.poll.response",
            "m.call.member",
            "org.matrix.msc3401.call.member",
        ),
        0,
    ),
}


def without_people(state: State) -> dict[tuple[str, str], Any]:
    return {key: content for key, content in state.items() if key[0] != "m.room.member"}


def expected(
    scene: Scene, kind: str, name: str, *, space: str | None, events_default: int = 0, **more: Any
) -> dict[tuple[str, str], Any]:
    """The whole state of a place's room, but for its create event and power levels' own types."""
    state: dict[tuple[str, str], Any] = {
        ("m.room.name", ""): {"name": name},
        ("m.room.guest_access", ""): {"guest_access": "forbidden"},
        ("m.room.join_rules", ""): more["join_rules"],
        ("m.room.history_visibility", ""): {"history_visibility": more.get("history", "shared")},
        ("m.room.canonical_alias", ""): {"alias": more["alias"]} if "alias" in more else {},
        (f"nl.plein.{kind}", ""): more["marker"],
    }
    if "topic" in more:
        state["m.room.topic", ""] = {"topic": more["topic"]}
    if kind != "staff":
        # Whoever starts a subsite owns what it is born with through the subsite.
        born = more["marker"]["slug"] in ("leden", "publiek")
        own = {} if born else {scene.sanne.user_id: 100}
        state["nl.plein.roles", ""] = {"users": own}
    if space:
        via = [scene.synapse.server_name]
        state["m.space.parent", space] = {"via": via, "canonical": True}
    return state


def check_state(
    scene: Scene, state: State, wanted: dict[tuple[str, str], Any], kind: str, space: str | None
) -> None:
    rest = without_people(state)
    create = rest.pop(("m.room.create", ""))
    mark = create.pop("nl.plein.cause")
    assert len(mark) == 32
    assert create == {
        "room_version": "12",
        "additional_creators": [scene.plein.parts.plein.reserve],
        "nl.plein.kind": kind,
        **({"type": "m.space"} if kind == "subsite" else {"nl.plein.subsite": space}),
    }
    levels = rest.pop(("m.room.power_levels", ""))
    own = {k: v for k, v in levels["events"].items() if not k.startswith("nl.plein.")}
    assert own == POWER_EVENTS
    mine = {v for k, v in levels["events"].items() if k.startswith("nl.plein.")}
    assert mine == {BOT_ONLY}
    assert levels["users"] == {scene.sanne.user_id: 100}
    assert {k: levels[k] for k in ("invite", "kick", "ban", "redact")} == {
        "invite": 50,
        "kick": 50,
        "ban": 50,
        "redact": 50,
    }
    assert (levels["state_default"], levels["users_default"]) == (100, 0)
    for key in [key for key in rest if key[0] == "m.room.topic"]:
        # Newer homeservers put the rich form of a topic beside it.
        rest[key] = {"topic": rest[key]["topic"]}
    assert rest == wanted


async def test_a_subsite_is_a_space_with_exactly_this_state(scene: Scene) -> None:
    space, leden, publiek, jeugd, werk = [
        await scene.room(path)
        for path in (
            "rijnmond",
            "rijnmond/leden",
            "rijnmond/publiek",
            "rijnmond/jeugdzorg",
            "rijnmond/werk",
        )
    ]
    await scene.sanne.joins(space)
    state = await scene.sanne.state(space)
    wanted = expected(
        scene,
        "subsite",
        "Rijnmond",
        space=None,
        topic="Samen aan de Maas",
        join_rules={"join_rule": "knock"},
        alias=scene.alias("rijnmond"),
        marker=marker("rijnmond", "public", "request"),
    )
    via = {"via": [scene.synapse.server_name]}
    wanted |= {("m.space.child", room): via for room in (leden, publiek, jeugd, werk)}
    check_state(scene, state, wanted, "subsite", None)
    levels = state["m.room.power_levels", ""]
    assert levels["events_default"] == 50


def marker(slug: str, visibility: str, joining: str, **more: Any) -> dict[str, Any]:
    return {
        "slug": slug,
        "visibility": visibility,
        "joining": joining,
        "posting": "everyone",
        "citizens": False,
        "external": False,
        "invite": "staff",
        "index": False,
        **more,
    }


@pytest.mark.parametrize(
    ("path", "name", "more"),
    [
        (
            "rijnmond/leden",
            "Leden",
            {"join_rules": "invite", "marker": marker("leden", "members", "open")},
        ),
        (
            "rijnmond/publiek",
            "Publiek",
            {
                "join_rules": "public",
                "history": "world_readable",
                "alias": True,
                "topic": "Uw naam en wat u schrijft zijn openbaar.",
                "marker": marker("publiek", "public", "open", posting="authors", citizens=True),
            },
        ),
        (
            "rijnmond/jeugdzorg",
            "Jeugdzorg",
            {
                "join_rules": "invite",
                "topic": "Over jeugd",
                "marker": marker("jeugdzorg", "members", "open"),
            },
        ),
        (
            "rijnmond/werk",
            "Werk en inkomen",
            {
                "join_rules": "knock",
                "alias": True,
                "marker": marker(
                    "werk",
                    "listed",
                    "organisation",
                    posting="staff",
                    organisations=["purmerend"],
                ),
            },
        ),
    ],
)
async def test_a_group_is_a_room_with_exactly_this_state(
    scene: Scene, path: str, name: str, more: dict[str, Any]
) -> None:
    space, room = await scene.room("rijnmond"), await scene.room(path)
    await scene.sanne.joins(room)
    more = {
        **more,
        "join_rules": {"join_rule": more["join_rules"]},
        "marker": {**more["marker"], "subsite": space},
    }
    if more.pop("alias", False):
        more["alias"] = scene.alias(path)
    state = await scene.sanne.state(room)
    check_state(scene, state, expected(scene, "group", name, space=space, **more), "group", space)
    staff_posts = more["marker"]["posting"] == "staff"
    assert state["m.room.power_levels", ""]["events_default"] == (50 if staff_posts else 0)
    assert await scene.synapse.stranger.resolves(scene.alias(path)) == (
        room if "alias" in more else None
    )


async def test_in_a_subsite_without_citizens_its_members_walk_into_the_group(scene: Scene) -> None:
    await scene.says(
        scene.sanne, "deelsite nieuw Waterland --zichtbaarheid vindbaar --deelname vrij"
    )
    space, leden = await scene.room("waterland"), await scene.room("waterland/leden")
    await scene.sanne.joins(leden)
    state = await scene.sanne.state(leden)
    assert state["m.room.join_rules", ""] == {
        "join_rule": "restricted",
        "allow": [{"type": "m.room_membership", "room_id": space}],
    }


async def test_the_staff_room_is_hidden(scene: Scene) -> None:
    space, room = await scene.room("rijnmond"), await scene.staff_room("rijnmond")
    await scene.sanne.joins(room)
    wanted = expected(
        scene,
        "staff",
        "Rijnmond · Beheer",
        space=space,
        join_rules={"join_rule": "invite"},
        marker={"slug": "beheer", "subsite": space},
    )
    check_state(scene, await scene.sanne.state(room), wanted, "staff", space)


async def test_the_hierarchy_shows_the_groups(scene: Scene) -> None:
    space = await scene.room("rijnmond")
    hierarchy = await scene.sanne.hierarchy(space)
    assert {one["name"] for one in hierarchy} == {
        "Rijnmond",
        "Leden",
        "Publiek",
        "Jeugdzorg",
        "Werk en inkomen",
    }
    listed = {one["room_id"] for one in await scene.joost.directory()}
    assert {
        path: await scene.room(path) in listed
        for path in ("rijnmond", "rijnmond/publiek", "rijnmond/werk", "rijnmond/leden")
    } == {
        "rijnmond": True,
        "rijnmond/publiek": True,
        "rijnmond/werk": True,
        "rijnmond/leden": False,
    }


async def test_showing_and_listing_in_dutch_and_in_english(scene: Scene) -> None:
    dutch = await scene.says(scene.joost, "deelsite toon rijnmond")
    assert "Zichtbaarheid: openbaar" in dutch
    assert "Wie leest mee: Iedereen, ook zonder account" in dutch
    assert "Meedoen: `deelnemen rijnmond`." in dutch
    assert "Samen aan de Maas" in dutch

    assert "English" in await scene.says(scene.wim, "language en")
    english = await scene.says(scene.wim, "subsite show rijnmond")
    assert "Who can see it: public" in english
    assert "Take part: `join rijnmond`." in english
    listed = await scene.says(scene.wim, "group list rijnmond")
    assert "Werk en inkomen" in listed
    assert "Jeugdzorg" not in listed
    assert "Nederlands" in await scene.says(scene.wim, "taal nl")


async def test_numbers_stand_for_what_was_just_listed(scene: Scene) -> None:
    listed = await scene.says(scene.joost, "groepen rijnmond")
    number = next(line for line in listed.splitlines() if "werk" in line).partition(".")[0]
    assert "`rijnmond/werk`" in await scene.says(scene.joost, f"groep toon {number}")
    await scene.says(scene.joost, "groepen rijnmond")
    assert "`rijnmond/werk`" in await scene.says(scene.joost, number)


async def test_a_left_out_place_is_the_last_one_used(scene: Scene) -> None:
    await scene.says(scene.joost, "groep toon rijnmond/werk")
    assert "Rijnmond" in await scene.says(scene.joost, "groepen")
    assert "`rijnmond/werk`" not in await scene.says(scene.joost, "deelsite")


async def test_a_place_is_found_by_its_name_or_the_beginning_of_it(scene: Scene) -> None:
    for typed in ("Werk en", "WERK EN INKOMEN.", "rijnmond/werk", scene.alias("rijnmond/werk")):
        assert "`rijnmond/werk`" in await scene.says(scene.joost, f"groep toon {typed}")


async def test_a_typing_error_brings_the_nearest_command(scene: Scene) -> None:
    assert "`verzoeken [plek]" in await scene.says(scene.joost, "verzoekne")
    answer = await scene.says(scene.joost, "hoe laat is het")
    assert "`help`" in answer


async def test_help_is_by_what_is_declared(scene: Scene) -> None:
    assert "`deelnemen`" in await scene.says(scene.joost, "help")
    assert "`groep nieuw`" in await scene.says(scene.sanne, "help")
    explained = await scene.says(scene.joost, "help groep nieuw")
    assert "groep nieuw <deelsite> <naam>" in explained
    assert "group create" in explained


async def test_in_a_room_a_private_answer_stands_in_the_direct_chat(scene: Scene) -> None:
    room = await scene.room("rijnmond/publiek")
    await scene.joost.joins(room)
    chat = await scene.joost.chat_with(scene.plein.bot)
    pill = f'<a href="https://matrix.to/#/{scene.plein.bot}">Plein</a> groepen'
    for asked in (
        await scene.joost.says(room, "!plein groepen"),
        await scene.joost.says(
            room,
            "Plein groepen",
            format="org.matrix.custom.html",
            formatted_body=pill,
            **{"m.mentions": {"user_ids": [scene.plein.bot]}},
        ),
    ):
        pointer = await scene.joost.is_answered(asked, scene.plein.bot)
        assert pointer["room_id"] == room
        assert pointer["content"]["body"] == "Ik heb u in ons gesprek geantwoord."
        await scene.joost.hears("De groepen van Rijnmond:", room=chat)
    await scene.joost.catches_up()
    assert not [
        event
        for event in scene.joost.seen
        if event["room_id"] == room and "werk" in str(event["content"].get("body", ""))
    ]


async def test_in_a_room_an_answer_for_all_stands_there(scene: Scene) -> None:
    room = await scene.room("rijnmond/publiek")
    await scene.joost.joins(room)
    asked = await scene.joost.says(room, "!plein help")
    answer = await scene.joost.is_answered(asked, scene.plein.bot)
    assert answer["room_id"] == room
    assert "In ons gesprek typt u het zo" in answer["content"]["body"]


async def test_what_is_not_said_to_plein_is_not_answered(scene: Scene) -> None:
    room = await scene.room("rijnmond/publiek")
    await scene.joost.joins(room)
    idle = await scene.joost.says(room, "Plein groepen zou mooi zijn")
    asked = await scene.joost.says(room, "!plein help")
    await scene.joost.is_answered(asked, scene.plein.bot)
    replies = [e["content"].get("m.relates_to", {}) for e in scene.joost.seen]
    assert not [r for r in replies if r.get("m.in_reply_to", {}).get("event_id") == idle]


async def test_a_line_that_was_not_understood_runs_once_when_edited(scene: Scene) -> None:
    bot, joost = scene.plein.bot, scene.joost
    chat = await joost.chat_with(bot)
    line = await joost.says(chat, "groep toon rijnmond/wrk")
    assert "Ik ken geen plek" in (await joost.is_answered(line, bot))["content"]["body"]
    edit = await joost.edits(chat, line, "groep toon rijnmond/werk")
    assert "`rijnmond/werk`" in (await joost.is_answered(edit, bot))["content"]["body"]
    again = await joost.edits(chat, line, "groep toon rijnmond/publiek")
    told = (await joost.is_answered(again, bot))["content"]["body"]
    assert told == "Dat heb ik al gedaan. Typ een nieuwe regel voor iets anders."


async def test_long_lists_come_a_page_at_a_time(scene: Scene) -> None:
    await scene.says(scene.sanne, "deelsite nieuw Veel --zichtbaarheid vindbaar --deelname vrij")
    for number in range(1, 22):
        await scene.says(scene.sanne, f"groep nieuw veel Groep {number:02}")
    first = await scene.says(scene.sanne, "groepen veel")
    assert "1 tot en met 20 van 22. Typ `meer` voor de volgende." in first
    assert "Groep 21" not in first
    second = await scene.says(scene.sanne, "meer")
    assert "Groep 21" in second
    assert "`veel/groep-21`" in await scene.says(scene.sanne, "22")
    assert "pagina" in await scene.says(scene.sanne, "groepen veel --pagina 9")
