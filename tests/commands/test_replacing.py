"""A place that goes on in a new room: whatever names the old one leads to the new one."""

import pytest

from plein_bot.domain.ids import RoomAlias, RoomId
from plein_bot.domain.places import Joining, Place, Visibility
from plein_bot.index import places as rows
from plein_bot.index import requests as request_rows
from plein_bot.index import rooms as room_rows
from plein_bot.index.replacing import GOING_ALONG
from plein_bot.index.tables.base import Table
from plein_bot.index.tables.ledger import Ledger
from tests.fakes.people import Person
from tests.fakes.rooms import Room
from tests.fakes.square import PLEIN, SERVER, Square


async def brought(square: Square, person: Person, *rooms: str) -> None:
    for room in rooms:
        await square.sanne.invites(room, person.user_id)
        await person.joins(room)
    if not person.chat:
        await person.opens_chat()


async def now(square: Square, path: str) -> Place:
    subsites = {place.slug: place for place in await rows.subsites(square.index)}
    root, _, slug = path.partition("/")
    return await square.group(subsites[root], slug) if slug else subsites[root]


def is_closed(old: Room, new: RoomId) -> None:
    assert old.content("m.room.tombstone")["replacement_room"] == new
    assert old.content("m.room.join_rules") == {"join_rule": "invite"}
    assert old.content("m.room.power_levels")["events_default"] == 150
    assert old.content("m.room.history_visibility") == {"history_visibility": "shared"}
    assert not old.listed


async def upgraded(square: Square, path: str) -> tuple[Room, Room, Place]:
    """The old room, the new room, and the place as it is now."""
    before = await now(square, path)
    preview = await square.sanne.asks(f"vernieuwen {path}")
    assert f"Er komt een nieuwe, lege kamer voor {before.full_name}" in preview
    done = await square.sanne.asks("ja")
    assert f"{before.full_name} gaat verder in een nieuwe kamer" in done
    after = await now(square, path)
    assert after.room != before.room
    homeserver = square.homeserver
    return homeserver.room(before.room), homeserver.room(after.room), after


async def test_a_group_goes_on_in_a_new_room_with_all_that_it_was(square: Square) -> None:
    subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)
    public = await square.group(subsite, "publiek")
    await brought(square, square.joost, public.room)
    await square.sanne.invites(public.room, square.peter.user_id)
    await square.sanne.bans(public.room, square.fatima.user_id)
    await square.sanne.sets(public.room, "m.room.topic", {"topic": "Voor iedereen"})
    await square.sanne.sets(public.room, "m.room.avatar", {"url": "mxc://plein.test/plaatje"})
    space = square.homeserver.room(subsite.room)
    child = {"via": [SERVER], "order": "b"}
    space.puts(PLEIN.bot, "m.space.child", child, public.room)

    old, new, after = await upgraded(square, "zaanstreek/publiek")

    assert (after.slug, after.name, after.settings) == (
        public.slug,
        public.name,
        public.settings,
    )
    assert after.topic == "Voor iedereen"
    assert new.content("m.room.avatar") == {"url": "mxc://plein.test/plaatje"}
    assert new.content("m.room.create")["predecessor"] == {"room_id": old.id}
    assert new.content("nl.plein.roles") == old.content("nl.plein.roles")
    assert new.content("m.room.history_visibility") == {"history_visibility": "world_readable"}
    assert new.listed
    for person, membership in (
        (square.sanne, "invite"),
        (square.joost, "invite"),
        (square.peter, "invite"),
        (square.fatima, "ban"),
    ):
        assert new.membership(person.user_id) == membership
    assert new.membership(PLEIN.reserve or "") == "leave"  # type: ignore[arg-type]
    assert space.content("m.space.child", new.id) == child
    assert space.content("m.space.child", old.id) == {}
    alias = RoomAlias(f"#zaanstreek.publiek:{SERVER}")
    assert square.homeserver.aliases[alias] == new.id
    assert new.content("m.room.canonical_alias") == {"alias": alias}
    is_closed(old, new.id)
    # Who was in can still read it; who was only invited has nothing to look for there.
    assert old.membership(square.joost.user_id) == "join"
    assert old.membership(square.peter.user_id) == "leave"
    assert await rows.of_room(square.index, old.id) is None
    assert old.id not in await room_rows.unfinished(square.index)


