"""How is a page put into words? Templates, and the language of who asks for them.

Every sentence in a template is `say("…")` or `count(n, "…", "…")`, and so in the catalogues.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes

from plein_bot.domain import sentences
from plein_bot.domain.sentences import Sentence
from plein_bot.locale import LANGUAGES, Language, language
from plein_bot.locale.messages import Message, NotLiteral

CHOICE = "taal"
"""The part of an address that says which language somebody chose; there are no cookies."""

_TEMPLATES = Path(__file__).parent / "templates"

environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


@dataclass(frozen=True, slots=True)
class Words:
    """One reader's language. `chosen` where they chose it: then links keep it."""

    language: Language
    chosen: bool = False

    @property
    def code(self) -> str:
        return self.language.code

    def put(self, sentence: Sentence) -> str:
        return self.language.bare(sentence)

    def say(self, text: str, **data: object) -> str:
        return self.put(Sentence(text, data))

    def count(self, n: int, singular: str, plural: str, **data: object) -> str:
        # By its module's name: the catalogue is after sentences that are written out.
        return self.put(sentences.count(n, singular, plural, **data))

    def word(self, value: StrEnum) -> str:
        return self.language.word(value)

    def day(self, when: datetime) -> str:
        return self.language.day(when)

    def moment(self, when: datetime) -> str:
        return self.language.moment(when)

    def link(self, path: str, **query: str) -> str:
        """An address of ours, in the language that was chosen."""
        asked = ({CHOICE: self.code} if self.chosen and CHOICE not in query else {}) | query
        path, mark, part = path.partition("#")
        return (f"{path}?{urlencode(asked)}" if asked else path) + mark + part

    def filled(self, template: str, **data: Any) -> str:
        """A page of these templates."""
        return environment.get_template(template).render(
            say=self.say,
            count=self.count,
            put=self.put,
            word=self.word,
            day=self.day,
            moment=self.moment,
            link=self.link,
            code=self.code,
            chosen=self.chosen,
            **data,
        )


@lru_cache(maxsize=1024)
def spoken(chosen: str | None, accepted: str, default: str, zone: str) -> Words:
    """The language that somebody chose, else the first of ours that their browser asks for."""
    if chosen in LANGUAGES:
        return Words(language(chosen, zone), chosen=True)
    return Words(language(_preferred(accepted) or default, zone))


def _preferred(accepted: str) -> str | None:
    """Of the header Accept-Language (RFC 9110, 12.5.4)."""
    wanted: list[tuple[float, str]] = []
    for part in accepted[:400].split(","):
        name, _, weight = part.partition(";")
        code = name.strip().lower().partition("-")[0]
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            continue
        if code in LANGUAGES and quality > 0:
            wanted.append((quality, code))
    return max(wanted, key=lambda one: one[0])[1] if wanted else None


def messages() -> Iterator[Message]:
    """The sentences in the templates. Raises `NotLiteral`."""
    for path in sorted(_TEMPLATES.rglob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if not isinstance(call.node, nodes.Name):
                continue
            match call.node.name, call.args:
                case "say", [nodes.Const(value=str(text))]:
                    yield Message(text)
                case "count", [_, nodes.Const(value=str(one)), nodes.Const(value=str(many))]:
                    yield Message(one, many)
                case (("say" | "count"), _):
                    raise NotLiteral(f"{path.name}:{call.lineno}: write the sentence out")
                case _:
                    pass
