"""Which messages does the code hold?"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from plein_bot.domain.cases import CaseState, Complaint, Decision
from plein_bot.domain.departures import Staying
from plein_bot.domain.digests import Often, Way
from plein_bot.domain.invitations import InvitationState
from plein_bot.domain.people import OrganisationKind, PersonClass, Role
from plein_bot.domain.places import Inviting, Joining, Posting, Visibility
from plein_bot.domain.protections import Mode, Number, Origin, Protection
from plein_bot.domain.requests import RequestState
from plein_bot.domain.sanctions import SanctionKind
from plein_bot.domain.search import SearchKind
from plein_bot.domain.servers import Servers
from plein_bot.domain.settings import Answer, Setting

# The choices that people read and type.
CHOICES: tuple[type[StrEnum], ...] = (
    Visibility,
    Joining,
    Posting,
    Inviting,
    Setting,
    Answer,
    Role,
    PersonClass,
    OrganisationKind,
    RequestState,
    InvitationState,
    SanctionKind,
    Staying,
    Servers,
    SearchKind,
    Complaint,
    CaseState,
    Decision,
    Protection,
    Mode,
    Number,
    Origin,
    Often,
    Way,
)
# Where messages come from that stand in no `say`, such as the help in docstrings:
# "module:function", each yielding `Message`s. By name, for they lie above this package.
SOURCES: tuple[str, ...] = ("plein_bot.commands:messages", "plein_bot.web.words:messages")

_PLACEHOLDER = re.compile(r"\{\w+\}")
_WORDS = re.compile(r"[^\W\d_]")
_PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True, order=True)
class Message:
    text: str
    plural: str = ""
    context: str | None = None


class NotLiteral(Exception):
    """A sentence whose English text is only known at run time, so that nobody can translate it."""


# The bridges have catalogues of their own, kept by the same tool. Their code is read, not imported.
BRIDGES = _PACKAGE.parent / "bridges"


def messages_of_bridges() -> set[Message]:
    """Every message of the bridges. Raises `NotLiteral`."""
    return {
        message
        for file in sorted(BRIDGES.rglob("*.py"))
        for message in in_code(file.read_text(), str(file.relative_to(BRIDGES)))
    }


def enum_words(*choices: type[StrEnum]) -> Iterator[Message]:
    """The messages under which `Language.word` looks for the values of these enums."""
    for choice in choices:
        yield from (Message(value.value, context=choice.__name__.lower()) for value in choice)


def all_messages() -> set[Message]:
    """Every message with words in it of `plein_bot` and of the sources. Raises `NotLiteral`."""
    found = {
        message
        for file in sorted(_PACKAGE.rglob("*.py"))
        for message in in_code(file.read_text(), str(file.relative_to(_PACKAGE)))
    }
    for source in SOURCES:
        module, _, function = source.partition(":")
        found.update(getattr(import_module(module), function)())
    found.update(enum_words(*CHOICES))
    return {message for message in found if _WORDS.search(_PLACEHOLDER.sub("", message.text))}


def in_code(code: str, name: str) -> Iterator[Message]:
    """The messages in `say`, `count` and `Sentence` calls of one file, `name` for complaints."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(function):
                pass
            case _:
                continue
        # sentences.py, where the text is a parameter, makes the sentences of all others.
        if name == "domain/sentences.py":
            continue
        match function, node.args:
            case "say", [text, *_]:
                yield from (Message(each) for each in _literals(text, name))
            case "count", [_, singular, plural, *_]:
                (one,), (many,) = _literals(singular, name), _literals(plural, name)
                yield Message(one, many)
            # A sentence made of something else than a text written out here: see SOURCES.
            case "Sentence", [ast.Constant() | ast.IfExp() as text, *_]:
                named = {keyword.arg: keyword.value for keyword in node.keywords}
                plurals = _literals(named["plural"], name) if "plural" in named else [""]
                contexts = _literals(named["context"], name) if "context" in named else [None]
                for each in _literals(text, name):
                    yield Message(each, plurals[0], contexts[0])
            case _:
                pass


def _literals(node: ast.expr, name: str) -> list[str]:
    match node:
        case ast.Constant(str(text)):
            return [text]
        case ast.IfExp(_, first, second):
            return _literals(first, name) + _literals(second, name)
        case _:
            complaint = f"{name}:{node.lineno}: write the sentence out: {ast.unparse(node)}"
            raise NotLiteral(complaint)
