"""Slow mode: many people came in at once, so for a while they ask first.

How people join otherwise stands beside it in the settings; whoever chooses a way of joining in the
meantime ends it, and nothing is put back then.
"""

from dataclasses import replace

from plein_bot.domain.openness import fitting_joining
from plein_bot.domain.places import Joining, Place

CALM = "protection.calm"
"""The kind of timer that ends it, and what ending it is called in the audit."""

_WALKING_IN = (Joining.OPEN, Joining.MEMBERS, Joining.ORGANISATION)


def can_begin(place: Place) -> bool:
    """Whether anybody walks in there; where all ask or are invited there is nothing to slow."""
    return place.settings.slow is None and place.settings.joining in _WALKING_IN


def slowed(place: Place) -> Place:
    settings = place.settings
    return place.with_settings(replace(settings, joining=Joining.REQUEST, slow=settings.joining))


def put_back(place: Place) -> Place:
    """As it was, as far as that goes with who sees the place now."""
    settings = place.settings
    joining = fitting_joining(settings.visibility, settings.slow or settings.joining)
    return place.with_settings(replace(settings, joining=joining, slow=None))


def timer_of(place: Place) -> str:
    return f"{CALM}:{place.room}"
