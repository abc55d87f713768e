"""What staff take away of what others said: from the room, not from what the author hears."""

from datetime import UTC, datetime, timedelta

from plein_bot.actions import mutes, people, places, redactions
from tests.commands.test_mutes import site_with_joost
from tests.commands.test_removals import removes
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.square import Square

HOUR = timedelta(hours=1)


def standing(square: Square, room: str) -> list[str]:
    """What can still be read in a room of what people said."""
    timeline = square.homeserver.rooms[room].timeline  # type: ignore[index]
    said = [raw for raw in timeline if raw["type"] == "m.room.message"]
    return [raw["content"]["body"] for raw in said if "body" in raw["content"]]


async def test_a_reply_takes_away_the_message_its_edits_and_the_line(square: Square) -> None:
    site = await site_with_joost(square)
    room = site.rooms["leden"]
    bad = await square.joost.says(room, "Iets lelijks")
    await square.joost.edits(room, bad, "Iets lelijkers")
    await square.joost.says(room, "Iets aardigs")
    await square.sanne.opens_chat()

    await square.sanne.replies(room, bad, "!plein wis Dat zeggen wij niet")
    await square.sanne.hears(
        square.sanne.chat, lambda raw: "is weggehaald" in str(raw["content"].get("body"))
    )

    left = standing(square, room)
    assert "Iets aardigs" in left
    assert not [text for text in left if "lelijk" in text or "wis Dat" in text]
    assert "wij niet" not in repr(square.homeserver.rooms[room].timeline)
    said = square.chat_of(square.joost)[-1]
    assert said.startswith("Het beheer van Zaanstreek/Leden heeft het bericht weggehaald dat u")
    assert "De reden: “Dat zeggen wij niet”" in said
    assert "`bezwaar 1`" in said
    assert "kan niet terugkomen" in await square.sanne.asks("opheffen 1")


async def test_by_link_and_only_by_who_may(square: Square) -> None:
    site = await site_with_joost(square)
    room = site.rooms["leden"]
    mine, hers = [await who.says(room, "Hallo") for who in (square.joost, square.sanne)]
    link = f"https://matrix.to/#/{room}/{mine}?via=plein.test"

    assert "Ik vind daar geen bericht" in await square.fatima.asks(f"wis {link}")
    assert "moderator" in await square.joost.asks(f"wis https://matrix.to/#/{room}/{hers}")
    assert "niet met uzelf" in await square.sanne.asks(f"wis https://matrix.to/#/{room}/{hers}")
    assert standing(square, room).count("Hallo") == 2
    told = await square.sanne.asks(f"wis {link} Verkeerde plek")
    assert told == "Het bericht van Joost in Zaanstreek/Leden is weggehaald (nummer 1)."
    assert standing(square, room).count("Hallo") == 1
    assert "Ik vind daar geen bericht" in await square.sanne.asks(f"wis {link}")


async def test_all_that_somebody_said_lately_with_the_posts(square: Square) -> None:
    site = await site_with_joost(square)
    room = site.rooms["leden"]
    post = await square.joost.says(room, "!plein blog Koop nu\nBij mij")
    await square.joost.is_answered(room, post)
    for n in range(3):
        await square.joost.says(site.rooms["jeugdzorg"], f"Reclame {n}")
    await square.sanne.says(room, "Goedemorgen")
    link = f"https://matrix.to/#/{room}/{post}"
    assert "Dat is blog 1" in await square.sanne.asks(f"wis {link}")

    told = await removes(square.sanne, "wis zaanstreek Joost Reclame --sinds 2u")

    assert told.startswith("Wat Joost zei in Zaanstreek sinds ")
    assert standing(square, site.rooms["jeugdzorg"]) == []
    left = standing(square, room)
    assert "Goedemorgen" in left
    assert not [text for text in left if "Koop nu" in text]
    again = await square.sanne.asks("wis zaanstreek Joost")
    assert again == "Joost zei in Zaanstreek in die tijd niets dat er nog staat."
    assert "geen tijdsduur" in await square.sanne.asks("wis zaanstreek Joost --sinds morgen")


async def test_muting_taking_away_and_lifting_survive_every_interruption(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        site = await site_with_joost(square)
        for n in range(4):
            await square.joost.says(site.rooms["leden" if n % 2 else "jeugdzorg"], f"Reclame {n}")

        async def deed() -> None:
            act = square.by(square.sanne)
            standing = await places.find(act, "zaanstreek")
            joost = await people.recognise(act, square.joost.user_id)
            now = datetime.now(UTC)
            both = await people.recognise_all(act, [joost.id, square.peter.user_id])
            await mutes.mute(act, standing, list(both.values()), "Reclame", None)
            planned = await redactions.plan_range(act, standing, joost, now - HOUR, now)
            assert planned.begun or planned.n == 4
            await redactions.range_of(act, planned, "Reclame")
            await mutes.lift(act, site.place, [square.peter.user_id])

        return deed

    assert await survives_every_interruption(squares, scene) > 6
