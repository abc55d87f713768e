"""What does somebody want by mail, and in which words do they say so?

On a page that each mail leads to, or by a mail to an address that only they got: `s+…`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bridges.common.words import Sentence, say
from bridges.email.addresses import GHOSTS, Keys
from bridges.email.store.people import Choice, Person

CHOOSE = "choose"
_CHOOSER = re.compile(rf"({GHOSTS}[a-z0-9]+)(?:_([0-9]{{1,9}}))?")
_MARKS = " .,;!*\"'“”‘’`"
_LONGEST = 100

_STOPPING = {"afmelden", "uitschrijven", "stoppen", "unsubscribe", "opt out"}
_CHOICES = {
    Choice.EACH: {"elk", "elk bericht", "alles", "each", "each message", "all"},
    Choice.DAILY: {"dagelijks", "daily", "elke dag", "every day"},
    Choice.POSTS: {"blogs", "alleen blogs", "posts", "only posts"},
    Choice.NONE: {"niets", "geen", "stop", "none", "nothing", *_STOPPING},
}
_EDITS = {
    True: {"wijzigingen", "wijzigingen ja", "edits", "edits yes"},
    False: {"wijzigingen nee", "geen wijzigingen", "edits no", "no edits"},
}


# What people write around a word to be kind, and mail programs before a subject.
_AROUND = re.compile(
    r"^(?:(?:re|antw|aw|betreft)\b|ik (?:wil|wens|kies)\b|i (?:want|choose)\b|liever\b"
    r"|graag\b|please\b|mij\b|alstublieft\b|aub\b)[ ,]*"
    r"|[ ,]*\b(?:graag|please|alstublieft|aub)$"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """None is: as it was."""

    choice: Choice | None = None
    edits: bool | None = None


def wish(lines: Iterable[str]) -> Wish:
    """What the lines of a mail say; the first that says something of the one, and of the other."""
    choice: Choice | None = None
    edits: bool | None = None
    for line in lines:
        said = _bare(line)
        if choice is None:
            choice = next((one for one, words in _CHOICES.items() if said in words), None)
        if edits is None:
            edits = next((one for one, words in _EDITS.items() if said in words), None)
    return Wish(choice, edits)


def _bare(line: str) -> str:
    """A line without its marks and kind words; one of which nothing is left says nothing."""
    said = " ".join(line.lower().replace(":", " ").replace("a.u.b", "aub").split()).strip(_MARKS)
    if len(said) > _LONGEST:
        return said
    while (shorter := _AROUND.sub("", said).strip(_MARKS)) != said:
        said = shorter
    return said


def named(choice: Choice) -> Sentence:
    match choice:
        case Choice.EACH:
            return say("Each message, when it is said")
        case Choice.DAILY:
            return say("One mail a day, with all that was said")
        case Choice.POSTS:
            return say("Only posts")
        case Choice.NONE:
            return say("Nothing")


def standing(person: Person) -> tuple[Sentence, Sentence]:
    """What somebody gets as things are."""
    with_edits = person.edits and person.choice is not Choice.NONE
    return (
        say("What you get by mail: {choice}.", choice=named(person.choice)),
        say("You also get a mail when a message is changed afterwards.")
        if with_edits
        else say("You get no mail when a message is changed afterwards."),
    )


@dataclass(frozen=True, slots=True)
class Ways:
    """Where somebody chooses."""

    keys: Keys
    domain: str
    public_url: str

    def page(self, user_id: str, renewed: int = 0) -> str:
        return f"{self.public_url}/mail/choose/{self._token(user_id, renewed)}"

    def address(self, user_id: str, renewed: int = 0) -> str:
        return f"s+{self._token(user_id, renewed)}@{self.domain}"

    def chooser(self, token: str) -> tuple[str, int] | None:
        """The localpart that it was given to, and how often it had been renewed then."""
        found = _CHOOSER.fullmatch(self.keys.opened(CHOOSE, token) or "")
        return (found[1], int(found[2] or 0)) if found else None

    def _token(self, user_id: str, renewed: int) -> str:
        """Short enough for what stands before the @ of an address."""
        localpart = user_id[1:].partition(":")[0]
        return self.keys.signed(CHOOSE, f"{localpart}_{renewed}" if renewed else localpart)
