"""Following policy lists: whom they hit, whom never, and what becomes of it when a rule goes."""

from dataclasses import dataclass

import pytest

from plein_bot.actions import policies, policy_upkeep
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import EventId, RoomAlias, RoomId, UserId
from tests.commands.test_removals import removes
from tests.fakes.cascades import Subsite, subsite_on
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square

KEEPER = UserId("@draupnir:elsewhere.example")
LIST = RoomId("!list:elsewhere.example")
ADDRESS = "#list:elsewhere.example"


@dataclass
class PolicyList:
    """A list in the form of Draupnir, kept by another bot on another homeserver."""

    site: Subsite
    keeper: Person

    @property
    def square(self) -> Square:
        return self.site.square

    async def says(
        self,
        entity: str,
        *,
        subject: str = "user",
        advice: str = "m.ban",
        prefix: str = "m.policy.rule",
    ) -> str:
        content = {"entity": entity, "recommendation": advice, "reason": "*spam*"}
        await self.keeper.sets(LIST, f"{prefix}.{subject}", content, f"rule:{entity}")
        return f"rule:{entity}"

    async def takes_back(self, entity: str, *, subject: str = "user") -> None:
        await self.keeper.sets(LIST, f"m.policy.rule.{subject}", {}, f"rule:{entity}")

    async def moves(self, person: Person | str, to: str, slug: str = "") -> None:
        """Wait until somebody is moved by the bot in a room of the subsite."""
        user = person if isinstance(person, str) else person.user_id
        room = self.site.rooms[slug] if slug else self.site.room
        await self.square.sanne.hears(
            room,
            lambda raw: (
                raw.get("state_key") == user
                and raw["content"].get("membership") == to
                and raw["sender"] == PLEIN.bot
            ),
        )

    async def staff_hear(self, text: str) -> str:
        raw = await self.square.sanne.hears(
            self.site.rooms["beheer"], lambda raw: text in str(raw["content"].get("body"))
        )
        return str(raw["content"]["body"])

    def out(self, person: Person) -> bool:
        where = self.site.where(person)
        return len(where) == len(self.site.rooms) + 1 and set(where.values()) == {"ban"}

    async def counts(self) -> None:
        await removes(self.square.sanne, "banlijst toepassen 1")


@pytest.fixture
async def listed(square: Square) -> PolicyList:
    site = await subsite_on(square, kinds=("Vertrouwelijk",))
    keeper = Person(square.homeserver, KEEPER)
    square.homeserver.create(
        LIST,
        KEEPER,
        {
            "name": "Spammers",
            "creation_content": {"type": "support.feline.policy.lists.msc.v1"},
        },
    )
    square.homeserver.aliases[RoomAlias(ADDRESS)] = LIST
    await square.sanne.asks("instellen zaanstreek burgers ja")
    await square.sanne.asks("ja")
    return PolicyList(site, keeper)


async def test_a_list_is_first_followed_as_a_trial_and_then_applied(listed: PolicyList) -> None:
    square, site = listed.square, listed.site
    await site.brings(square.peter, "leden", "vertrouwelijk")
    await listed.says("@pet*:plein.test")
    await listed.says("!room:x.example", subject="room")

    told = await square.sanne.asks(f"banlijst volgen zaanstreek {ADDRESS}")
    assert "volgt banlijst 1 (Spammers) als proef" in told
    assert "Peter" in told
    assert "Vertrouwelijk: 1" in told
    assert site.where(square.peter)[""] == "join"

    await listed.counts()
    assert listed.out(square.peter)
    assert "Peter (`@peter:plein.test`)" in (await listed.staff_hear("banlijst (1: Spammers)"))
    assert "De reden: “*spam*”" in square.chat_of(square.peter)[-1]
    shown = await square.sanne.asks("banlijst toon 1")
    assert "@pet*:plein.test" in shown
    guest = await square.sanne.asks("uitnodigen zaanstreek @peter:plein.test")
    assert "geen toegang meer tot Zaanstreek" in guest
    assert "banlijst 7" in await square.sanne.asks("banlijst toon 7")
    assert "banlijst 1" in await square.joost.asks("banlijst toon 1")  # who is no staff


async def test_it_is_lifted_when_the_last_rule_goes_and_staff_s_own_bans_stay(
    listed: PolicyList,
) -> None:
    square, site = listed.square, listed.site
    await site.brings(square.peter)
    await site.brings(square.fatima)
    await square.sanne.asks(f"banlijst volgen zaanstreek {ADDRESS}")
    await listed.counts()
    await removes(square.sanne, "ban zaanstreek Fatima")

    await listed.says("@peter:plein.test", prefix="m.room.rule", advice="org.matrix.mjolnir.ban")
    await listed.moves(square.peter, "ban")
    await listed.says("@*eter:plein.test")
    await listed.says("@fatima:plein.test")
    # Redacted, which leaves nothing of it.
    raw = square.homeserver.room(LIST).state["m.room.rule.user", "rule:@peter:plein.test"]
    square.homeserver.room(LIST).redacts(KEEPER, raw["event_id"], raw["event_id"] + "r")
    await listed.takes_back("@fatima:plein.test")
    await square.homeserver.settled()
    assert "geen" not in (await square.sanne.asks("banlijst toon 1")).split("regels")[0]
    assert listed.out(square.peter)

    await listed.takes_back("@*eter:plein.test")
    await listed.staff_hear("staan op geen banlijst meer")
    assert site.where(square.peter)[""] == "leave"
    assert listed.out(square.fatima)
    assert "Peter" not in await square.sanne.asks("verbannen zaanstreek")


