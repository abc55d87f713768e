"""Making an account by an invitation, and being in at once."""

import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from plein_bot.domain.accounts import LOCALPART
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import UserId
from plein_bot.domain.invitations import InvitationState
from plein_bot.domain.places import Place
from plein_bot.index import addresses, audits
from plein_bot.index.database import Index
from plein_bot.index.tables import Table
from tests.commands.conftest import at_desk
from tests.commands.test_invitations import JAN, invited, poelenburg
from tests.fakes.registrar import FakeRegistrar
from tests.fakes.square import Square, square_on
from tests.web.browsing import Browser
from tests.web.test_invitations import _nobody_came_before, invitation_of, mailed, sends
from tests.web.visiting import Page, Visitor

__all__ = ["_nobody_came_before"]

PASSWORD = "paard fiets maan"


@pytest.fixture
async def square(index: Index) -> AsyncIterator[Square]:
    async with square_on(index) as square:
        square.registrar = FakeRegistrar(square.homeserver)
        async with at_desk(square):
            yield square


@pytest.fixture
def registrar(square: Square) -> FakeRegistrar:
    assert isinstance(square.registrar, FakeRegistrar)
    return square.registrar


@pytest.fixture
async def publiek(square: Square) -> Place:
    return await square.group(await poelenburg(square), "publiek")


async def registers(browser: Browser, path: str, page: str, **fields: str) -> Page:
    """Fill in the form for a new account."""
    form = page.partition('action="' + path + "/account")[2]
    hidden = dict(re.findall(r'name="(seal|once)" value="([^"]+)"', form)[:2])
    filled = {"name": "Vrolijke Merel", "password": PASSWORD} | fields
    return await browser.sends(f"{path}/account", {**hidden, **filled})


def members_of(square: Square, place: Place) -> list[UserId]:
    room = square.homeserver.room(place.room)
    users = [UserId(key) for kind, key in room.state if kind == "m.room.member"]
    return [one for one in users if room.membership(one) is Membership.JOIN]


async def test_a_citizen_makes_an_account_and_is_in(
    square: Square, visitor: Visitor, publiek: Place, registrar: FakeRegistrar
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)
    page = await browser.reads(path)

    done = await registers(browser, path, page)

    (user,) = registrar.passwords
    assert user.startswith(f"@{LOCALPART}")
    assert (done.status, user in done.text) == (200, True)
    assert user in members_of(square, publiek)
    assert square.homeserver.names[user] == "Vrolijke Merel"
    heard = await square.sanne.hears(
        square.sanne.chat, lambda raw: "aangenomen" in str(raw["content"].get("body"))
    )
    assert f"als Vrolijke Merel ({user})" in heard["content"]["body"]
    assert await invitation_of(square) in (InvitationState.OPENED, InvitationState.ACCEPTED)
    again = await registers(browser, path, page)
    assert (again.status, list(registrar.passwords)) == (200, [user])
    assert (await registers(Browser(visitor), path, page)).status == 403
    for action in ("account.create", "account.enter"):
        sanne = square.sanne.user_id
        assert await audits.count_today(square.index, sanne, action, but="") == 1


async def test_the_password_stands_nowhere(
    square: Square,
    visitor: Visitor,
    publiek: Place,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)
    page = await browser.reads(path)
    with caplog.at_level(logging.DEBUG):
        bad = await registers(browser, path, page, name="@")
        done = await registers(browser, path, bad.text)

    assert (bad.status, done.status) == (422, 200)
    assert PASSWORD not in bad.text + done.text + caplog.text
    async with square.index.reading() as session:
        for table in Table.metadata.sorted_tables:
            for row in await session.execute(text(f"SELECT * FROM {table.name}")):
                assert PASSWORD not in str(row), table.name


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"password": "kort"}, "te kort"),
        ({"password": "wachtwoord123"}, "makkelijk te raden"),
        ({"password": "Poelenburg2026"}, "makkelijk te raden"),
        ({"name": ""}, "Kies een naam"),
        ({"name": "Plein"}, "Kies een andere naam"),
    ],
)
async def test_what_will_not_do_is_said_in_clear_words(
    square: Square,
    visitor: Visitor,
    publiek: Place,
    registrar: FakeRegistrar,
    fields: dict[str, str],
    why: str,
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)

    wrong = await registers(browser, path, await browser.reads(path), **fields)

    assert (wrong.status, why in wrong.text) == (422, True)
    assert not registrar.passwords
    assert await invitation_of(square) is InvitationState.SENT
    assert (await registers(browser, path, wrong.text)).status == 200


