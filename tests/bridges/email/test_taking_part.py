"""What Plein asks of the bridge, and how somebody who came by mail goes again."""

import re
from collections.abc import AsyncIterator
from typing import Literal

import aiohttp
import pytest
from yarl import URL

from tests import browsers
from tests.bridges.email.bridges import API_SECRET, DOMAIN, Square
from tests.synapse.watchers import membership

pytestmark = pytest.mark.synapse

ANS = {"address": "Ans@buiten.example", "name": "Ans Mol", "language": "nl", "proof": "invitation"}


@pytest.fixture
async def plein(square: Square) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {API_SECRET}"}
    async with aiohttp.ClientSession(square.url, headers=headers) as session:
        yield session


async def test_strangers_and_nonsense_are_refused(
    square: Square, plein: aiohttp.ClientSession
) -> None:
    async with aiohttp.ClientSession(square.url) as stranger:
        async with stranger.post("/v1/people", json=ANS) as response:
            assert response.status == 401
        wrong = {"Authorization": "Bearer geraden"}
        async with stranger.get("/v1/people/@mail_x:y", headers=wrong) as response:
            assert response.status == 403
        transaction = "/_matrix/app/v1/transactions/1"
        async with stranger.put(transaction, json={"events": []}, headers=wrong) as response:
            assert response.status == 403
    for given, code in (
        ({"address": "geen adres"}, "PLEIN_NO_ADDRESS"),
        ({"address": f"Poelenburg@{DOMAIN.upper()}"}, "PLEIN_NO_ADDRESS"),
        ({"address": "a\0@x.nl"}, "PLEIN_NO_ADDRESS"),
        ({"address": "a\ud800@x.nl"}, "PLEIN_NO_ADDRESS"),
        ({"address": f"a@{'x.' * 130}nl"}, "PLEIN_NO_ADDRESS"),
        ({"language": ["nl"]}, "PLEIN_NO_LANGUAGE"),
        ({"name": "ans@buiten.example"}, "PLEIN_NO_NAME"),
        ({"name": 7}, "PLEIN_NOT_TEXT"),
        ({"language": "de"}, "PLEIN_NO_LANGUAGE"),
        ({"choice": "soms"}, "PLEIN_NO_CHOICE"),
        ({"edits": "ja"}, "PLEIN_NO_CHOICE"),
        ({"proof": "eerlijk"}, "PLEIN_NO_PROOF"),
    ):
        async with plein.post("/v1/people", json=ANS | given) as response:
            assert (response.status, (await response.json())["errcode"]) == (400, code)
    async with plein.post("/v1/people", data="[" * 100_000) as response:
        assert (response.status, (await response.json())["errcode"]) == (400, "PLEIN_NOT_JSON")
    for nobody in ("@mail_niemand:plein.localhost", "@mail_%00:x", "@mail_%ED%A0%80:x"):
        async with plein.get(URL(f"/v1/people/{nobody}", encoded=True)) as response:
            assert response.status == 404


async def test_whom_plein_invites_comes_in_reads_along_and_leaves_with_one_press(
    square: Square, plein: aiohttp.ClientSession
) -> None:
    room = await square.group("poelenburg", "kern", joining="invite")
    async with plein.post("/v1/people", json=ANS) as response:
        ghost = (await response.json())["user_id"]
    async with plein.post("/v1/people", json=ANS) as response:
        assert (await response.json())["user_id"] == ghost == square.ghost("ans@buiten.example")

    await square.bot.call("POST", f"rooms/{room}/invite", {"user_id": ghost})
    await square.bot.sees(membership(room, ghost, "join"))
    official = await square.synapse.person("ambtenaar", "Annelies")
    await square.bot.call("POST", f"rooms/{room}/invite", {"user_id": official.user_id})
    await official.joins(room)
    await official.says(room, "Welkom, Ans.")
    mail = await square.mailbox.to("ans@buiten.example")
    body = mail.get_body(("plain",))
    assert body
    assert "Welkom, Ans." in body.get_content()
    assert f"kern@{DOMAIN}" in str(mail["List-Post"])

    link = re.search(r"<(http\S+)>", str(mail["List-Unsubscribe"]))
    assert link
    async with aiohttp.ClientSession() as browser:
        async with browser.get(link[1]) as page:
            assert page.status == 200
        assert ghost in await square.bot.members(room)
        one_click = {"List-Unsubscribe": "One-Click"}
        async with browser.post(link[1], data=one_click) as page:
            assert page.status == 200
    await square.bot.sees(membership(room, ghost, "leave"))
    before = len(square.mailbox.mails)
    await official.says(room, "Jammer.")

    stop = f"{square.url}/mail/stop/{square.keys.link('stop', ghost)}"
    async with aiohttp.ClientSession() as browser:
        for asks, choice in ((browser.get, "each"), (browser.post, "none")):
            async with asks(stop) as page:
                assert page.status == 200
            async with plein.get(f"/v1/people/{ghost}") as response:
                assert (await response.json())["choice"] == choice
        async with browser.get(stop) as page:
            back = re.search(r'href="(http[^"]+)"', await page.text())
        assert back
        async with browser.get(back[1]) as page:
            assert 'value="none" checked' in await page.text()
        for given, status, wanted in (
            ({"choice": "alles", "edits": "yes"}, 422, ("none", False)),
            ({"choice": "each", "edits": "yes"}, 200, ("each", True)),
        ):
            async with browser.post(back[1], data=given) as page:
                assert page.status == status
                text = await page.text()
            if status == 422:
                assert '<fieldset aria-describedby="wrong">' in text
                assert 'value="none" checked' in text
                assert 'value="yes" checked' in text
            async with plein.get(f"/v1/people/{ghost}") as response:
                stands = await response.json()
                assert (stands["choice"], stands["edits"]) == wanted
        renews = {"choice": "each", "renew": "yes"}
        async with browser.post(back[1], data=renews) as page:
            new = re.search(r'href="(http[^"]+)"', await page.text())
        assert new
        for link_then, status in ((back[1], 404), (new[1], 200)):
            async with browser.get(link_then) as page:
                assert page.status == status
    async with plein.delete(f"/v1/people/{ghost}") as response:
        assert response.status == 200
    async with plein.delete(f"/v1/people/{ghost}") as response:
        assert response.status == 200
    async with plein.get(f"/v1/people/{ghost}") as response:
        assert response.status == 404
    assert len(square.mailbox.mails) == before