async def test_staff_the_bot_and_all_of_our_own_people_are_never_hit(listed: PolicyList) -> None:
    square, site = listed.square, listed.site
    await site.brings(square.peter)
    await removes(square.sanne, "rol zaanstreek Peter moderator")
    await site.brings(square.fatima, "vertrouwelijk")
    await square.sanne.asks(f"banlijst volgen zaanstreek {ADDRESS}")
    await listed.says("@fatima:plein.test")
    # Moderators need not know of hidden groups.
    shown = await square.peter.asks("banlijst toon 1")
    assert "Zaanstreek: 1" in shown
    assert "Vertrouwelijk" not in shown
    await listed.counts()

    for entity in ("@*:plein.test", "*", "@plein:plein.test", "@reserve:*", "@sanne:plein.test"):
        await listed.says(entity)
    await listed.says("plein.test", subject="server")
    await listed.says("@p*:plein.test")
    last = UserId("@last:x.example")
    square.homeserver.room(site.room).moves(PLEIN.bot, last, Membership.INVITE, "")
    await listed.says(last)
    await listed.moves(last, "ban")

    assert listed.out(square.fatima)
    assert site.where(square.peter)[""] == "join"
    assert site.where(square.sanne)[""] == "join"
    assert square.homeserver.room(site.room).membership(PLEIN.bot) == "join"


async def test_about_officials_the_staff_are_asked_once(listed: PolicyList) -> None:
    square, site = listed.square, listed.site
    await site.brings(square.joost)
    await square.sanne.asks(f"banlijst volgen zaanstreek {ADDRESS}")
    await listed.counts()
    await listed.says("@joost:plein.test")
    await listed.staff_hear("banlijst bevestigen 1")
    await listed.says("@iemand:x.example")
    assert site.where(square.joost)[""] == "join"

    assert "toegang ontzegd" in await square.sanne.asks("banlijst bevestigen 1")
    assert listed.out(square.joost)
    assert "al beslist" in await square.sanne.asks("banlijst sparen 1")
    told = await square.sanne.asks("banlijst sparen zaanstreek @joost:plein.test")
    assert "mag er zijn" in told
    assert site.where(square.joost)[""] == "leave"
    await square.sanne.invites(site.room, square.joost.user_id)
    await square.joost.joins(site.room)
    said = square.homeserver.room(site.rooms["beheer"]).said_by(PLEIN.bot)
    assert len([one for one in said if "banlijst bevestigen" in one]) == 1


async def test_who_comes_is_met_by_the_list_before_they_are_in(listed: PolicyList) -> None:
    square, site = listed.square, listed.site
    await listed.says("@fatima:plein.test")
    await listed.says("@peter:plein.test")
    await square.sanne.asks(f"banlijst volgen zaanstreek {ADDRESS} --aan")
    await square.sanne.asks("ja")

    await square.fatima.asks("deelnemen zaanstreek")
    assert "lijst van mensen zonder toegang" in await square.fatima.asks("overslaan")
    await square.fatima.knocks(site.room)
    await listed.moves(square.fatima, "ban")
    guest = await square.sanne.asks("uitnodigen zaanstreek @peter:plein.test")
    assert "banlijst sparen zaanstreek @peter:plein.test" in guest
    await square.sanne.invites(site.rooms["vertrouwelijk"], square.peter.user_id)
    await listed.moves(square.peter, "ban", "vertrouwelijk")
    await square.sanne.hears(
        square.sanne.chat, lambda raw: "ingetrokken" in str(raw["content"].get("body"))
    )


async def test_letting_go_of_a_list_lifts_what_it_did_unless_it_is_to_stay(
    listed: PolicyList,
) -> None:
    square, site = listed.square, listed.site
    await site.brings(square.peter)
    await listed.says("@peter:plein.test")
    await square.sanne.asks(f"banlijst volgen zaanstreek {ADDRESS}")
    await listed.counts()
    assert listed.out(square.peter)

    assert "proef" in await removes(square.sanne, "banlijst proef 1")
    assert site.where(square.peter)[""] == "leave"
    await square.sanne.invites(site.room, square.peter.user_id)
    await square.peter.joins(site.room)
    await listed.counts()
    assert "1 persoon" in await square.sanne.asks("banlijst loslaten 1")
    assert "niet meer gevolgd" in await square.sanne.asks("1")
    assert listed.out(square.peter)
    assert square.homeserver.room(LIST).membership(PLEIN.bot) == "leave"
    assert "volgt geen banlijst" in await square.sanne.asks("banlijsten zaanstreek")
    # It keeps its number, whoever follows it next.
    assert "banlijst 1 (" in await square.sanne.asks(f"banlijst volgen zaanstreek {ADDRESS}")


