"""How a place is put into words."""

from collections.abc import Mapping

from plein_bot.actions import members, people
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Choice
from plein_bot.commands.servers import named_in
from plein_bot.domain.audiences import audience_of, known_to_all
from plein_bot.domain.ids import RoomId
from plein_bot.domain.openness import openness_of
from plein_bot.domain.places import Joining, Place
from plein_bot.domain.plans import readable_alias
from plein_bot.domain.sentences import NOTHING, Link, Sentence, Text, count, lines, say
from plein_bot.domain.standing import Standing
from plein_bot.index import organisations as register


def people_in(place: Place, sizes: Mapping[RoomId, int]) -> Sentence:
    return count(sizes.get(place.room, 0), "{n} member", "{n} members")


def line_of(standing: Standing, sizes: Mapping[RoomId, int]) -> Sentence:
    """One line in a list: name, short name, who can see it, how to join, how many are in."""
    place = standing.place
    return say(
        "**{name}** · `{path}` · {visibility} · {joining} · {people}{archived}",
        name=place.name,
        path=place.path,
        visibility=place.settings.visibility,
        joining=place.settings.joining,
        people=people_in(place, sizes),
        archived=say(" · archived") if place.archived else NOTHING,
    )


async def described(call: Call, standing: Standing) -> tuple[Sentence | Text, ...]:
    """Everything about a place that somebody who may see it wants to know."""
    place, settings = standing.place, standing.place.settings
    sizes = await members.counts(call.act, [place])
    parts: list[Sentence | Text] = [
        say("**{name}** · `{path}`", name=place.full_name, path=place.path)
    ]
    if place.about:
        parts.append(say("{topic}", topic=place.about))
    facts: list[Sentence | Text] = [
        say("Who can see it: {visibility}", visibility=settings.visibility),
        say("Who reads along: {audience}", audience=audience_of(place, sizes.get(place.room, 0))),
        say("Joining: {joining}", joining=settings.joining),
        say("Posting: {posting}", posting=settings.posting),
        say("Members: {n}", n=sizes.get(place.room, 0)),
    ]
    if settings.organisations:
        facts.append(say("Organisations: {names}", names=", ".join(settings.organisations)))
    if settings.servers is not None:
        facts.append(say("Homeservers: {names}", names=named_in(settings.servers)))
    if settings.encrypted and settings.index:
        facts.append(say("Encrypted, and opened by Plein so that it can be searched"))
    elif settings.encrypted:
        facts.append(say("Encrypted: Plein does not open it, so nothing in it can be searched"))
    if settings.overview:
        facts.append(say("Once a month the room is told which files are new."))
    if settings.slow:
        facts.append(
            say(
                "Many people came in at once, so for a while people ask first. After that joining "
                "is {joining} again.",
                joining=settings.slow,
            )
        )
    if guarded := [one for one, guard in place.guards().items() if guard.acts]:
        names = Text(tuple(say("{name}", name=one) for one in guarded), between=", ")
        facts.append(say("Guarded against: {names}", names=names))
    if openness_of(place).listed:
        alias = readable_alias(place, call.act.plein.server)
        facts.append(say("Address: {alias}", alias=Link(alias, f"https://matrix.to/#/{alias}")))
    if place.archived:
        facts.append(say("This place is archived: it can be read, and nothing is added."))
    parts.append(lines(*facts))
    if standing.is_in:
        parts.append(say("You take part as {role}.", role=standing.role))
    else:
        parts += known_to_all(place)
        parts.append(say("Take part: `join {path}`.", path=place.path))
    return tuple(parts)


async def joining_asked(call: Call, joining: Joining, organisations: str | None) -> tuple[str, ...]:
    """The organisations that `joining: organisation` names; asked for where they are left out."""
    if joining is not Joining.ORGANISATION:
        return ()
    known = await register.all_of(call.act.index)
    if organisations is None:
        organisations = call.ask(
            "organisations",
            say("Which organisations? You may give several numbers."),
            tuple(Choice(say("{name}", name=one.name), one.slug) for one in known),
            otherwise="",
            several=True,
        )
    return people.named_organisations(known, organisations)
