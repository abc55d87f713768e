"""Documents that become posts: sent in the direct chat, or replied to in a place."""

import asyncio
import re
from pathlib import Path

import pytest

from plein_bot.documents.kinds import kind_of
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.media import media_in
from plein_bot.domain.posts import MARK, Post
from plein_bot.index import drafts, posts
from plein_bot.index.database import Index
from plein_bot.matrix.content import to_html
from tests.commands.test_interruptions import attended, last
from tests.commands.test_polls import a_place
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.rooms import Json
from tests.fakes.square import PLEIN, Square

FIXTURES = Path(__file__).parents[1] / "documents" / "fixtures"
REPORT = (FIXTURES / "verslag.docx").read_bytes()
SHORT = b"# Bezoek aan Woudenberg\n\nWij zagen een **wijkteam**. #jeugdzorg\n"
PAGE = (
    b'<h1>Titel</h1><p>Tekst <img alt="punt" src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAA'
    b'EAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="></p>'
)
LONG = "# Lang verhaal\n\n" + "\n\n".join(f"Alinea {n}: €é veel gezien. " * 20 for n in range(200))


async def sends(person: Person, room: str, name: str, data: bytes) -> EventId:
    return await person.sends_file(room, name, data, "application/octet-stream")


async def asked_what_to_do(square: Square, name: str, data: bytes) -> str:
    """Sanne sends a file in her direct chat."""
    if not square.sanne.chat:
        await square.sanne.asks("help")
    sent = await sends(square.sanne, square.sanne.chat, name, data)
    answer = await square.sanne.is_answered(square.sanne.chat, sent)
    return str(answer["content"]["body"])


async def card_under(square: Square, room: str, reply: str) -> Json:
    content: Json = (await square.sanne.is_answered(room, reply))["content"]
    return content


async def the_post(index: Index, number: int) -> Post:
    async with asyncio.timeout(10):
        post = await index.until(lambda: posts.numbered(index, number))
    assert post
    return post


def said(square: Square, room: str) -> list[Json]:
    return [
        raw["content"]
        for raw in square.homeserver.rooms[RoomId(room)].timeline
        if raw["sender"] == PLEIN.bot and raw["type"] == "m.room.message" and raw["content"]
    ]


async def test_a_document_in_the_chat_becomes_a_post(square: Square) -> None:
    place = await a_place(square)

    asked = await asked_what_to_do(square, "verslag.docx", REPORT)
    assert asked == "Wat wilt u hiermee? 1 Blog 2 Bestand 3 Niets"
    where = await square.sanne.asks("1")
    assert where.startswith("Titel: “Verslag werkbezoek Meersloot”. Waar? 1 Zaanstreek/")
    assert f"{place.full_name} (1 lid)" in where
    number = re.search(rf"(\d) {re.escape(place.full_name)} ", where)
    assert number
    shown = await square.sanne.asks(number[1])
    assert shown.startswith("Zo ziet het eruit:\n\nVerslag werkbezoek Meersloot\n\nOp 12 mei")
    assert shown.endswith("Plaatsen? ja / nee / titel …")
    again = await square.sanne.asks("Titel Naar Meersloot")
    assert again.startswith("Zo ziet het eruit:\n\nNaar Meersloot\n\nOp 12 mei")
    placed = await square.sanne.asks("Ja.")
    assert re.fullmatch(r"Geplaatst: .*\. Wijzigen: `blog wijzig 1`\.", placed)

    post = await the_post(square.index, 1)
    assert (post.title, post.author, post.room) == (
        "Naar Meersloot",
        square.sanne.user_id,
        place.room,
    )
    pictures = re.findall(r"!\[([^\]]*)\]\((mxc://[^)]*)\)", post.text)
    assert [words for words, _ in pictures] == [
        "De werkplaats aan de Havenstraat",
        "Wachttijd per jaar in dagen",
    ]
    stored = [square.homeserver.media[url] for _, url in pictures]
    assert stored == [
        (FIXTURES / name).read_bytes() for name in ("werkplaats.png", "wachttijd.png")
    ]
    assert post.cover == pictures[0][1]
    assert post.summary.startswith("Op 12 mei bezochten wij")
    (shown_there,) = [one for one in said(square, place.room) if MARK in one]
    assert f'<img src="{pictures[0][1]}" alt="De werkplaats' in shown_there["formatted_body"]
    assert not await drafts.of_person(square.index, square.sanne.user_id)
    assert not await drafts.pictures_of(square.index, 1)


