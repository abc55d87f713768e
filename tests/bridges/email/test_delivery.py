"""Is what a mail server answers held against whom it should be?"""

import pytest

from bridges.email.delivery import Outcome, Step, is_given_up, is_gone, outcome, pause


@pytest.mark.parametrize(
    ("step", "code", "text", "expected"),
    [
        (Step.RECIPIENT, 450, "4.2.0 greylisted", Outcome.LATER),
        (Step.RECIPIENT, 550, "5.1.1 <jan@example.org>: unknown", Outcome.NO_SUCH_ADDRESS),
        (Step.RECIPIENT, 550, "No such user", Outcome.NO_SUCH_ADDRESS),
        (Step.RECIPIENT, 550, "5.1.10 null MX", Outcome.NO_SUCH_ADDRESS),
        (Step.RECIPIENT, 552, "5.2.2 mailbox full", Outcome.LATER),
        (Step.RECIPIENT, 552, "full", Outcome.LATER),
        (Step.RECIPIENT, 554, "5.7.1 relay access denied", Outcome.LATER),
        (Step.RECIPIENT, 554, "no", Outcome.LATER),
        (Step.CONTENT, 451, "4.3.0 queue is full", Outcome.LATER),
        (Step.CONTENT, 552, "5.3.4 message too large", Outcome.REFUSED),
        (Step.CONTENT, 554, "5.7.1 looks like spam", Outcome.REFUSED),
        (Step.GREETING, 535, "5.7.8 wrong password", Outcome.LATER),
        (Step.GREETING, 553, "5.7.1 this sender is not yours", Outcome.LATER),
    ],
)
def test_what_a_refusal_means(step: Step, code: int, text: str, expected: Outcome) -> None:
    assert outcome(step, code, text) is expected


def test_which_reports_say_that_an_address_is_gone() -> None:
    said = ["5.1.1", "5.2.1", "5.4.4", "5.0.0", "5.2.2", "5.7.1", "5.3.4", "4.1.1", "2.0.0", "x"]

    assert [status for status in said if is_gone(status)] == ["5.1.1", "5.2.1", "5.4.4", "5.0.0"]


def test_tries_come_ever_later_and_end_after_five_days() -> None:
    pauses = [pause(tries, 0) for tries in range(1, 2000)]

    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1], pause(1, 1)) == (2, 3600, 2.5)
    assert [is_given_up(0, days * 86_400) for days in (0, 4.9, 5.1)] == [False, False, True]
