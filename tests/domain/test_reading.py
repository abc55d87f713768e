"""Who may read what, in every case of the one rule."""

import pytest

from plein_bot.domain.events import Membership
from plein_bot.domain.ids import RoomId, UserId
from plein_bot.domain.people import Person
from plein_bot.domain.places import GROUP_DEFAULTS, PUBLIC_GROUP_SETTINGS, Place, Settings
from plein_bot.domain.reading import Then, may_read
from plein_bot.domain.standing import Standing

OPEN, SHARED, INVITED, JOINED = "world_readable", "shared", "invited", "joined"
AWAY, ASKED, IN, BANNED = (
    Membership.LEAVE,
    Membership.INVITE,
    Membership.JOIN,
    Membership.BAN,
)


def standing(settings: Settings, membership: Membership) -> Standing:
    subsite = Place(RoomId("!subsite"), "zaan", "Zaan", GROUP_DEFAULTS)
    place = Place(RoomId("!group"), "leden", "Leden", settings, subsite=subsite)
    return Standing(Person(UserId("@a:b")), place, membership)


@pytest.mark.parametrize(
    ("settings", "now", "then", "history", "may"),
    [
        # Who is in a place reads what its history shows them.
        (GROUP_DEFAULTS, IN, AWAY, SHARED, True),
        (GROUP_DEFAULTS, IN, AWAY, OPEN, True),
        (GROUP_DEFAULTS, IN, AWAY, INVITED, False),
        (GROUP_DEFAULTS, IN, ASKED, INVITED, True),
        (GROUP_DEFAULTS, IN, IN, JOINED, True),
        (GROUP_DEFAULTS, IN, AWAY, JOINED, False),
        (GROUP_DEFAULTS, IN, ASKED, JOINED, False),
        (GROUP_DEFAULTS, IN, AWAY, "", False),
        # Who has left, or was put out, reads nothing of a closed place, whatever they once read.
        (GROUP_DEFAULTS, AWAY, IN, SHARED, False),
        (GROUP_DEFAULTS, BANNED, IN, OPEN, False),
        (GROUP_DEFAULTS, ASKED, AWAY, SHARED, False),
        # A public place shows everybody what was said while it was public.
        (PUBLIC_GROUP_SETTINGS, AWAY, AWAY, OPEN, True),
        (PUBLIC_GROUP_SETTINGS, AWAY, AWAY, SHARED, False),
        (PUBLIC_GROUP_SETTINGS, AWAY, IN, SHARED, True),
        (PUBLIC_GROUP_SETTINGS, IN, AWAY, SHARED, True),
    ],
)
def test_who_may_read(
    settings: Settings, now: Membership, then: Membership, history: str, *, may: bool
) -> None:
    assert may_read(standing(settings, now), Then(history, then)) is may


@pytest.mark.parametrize(
    ("now", "then", "history", "may"),
    [
        (IN, IN, SHARED, True),
        (IN, ASKED, SHARED, True),
        # The homeserver gives the ciphertext to who came later, and nobody gave them its key.
        (IN, AWAY, SHARED, False),
        (IN, ASKED, JOINED, False),
        (AWAY, IN, SHARED, False),
    ],
)
def test_what_was_encrypted_is_for_those_who_were_given_its_key(
    now: Membership, then: Membership, history: str, *, may: bool
) -> None:
    assert may_read(standing(GROUP_DEFAULTS, now), Then(history, then, sealed=True)) is may
