"""The command that changes what is decided about a place."""

from enum import StrEnum
from typing import Annotated

from plein_bot.actions import changes, people, settings
from plein_bot.actions.settings import Planned
from plein_bot.commands import servers, words
from plein_bot.commands.calls import Call
from plein_bot.commands.places import joining_asked
from plein_bot.commands.previews import departed, lowered, no_longer_belong, preview, replaced
from plein_bot.commands.replies import Choice, Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.changes import refuse_fresh
from plein_bot.domain.departures import Ground, Staying
from plein_bot.domain.places import Joining
from plein_bot.domain.sentences import paragraphs, say
from plein_bot.domain.settings import VALUES, Setting
from plein_bot.index import organisations as register


@TABLE.command("set", "instellen", "stel in", whom=Whom.STAFF)
async def change(
    call: Call,
    place: Annotated[str, Dutch("plek")],
    setting: Annotated[Setting, Dutch("instelling")],
    value: Annotated[str, Dutch("waarde")],
    *,
    citizens: Annotated[Staying | None, Dutch("burgers")] = None,
    others: Annotated[Staying | None, Dutch("anderen")] = None,
    fresh: Annotated[bool, Dutch("nieuw")] = False,
) -> Reply:
    """Change a setting of a place: who finds it, who joins, who posts."""
    standing = await changes.taken_up(call.act, setting) or await call.place(place)
    if setting is Setting.SERVERS:
        return await servers.choose(call, standing, value)
    wanted, organisations = await _value(call, setting, value)
    planned = await settings.plan(call.act, standing, setting, wanted, organisations, TABLE.words)
    if fresh:
        refuse_fresh(setting)
    if planned.is_over:
        return Reply(say("That is how {place} is already.", place=standing.place.full_name))
    removed = _removed(call, planned, citizens, others)
    if planned.needs_confirming:
        shown = preview(planned, removed, fresh=fresh)
        call.confirm(shown, planned.fingerprint, sorted(removed), fresh)

    async with call.act.locks.alone_in(standing.place.root.room):
        outcome = await changes.carry_out(call.act, planned, removed, fresh=fresh)

    return Reply(
        paragraphs(
            say(
                "Done. {place}: {setting} is now {value}.",
                place=planned.place.full_name,
                setting=setting,
                value=wanted,
            ),
            *lowered(outcome.lowered),
            *departed(outcome.departed),
            *replaced(outcome.replaced),
        )
    )


def _removed(
    call: Call, planned: Planned, citizens: Staying | None, others: Staying | None
) -> frozenset[Ground]:
    """The grounds on which people have to go; in a room, where nothing is asked, nobody has to."""
    removed: set[Ground] = set()
    for parameter, chosen, grounds in (
        ("citizens", citizens, (Ground.CITIZEN,)),
        ("others", others, (Ground.OUTSIDER, Ground.ORGANISATION)),
    ):
        leaving = tuple(one for ground in grounds for one in planned.of(ground))
        if leaving and chosen is None and not planned.begun:
            chosen = call.ask(
                parameter,
                paragraphs(*no_longer_belong(leaving), say("What is to happen with them?")),
                (
                    Choice(say("They have to go"), Staying.REMOVE),
                    Choice(say("They may stay"), Staying.KEEP),
                ),
                otherwise=Staying.KEEP,
            )
        if chosen is Staying.REMOVE:
            removed |= {*grounds}
    return frozenset(removed)


async def _value(call: Call, setting: Setting, text: str) -> tuple[StrEnum | str, tuple[str, ...]]:
    kind = VALUES.get(setting)
    if kind is None:
        return text, ()
    first, _, more = text.partition(" ")
    if kind is not Joining:
        return words.read(kind, text), ()
    joining = words.read(Joining, first if words.find(Joining, first) else text)
    if joining is Joining.ORGANISATION and more:
        return joining, people.named_organisations(await register.all_of(call.act.index), more)
    return joining, await joining_asked(call, joining, None)
