"""Whose a ban is, and so what lifting it gives back."""

import pytest

from plein_bot.domain.bans import Ban, refuse_lifting, that_came_with
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Place
from tests.domain.examples import BOT, OFFICIAL, PARTNER, SANNE, group, standing, subsite

SPACE, GROUP = subsite().room, group().room


def ban(room: RoomId, sender: str = "bot", asked: str | None = None) -> Ban:
    who = {"bot": BOT, "sanne": SANNE}[sender]
    return Ban(room, PARTNER.id, who, since=1, asked=asked, asked_by=SANNE if asked else None)


@pytest.mark.parametrize(
    ("bans", "lifted"),
    [
        ([ban(SPACE, asked="ban"), ban(GROUP)], {SPACE, GROUP}),
        ([ban(SPACE, "sanne"), ban(GROUP)], {SPACE, GROUP}),
        ([ban(SPACE), ban(GROUP, asked="ban")], {SPACE}),
        ([ban(SPACE), ban(GROUP, "sanne")], {SPACE}),
        ([ban(SPACE), ban(GROUP, asked="unban")], {SPACE, GROUP}),
        ([ban(GROUP)], {GROUP}),
        ([ban(GROUP, asked="ban")], set()),
    ],
)
def test_what_a_group_decided_of_its_own_stays(bans: list[Ban], lifted: set[RoomId]) -> None:
    assert set(that_came_with(SPACE, bans, BOT)) == lifted


@pytest.mark.parametrize(
    ("place", "bans", "said"),
    [
        (subsite(), (), "not shut out"),
        (subsite(), (ban(GROUP, asked="ban"),), "not shut out"),
        (group(), (), "not shut out"),
        (group(), (ban(SPACE), ban(GROUP)), "shut out of all of"),
    ],
)
def test_what_cannot_be_lifted_is_refused(place: Place, bans: tuple[Ban, ...], said: str) -> None:
    mine = standing(place, OFFICIAL, Membership.JOIN, Membership.JOIN, 50)
    with pytest.raises(Refusal, match=said):
        refuse_lifting(mine, PARTNER, bans, BOT)


def test_the_author_of_a_ban_is_who_set_it_or_asked_for_it() -> None:
    assert ban(GROUP, "sanne").author(BOT) == SANNE
    assert ban(GROUP, asked="ban").author(BOT) == SANNE
    assert ban(GROUP).author(BOT) is None
