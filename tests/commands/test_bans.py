"""Shutting somebody out and letting them in again, by command and by hand."""

import pytest

from tests.commands.test_drift import explained
from tests.commands.test_removals import removes
from tests.commands.test_replacing import upgraded
from tests.commands.test_reports import hears
from tests.commands.test_request_life import asked, read_by_staff, state_of
from tests.fakes.cascades import Subsite, subsite_on
from tests.fakes.square import PLEIN, Square

JOOST = "@joost:plein.test"


@pytest.fixture
async def site(square: Square) -> Subsite:
    site = await subsite_on(square)
    chat = await square.joost.opens_chat()
    await square.joost.hears(chat, lambda raw: "Goedendag" in str(raw["content"].get("body")))
    return site


def out_of(site: Subsite) -> set[str]:
    where = site.where(site.square.joost)
    return {name for name, membership in where.items() if membership == "ban"}


async def test_out_of_a_subsite_is_out_of_all_of_it_joined_or_not(site: Subsite) -> None:
    square = site.square
    await site.brings(square.joost, "netwerk")

    told = await removes(square.sanne, "verban zaanstreek Joost Blijft doorgaan")

    assert told == "Joost is de toegang tot Zaanstreek en alle groepen ervan ontzegd."
    assert out_of(site) == {"", *site.rooms}
    said = square.chat_of(square.joost)[-1]
    assert said.startswith("De toegang tot Zaanstreek is u ontzegd")
    assert "De reden: “Blijft doorgaan”" in said
    assert "doorgaan" not in site.said_in_rooms()
    assert "de toegang ontzegd" in await square.joost.asks("deelnemen zaanstreek")


async def test_somebody_who_was_never_there_is_shut_out_too(site: Subsite) -> None:
    square = site.square
    told = await removes(square.sanne, f"ban zaanstreek {JOOST}")

    assert "ontzegd" in told
    assert out_of(site) == {"", *site.rooms}
    assert "Zaanstreek" in square.chat_of(square.joost)[-1]
    again = await square.sanne.asks(f"ban zaanstreek {JOOST}")
    assert again == "Joost is de toegang tot Zaanstreek al ontzegd."


async def test_who_knows_nothing_of_a_place_is_not_told_of_it(site: Subsite) -> None:
    square = site.square
    before = square.chat_of(square.joost)

    await removes(square.sanne, f"ban zaanstreek/vertrouwelijk {JOOST}")
    await removes(square.sanne, "ban zaanstreek @peter:plein.test")

    assert square.chat_of(square.joost) == before
    assert square.chat_of(square.peter) == []
    await square.sanne.asks(f"unban zaanstreek/vertrouwelijk {JOOST}")
    assert square.chat_of(square.joost) == before


async def test_lifting_it_gives_back_the_right_and_no_membership(site: Subsite) -> None:
    square = site.square
    await site.brings(square.joost, "leden")
    await removes(square.sanne, "ban zaanstreek Joost")

    told = await removes(square.sanne, f"ban opheffen zaanstreek {JOOST}")

    assert told == "Joost heeft weer toegang tot Zaanstreek, en kan weer meedoen."
    assert set(site.where(square.joost).values()) == {"leave"}
    said = square.chat_of(square.joost)[-1]
    assert said.startswith("U hebt weer toegang tot Zaanstreek.")
    assert "deelnemen zaanstreek" in said


async def test_a_ban_of_a_groups_own_stays(site: Subsite) -> None:
    square = site.square
    await removes(square.sanne, f"ban zaanstreek/netwerk {JOOST}")
    await square.sanne.bans(site.rooms["agenda"], JOOST)
    await removes(square.sanne, f"ban zaanstreek {JOOST}")
    # Of its own accord as well, while it is shut with the subsite.
    told = await removes(square.sanne, f"ban zaanstreek/jeugdzorg {JOOST}")
    assert "geen toegang meer" in told

    await removes(square.sanne, f"unban zaanstreek {JOOST}")

    assert out_of(site) == {"netwerk", "agenda", "jeugdzorg"}
    told = await square.sanne.asks(f"unban zaanstreek {JOOST}")
    assert told == "Joost is de toegang tot Zaanstreek niet ontzegd."
    for slug in ("netwerk", "agenda", "jeugdzorg"):
        await square.sanne.asks(f"unban zaanstreek/{slug} {JOOST}")
    assert out_of(site) == set()


