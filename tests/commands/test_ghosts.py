"""Who takes part by e-mail: a citizen without a role, whose words are for people, not for Plein."""

from datetime import UTC, datetime

from plein_bot.actions import people
from plein_bot.domain.ids import UserId
from plein_bot.domain.places import Place
from plein_bot.index import addresses
from tests.commands.test_drift import refused
from tests.commands.test_roles import levels
from tests.commands.test_search import bring
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, SERVER, Square

GHOST = UserId(f"@mail_abcdefgh:{SERVER}")


async def ghost_in(square: Square) -> tuple[Person, Place]:
    """In a subsite that has citizens."""
    subsite = await square.subsite(citizens=True)
    square.homeserver.names[GHOST] = "Vrolijke Merel"
    ghost = Person(square.homeserver, GHOST)
    await bring(square, ghost, subsite)
    return ghost, subsite


async def test_a_ghost_is_a_citizen_without_a_role_whatever_was_proven(square: Square) -> None:
    _, subsite = await ghost_in(square)
    await addresses.prove(square.index, GHOST, "merel@zaanstad.example", datetime.now(UTC))

    known = await people.recognise(square.by(square.sanne), GHOST)
    assert (known.is_citizen, known.by_mail, known.organisations) == (True, True, ())
    assert "Vrolijke Merel · burger, per e-mail" in await square.sanne.asks("leden zaanstreek")
    said = await square.sanne.asks(f"rol zaanstreek {GHOST} moderator")
    assert "doet mee per e-mail" in said
    sanne = square.sanne.user_id
    told = await refused(square, subsite, subsite.room, {sanne: 100, GHOST: 50}, "Merel")
    assert "doet mee per e-mail" in told
    assert levels(square, subsite.room) == {sanne: 100}


async def test_a_ghost_runs_no_commands(square: Square) -> None:
    ghost, _ = await ghost_in(square)
    chat = await ghost.opens_chat()
    await ghost.hears(chat, lambda raw: "help" in str(raw["content"].get("body")))
    before = square.homeserver.room(chat).said_by(PLEIN.bot)
    await ghost.says(chat, "deelsites")
    await ghost.sends_file(chat, "verslag.docx", b"a", "application/msword")
    # What comes after is answered, so all before it was seen.
    assert "Zaanstreek" in await square.sanne.asks("deelsites")

    assert square.homeserver.room(chat).said_by(PLEIN.bot) == before
