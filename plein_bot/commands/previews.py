"""What an owner reads before a place changes, and after it."""

from collections.abc import Iterable
from enum import StrEnum

from plein_bot.actions.replacing import Replaced
from plein_bot.actions.settings import Planned
from plein_bot.domain.audiences import audience_of
from plein_bot.domain.changes import Change
from plein_bot.domain.departures import Departure, Ground
from plein_bot.domain.places import Place, Visibility
from plein_bot.domain.sentences import Sentence, Text, count, lines, paragraphs, say
from plein_bot.domain.settings import Answer, Setting

_NAMED = 10
"""People called by name; of more there is only the number."""


def preview(planned: Planned, removed: frozenset[Ground], *, fresh: bool = False) -> Text:
    told: list[Sentence | Text] = [
        lines(say("This is what changes:"), *map(_line, planned.changes)),
    ]
    for ground in Ground:
        if leaving := planned.of(ground):
            fate = say("They are removed.") if ground in removed else say("They stay.")
            told.append(Text((*no_longer_belong(leaving), fate), between=" "))
    told += _of_history(planned.changes, fresh=fresh)
    if any(one.unseals for one in planned.changes):
        told.append(
            say(
                "I will open the encrypted messages and files to search them, also those from "
                "before as far as I have their keys. Who takes part finds what was said while they "
                "were in it. What I open stands readable in Plein's database, so who manages that "
                "can read it too. I tell this in the place and to the staff."
            )
        )
    if any(one.renames for one in planned.changes):
        told.append(say("Links with the old address stop working, links to a room do not."))
    told.append(say("Is that right?"))
    return paragraphs(*told)


def _line(one: Change) -> Sentence:
    return say(
        "**{place}**: {facts}. Who reads along: {audience}",
        place=one.before.full_name,
        facts=Text(tuple(_facts(one.before, one.after)), between=", "),
        audience=audience_of(one.after, one.members),
    )


def _facts(before: Place, after: Place) -> Iterable[Sentence]:
    for setting, was, becomes in (
        (Setting.VISIBILITY, before.settings.visibility, after.settings.visibility),
        (Setting.JOINING, before.settings.joining, after.settings.joining),
        (Setting.CITIZENS, _yes_or_no(before.citizens_allowed), _yes_or_no(after.citizens_allowed)),
        (Setting.EXTERNAL, _yes_or_no(before.is_external), _yes_or_no(after.is_external)),
        (Setting.POSTING, before.settings.posting, after.settings.posting),
        (Setting.INVITE, before.settings.invite, after.settings.invite),
        (Setting.INDEX, _yes_or_no(before.settings.index), _yes_or_no(after.settings.index)),
        (Setting.HISTORY, _yes_or_no(before.settings.history), _yes_or_no(after.settings.history)),
        (
            Setting.OVERVIEW,
            _yes_or_no(before.settings.overview),
            _yes_or_no(after.settings.overview),
        ),
        (Setting.CAP, before.cap, after.cap),
        (Setting.SLUG, before.slug, after.slug),
    ):
        of_subsites = before.is_subsite and setting is Setting.EXTERNAL
        of_groups = not before.is_subsite and setting is Setting.CAP
        if was != becomes and not (of_subsites or of_groups):
            yield say("{setting} {was} → {becomes}", setting=setting, was=was, becomes=becomes)
    if before.settings.organisations != after.settings.organisations:
        yield say("organisations: {names}", names=", ".join(after.settings.organisations) or "–")


def _yes_or_no(value: bool) -> StrEnum:
    return Answer.YES if value else Answer.NO


