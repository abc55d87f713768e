"""Coming in by a link, interrupted at any step: once, and with nothing left over."""

import pytest

from plein_bot.actions import acceptances, registrations
from plein_bot.domain import invitations as rules
from plein_bot.domain.ids import UserId
from tests.commands.test_interruptions import attended, typed
from tests.commands.test_invitations import JAN, poelenburg
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.registrar import FakeRegistrar
from tests.fakes.square import Square

TOKEN, FORM = "always-the-same-token", "form"


@pytest.fixture(autouse=True)
def _one_token(monkeypatch: pytest.MonkeyPatch) -> None:
    # Else the names of the accounts were different each time.
    monkeypatch.setattr(rules, "new_token", lambda: TOKEN)


async def with_a_link(square: Square) -> None:
    await poelenburg(square)
    await typed(square, f"uitnodigen poelenburg {JAN} --tekst Welkom", "hulp")
    await attended(square)


async def test_an_account_that_is_invited(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await with_a_link(square)
        fatima = UserId("@fatima:plein.test")

        async def deed() -> None:
            await acceptances.accept(square.acts, TOKEN, fatima, FORM)

        return deed

    assert await survives_every_interruption(squares, scene) > 4


async def test_an_account_that_is_made(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await with_a_link(square)
        square.registrar = FakeRegistrar(square.homeserver)

        async def deed() -> None:
            password = "paard fiets maan"
            await registrations.register(
                square.acts, TOKEN, "Vrolijke Merel", password, FORM, "Plein"
            )

        return deed

    assert await survives_every_interruption(squares, scene) > 6
