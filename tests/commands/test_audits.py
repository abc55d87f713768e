"""What the staff of a place reads of what was done there, and what nobody else does."""

import csv
import io
from dataclasses import replace

from sqlalchemy import delete

from plein_bot.domain.ids import EventId
from plein_bot.index.tables.ledger import ActorRow
from tests.commands.test_exports import exported
from tests.commands.test_removals import removes
from tests.commands.test_replacing import upgraded
from tests.commands.test_reports import scene
from tests.fakes.cascades import subsite_on
from tests.fakes.square import Square


def entries(answer: str) -> list[str]:
    """The lines of the list, without their number and moment."""
    shown = [line for line in answer.splitlines() if " · door " in line]
    return [line.split(" · ", 2)[2] for line in shown]


async def test_staff_read_what_was_done_in_their_place_and_in_its_groups(square: Square) -> None:
    site = await subsite_on(square)
    await site.brings(square.joost, "jeugdzorg")
    await removes(square.sanne, "verwijderen zaanstreek Joost Stuurt spam")

    told = await square.sanne.asks("logboek zaanstreek")

    found = entries(told)
    assert found[0] == "verwijderd uit de plek · Joost · door Sanne · maatregel 1"
    assert "verwijderd uit de plek, samen met de deelsite · Joost · Zaanstreek/Jeugdzorg" in told
    assert found[-1] == "deelsite gemaakt · door Sanne"
    assert "spam" not in told
    english = await square.sanne.asks("audit zaanstreek/jeugdzorg")
    assert entries(english)[0].startswith("verwijderd uit de plek, samen met de deelsite · Joost")

    for line in ("audit zaanstreek", "logboek exporteer zaanstreek"):
        assert "Hiervoor moet u moderator" in await square.peter.asks(line)
    assert "Ik ken geen plek" in await square.fatima.asks("audit zaanstreek/jeugdzorg")


async def test_it_is_searched_by_who_whom_what_and_when(square: Square) -> None:
    site = await subsite_on(square)
    await site.brings(square.joost, "jeugdzorg")
    for number in range(8):
        await square.by(square.sanne, f"${number}").record("post.create", site.room)
    await removes(square.sanne, "verban zaanstreek Joost")

    whom = entries(await square.sanne.asks("logboek zaanstreek --wie Joost --wat ontzeg"))
    assert whom[0] == "toegang ontzegd · Joost · door Sanne · maatregel 1"
    assert {line.split(" · ")[1] for line in whom} == {"Joost"}
    assert entries(await square.sanne.asks("audit zaanstreek --by Sanne --what started")) == [
        "deelsite gemaakt · door Sanne"
    ]
    for options, answer in (
        ("--door Joost", "Zoiets staat niet in het logboek van Zaanstreek."),
        ("--until 2020", "Zoiets staat niet in het logboek van Zaanstreek."),
        ("--sinds gisteren", "“gisteren” is geen dag, maand of jaar."),
        ("--wie Niemand", "Ik vind hier niemand met de naam “Niemand”."),
        ("--wat toveren", "“toveren” is hier nooit gedaan. Dit wel:"),
        ("--pagina 9", "Er zijn 2 pagina’s."),
    ):
        assert answer in await square.sanne.asks(f"logboek zaanstreek {options}"), options
    more = await square.sanne.asks("logboek zaanstreek")
    assert "1 tot en met 20 van" in more
    assert entries(await square.sanne.asks("meer"))[-1] == "deelsite gemaakt · door Sanne"


async def test_it_goes_on_with_the_place_and_without_who_is_forgotten(square: Square) -> None:
    await square.subsite()
    await upgraded(square, "zaanstreek/leden")
    _, new, _ = await upgraded(square, "zaanstreek/leden")
    act = square.by(square.joost, "$later")
    await act.record("warn", new.id, square.peter.user_id, why="sanction:12")

    found = entries(await square.sanne.asks("logboek zaanstreek/leden"))
    assert found == [
        "gewaarschuwd · peter · door joost · maatregel 12",
        "verdergegaan in een nieuwe ruimte · door Sanne",
        "verdergegaan in een nieuwe ruimte · door Sanne",
    ]

    async with square.index.session() as session:
        await session.execute(delete(ActorRow).where(ActorRow.user_id != square.sanne.user_id))
    found = entries(await square.sanne.asks("logboek zaanstreek/leden"))
    assert (
        found[0]
        == "gewaarschuwd · verwijderde gebruiker · door verwijderde gebruiker · maatregel 12"
    )


async def test_its_event_is_a_link_for_who_may_read_that(square: Square) -> None:
    site = await subsite_on(square)
    await site.brings(square.joost, "jeugdzorg")
    said = await square.joost.says(site.rooms["jeugdzorg"], "Dit hoort hier niet")
    act = square.by(square.sanne, "$judged")
    await act.record("warn", site.rooms["jeugdzorg"], square.joost.user_id, event=said)
    await act.record("mute", site.rooms["jeugdzorg"], event=EventId("$unknown"))

    await square.sanne.asks("logboek zaanstreek/jeugdzorg")

    html = square.homeserver.rooms[square.sanne.chat].timeline[-1]["content"]["formatted_body"]
    assert f"https://matrix.to/#/{site.rooms['jeugdzorg']}/{said}" in html
    assert "$unknown" not in html


async def test_who_is_reported_reads_nothing_of_the_case(square: Square) -> None:
    here = await scene(square)
    said = await square.joost.says(here.group.room, "Ik ben hier de baas")
    await square.peter.asks(f"melden {replace(here, said=said).link} nergens voor nodig")
    await square.peter.asks(f"melden {here.link} reclame")

    assert "zaak 1" in await square.sanne.asks("logboek zaanstreek")
    answer = await square.joost.asks("logboek zaanstreek")
    assert "zaak 2" in answer
    assert "zaak 1" not in answer


async def test_it_is_taken_along_as_a_table_that_runs_nothing(square: Square) -> None:
    square.homeserver.names[square.joost.user_id] = "=1+1"
    site = await subsite_on(square)
    await site.brings(square.joost, "jeugdzorg")
    await removes(square.sanne, f"verwijderen zaanstreek {square.joost.user_id} Stuurt spam")

    answer = await square.sanne.asks("logboek exporteer zaanstreek --wat verwijderd")

    sent = await exported(square, square.sanne)
    assert sent["content"]["body"] == "logboek-zaanstreek.csv"
    data = square.homeserver.media[sent["content"]["url"]]
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert answer == f"Hier is het logboek van Zaanstreek: {len(rows) - 1} regels."
    assert rows[0][:4] == ["Nummer", "Wanneer", "Wat", "Bij wie"]
    assert {row[3] for row in rows[1:]} == {"'=1+1"}
    assert {row[4] for row in rows[1:]} == {f"'{square.joost.user_id}"}
    assert rows[-1][2] == "verwijderd uit de plek"
    assert "spam" not in data.decode()

    assert entries(await square.sanne.asks("logboek zaanstreek"))[0] == (
        "logboek geëxporteerd · door Sanne"
    )