async def test_who_stops_halfway_keeps_a_draft(square: Square) -> None:
    await a_place(square)
    await asked_what_to_do(square, "verslag.docx", REPORT)
    await square.sanne.asks("1")
    assert await square.sanne.asks("stop") == "Goed, ik laat het zo."
    shown = await square.sanne.asks("concept toon")
    assert "🖼 De werkplaats aan de Havenstraat" in shown
    assert not posts_in(square)
    await square.sanne.asks("concept weggooien")
    await square.sanne.asks("ja")
    assert not await drafts.pictures_of(square.index, 1)


def posts_in(square: Square) -> list[Json]:
    return [one for room in square.homeserver.rooms for one in said(square, room) if MARK in one]


async def test_who_wants_nothing_with_a_document_hears_no_more(square: Square) -> None:
    await a_place(square)
    asked = await asked_what_to_do(square, "verslag.md", SHORT)
    assert asked.endswith("3 Niets")
    assert await square.sanne.asks("3") == "Goed, ik laat het zo."
    assert not await drafts.of_person(square.index, square.sanne.user_id)


async def test_who_wants_it_as_a_file_hears_where_to_send_it(square: Square) -> None:
    place = await a_place(square)
    await asked_what_to_do(square, "verslag.md", SHORT)
    told = await square.sanne.asks("2")
    assert told.startswith("Stuur het in de groep zelf")
    assert f"{place.full_name} (https://matrix.to/#/{place.room}?via=" in told


async def test_a_report_is_the_same_post_whether_typed_or_sent(square: Square) -> None:
    place = await a_place(square)
    typed = (FIXTURES / "verslag.md").read_text().partition("\n")[2].strip()
    for name in ("werkplaats.png", "wachttijd.png"):
        url = await square.sanne.uploads((FIXTURES / name).read_bytes(), name, "image/png")
        typed = typed.replace(f"({name})", f"({url})")
    line = "!plein blog Verslag werkbezoek Meersloot\n"
    await square.sanne.is_answered(place.room, await square.sanne.says(place.room, line + typed))
    for name in ("verslag.docx", "verslag.odt"):
        file = await sends(square.sanne, place.room, name, (FIXTURES / name).read_bytes())
        reply = await square.sanne.replies(place.room, file, "!plein blog")
        await square.sanne.is_answered(place.room, reply)

    first, docx, odt = [await the_post(square.index, number) for number in (1, 2, 3)]
    assert docx.title == odt.title == first.title
    assert set(docx.tags) == set(odt.tags) == set(first.tags) == {"jeugdhulp", "werkbezoek"}
    assert docx.summary == odt.summary == first.summary
    expected = as_shown(square, first.text)
    assert as_shown(square, docx.text) == expected
    # LibreOffice keeps of code only how it looks.
    assert as_shown(square, odt.text) == expected.replace("code>", "em>")
    for element, n in {"h2": 7, "h3": 4, "table": 2, "a href": 4, "img": 2, "ol": 3}.items():
        assert expected.count(f"<{element}") == n, element


def as_shown(square: Square, text: str) -> str:
    """What people see, with what is in each picture in the place of its address."""
    html = to_html(text)
    for url in re.findall(r"mxc://[^\"]*", html):
        html = html.replace(url, str(hash(square.homeserver.media[url])), 1)
    return html


