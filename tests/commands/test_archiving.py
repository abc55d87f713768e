"""Archiving and reopening: what can be done meanwhile, and what comes back."""

from typing import Any

import pytest

from plein_bot.domain.ids import RoomId
from tests.commands.test_removals import removes as confirmed
from tests.commands.test_request_life import asked, read_by_staff
from tests.fakes.cascades import Subsite, subsite_on
from tests.fakes.square import Square


@pytest.fixture
async def site(square: Square) -> Subsite:
    return await subsite_on(square)


def states(site: Subsite) -> dict[str, Any]:
    """All state of all its rooms but the members; and whether they are in the directory."""
    homeserver = site.square.homeserver
    return {
        name: (
            {
                key: raw["content"]
                for key, raw in homeserver.room(room).state.items()
                if key[0] not in ("m.room.member", "nl.plein.archive")
            },
            homeserver.room(room).listed,
        )
        for name, room in {"": site.room, **site.rooms}.items()
    }


def is_archived(site: Subsite, slug: str) -> bool:
    room = site.square.homeserver.room(site.rooms[slug] if slug else site.room)
    marker = "nl.plein.group" if slug else "nl.plein.subsite"
    return room.content(marker).get("archived") is True


async def test_a_subsite_is_archived_with_its_groups_and_comes_back_as_it_was(
    site: Subsite,
) -> None:
    square = site.square
    before = states(site)

    preview = await square.sanne.asks("deelsite archiveren zaanstreek")
    assert preview.startswith("Ik archiveer Zaanstreek (1 lid), en daarmee ook Leden, Agenda")
    told = await square.sanne.asks("ja")
    assert told.startswith("Zaanstreek is gearchiveerd, en daarmee ook Leden, Agenda, Jeugdzorg")
    assert "deelsite heropenen zaanstreek" in told
    assert "Sanne heeft Zaanstreek gearchiveerd." in (await read_by_staff(square, site.place))[-1]
    assert "Vertrouwelijk" not in (await read_by_staff(square, site.place))[-1]

    archived = states(site)
    assert archived["beheer"] == before["beheer"]
    for slug in ("", "leden", "jeugdzorg", "vertrouwelijk", "netwerk", "agenda"):
        state, listed = archived[slug]
        assert state["m.room.join_rules", ""] == {"join_rule": "invite"}, slug
        assert state["m.room.power_levels", ""]["events_default"] == 150, slug
        assert not listed, slug

    told = await confirmed(square.sanne, "deelsite heropenen zaanstreek")
    assert told.startswith("Zaanstreek is weer open, en daarmee ook Leden, Agenda")
    assert states(site) == before
    assert "Sanne heeft Zaanstreek heropend." in (await read_by_staff(square, site.place))[-1]


async def test_what_was_archived_before_stays_so(site: Subsite) -> None:
    square = site.square
    told = await confirmed(square.sanne, "group archive zaanstreek/jeugdzorg")
    assert told.startswith("Zaanstreek/Jeugdzorg is gearchiveerd.")
    await confirmed(square.sanne, "subsite archive zaanstreek")

    told = await square.sanne.asks("groep heropenen zaanstreek/jeugdzorg")
    assert "deelsite heropenen zaanstreek" in told
    await confirmed(square.sanne, "subsite reopen zaanstreek")

    assert is_archived(site, "jeugdzorg")
    assert not is_archived(site, "leden")
    told = await confirmed(square.sanne, "group reopen zaanstreek/jeugdzorg")
    assert told == "Zaanstreek/Jeugdzorg is weer open."
    assert not is_archived(site, "jeugdzorg")


ARCHIVED = (
    "Zaanstreek is gearchiveerd: u kunt er lezen, maar niemand kan er gaan meedoen, iets schrijven "
    "of iets veranderen. Een eigenaar kan de deelsite heropenen: `deelsite heropenen zaanstreek`."
).replace("`", "")


