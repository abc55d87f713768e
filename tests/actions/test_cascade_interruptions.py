"""A cascade that is stopped before any of its steps ends the same, with the same answer."""

import pytest

from plein_bot.actions import archiving, bans, groups, people, places, removals
from plein_bot.actions.acts import Act
from plein_bot.domain.people import Person
from plein_bot.domain.places import GROUP_DEFAULTS
from plein_bot.domain.standing import Standing
from tests.fakes.cascades import Subsite, subsite_on
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.square import Square


async def joost_in(square: Square) -> Subsite:
    """Joost has a chat, is in most of it, and waits for a group."""
    site = await subsite_on(square, kinds=("Vertrouwelijk", "Agenda"))
    await square.joost.opens_chat()
    await site.brings(square.joost, "leden", "vertrouwelijk")
    await square.joost.knocks(site.rooms["agenda"])
    return site


async def about_joost(
    square: Square, act: Act, path: str = "zaanstreek"
) -> tuple[Standing, Person]:
    return await places.find(act, path), await people.recognise(act, square.joost.user_id)


async def removes(square: Square, act: Act) -> removals.Planned:
    standing, joost = await about_joost(square, act)
    planned = await removals.plan(act, standing, joost)
    await removals.tell(act, await removals.carry_out(act, planned.deed), "Stuurt spam")
    return planned


async def bans_him(square: Square, act: Act, path: str = "zaanstreek") -> None:
    standing, joost = await about_joost(square, act, path)
    planned = await bans.plan(act, standing, joost)
    await bans.tell(act, await bans.carry_out(act, planned), "Stuurt spam")


async def test_removing(squares: Squares) -> None:
    told: list[tuple[str, ...]] = []

    async def scene(square: Square) -> Deed:
        await joost_in(square)

        async def deed() -> None:
            planned = await removes(square, square.by(square.sanne))
            told.append(tuple(group.name for group in planned.deed.groups))

        return deed

    assert await survives_every_interruption(squares, scene) > 9
    assert set(told) == {("Leden", "Vertrouwelijk")}


async def test_shutting_out(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        await joost_in(square)

        async def deed() -> None:
            await bans_him(square, square.by(square.sanne))

        return deed

    assert await survives_every_interruption(squares, scene) > 9


@pytest.mark.parametrize("group_too", [False, True])
async def test_letting_in_again(squares: Squares, group_too: bool) -> None:
    async def scene(square: Square) -> Deed:
        await joost_in(square)
        if group_too:
            await bans_him(square, square.by(square.sanne, "$group"), "zaanstreek/vertrouwelijk")
        await bans_him(square, square.by(square.sanne, "$ban"))

        async def deed() -> None:
            act = square.by(square.sanne)
            standing, joost = await about_joost(square, act)
            planned = await bans.plan_lifting(act, standing, joost)
            await bans.tell_lifted(act, await bans.lift(act, planned))

        return deed

    assert await survives_every_interruption(squares, scene) > 8


async def test_what_follows_by_hand(squares: Squares) -> None:
    async def kicked(square: Square) -> Deed:
        site = await joost_in(square)
        await square.sanne.removes(site.room, square.joost.user_id)

        async def deed() -> None:
            act = square.by(square.sanne)
            joost = await people.recognise(act, square.joost.user_id)
            await removals.follow(act, removals.REMOVE, site.place, joost)

        return deed

    async def banned(square: Square) -> Deed:
        site = await joost_in(square)
        await square.sanne.bans(site.room, square.joost.user_id)

        async def deed() -> None:
            act = square.by(square.sanne)
            joost = await people.recognise(act, square.joost.user_id)
            if done := await bans.follow(act, site.place, joost, tells=True):
                await bans.tell(act, done, "")

        return deed

    async def lifted(square: Square) -> Deed:
        site = await joost_in(square)
        await bans_him(square, square.by(square.sanne, "$ban"))
        await square.sanne.unbans(site.room, square.joost.user_id)

        async def deed() -> None:
            act = square.by(square.sanne)
            joost = await people.recognise(act, square.joost.user_id)
            await bans.follow_lifting(act, site.place, joost)

        return deed

    for scene in (kicked, banned, lifted):
        await survives_every_interruption(squares, scene)


async def test_making_a_group_where_somebody_is_shut_out(squares: Squares) -> None:

    async def scene(square: Square) -> Deed:
        await joost_in(square)
        await bans_him(square, square.by(square.sanne, "$ban"))

        async def deed() -> None:
            act = square.by(square.sanne)
            inside = await places.find(act, "zaanstreek")
            await groups.make(act, inside, "Later", None, "", GROUP_DEFAULTS)

        return deed

    await survives_every_interruption(squares, scene)


async def test_archiving_and_reopening(squares: Squares) -> None:
    async def archived(square: Square) -> Deed:
        site = await subsite_on(square, kinds=("Jeugdzorg", "Agenda"))
        act = square.by(square.sanne, "$before")
        jeugdzorg = await square.standing(square.sanne, await square.group(site.place, "jeugdzorg"))
        await archiving.archive(act, await archiving.plan_archiving(act, jeugdzorg, subsite=False))

        async def deed() -> None:
            act = square.by(square.sanne)
            standing = await places.find(act, "zaanstreek")
            planned = await archiving.plan_archiving(act, standing, subsite=True)
            assert [group.slug for group in planned.groups] == ["leden", "agenda"]
            await archiving.archive(act, planned)

        return deed

    async def reopened(square: Square) -> Deed:
        await (await archived(square))()

        async def deed() -> None:
            act = square.by(square.sanne, "$reopen")
            standing = await places.find(act, "zaanstreek")
            planned = await archiving.plan_reopening(act, standing, subsite=True)
            assert [group.slug for group in planned.groups] == ["leden", "agenda"]
            await archiving.reopen(act, planned)

        return deed

    for scene in (archived, reopened):
        assert await survives_every_interruption(squares, scene) > 12
