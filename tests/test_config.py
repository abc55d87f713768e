import os
import re
from pathlib import Path

import pytest

from plein_bot import config
from plein_bot.config import ConfigTrouble, Settings
from plein_bot.domain.people import PersonClass

EXAMPLE = Path(__file__).parent.parent / "config.yaml.example"
LEAST = """
homeserver:
  url: https://matrix.example.org/
  user_id: "@plein:example.org"
  reserve_account: "@reserve:example.org"
  access_token: syt_secret
"""


@pytest.fixture(autouse=True)
def _no_variables_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith(config.PREFIX):
            monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def load(file: Path, text: str) -> Settings:
    file.write_text(text, encoding="utf-8")
    return config.load(file)


def trouble(file: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigTrouble) as caught:
        load(file, text)
    return caught.value.problems


def test_the_example_is_up_to_date() -> None:
    assert EXAMPLE.read_text(encoding="utf-8").splitlines() == list(config.example())


def test_the_example_can_be_loaded() -> None:
    assert config.load(EXAMPLE).homeserver.user_id == "@plein:example.org"


def test_every_setting_of_the_example_can_be_uncommented(file: Path) -> None:
    commented = EXAMPLE.read_text(encoding="utf-8")
    every = re.sub(r"^  #(?=[a-z_]+: )", "  ", commented, flags=re.MULTILINE)
    # A token and a password exclude each other.
    settings = load(file, re.sub(r"^  password: .*$", "", every, flags=re.MULTILINE))

    assert settings.plein.operators == ("@beheer:example.org",)
    assert settings.subsites.start == (PersonClass.OFFICIAL, PersonClass.PARTNER)
    assert settings.web.address == "https://plein.example.org"


def test_what_is_left_out_has_its_default(file: Path) -> None:
    settings = load(file, LEAST + "web:\n")

    assert settings.homeserver.url == "https://matrix.example.org"
    assert settings.plein.timezone == "Europe/Amsterdam"
    assert settings.web.address == "http://127.0.0.1:8090"


def test_the_environment_wins_setting_by_setting(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLEIN_HOMESERVER__ACCESS_TOKEN", "from the environment")
    monkeypatch.setenv("PLEIN_WEB__PORT", "9000")

    settings = load(file, LEAST + "web:\n  host: 0.0.0.0\n")

    assert settings.homeserver.access_token is not None
    assert settings.homeserver.access_token.get_secret_value() == "from the environment"
    assert (settings.web.host, settings.web.port) == ("0.0.0.0", 9000)


def test_an_empty_section_in_the_file_leaves_room_for_the_environment(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLEIN_PLEIN__OPERATORS", '["@beheer:example.org"]')

    assert load(file, LEAST + "plein:\n").plein.operators == ("@beheer:example.org",)


def test_secrets_do_not_show(file: Path) -> None:
    settings = load(file, LEAST + "database: {url: 'postgresql+asyncpg://plein:hush@db/plein'}\n")

    assert "syt_secret" not in repr(settings)
    assert "hush" not in repr(settings)


def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigTrouble, match=r"nowhere\.yaml: there is no such file.*example"):
        config.load(tmp_path / "nowhere.yaml")


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigTrouble, match="cannot be read"):
        config.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("web: {port: 80\n", "line 2 is not YAML"),
        ("homeserver:\n  user_id: @plein:example.org\n", "line 2 .* in quotes"),
        ("just words\n", "must hold sections"),
        ("1: 2\n", "must hold sections"),
        ("a: \x07\n", "does not allow"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(file: Path, text: str, problem: str) -> None:
    assert re.search(problem, "\n".join(trouble(file, text)))


def test_what_is_not_utf_8_is_told(file: Path) -> None:
    file.write_bytes(b"plein: {name: caf\xe9}")

    with pytest.raises(ConfigTrouble, match="UTF-8"):
        config.load(file)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("databse: {}", "there is no setting databse. Did you mean database?"),
        ("web: {prot: 1}", "there is no setting web.prot. Did you mean web.port?"),
        ("web: {xyzzy: 1}", "there is no setting web.xyzzy."),
        ("web: 8090", "web must be a section with settings under it."),
        ("plein: {name: 5}", "plein.name must be text; put it in quotes."),
        ("plein: {language: de}", "plein.language: it should be 'nl' or 'en'."),
        (
            "plein: {operators: ['@a:b.nl', beheer]}",
            "plein.operators, number 2: 'beheer' is not a Matrix ID such as @name:example.org.",
        ),
        (
            "plein: {timezone: Europe/Amsterdm}",
            "plein.timezone: there is no time zone 'Europe/Amsterdm'. "
            "Did you mean Europe/Amsterdam?",
        ),
        (
            "web: {public_url: 'https://example.org/plein'}",
            "web.public_url: 'https://example.org/plein' holds more than a host and a port; "
            "Plein adds the path itself.",
        ),
        (
            "subsites: {start: [everybody]}",
            "subsites.start, number 1: it should be 'official', 'partner' or 'citizen'.",
        ),
        (
            "database: {url: 'postgresql://plein:hush@db/plein'}",
            "database.url: it begins with sqlite+aiosqlite:/// or with postgresql+asyncpg://.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(file: Path, text: str, sentence: str) -> None:
    assert trouble(file, LEAST + text) == (sentence,)


@pytest.mark.parametrize(
    "url", ["example.org", "ftp://example.org", "http://", "http://[::1", "http://h:99999"]
)
def test_what_is_no_address_is_told(file: Path, url: str) -> None:
    (problem,) = trouble(file, LEAST + f"web: {{public_url: '{url}'}}")

    assert problem.startswith(f"web.public_url: '{url}' is not an address")


def test_every_problem_is_told_at_once(file: Path) -> None:
    assert trouble(file, "homeserver: {url: 'http://h'}\nweb: {port: 0}\nlogs: {}\n") == (
        "homeserver.user_id is missing.",
        "homeserver.reserve_account is missing.",
        "web.port: it should be greater than or equal to 1.",
        "there is no setting logs. Did you mean log?",
    )


def test_a_token_and_a_password_exclude_each_other(file: Path) -> None:
    either = ("homeserver: give either access_token or password.",)

    assert trouble(file, LEAST + "  password: hush\n") == either
    assert trouble(file, LEAST.replace("access_token: syt_secret", "access_token:")) == either


def test_a_password_is_enough(file: Path) -> None:
    settings = load(file, LEAST.replace("access_token: syt_secret", "password: hush"))

    assert settings.homeserver.password is not None
    assert settings.homeserver.password.get_secret_value() == "hush"


def test_the_reserve_account_is_another_account(file: Path) -> None:
    (problem,) = trouble(file, LEAST.replace("@reserve:", "@plein:"))

    assert "another account" in problem


def test_a_mistake_in_a_variable_is_told_with_its_name(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLEIN_WEB__PORT", "many")

    (problem,) = trouble(file, LEAST)

    assert problem.startswith("web.port (from PLEIN_WEB__PORT): it should be a valid integer")


def test_a_list_in_a_variable_that_is_no_list_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLEIN_SUBSITES__START", "official")

    (problem,) = trouble(file, LEAST)

    assert "PLEIN_SUBSITES__START" in problem
