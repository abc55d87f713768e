"""Who reads along, in words that stand next to everything (design 5.2)."""

from plein_bot.domain.places import Place, Visibility
from plein_bot.domain.sentences import Sentence, count, say

PUBLIC_TO_ALL = say("Your name and what you write are public.")
OPENED = say(
    "What you say there is encrypted, but I open it to search it: it then stands readable in "
    "Plein's database."
)


def known_to_all(place: Place) -> tuple[Sentence, ...]:
    """What one reads before one takes part, where it is known to more than those who are in."""
    if place.settings.encrypted and place.settings.index:
        return (OPENED,)
    return (PUBLIC_TO_ALL,) if place.settings.visibility is Visibility.PUBLIC else ()


def audience_of(place: Place, members: int) -> Sentence:
    """Of a subsite it is its own description and list of groups that is read."""
    match place.settings.visibility:
        case Visibility.PUBLIC:
            return say("Everybody, also without an account")
        case Visibility.LISTED | Visibility.MEMBERS | Visibility.HIDDEN:
            return count(
                members, "{n} member of {place}", "{n} members of {place}", place=place.full_name
            )


def audience_behind(place: Place, members: int) -> Sentence:
    """The same behind the name of the place, in a list to choose from."""
    if place.settings.visibility is Visibility.PUBLIC:
        return say("everybody, also without an account")
    return count(members, "{n} member", "{n} members")