async def test_a_homeserver_that_does_not_answer_costs_nothing(
    square: Square, visitor: Visitor, publiek: Place, registrar: FakeRegistrar
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)
    registrar.away = True

    later = await registers(browser, path, await browser.reads(path))

    assert (later.status, "over een paar minuten" in later.text) == (422, True)
    registrar.away = False
    assert (await registers(browser, path, later.text)).status == 200


async def test_where_another_service_signs_people_in_that_is_said(
    square: Square, visitor: Visitor, publiek: Place, registrar: FakeRegistrar
) -> None:
    await invited(square)
    registrar.with_passwords = False

    page = await visitor.reads(await mailed(square))

    assert "meldt men zich aan met een andere dienst" in page
    assert "/account" not in page


async def test_no_account_is_offered_where_citizens_have_no_place(
    square: Square, visitor: Visitor
) -> None:
    await square.subsite()
    await square.sanne.asks("uitnodigen zaanstreek nieuw@zaanstad.example --tekst Kom")

    page = await visitor.reads(await mailed(square))

    assert "Ik heb een Matrix-account" in page
    assert "/account" not in page


async def test_whoever_was_shut_out_does_not_come_back_by_their_address(
    square: Square, visitor: Visitor, publiek: Place, registrar: FakeRegistrar
) -> None:
    await addresses.prove(square.index, square.fatima.user_id, JAN, datetime.now(UTC))
    await square.sanne.asks("verban poelenburg @fatima:plein.test")
    await square.sanne.asks("ja")
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)

    late = await registers(browser, path, await browser.reads(path))

    assert late.status == 404
    assert not registrar.passwords


async def test_nobody_is_let_in_by_whoever_says_that_an_account_is_theirs(
    square: Square, visitor: Visitor, publiek: Place, registrar: FakeRegistrar
) -> None:
    told = await square.sanne.asks("uitnodigen link poelenburg --keer 5")
    path = "/i/" + told.partition("/i/")[2].split()[0].rstrip(").")
    browser = Browser(visitor)
    page = await browser.reads(path)
    assert (await sends(browser, path, square.joost.user_id, page)).status == 200

    done = await registers(browser, path, page)

    assert done.status == 200
    assert square.joost.user_id not in done.text
    assert publiek.subsite
    space = square.homeserver.room(publiek.subsite.room)
    assert space.membership(square.joost.user_id) is Membership.INVITE
    (made,) = registrar.passwords
    assert made in members_of(square, publiek)
    # Nor does it tell who is in already, or let the reserve account in.
    member = await sends(Browser(visitor), path, square.sanne.user_id)
    assert (member.status, "doet al mee" in member.text) == (200, False)
    assert (await sends(Browser(visitor), path, str(square.acts.plein.reserve))).status == 422


async def test_whoever_was_shut_out_makes_no_second_account_by_their_address(
    square: Square, visitor: Visitor, publiek: Place, registrar: FakeRegistrar
) -> None:
    await invited(square)
    path, browser = await mailed(square), Browser(visitor)
    await registers(browser, path, await browser.reads(path))
    (user,) = registrar.passwords
    await square.sanne.asks(f"verban poelenburg/publiek {user}")
    await square.sanne.asks("ja")
    assert square.homeserver.room(publiek.room).membership(user) is Membership.BAN
    await invited(square)

    again = await mailed(square)
    over = await registers(browser, again, await browser.reads(again))

    assert (over.status, list(registrar.passwords)) == (404, [user])
