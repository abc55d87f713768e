"""What people do to posts by mistake, at the wrong moment, or without the right."""

import asyncio

from plein_bot.domain.drafts import EXPIRE
from plein_bot.domain.ids import EventId
from plein_bot.domain.places import Posting
from plein_bot.domain.posts import MARK, Post
from plein_bot.index import drafts, places, post_events, posts, timers
from tests.commands.test_documents import posts_in, said
from tests.commands.test_polls import a_place
from tests.fakes.people import Person
from tests.fakes.rooms import Json
from tests.fakes.square import PLEIN, Square


async def posted(square: Square, person: Person, room: str, title: str, text: str) -> EventId:
    event = await person.says(room, f"!plein blog {title}\n{text}")
    await person.is_answered(room, event)
    await standing(square, event, title=title)
    return event


async def standing(square: Square, event: EventId, **facts: object) -> Post:
    async def found() -> Post | None:
        post = await posts.of_event(square.index, event)
        right = post and all(getattr(post, name) == value for name, value in facts.items())
        return post if right else None

    async with asyncio.timeout(20):
        post = await square.index.until(found)
    assert post
    return post


async def gone(square: Square, number: int) -> None:
    async def is_gone() -> bool:
        return await posts.numbered(square.index, number) is None

    async with asyncio.timeout(20):
        await square.index.until(is_gone)


def last_card(square: Square, room: str) -> Json:
    card: Json = [one for one in said(square, room) if MARK in one][-1]
    return card


async def test_ten_edits_in_a_second_end_with_the_last(square: Square) -> None:
    place = await a_place(square)
    event = await posted(square, square.sanne, place.room, "Nul", "Tekst 0")
    for n in range(1, 11):
        await square.sanne.edits(place.room, event, f"!plein blog Titel {n}\nTekst {n} #nr{n}")

    post = await standing(square, event, title="Titel 10", tags=("nr10",))
    assert post.text == "Tekst 10 #nr10"
    assert len(await post_events.revisions(square.index, post)) == 11
    assert last_card(square, place.room)["m.new_content"][MARK]["title"] == "Titel 10"
    assert "heeft 11 versies" in await square.sanne.asks("blog geschiedenis 1")


async def test_a_withdrawn_post_is_not_edited(square: Square) -> None:
    place = await a_place(square)
    event = await posted(square, square.sanne, place.room, "Weg", "Tekst")
    await square.sanne.redacts(place.room, event)
    await gone(square, 1)

    await square.sanne.edits(place.room, event, "!plein blog Toch weer\nTekst")
    assert (await square.sanne.asks("blog wijzig 1")).startswith("Ik ken geen blog “1”")
    assert (await square.sanne.asks("blog titel 1 Toch")).startswith("Ik ken geen blog “1”")
    assert not posts_in(square)


async def test_what_was_to_replace_a_withdrawn_post_stays_a_draft(square: Square) -> None:
    place = await a_place(square)
    assert "Zo ziet het eruit" in await square.sanne.asks(f"blog Titel --plek {place.path}\nTekst")
    await square.sanne.asks("ja")
    await square.sanne.asks("blog wijzig 1")
    await square.sanne.asks("concept tekst Beter")
    assert "In plaats van blog 1 zetten?" in await square.sanne.asks("concept plaatsen")
    post = await posts.numbered(square.index, 1)
    assert post
    square.homeserver.room(place.room).redacts(PLEIN.bot, post.event, EventId("$elsewhere"))
    await square.homeserver.settled()
    await gone(square, 1)

    assert (await square.sanne.asks("ja")).startswith("Ik ken geen blog “1”")
    (draft,) = await drafts.of_person(square.index, square.sanne.user_id)
    assert draft.text == "Beter"


async def test_who_may_not_start_anything_posts_nowhere(square: Square) -> None:
    place = await a_place(square, square.peter)
    await square.sanne.asks(f"instellen {place.path} plaatsen schrijvers")
    await square.sanne.asks("ja")

    async def only_authors() -> bool:
        now = await places.of_room(square.index, place.room)
        return bool(now and now.settings.posting is Posting.AUTHORS)

    async with asyncio.timeout(20):
        await square.index.until(only_authors)
    told = await square.peter.asks(f"blog Titel --plek {place.path}\nTekst")
    assert told.startswith(f"In {place.full_name} plaatsen alleen gekozen schrijvers")
    told = await square.fatima.asks(f"blog Titel --plek {place.path}\nTekst")
    assert "Ik ken geen plek" in told
    assert "Er is geen groep waar u een blog" in await square.fatima.asks("blog Titel\nTekst")
    assert not posts_in(square)


async def test_a_draft_remembers_where_it_goes_and_until_when(square: Square) -> None:
    place = await a_place(square)
    assert (await square.sanne.asks(f"concept plek {place.path}")).startswith("U hebt geen concept")
    await square.sanne.asks("concept nieuw Titel\nTekst")
    told = await square.sanne.asks(f"concept plek {place.path}")
    assert told == f"Concept 1 is voor {place.full_name}."
    assert "Ik ken geen plek" in await square.sanne.asks("concept plek nergens")
    assert "voorbij" in await square.sanne.asks("concept tot 2020-01-01")
    assert (await square.sanne.asks("concept tot over 2 weken")).startswith("Eenmaal geplaatst")
    shown = await square.sanne.asks("concept plaatsen")
    assert f"Voor: {place.full_name}" in shown
    assert "Hij verdwijnt op" in shown
    await square.sanne.asks("ja")
    assert [timer.kind for timer in await timers.of_kind(square.index, EXPIRE)] == [EXPIRE]
