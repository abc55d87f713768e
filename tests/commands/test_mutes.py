"""Muting and warning somebody: what becomes of the rooms, and who hears what."""

from datetime import timedelta

import pytest

from plein_bot.actions import groups, mutes, people
from plein_bot.domain import mutes as rules
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.places import GROUP_DEFAULTS
from plein_bot.index import sanctions, timers, work
from tests.commands.test_drift import explained, with_levels
from tests.commands.test_removals import removes
from tests.commands.test_replacing import upgraded
from tests.commands.test_roles import levels
from tests.fakes.cascades import Subsite, subsite_on
from tests.fakes.square import Square

JOOST = UserId("@joost:plein.test")


async def site_with_joost(square: Square) -> Subsite:
    site = await subsite_on(square, kinds=("Jeugdzorg",))
    await square.joost.opens_chat()
    await site.brings(square.joost, "leden", "jeugdzorg")
    return site


async def ends(square: Square) -> None:
    """The moment of every timer has come, and what is due is done."""
    due = await timers.next_due(square.index)
    assert due
    await timers.ripen(square.index, due + timedelta(seconds=1))

    async def is_done() -> bool:
        return not await work.outstanding(square.index)

    await square.index.until(is_done)


async def test_a_group_mutes_somebody_for_a_day_and_the_timer_lifts_it(square: Square) -> None:
    site = await site_with_joost(square)
    room = site.rooms["leden"]

    told = await square.sanne.asks("demp zaanstreek/leden Joost Scheldt mensen uit")

    assert told.startswith("Joost is gedempt in Zaanstreek/Leden tot ")
    assert "demp opheffen zaanstreek/leden @joost:plein.test" in told
    assert levels(square, room)[square.joost.user_id] == -1
    assert square.joost.user_id not in levels(square, site.rooms["jeugdzorg"])
    said = square.chat_of(square.joost)[-1]
    assert said.startswith("Het beheer van Zaanstreek/Leden heeft u gedempt tot ")
    assert "De reden: “Scheldt mensen uit”" in said
    assert said.endswith(
        "Maak bezwaar: `bezwaar 1`. Iemand anders van het beheer beslist er dan over."
    )
    assert "Sanne heeft Joost gedempt in Zaanstreek/Leden" in site.said_in_rooms()
    for slug in ("leden", "jeugdzorg"):
        assert "Scheldt" not in repr(square.homeserver.room(site.rooms[slug]).timeline)

    await square.joost.leaves(room)
    await site.brings(square.joost, "leden")
    assert levels(square, room)[square.joost.user_id] == -1
    await ends(square)

    assert square.joost.user_id not in levels(square, room)
    assert square.chat_of(square.joost)[-1].startswith(
        "U bent niet meer gedempt in Zaanstreek/Leden."
    )
    one = await sanctions.numbered(square.index, 1)
    assert one
    assert one.lifted_by == square.acts.plein.bot


async def test_of_a_subsite_in_all_its_rooms_and_those_that_come(square: Square) -> None:
    site = await site_with_joost(square)
    post = await square.joost.says(site.rooms["leden"], "!plein blog Mijn stuk\nTekst")
    await square.joost.is_answered(site.rooms["leden"], post)

    told = await removes(square.sanne, "mute zaanstreek Joost --blijvend")

    assert told.startswith("Joost is gedempt in Zaanstreek, en kan meelezen (nummer 1).")
    act = square.by(square.sanne, "$later")
    inside = await square.standing(square.sanne, site.place)
    later = await groups.make(act, inside, "Later", None, "", GROUP_DEFAULTS)
    rooms = [site.room, *(site.rooms[slug] for slug in ("leden", "jeugdzorg")), later.room]
    assert [levels(square, RoomId(room)).get(square.joost.user_id) for room in rooms] == [-1] * 4
    assert await timers.next_due(square.index) is None
    refused = await square.joost.asks("blog zaanstreek/leden Mijn stuk\nTekst")
    assert refused.startswith("Er is geen groep waar u een blog kunt plaatsen.")
    assert "U bent gedempt in Zaanstreek/Leden" in await square.joost.asks("post close 1")
    assert "gedempt" not in await square.joost.asks("post withdraw 1")

    _, _, new = await upgraded(square, "zaanstreek")
    assert levels(square, new.room)[square.joost.user_id] == -1
    rooms[0] = new.room
    told = await square.sanne.asks("demp opheffen zaanstreek Joost")
    assert told == "Joost is niet meer gedempt in Zaanstreek."
    assert all(square.joost.user_id not in levels(square, RoomId(room)) for room in rooms)
    again = await square.sanne.asks("unmute zaanstreek Joost")
    assert again == "Joost is niet gedempt in Zaanstreek."


