"""Another password, by a link to the address that the invitation came to."""

import re

import pytest

from plein_bot.domain.places import Place
from plein_bot.web import passwords
from tests.commands.test_invitations import JAN, invited, letters
from tests.fakes.registrar import FakeRegistrar
from tests.fakes.square import Square
from tests.web.browsing import Browser, seal_in
from tests.web.test_accounts import PASSWORD, publiek, registers, registrar, square
from tests.web.test_invitations import _nobody_came_before, mailed
from tests.web.visiting import Visitor

__all__ = ["_nobody_came_before", "publiek", "registrar", "square"]

NEW = "kaas regen trapgevel"


@pytest.fixture(autouse=True)
def _nobody_asked_before() -> None:
    passwords.ASKED._left.clear()


async def asks(browser: Browser, address: str) -> str:
    page = await browser.reads("/wachtwoord")
    said = await browser.sends("/wachtwoord", {"seal": seal_in(page), "address": address})
    assert said.status == 200
    return said.text


async def links(square: Square) -> list[str]:
    found = (re.search(r"/wachtwoord/\S+", mail.text) for mail in await letters(square))
    return [one[0] for one in found if one]


async def test_an_address_that_made_an_account_gets_a_link_that_works_once(
    square: Square, visitor: Visitor, publiek: Place, registrar: FakeRegistrar
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)
    await registers(browser, path, await browser.reads(path))
    (user,) = registrar.passwords

    said = await asks(browser, JAN)
    assert await asks(browser, "niemand@voorbeeld.example") == said
    (link,) = await links(square)
    for _ in range(2):
        page = await visitor.reads(link)
    assert user in page
    assert registrar.passwords == {user: PASSWORD}
    page = await browser.reads(link)
    for weak in ("welkom123", "VrolijkeMerel1"):
        refused = await browser.sends(link, {"seal": seal_in(page), "password": weak})
        assert refused.status == 422
    done = await browser.sends(link, {"seal": seal_in(page), "password": NEW})

    assert (done.status, NEW in done.text) == (200, False)
    assert registrar.passwords == {user: NEW}
    again = await browser.sends(link, {"seal": seal_in(page), "password": "iets heel anders"})
    assert again.status == 404
    assert registrar.passwords == {user: NEW}


async def test_somebody_who_asks_for_others_fills_no_mailbox(
    square: Square, visitor: Visitor, publiek: Place, registrar: FakeRegistrar
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)
    await registers(browser, path, await browser.reads(path))

    for _ in range(5):
        await asks(browser, JAN)

    assert len(await links(square)) == 3


async def test_a_link_that_was_guessed_leads_nowhere(square: Square, visitor: Visitor) -> None:
    assert (await visitor.sees("/wachtwoord/gok")).status == 404