async def test_a_reply_to_ones_own_file_makes_it_a_post(square: Square) -> None:
    place = await a_place(square, square.peter)
    file = await sends(square.sanne, place.room, "verslag.docx", REPORT)
    reply = await square.sanne.replies(place.room, file, "!plein blog")
    card = await card_under(square, place.room, reply)

    assert card["body"].startswith("Verslag werkbezoek Meersloot\n\n")
    assert card["m.relates_to"]["event_id"] == file
    assert card["m.relates_to"]["rel_type"] == "m.thread"
    assert "<table>" in card["formatted_body"]
    post = await the_post(square.index, card[MARK]["number"])
    assert (post.event, post.author, post.kept, post.by_plein) == (
        file,
        square.sanne.user_id,
        True,
        False,
    )
    assert post.tags == ("jeugdhulp", "werkbezoek")
    assert set(re.findall(r"mxc://[^)]*", post.text)) <= set(square.homeserver.media)

    again = await square.sanne.replies(place.room, file, "!plein blog Nog eens")
    assert (await card_under(square, place.room, again))["body"].startswith("Dat is al blog 1")
    theirs = await square.peter.replies(place.room, file, "!plein blog Van Peter")
    refused = await square.peter.is_answered(place.room, theirs)
    assert "van iemand anders" in refused["content"]["body"]

    assert "concept 2" in await square.sanne.asks("blog wijzig 1")
    await square.sanne.asks("concept tekst Heel kort nu. #kort")
    await square.sanne.asks("concept plaatsen")
    assert await square.sanne.asks("ja") == "Blog 1 is gewijzigd."
    changed = await the_post(square.index, 1)
    assert (changed.text, changed.tags) == ("Heel kort nu. #kort", ("kort",))
    assert "heeft 2 versies" in await square.sanne.asks("blog geschiedenis 1")

    await square.sanne.redacts(place.room, file)

    async def gone() -> bool:
        return await posts.numbered(square.index, 1) is None

    async with asyncio.timeout(10):
        await square.index.until(gone)
        while any("Heel kort" in str(one) for one in said(square, place.room)):
            await square.homeserver.something_happens()


async def test_a_text_that_fits_in_no_event_stands_in_a_file(square: Square) -> None:
    place = await a_place(square)
    await asked_what_to_do(square, "lang.md", LONG.encode())
    where = await square.sanne.asks("1")
    number = re.search(rf"(\d) {re.escape(place.full_name)} ", where)
    assert number
    await square.sanne.asks(number[1])
    await square.sanne.asks("ja")

    post = await the_post(square.index, 1)
    whole = LONG.partition("\n\n")[2].strip()
    assert post.text == whole
    summary, file = said(square, place.room)[-2:]
    assert summary["body"].endswith("hij staat in zijn geheel in het bestand erbij.")
    assert "Alinea 0" in summary["body"]
    media = media_in(file)
    assert media
    assert media.name == "lang-verhaal.md"
    assert kind_of(media.name)
    assert square.homeserver.media[media.url].decode() == f"# Lang verhaal\n\n{whole}\n"

    await square.sanne.asks("blog wijzig 1")
    await square.sanne.asks("concept erbij En nog een slot.")
    await square.sanne.asks("concept plaatsen")
    await square.sanne.asks("ja")
    files = [one for one in map(media_in, said(square, place.room)) if one]
    assert len(files) == 1
    assert square.homeserver.media[files[0].url].decode().endswith("En nog een slot.\n")

    await square.sanne.asks("blog wijzig 1")
    await square.sanne.asks("concept tekst Toch maar kort.")
    await square.sanne.asks("concept plaatsen")
    await square.sanne.asks("ja")
    assert not [one for one in map(media_in, said(square, place.room)) if one]
    await square.sanne.asks("blog titel 1 Kort verhaal")
    assert "Toch maar kort." in said(square, place.room)[-1]["body"]
    await square.sanne.asks("blog intrekken 1")
    await square.sanne.asks("ja")
    assert not posts_in(square)


async def test_the_whole_of_a_long_text_is_shown(square: Square) -> None:
    place = await a_place(square)
    file = await sends(square.sanne, place.room, "lang.md", LONG.encode())
    reply = await square.sanne.replies(place.room, file, "!plein blog")
    card = await card_under(square, place.room, reply)
    assert "in het bestand erbij" in card["body"]
    await the_post(square.index, 1)
    before = len(said(square, square.sanne.chat)) if square.sanne.chat else 0
    await square.sanne.asks("blog toon 1")
    told = "\n\n".join(one["body"] for one in said(square, square.sanne.chat)[before:])
    for n in range(200):
        assert f"Alinea {n}:" in told


@pytest.mark.parametrize(
    ("name", "data", "answer"),
    [
        ("kapot.docx", b"PK\x03\x04niets", "“kapot.docx” is niet te lezen"),
        ("bom.md", b"x" * 30_000_000, "“bom.md” is te groot"),
        ("leeg.md", b"\n\n", "In “leeg.md” staat geen tekst"),
        ("plaatje.md", b"![een foto](mxc://a/b)", "In “plaatje.md” staat geen tekst"),
        ("boek.md", b"woord " * 200_000, "Dit is langer dan een blog"),
        ("foto.png", b"\x89PNG", "Van “foto.png” kan ik geen blog maken"),
    ],
)
async def test_what_cannot_be_a_post_is_told_so(
    square: Square, name: str, data: bytes, answer: str
) -> None:
    place = await a_place(square)
    file = await sends(square.sanne, place.room, name, data)
    reply = await square.sanne.replies(place.room, file, "!plein blog")
    assert (await card_under(square, place.room, reply))["body"].startswith(answer)
    assert not posts_in(square)