async def test_a_subsite_goes_on_with_its_groups_and_its_staff_room(square: Square) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    staff = await square.staff_room(subsite)
    await brought(square, square.joost, subsite.room, leden.room)

    old, new, after = await upgraded(square, "zaanstreek")

    is_closed(old, new.id)
    group = await now(square, "zaanstreek/leden")
    assert group.room == leden.room
    assert group.root.room == new.id
    room = square.homeserver.room(leden.room)
    allow = [{"type": "m.room_membership", "room_id": new.id}]
    assert room.content("m.room.join_rules") == {"join_rule": "restricted", "allow": allow}
    for one in (room, square.homeserver.room(staff)):
        assert one.content("m.space.parent", new.id)["via"] == [SERVER]
        assert one.content("m.space.parent", old.id) == {}
    assert new.content("m.space.child", leden.room)["via"] == [SERVER]
    assert await square.staff_room(after) == staff
    assert square.homeserver.aliases[RoomAlias(f"#zaanstreek:{SERVER}")] == new.id

    # Whoever accepts is a member as before, and is not asked again where they want to be.
    await square.joost.joins(new.id)
    assert "Joost" in await square.sanne.asks("leden zaanstreek")
    assert not any("In Zaanstreek:" in said for said in square.chat_of(square.joost))
    # Leaving the new space is leaving its groups.
    await square.joost.leaves(new.id)
    await square.sanne.hears(
        leden.room,
        lambda raw: (
            raw.get("state_key") == square.joost.user_id and raw["content"]["membership"] == "leave"
        ),
    )


async def test_what_waits_goes_along(square: Square) -> None:
    subsite = await square.subsite()
    await square.joost.asks("deelnemen zaanstreek --reden Graag")
    await square.peter.opens_chat()
    await square.peter.knocks(subsite.room, "Ik ook")
    staff = await square.staff_room(subsite)
    await square.sanne.hears(staff, lambda raw: "Ik ook" in raw["content"].get("body", ""))

    old, new, _ = await upgraded(square, "zaanstreek")

    assert old.membership(square.peter.user_id) == "leave"
    assert any("blijft staan" in said for said in square.chat_of(square.peter))
    for person in (square.joost, square.peter):
        request = await request_rows.waiting_of(square.index, new.id, person.user_id)
        assert request
        assert "toegelaten" in await square.sanne.asks(f"goedkeuren {request.number}")
        assert new.membership(person.user_id) == "invite"
    assert "Zaanstreek" in await square.joost.asks("deelsite toon")


async def test_a_kept_citizen_may_come_along(square: Square) -> None:
    subsite = await square.subsite(citizens=True)
    await brought(square, square.fatima, subsite.room)
    await square.sanne.asks("instellen zaanstreek burgers nee --burgers houden")
    await square.sanne.asks("ja")

    _, new, _ = await upgraded(square, "zaanstreek")
    await square.fatima.joins(new.id)

    # What happens in a room is taken up in its order.
    await square.sanne.asks("leden zaanstreek")
    assert new.membership(square.fatima.user_id) == "join"


async def test_lowering_offers_a_new_room_and_makes_it(square: Square) -> None:
    subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)
    public = await square.group(subsite, "publiek")
    await brought(square, square.joost, subsite.room, public.room)
    await brought(square, square.fatima, public.room)

    offered = await square.sanne.asks(
        "instellen zaanstreek/publiek zichtbaarheid leden --anderen verwijderen"
    )
    assert "Typ hetzelfde met `--nieuw`" in offered
    await square.sanne.asks("nee")
    preview = await square.sanne.asks(
        "instellen zaanstreek/publiek zichtbaarheid leden --anderen verwijderen --nieuw"
    )
    assert "Er komt een nieuwe, lege kamer voor Zaanstreek/Publiek" in preview
    done = await square.sanne.asks("ja")

    assert "Zaanstreek/Publiek gaat verder in een nieuwe kamer, met 2 uitnodigingen" in done
    after = await now(square, "zaanstreek/publiek")
    new, old = square.homeserver.room(after.room), square.homeserver.room(public.room)
    assert after.settings.visibility is Visibility.MEMBERS
    is_closed(old, new.id)
    assert new.membership(square.joost.user_id) == "invite"
    assert new.membership(square.fatima.user_id) == "leave"
    assert old.membership(square.fatima.user_id) == "leave"
    assert RoomAlias(f"#zaanstreek.publiek:{SERVER}") not in square.homeserver.aliases


