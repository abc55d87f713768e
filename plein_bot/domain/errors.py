"""How Plein says no."""

from plein_bot.domain.sentences import Sentence, Text


class Refusal(Exception):
    """A request that Plein understood and turns down.

    It goes to the person who asked: a whole sentence that says what they can do. Nothing has been
    changed when it is raised.
    """

    def __init__(self, sentence: Sentence | Text) -> None:
        super().__init__(sentence)
        self.sentence = sentence
