"""Is the audit what was written in it, every entry, and nothing else?"""

from datetime import UTC, datetime

from plein_bot.actions import notaries
from plein_bot.actions.acts import Act
from plein_bot.actions.ports import HomeserverError
from plein_bot.domain.audits import Broken, Damage, Link
from plein_bot.domain.ids import RoomId
from plein_bot.index import chain, rooms
from plein_bot.operations.findings import Finding, Findings, good, warning, wrong

_WHAT = {
    Damage.CHANGED: "was changed, or put there by somebody else than Plein",
    Damage.MISSING: "is gone, and later ones are there",
    Damage.CUT: "is gone, and all after it",
    Damage.ADDED: "was added by somebody else than Plein",
    Damage.REWRITTEN: (
        "is not what Plein noted of it in the room of its register: the audit was written anew, "
        "at that entry or before it"
    ),
}

_WHAT_TO_DO = (
    "Somebody wrote in the database, or it was restored from a backup. Keep a copy of it as it is, "
    "find out who can write there, and compare the audit with the last backup."
)


async def examine(act: Act) -> Findings:
    noted, unread = await _noted(act)
    if unread:
        yield unread
    found = await chain.examine(act.index, noted)
    if isinstance(found, Broken):
        yield wrong(f"Entry {found.number} of the audit {_WHAT[found.damage]}. {_WHAT_TO_DO}")
        if isinstance(await chain.examine(act.index), Link):
            yield warning(
                "The audit fits together in itself. If it was you who restored a backup, "
                "`plein doctor --fix`, while Plein is stopped, notes it as it is now; the earlier "
                "note stays in the history of the register's room."
            )
        return
    yield good(f"The audit is whole, up to its last entry {found.number}. {fingerprint(found)}")
    if noted is None and found.number and not unread:
        yield warning(
            "The audit was noted nowhere yet: Plein does so once a day in the room of its register."
        )


def fingerprint(link: Link) -> str:
    return f"Its fingerprint: {link.hash or 'none'}"


async def put_right(act: Act) -> Findings:
    """Note the audit as it is, where it is whole in itself and another than was noted."""
    room = await rooms.register(act.index)
    noted = await notaries.noted_in(act, room) if room else None
    if room is None or noted is None or isinstance(await chain.examine(act.index, noted), Link):
        return
    whole = await chain.examine(act.index)
    if isinstance(whole, Link):
        await act.record("audit.note", room, outcome="anew")
        now = await chain.head(act.index)
        await notaries.put(act, room, now, datetime.now(UTC))
        yield good(f"The audit has been noted as it is now, up to entry {now.number}.")


async def _noted(act: Act) -> tuple[Link | None, Finding | None]:
    room: RoomId | None = await rooms.register(act.index)
    if room is None:
        return None, None
    try:
        return await notaries.noted_in(act, room), None
    except HomeserverError as error:
        return None, warning(f"What Plein noted of the audit cannot be read: {error}.")
