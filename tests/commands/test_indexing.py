"""An encrypted group of which an owner wants the messages and files found."""

from typing import Any

from nio.crypto.attachments import encrypt_attachment

from plein_bot.actions import file_texts, sealed
from plein_bot.domain.ids import EventId
from plein_bot.domain.places import Place
from plein_bot.index import file_texts as texts
from plein_bot.index import opening
from plein_bot.index import places as rows
from tests.commands.test_search import bring
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square

ON = "instellen zaanstreek/kring index ja"
OFF = "instellen zaanstreek/kring index nee"


async def a_circle(square: Square) -> Place:
    """An encrypted group with Sanne and Joost, who chat with Plein encrypted too."""
    for person in (square.sanne, square.joost, square.peter):
        await person.opens_chat(encrypted=True)
    subsite = await square.subsite()
    await bring(square, square.joost, subsite)
    told = await square.sanne.asks("groep nieuw zaanstreek Kring --versleuteld")
    assert "Klaar" in told
    place = next(g for g in await rows.groups_of(square.index, subsite) if g.slug == "kring")
    await square.sanne.joins(place.room)
    await bring(square, square.joost, place)
    await square.sanne.gives_key(place.room)
    return place


async def turned_on(square: Square) -> Place:
    place = await a_circle(square)
    await square.sanne.asks(ON)
    assert "Klaar. Zaanstreek/Kring: index is nu ja." in await square.sanne.asks("ja")
    return place


async def opens(square: Square) -> None:
    """What runs beside: the messages are opened, and the files are read."""
    while await opening.is_waiting(square.index):
        await sealed.open_some(square.acts)
    while file := await texts.next_unread(square.index):
        await file_texts.read(square.acts, file)


async def sends_file(person: Person, room: str, name: str, data: bytes) -> EventId:
    ciphertext, key = encrypt_attachment(data)
    url = await person.uploads(ciphertext, "", "application/octet-stream")
    content: dict[str, Any] = {"msgtype": "m.file", "file": {**key, "url": url}}
    return await person.seals(room, name, **content)


async def test_who_may_find_it_is_said_before_and_to_everybody(square: Square) -> None:
    place = await a_circle(square)
    assert "Plein opent het niet" in await square.sanne.asks("groep toon zaanstreek/kring")

    preview = await square.sanne.asks(ON)
    assert "index nee → ja" in preview
    assert "staat leesbaar in de database van Plein" in preview
    assert "Wie meedoet, vindt wat er is gezegd terwijl die meedeed." in preview
    assert "Klopt dat?" in preview
    await square.sanne.asks("ja")

    staff = await square.staff_room(place.root)
    for room in (place.room, staff):
        said = square.homeserver.room(room).said_by(PLEIN.bot)[-1]
        assert said.startswith("Sanne heeft de index van Zaanstreek/Kring aangezet.")
        assert "wie die beheert, kan het lezen" in said
    assert "Plein opent het, zodat" in await square.sanne.asks("groep toon zaanstreek/kring")
    assert "staat al zo" in await square.sanne.asks(ON)
    await bring(square, square.peter, place.root)
    assert "maar ik open het om erin te zoeken" in await square.peter.asks("deelnemen kring")


async def test_it_is_found_by_who_was_there_and_by_nobody_else(square: Square) -> None:
    place = await a_circle(square)
    before = await square.sanne.seals(place.room, "Het wijkplan is bijna klaar")
    await square.sanne.asks(ON)
    await square.sanne.asks("ja")
    await sends_file(square.sanne, place.room, "scan.txt", b"De verlichting langs het water")
    await opens(square)
    await bring(square, square.peter, place)

    for person in (square.sanne, square.joost):
        assert before in await person.asks("zoek wijkplan") + await person.asks("1")
        assert "1. scan.txt" in await person.asks("zoek verlichting water")
        assert "1. scan.txt" in await person.asks("bestanden zaanstreek/kring")
        assert "Hier is “scan.txt”" in await person.asks("stuur 1")
    sent = [
        raw["content"]["url"]
        for raw in square.homeserver.room(square.joost.chat).timeline
        if raw["sender"] == PLEIN.bot and raw["content"].get("msgtype") == "m.file"
    ]
    assert [square.homeserver.media[url] for url in sent] == [b"De verlichting langs het water"]
    for person in (square.fatima, square.peter):
        assert "niets" in await person.asks("zoek wijkplan")
        assert "niets" in await person.asks("zoek verlichting")
    assert "scan" not in await square.peter.asks("bestanden zaanstreek/kring")

    await square.sanne.seals(place.room, "Welkom, hier is het wijkplan")
    await opens(square)
    assert "1 gevonden" in await square.peter.asks("zoek wijkplan")
    await square.joost.leaves(place.room)
    assert "niets" in await square.joost.asks("zoek wijkplan")


async def test_it_is_shown_in_an_encrypted_chat_only(square: Square) -> None:
    place = await turned_on(square)
    await square.sanne.seals(place.room, "Het wijkplan is klaar")
    await sends_file(square.sanne, place.room, "wijkplan.txt", b"De verlichting")
    await opens(square)
    leden = await square.group(place.root)
    await square.sanne.says(leden.room, "Dit is het andere wijkplan")
    assert "3 gevonden" in await square.sanne.asks("zoek wijkplan")
    assert "wijkplan.txt" in await square.sanne.asks("bestanden zaanstreek/kring")

    await square.sanne.opens_chat()
    told = await square.sanne.asks("zoek wijkplan")

    assert "1 gevonden" in told
    assert "toon ik alleen in een versleuteld gesprek" in told
    told = await square.sanne.asks("bestanden zaanstreek/kring")
    assert "wijkplan.txt" not in told
    assert "toon ik alleen in een versleuteld gesprek" in told


async def test_turned_off_nothing_is_found_from_that_moment(square: Square) -> None:
    place = await turned_on(square)
    await square.sanne.seals(place.room, "Het wijkplan is klaar")
    await sends_file(square.sanne, place.room, "wijkplan.txt", b"De verlichting")
    await opens(square)
    assert "2 gevonden" in await square.sanne.asks("zoek wijkplan")

    told = await square.sanne.asks(OFF)

    assert "Klaar. Zaanstreek/Kring: index is nu nee." in told
    assert "niets" in await square.sanne.asks("zoek wijkplan")
    assert "wijkplan" not in await square.sanne.asks("bestanden zaanstreek/kring")
    said = square.homeserver.room(place.room).said_by(PLEIN.bot)[-1]
    assert said.startswith("Sanne heeft de index van Zaanstreek/Kring uitgezet.")
    assert "heb ik verwijderd" in said


async def test_what_is_not_encrypted_can_be_found_as_it_is(square: Square) -> None:
    await square.subsite()

    for place in ("zaanstreek", "zaanstreek/leden"):
        told = await square.sanne.asks(f"instellen {place} index ja")
        assert told.startswith("Alleen een versleutelde groep heeft deze instelling.")