async def test_a_title_of_500_characters_stays_in_the_text(square: Square) -> None:
    place = await a_place(square)
    text = f"# {'heel ' * 100}\n\nEn dan de tekst."
    file = await sends(square.sanne, place.room, "mijn_verslag.md", text.encode())
    reply = await square.sanne.replies(place.room, file, "!plein blog")
    card = await card_under(square, place.room, reply)
    assert card[MARK]["title"] == "mijn verslag"
    post = await the_post(square.index, 1)
    assert post.text.startswith("heel heel")
    assert post.text.endswith("En dan de tekst.")


async def test_pictures_from_elsewhere_are_left_out_with_a_word_about_it(square: Square) -> None:
    place = await a_place(square)
    await square.sanne.asks("help")
    page = b'<h1>Titel</h1><p>Tekst <img src="https://elders.example/volg.png" alt="een foto"></p>'
    file = await sends(square.sanne, place.room, "pagina.html", page)
    reply = await square.sanne.replies(place.room, file, "!plein blog")
    card = await card_under(square, place.room, reply)
    assert "elders.example" not in str(card)
    told = await square.sanne.hears(
        square.sanne.chat, lambda raw: "weggelaten" in str(raw["content"].get("body"))
    )
    assert told["content"]["body"].startswith("Eén afbeelding heb ik weggelaten")
    assert (await asked_what_to_do(square, "pagina.html", page)).startswith("Wat wilt u")
    assert (await square.sanne.asks("1")).startswith("Eén afbeelding heb ik weggelaten")


async def test_who_is_no_member_of_the_chat_gets_no_document_of_it(square: Square) -> None:
    await a_place(square, square.peter)
    await square.peter.asks("help")
    await square.sanne.asks("help")
    sent = await sends(square.sanne, square.sanne.chat, "verslag.md", SHORT)
    told = await square.peter.asks(f"blog van {sent}")
    assert told.startswith("Ik vind daar geen document")
    link = f"https://matrix.to/#/{square.sanne.chat}/{sent}?via=x"
    assert (await square.sanne.asks(f"blog van {link}")).startswith("Titel: “Bezoek aan Wouden")


async def test_an_address_that_the_homeserver_forgot_is_asked_for_anew(square: Square) -> None:
    place = await a_place(square)
    await asked_what_to_do(square, "pagina.html", PAGE)
    await square.sanne.asks("1")
    [draft] = await drafts.of_person(square.index, square.sanne.user_id)
    await drafts.addressed(square.index, draft.number, 1, "mxc://plein.test/forgotten")

    told = await square.sanne.asks(f"concept plaatsen {draft.number} --plek {place.path}")
    assert "Plaatsen?" in told, told
    assert "Geplaatst" in await square.sanne.asks("ja")

    [url] = re.findall(r"mxc://[^)]*", (await the_post(square.index, 1)).text)
    assert url != "mxc://plein.test/forgotten"
    assert square.homeserver.media[url].startswith(b"\x89PNG")


async def test_a_document_in_the_chat_interrupted(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        place = await a_place(square)
        await square.sanne.opens_chat()
        await attended(square)
        sent = await sends(square.sanne, square.sanne.chat, "pagina.html", PAGE)
        await attended(square)
        await square.sanne.says(square.sanne.chat, f"blog van {sent}")
        await attended(square)
        await square.sanne.says(square.sanne.chat, f"concept plaatsen 1 --plek {place.path}")
        await attended(square)
        await square.sanne.says(square.sanne.chat, "ja")
        return await last(square)

    await survives_every_interruption(squares, scene)


async def test_a_reply_to_a_file_interrupted(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        place = await a_place(square)
        file = await sends(square.sanne, place.room, "lang.md", LONG.encode())
        await attended(square)
        await square.sanne.replies(place.room, file, "!plein blog")
        return await last(square)

    await survives_every_interruption(squares, scene)