async def test_rooms_that_are_encrypted_or_not_pleins_have_no_mail(
    square: Square, plein: aiohttp.ClientSession
) -> None:
    known = ANS | {"address": "wim@buiten.example", "name": "Wim"}
    async with plein.post("/v1/people", json=known) as response:
        ghost = (await response.json())["user_id"]
    sealed = await square.group("poelenburg", "dicht", joining="invite")
    await square.bot.sets(sealed, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    stranger = await square.synapse.person("vreemde")
    other = await stranger.creates_room(ghost)

    await square.bot.call("POST", f"rooms/{sealed}/invite", {"user_id": ghost})
    left = await square.bot.sees(membership(sealed, ghost, "leave"))
    assert "encrypted" in left["content"]["reason"]
    told = await square.mailbox.to("wim@buiten.example")
    assert "versleuteld" in told.get_content()
    await stranger.sees(membership(other, ghost, "leave"))


async def test_what_plein_says_apart_comes_by_mail(
    square: Square, plein: aiohttp.ClientSession
) -> None:
    known = ANS | {"address": "eva@buiten.example", "name": "Eva"}
    async with plein.post("/v1/people", json=known) as response:
        ghost = (await response.json())["user_id"]

    chat = await square.bot.creates_room(preset="public_chat", is_direct=True)
    await square.bot.says(chat, "Uw verzoek is afgewezen: het is vol.")
    await square.bot.call("POST", f"rooms/{chat}/invite", {"user_id": ghost})
    told = await square.mailbox.to("eva@buiten.example")

    assert "Uw verzoek is afgewezen: het is vol." in told.get_content()
    before = len(square.mailbox.mails)
    await square.bot.says(chat, "Toch niet.")
    assert "Toch niet." in (await square.mailbox.to("eva@buiten.example", before)).get_content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_its_pages_shut_nobody_out_and_need_no_script(
    square: Square, plein: aiohttp.ClientSession, scheme: Literal["light", "dark"]
) -> None:
    if reason := browsers.missing():
        pytest.skip(reason)
    known = ANS | {"address": f"{scheme}@buiten.example", "name": scheme}
    async with plein.post("/v1/people", json=known) as response:
        ghost = (await response.json())["user_id"]
    async with browsers.running() as browser:
        page = await browser.new_page(
            color_scheme=scheme, viewport={"width": 360, "height": 800}, locale="nl-NL"
        )
        await page.goto(f"{square.url}/mail/stop/{square.keys.link('stop', ghost)}")
        assert await browsers.violations(page) == []
        await page.get_by_role("button").click()
        assert await browsers.violations(page) == []
        await page.get_by_role("link").click()
        assert await browsers.violations(page) == []
        await page.get_by_label("Eén mail per dag", exact=False).check()
        await page.get_by_role("button").click()
        await page.get_by_role("heading", name="Uw keuze is bewaard").wait_for()
        assert await browsers.violations(page) == []
        await page.goto(f"{square.url}/mail/confirm/niets")
        assert await browsers.violations(page) == []
    async with plein.get(f"/v1/people/{ghost}") as response:
        assert (await response.json())["choice"] == "daily"
