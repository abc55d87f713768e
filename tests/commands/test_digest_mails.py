"""Digests by mail that waited, and what is in none."""

from datetime import UTC, datetime, timedelta

from plein_bot.actions import digest_mails, digests
from plein_bot.index import addresses, mails
from plein_bot.locale import language
from tests.commands.test_digests import A_WEEK, a_week_passes, begins
from tests.commands.test_indexing import opens, sends_file, turned_on
from tests.commands.test_search import a_place, blog, bring
from tests.fakes.square import Square


async def test_what_waited_is_told_as_its_readers_may_read_it_when_it_goes(square: Square) -> None:
    place = await a_place(square)
    for person in (square.joost, square.peter, square.fatima):
        await bring(square, person, place.root, place)
    moment = datetime.now(UTC)
    await addresses.prove(square.index, square.peter.user_id, "peter@voorbeeld.example", moment)
    await begins(square)
    kept_post = await blog(square.sanne, place, "Bezoek", "Wij waren bij de haven.")
    gone = await blog(square.sanne, place, "Ingetrokken", "Toch niet.")
    await square.homeserver.settled()
    later = datetime.now(UTC) + A_WEEK
    await digests.send_due(square.acts, later, language)
    waiting = await mails.due(square.index, later)
    assert {one.address.partition("@")[0] for one in waiting} == {"joost", "peter"}
    soon, late = later + timedelta(minutes=1), later + timedelta(hours=1)
    assert (await mails.digest_counts(square.index, later - A_WEEK)).waiting == 2

    assert await digest_mails.at_last(
        square.acts, waiting, soon, language, is_behind=False
    ) == list(waiting)
    assert not await digest_mails.at_last(square.acts, waiting, soon, language, is_behind=True)
    assert await mails.due(square.index, soon) == ()
    await square.sanne.redacts(place.room, gone)
    for room in (place.room, place.root.room):
        await square.sanne.removes(room, square.peter.user_id)
    await addresses.prove(square.index, square.joost.user_id, "jb@zaanstad.example", later)
    waiting = await mails.due(square.index, late)
    [mail] = await digest_mails.at_last(square.acts, waiting, late, language, is_behind=False)

    assert "Bezoek" in mail.text
    assert "Ingetrokken" not in mail.text + mail.html
    assert mail.address == "jb@zaanstad.example"
    [kept] = [one for one in waiting if one.cause == mail.cause]
    assert (mail.message_id, mail.unsubscribe) == (kept.message_id, kept.unsubscribe)
    assert [one.cause for one in await mails.due(square.index, late)] == [mail.cause]
    await square.sanne.redacts(place.room, kept_post)
    assert not await digest_mails.at_last(square.acts, [kept], late, language, is_behind=False)
    assert await mails.due(square.index, late) == ()


async def test_what_is_encrypted_is_in_no_digest_also_where_it_can_be_searched(
    square: Square,
) -> None:
    place = await turned_on(square)
    await begins(square)
    await sends_file(square.sanne, place.room, "rapport.txt", b"geheim")
    await square.sanne.seals(place.room, "geheim")
    await opens(square)

    assert "joost" not in await a_week_passes(square)
