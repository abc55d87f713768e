"""Who answers for a place: whom to ask, and telling all of them."""

from plein_bot.actions import people, places
from plein_bot.actions.acts import Act
from plein_bot.domain.effects import Say
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Role
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Link, Sentence, Text, say
from plein_bot.index import members
from plein_bot.index import places as rows

_MOST_ASKED = 3


def because(reason: str) -> Sentence | None:
    return say("The reason: “{reason}”", reason=reason) if reason else None


async def to_ask(act: Act, place: Place, but: UserId) -> Sentence | None:
    """Whom somebody can turn to about a subsite: those with the highest roles in it."""
    root = place.root
    powers = await places.powers_in(act, root)
    there = await members.of_room(act.index, root.room)
    found = [
        user
        for user, power in sorted(powers.items(), key=lambda one: (-one[1], one[0]))
        if power >= Role.ADMIN.power and there.get(user) is Membership.JOIN and user != but
    ][:_MOST_ASKED]
    if not found:
        return None
    known = await people.recognise_all(act, found)
    links = (Link(known[user].shown, f"https://matrix.to/#/{user}") for user in found)
    names = Text(tuple(say("{name}", name=link) for link in links), between=", ")
    return say("Do you have a question, or do you not agree? Ask {names}.", names=names)


async def tell(act: Act, place: Place, text: Sentence | Text, step: str) -> None:
    """Say something in the staff room of a place's subsite."""
    if room := await rows.staff_room(act.index, place.root):
        await act.homeserver.say(Say(room, text, step, act.plein.language), act.cause)
