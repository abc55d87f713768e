from pathlib import Path

import pytest
import yaml

from bridges.common.settings import ConfigTrouble
from bridges.email import cli
from bridges.email.config import example, load

ROOT = Path(__file__).parents[3]

GIVEN = {
    "homeserver": {
        "url": "http://localhost:8008",
        "server_name": "example.org",
        "bot": "@plein:example.org",
    },
    "bridge": {"secret": "geheim-" * 6},
    "incoming": {"domain": "plein.example.org"},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "plein-email.yaml"
    written.write_text(yaml.safe_dump(GIVEN))
    return written


def test_the_example_is_what_the_settings_say() -> None:
    stands = (ROOT / "plein-email.yaml.example").read_text(encoding="utf-8")

    assert stands == "\n".join(example()) + "\n", "run `make example`"


def test_what_is_wrong_is_named_without_repeating_secrets(tmp_path: Path) -> None:
    written = tmp_path / "wrong.yaml"
    written.write_text(yaml.safe_dump(GIVEN | {"bridge": {"secret": "kort"}, "mial": {}}))

    with pytest.raises(ConfigTrouble) as trouble:
        load(written)

    assert "bridge.secret" in str(trouble.value)
    assert "mial" in str(trouble.value)
    assert "kort" not in str(trouble.value)


def test_the_registration_claims_the_ghosts_and_nobody_else(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["register", "--config", str(path)]) == 0

    written = yaml.safe_load(capsys.readouterr().out)
    assert written["namespaces"]["users"] == [
        {"exclusive": True, "regex": r"@mail_.*:example\.org"}
    ]
    assert written["as_token"] != written["hs_token"]
    assert load(path).bridge.secret.get_secret_value() not in str(written)


def test_who_is_not_told_what_the_mail_server_found_is_warned(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for authserv_id, warned in (("mx.example.org", False), (None, True)):
        given = GIVEN | {
            "homeserver": GIVEN["homeserver"] | {"url": "http://127.0.0.1:1"},
            "incoming": GIVEN["incoming"] | {"authserv_id": authserv_id},
        }
        path.write_text(yaml.safe_dump(given))
        assert cli.main(["check", "--config", str(path)]) == 1, "no homeserver answers there"
        assert ("authserv_id" in capsys.readouterr().out) is warned