async def test_a_subsite_that_is_lowered_afresh_takes_its_groups_along(square: Square) -> None:
    subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)
    public, leden = await square.group(subsite, "publiek"), await square.group(subsite)

    preview = await square.sanne.asks("set zaanstreek visibility hidden --fresh")
    assert "Zaanstreek, Zaanstreek/Publiek" in preview
    await square.sanne.asks("yes")

    after = await now(square, "zaanstreek")
    assert after.room != subsite.room
    assert (await now(square, "zaanstreek/publiek")).room != public.room
    assert (await now(square, "zaanstreek/leden")).room == leden.room
    for place in ("zaanstreek/publiek", "zaanstreek/leden"):
        assert (await now(square, place)).root.room == after.room


async def test_raised_afresh_the_old_room_never_opens(square: Square) -> None:
    subsite = await square.subsite(visibility=Visibility.PUBLIC, joining=Joining.OPEN)
    leden = await square.group(subsite)

    preview = await square.sanne.asks("instellen zaanstreek/leden zichtbaarheid openbaar")
    assert "Wie erin komt, kan ook lezen wat er eerder is gezegd." in preview
    await square.sanne.asks("nee")
    await square.sanne.asks("instellen zaanstreek/leden zichtbaarheid openbaar --nieuw")
    await square.sanne.asks("ja")

    after = await now(square, "zaanstreek/leden")
    old, new = square.homeserver.room(leden.room), square.homeserver.room(after.room)
    assert new.content("m.room.history_visibility") == {"history_visibility": "world_readable"}
    assert new.listed
    is_closed(old, new.id)
    rules = [
        raw["content"]["join_rule"] for raw in old.timeline if raw["type"] == "m.room.join_rules"
    ]
    assert set(rules) == {"invite"}


@pytest.mark.parametrize("line", ["vernieuwen zaanstreek", "upgrade zaanstreek/leden"])
async def test_only_owners_give_a_place_a_new_room(square: Square, line: str) -> None:
    subsite = await square.subsite()
    leden = await square.group(subsite)
    await brought(square, square.joost, subsite.room, leden.room)
    assert "Hiervoor moet u eigenaar van Zaanstreek" in await square.joost.asks(line)


async def test_fresh_goes_with_visibility_only(square: Square) -> None:
    await square.subsite()
    told = await square.sanne.asks("instellen zaanstreek deelname vrij --nieuw")
    assert "kan alleen bij zichtbaarheid" in told


async def test_a_room_may_be_replaced_again_and_again(square: Square) -> None:
    await square.subsite()
    rooms = []
    for _ in range(3):
        _, new, _ = await upgraded(square, "zaanstreek/leden")
        await square.sanne.joins(new.id)
        rooms.append(new.id)
    assert len(set(rooms)) == 3
    assert await rows.going_on_in(square.index, rooms[0]) == rooms[-1]


def test_every_ledger_column_that_names_a_room_is_thought_of() -> None:
    """Add yours to GOING_ALONG, or here with the reason why it stays behind."""
    staying = {
        "audit.place",  # it tells what happened where
        "preferences.chat",  # a direct chat is no place
        "file_copies.chat",  # a direct chat is no place
        "zipped_files.chat",  # a direct chat is no place
        "case_notices.room",  # it stands where it was said
        "dialogues.room",  # a direct chat, or a room where nobody can type any more
        "post_numbers.room",  # a post stays in the room where it was written
        "policy_hits.list_room",  # a list of somebody else, which stays where it is
        "sealed.room_id",  # what was said there is opened there
    }
    along = {f"{column.class_.__tablename__}.{column.key}" for column in GOING_ALONG}
    named = {
        f"{mapper.class_.__tablename__}.{name}"
        for mapper in Table.registry.mappers
        if issubclass(mapper.class_, Ledger)
        for name, hint in mapper.class_.__annotations__.items()
        if "RoomId" in str(hint)
    }
    assert named == along | staying
