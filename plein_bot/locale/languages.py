"""Which words does a sentence get in somebody's language?"""

import re
import warnings
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from gettext import GNUTranslations
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from plein_bot.domain.sentences import Link, Markdown, Sentence, Text, Typed
from plein_bot.locale import markdown
from plein_bot.locale.catalogues import LANGUAGES, translations

__all__ = ["LANGUAGES", "Language", "UnfilledSentence", "language"]

_MOMENTS = {"nl": "d MMMM y 'om' HH:mm", "en": "d MMMM y 'at' HH:mm"}
_DAY = "d MMMM y"
_PAGE = """<!DOCTYPE html>
<html lang="{code}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 sans-serif; max-width: 40em; margin: 0 auto; padding: 1em; }}
h2 {{ font-size: 1.15em; margin: 1.6em 0 .4em; border-bottom: 1px solid; padding-bottom: .2em; }}
ul {{ margin: 0; padding-left: 1.2em; }}
li {{ margin: .5em 0; overflow-wrap: anywhere; }}
</style>
</head>
<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em">
{body}</body>
</html>
"""
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class UnfilledSentence(UserWarning):
    """A sentence names a value that it was not given.

    People get the sentence with its `{name}`; tests, where warnings are errors, fail.
    """


class Language:
    """Sentences in one language, with the hours of one time zone."""

    def __init__(self, code: str, words: GNUTranslations, zone: ZoneInfo) -> None:
        self.code = code
        self._words = words
        self._zone = zone

    def plain(self, text: Sentence | Text) -> str:
        """For clients, mails and logs that show no markup."""
        return markdown.plain_text(self.markdown(text))

    def page(self, text: Sentence | Text) -> str:
        """A whole HTML document with the text, such as a mail is. Nothing is fetched by it."""
        return _PAGE.format(code=self.code, body=markdown.render(self.markdown(text)))

    def markdown(self, text: Sentence | Text) -> str:
        """Markdown in which only the sentence's own markup counts; values are literal text."""
        if isinstance(text, Text):
            return self._several(text)
        template = self.template(text)
        written, end = "", 0
        for span in _CODE_SPAN.finditer(template):
            written += self._filled(template[end : span.start()], text, code=False)
            written += markdown.code(self._filled(span[2], text, code=True))
            end = span.end()
        return written + self._filled(template[end:], text, code=False)

    def bare(self, sentence: Sentence) -> str:
        """For pages, which bring their own markup: the words just as they are, values filled in."""
        return self._filled(self.template(sentence), sentence, code=True)

    def word(self, value: StrEnum) -> str:
        """The word for a choice; its context in the catalogue is the class's name in lower case."""
        return self._words.pgettext(type(value).__name__.lower(), value.value)

    def moment(self, when: date) -> str:
        """A day, or for a `datetime` the day and the hour in the reader's time zone."""
        if isinstance(when, datetime):
            pattern = _MOMENTS[self.code]
            return str(format_datetime(when, pattern, tzinfo=self._zone, locale=self.code))
        return str(format_date(when, _DAY, locale=self.code))

    def day(self, when: datetime) -> str:
        """The day on which a moment falls for the reader."""
        return self.moment(when.astimezone(self._zone).date())

    def template(self, sentence: Sentence) -> str:
        """The sentence in this language, its placeholders not yet filled."""
        text, context, plural = sentence.text, sentence.context, sentence.plural
        if not text:
            return ""  # Of an empty text the catalogue gives its own header.
        if plural is None:
            return self._words.pgettext(context, text) if context else self._words.gettext(text)
        number = sentence.data.get("n")
        n = number if isinstance(number, int) else 0
        if context:
            return self._words.npgettext(context, text, plural, n)
        return self._words.ngettext(text, plural, n)

    def _several(self, text: Text) -> str:
        parts = [self.markdown(part) for part in text.parts]
        if text.numbered_from is not None:
            numbers = range(text.numbered_from, text.numbered_from + len(parts))
            parts = [_item(number, part) for number, part in zip(numbers, parts, strict=True)]
        return text.between.join(parts)

    def _filled(self, template: str, sentence: Sentence, *, code: bool) -> str:
        def value(placeholder: re.Match[str]) -> str:
            try:
                found = sentence.data[placeholder[1]]
            except KeyError:
                message = f"{sentence.text!r} was not given {placeholder[1]!r}"
                warnings.warn(message, UnfilledSentence, stacklevel=2)
                return placeholder[0]
            return self._plain_value(found) if code else self._value(found)

        return _PLACEHOLDER.sub(value, template)

    def _value(self, value: object) -> str:
        match value:
            case Sentence() | Text():
                return self.markdown(value)
            case Link():
                return markdown.link(value.label, value.url)
            case Markdown():
                return value.text
            case _:
                return markdown.literal(self._plain_value(value))

    def _plain_value(self, value: object) -> str:
        match value:
            case Sentence() | Text():
                return self.plain(value)
            case Link():
                return value.url
            case Markdown():
                return markdown.plain_text(value.text)
            case Typed():
                return value.nl if self.code == "nl" else value.en
            case StrEnum():
                return self.word(value)
            case date():
                return self.moment(value)
            case _:
                return str(value)


def _item(number: int, part: str) -> str:
    bullet = f"{number}. "
    return bullet + part.replace("\n", "\n" + " " * len(bullet))


@cache
def language(code: str, zone: str = "Europe/Amsterdam", default: str = "nl") -> Language:
    """The language for a code as people store it; `default` for one that Plein does not speak."""
    spoken = code if code in LANGUAGES else default
    return Language(spoken, translations(spoken), ZoneInfo(zone))
