"""Signing in in a real browser, and the pages that only who is signed in sees."""

import pytest

from tests import browsers
from tests.commands.test_consultations import closed
from tests.fakes.square import Square
from tests.web.browsing import link_for
from tests.web.test_browser import Scene, _tab_to, scene

__all__ = ["scene"]

OUTCOME = "Er komt een **schommel**.\n\n- in het voorjaar\n- met banken"


async def test_signing_in_and_out_needs_no_mouse_and_no_javascript(scene: Scene) -> None:
    context = await scene.browser.new_context(java_script_enabled=False, locale="nl")
    page = await context.new_page()
    path = await link_for(scene.square.sanne)
    await page.goto(scene.visitor.address + path)
    await _tab_to(page, "Aanmelden")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{scene.visitor.address}/")
    assert await page.get_by_role("heading", name="Waar u meedoet").is_visible()

    await page.goto(scene.visitor.address + path)
    assert await page.get_by_role("heading", name="Deze link werkt niet meer").is_visible()
    await page.go_back()
    await _tab_to(page, "Afmelden")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Afmelden").wait_for(state="detached")
    assert await context.cookies() == []
    await context.close()


@pytest.mark.parametrize(("code", "scheme", "width"), [("nl", "dark", 360), ("en", "light", 1200)])
async def test_nobody_is_shut_out_of_what_is_theirs(
    scene: Scene, code: str, scheme: str, width: int
) -> None:
    await _with_an_outcome(scene.square)
    context = await scene.browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 800},
        locale=code,
    )
    page = await context.new_page()
    link = await link_for(scene.square.sanne)
    found = {}
    pages = (
        *(link, "/", "/s/poelenburg", "/s/poelenburg/publiek", "/bestanden/poelenburg", link),
        "/s/poelenburg/publiek/p/speelplek",
    )
    for number, path in enumerate(pages):
        await page.goto(scene.visitor.address + path)
        wrong = await browsers.violations(page)
        if await page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append("it is wider than the screen")
        found[f"{number} {path}"] = wrong
        if number == 0:
            await page.locator("main button").click()
    await context.close()

    assert {path: wrong for path, wrong in found.items() if wrong} == {}


async def _with_an_outcome(square: Square) -> None:
    """Of the second post people were told what was done with what they said."""
    await square.sanne.asks("blog sluiten 2")
    await closed(square, 2)
    await square.sanne.asks(f"blog uitkomst 2\n{OUTCOME}")
