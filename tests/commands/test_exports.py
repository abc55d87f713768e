"""A post with all that it called forth, as files to keep."""

import asyncio
import io
import zipfile

from tests.commands.test_consultations import closed, thought_about
from tests.commands.test_interruptions import attended, last, typed
from tests.commands.test_polls import a_place, asks, ends, result, votes
from tests.commands.test_post_interruptions import group
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.rooms import Json
from tests.fakes.square import PLEIN, Square


async def exported(square: Square, person: Person) -> Json:
    """The file that came in somebody's chat, once it is there."""
    return await person.hears(
        person.chat,
        lambda raw: raw["sender"] == PLEIN.bot and raw["content"].get("msgtype") == "m.file",
    )


def files_in(square: Square, event: Json) -> dict[str, str]:
    data = square.homeserver.media[event["content"]["url"]]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


async def test_it_holds_question_term_comments_poll_and_outcome(square: Square) -> None:
    place = await a_place(square, square.joost)
    event = await thought_about(square, place)
    await square.joost.comments(place.room, event, "=1+1; een <b>schommel</b>")
    thread = {"m.relates_to": {"rel_type": "m.thread", "event_id": event}}
    poll = await asks(square.sanne, place.room, "Schommel", "Glijbaan", more=thread)
    await votes(square.joost, place.room, poll, "Schommel")
    await ends(square.sanne, place.room, poll)
    await result(square, poll)
    await square.sanne.asks("blog sluiten 1")
    await closed(square)
    await square.sanne.asks("blog uitkomst 1\nEr komt een schommel.")

    answer = await square.joost.asks("blog exporteer 1")
    assert answer.startswith("Hier is “Speelplek”")
    files = files_in(square, await exported(square, square.joost))
    assert sorted(files) == ["peilingen.csv", "reacties.csv", "speelplek.html"]
    page = files["speelplek.html"]
    for words in ("Wat wilt u?", "Meedenken kon tot", "Er komt een schommel.", "één stem"):
        assert words in page
    assert "&lt;b&gt;schommel" in page
    assert "<b>" not in page
    assert '"\'=1+1; een <b>schommel</b>"' in files["reacties.csv"]
    assert files["reacties.csv"].startswith("Wie;Wanneer;Reactie\r\nJoost;")
    assert files["peilingen.csv"].splitlines()[1] == "Wat eten we?;Schommel;1"


async def test_who_may_not_read_it_gets_nothing(square: Square) -> None:
    place = await a_place(square)
    await thought_about(square, place)
    assert "Ik ken geen blog “1”" in await square.fatima.asks("blog exporteer 1")
    assert not [
        raw
        for raw in square.homeserver.rooms[square.fatima.chat].timeline
        if raw["content"].get("msgtype") == "m.file"
    ]


async def test_it_goes_when_a_comment_in_it_goes(square: Square) -> None:
    place = await a_place(square, square.joost)
    event = await thought_about(square, place)
    comment = await square.joost.comments(place.room, event, "Ik woon op nummer 7")
    await square.sanne.asks("blog exporteer 1")
    sent = (await exported(square, square.sanne))["event_id"]
    await square.joost.redacts(place.room, comment)

    here = square.homeserver.rooms[square.sanne.chat]
    async with asyncio.timeout(20):
        while "url" in next(raw for raw in here.timeline if raw["event_id"] == sent)["content"]:
            await square.homeserver.something_happens()


async def test_it_survives_every_interruption(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        room = await group(square)
        event = await square.sanne.says(room, "!plein blog Titel --meedenken over 2 weken\nTekst")
        await attended(square)
        await square.peter.comments(room, event, "Mooi")
        await typed(square, "blog exporteer 1")
        return await last(square)

    assert await survives_every_interruption(squares, scene) >= 3