async def test_whom_it_does_not_befall(square: Square) -> None:
    site = await site_with_joost(square)
    await square.sanne.asks("rol zaanstreek Joost moderator")
    await square.sanne.asks("ja")

    assert "Dit kunt u niet met uzelf doen." in await square.joost.asks(
        "demp zaanstreek/leden @joost:plein.test"
    )
    assert "Sanne is eigenaar" in await square.joost.asks("waarschuw zaanstreek/leden Sanne")
    assert "Plein zelf" in await square.joost.asks("demp zaanstreek @plein:plein.test")
    assert "moderator" in await square.fatima.asks("demp zaanstreek Joost")
    passed = "demp zaanstreek/leden @fatima:plein.test --dagen 0"
    assert "al voorbij" in await square.sanne.asks(passed)

    # A mute of who has a role would be none, and a role would end one.
    owner = await square.sanne.asks("demp zaanstreek/leden Joost")
    assert owner.startswith("Joost is moderator van Zaanstreek/Leden, en wie een rol heeft")
    assert "rol zaanstreek @joost:plein.test lid" in owner
    await site.brings(square.peter, "leden")
    await square.sanne.asks("demp zaanstreek/leden @peter:plein.test")
    role = await square.sanne.asks("rol zaanstreek/leden @peter:plein.test moderator")
    assert "Hef dat eerst op: `demp opheffen zaanstreek/leden @peter:plein.test`" in role

    bot = square.acts.by(square.acts.plein.bot, "$flood")
    place = await square.group(site.place)
    standing = await square.standing(square.sanne, place)
    everybody = await people.recognise_all(bot, [square.sanne.user_id, square.joost.user_id])
    assert await mutes.mute(bot, standing, list(everybody.values()), "", None) == ()


async def test_a_newer_mute_takes_the_place_of_the_older(square: Square) -> None:
    await site_with_joost(square)
    await square.sanne.asks("demp zaanstreek/leden Joost --uren 1")
    await square.sanne.asks("demp zaanstreek/leden Joost --dagen 3")

    first, second = [await sanctions.numbered(square.index, n) for n in (1, 2)]
    assert first
    assert first.is_lifted
    assert second
    assert not second.is_lifted
    assert len(await timers.of_kind(square.index, "sanction.end")) == 1


async def test_a_warning_goes_to_the_person_and_the_staff(square: Square) -> None:
    site = await site_with_joost(square)

    told = await square.sanne.asks("waarschuw zaanstreek/leden Joost Blijf bij het onderwerp")

    assert told == "Joost is gewaarschuwd in Zaanstreek/Leden (nummer 1)."
    said = square.chat_of(square.joost)[-1]
    assert said.startswith("Het beheer van Zaanstreek/Leden waarschuwt u.")
    assert "Blijf bij het onderwerp" in said
    assert "Sanne" not in said
    staff = square.homeserver.room(site.rooms["beheer"]).said_by(square.acts.plein.bot)
    assert staff[-1].startswith("Sanne heeft Joost gewaarschuwd in Zaanstreek/Leden (nummer 1).")
    assert "onderwerp" not in repr(square.homeserver.room(site.rooms["leden"]).timeline)


