"""What the staff decide about somebody whom a policy list names."""

from plein_bot.actions import places, policies, policy_hits
from plein_bot.actions.acts import Act
from plein_bot.domain import policy_lists as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId
from plein_bot.domain.people import Person, Role
from plein_bot.domain.policy_lists import Hit, HitState, Mode
from plein_bot.domain.sanctions import refuse_own
from plein_bot.domain.sentences import say
from plein_bot.domain.standing import Standing
from plein_bot.index import policies as rows
from plein_bot.index import policy_hits as hit_rows
from plein_bot.index.policy_hits import NewHit

CONFIRM, SPARE = "policy.confirm", "policy.spare"


async def hit_behind(act: Act, notice: EventId) -> Hit | None:
    return await hit_rows.behind(act.index, notice)


async def find_hit(act: Act, number: int) -> tuple[Hit, Standing]:
    """What the staff were asked; unknown and not theirs sound the same."""
    hit = await hit_rows.numbered(act.index, number)
    standing = await places.at(act, hit.subsite) if hit else None
    if hit is None or standing is None or standing.power < Role.MODERATOR.power:
        raise rules.no_such_hit(number)
    return hit, standing


async def decide(act: Act, number: int, *, out: bool) -> Person:
    """What the staff say about somebody whom a list names."""
    hit, standing = await find_hit(act, number)
    subsite = standing.place
    (person,) = await policy_hits.named(act, subsite, [hit.person])
    if hit.state is not HitState.ASKED and hit.decided_cause != act.cause:
        raise Refusal(say("About {name} it is decided already.", name=person.shown))
    if not out:
        refuse_own(standing, hit.person)
    action = CONFIRM if out else SPARE
    async with act.locks.alone_in(subsite.room):
        await act.begin(action, subsite.room, hit.person)
        state = HitState.BEGUN if out else HitState.SPARED
        await hit_rows.decide(act.index, number, state, act.actor, act.cause)
        await policies.apply(act, subsite, [hit.person])
        told = (
            say("{name} is shut out of {place}.", name=person.shown, place=subsite.full_name)
            if out
            else say("{name} is let be.", name=person.shown)
        )
        await policy_hits.under_notice(act, subsite, hit, told, "decided")
        await act.record(action, subsite.room, hit.person, why=f"policy:{hit.list_room}")
    return person


async def spare(act: Act, standing: Standing, person: Person) -> None:
    """Let somebody be in a subsite whatever its lists say, and in again where they put them out."""
    standing.require(Role.MODERATOR)
    refuse_own(standing, person.id)
    subsite = standing.place.root
    async with act.locks.alone_in(subsite.room):
        lists = await rows.of_subsites(act.index, [subsite.room])
        on = {one.room: one for one in lists if one.mode is Mode.ON}
        books = await rows.books(act.index, on.values())
        by = (await policies.matched(books, [person.id], act.plein.server)).get(person.id, {})
        begun = await act.has_begun(SPARE, subsite.room, person.id)
        if not by and not begun:
            raise Refusal(
                say(
                    "No policy list that counts in {place} names {name}.",
                    name=person.shown,
                    place=subsite.full_name,
                )
            )
        await act.begin(SPARE, subsite.room, person.id)
        await policy_hits.let_be(act, subsite, person)
        new = [NewHit(room, person.id, HitState.SPARED) for room in sorted(by)]
        await hit_rows.add(act.index, subsite.room, new, act.cause)
        await act.record(SPARE, subsite.room, person.id)
