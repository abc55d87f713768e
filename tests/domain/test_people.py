"""Who somebody is: by the register, by what they proved, and never by their own word."""

import pytest

from plein_bot.domain.ids import UserId
from plein_bot.domain.people import Organisation, OrganisationKind, Person, PersonClass, recognise
from tests.domain.examples import WERKSAAM, ZAANSTAD

PURMEREND = Organisation(
    "purmerend",
    "gemeente Purmerend",
    OrganisationKind.GOVERNMENT,
    servers=("matrix.purmerend.example:8448",),
    domains=(".purmerend.example",),
)
REGISTER = (ZAANSTAD, PURMEREND, WERKSAAM)
LOCAL = UserId("@sanne:plein.example")


def known(user: UserId, *addresses: str, belongs_to: str | None = None) -> Person:
    return recognise(
        user,
        None,
        REGISTER,
        addresses,
        own_server="plein.example",
        own_server_belongs_to=belongs_to,
    )


@pytest.mark.parametrize(
    ("user", "addresses", "person_class"),
    [
        (LOCAL, (), PersonClass.CITIZEN),
        (LOCAL, ("sanne@zaanstad.example",), PersonClass.OFFICIAL),
        (LOCAL, ("Sanne@ZAANSTAD.example",), PersonClass.OFFICIAL),
        (LOCAL, ("s@werksaam.example",), PersonClass.PARTNER),
        (LOCAL, ("s@werksaam.example", "s@zaanstad.example"), PersonClass.OFFICIAL),
        (LOCAL, ("s@sub.zaanstad.example",), PersonClass.CITIZEN),
        (LOCAL, ("s@zaanstad.example.evil.example",), PersonClass.CITIZEN),
        (LOCAL, ("s@notzaanstad.example",), PersonClass.CITIZEN),
        (LOCAL, ("s@wijk.purmerend.example",), PersonClass.OFFICIAL),
        (LOCAL, ("s@purmerend.example",), PersonClass.CITIZEN),
        (LOCAL, ("s@notpurmerend.example",), PersonClass.CITIZEN),
        (UserId("@joost:matrix.purmerend.example:8448"), (), PersonClass.OFFICIAL),
        (UserId("@joost:Matrix.Purmerend.Example:8448"), (), PersonClass.OFFICIAL),
        (UserId("@joost:matrix.purmerend.example"), (), PersonClass.CITIZEN),
        (UserId("@joost:sub.matrix.purmerend.example:8448"), (), PersonClass.CITIZEN),
    ],
)
def test_class_comes_from_servers_exactly_and_from_proven_addresses(
    user: UserId, addresses: tuple[str, ...], person_class: PersonClass
) -> None:
    assert known(user, *addresses).person_class is person_class


def test_the_pleins_own_server_says_nothing_unless_it_admits_nobody_else() -> None:
    claimed = (Organisation("x", "X", OrganisationKind.GOVERNMENT, servers=("plein.example",)),)
    someone = recognise(
        LOCAL, None, claimed, (), own_server="plein.example", own_server_belongs_to=None
    )
    assert someone.is_citizen
    assert known(LOCAL, belongs_to="zaanstad").person_class is PersonClass.OFFICIAL
    assert known(UserId("@a:elsewhere.example"), belongs_to="zaanstad").is_citizen


def test_somebody_may_belong_to_several() -> None:
    person = known(LOCAL, "s@werksaam.example", "s@zaanstad.example")
    assert [one.slug for one in person.organisations] == ["werksaam", "zaanstad"]
    assert person.belongs_to(("zaanstad",))
    assert not person.belongs_to(("purmerend",))


def test_people_are_called_by_their_name_or_else_by_their_id() -> None:
    assert Person(LOCAL, "Sanne").shown == "Sanne"
    assert Person(LOCAL).shown == "sanne"
    assert Person(LOCAL, "").shown == "sanne"
