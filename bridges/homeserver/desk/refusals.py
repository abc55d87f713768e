"""How is somebody told that something cannot be?"""

from bridges.common.words import Sentence


class Refused(Exception):
    """Nothing was changed; the sentence says what to do instead."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.text)
        self.sentence = sentence