def _of_history(changes: tuple[Change, ...], *, fresh: bool) -> Iterable[Sentence | Text]:
    """What can still be read of before, or can be read from now on: said as it is."""
    closing = [one for one in changes if one.closes]
    opening = [one for one in changes if one.opens and not one.before.is_subsite]
    if any(one.before.settings.visibility is Visibility.PUBLIC for one in closing):
        yield say(
            "What was public may have been kept by others. Messages that were sent until now stay "
            "readable for everybody who has their link, and on other servers."
        )
    if closing:
        yield say("Who takes part now and leaves later, keeps what they could read.")
    if opening and not fresh:
        yield say("Who comes in can also read what was said before.")
    if fresh:
        names = tuple(say("{place}", place=one.before.full_name) for one in changes)
        yield new_rooms(names, sum(one.members for one in changes))
    elif closing or opening:
        yield say(
            "Do you want to begin anew instead? Type the same with `--fresh`: those who belong are "
            "invited to a new, empty room, and the old one is closed. Who was in it can still "
            "read it."
        )


def new_rooms(places: tuple[Sentence, ...], invited: int) -> Sentence:
    return say(
        "There will be a new, empty room for {places}, with {people}. The old room is closed: "
        "who was in it can still read it, and nobody can write in it.",
        places=Text(places, between=", "),
        people=count(invited, "{n} invitation", "{n} invitations"),
    )


def replaced(done: tuple[Replaced, ...]) -> tuple[Sentence, ...]:
    told = [
        say(
            "{place} goes on in a new room, with {people}.",
            place=one.place.full_name,
            people=count(one.invited, "{n} invitation", "{n} invitations"),
        )
        for one in done
    ]
    missed = dict.fromkeys(user for one in done for user in one.missed)
    if missed:
        told.append(
            say(
                "Their homeserver did not answer, so invite them yourself: {names}.",
                names=", ".join(missed),
            )
        )
    return tuple(told)


def no_longer_belong(leaving: tuple[Departure, ...]) -> tuple[Sentence | Text, ...]:
    """`Zaanstreek: 2 citizens no longer belong there (Fatima, Bram).`, a line per place."""
    by_place: dict[str, list[Departure]] = {}
    for one in leaving:
        by_place.setdefault(f"{one.place.room} {one.ground}", []).append(one)
    return tuple(_of_place(some) for some in by_place.values())


def _of_place(leaving: list[Departure]) -> Sentence:
    place, names, n = leaving[0].place, _names(leaving), len(leaving)
    match leaving[0].ground:
        case Ground.CITIZEN:
            return count(
                n,
                "In {place} there is {n} citizen who no longer belongs there: {names}.",
                "In {place} there are {n} citizens who no longer belong there: {names}.",
                place=place.full_name,
                names=names,
            )
        case Ground.OUTSIDER:
            return count(
                n,
                "In {place} there is {n} person who is not in {subsite}: {names}.",
                "In {place} there are {n} people who are not in {subsite}: {names}.",
                place=place.full_name,
                subsite=place.root.name,
                names=names,
            )
        case Ground.ORGANISATION:
            return count(
                n,
                "In {place} there is {n} person of another organisation: {names}.",
                "In {place} there are {n} people of other organisations: {names}.",
                place=place.full_name,
                names=names,
            )


def _names(leaving: list[Departure]) -> Sentence | str:
    names = ", ".join(one.person.shown for one in leaving[:_NAMED])
    more = len(leaving) - _NAMED
    return say("{names} and {n} more", names=names, n=more) if more > 0 else names


def lowered(places: tuple[Place, ...]) -> tuple[Text, ...]:
    """What had to follow because it stood above the cap."""
    if not places:
        return ()
    return (
        lines(
            say("Made less open with it:"),
            *(
                say(
                    "{place}: {visibility}, {joining}",
                    place=place.full_name,
                    visibility=place.settings.visibility,
                    joining=place.settings.joining,
                )
                for place in places
            ),
        ),
    )


def departed(gone: tuple[Departure, ...]) -> tuple[Sentence, ...]:
    people = {one.person.id: one for one in gone}
    if not people:
        return ()
    return (
        count(
            len(people),
            "{n} person no longer takes part and has heard why: {names}.",
            "{n} people no longer take part and have heard why: {names}.",
            names=_names(list(people.values())),
        ),
    )
