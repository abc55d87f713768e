"""What the operator hears of the audit: also when who wrote in the database could reckon."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from plein_bot.actions import notaries
from plein_bot.index import chain, rooms
from plein_bot.operations import audits
from tests.fakes.square import PLEIN, Square

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


async def heard(square: Square, *, fix: bool = False) -> str:
    act = square.acts.by(PLEIN.bot, "doctor")
    findings = audits.put_right(act) if fix else audits.examine(act)
    return "\n".join([str(one) async for one in findings])


async def tamper(square: Square, *statements: str) -> None:
    async with square.index.session() as session:
        for statement in statements:
            await session.execute(text(statement))


async def test_the_audit_is_noted_once_a_day_where_only_the_bot_writes(square: Square) -> None:
    await notaries.note(square.acts, NOW)
    register = await rooms.register(square.index)
    assert register
    assert notaries.TYPE not in str(await rooms.state(square.index, register))

    await square.subsite()
    assert "noted nowhere yet" in await heard(square)
    await notaries.note(square.acts, NOW)
    first = await chain.head(square.index)
    await square.subsite("Purmerend")
    await notaries.note(square.acts, NOW + timedelta(hours=23))

    act = square.acts.by(PLEIN.bot, "test")
    assert await notaries.noted_in(act, register) == first
    assert f"✓ The audit is whole, up to its last entry {first.number + 1}." in await heard(square)

    await notaries.note(square.acts, NOW + timedelta(hours=25))
    assert await notaries.noted_in(act, register) == await chain.head(square.index)


async def test_what_was_made_to_fit_is_found_by_what_was_noted_and_not_noted_again(
    square: Square, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("Zaanstreek", "Purmerend", "Wormerland"):
        await square.subsite(name)
    await notaries.note(square.acts, NOW)
    head = await chain.head(square.index)
    before = "(SELECT {} FROM audit ORDER BY number DESC LIMIT 1)"
    await tamper(
        square,
        f"DELETE FROM audit WHERE number = {head.number}",
        f"UPDATE audit_head SET number = {before.format('number')}, hash = {before.format('hash')}",
    )

    assert f"✗ Entry {head.number} of the audit is gone, and all after it." in await heard(square)

    await square.subsite("Waterland")
    await notaries.note(square.acts, NOW + timedelta(days=2))
    assert "the audit is broken" in caplog.text
    found = await heard(square)
    assert f"✗ Entry {head.number} of the audit is not what Plein noted of it" in found
    assert "If it was you who restored a backup" in found

    assert "✓ The audit has been noted as it is now" in await heard(square, fix=True)
    assert "✓ The audit is whole" in await heard(square)
    assert await heard(square, fix=True) == ""


async def test_an_entry_that_was_changed_cannot_be_put_right(square: Square) -> None:
    await square.subsite()
    await notaries.note(square.acts, NOW)
    await square.subsite("Purmerend")
    await tamper(square, "UPDATE audit SET actor = 'somebody' WHERE number = 2")

    assert await heard(square, fix=True) == ""
    found = await heard(square)
    assert "✗ Entry 2 of the audit was changed" in found
    assert "Keep a copy of it as it is" in found
    assert "restored a backup, `plein" not in found
