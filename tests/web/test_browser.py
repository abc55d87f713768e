"""The pages in a real browser: for everybody, also without a mouse, a screen or JavaScript."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from plein_bot.actions import digests, mailbox_confirmations
from plein_bot.actions.digest_mails import unsubscribe_link
from plein_bot.domain.mailboxes import Mailed
from plein_bot.domain.places import Joining, Visibility
from plein_bot.index import mails
from plein_bot.locale import language
from tests import browsers
from tests.commands.conftest import at_desk
from tests.commands.test_polls import asks, votes
from tests.conftest import opened
from tests.fakes.mailboxes import FakeMailboxes
from tests.fakes.registrar import FakeRegistrar
from tests.fakes.square import Square, square_on
from tests.web.test_media import attaches
from tests.web.visiting import Visitor, blogs, open_place, visiting

POST = "/s/poelenburg/publiek/p/drie-plannen"
PAGES = (
    *("/", "/?letter=w", "/s/poelenburg", "/s/poelenburg/publiek", POST, "/zoek"),
    *("/s/poelenburg/publiek/p/speelplek", "/zoek?q=plannen", "/zoek?q=onbestaand"),
    *("/toegankelijkheid", "/privacy", "/nergens", "/wachtwoord", "/wachtwoord/gok"),
)
TEXT = """U stuurde ideeën in. #plein

### Een kop die een trap overslaat

| plan | wat |
|---|---|
| Groen | bomen, gras en een vijver met een heelerglangwoorddatnietpast |

> Een plein is van iedereen.

`code` en een [koppeling](https://example.org)

```
een regel code die veel te lang is om op een telefoon op een regel te passen, en toch past zij
```

# Nog een kop

![]({picture}) ![Het plein]({picture})
"""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True)
class Scene:
    browser: Browser
    square: Square
    visitor: Visitor
    invitation: str
    mailed: tuple[str, str]


@pytest.fixture(scope="module")
async def scene(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    """One browser for all, on a square with something of everything."""
    if reason := browsers.missing():
        pytest.skip(reason)
    path = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("square") / "index.db")
    with pytest.MonkeyPatch.context() as patch:
        # So that there are letters and pages with a few subsites.
        patch.setattr("plein_bot.web.square.FEW", 3)
        patch.setattr("plein_bot.web.square.PER_PAGE", 4)
        async with _scene(str(path)) as scene:
            yield scene


@asynccontextmanager
async def _scene(path: str) -> AsyncIterator[Scene]:
    async with (
        opened(f"sqlite+aiosqlite:///{path}") as index,
        square_on(index) as square,
        at_desk(square),
        visiting(square) as visitor,
        browsers.running() as browser,
    ):
        await _fill(square)
        square.registrar = FakeRegistrar(square.homeserver)
        square.mailboxes = FakeMailboxes(square.homeserver)
        visitor.site.house = replace(visitor.site.house, acts=square.acts)
        told = await square.sanne.asks("uitnodigen link poelenburg --keer 9 --tekst Denk mee")
        invitation = "/i/" + told.partition("/i/")[2].split()[0]
        await digests.enrol(square.acts, datetime.now(UTC))
        link = unsubscribe_link(square.acts, 1) or ""
        unsubscribing = link.removeprefix(square.acts.plein.web or "")
        assert (await visitor.sees(unsubscribing, "POST")).status == 200
        confirming = await _asks_to_confirm(square, invitation.removeprefix("/i/"))
        yield Scene(browser, square, visitor, invitation, (unsubscribing, confirming))


async def _asks_to_confirm(square: Square, token: str) -> str:
    """The page that somebody's mail leads to who gave an address on that of the invitation."""
    chosen = ("jan@voorbeeld.example", "Merel", Mailed.EACH, "form", "Plein", language("nl"))
    await mailbox_confirmations.ask(square.acts, token, *chosen)
    [mail] = await mails.due(square.index, datetime.now(UTC))
    return "/i/mail/" + mail.text.partition("/i/mail/")[2].split()[0]


async def _fill(square: Square) -> None:
    place = await open_place(square)
    await square.fatima.joins(place.room)
    await square.sanne.asks("instellen poelenburg onderwerp Denk mee over uw wijk")
    picture = square.homeserver.media.keep(PIXEL)
    text = TEXT.format(picture=picture)
    post = await blogs(square, square.sanne, place, "Drie plannen", text)
    await square.sanne.asks("blog uitlichten 1")
    await square.fatima.comments(place.room, post, "# Graag **groen**.\n\n> met banken")
    await square.fatima.reacts(place.room, post, "👍")
    await attaches(square, square.sanne, place, post, "tekening.pdf", b"%PDF")
    thread = {"m.relates_to": {"rel_type": "m.thread", "event_id": post}}
    poll = await asks(square.sanne, place.room, "groen", "spelen", more=thread)
    await votes(square.fatima, place.room, poll, "groen")
    await blogs(square, square.sanne, place, "Speelplek --meedenken over 2 weken", "Wat wilt u?")
    for number in range(5):
        await square.subsite(f"Wijk {number}", Visibility.PUBLIC, Joining.OPEN)


# Of each two of these three, every mix is there.
@pytest.mark.parametrize(
    ("code", "scheme", "width"),
    [("nl", "light", 360), ("nl", "dark", 1200), ("en", "light", 1200), ("en", "dark", 360)],
)
async def test_nobody_is_shut_out_by_how_a_page_is_made(
    scene: Scene, code: str, scheme: str, width: int
) -> None:
    context = await scene.browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 800},
        locale=code,
    )
    page = await context.new_page()
    elsewhere: list[str] = []
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith(scene.visitor.address) else elsewhere.append(asked.url)
        ),
    )
    shut: list[str] = []
    page.on("console", lambda said: shut.append(said.text) if "Policy" in said.text else None)
    found = {}
    unsubscribing, confirming = scene.mailed
    again = unsubscribing.replace("afmelden", "aanmelden")
    # They are made as the others; each scheme and language once is enough.
    mailed = (unsubscribing, again, confirming) if width == 360 else ()
    for path in (*PAGES, scene.invitation, "/i/gok", *mailed):
        await page.goto(scene.visitor.address + path)
        assert await page.locator("html").get_attribute("lang") == code
        found[path] = await browsers.violations(page)
        if await page.evaluate("document.documentElement.scrollWidth") > width:
            found[path].append("it is wider than the screen")
    await context.close()

    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert elsewhere == []
    assert shut == []


