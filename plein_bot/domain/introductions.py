"""How somebody is introduced: by their name, and as what they take part (design 5.1)."""

from plein_bot.domain.people import Person
from plein_bot.domain.sentences import Sentence, say


def introduce(person: Person) -> Sentence:
    """In a list: `Joost Bakker · official, gemeente Purmerend`."""
    if person.by_mail:
        return say("{name} · {kind}, by e-mail", name=person.shown, kind=person.person_class)
    if person.organisations:
        return say(
            "{name} · {kind}, {organisations}",
            name=person.shown,
            kind=person.person_class,
            organisations=_organisations(person),
        )
    return say("{name} · {kind}", name=person.shown, kind=person.person_class)


def with_class(person: Person) -> Sentence:
    """In a sentence: `Joost Bakker (official, gemeente Purmerend)`."""
    if person.by_mail:
        return say("{name} ({kind}, by e-mail)", name=person.shown, kind=person.person_class)
    if person.organisations:
        return say(
            "{name} ({kind}, {organisations})",
            name=person.shown,
            kind=person.person_class,
            organisations=_organisations(person),
        )
    return say("{name} ({kind})", name=person.shown, kind=person.person_class)


def _organisations(person: Person) -> str:
    return ", ".join(organisation.name for organisation in person.organisations)