async def test_of_a_list_that_cannot_be_read_any_more_nothing_is_lifted(
    listed: PolicyList,
) -> None:
    square, site = listed.square, listed.site
    await site.brings(square.peter)
    await listed.says("@peter:plein.test")
    await square.sanne.asks(f"banlijst volgen zaanstreek {ADDRESS}")
    await listed.counts()
    await listed.keeper.removes(LIST, PLEIN.bot)

    async def told() -> tuple[int, int]:
        """How often the staff read that it is gone, and that it is back, after two rounds more."""
        for _ in range(2):
            await square.homeserver.settled()
            await policy_upkeep.watch(square.acts)
        said = "".join(square.homeserver.room(site.rooms["beheer"]).said_by(PLEIN.bot))
        return said.count("(Spammers) niet meer lezen"), said.count("(Spammers) weer lezen")

    assert await told() == (1, 0)
    assert listed.out(square.peter)
    square.homeserver.join(LIST, PLEIN.bot)
    assert await told() == (1, 1)
    await listed.keeper.removes(LIST, PLEIN.bot)
    assert await told() == (2, 1)


@pytest.mark.parametrize("applied", [True, False])
async def test_a_list_goes_on_to_be_followed_when_a_moderator_redacts_that_it_is(
    listed: PolicyList, applied: bool
) -> None:
    square, space = listed.square, listed.square.homeserver.room(listed.site.room)
    await square.sanne.asks(f"banlijst volgen zaanstreek {ADDRESS}")
    if applied:
        await listed.counts()
    followed = dict(space.content("nl.plein.policy", LIST))

    target = space.state["nl.plein.policy", LIST]["event_id"]
    space.redacts(square.sanne.user_id, target, EventId("$redaction"))
    await square.homeserver.settled()

    assert "welke banlijsten gelden" in await listed.staff_hear("Sanne heeft in een app iets")
    assert space.content("nl.plein.policy", LIST) == followed
    shown = "1 · Spammers · geldt" if applied else "1 · Spammers · een proef"
    assert shown in await square.sanne.asks("banlijsten zaanstreek")


async def test_a_homeserver_is_shut_out_with_its_people(listed: PolicyList) -> None:
    square, site = listed.square, listed.site
    stranger = Person(square.homeserver, UserId("@trol:mail.evil.example"))
    await site.brings(stranger)
    await square.sanne.asks(f"banlijst volgen zaanstreek {ADDRESS}")
    await listed.counts()

    for server in ("*.evil.example", "plein.test", "*"):
        await listed.says(server, subject="server", advice="org.matrix.mjolnir.ban")
    await listed.moves(stranger, "ban")
    assert "Klaar" in await square.sanne.asks("groep nieuw zaanstreek Later")
    later = await square.group(site.place, "later")

    def denied() -> set[tuple[str, ...]]:
        rooms = (site.room, later.room, *site.rooms.values())
        lists = [square.homeserver.room(room).content("m.room.server_acl") for room in rooms]
        assert {tuple(one["allow"]) for one in lists} == {("*",)}
        return {tuple(one["deny"]) for one in lists}

    assert denied() == {("*.evil.example",)}
    await listed.takes_back("*.evil.example", subject="server")
    await listed.staff_hear("staan op geen banlijst meer")
    assert denied() == {()}


async def test_a_crowd_is_not_shut_out_before_the_staff_say_so(
    listed: PolicyList, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one by one either, and not by a yes to another list."""
    square, site = listed.square, listed.site
    monkeypatch.setattr(policies, "MOST_IN_A_DAY", 2)
    await square.sanne.asks(f"banlijst volgen zaanstreek {ADDRESS}")
    await listed.counts()
    crowd = [UserId(f"@many{number}:x.example") for number in range(6)]
    there = square.homeserver.room(site.room)
    for user in crowd:
        there.moves(PLEIN.bot, user, Membership.INVITE, "Veel")
    await square.homeserver.settled()

    def out() -> int:
        return sum(there.membership(user) is Membership.BAN for user in crowd)

    for user in crowd[:2]:
        await listed.says(user)
        await listed.moves(user, "ban")
    await listed.says(crowd[2])
    await listed.staff_hear("op één dag meer dan 2 mensen")
    for user in crowd[3:5]:
        await listed.says(user)
    await square.sanne.asks("banlijst maken zaanstreek")
    for line in ("banlijst proef 2", "ja", "banlijst toepassen 2", "ja"):
        await square.sanne.asks(line)
    await square.homeserver.settled()
    assert out() == 2
    said = square.homeserver.room(site.rooms["beheer"]).said_by(PLEIN.bot)
    assert len([one for one in said if "op één dag" in one]) == 1

    await listed.counts()
    assert out() == 5
    await listed.says(crowd[5])
    await listed.moves(crowd[5], "ban")
