"""Whoever is sanctioned may object once, and somebody else than who did it decides."""

from datetime import datetime
from zoneinfo import ZoneInfo

from plein_bot.domain.cases import Decision
from plein_bot.index import sanctions
from tests.commands.test_reports import hears, said_in_group, scene
from tests.fakes.square import PLEIN, Square


async def test_another_moderator_takes_back_what_a_case_led_to_and_it_is_counted(
    square: Square,
) -> None:
    here = await scene(square)
    await square.peter.asks(f"melden {here.link} reclame")
    await square.joost.reacts(here.staff, await here.notice(), "🔇")
    await hears(square, square.joost, "Waarom?")
    assert "Fatima is gedempt" in await square.joost.asks("Geen reclame")
    assert await here.decision() is Decision.MUTED
    (mute,) = await sanctions.of_person(square.index, square.fatima.user_id)
    assert mute.case == 1
    letter = await hears(square, square.fatima, "gedempt")
    assert f"`bezwaar {mute.number}`" in letter

    assert "Ik ken geen maatregel" in await square.peter.asks(f"bezwaar {mute.number} Onzin")
    told = await square.fatima.asks(f"bezwaar {mute.number} Het was geen reclame")
    assert "als zaak 2" in told
    assert "al bezwaar gemaakt" in await square.fatima.asks(f"bezwaar {mute.number} Echt")

    (notice,) = [one for one in here.read_by_staff() if "Zaak 2" in one]
    assert "Fatima zegt: “Het was geen reclame”" in notice
    assert "Peter" not in notice
    own = await square.joost.asks("zaak handhaven 2 Nee")
    assert own == "Dit deed u zelf. Daarom beslist iemand anders: Sanne."
    unknown = await square.sanne.asks("zaak bewaren 2")
    assert unknown == "“bewaren 2” is geen getal. Dat typt u zo: `zaak toon <nummer>`."
    await square.sanne.reacts(here.staff, await here.notice(2), "↩️")
    await hears(square, square.sanne, "Wie bezwaar maakte, leest dit")
    assert await square.sanne.asks("U hebt gelijk") == "Zaak 2: het is teruggedraaid."

    assert "“U hebt gelijk”" in await hears(square, square.fatima, "draaien het terug")
    assert await here.decision(2) is Decision.LIFTED
    (mute,) = await sanctions.of_person(square.index, square.fatima.user_id)
    assert mute.is_lifted

    told = await square.sanne.asks("meldingen cijfers zaanstreek")
    month = datetime.now(ZoneInfo(PLEIN.timezone)).strftime("%Y-%m")
    assert told == (
        f"Wat er gemeld is in Zaanstreek\n\n{month} · één melding · één zaak · gedempt 1 · "
        "één bezwaar · teruggedraaid 1 · over de helft beslist binnen een uur"
    )
    picture = await square.sanne.hears(
        square.sanne.chat, lambda raw: raw["content"].get("msgtype") == "m.image"
    )
    assert picture["content"]["body"] == f"Staafdiagram. {month}: één zaak"
    assert "moderator" in await square.peter.asks("meldingen cijfers zaanstreek")


async def test_who_is_shut_out_can_object_also_where_there_is_nobody_else_to_decide(
    square: Square,
) -> None:
    here = await said_in_group(square)
    await square.sanne.asks(f"verban zaanstreek {square.fatima.user_id} Dreigt")
    await square.sanne.asks("ja")
    (one,) = await sanctions.of_person(square.index, square.fatima.user_id)

    told = await square.fatima.asks(f"bezwaar {one.number} Was ik niet")

    assert "als zaak 1" in told
    assert "Niemand anders mag erover beslissen." in told
    assert "veilig@plein.test" in told
    preview = await square.sanne.asks("zaak opheffen 1 Vergissing")
    assert "Klopt dat?" in preview
    assert await square.sanne.asks("ja") == "Zaak 1: het is teruggedraaid."
    assert await here.decision() is Decision.LIFTED
    assert (await square.standing(square.fatima, here.subsite)).membership == "leave"

    await square.sanne.asks("groep nieuw zaanstreek Geheim --zichtbaarheid verborgen")
    await square.sanne.asks(f"verban zaanstreek/geheim {square.fatima.user_id} Vooraf")
    await square.sanne.asks("ja")
    unheard = (await sanctions.of_person(square.index, square.fatima.user_id))[0]
    assert unheard.number > one.number
    told = await square.fatima.asks(f"bezwaar {unheard.number} Wat is dit")
    assert told.startswith(f"Ik ken geen maatregel {unheard.number}.")
    geheim = (await square.group(here.subsite, "geheim")).room
    await square.sanne.joins(geheim)
    await square.sanne.invites(geheim, square.peter.user_id)
    await square.peter.joins(geheim)
    await square.sanne.asks("waarschuw zaanstreek/geheim Peter Praat erover")
    warned = (await sanctions.of_person(square.index, square.peter.user_id))[0]
    await square.peter.leaves(geheim)
    told = await square.peter.asks(f"bezwaar {warned.number} Niet waar")
    assert f"Uw bezwaar tegen nummer {warned.number}" in told
