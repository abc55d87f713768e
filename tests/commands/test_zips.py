"""A zip of a folder, as people ask for it: made in the background, and answered once."""

import io
import zipfile
from datetime import UTC, datetime
from unittest.mock import patch

from plein_bot.commands import timers as handlers
from plein_bot.commands import zips as commands
from plein_bot.domain import zips as rules
from plein_bot.domain.events import Due
from plein_bot.domain.ids import RoomId
from plein_bot.domain.zips import ZIP
from plein_bot.index import timers
from tests.actions.conftest import squares
from tests.commands.test_files import files_in, gone
from tests.commands.test_search import a_place, bring
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.rooms import Json
from tests.fakes.square import PLEIN, Square

__all__ = ["squares"]

TEXT = "text/plain"


async def zipped(square: Square, person: Person, line: str) -> tuple[str, str]:
    """What is said first, without being the reply, and the reply."""
    await person.asks("help")
    asked = await person.says(person.chat, line)
    room = square.homeserver.room(RoomId(person.chat))

    def is_a_sign(raw: Json) -> bool:
        after = [one["event_id"] for one in room.timeline]
        later = after.index(raw["event_id"]) > after.index(asked)
        return later and raw["sender"] == PLEIN.bot and raw["type"] == "m.room.message"

    sign = await person.hears(person.chat, is_a_sign)
    if "m.relates_to" in sign["content"]:
        return "", str(sign["content"]["body"])
    assert await timers.ripen(square.index, datetime.now(UTC)) == 1
    reply = await person.is_answered(person.chat, asked)
    return str(sign["content"]["body"]), str(reply["content"]["body"])


def opened(square: Square, person: Person) -> dict[str, str]:
    """What is in the last file that Plein sent to somebody."""
    *_, raw = files_in(square, person.chat)
    data = square.homeserver.media[raw["content"]["url"]]
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None
        return {name: found.read(name).decode() for name in found.namelist()}


async def test_a_zip_has_the_newest_of_each_file_each_under_a_name_of_its_own(
    square: Square,
) -> None:
    place = await a_place(square)
    await bring(square, square.joost, place)
    for name, text in (
        ("plan.txt", "oud"),
        ("plan.txt", "nieuw"),
        ("a/b:c.txt", "streep"),
        ("a-b-c.txt", "zelfde"),
        ("\u202efdp.exe", "rechts"),
        ("x" * 250 + ".txt", "lang"),
        ("Inhoud.txt", "van een mens"),
    ):
        await square.sanne.sends_file(place.room, name, text.encode(), TEXT)
    await square.sanne.asks("bestanden zaanstreek/leden")
    await square.sanne.asks("bestand verplaats 1 Verslagen/2026")

    sign, answer = await zipped(square, square.joost, "bestand zip zaanstreek/leden")

    assert "een zip van 6 bestanden in Zaanstreek/Leden" in sign
    assert answer.startswith("Hier is “Zaanstreek - Leden.zip” met 6 bestanden.")
    found = opened(square, square.joost)
    contents = found.pop("Inhoud.txt")
    assert sorted(found.values()) == sorted(
        ["nieuw", "streep", "zelfde", "rechts", "lang", "van een mens"]
    )
    assert found["Verslagen/2026/Inhoud.txt"] == "van een mens"
    assert {"a-b-c.txt", "a-b-c (2).txt", "fdp.exe"} <= set(found)
    assert all(name in contents for name in found)

    await zipped(square, square.joost, "bestand zip zaanstreek --map verslagen")
    assert set(opened(square, square.joost)) == {"Inhoud.txt", "Leden/Verslagen/2026/Inhoud.txt"}


async def test_when_one_of_the_files_goes_the_zip_goes(square: Square) -> None:
    place = await a_place(square)
    event = await square.sanne.sends_file(place.room, "een.txt", b"een", TEXT)
    await square.sanne.sends_file(place.room, "twee.txt", b"twee", TEXT)
    await zipped(square, square.sanne, "bestand zip zaanstreek/leden")
    [copy] = files_in(square, square.sanne.chat)

    await square.sanne.redacts(place.room, event)

    await gone(square.sanne, square.sanne.chat, copy["event_id"])


