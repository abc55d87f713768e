"""State that others change in a client: roles are followed, what Plein keeps is put back."""

import pytest

from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.places import Place
from tests.commands.test_roles import brought, given, levels
from tests.fakes.people import Person
from tests.fakes.rooms import Json
from tests.fakes.square import PLEIN, Square

FOREIGN = {"via": ["elders.example"]}
OPEN_TO_ALL: Json = {"allow": ["*"], "deny": [], "allow_ip_literals": False}


async def reserve_in(square: Square, room: RoomId) -> Person:
    """The reserve account, which no power levels hold back."""
    assert PLEIN.reserve
    person = Person(square.homeserver, PLEIN.reserve)
    square.homeserver.names[person.user_id] = "Reserve"
    square.homeserver.invite(room, PLEIN.bot, person.user_id)
    await person.joins(room)
    return person


async def explained(square: Square, subsite: Place, part: str) -> str:
    """What the staff read once something was put back."""
    staff = await square.staff_room(subsite)
    raw = await square.sanne.hears(
        staff, lambda raw: part in str(raw["content"].get("body")) and raw["sender"] == PLEIN.bot
    )
    return str(raw["content"]["body"])


async def with_levels(square: Square, person: Person, room: RoomId, **changed: object) -> None:
    """Somebody saves other power levels."""
    now = square.homeserver.room(room).content("m.room.power_levels")
    await person.sets(room, "m.room.power_levels", {**now, **changed})


