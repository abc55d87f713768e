"""`plein check` on homeservers, accounts and machines that will and will not do."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from plein_bot.config import Settings
from plein_bot.domain.ids import RoomId
from plein_bot.homeserver.settings import Profile
from plein_bot.index import rooms
from plein_bot.operations import checks, doctor, squares, status
from tests.matrix.fake_server import fake_server
from tests.synapse.conftest import Plein, running, settings_on
from tests.synapse.harness import Synapse, free_port, running_synapse
from tests.synapse.square import ZAANSTAD, organisations, somebody_of

pytestmark = pytest.mark.synapse


@pytest.fixture(scope="module")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    folder = tmp_path_factory.mktemp("reference")
    extra = {"alias_creation_rules": [{"user_id": "@plein*", "action": "allow"}]}
    async with running_synapse(folder, Profile.REFERENCE, limits=True, extra=extra) as synapse:
        yield synapse


@pytest.fixture
async def settings(synapse: Synapse, tmp_path: Path) -> Settings:
    return await settings_on(synapse, tmp_path, homeserver={"admin_token": synapse.admin.token})


def changed(settings: Settings, section: str, **values: object) -> Settings:
    old = getattr(settings, section)
    return settings.model_copy(update={section: old.model_copy(update=values)})


async def said_by(
    settings: Settings, capsys: pytest.CaptureFixture[str], *, look_only: bool = True
) -> tuple[int, str]:
    capsys.readouterr()
    code = await checks.main(settings, argparse.Namespace(look_only=look_only))
    return code, capsys.readouterr().out


async def test_of_a_good_configuration_every_line_is_good_or_says_what_to_do(
    settings: Settings, synapse: Synapse, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(await synapse.admin.directory())

    code, said = await said_by(settings, capsys, look_only=False)

    assert code == 0, said
    assert "✗" not in said
    for good in ("is a homeserver", "version 12", "may give rooms an address", "in the room direc"):
        assert any(line.startswith("✓") and good in line for line in said.splitlines()), good
    assert "encrypts private rooms by itself" in said
    assert "! The bot's rate limits are in force" in said
    assert "! Links in mails, invitations and feeds begin with http://127.0.0.1" in said
    assert said.endswith("Plein can run.\n")
    assert len(await synapse.admin.directory()) == before


async def test_an_address_where_nobody_answers(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = changed(settings, "homeserver", url=f"http://127.0.0.1:{free_port()}")

    code, said = await said_by(nowhere, capsys)

    assert code == 1
    assert "cannot be reached" in said


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (web.Response(text="<html>Welkom</html>", content_type="text/html"), "no homeserver"),
        (web.Response(status=502, text="<html>"), "answers 502"),
        (web.Response(status=301, headers={"Location": "https://elders"}), "on to https://elders"),
        (web.json_response({"errcode": "M_UNRECOGNIZED"}, status=404), "no homeserver"),
    ],
)
async def test_an_address_of_something_else(
    settings: Settings, capsys: pytest.CaptureFixture[str], answer: web.Response, words: str
) -> None:
    async def answers(_: web.BaseRequest) -> web.StreamResponse:
        return answer

    async with fake_server(answers) as server:
        code, said = await said_by(changed(settings, "homeserver", url=server.url), capsys)

    assert code == 1
    assert words in said


async def test_a_clock_that_differs(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    async def answers(_: web.BaseRequest) -> web.StreamResponse:
        date = {"Date": "Mon, 02 Mar 2020 10:00:00 GMT"}
        # Both an answer about versions and one about whose token it is.
        known = {"versions": ["v1.11"], "user_id": "@iemand:elders"}
        return web.json_response(known, headers=date)

    async with fake_server(answers) as server:
        _, said = await said_by(changed(settings, "homeserver", url=server.url), capsys)

    assert "behind this machine's" in said


async def test_a_token_of_somebody_else(
    settings: Settings, synapse: Synapse, capsys: pytest.CaptureFixture[str]
) -> None:
    other = await synapse.person("els")
    theirs = Settings.model_validate(
        settings.model_dump()
        | {
            "homeserver": settings.homeserver.model_dump()
            | {"access_token": other.token, "device_id": None}
        }
    )

    code, said = await said_by(theirs, capsys)

    assert code == 1
    assert f"is that of {other.user_id}" in said


async def test_a_token_that_is_worth_nothing(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = Settings.model_validate(
        settings.model_dump()
        | {"homeserver": settings.homeserver.model_dump() | {"access_token": "syt_niets"}}
    )

    code, said = await said_by(wrong, capsys)

    assert code == 1
    assert "M_UNKNOWN_TOKEN" in said


async def test_a_reserve_account_that_nobody_made(
    settings: Settings, synapse: Synapse, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = f"@niemand:{synapse.server_name}"

    code, said = await said_by(changed(settings, "homeserver", reserve_account=nobody), capsys)

    assert code == 1
    assert f"The reserve account {nobody} does not exist" in said


async def test_a_port_that_is_taken_and_a_database_that_is_away(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", settings.web.port)
    away = changed(settings, "database", url=f"sqlite+aiosqlite:///{tmp_path}/niet/plein.db")
    away = changed(away, "web", public_url="https://plein.example.org")
    async with server:
        code, said = await said_by(away, capsys)

    assert code == 1
    assert f"✗ Plein cannot listen on 127.0.0.1:{settings.web.port}" in said
    assert "✗ The database cannot be reached" in said
    assert "✓ Links to pages begin with https://plein.example.org." in said


async def _may_guests_join(plein: Plein, room: RoomId) -> bool:
    state = await rooms.state(plein.parts.index, room)
    return state["m.room.guest_access", ""] == {"guest_access": "can_join"}


async def test_doctor_lifts_the_limits_and_puts_right_what_was_spoiled(
    settings: Settings,
    synapse: Synapse,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await doctor.main(settings, argparse.Namespace(fix=True)) == 0
    assert "have been lifted" in capsys.readouterr().out
    async with running(settings) as plein:
        await organisations(plein)
        sanne = await somebody_of(ZAANSTAD, synapse, plein, "sanne", "Sanne de Vries")
        await sanne.asks(
            plein.bot, "deelsite nieuw Wormer --zichtbaarheid vindbaar --deelname verzoek"
        )
        space = await sanne.resolves(f"#wormer:{synapse.server_name}")
        assert space
        await doctor.main(settings, argparse.Namespace(fix=True))
        assert "Nothing was put right in the rooms" in capsys.readouterr().out
        api = plein.parts.api
        await api.call("PUT", f"v3/directory/list/room/{space}", {"visibility": "private"})
        await api.call(
            "PUT", f"v3/rooms/{space}/state/m.room.guest_access/", {"guest_access": "can_join"}
        )
        await plein.parts.index.until(lambda: _may_guests_join(plein, RoomId(space)))

    assert await doctor.main(settings, argparse.Namespace(fix=False)) == 0
    said = capsys.readouterr().out
    assert "wormer should be in the room directory and is not" in said
    assert await doctor.main(settings, argparse.Namespace(fix=True)) == 0
    assert "wormer has been put right: m.room.guest_access, the directory" in (
        capsys.readouterr().out
    )
    await sanne.joins(space)
    assert (await sanne.state(space))["m.room.guest_access", ""] == {"guest_access": "forbidden"}
    await doctor.main(settings, argparse.Namespace(fix=False))
    said = capsys.readouterr().out
    assert "wormer" not in said
    assert "was never used" in said

    monkeypatch.setattr(squares, "ROOM_VERSION", "13")
    await doctor.main(settings, argparse.Namespace(fix=False))
    assert "wormer stands in a room of version 12" in capsys.readouterr().out


async def test_status_tells_whether_plein_runs_and_what_was_set_aside(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running(settings):
        assert await status.main(settings, argparse.Namespace()) == 0
        said = capsys.readouterr().out
        assert "Plein runs on this database." in said
        assert "It says of itself: ok." in said
    await status.main(settings, argparse.Namespace())
    said = capsys.readouterr().out
    assert "Plein does not run on this database." in said
    assert "set aside: 0." in said
    assert "Files: 0, of which 0 are yet to be read, and 0 could not be." in said
    assert "0 went out, 0 wait, 0 could not be handed over." in said