async def test_a_group_alone_does_not_let_in_whom_its_subsite_shuts_out(site: Subsite) -> None:
    square = site.square
    await removes(square.sanne, f"ban zaanstreek {JOOST}")

    told = await square.sanne.asks(f"unban zaanstreek/netwerk {JOOST}")
    assert "tot heel Zaanstreek ontzegd" in told
    assert f"ban opheffen zaanstreek {JOOST}" in told

    await square.sanne.unbans(site.rooms["netwerk"], JOOST)
    await square.sanne.hears(
        site.rooms["netwerk"],
        lambda raw: (
            raw["sender"] == PLEIN.bot
            and raw["content"].get("membership") == "ban"
            and raw["unsigned"].get("prev_content") == {"membership": "leave"}
        ),
    )
    await square.sanne.hears(
        square.sanne.chat, lambda raw: "weer zo gemaakt" in str(raw["content"].get("body"))
    )
    assert out_of(site) == {"", *site.rooms}


async def test_a_group_made_later_shuts_them_out_too(site: Subsite) -> None:
    square = site.square
    await removes(square.sanne, f"ban zaanstreek {JOOST}")

    assert "Klaar" in await square.sanne.asks("groep nieuw zaanstreek Later")

    later = await square.group(site.place, "later")
    assert square.homeserver.room(later.room).membership(square.joost.user_id) == "ban"
    await removes(square.sanne, f"unban zaanstreek {JOOST}")
    assert square.homeserver.room(later.room).membership(square.joost.user_id) == "leave"


async def test_by_hand_it_holds_in_all_rooms_and_is_lifted_by_hand(site: Subsite) -> None:
    square = site.square
    await site.brings(square.joost, "leden")

    await square.sanne.bans(site.room, JOOST, "Zo is het genoeg")
    await square.joost.hears(
        square.joost.chat, lambda raw: "Zo is het genoeg" in str(raw["content"].get("body"))
    )
    assert out_of(site) == {"", *site.rooms}
    staff = site.rooms["beheer"]
    await square.sanne.hears(staff, lambda raw: "heeft Joost de toegang" in str(raw["content"]))

    await square.sanne.unbans(site.room, JOOST)
    await square.joost.hears(
        square.joost.chat, lambda raw: "weer toegang" in str(raw["content"].get("body"))
    )
    assert out_of(site) == set()


async def test_by_hand_in_a_group_too_they_hear_why_and_can_object_also_in_its_next_room(
    site: Subsite,
) -> None:
    square = site.square
    await site.brings(square.joost, "vertrouwelijk", "netwerk")

    await square.sanne.removes(site.rooms["netwerk"], JOOST)
    told = await hears(square, square.joost, "verwijderd uit Zaanstreek/Netwerk")
    assert "`bezwaar 1`" in told
    assert "Joost verwijderd uit Zaanstreek/Netwerk" in await explained(square, site.place, "Joost")
    await square.sanne.bans(site.rooms["vertrouwelijk"], JOOST, "Zo is het genoeg")
    told = await hears(square, square.joost, "De toegang tot Zaanstreek/Vertrouwelijk is u ontzegd")
    assert "“Zo is het genoeg”" in told
    assert "`bezwaar 2`" in told
    assert "Vertrouwelijk" not in "".join(await read_by_staff(square, site.place))

    _, new, _ = await upgraded(square, "zaanstreek/vertrouwelijk")

    assert new.membership(square.joost.user_id) == "ban"
    assert "als zaak 1" in await square.joost.asks("bezwaar 2 Het was grappig")
    # It is still the group's own, and stays when the subsite lets them in again.
    await removes(square.sanne, f"ban zaanstreek {JOOST}")
    await removes(square.sanne, f"unban zaanstreek {JOOST}")
    assert new.membership(square.joost.user_id) == "ban"
    await square.sanne.joins(new.id)
    await square.sanne.unbans(new.id, JOOST)
    await hears(square, square.joost, "U hebt weer toegang tot Zaanstreek/Vertrouwelijk")


