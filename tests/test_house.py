"""Does the house keep its own rules?"""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

HOUSE = Path(__file__).parent.parent
PYPROJECT = (HOUSE / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)
CODE = sorted(
    path
    for folder in ("plein_bot", "bridges", "tests")
    for path in (HOUSE / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)
# A path that is right on one machine only: below somebody's home, or a build folder.
MACHINE = re.compile(rb"(?<![\w.~>}-])/(?:home|root|Users|work)/")


def name(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def kept_files() -> list[Path]:
    """What git keeps or would keep; a source archive without git has nothing else."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=HOUSE, capture_output=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    paths = (HOUSE / part.decode() for part in listing.stdout.split(b"\0") if part)
    return [path for path in paths if path.is_file()]


def dependency_lines() -> list[tuple[str, str]]:
    """Every requirement in pyproject.toml with the line above it."""
    section = PYPROJECT[PYPROJECT.index("dependencies = [") : PYPROJECT.index("[project.scripts]")]
    lines = [line.strip() for line in section.splitlines()]
    return [(line, lines[at - 1]) for at, line in enumerate(lines) if line.startswith('"')]


def test_every_dependency_has_its_reason_above_it() -> None:
    project = PROJECT["project"]
    extras = project["optional-dependencies"].values()
    declared = [*project["dependencies"], *(one for extra in extras for one in extra)]

    assert [line.split('"')[1] for line, _ in dependency_lines()] == declared
    assert [line for line, above in dependency_lines() if not above.startswith("#")] == []


def test_an_upper_bound_has_its_reason_beside_it() -> None:
    bounded = [line for line, _ in dependency_lines() if "<" in line]

    assert bounded
    assert [line for line in bounded if "#" not in line] == []


def test_every_package_says_what_it_is_for() -> None:
    # Tests have no packages, and Alembic reads its migrations as files.
    folders = {
        path.parent
        for path in CODE
        if not {"tests", "migrations"} & set(path.relative_to(HOUSE).parts)
    }

    speechless = [
        name(folder)
        for folder in sorted(folders)
        if not (folder / "__init__.py").exists()
        or not ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    ]

    assert speechless == []


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        pytest.param(path, folder.replace("/", "."), id=name(path))
        for folder in ("plein_bot/domain", "bridges/homeserver/crossing")
        for path in sorted((HOUSE / folder).rglob("*.py"))
    ],
)
def test_decisions_are_made_with_the_standard_library_and_without_waiting(
    path: Path, folder: str
) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    modules += [one.name for node in nodes if isinstance(node, ast.Import) for one in node.names]

    foreign = [
        module
        for module in modules
        if not module.startswith(folder) and module.partition(".")[0] not in sys.stdlib_module_names
    ]

    assert foreign == []
    assert not any(isinstance(node, ast.Await | ast.AsyncFunctionDef) for node in nodes)


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    knowing = [name(path) for path in kept_files() if MACHINE.search(path.read_bytes())]

    assert knowing == []


def test_news_fragments_are_well_formed() -> None:
    kinds = "|".join(kind["directory"] for kind in PROJECT["tool"]["towncrier"]["type"])
    fragments = [path for path in (HOUSE / "changelog.d").iterdir() if path.name != "README.md"]

    for fragment in fragments:
        assert re.fullmatch(rf"\+[a-z0-9-]+\.({kinds})\.md", fragment.name), fragment.name
        text = fragment.read_text(encoding="utf-8").strip()
        assert re.fullmatch(r"[A-Z`].*[.`)]", text, re.DOTALL), f"{fragment.name} is no sentence"


def test_catalogues_of_public_code_can_read_what_this_is() -> None:
    card = yaml.safe_load((HOUSE / "publiccode.yml").read_text(encoding="utf-8"))

    # The required keys of the standard, version 0.4: https://yml.publiccode.tools/schema.core.html
    for required in ("publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus"):
        assert card[required]
    assert card["softwareType"] == "standalone/backend"
    assert card["legal"]["license"] == PROJECT["project"]["license"]
    assert card["softwareVersion"] == PROJECT["project"]["version"]
    assert card["maintenance"]["type"] in {"internal", "contract", "community", "none"}
    assert all(contact["name"] for contact in card["maintenance"]["contacts"])
    assert isinstance(card["localisation"]["localisationReady"], bool)
    assert set(card["description"]) == set(card["localisation"]["availableLanguages"])
    for description in card["description"].values():
        assert len(description["shortDescription"]) <= 150
        assert 150 <= len(description["longDescription"]) <= 10_000
        assert description["features"]


def test_the_licence_is_the_one_that_is_named() -> None:
    assert PROJECT["project"]["license"] == "EUPL-1.2"
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in (HOUSE / "LICENSE").read_text(encoding="utf-8")
