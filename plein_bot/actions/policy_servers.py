"""Homeservers that policy lists shut out: they go into the list of homeservers of all rooms."""

from collections.abc import Iterable
from dataclasses import replace

from plein_bot.actions import policy_hits, servers
from plein_bot.actions.acts import Act
from plein_bot.domain import policies as rules
from plein_bot.domain.effects import PutState
from plein_bot.domain.ids import server_of
from plein_bot.domain.organisations import servers_of_government
from plein_bot.domain.places import Place
from plein_bot.domain.policy_lists import Following, HitState
from plein_bot.domain.settings import marker_of, to_content
from plein_bot.index import organisations
from plein_bot.index import places as place_rows
from plein_bot.index import policies as rows
from plein_bot.index import policy_hits as hit_rows


async def deny(act: Act, subsite: Place, on: Iterable[Following]) -> None:
    """Bring the denied homeservers of a subsite up to date with its lists; the lock is held.

    What is denied is a setting of the subsite that nobody chooses, so that every room of it, also
    one that is made later, has it by its plan.
    """
    now = await place_rows.of_room(act.index, subsite.room)
    if now is None:
        return
    books = await rows.books(act.index, on)
    named = {server for book in books.values() for server in book.denied(act.plein.server)}
    denied = rules.as_fits(named, await _spared(act, now) if named else ())
    if denied != now.settings.denied:
        now = now.with_settings(replace(now.settings, denied=denied))
        await act.perform([PutState(now.room, marker_of(now), to_content(now))])
    await servers.bring_up_to_date(act, now)


async def _spared(act: Act, subsite: Place) -> frozenset[str]:
    """Where officials, staff and people have their accounts whom the staff decide about.

    A list of homeservers knows no people: they would be shut out with the others, unasked.
    """
    register = await organisations.all_of(act.index)
    government = servers_of_government(register)
    hits = await hit_rows.of_subsite(act.index, subsite.room)
    left_to_staff = (HitState.ASKED, HitState.SPARED, HitState.HELD)
    decided = {hit.person for hit in hits if hit.state in left_to_staff}
    people = await policy_hits.staff_of(act, subsite) | decided
    return government | {server_of(user) for user in people}
