"""What a policy list comes to ends the same wherever Plein is stopped in it."""

from plein_bot.actions import own_lists, places, policies, policy_decisions, policy_lists
from plein_bot.domain.ids import RoomAlias, RoomId, UserId
from plein_bot.domain.policy_lists import Mode
from tests.fakes.cascades import Subsite, subsite_on
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square

LIST = RoomId("!list:x.example")
KEEPER = UserId("@draupnir:x.example")


async def followed(square: Square) -> tuple[Subsite, Person]:
    """A list that counts in a subsite, in which Peter and Joost are, and names nobody yet."""
    site = await subsite_on(square, kinds=("Vertrouwelijk",))
    await square.peter.opens_chat()
    await site.brings(square.peter, "vertrouwelijk")
    await site.brings(square.joost)
    keeper = Person(square.homeserver, KEEPER)
    square.homeserver.create(LIST, KEEPER, {"name": "Spammers"})
    square.homeserver.aliases[RoomAlias("#list:x.example")] = LIST
    act = square.by(square.sanne, "$follow")
    await policy_lists.follow(act, await places.find(act, "zaanstreek"), "#list:x.example")
    await policy_lists.switch(act, await policy_lists.find(act, 1), Mode.ON)
    return site, keeper


async def names(keeper: Person, *people: Person) -> None:
    for person in people:
        content = {"entity": person.user_id, "recommendation": "m.ban", "reason": "spam"}
        await keeper.sets(LIST, "m.policy.rule.user", content, f"rule:{person.user_id}")


async def test_a_rule_that_came_and_one_that_went(squares: Squares) -> None:
    async def came(square: Square) -> Deed:
        _, keeper = await followed(square)
        await names(keeper, square.peter, square.joost)

        async def deed() -> None:
            await policies.list_changed(square.acts.by(PLEIN.bot, "$rule"), LIST)

        return deed

    async def went(square: Square) -> Deed:
        _, keeper = await followed(square)
        await names(keeper, square.peter)
        await policies.list_changed(square.acts.by(PLEIN.bot, "$rule"), LIST)
        await keeper.sets(LIST, "m.policy.rule.user", {}, f"rule:{square.peter.user_id}")

        async def deed() -> None:
            await policies.list_changed(square.acts.by(PLEIN.bot, "$gone"), LIST)

        return deed

    for scene in (came, went):
        assert await survives_every_interruption(squares, scene) > 9


async def test_what_the_staff_decide_about_a_list_and_about_somebody(squares: Squares) -> None:
    async def begun(square: Square) -> Deed:
        site, keeper = await followed(square)
        act = square.by(square.sanne, "$off")
        await policy_lists.switch(act, await policy_lists.find(act, 1), Mode.DRY_RUN)
        await names(keeper, square.peter)
        assert site.where(square.peter)[""] == "join"

        async def deed() -> None:
            act = square.by(square.sanne)
            await policy_lists.switch(act, await policy_lists.find(act, 1), Mode.ON)

        return deed

    async def decided(square: Square) -> Deed:
        _, keeper = await followed(square)
        await names(keeper, square.joost)
        await policies.list_changed(square.acts.by(PLEIN.bot, "$rule"), LIST)

        async def deed() -> None:
            await policy_decisions.decide(square.by(square.sanne), 1, out=True)

        return deed

    async def published(square: Square) -> Deed:
        await followed(square)

        async def deed() -> None:
            act = square.by(square.sanne)
            made = await own_lists.publish(act, await places.find(act, "zaanstreek"), "Ban")
            assert made.number == 2

        return deed

    for scene in (begun, decided, published):
        assert await survives_every_interruption(squares, scene) > 5
