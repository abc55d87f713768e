"""Commands about roles: giving them, and answering an offer of ownership."""

from typing import Annotated

from plein_bot.actions import offer_endings, offers, places, roles, vacancies
from plein_bot.actions.acts import Act
from plein_bot.commands import words
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Choice, Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.errors import Refusal
from plein_bot.domain.giving import require_giver
from plein_bot.domain.introductions import with_class
from plein_bot.domain.offers import NothingOffered, Offer
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, Text, count, paragraphs, say
from plein_bot.domain.standing import NoSuchPlace, Standing


@TABLE.command("role", "rol", whom=Whom.STAFF)
async def give(
    call: Call,
    place: Annotated[str, Dutch("plek")],
    who: Annotated[str, Dutch("wie")],
    role: Annotated[str, Dutch("rol")] = "",
) -> Reply:
    """Make somebody owner, admin or moderator of a place, or member again."""
    place, who, role = _sorted_out(place, who, role)
    standing, who = await _place(call, place, who)
    wanted = _role(call, role)
    if await vacancies.may_appoint(call.act, standing, wanted):
        return await _appointed(call, standing, await call.person(who, []))
    if not await roles.was_stepping_down(call.act, standing.place):
        require_giver(standing)
    person = await call.person(who, [standing.place.room, standing.place.root.room])
    planned = await roles.plan(call.act, standing, person, wanted)
    if planned.is_over:
        return Reply(
            say(
                "{name} is {role} of {place} already.",
                name=person.shown,
                role=wanted,
                place=standing.place.full_name,
            )
        )
    if planned.needs_confirming:
        where = [one.room for one in planned.where]
        call.confirm(_preview(planned), "role", person.id, wanted, planned.giving.before, where)

    async with call.act.locks.alone_in(standing.place.root.room):
        # Judged again: two owners may be ending each other's role.
        standing = await places.stand(call.act, standing.person, standing.place)
        planned = await roles.plan(call.act, standing, person, wanted)
        if planned.giving.offered:
            return await _offer_to(call.act, standing.place, person)
        given = await roles.give(call.act, planned)

    return Reply(answer(given))


def _sorted_out(place: str, who: str, role: str) -> tuple[str, str, str]:
    """A name may have several words, and the place may be left out: the last word is the role."""
    if not role:
        return (".", place, who) if words.find(Role, who) else (place, who, role)
    if words.find(Role, role):
        return place, who, role
    more, _, last = role.rpartition(" ")
    return place, f"{who} {more}".strip(), last


async def _place(call: Call, place: str, who: str) -> tuple[Standing, str]:
    try:
        return await call.place(place), who
    except NoSuchPlace:
        if call.act.actor in call.act.plein.operators:
            return await vacancies.find(call.act, place), who
        # In a room of the place its name may be left out: then the first word begins the name.
        here = await places.at(call.act, call.here)
        if here is None:
            raise
        return here, f"{place} {who}"


def _role(call: Call, text: str) -> Role:
    if not text:
        text = call.ask(
            "role",
            say("Which role?"),
            tuple(Choice(say("{role}", role=role), role.value) for role in Role),
            otherwise="",
        )
    if not text:
        raise Refusal(say("Name the role too: owner, admin, moderator or member."))
    return words.read(Role, text)


def _preview(planned: roles.Planned) -> Text:
    giving, place = planned.giving, planned.place
    others = len(planned.where) - 1
    told: list[Sentence | Text] = [
        count(
            others,
            "**{who}** in {place} and the one group in it: {before} → {role}.",
            "**{who}** in {place} and the {n} groups in it: {before} → {role}.",
            who=with_class(giving.person),
            place=place.full_name,
            before=giving.before,
            role=giving.role,
        )
    ]
    told += _exceptions(planned)
    if giving.offered:
        told.append(say("{name} is asked first.", name=giving.person.shown))
    told.append(say("Is that right?"))
    return paragraphs(*told)


def _exceptions(planned: roles.Planned) -> list[Sentence | Text]:
    if not planned.higher:
        return []
    return [
        say(
            "A higher role that was given in a group stays: in {groups}.",
            groups=in_a_row([group.name for group in planned.higher]),
        )
    ]


def answer(given: roles.Given) -> Text:
    planned = given.planned
    giving, place = planned.giving, planned.place
    groups = len(planned.where) - 1
    told: list[Sentence | Text] = [
        count(
            groups,
            "Done. {name} is now {role} of {place} and the one group in it.",
            "Done. {name} is now {role} of {place} and the {n} groups in it.",
            name=giving.person.shown,
            role=giving.role,
            place=place.full_name,
        )
        if groups
        else say(
            "Done. {name} is now {role} of {place}.",
            name=with_class(giving.person),
            role=giving.role,
            place=place.full_name,
        )
    ]
    told += _exceptions(planned)
    if given.failed:
        told.append(
            say(
                "It did not work in: {places}. I try again every day.",
                places=in_a_row([one.full_name for one in given.failed]),
            )
        )
    return paragraphs(*told)


async def _offer_to(act: Act, place: Place, person: Person) -> Reply:
    offer = await offers.offer(act, place, person)
    return Reply(
        say(
            "I have asked {name} to be owner of {place}. You hear from me; the offer is valid "
            "until {until}.",
            name=with_class(person),
            place=place.full_name,
            until=offer.expires_at.date(),
        )
    )


async def reminder_of_offer(act: Act) -> Sentence | None:
    """What somebody may have meant who says yes or no when nothing is asked any more."""
    try:
        _, place = await offer_endings.mine(act)
    except NothingOffered:
        return None
    return say(
        "You were asked to be owner of {place}. Type `role accept {path}` or "
        "`role decline {path}`.",
        place=place.full_name,
        path=place.path,
    )


async def _appointed(call: Call, standing: Standing, person: Person) -> Reply:
    place = standing.place
    call.confirm(
        say(
            "{place} has no owner. You make **{who}** owner, and its staff see that you did. "
            "Is that right?",
            place=place.full_name,
            who=with_class(person),
        ),
        "appoint",
        place.room,
        person.id,
    )
    async with call.act.locks.alone_in(place.room):
        return Reply(answer(await vacancies.appoint(call.act, standing, person)))


@TABLE.command("role accept", "rol aannemen", "rol accepteren")
async def accept(call: Call, place: Annotated[str, Dutch("plek")] = "") -> Reply:
    """Become owner of a place that you were asked to own."""
    offer, where = await _offer(call, place)
    async with call.act.locks.alone_in(where.root.room):
        await offer_endings.accept(call.act, offer, where)
    return Reply(accepted(where))


def accepted(place: Place) -> Sentence:
    return say("You are now owner of {place}.", place=place.full_name)


@TABLE.command("role decline", "rol afslaan", "rol weigeren")
async def decline(call: Call, place: Annotated[str, Dutch("plek")] = "") -> Reply:
    """Turn down the ownership of a place that you were offered."""
    offer, where = await _offer(call, place)
    async with call.act.locks.alone_in(where.root.room):
        await offer_endings.decline(call.act, offer, where)
    return Reply(declined(where))


def declined(place: Place) -> Sentence:
    return say("All right, you do not become owner of {place}.", place=place.full_name)


async def _offer(call: Call, place: str) -> tuple[Offer, Place]:
    standing = await call.place(place) if place else None
    return await offer_endings.mine(call.act, standing.place.room if standing else None)
