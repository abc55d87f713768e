from pathlib import Path

import pytest
import yaml

from bridges.common.settings import ConfigTrouble
from bridges.homeserver import cli
from bridges.homeserver.config import example, load

ROOT = Path(__file__).parents[3]

SIDE = {"url": "http://localhost:8008", "server_name": "zaanstad.example"}
GIVEN = {
    "relay": {"secret": "geheim-" * 6},
    "sides": {"zaanstad": SIDE, "purmerend": SIDE | {"server_name": "purmerend.example"}},
}


def written(folder: Path, **changes: object) -> Path:
    path = folder / "plein-relay.yaml"
    path.write_text(yaml.safe_dump(GIVEN | changes))
    return path


def test_the_example_is_what_the_settings_say_and_can_be_used(tmp_path: Path) -> None:
    stands = (ROOT / "plein-relay.yaml.example").read_text(encoding="utf-8")
    filled = tmp_path / "filled.yaml"
    filled.write_text(stands.replace("…", "geheim-" * 6))

    assert stands == "\n".join(example()) + "\n", "run `make example`"
    assert set(load(filled).sides) == {"zaanstad", "purmerend"}


def test_what_is_wrong_is_named_without_repeating_secrets(tmp_path: Path) -> None:
    with pytest.raises(ConfigTrouble) as trouble:
        load(written(tmp_path, relay={"secret": "kort"}, sies={}))

    assert "relay.secret" in str(trouble.value)
    assert "sies" in str(trouble.value)
    assert "kort" not in str(trouble.value)


@pytest.mark.parametrize("sides", [{"a": SIDE}, {"a": SIDE, "b": SIDE}, {"a": SIDE, "B 2": SIDE}])
def test_sides_are_two_at_least_and_differ(tmp_path: Path, sides: object) -> None:
    with pytest.raises(ConfigTrouble, match=r"sides|server_name|small letters"):
        load(written(tmp_path, sides=sides))


def test_each_side_has_tokens_and_an_address_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path)
    registrations = []
    for side in ("zaanstad", "purmerend"):
        assert cli.main(["register", side, "--config", str(path)]) == 0
        registrations.append(yaml.safe_load(capsys.readouterr().out))

    one, other = registrations
    assert len({one[key] for key in ("as_token", "hs_token")} | {other["as_token"]}) == 3
    assert one["namespaces"]["users"] == [
        {"exclusive": True, "regex": r"@relay_.*:zaanstad\.example"}
    ]
    assert (one["url"], other["url"]) == (
        "http://127.0.0.1:8097/sides/zaanstad",
        "http://127.0.0.1:8097/sides/purmerend",
    )
    assert cli.main(["register", "nergens", "--config", str(path)]) == 2
