"""Shutting people out of many places at once: one preview, one letter, one entry of the audit."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from plein_bot.actions import people, places, sweeps
from plein_bot.actions.cascades import unseen
from plein_bot.domain.errors import Refusal
from plein_bot.domain.globs import glob, is_glob
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.places import Place
from plein_bot.index import places as place_rows
from plein_bot.index.tables.ledger import AuditRow
from tests.commands.test_mutes import JOOST, site_with_joost
from tests.commands.test_redactions import standing
from tests.commands.test_removals import removes
from tests.commands.test_roles import brought
from tests.fakes.cascades import subsite_on
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.square import Square

PETER = "@peter:plein.test"


async def another(square: Square, name: str) -> Place:
    """A second subsite of Sanne's, with Joost in its members' group."""
    subsite = await square.subsite(name)
    leden = await square.group(subsite)
    await brought(square, subsite, square.joost)
    await brought(square, leden, square.joost)
    return subsite


async def rooms_of(square: Square, *subsites: Place) -> list[RoomId]:
    groups = [one.room for s in subsites for one in await place_rows.groups_of(square.index, s)]
    return [*(one.room for one in subsites), *groups]


def out_of(square: Square, person: Person, rooms: list[RoomId]) -> set[bool]:
    return {square.homeserver.room(room).membership(person.user_id) == "ban" for room in rooms}


async def audited(square: Square, action: str) -> int:
    query = select(func.count(AuditRow.place.distinct())).where(AuditRow.action == action)
    async with square.index.reading() as session:
        return await session.scalar(query) or 0


async def test_out_of_all_subsites_and_what_they_said_goes_too(square: Square) -> None:
    site = await site_with_joost(square)
    second = await another(square, "Waterland")
    everywhere = await rooms_of(square, site.place, second)
    for room in (site.rooms["leden"], (await square.group(second)).room):
        await square.joost.says(room, "Koop nu")
        await square.sanne.says(room, "Goedendag")
    assert "moderator" in await square.joost.asks("ban zaanstreek Sanne --overal")

    preview = await square.sanne.asks("ban zaanstreek Joost Reclame --overal --opruimen")
    assert preview.startswith("Ik ontzeg de toegang tot Zaanstreek, Waterland: met de groepen")
    assert "2 berichten" in preview
    told = await square.sanne.asks("ja")

    assert told.startswith("Joost: toegang ontzegd tot Zaanstreek, Waterland.")
    assert out_of(square, square.joost, everywhere) == {True}
    assert "Koop nu" not in standing(square, site.rooms["leden"])
    assert "Goedendag" in standing(square, site.rooms["leden"])
    heard = [text for text in square.chat_of(square.joost) if "ontzegd" in text]
    (letter,) = [text for text in heard if text.startswith("De toegang tot ")]
    assert letter.startswith("De toegang tot Zaanstreek, Waterland is u ontzegd")
    assert "De reden: “Reclame”" in letter
    assert "`bezwaar 1`" in letter
    assert await audited(square, "ban") == 1
    assert await audited(square, "ban.follow") >= len(everywhere) - 1
    staff = square.homeserver.room(await square.staff_room(second))
    assert "aan: Joost" in staff.said_by(square.acts.plein.bot)[-1]

    told = await removes(square.sanne, f"unban . {JOOST} --overal")
    assert told.endswith(" heeft weer toegang tot Zaanstreek, Waterland.")
    assert out_of(square, square.joost, everywhere) == {False}
    assert square.chat_of(square.joost)[-1] == "U hebt weer toegang tot Zaanstreek, Waterland."


async def test_staff_elsewhere_stay_there_and_oneself_never_goes(square: Square) -> None:
    site = await site_with_joost(square)
    second = await another(square, "Waterland")
    await removes(square.sanne, f"rol waterland {JOOST} moderator")
    await removes(square.sanne, f"rol zaanstreek {JOOST} moderator")

    own = await square.joost.asks(f"ban waterland {JOOST} --all")
    assert "niet met uzelf" in own
    for who in ("Sanne", "*:plein.test", "@plein:plein.test"):
        refused = await square.joost.asks(f"ban zaanstreek {who} --all")
        assert "Ik ontzeg" not in refused
    assert out_of(square, square.sanne, await rooms_of(square, site.place, second)) == {False}


async def test_a_pattern_means_those_who_are_there_one_by_one(square: Square) -> None:
    subsite = await square.subsite(citizens=True)
    await brought(square, subsite, square.joost)
    strangers = [Person(square.homeserver, UserId(f"@bot{n}:spam.example")) for n in range(3)]
    for one in strangers:
        await brought(square, subsite, one)

    for bad in ("*", "*:*", "*:spam.*", "@*"):
        assert "te veel mensen" in await square.sanne.asks(f"ban zaanstreek {bad}")
    assert "niemand" in await square.sanne.asks("ban zaanstreek *:elders.example")
    preview = await square.sanne.asks("ban zaanstreek @bot?:spam.example Spam")
    assert preview.count("spam.example`") == 3
    await square.sanne.asks("ja")

    rooms = await rooms_of(square, subsite)
    assert all(out_of(square, one, rooms) == {True} for one in strangers)
    assert out_of(square, square.joost, rooms) == {False}


@pytest.mark.parametrize(
    "text", ["*:spam.example", "*:Spam.EXAMPLE", "@a*b?:[::1]:8448", "@x*:1.2.3.4:80"]
)
def test_a_pattern_names_the_whole_homeserver(text: str) -> None:
    assert is_glob(text)
    one = glob(text)
    server = text.partition(":")[2].lower()
    mine, other = UserId(f"@axbc:{server}"), UserId(f"@axbc:x{server}")
    assert one.matching([other]) == ()
    assert one.name != "*" or one.matching([mine, other]) == (mine,)


@pytest.mark.parametrize("text", ["*", "*:", "*:*", "*:a b", "*:-a", "*:sp*m.example", "@:a.b"])
def test_what_could_mean_everybody_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        glob(text)


async def test_it_survives_every_interruption(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        site = await site_with_joost(square)
        await another(square, "Waterland")
        await square.joost.says(site.rooms["leden"], "Koop nu")

        async def deed() -> None:
            act = square.by(square.sanne)
            mine = await places.find(act, "zaanstreek")
            sweep = await sweeps.taken_up(act, mine.person)
            if sweep is None:
                targets, _ = await sweeps.everywhere(act, mine)
                joost = await people.recognise(act, square.joost.user_id)
                sweep = await sweeps.plan(act, targets, [joost], by_name=True)
            week = timedelta(days=7)
            await sweeps.carry_out(act, sweep, "Reclame", None, unseen, purge=week)

        return deed

    assert await survives_every_interruption(squares, scene) > 9


async def test_who_leads_a_group_is_not_put_out_of_it_with_its_subsite(square: Square) -> None:
    """By whoever has no higher role; a hidden group is not named, and a pattern spares them."""
    site = await subsite_on(square, kinds=("Vertrouwelijk",))
    await removes(square.sanne, "instellen zaanstreek burgers ja")
    bystander = Person(square.homeserver, UserId("@peetje:plein.test"))
    for person in (square.joost, bystander):
        await site.brings(person)
    await removes(square.sanne, f"rol zaanstreek {JOOST} moderator")
    await site.brings(square.peter, "leden", "vertrouwelijk")

    for group, refused in (
        ("vertrouwelijk", "Peter heeft in een deel van Zaanstreek een rol"),
        ("leden", "Peter is beheerder van Zaanstreek/Leden, en zou dat"),
    ):
        await square.sanne.asks(f"rol zaanstreek/{group} {PETER} beheerder")
        for line in (f"ban zaanstreek {PETER}", f"remove zaanstreek {PETER}"):
            assert (await square.joost.asks(line)).startswith(refused)
    assert refused in await square.joost.asks(f"ban zaanstreek {PETER} --opruimen")
    preview = await square.joost.asks("ban zaanstreek @pe*:plein.test")
    assert "Peter hoort bij het beheer van Zaanstreek/Leden, en blijft" in preview
    await square.joost.asks("ja")
    assert out_of(square, bystander, await rooms_of(square, site.place)) == {True}
    assert site.where(square.peter) == {"": "join", "leden": "join", "vertrouwelijk": "join"}

    assert "Klopt dat?" in await square.sanne.asks(f"ban zaanstreek {PETER}")