async def test_by_hand_out_of_the_space_is_out_of_its_rooms(site: Subsite) -> None:
    square = site.square
    await site.brings(square.joost, "leden", "vertrouwelijk", "netwerk")

    await square.sanne.removes(site.room, JOOST)
    await square.joost.hears(
        square.joost.chat, lambda raw: "verwijderd uit Zaanstreek" in str(raw["content"])
    )

    assert site.where(square.joost) == {
        "": "leave",
        "leden": "leave",
        "vertrouwelijk": "leave",
        "netwerk": "join",
    }
    staff = site.rooms["beheer"]
    await square.sanne.hears(staff, lambda raw: "heeft Joost verwijderd" in str(raw["content"]))
    # Not all the staff may know of a hidden group.
    assert "Vertrouwelijk" not in (await read_by_staff(square, site.place))[-1]


async def test_a_knock_turned_down_by_hand_takes_nobody_out_of_groups(site: Subsite) -> None:
    square = site.square
    await square.sanne.invites(site.rooms["leden"], JOOST)
    await square.joost.knocks(site.room)
    staff = site.rooms["beheer"]
    await square.sanne.hears(staff, lambda raw: "✅ toelaten" in str(raw["content"].get("body")))

    await square.sanne.removes(site.room, JOOST)

    await square.sanne.hears(staff, lambda raw: "afgewezen" in str(raw["content"].get("body")))
    assert site.where(square.joost)["leden"] == "invite"


async def test_what_they_waited_for_is_over(site: Subsite) -> None:
    square = site.square
    group = await square.group(site.place, "agenda")
    numbers = [await asked(square, square.joost, one) for one in (site.place, group)]

    await removes(square.sanne, f"ban zaanstreek {JOOST}")

    assert [await state_of(square, number) for number in numbers] == ["denied", "denied"]


async def test_who_is_out_is_listed_with_since_when_and_by_whom(site: Subsite) -> None:
    square = site.square
    assert (
        await square.sanne.asks("bans zaanstreek")
        == "Niemand is de toegang tot Zaanstreek ontzegd."
    )
    await removes(square.sanne, f"ban zaanstreek {JOOST}")
    await square.sanne.bans(site.rooms["netwerk"], "@peter:plein.test")

    told = await square.sanne.asks("verbannen zaanstreek")

    first, second = told.splitlines()[2:4]
    assert first.startswith(f"1. Joost · ambtenaar, gemeente Zaanstad · `{JOOST}` · sinds ")
    assert first.endswith(" · door Sanne")
    assert second.endswith(" · door Sanne · alleen Netwerk")
    assert "Joost heeft weer toegang" in await removes(square.sanne, "unban zaanstreek 1")
    assert "moet u moderator" in await square.joost.asks("bans zaanstreek")


async def test_it_is_lifted_by_name_too(site: Subsite) -> None:
    square = site.square
    await removes(square.sanne, f"ban zaanstreek/leden {JOOST}")

    assert "weer toegang" in await square.sanne.asks("unban zaanstreek/leden Joost")


async def test_by_hand_nobody_loses_a_role_that_no_command_would_take(site: Subsite) -> None:
    square = site.square
    await site.brings(square.peter, "beheer")
    await removes(square.sanne, "rol zaanstreek @peter:plein.test moderator")
    await site.brings(square.joost, "leden", "vertrouwelijk")
    for slug in ("leden", "vertrouwelijk"):
        await square.sanne.asks(f"rol zaanstreek/{slug} {JOOST} beheerder")
    before = site.where(square.joost)

    for by_hand, what in (
        (square.peter.bans, "Peter heeft Joost in een app de toegang tot Zaanstreek ontzegd."),
        (square.peter.removes, "Peter heeft Joost in een app verwijderd uit Zaanstreek."),
    ):
        await by_hand(site.room, JOOST)
        told = await explained(square, site.place, what)
        assert "Joost is beheerder van Zaanstreek/Leden" in told
        assert "Vertrouwelijk" not in told
        await square.joost.hears(
            square.joost.chat, lambda raw: "opnieuw uitgenodigd" in str(raw["content"].get("body"))
        )
        assert site.where(square.joost) == {**before, "": "invite"}
        await square.joost.joins(site.room)
    assert "Zaanstad · beheerder" in await square.sanne.asks("leden zaanstreek/leden")
