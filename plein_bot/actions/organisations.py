"""The register of organisations, kept by operators."""

from dataclasses import replace

from plein_bot.actions import register, servers
from plein_bot.actions.acts import Act
from plein_bot.domain import organisations as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.exclusions import Exclusion
from plein_bot.domain.people import Organisation
from plein_bot.domain.sentences import say
from plein_bot.domain.slugs import clean_name
from plein_bot.index import organisations as rows


async def all_of(act: Act) -> tuple[Organisation, ...]:
    return await rows.all_of(act.index)


async def named(act: Act, text: str) -> Organisation:
    return rules.named(await rows.all_of(act.index), text)


async def add(act: Act, organisation: Organisation) -> Organisation:
    rules.require_operator(act.plein, act.actor)
    known = await rows.all_of(act.index)
    organisation = replace(organisation, name=clean_name(organisation.name))
    wanted = rules.checked(organisation, known, act.plein)
    if any(one.slug == wanted.slug and one != wanted for one in known):
        raise Refusal(
            say(
                "There is an organisation “{slug}” already. "
                "Change it with `organisation set {slug} …`.",
                slug=wanted.slug,
            )
        )
    await register.put(act, wanted)
    await servers.follow(act)
    return wanted


async def would_exclude(
    act: Act, old: Organisation, new: Organisation | None
) -> tuple[Exclusion, ...]:
    """Where people would have to go because a list of homeservers follows the register."""
    if await register.has_begun(act, register.PUT if new else register.DROP):
        return ()
    others = tuple(one for one in await rows.all_of(act.index) if one.slug != old.slug)
    return await servers.consequences(act, (*others, new) if new else others)


async def checked(act: Act, organisation: Organisation) -> Organisation:
    """The organisation as it may stand in the register."""
    rules.require_operator(act.plein, act.actor)
    return rules.checked(organisation, await rows.all_of(act.index), act.plein)


async def change(act: Act, organisation: Organisation) -> Organisation:
    wanted = await checked(act, organisation)
    await register.put(act, wanted)
    await servers.follow(act)
    return wanted


async def was_removed(act: Act) -> bool:
    """Whether this cause has taken one out before it was interrupted; then nobody finds it."""
    return await register.has_begun(act, register.DROP)


async def remove(act: Act, organisation: Organisation | None) -> None:
    """Take it out of the register: its people no longer count as its people, at once.

    None where that was done already, and only what follows is still to be done.
    """
    rules.require_operator(act.plein, act.actor)
    if organisation:
        await register.drop(act, organisation)
    await servers.follow(act)
