"""Can everything that the audit holds be read by people?"""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import plein_bot
from plein_bot.actions.cascades import following
from plein_bot.actions.settings import action_of
from plein_bot.domain.deeds import has_words
from plein_bot.domain.settings import Setting

HOUSE = Path(plein_bot.__file__).parent
WRITING = {"record", "begin", "begin_all", "record_all"}


def recorded() -> Iterator[str]:
    """What the code writes down, where that is a constant; the tests of commands see the rest."""
    for folder in ("actions", "commands", "operations"):
        for path in sorted((HOUSE / folder).glob("*.py")):
            module = import_module(f"plein_bot.{folder}.{path.stem}")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in WRITING
                    and node.args
                    and isinstance(action := _known(module, node.args[0]), str)
                ):
                    yield action


def _known(module: object, node: ast.expr) -> object:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return getattr(module, node.id, None)
    if isinstance(node, ast.Attribute):
        return getattr(_known(module, node.value), node.attr, None)
    return None


def test_every_action_that_the_audit_holds_has_words() -> None:
    """Give yours words in domain/deeds.py."""
    actions = set(recorded()) | {action_of(setting) for setting in Setting}
    actions |= {following(one) for one in ("ban", "unban", "remove", "leave", "archive", "reopen")}

    assert len(actions) > 70
    assert sorted(action for action in actions if not has_words(action)) == []
