"""What the mail says by which somebody is invited."""

from dataclasses import dataclass
from datetime import datetime

from plein_bot.domain.audiences import audience_of, known_to_all
from plein_bot.domain.introductions import with_class
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Link, Sentence, Text, paragraphs, say


@dataclass(frozen=True, slots=True)
class Letter:
    """The same for everybody who is invited to a place at one time, but for the link."""

    inviter: Person
    place: Place
    members: int
    text: str
    expires_at: datetime


def subject(letter: Letter) -> Sentence:
    return say(
        "{name} invites you to {place}",
        name=letter.inviter.shown,
        place=letter.place.full_name,
    )


def body(letter: Letter, address: str) -> Text:
    """`address` is where the link leads."""
    place = letter.place
    about = (say("{topic}", topic=place.about),) if place.about else ()
    personal = (say("“{text}”", text=letter.text),) if letter.text else ()
    return paragraphs(
        say("{who} invites you to {place}.", who=with_class(letter.inviter), place=place.full_name),
        *personal,
        *about,
        say("Who reads along there: {audience}.", audience=audience_of(place, letter.members)),
        *known_to_all(place),
        say("See what it is, and take part: {link}", link=Link(address, address)),
        say(
            "The link is for you alone, and valid until {until}. "
            "Do you not want to take part? Then you need not do anything.",
            until=letter.expires_at,
        ),
    )
