"""Since when a subsite has no owner, and what operators may then do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from plein_bot.domain import vacancies
from plein_bot.domain.errors import Refusal
from plein_bot.domain.people import Role
from plein_bot.domain.roles import Roles
from tests.domain.examples import CITIZEN, OFFICIAL, PARTNER, PLEIN, subsite

OPERATOR = CITIZEN.id
OPERATED = replace(PLEIN, operators=(OPERATOR,))
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_it_counts_from_the_last_owner_who_went() -> None:
    roles = Roles({OFFICIAL.id: 100, PARTNER.id: 100})
    moved = {OFFICIAL.id: 1000, PARTNER.id: 3000, OPERATOR: 9000}
    assert vacancies.since(roles, moved) == datetime(1970, 1, 1, 0, 0, 3, tzinfo=UTC)
    assert vacancies.is_due(vacancies.since(Roles({}), {}), NOW)


def test_it_is_due_after_fourteen_days() -> None:
    assert vacancies.is_due(NOW - timedelta(days=14), NOW)
    assert not vacancies.is_due(NOW - timedelta(days=14, seconds=-1), NOW)
    assert not vacancies.is_due(None, NOW)


def test_operators_appoint_owners_and_nothing_else() -> None:
    assert vacancies.may_appoint(OPERATED, OPERATOR, 0, Role.OWNER)
    assert not vacancies.may_appoint(OPERATED, OFFICIAL.id, 0, Role.OWNER)
    for role in (Role.ADMIN, Role.MODERATOR, Role.MEMBER):
        assert not vacancies.may_appoint(OPERATED, OPERATOR, 0, role)


@pytest.mark.parametrize(
    ("is_in", "empty", "me", "refused"),
    [
        (True, False, False, False),
        (True, False, True, False),
        (False, False, False, True),
        (False, True, False, False),
        (False, True, True, True),
    ],
)
def test_who_can_be_appointed(is_in: bool, empty: bool, me: bool, refused: bool) -> None:
    if refused:
        with pytest.raises(Refusal, match="does not take part"):
            vacancies.refuse_appointing(subsite(), PARTNER, is_in=is_in, empty=empty, me=me)
    else:
        vacancies.refuse_appointing(subsite(), PARTNER, is_in=is_in, empty=empty, me=me)