async def test_nothing_is_changed_meanwhile(site: Subsite) -> None:
    square = site.square
    number = await asked(square, square.joost, site.place)
    await confirmed(square.sanne, "deelsite archiveren zaanstreek")

    for line in (
        "instellen zaanstreek burgers ja",
        "instellen zaanstreek/leden naam Anders",
        "uitnodigen zaanstreek @peter:plein.test",
        f"goedkeuren {number}",
        "groep nieuw zaanstreek Later",
        "vernieuwen zaanstreek",
    ):
        assert (await square.sanne.asks(line)).replace("`", "") == ARCHIVED, line
    assert (await square.peter.asks("deelnemen zaanstreek")).replace("`", "") == ARCHIVED
    assert "al gearchiveerd" in await square.sanne.asks("deelsite archiveren zaanstreek")


async def test_who_comes_in_by_an_old_invitation_is_sent_away_with_a_word(site: Subsite) -> None:
    square = site.square
    await square.peter.opens_chat()
    await square.sanne.asks("uitnodigen zaanstreek @peter:plein.test")
    await confirmed(square.sanne, "deelsite archiveren zaanstreek")

    await square.peter.joins(site.room)

    await square.peter.hears(
        square.peter.chat, lambda raw: "is gearchiveerd" in str(raw["content"].get("body"))
    )
    assert site.where(square.peter)[""] == "leave"


async def test_people_can_still_leave_and_be_removed(site: Subsite) -> None:
    square = site.square
    await site.brings(square.joost, "leden")
    await site.brings(square.peter, "leden")
    await confirmed(square.sanne, "deelsite archiveren zaanstreek")

    assert "verwijderd" in await confirmed(square.sanne, "verwijderen zaanstreek Joost")
    assert "verlaten" in await confirmed(square.peter, "verlaten zaanstreek")
    assert site.where(square.joost)["leden"] == site.where(square.peter)["leden"] == "leave"


async def test_owners_archive_subsites_and_admins_groups(site: Subsite) -> None:
    square = site.square
    await site.brings(square.joost, "jeugdzorg")
    assert "zijn" in await square.joost.asks("deelsite archiveren zaanstreek")
    assert "zijn" in await square.joost.asks("groep archiveren zaanstreek/jeugdzorg")
    assert "is een groep" in await square.sanne.asks("deelsite archiveren zaanstreek/leden")
    assert "is een deelsite" in await square.sanne.asks("groep archiveren zaanstreek")
    assert "niet gearchiveerd" in await square.sanne.asks("deelsite heropenen zaanstreek")
    hidden = await square.joost.asks("groep archiveren zaanstreek/vertrouwelijk")
    assert hidden == (await square.joost.asks("groep archiveren nergens")).replace(
        "nergens", "zaanstreek/vertrouwelijk"
    )


async def test_a_room_that_refuses_does_not_stop_the_others(site: Subsite) -> None:
    square = site.square
    stubborn = square.homeserver.room(RoomId(site.rooms["leden"]))
    members = stubborn.state
    mine = "m.room.member", square.homeserver.plein.bot
    kept = members.pop(mine)

    told = await confirmed(square.sanne, "deelsite archiveren zaanstreek")

    assert "Zaanstreek/Leden: M_FORBIDDEN" in told
    assert is_archived(site, "jeugdzorg")
    assert not is_archived(site, "leden")
    members[mine] = kept
    assert "gearchiveerd" in await confirmed(square.sanne, "groep archiveren zaanstreek/leden")


async def test_many_rooms_are_counted(square: Square) -> None:
    await subsite_on(square, kinds=(), more=[f"Groep {n}" for n in range(20)])
    await confirmed(square.sanne, "deelsite archiveren zaanstreek")

    chat = repr(square.homeserver.room(square.sanne.chat).timeline)
    assert "'0 van de 22 kamers'" in chat
    assert "'22 van de 22 kamers'" in chat
