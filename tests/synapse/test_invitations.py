"""Citizens come in by the link in a mail, on a real homeserver."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page

from plein_bot.demo.mailboxes import Mailbox
from plein_bot.domain.invitations import InvitationState
from plein_bot.index import invitations
from tests import browsers
from tests.synapse.conftest import Plein, running, says, settings_on
from tests.synapse.harness import Synapse
from tests.synapse.people import Person
from tests.synapse.square import ZAANSTAD, organisations, somebody_of
from tests.synapse.strangers import Json

PASSWORD = "paard fiets maan"
_NUMBERS = itertools.count()


@pytest.fixture
async def plein(synapse: Synapse, tmp_path: Path, port: int) -> AsyncIterator[Plein]:
    mail = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "plein@plein.example"}
    server: dict[str, object] = {"admin_token": synapse.admin.token, "accounts": True}
    settings = await settings_on(synapse, tmp_path, mail=mail, homeserver=server)
    async with running(settings) as plein:
        await organisations(plein)
        await plein.parts.server.listening.wait()
        yield plein


@pytest.fixture
async def sanne(synapse: Synapse, plein: Plein) -> Person:
    """She owns the public subsite Ilpenveld."""
    sanne = await somebody_of(ZAANSTAD, synapse, plein, "sanne", "Sanne de Vries")
    # The tests share a homeserver, on which an address is given out once.
    options = f"--zichtbaarheid openbaar --deelname vrij --kort ilpenveld-{next(_NUMBERS)}"
    made = await says(sanne, plein, f"deelsite nieuw Ilpenveld {options}")
    assert "Klaar" in made
    return sanne


@dataclass
class Citizen:
    """Somebody with a browser without JavaScript, whose mail is scanned before they read it."""

    http: aiohttp.ClientSession
    cookies: dict[str, str] = field(default_factory=dict)

    async def opens(self, mail: EmailMessage) -> tuple[str, str]:
        """The link, and its page; the scanner has been there twice."""
        part = mail.get_body(("plain",))
        assert part
        found = re.search(r"http://\S+/(?:i|wachtwoord)/\S+", part.get_content())
        assert found
        for _ in range(2):
            async with self.http.get(found[0]) as scanned:
                assert scanned.status == 200
        return found[0], await self.reads(found[0])

    async def reads(self, address: str) -> str:
        async with self.http.get(address) as response:
            for name, morsel in response.cookies.items():
                self.cookies[name] = morsel.value
            return await response.text()

    async def sends(self, page: str, where: str, **fields: str) -> tuple[int, str]:
        """Fill in the form that leads to an address."""
        path = re.escape(re.sub(r"^http://[^/]+", "", where))
        form = re.search(rf'action="{path}">(.*?)</form>', page, re.DOTALL)
        assert form, page
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', form[1]))
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        async with self.http.post(where, data={**hidden, **fields}, headers=headers) as response:
            return response.status, await response.text()


@dataclass
class ChromiumCitizen(Citizen):
    """The same in a real browser, with nothing but a keyboard."""

    page: Page = field(kw_only=True)

    async def reads(self, address: str) -> str:
        await self.page.goto(address)
        return await self.page.content()

    async def sends(self, page: str, where: str, **fields: str) -> tuple[int, str]:
        path = re.sub(r"^http://[^/]+", "", where)
        form = self.page.locator(f'form[action="{path}"]')
        for name, value in fields.items():
            await form.locator(f'[name="{name}"]').focus()
            await self.page.keyboard.type(value)
        async with self.page.expect_navigation() as navigation:
            await self.page.keyboard.press("Enter")
        response = await navigation.value
        return response.status, await self.page.content()


@pytest.fixture
async def in_chromium() -> AsyncIterator[ChromiumCitizen]:
    if reason := browsers.missing():
        pytest.skip(reason)
    async with browsers.running() as browser, aiohttp.ClientSession() as http:
        page = await browser.new_page(java_script_enabled=False, locale="nl-NL")
        yield ChromiumCitizen(http, page=page)


@pytest.fixture
async def citizen() -> AsyncIterator[Citizen]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield Citizen(http)


async def invited(sanne: Person, plein: Plein, mailbox: Mailbox, address: str) -> EmailMessage:
    told = await says(sanne, plein, f"uitnodigen ilpenveld {address} --tekst Fijn dat u meedenkt")
    assert told.startswith("Verstuurd")
    return await mailbox.to(address)


async def signs_in(synapse: Synapse, user: str, password: str) -> Person:
    body: Json = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user},
        "password": password,
    }
    got = await synapse.stranger.call("POST", "login", body)
    return Person(synapse.http, synapse.url, got["user_id"], got["access_token"], got["device_id"])


@pytest.mark.any_profile
async def test_a_citizen_makes_an_account_and_is_in_that_room_and_in_no_other(
    synapse: Synapse, plein: Plein, mailbox: Mailbox, sanne: Person, citizen: Citizen
) -> None:
    link, page = await citizen.opens(
        await invited(sanne, plein, mailbox, "iemand@voorbeeld.example")
    )
    assert "Fijn dat u meedenkt" in page
    assert "Iedereen, ook zonder account" in page

    status, done = await citizen.sends(
        page, f"{link}/account", name="Vrolijke Merel", password=PASSWORD
    )

    assert status == 200, done
    found = re.search(r"@deelnemer-[0-9a-f]+:[\w.]+", done)
    assert found
    account = await signs_in(synapse, found[0], PASSWORD)
    joined = (await account.call("GET", "joined_rooms"))["joined_rooms"]
    names = [(await account.state(room))["m.room.name", ""]["name"] for room in joined]
    assert names == ["Publiek"]
    assert await account.invitations() == {}
    assert await account.display_name(found[0]) == "Vrolijke Merel"
    devices = (await account.call("GET", "devices"))["devices"]
    assert [one["device_id"] for one in devices] == [account.device_id]
    told = await sanne.hears("aangenomen", room=await sanne.chat_with(plein.bot))
    assert found[0] in told["content"]["body"]
    assert (await citizen.sends(page, f"{link}/account", name="Ander", password=PASSWORD))[0] == 200
    users = await synapse.admin.call(
        "GET", "/_synapse/admin/v2/users", query=[("user_id", "deelnemer-")]
    )
    assert len([one for one in users["users"] if one["name"] == found[0]]) == 1


@pytest.mark.any_profile
async def test_a_forgotten_password_is_chosen_anew_by_a_mailed_link(
    synapse: Synapse, plein: Plein, mailbox: Mailbox, sanne: Person, citizen: Citizen
) -> None:
    address = "vergeet@voorbeeld.example"
    link, page = await citizen.opens(await invited(sanne, plein, mailbox, address))
    _, done = await citizen.sends(page, f"{link}/account", name="Egel", password=PASSWORD)
    user = re.findall(r"@deelnemer-[0-9a-f]+:[\w.]+", done)[0]
    before = await signs_in(synapse, user, PASSWORD)
    there, seen = f"{plein.settings.web.address}/wachtwoord", len(mailbox.mails)

    await citizen.sends(await citizen.reads(there), there, address=address)
    link, page = await citizen.opens(await mailbox.to(address, after=seen))
    status, _ = await citizen.sends(page, link, password="kaas regen trapgevel")

    assert status == 200
    assert (await signs_in(synapse, user, "kaas regen trapgevel")).user_id == user
    assert (await before.tries("GET", "account/whoami"))[0] == 401


@pytest.mark.any_profile
async def test_whoever_has_an_account_is_invited_to_it_and_accepts_in_their_client(
    synapse: Synapse, plein: Plein, mailbox: Mailbox, sanne: Person, citizen: Citizen
) -> None:
    fatima = await synapse.person("fatima", "Fatima")
    link, page = await citizen.opens(
        await invited(sanne, plein, mailbox, "fatima@voorbeeld.example")
    )
    wrong, again = await citizen.sends(page, link, user=f"@niemand-9:{synapse.server_name}")
    assert (wrong, "typfout" in again) == (422, True)

    status, done = await citizen.sends(again, link, user=fatima.user_id)

    assert (status, "neem die daar aan" in done) == (200, True)
    ((name, room),) = (await fatima.invitations()).items()
    assert name == "Publiek"
    await fatima.joins(room)
    index = plein.parts.index

    async def is_accepted() -> bool:
        found = await invitations.numbered(index, 1)
        return found is not None and found.state is InvitationState.ACCEPTED

    async with asyncio.timeout(60):
        await index.until(is_accepted)
    overview = await says(sanne, plein, "uitnodigingen ilpenveld")
    assert "fatima@voorbeeld.example · aangenomen" in overview


@pytest.mark.any_profile
async def test_a_link_that_was_taken_back_lets_nobody_in(
    synapse: Synapse, plein: Plein, mailbox: Mailbox, sanne: Person, citizen: Citizen
) -> None:
    link, page = await citizen.opens(
        await invited(sanne, plein, mailbox, "te-laat@voorbeeld.example")
    )
    assert "ingetrokken" in await says(sanne, plein, "uitnodiging intrekken 1")

    for address, fields in (
        (link, {"user": (await synapse.person("fatima")).user_id}),
        (f"{link}/account", {"name": "Vrolijke Merel", "password": PASSWORD}),
    ):
        status, text = await citizen.sends(page, address, **fields)
        assert (status, "werkt niet meer" in text) == (404, True)


async def test_where_people_sign_in_elsewhere_no_account_is_offered(
    synapse: Synapse, plein: Plein, mailbox: Mailbox, sanne: Person, citizen: Citizen
) -> None:
    link, page = await citizen.opens(
        await invited(sanne, plein, mailbox, "iemand@voorbeeld.example")
    )
    offered = synapse.process.settings.takes_passwords

    assert (f"{link}/account".partition("/i/")[2] in page) is offered
    assert ("andere dienst" in page) is not offered


@pytest.mark.any_profile
async def test_in_a_browser_a_citizen_makes_an_account_and_is_in_that_room_and_in_no_other(
    synapse: Synapse, plein: Plein, mailbox: Mailbox, sanne: Person, in_chromium: ChromiumCitizen
) -> None:
    mail = await invited(sanne, plein, mailbox, "browser@voorbeeld.example")
    link, page = await in_chromium.opens(mail)
    assert "Fijn dat u meedenkt" in page

    status, done = await in_chromium.sends(
        page, f"{link}/account", name="Vrolijke Merel", password=PASSWORD
    )

    assert status == 200, done
    account = await signs_in(synapse, re.findall(r"@deelnemer-[0-9a-f]+:[\w.]+", done)[0], PASSWORD)
    (room,) = (await account.call("GET", "joined_rooms"))["joined_rooms"]
    assert (await account.state(room))["m.room.name", ""]["name"] == "Publiek"
    assert await account.invitations() == {}


@pytest.mark.any_profile
async def test_in_a_browser_who_has_an_account_is_invited_and_a_link_that_was_taken_back_is_over(
    synapse: Synapse, plein: Plein, mailbox: Mailbox, sanne: Person, in_chromium: ChromiumCitizen
) -> None:
    fatima = await synapse.person("fatima", "Fatima")
    mail = await invited(sanne, plein, mailbox, "fatima-browser@voorbeeld.example")
    link, page = await in_chromium.opens(mail)

    assert (await in_chromium.sends(page, link, user=fatima.user_id))[0] == 200
    ((name, room),) = (await fatima.invitations()).items()
    assert name == "Publiek"
    await fatima.joins(room)

    late = await invited(sanne, plein, mailbox, "te-laat-browser@voorbeeld.example")
    link, page = await in_chromium.opens(late)
    assert "ingetrokken" in await says(sanne, plein, "uitnodiging intrekken 2")
    fields = {"name": "Te laat", "password": PASSWORD}
    status, over = await in_chromium.sends(page, f"{link}/account", **fields)
    assert (status, "werkt niet meer" in over) == (404, True)