async def test_without_javascript_and_without_a_mouse_one_gets_everywhere(scene: Scene) -> None:
    context = await scene.browser.new_context(java_script_enabled=False, locale="nl")
    page = await context.new_page()
    await page.goto(scene.visitor.address)

    await page.keyboard.press("Tab")
    assert await _focused(page) == "Naar de inhoud"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.type("plannen")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/zoek?q=plannen")
    await _tab_to(page, "Drie plannen")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{POST}")
    assert await page.locator("h1").inner_text() == "Drie plannen"
    await _tab_to(page, "English")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{POST}?taal=en")
    await _tab_to(page, "Poelenburg")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/s/poelenburg?taal=en")
    assert "Who runs it" in await page.locator("main").inner_text()
    await context.close()


async def test_an_invited_citizen_needs_no_javascript_and_no_mouse(scene: Scene) -> None:
    context = await scene.browser.new_context(java_script_enabled=False, locale="nl")
    page = await context.new_page()
    await page.goto(scene.visitor.address + scene.invitation)

    account = page.get_by_role("region", name="Maak hier een account voor mij")
    name = account.get_by_label("De naam die anderen zien")
    await name.focus()
    await page.keyboard.type("Vrolijke Merel")
    await page.keyboard.press("Tab")
    await page.keyboard.type("wachtwoord12")
    await page.keyboard.press("Enter")
    assert "makkelijk te raden" in await page.get_by_role("alert").inner_text()
    assert await name.input_value() == "Vrolijke Merel"
    await account.get_by_label("Een wachtwoord").focus()
    await page.keyboard.type("paard fiets maan")
    await page.keyboard.press("Enter")

    await page.get_by_role("heading", name="Uw account is klaar").wait_for()
    assert "@deelnemer-" in await page.locator("main").inner_text()
    await context.close()


async def _focused(page: Page) -> str:
    return await page.locator(":focus").inner_text()


async def _tab_to(page: Page, name: str) -> None:
    passed: list[str] = []
    for _ in range(80):
        await page.keyboard.press("Tab")
        passed.append(await _focused(page))
        if passed[-1] == name:
            return
    raise AssertionError(f"nobody gets to {name!r} with the keyboard: {passed}")


async def test_on_paper_there_is_only_what_can_be_read(scene: Scene) -> None:
    page = await scene.browser.new_page()
    await page.emulate_media(media="print")
    await page.goto(scene.visitor.address + POST)

    assert await page.locator("h1").is_visible()
    for nowhere in (".bottom", ".trail", ".button", ".languages"):
        assert not await page.locator(nowhere).first.is_visible()
    await page.close()


async def test_what_shuts_people_out_would_be_found(scene: Scene) -> None:
    page = await scene.browser.new_page()
    await page.set_content('<p style="color:#bbb">grijs</p><img src="x">')

    found = " ".join(await browsers.violations(page))

    assert "image-alt" in found
    assert "color-contrast" in found
    await page.close()
