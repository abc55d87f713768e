"""Which places somebody may know of, who is in none of them."""

import pytest

from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import VISITOR, Person
from plein_bot.domain.places import Joining, Place, Settings, Visibility
from plein_bot.domain.standing import Standing


def place(visibility: Visibility, inside: Place | None = None) -> Place:
    settings = Settings(visibility, Joining.INVITE)
    return Place(RoomId(f"!{visibility}"), "kade", "Kade", settings, subsite=inside)


@pytest.mark.parametrize(
    ("visibility", "somebody", "visitor"),
    [
        (Visibility.PUBLIC, True, True),
        (Visibility.LISTED, True, False),
        (Visibility.MEMBERS, False, False),
        (Visibility.HIDDEN, False, False),
    ],
)
def test_who_has_no_account_knows_of_what_is_public_only(
    visibility: Visibility, somebody: bool, visitor: bool
) -> None:
    there = place(visibility)

    assert Standing(Person(UserId("@a:b")), there).may_see is somebody
    assert Standing(Person(VISITOR), there).may_see is visitor


def test_a_public_group_says_nothing_of_a_listed_subsite() -> None:
    group = place(Visibility.PUBLIC, inside=place(Visibility.LISTED))

    assert Standing(Person(VISITOR), group).may_see
    assert not Standing(Person(VISITOR), group).may_see_subsite
    assert Standing(Person(UserId("@a:b")), group).may_see_subsite