@pytest.mark.parametrize(
    ("kind", "content", "what"),
    [
        ("m.room.join_rules", {"join_rule": "public"}, "wie er binnen mag"),
        ("m.room.history_visibility", {"history_visibility": "world_readable"}, "teruglezen"),
        ("m.room.guest_access", {"guest_access": "can_join"}, "de toegang voor gasten"),
        ("m.room.server_acl", {"allow": ["plein.test"]}, "welke homeservers"),
        ("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}, "de versleuteling"),
        ("m.room.canonical_alias", {"alt_aliases": []}, "het adres"),
        ("nl.plein.group", {"slug": "leden", "visibility": "public"}, "de instellingen"),
        ("nl.plein.roles", {"users": {"@peter:plein.test": 100}}, "de rollen"),
        ("nl.plein.note", {"slug": "leden"}, "de instellingen"),
    ],
)
async def test_what_plein_keeps_is_put_back_and_explained(
    square: Square, kind: str, content: Json, what: str
) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    room = square.homeserver.room(leden.room)
    before = {key: raw["content"] for key, raw in room.state.items() if key[0] != "m.room.member"}
    reserve = await reserve_in(square, leden.room)

    await reserve.sets(leden.room, kind, content)

    told = await explained(square, subsite, "Reserve heeft in een app iets gewijzigd")
    assert what in told
    assert "van Zaanstreek/Leden" in told
    after = {key: raw["content"] for key, raw in room.state.items() if key[0] != "m.room.member"}
    absent = OPEN_TO_ALL if kind == "m.room.server_acl" else {}
    assert after == {(kind, ""): absent, **before}
    assert room.state[kind, ""]["sender"] == PLEIN.bot


async def test_links_of_the_space_are_put_back(square: Square) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    space = square.homeserver.room(subsite.room)
    first = space.state["m.space.child", leden.room]
    reserve = await reserve_in(square, subsite.room)

    await reserve.sets(subsite.room, "m.space.child", FOREIGN, "!elders")
    await explained(square, subsite, "de lijst van groepen")
    await reserve.sets(subsite.room, "m.space.child", {}, leden.room)
    await square.sanne.hears(
        subsite.room,
        lambda raw: (
            raw.get("state_key") == leden.room and raw["sender"] == PLEIN.bot and raw is not first
        ),
    )

    assert space.content("m.space.child", "!elders") == {}
    assert space.content("m.space.child", leden.room) == {"via": ["plein.test"]}


async def test_names_topics_and_pictures_are_the_staffs(square: Square) -> None:
    subsite = await square.subsite()
    room = square.homeserver.room(subsite.room)
    for kind, content in (
        ("m.room.name", {"name": "Zaanstreek en omgeving"}),
        ("m.room.topic", {"topic": "Samen"}),
        ("m.room.avatar", {"url": "mxc://plein.test/x"}),
        ("m.room.pinned_events", {"pinned": []}),
        ("im.vector.modular.widgets", {"url": "https://plein.test"}),
    ):
        await square.sanne.sets(subsite.room, kind, content)
    # A change of the bot's own after it: what came before has been attended to.
    await square.sanne.asks("instellen zaanstreek onderwerp Anders")

    assert room.content("m.room.name") == {"name": "Zaanstreek en omgeving"}
    assert room.content("im.vector.modular.widgets") == {"url": "https://plein.test"}
    assert "Zaanstreek en omgeving" in await square.sanne.asks("deelsite zaanstreek")
    staff = square.homeserver.room(await square.staff_room(subsite))
    assert staff.said_by(PLEIN.bot) == []


async def test_a_role_given_in_a_client_is_followed_everywhere(square: Square) -> None:
    subsite = await square.subsite()
    leden, staff = await square.group(subsite), await square.staff_room(subsite)
    await brought(square, subsite, square.joost)
    joost, sanne = square.joost.user_id, square.sanne.user_id

    await with_levels(square, square.sanne, subsite.room, users={sanne: 100, joost: 50})
    await square.joost.hears(
        staff, lambda raw: raw.get("state_key") == joost and raw["type"] == "m.room.member"
    )

    assert given(square, subsite) == {sanne: 100, joost: 50}
    assert levels(square, leden.room) == levels(square, staff) == {sanne: 100, joost: 50}
    assert "moderator" in await square.sanne.asks("leden zaanstreek")

    await with_levels(square, square.sanne, subsite.room, users={sanne: 100})
    await square.joost.hears(
        leden.room,
        lambda raw: (
            raw["type"] == "m.room.power_levels"
            and joost in raw["unsigned"].get("prev_content", {}).get("users", {})
        ),
    )
    assert given(square, subsite) == {sanne: 100}
    assert square.homeserver.room(staff).said_by(PLEIN.bot) == []


async def test_in_a_group_it_stays_in_the_group(square: Square) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    await brought(square, subsite, square.joost)
    await square.joost.joins(leden.room)
    joost, sanne = square.joost.user_id, square.sanne.user_id

    await with_levels(square, square.sanne, leden.room, users={sanne: 100, joost: 75})
    await square.joost.hears(
        leden.room, lambda raw: raw["type"] == "nl.plein.roles" and joost in str(raw["content"])
    )

    assert given(square, leden) == {joost: 75}
    assert levels(square, subsite.room) == {sanne: 100}


async def refused(
    square: Square, subsite: Place, room: RoomId, users: dict[str, int], part: str
) -> str:
    before = given(square, subsite)
    await with_levels(square, square.sanne, room, users=users)
    told = await explained(square, subsite, part)
    assert given(square, subsite) == before
    return told


async def test_what_may_not_be_given_in_a_client_is_put_back(square: Square) -> None:
    subsite = await square.subsite()
    await brought(square, subsite, square.joost)
    sanne = square.sanne.user_id

    told = await refused(
        square, subsite, subsite.room, {sanne: 100, "@peter:plein.test": 50}, "peter"
    )
    assert "Sanne heeft peter in een app moderator gemaakt van Zaanstreek." in told
    assert "doet niet mee in Zaanstreek" in told
    assert levels(square, subsite.room) == {sanne: 100}

    told = await refused(square, subsite, subsite.room, {}, "Sanne in een app lid")
    assert "U bent de laatste eigenaar van Zaanstreek" in told
    assert levels(square, subsite.room) == {sanne: 100}


async def test_whoever_is_made_owner_in_a_client_is_asked_first(square: Square) -> None:
    subsite = await square.subsite()
    await square.joost.asks("help")
    await brought(square, subsite, square.joost)
    sanne, joost = square.sanne.user_id, square.joost.user_id

    told = await refused(
        square, subsite, subsite.room, {sanne: 100, joost: 100}, "ongevraagd eigenaar"
    )
    assert "`rol zaanstreek @joost:plein.test beheerder`" in told
    await square.joost.hears(
        square.joost.chat, lambda raw: "wilt worden" in str(raw["content"].get("body"))
    )
    assert levels(square, subsite.room) == {sanne: 100}
    assert "U bent nu eigenaar" in await square.joost.asks("ja")
    assert levels(square, subsite.room) == {sanne: 100, joost: 100}


async def test_rights_are_put_back_and_roles_in_the_same_change_followed(square: Square) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    await brought(square, subsite, square.joost)
    await square.joost.joins(leden.room)
    sanne, joost = square.sanne.user_id, square.joost.user_id
    right = square.homeserver.room(leden.room).content("m.room.power_levels")

    await with_levels(
        square,
        square.sanne,
        leden.room,
        users={sanne: 100, joost: 50},
        users_default=50,
        events={**right["events"], "m.room.name": 0},
    )

    told = await explained(square, subsite, "wie wat mag doen")
    assert "`instellen zaanstreek/leden plaatsen …`" in told
    now = square.homeserver.room(leden.room).content("m.room.power_levels")
    assert now == {**right, "users": {sanne: 100, joost: 50}}
    assert given(square, leden) == {joost: 50}


async def test_the_staff_room_stands_for_its_subsite(square: Square) -> None:
    subsite = await square.subsite()
    staff = await square.staff_room(subsite)
    await brought(square, subsite, square.joost)
    sanne, joost = square.sanne.user_id, square.joost.user_id

    await with_levels(square, square.sanne, staff, users={sanne: 100, joost: 50})
    await square.joost.hears(
        subsite.room, lambda raw: raw["type"] == "m.room.power_levels" and joost in str(raw)
    )
    assert given(square, subsite) == {sanne: 100, joost: 50}
    reserve = await reserve_in(square, staff)
    await reserve.sets(staff, "m.room.join_rules", {"join_rule": "public"})
    await explained(square, subsite, "wie er binnen mag")
    assert square.homeserver.room(staff).content("m.room.join_rules") == {"join_rule": "invite"}


@pytest.mark.parametrize(
    "kind", ["nl.plein.group", "nl.plein.roles", "m.room.power_levels", "m.space.parent"]
)
async def test_state_that_a_moderator_redacts_is_said_again(square: Square, kind: str) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    room = square.homeserver.room(leden.room)
    key = subsite.room if kind == "m.space.parent" else ""
    right = dict(room.content(kind, key))

    target = room.state[kind, key]["event_id"]
    room.redacts(square.sanne.user_id, target, EventId(f"$redaction {kind}"))
    await square.homeserver.settled()

    await explained(square, subsite, "Sanne heeft in een app iets gewijzigd")
    assert room.content(kind, key) == right
    assert "Zaanstreek/Leden" in await square.sanne.asks("groep zaanstreek/leden")


async def test_rooms_that_are_not_pleins_are_left_alone(square: Square) -> None:
    await square.subsite()
    room = await square.sanne.creates_room(PLEIN.bot)
    square.homeserver.join(room, PLEIN.bot)
    await square.sanne.sets(room, "m.room.join_rules", {"join_rule": "invite"})
    await square.sanne.sets(room, "nl.plein.group", {"slug": "nep"})
    await square.sanne.asks("help")

    written = [raw for raw in square.homeserver.room(room).timeline if raw["sender"] == PLEIN.bot]
    assert {raw["type"] for raw in written} <= {"m.room.member", "m.room.message"}
