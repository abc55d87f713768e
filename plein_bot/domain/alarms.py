"""To whom an alarm applies: what the watch could not know when it went off."""

from datetime import timedelta

from plein_bot.domain.deployment import Plein
from plein_bot.domain.people import PersonClass, Role
from plein_bot.domain.protections import Guard, Number, Protection
from plein_bot.domain.standing import Standing

OF_NEWCOMERS = frozenset({Protection.LINKS, Protection.MEDIA})
PER_MESSAGE = OF_NEWCOMERS | {Protection.MENTIONS}
"""What one message alone can be."""


def is_spared(theirs: Standing, protection: Protection, plein: Plein) -> bool:
    """Whether a protection does nothing to somebody: never to staff, nor to Plein itself.

    Officials, and authors of the place, are no newcomers of whom a link says anything. Ghosts of
    bridges count as anybody; but what people of an organisation said while their homeserver was
    away, the relay brings all at once, and that is no flood.
    """
    if protection is Protection.JOINS:
        return False  # It does nothing to anybody.
    if theirs.person.id in (plein.bot, plein.reserve) or theirs.power >= Role.MODERATOR.power:
        return True
    if protection is Protection.FLOOD and theirs.person.relayed:
        return not theirs.person.is_citizen
    if protection not in OF_NEWCOMERS:
        return False
    known = theirs.person.person_class is PersonClass.OFFICIAL
    return known or theirs.person.id in theirs.place.settings.authors


def is_newcomer(guard: Guard, said_before: int, here_for: timedelta | None) -> bool:
    """Whether somebody is new to a place: by what they said there, or since when they are in."""
    if said_before < guard[Number.MESSAGES]:
        return True
    return here_for is None or here_for < timedelta(days=guard[Number.DAYS])
