"""The policy list that a subsite publishes."""

from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomAlias, UserId
from tests.commands.test_removals import removes
from tests.fakes.cascades import subsite_on
from tests.fakes.people import Person
from tests.fakes.square import Square


async def test_a_subsite_makes_a_list_that_another_bot_can_follow(square: Square) -> None:
    site = await subsite_on(square, kinds=())
    await site.brings(square.peter)

    made = await square.sanne.asks("banlijst maken zaanstreek")
    assert "#zaanstreek.banlijst:plein.test" in made
    assert await square.sanne.asks("banlijst maken zaanstreek") == made
    room = square.homeserver.aliases[RoomAlias("#zaanstreek.banlijst:plein.test")]
    draupnir = Person(square.homeserver, UserId("@draupnir:elsewhere.example"))
    await draupnir.joins(room)

    preview = await square.sanne.asks("banlijst erbij zaanstreek @pet*:plein.test Reclame")
    assert "Iedereen kan dat lezen" in preview
    assert "Peter" in preview
    await square.sanne.asks("ja")
    kept = square.homeserver.room(room)
    assert kept.content("m.policy.rule.user", "rule:@pet*:plein.test") == {
        "entity": "@pet*:plein.test",
        "recommendation": "m.ban",
        "reason": "Reclame",
    }
    await square.sanne.hears(
        site.rooms["beheer"], lambda raw: "Door een banlijst (1" in str(raw["content"].get("body"))
    )
    assert site.where(square.peter)[""] == "ban"

    assert "niet meer op" in await square.sanne.asks("banlijst eraf zaanstreek @pet*:plein.test")
    await square.sanne.hears(
        site.rooms["beheer"], lambda raw: "geen banlijst meer" in str(raw["content"].get("body"))
    )
    assert site.where(square.peter)[""] == "leave"
    # Only Plein writes there.
    assert kept.needs("ban") == 150
    assert kept.membership(draupnir.user_id) is Membership.JOIN

    await removes(square.sanne, "instellen zaanstreek zichtbaarheid verborgen")
    assert kept.content("m.room.join_rules") == {"join_rule": "invite"}
    assert kept.content("m.room.canonical_alias") == {}
    assert RoomAlias("#zaanstreek.banlijst:plein.test") not in square.homeserver.aliases


async def test_what_would_hit_the_wrong_people_does_not_get_on_the_list(square: Square) -> None:
    await subsite_on(square, kinds=())
    assert "geen eigen banlijst" in await square.sanne.asks("banlijst erbij zaanstreek @a:b.nl")
    await square.sanne.asks("banlijst maken zaanstreek")

    for wrong in ("*", "@*:*", "@*:evil.example", "evil", "*.*"):
        told = await square.sanne.asks(f"banlijst erbij zaanstreek {wrong}")
        assert "kan niet op een lijst" in told, wrong
    for ours in ("@sanne:plein.test", "@s*:plein.test", "@plein:plein.test", "plein.test"):
        assert "Dat noemt" in await square.sanne.asks(f"banlijst erbij zaanstreek {ours}")
    assert "staat niet op de lijst" in await square.sanne.asks("banlijst eraf zaanstreek @a:b.nl")


async def test_somebody_who_is_shut_out_goes_on_the_list_without_the_reason(
    square: Square,
) -> None:
    site = await subsite_on(square, kinds=())
    await site.brings(square.peter)
    await square.sanne.asks("banlijst maken zaanstreek")

    await removes(square.sanne, "ban zaanstreek Peter Stuurt reclame --lijst")

    room = square.homeserver.aliases[RoomAlias("#zaanstreek.banlijst:plein.test")]
    rule = square.homeserver.room(room).content("m.policy.rule.user", "rule:@peter:plein.test")
    assert rule["entity"] == square.peter.user_id
    assert "reclame" not in str(square.homeserver.room(room).timeline)
    # A ban of the staff stays when the list lets go.
    await square.sanne.asks("banlijst eraf zaanstreek @peter:plein.test")
    assert "peter" in await square.sanne.asks("verbannen zaanstreek")
