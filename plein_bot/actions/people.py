"""Who somebody is, gathered from the register, their proven addresses and their name."""

from collections.abc import Iterable

from plein_bot.actions.acts import Act
from plein_bot.domain import people as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId, UserId, user_id
from plein_bot.domain.people import Organisation, Person
from plein_bot.domain.sentences import brief, say
from plein_bot.index import addresses, members, organisations

_LONGEST_NAME = 4
"""Words after the first that a name may have."""


async def recognise(act: Act, user: UserId) -> Person:
    if user == rules.VISITOR:
        return Person(user)
    return (await recognise_all(act, [user]))[user]


async def recognise_all(act: Act, users: Iterable[UserId]) -> dict[UserId, Person]:
    """Several at once, with one question to each table."""
    wanted = list(dict.fromkeys(users))
    if not wanted:
        return {}
    register = await organisations.all_of(act.index)
    proven = await addresses.proven_by(act.index, wanted)
    names = await members.names(act.index, wanted)
    return {
        user: rules.recognise(
            user,
            names.get(user),
            register,
            proven.get(user, ()),
            own_server=act.plein.server,
            own_server_belongs_to=act.plein.belongs_to,
            by_mail=act.plein.is_ghost(user),
            relayed_from=act.plein.relayed_from(user),
            bridge=act.plein.is_relay(user),
        )
        for user in wanted
    }


async def recognise_by(act: Act, user: UserId, proven: tuple[str, ...]) -> Person:
    """Who somebody is, had they proven just these addresses."""
    return rules.recognise(
        user,
        (await members.names(act.index, [user])).get(user),
        await organisations.all_of(act.index),
        proven,
        own_server=act.plein.server,
        own_server_belongs_to=act.plein.belongs_to,
        by_mail=act.plein.is_ghost(user),
        relayed_from=act.plein.relayed_from(user),
        bridge=act.plein.is_relay(user),
    )


async def find(
    act: Act,
    text: str,
    pills: tuple[UserId, ...],
    shown: tuple[str, ...],
    concerned: Iterable[RoomId],
    *,
    begins: bool = False,
) -> UserId:
    """Who is meant: by pill, ID, number in the list just shown, or a name that is theirs alone.

    With `begins` also by the first words of one: not where something is done to whom is found.
    """
    text = text.strip()
    if user := user_id(text):
        return user
    number = int(text) if text.isdecimal() and len(text) < 7 else 0
    if 0 < number <= len(shown) and (user := user_id(shown[number - 1])):
        return user
    found = await members.named(act.index, concerned, text.removeprefix("@"), begins=begins)
    if len(found) == 1:
        return found[0]
    if len(pills) == 1:
        return pills[0]
    if found:
        raise Refusal(
            say(
                "Several people are called “{name}”. Give the Matrix ID, for example `{example}`.",
                name=brief(text),
                example=found[0],
            )
        )
    raise Refusal(
        say(
            "I find nobody called “{name}” here. Give the Matrix ID, for example "
            "`@name:{server}`, or the number in the list.",
            name=brief(text),
            server=act.plein.server,
        )
    )


async def find_at_start(
    act: Act,
    text: str,
    following: str,
    pills: tuple[UserId, ...],
    shown: tuple[str, ...],
    concerned: Iterable[RoomId],
) -> tuple[UserId, str]:
    """Who is meant where a name of several words may go on in what follows, and what is left of it.

    `remove zaanstreek Joost Bakker spam`: the name is Joost Bakker, the rest is the reason.
    """
    rooms = tuple(concerned)
    words = following.split(maxsplit=_LONGEST_NAME)
    for more in range(min(len(words), _LONGEST_NAME), 0, -1) if not user_id(text) else ():
        name = " ".join([text, *words[:more]])
        found = await members.named(act.index, rooms, name.removeprefix("@"))
        if len(found) == 1:
            return found[0], " ".join(words[more:])
    return await find(act, text, pills, shown, rooms), following


def named_organisations(register: tuple[Organisation, ...], text: str) -> tuple[str, ...]:
    """The slugs of the organisations in `text`, which names each by slug or by name."""
    by_name = {o.name.casefold(): o.slug for o in register} | {o.slug: o.slug for o in register}
    found: list[str] = []
    for part in [text] if text.casefold() in by_name else text.replace(",", " ").split():
        if part.casefold() not in by_name:
            raise Refusal(
                say(
                    "I know no organisation “{name}”. There are: {names}.",
                    name=brief(part),
                    names=", ".join(sorted(o.slug for o in register)),
                )
            )
        found.append(by_name[part.casefold()])
    return tuple(sorted(set(found)))