async def test_what_is_left_out_is_said_with_the_reason(square: Square) -> None:
    place = await a_place(square)
    await square.sanne.sends_file(place.room, "nulde.txt", b"nul", TEXT)
    await square.sanne.sends_file(place.room, "eerste.txt", b"een", TEXT)
    await square.sanne.sends_file(place.room, "weg.txt", b"weg", TEXT)
    url = square.homeserver.room(place.room).timeline[-1]["content"]["url"]
    await square.sanne.sends_file(place.room, "groot.txt", b"g" * 60, TEXT)
    for n in range(2):
        await square.sanne.sends_file(place.room, f"klein {n}.txt", b"k", TEXT)
    del square.homeserver.media[url]

    with patch.object(rules, "LARGEST", 50), patch.object(rules, "MOST_FILES", 3):
        _, answer = await zipped(square, square.sanne, "bestand zip zaanstreek/leden")

    assert "met 3 bestanden" in answer
    assert "3 bestanden zijn weggelaten:" in answer
    found = opened(square, square.sanne)
    assert set(found) == {"Inhoud.txt", "klein 0.txt", "klein 1.txt", "eerste.txt"}
    for why in (
        "“groot.txt”: daarmee wordt de zip groter dan",
        "“weg.txt”: de homeserver heeft het niet meer.",
        "“nulde.txt”: er zijn meer dan 3 bestanden.",
    ):
        assert why in answer
        assert why in found["Inhoud.txt"]


async def test_only_what_somebody_may_read_when_it_is_put_in(square: Square) -> None:
    place = await a_place(square)
    await bring(square, square.joost, place)
    await square.sanne.sends_file(place.room, "een.txt", b"een", TEXT)
    assert (
        "een zip van één bestand"
        in (await zipped(square, square.joost, "bestand zip zaanstreek/leden"))[0]
    )

    await square.joost.leaves(place.room)
    subject = {
        "person": square.joost.user_id,
        "chat": square.joost.chat,
        "event": "",
        "room": place.room,
        "folder": "",
        "language": "nl",
    }
    act = square.acts.by(PLEIN.bot, "timer:again")
    await handlers.handler_of(ZIP)(act, Due(ZIP, ZIP, subject, datetime.now(UTC)))

    assert len(files_in(square, square.joost.chat)) == 1
    *_, last = square.homeserver.room(RoomId(square.joost.chat)).said_by(PLEIN.bot)
    _, never = await zipped(square, square.fatima, f"bestand zip {place.path}")
    assert "Er zijn in Zaanstreek/Leden geen bestanden" in last or "ken ik niet" in last
    assert "zip" not in never.replace("bestand zip", "")
    assert files_in(square, square.fatima.chat) == []


async def test_one_zip_at_a_time_and_how_far_it_is(square: Square) -> None:
    place = await a_place(square)
    for name in ("een.txt", "twee.txt", "drie.txt"):
        await square.sanne.sends_file(place.room, name, name.encode(), TEXT)
    await square.sanne.asks("help")
    asked = await square.sanne.says(place.room, "!plein bestand zip .")
    pointed = await square.sanne.is_answered(place.room, asked)
    assert "in ons gesprek geantwoord" in pointed["content"]["body"]

    again = await square.sanne.asks("bestand zip zaanstreek")
    assert again == "Ik maak nog een zip voor u. Vraag om een volgende als die er is."

    with patch.object(commands, "_PAUSE", 0):
        await timers.ripen(square.index, datetime.now(UTC))
        await square.sanne.hears(
            square.sanne.chat, lambda raw: "Hier is “" in str(raw["content"].get("body"))
        )
    signs = [
        raw["content"]
        for raw in square.homeserver.room(RoomId(square.sanne.chat)).timeline
        if "van 3 bestanden" in str(raw["content"].get("body"))
    ]
    assert [sign["body"] for sign in signs] == [
        "Ik maak een zip van 3 bestanden in Zaanstreek/Leden. Hij komt hier; "
        "u hoeft er niet op te wachten.",
        "1 van 3 bestanden",
        "* 2 van 3 bestanden",
    ]
    assert "m.in_reply_to" not in str(signs)
    assert signs[2]["m.relates_to"]["rel_type"] == "m.replace"


async def test_a_zip_that_is_interrupted_comes_once(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        place = await a_place(square)
        for name in ("een.txt", "twee.txt"):
            await square.sanne.sends_file(place.room, name, name.encode(), TEXT)
        subject = {
            "person": square.sanne.user_id,
            "chat": await square.sanne.opens_chat(),
            "event": "",
            "room": place.room,
            "folder": "",
            "language": "nl",
        }
        square.homeserver.join(square.sanne.chat, PLEIN.bot)
        await square.homeserver.settled()

        async def deed() -> None:
            act = square.acts.by(PLEIN.bot, "timer:file.zip")
            await handlers.handler_of(ZIP)(act, Due(ZIP, ZIP, subject, datetime.now(UTC)))

        return deed

    assert await survives_every_interruption(squares, scene) >= 4
