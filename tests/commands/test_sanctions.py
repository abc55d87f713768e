"""What befell people: told to them, listed, ended by its time or by its number."""

from plein_bot.index import sanctions, timers
from tests.commands.test_mutes import JOOST, ends, site_with_joost
from tests.commands.test_removals import removes
from tests.fakes.square import Square


async def test_a_ban_for_some_days_ends_by_itself(square: Square) -> None:
    site = await site_with_joost(square)

    preview = await square.sanne.asks("ban zaanstreek Joost Spam --dagen 3")
    assert "tot Zaanstreek en alle groepen ervan" in preview
    assert " tot " in preview
    told = await square.sanne.asks("ja")

    assert told == "Joost is de toegang tot Zaanstreek en alle groepen ervan ontzegd."
    said = square.chat_of(square.joost)[-1]
    assert said.startswith("De toegang tot Zaanstreek en de groepen ervan is u ontzegd tot ")
    assert "De reden: “Spam”" in said
    assert "`bezwaar 1`" in said
    assert (await square.joost.asks("maatregelen mijn")).count("“Spam”") == 1
    await ends(square)

    assert set(site.where(square.joost).values()) == {"leave"}
    assert square.chat_of(square.joost)[-1].startswith("U hebt weer toegang tot Zaanstreek.")
    listed = await square.sanne.asks("maatregelen zaanstreek Joost")
    assert "1 · toegang ontzegd · Joost" in listed
    assert "voorbij sinds" in listed


async def test_any_of_them_is_lifted_by_its_number_by_the_staff_only(square: Square) -> None:
    site = await site_with_joost(square)
    await square.sanne.asks("waarschuw zaanstreek/leden Joost Rustig aan")
    await square.sanne.asks("demp zaanstreek/leden Joost")
    await removes(square.sanne, "verwijder zaanstreek/jeugdzorg Joost Te luid")
    await removes(square.sanne, "ban zaanstreek/jeugdzorg @joost:plein.test")
    assert "`bezwaar 4`" in square.chat_of(square.joost)[-1]

    for number in (2, 99):
        unknown = await square.joost.asks(f"opheffen {number}")
        assert unknown.startswith(f"Ik ken geen maatregel {number}.")
    assert await square.sanne.asks("opheffen 1 Misverstand") == "Maatregel 1 is ingetrokken."
    assert "Misverstand" in square.chat_of(square.joost)[-1]
    assert "niet meer gedempt" in await square.sanne.asks("lift 2")
    assert await square.sanne.asks("lift 3") == "Maatregel 3 is ingetrokken."
    assert "weer toegang" in await square.sanne.asks("lift 4 Vergissing")
    assert "Vergissing" in square.chat_of(square.joost)[-1]

    assert site.where(square.joost)["jeugdzorg"] == "leave"
    assert await square.sanne.asks("lift 4") == "Maatregel 4 is al voorbij."
    assert await timers.next_due(square.index) is None
    standing = await sanctions.in_places(square.index, site.rooms.values())
    assert all(one.is_lifted for one in standing)
    assert len(standing) == 4


async def test_what_is_lifted_by_hand_is_over_when_its_time_comes(square: Square) -> None:
    await site_with_joost(square)
    await removes(square.sanne, "ban zaanstreek Joost --dagen 3")
    await removes(square.sanne, f"unban zaanstreek {JOOST}")

    assert await timers.next_due(square.index) is None
    one = await sanctions.numbered(square.index, 1)
    assert one
    assert one.lifted_by == square.sanne.user_id


async def test_nobody_undoes_what_befell_themselves_or_what_a_higher_role_did(
    square: Square,
) -> None:
    site = await site_with_joost(square)
    await removes(square.sanne, "rol zaanstreek @joost:plein.test moderator")
    await site.brings(square.peter, "leden")
    await square.sanne.asks("waarschuw zaanstreek/leden Joost Rustig aan")
    await square.sanne.asks("demp zaanstreek/leden @peter:plein.test")
    await removes(square.sanne, "ban zaanstreek/jeugdzorg @peter:plein.test")

    assert "iemand anders van het beheer" in await square.joost.asks("lift 1")
    for line in (
        "lift 2",
        "demp opheffen zaanstreek/leden @peter:plein.test",
        "lift 3",
        "ban opheffen zaanstreek/jeugdzorg @peter:plein.test",
    ):
        told = await square.joost.asks(line)
        assert told.startswith("Dat heeft Sanne gedaan, als eigenaar van Zaanstreek/"), told
    standing = await sanctions.in_places(square.index, site.rooms.values())
    assert not any(one.is_lifted for one in standing)
    # Also where somebody objects it is for nobody with a lower role.
    told = await square.peter.asks("bezwaar 2 Ik was het niet")
    assert "Niemand anders mag erover beslissen." in told
    assert "Sanne deed dit, als eigenaar" in await square.joost.asks("zaak 1 terugdraaien Goed")
    assert "als eigenaar" in await square.joost.asks("lift 2")
    assert "teruggedraaid" in await square.sanne.asks("zaak 1 terugdraaien Goed")