async def test_what_is_done_in_a_client_is_followed_or_put_back(square: Square) -> None:
    site = await site_with_joost(square)
    room, everywhere = RoomId(site.rooms["leden"]), site.rooms["jeugdzorg"]

    await with_levels(square, square.sanne, room, users={**levels(square, room), JOOST: -5})
    await square.joost.hears(room, lambda raw: raw["type"] == "nl.plein.muted")
    told = await explained(square, site.place, "heeft Joost gedempt")
    assert told == "Sanne heeft Joost gedempt in Zaanstreek/Leden (nummer 1)."
    assert levels(square, room)[square.joost.user_id] == -1
    assert "tot het beheer dat opheft" in square.chat_of(square.joost)[-1]

    # A role is not the same as lifting it, and by command it is refused.
    await with_levels(square, square.sanne, room, users={**levels(square, room), JOOST: 50})
    told = await explained(square, site.place, "in een app moderator gemaakt")
    assert f"Hef dat eerst op: `demp opheffen zaanstreek/leden {JOOST}`" in told
    assert levels(square, room)[square.joost.user_id] == -1

    await with_levels(square, square.sanne, room, users={"@sanne:plein.test": 100})
    await square.joost.hears(
        room, lambda raw: raw["type"] == "nl.plein.muted" and not raw["content"]["users"]
    )
    lifted = "niet meer gedempt"
    await square.joost.hears(square.joost.chat, lambda raw: lifted in str(raw["content"]))
    assert (await square.sanne.asks("opheffen 1")) == "Maatregel 1 is al voorbij."

    await removes(square.sanne, "demp zaanstreek Joost")
    await with_levels(square, square.sanne, everywhere, users={"@sanne:plein.test": 100})
    told = await explained(square, site.place, "heel Zaanstreek gedempt")
    assert f"`demp opheffen zaanstreek {JOOST}`" in told
    assert levels(square, everywhere)[square.joost.user_id] == -1


async def test_a_role_in_a_group_stands_above_a_mute_in_its_subsite_and_is_named(
    square: Square,
) -> None:
    site = await site_with_joost(square)
    await square.sanne.asks("rol zaanstreek/jeugdzorg Joost moderator")
    still = "Joost heeft een rol in Zaanstreek/Jeugdzorg, en kan daar gewoon schrijven."

    preview = await square.sanne.asks("demp zaanstreek Joost")
    told = await square.sanne.asks("ja")

    assert still in preview
    assert (
        f"{still} Mag dat niet? Neem de rol dan terug: `rol zaanstreek/jeugdzorg {JOOST} lid`"
        in told
    )
    assert still in await explained(square, site.place, "heeft Joost gedempt")
    assert levels(square, site.rooms["leden"])[square.joost.user_id] == -1
    assert levels(square, site.rooms["jeugdzorg"])[square.joost.user_id] == 50
    assert "u hebt er een in Zaanstreek/Jeugdzorg" in square.chat_of(square.joost)[-1]
    await square.sanne.asks(f"rol zaanstreek/jeugdzorg {JOOST} lid")
    assert levels(square, site.rooms["jeugdzorg"])[square.joost.user_id] == -1


async def test_in_a_flood_as_many_are_muted_as_there_is_room_for(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = await site_with_joost(square)
    assert rules.fits([UserId(f"@{n}:a.example") for n in range(rules.MOST)])
    assert not rules.fits([UserId(f"@{n}:{'a' * 200}.example") for n in range(400)])
    monkeypatch.setattr(rules, "MOST", 2)

    bot = square.acts.by(square.acts.plein.bot, "$flood")
    known = await people.recognise_all(bot, [JOOST, square.peter.user_id, square.fatima.user_id])
    standing = await square.standing(square.sanne, site.place)
    assert len(await mutes.mute(bot, standing, list(known.values()), "", None)) == 1
    await square.sanne.asks("demp zaanstreek @peter:plein.test")
    assert "ongeveer 2 mensen" in await square.sanne.asks("ja")
