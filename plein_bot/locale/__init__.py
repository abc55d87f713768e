"""How is a sentence said in Dutch and in English?

`python -m plein_bot.locale` brings the catalogues up to date with the code.
"""

from plein_bot.locale.languages import LANGUAGES, Language, UnfilledSentence, language

__all__ = ["LANGUAGES", "Language", "UnfilledSentence", "language"]
