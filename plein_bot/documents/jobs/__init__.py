"""What a child can do with a document.

A job is a function that is given the document, its options and the limits that the child is under,
and gives an Answer or raises Unreadable. It runs in the child only, where nothing that it breaks
matters; a job brings its own libraries, so each has a module that is imported there.
"""

from plein_bot.documents.answers import Reason


class Unreadable(Exception):
    """The document cannot be read, and it is known why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason
