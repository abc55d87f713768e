"""What the mail says by which somebody proves an address, to take part by e-mail.

Nothing in it was typed by whoever asked: they may be anybody.
"""

from plein_bot.domain.audiences import audience_of, known_to_all
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Link, Sentence, Text, paragraphs, say


def subject(place: Place) -> Sentence:
    return say("Take part in {place} by e-mail?", place=place.full_name)


def body(place: Place, members: int, address: str, days: int) -> Text:
    """`address` is where the link leads."""
    return paragraphs(
        say("Somebody gave this address to take part in {place} by e-mail.", place=place.full_name),
        say("Who reads along there: {audience}.", audience=audience_of(place, members)),
        *known_to_all(place),
        say("Was it you? Then say yes here: {link}", link=Link(address, address)),
        say(
            "The link works for {n} days. Was it not you? Then you need not do anything: nothing "
            "is mailed to you.",
            n=days,
        ),
    )
