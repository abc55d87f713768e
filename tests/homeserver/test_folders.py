from pathlib import Path

import pytest
import yaml

from plein_bot.homeserver.folders import prepare, registration_secret
from plein_bot.homeserver.settings import Settings
from plein_bot.homeserver.troubles import HomeserverTrouble, Kind


def test_keys_are_made_once_and_settings_written_each_time(tmp_path: Path) -> None:
    prepare(Settings(tmp_path, 8001))
    secret, key = registration_secret(tmp_path), (tmp_path / "signing.key").read_text()

    prepare(Settings(tmp_path, 8002))

    assert registration_secret(tmp_path) == secret
    assert (tmp_path / "signing.key").read_text() == key
    config = yaml.safe_load((tmp_path / "homeserver.yaml").read_text())
    assert config["listeners"][0]["port"] == 8002


@pytest.mark.parametrize("name", ["registration_secret", "signing.key"])
def test_secrets_are_for_their_owner_only(tmp_path: Path, name: str) -> None:
    prepare(Settings(tmp_path, 8001))

    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["registration_secret", "signing.key", "homeserver.yaml"])
def test_a_half_made_folder_is_left_alone_and_named(tmp_path: Path, name: str) -> None:
    prepare(Settings(tmp_path, 8001))
    (tmp_path / name).unlink()
    left = {path: path.read_bytes() for path in tmp_path.iterdir()}

    with pytest.raises(HomeserverTrouble, match="--fresh") as trouble:
        prepare(Settings(tmp_path, 8001))

    assert trouble.value.kind is Kind.HALF_MADE
    assert trouble.value.folder == tmp_path
    assert trouble.value.missing == (name,)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == left


def test_a_database_without_its_keys_is_half_made(tmp_path: Path) -> None:
    (tmp_path / "homeserver.db").touch()

    with pytest.raises(HomeserverTrouble) as trouble:
        prepare(Settings(tmp_path, 8001))

    assert trouble.value.missing == ("registration_secret", "signing.key", "homeserver.yaml")


@pytest.mark.parametrize("content", [b"", b"x", b"a: [", b"\xff\xfe", b"server: plein.localhost"])
def test_a_spoiled_configuration_is_named(tmp_path: Path, content: bytes) -> None:
    prepare(Settings(tmp_path, 8001))
    (tmp_path / "homeserver.yaml").write_bytes(content)

    with pytest.raises(HomeserverTrouble, match=r"homeserver\.yaml is spoiled") as trouble:
        prepare(Settings(tmp_path, 8001))

    assert trouble.value.kind is Kind.SPOILED


def test_a_homeserver_cannot_change_its_name(tmp_path: Path) -> None:
    prepare(Settings(tmp_path, 8001, server_name="a.localhost"))

    with pytest.raises(HomeserverTrouble, match=r"a\.localhost") as trouble:
        prepare(Settings(tmp_path, 8001, server_name="b.localhost"))

    assert trouble.value.kind is Kind.OTHER_NAME
    assert trouble.value.found == "a.localhost"
