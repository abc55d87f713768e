"""The two tables of design 5.2: from visibility and joining to what Matrix calls a room's state.

`refuse_impossible` says which mixes do not exist and what would do; `openness_of` is total over
the rest.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, assert_never

from plein_bot.domain.errors import Refusal
from plein_bot.domain.places import Joining, Place, Visibility
from plein_bot.domain.sentences import say


class Gate(StrEnum):
    """The join rules that Plein uses (Matrix specification, `m.room.join_rules`)."""

    PUBLIC = "public"
    KNOCK = "knock"
    RESTRICTED = "restricted"
    KNOCK_RESTRICTED = "knock_restricted"
    INVITE = "invite"


@dataclass(frozen=True, slots=True)
class Openness:
    """How open the room of a place is made. What is listed also has a readable alias."""

    gate: Gate
    history: str
    listed: bool
    child: bool

    def join_rules(self, place: Place) -> dict[str, Any]:
        rules: dict[str, Any] = {"join_rule": self.gate.value}
        if self.gate in (Gate.RESTRICTED, Gate.KNOCK_RESTRICTED):
            rules["allow"] = [{"type": "m.room_membership", "room_id": place.root.room}]
        return rules


def openness_of(place: Place) -> Openness:
    visibility = place.settings.visibility
    listed = visibility in (Visibility.PUBLIC, Visibility.LISTED)
    # A space has no conversation to read, and its history is who came and went.
    readable = visibility is Visibility.PUBLIC and not place.is_subsite
    from_joining = visibility is Visibility.HIDDEN and not place.settings.history
    return Openness(
        gate=_gate(place),
        history="world_readable" if readable else "joined" if from_joining else "shared",
        listed=listed,
        child=not place.is_subsite and visibility is not Visibility.HIDDEN,
    )


def _gate(place: Place) -> Gate:
    visibility, joining = place.settings.visibility, place.settings.joining
    if place.archived:
        return Gate.INVITE
    match visibility:
        case Visibility.HIDDEN:
            return Gate.INVITE
        case Visibility.MEMBERS:
            # The join rule admits only whom the rules admit: in a subsite with citizens, a group
            # without them cannot let the whole subsite in.
            walk_in = joining in (Joining.OPEN, Joining.MEMBERS) and place.all_of_subsite_may_enter
            return Gate.RESTRICTED if walk_in else Gate.INVITE
        case Visibility.PUBLIC | Visibility.LISTED:
            return _gate_in_sight(place, joining)
        case _:
            assert_never(visibility)


def _gate_in_sight(place: Place, joining: Joining) -> Gate:
    match joining:
        case Joining.OPEN:
            return Gate.PUBLIC if place.citizens_allowed else Gate.KNOCK
        case Joining.MEMBERS:
            return Gate.KNOCK_RESTRICTED if place.all_of_subsite_may_enter else Gate.KNOCK
        case Joining.REQUEST | Joining.ORGANISATION:
            return Gate.KNOCK
        case Joining.INVITE:
            return Gate.INVITE
        case _:
            assert_never(joining)


def fitting_joining(visibility: Visibility, joining: Joining) -> Joining:
    """`joining`, or what comes closest to it where it does not go with this visibility.

    Without it a hidden place could never be listed nor a listed one hidden, one setting at a time.
    """
    if visibility is Visibility.HIDDEN:
        return Joining.INVITE
    if visibility is Visibility.LISTED and joining is Joining.INVITE:
        return Joining.REQUEST
    return joining


def refuse_impossible(place: Place) -> None:
    """Raise a Refusal, with the reason and what would do, for a mix that does not exist."""
    settings = place.settings
    visibility, joining = settings.visibility, settings.joining
    if place.is_subsite and visibility is Visibility.MEMBERS:
        raise Refusal(
            say("A subsite cannot have the visibility “members”. Choose public, listed or hidden.")
        )
    if place.is_subsite and joining is Joining.MEMBERS:
        raise Refusal(
            say(
                "A subsite cannot be joined by “members”: that is for groups. "
                "Choose open, request, organisation or invite."
            )
        )
    if visibility is Visibility.HIDDEN and joining is not Joining.INVITE:
        raise Refusal(
            say(
                "A hidden place is joined by invitation only. "
                "Choose joining “invite”, or make it visible to more people first."
            )
        )
    if visibility is Visibility.LISTED and joining is Joining.INVITE:
        raise Refusal(
            say(
                "A place that everybody can find cannot be by invitation only. "
                "Choose joining “request”, or a visibility that shows it to fewer people."
            )
        )
    if visibility is not Visibility.HIDDEN and not settings.history:
        raise Refusal(
            say(
                "Only in a hidden place can it be that newcomers do not read what was said before. "
                "Choose visibility “hidden” first."
            )
        )
    if settings.encrypted and visibility in (Visibility.PUBLIC, Visibility.LISTED):
        raise Refusal(
            say(
                "An encrypted place cannot be public or listed: what is encrypted is not for "
                "everybody. Choose members or hidden."
            )
        )
    if joining is Joining.ORGANISATION and not settings.organisations:
        raise Refusal(
            say(
                "Name the organisations as well, for example: "
                "`set {place} joining organisation zaanstad purmerend`.",
                place=place.path or place.slug,
            )
        )
    if not place.is_subsite:
        _refuse_above_the_subsite(place)


def _refuse_above_the_subsite(place: Place) -> None:
    visibility = place.settings.visibility
    in_sight = visibility in (Visibility.PUBLIC, Visibility.LISTED)
    if in_sight and place.root.settings.visibility is Visibility.HIDDEN:
        raise Refusal(
            say(
                "{subsite} is hidden, so nothing in it can be public or listed. "
                "Choose members or hidden.",
                subsite=place.root.name,
            )
        )
    if visibility.openness > place.cap.openness:
        raise Refusal(
            say(
                "In {subsite} nothing may be more open than “{cap}”. Choose that or something less "
                "open. An owner of the subsite can raise the cap with `set {slug} cap`.",
                subsite=place.root.name,
                cap=place.cap,
                slug=place.root.slug,
            )
        )
