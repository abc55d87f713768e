from plein_bot.domain.ids import RoomId, UserId
from plein_bot.index import audits
from plein_bot.index.database import Index

SANNE, JOOST = UserId("@sanne:plein.test"), UserId("@joost:plein.test")
SPACE, LEDEN, RAAD = RoomId("!space"), RoomId("!leden"), RoomId("!raad")


async def test_what_is_begun_in_several_places_is_known_as_a_whole(index: Index) -> None:
    assert await audits.begun(index, "$cause", "ban", whom=JOOST) == frozenset()

    await audits.begin(index, "$cause", "ban", SANNE, places=(SPACE, LEDEN), whom=JOOST)
    await audits.begin(index, "$cause", "ban", SANNE, places=(LEDEN, SPACE), whom=JOOST)

    assert await audits.begun(index, "$cause", "ban", whom=JOOST) == {SPACE, LEDEN}
    assert await audits.begun(index, "$cause", "ban", whom=SANNE) == frozenset()
    assert await audits.begun(index, "$cause", "ban", whom=None) == frozenset()
    assert await audits.begun(index, "$other", "ban", whom=JOOST) == frozenset()


async def test_what_was_begun_is_ended_once(index: Index) -> None:
    await audits.begin(index, "$cause", "ban", SANNE, places=(SPACE, LEDEN), whom=JOOST)

    await audits.end(
        index, "$cause", "ban", outcomes={SPACE: "done", LEDEN: "M_FORBIDDEN"}, whom=JOOST
    )
    await audits.end(index, "$cause", "ban", outcomes={SPACE: "M_FORBIDDEN"}, whom=JOOST)

    last = await audits.last(index, ("ban", "unban"), places=(SPACE, LEDEN, RAAD), whom=JOOST)
    assert {place: row.outcome for place, row in last.items()} == {
        SPACE: "done",
        LEDEN: "M_FORBIDDEN",
    }


async def test_the_last_thing_that_befell_somebody_counts(index: Index) -> None:
    for cause, action, place in (
        ("$1", "ban", LEDEN),
        ("$2", "unban", LEDEN),
        ("$3", "ban", RAAD),
        ("$4", "remove", RAAD),
    ):
        await audits.begin(index, cause, action, SANNE, places=(place,), whom=JOOST)

    last = await audits.last(index, ("ban", "unban"), places=(SPACE, LEDEN, RAAD), whom=JOOST)

    assert {place: (row.action, row.actor) for place, row in last.items()} == {
        LEDEN: ("unban", SANNE),
        RAAD: ("ban", SANNE),
    }
    assert await audits.last(index, ("ban",), places=(RAAD,), whom=SANNE) == {}
