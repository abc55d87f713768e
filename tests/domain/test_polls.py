from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId, UserId
from plein_bot.domain.polls import (
    ENDS,
    RESPONSES,
    STARTS,
    Answer,
    Cast,
    Poll,
    Question,
    Tally,
    Vote,
    edit_that_counts,
    first_end,
    question_in,
    question_of,
    refuse_closing,
    tally,
    votes_that_count,
)

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
SANNE, JOOST, FATIMA = [UserId(f"@{name}:plein.test") for name in ("sanne", "joost", "fatima")]
PARTY = Question("Wat eten we?", (Answer("a", "Taart"), Answer("b", "Fruit"), Answer("c", "Niets")))

STABLE = {
    "m.text": [{"body": "Wat eten we?\n1. Taart\n2. Fruit"}],
    "m.poll": {
        "kind": "m.disclosed",
        "max_selections": 2,
        "question": {"m.text": [{"body": "Wat eten we?"}]},
        "answers": [
            {"m.id": "a", "m.text": [{"mimetype": "text/plain", "body": "Taart"}]},
            {"m.id": "b", "m.text": [{"body": "Fruit"}]},
        ],
    },
}
UNSTABLE = {
    "org.matrix.msc1767.text": "Wat eten we?\n1. Taart\n2. Fruit",
    "org.matrix.msc3381.poll.start": {
        "kind": "org.matrix.msc3381.poll.disclosed",
        "max_selections": 2,
        "question": {
            "org.matrix.msc1767.text": "Wat eten we?",
            "body": "Wat eten we?",
            "msgtype": "m.text",
        },
        "answers": [
            {"id": "a", "org.matrix.msc1767.text": "Taart"},
            {"id": "b", "org.matrix.msc1767.text": "Fruit"},
        ],
    },
}


@pytest.mark.parametrize("content", [STABLE, UNSTABLE])
def test_both_names_of_a_poll_are_read(content: dict[str, Any]) -> None:
    assert question_in(content) == Question(
        "Wat eten we?", (Answer("a", "Taart"), Answer("b", "Fruit")), 2, disclosed=True
    )


def poll(**changed: object) -> dict[str, Any]:
    return {"m.poll": STABLE["m.poll"] | changed}  # type: ignore[operator]


def answers(number: int) -> list[dict[str, Any]]:
    return [{"m.id": f"{n}", "m.text": [{"body": f"Antwoord {n}"}]} for n in range(number)]


def test_of_twenty_one_answers_the_first_twenty_count() -> None:
    asked = question_in(poll(answers=answers(21)))
    assert asked
    assert [answer.id for answer in asked.answers] == [str(n) for n in range(20)]


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"m.poll": None},
        {"m.poll": []},
        poll(answers=[]),
        poll(answers="abc"),
        poll(answers=[1, None, {"m.text": [{"body": "no id"}]}]),
        poll(question=None),
        poll(question={"m.text": [{"body": " \n "}]}),
        poll(question={"m.text": {"body": "Wat?"}}),
    ],
)
def test_what_asks_nothing_is_no_poll(content: dict[str, Any]) -> None:
    assert question_in(content) is None


def test_a_long_question_is_cut_and_stands_in_one_line() -> None:
    asked = question_in(poll(question={"m.text": [{"body": "Wat\neten we? " * 1000}]}))
    assert asked
    assert len(asked.text) == 340
    assert asked.text.startswith("Wat eten we? Wat eten")
    assert asked.text.endswith("…")


@pytest.mark.parametrize(
    ("given", "most"),
    [(None, 1), (0, 1), (-3, 1), ("2", 1), (True, 1), (2, 2), (99, 2), (10**30, 2), (1.5, 1)],
)
def test_as_many_answers_as_the_poll_allows(given: object, most: int) -> None:
    asked = question_in(poll(max_selections=given))
    assert asked
    assert asked.most == most


@pytest.mark.parametrize(
    ("kind", "disclosed"),
    [
        ("m.disclosed", True),
        ("m.poll.disclosed", True),
        ("m.undisclosed", False),
        ("nl.example.secret", False),
        (None, False),
        (["m.disclosed"], False),
    ],
)
def test_what_is_not_known_to_be_disclosed_is_not(kind: object, disclosed: bool) -> None:
    asked = question_in(poll(kind=kind))
    assert asked
    assert asked.disclosed is disclosed


def test_answers_that_share_an_id_or_have_no_words() -> None:
    asked = question_in(
        poll(
            answers=[
                {"m.id": "a", "m.text": [{"body": "Ja"}]},
                {"m.id": "a", "m.text": [{"body": "Nee"}]},
                {"m.id": "c"},
            ]
        )
    )
    assert asked
    assert asked.answers == (Answer("a", "Ja"), Answer("c", "3"))


def cast(sender: UserId, ts: int, *chosen: str, position: int | None = None) -> Cast:
    number = ts if position is None else position
    return Cast(EventId(f"${number}"), sender, ts, number, {"m.selections": list(chosen)})


def counted(question: Question, *casts: Cast, end: Cast | None = None) -> dict[UserId, Any]:
    return {v.person: v.answers for v in votes_that_count(question, casts, end)}


def test_the_last_vote_of_each_counts() -> None:
    assert counted(PARTY, cast(SANNE, 1, "a"), cast(JOOST, 2, "b"), cast(SANNE, 3, "c")) == {
        SANNE: ("c",),
        JOOST: ("b",),
    }


def test_the_last_is_the_one_that_was_sent_last_and_not_the_one_that_came_last() -> None:
    late = cast(SANNE, 1, "a", position=9)
    assert counted(PARTY, cast(SANNE, 2, "b"), late) == {SANNE: ("b",)}
    same = cast(SANNE, 2, "c", position=9)
    assert counted(PARTY, cast(SANNE, 2, "b"), same) == {SANNE: ("c",)}


@pytest.mark.parametrize("spoiled", [[], ["z"], ["a", "z"], [1], "a", None, {"a": 1}])
def test_a_spoiled_vote_takes_the_one_before_away(spoiled: object) -> None:
    bad = Cast(EventId("$2"), SANNE, 2, 2, {"m.selections": spoiled})
    assert counted(PARTY, cast(SANNE, 1, "a"), bad) == {}


def test_more_than_may_be_chosen_is_cut_off_and_the_same_twice_is_once() -> None:
    two = Question(PARTY.text, PARTY.answers, 2)
    assert counted(PARTY, cast(SANNE, 1, "b", "a")) == {SANNE: ("b",)}
    assert counted(two, cast(SANNE, 1, "b", "a", "c")) == {SANNE: ("b", "a")}
    assert counted(two, cast(SANNE, 1, "b", "b", "a")) == {SANNE: ("b",)}
    # A vote for what does not exist is spoiled, also where it would have been cut off.
    assert counted(two, cast(SANNE, 1, "b", "a", "z")) == {}


def test_votes_under_the_old_names_count() -> None:
    for name in RESPONSES:
        vote = Cast(EventId("$1"), SANNE, 1, 1, {name: {"answers": ["a"]}})
        assert counted(PARTY, vote) == {SANNE: ("a",)}


def test_votes_after_the_end_never_happened() -> None:
    end = cast(SANNE, 5)
    votes = [cast(JOOST, 5, "a"), cast(JOOST, 6, "b"), cast(FATIMA, 6, "b", position=1)]
    assert counted(PARTY, *votes, end=end) == {JOOST: ("a",)}


def test_the_first_end_counts() -> None:
    late = cast(SANNE, 4, position=9)
    assert first_end([cast(JOOST, 5), late]) == late
    assert first_end([]) is None


def edit(position: int, **changed: object) -> Cast:
    return Cast(EventId(f"${position}"), SANNE, 1, position, {"m.new_content": poll(**changed)})


def test_an_edit_counts_until_somebody_has_voted() -> None:
    wider, late = edit(2, answers=answers(3)), edit(9, answers=answers(2))
    vote = cast(JOOST, 5, "0")
    assert edit_that_counts([late, wider], [vote]) == wider
    assert edit_that_counts([late, wider], []) == late
    assert edit_that_counts([late], [vote]) is None
    assert edit_that_counts([edit(2, answers=[])], []) is None
    asked = question_of(wider)
    assert asked
    assert len(asked.answers) == 3


def test_percentages_are_of_the_people_who_voted() -> None:
    two = Question(PARTY.text, PARTY.answers, 2)
    chosen = [("a",), ("a", "b"), ("b", "a")]
    votes = [Vote(EventId("$v"), UserId(f"@{n}:plein.test"), one) for n, one in enumerate(chosen)]
    counts = tally(two, votes)
    assert counts == Tally((3, 2, 0), 3)
    assert [counts.percentage(count) for count in counts.counts] == [100, 67, 0]
    assert Tally((1,), 8).percentage(1) == 13
    assert tally(two, []) == Tally((0, 0, 0), 0)
    assert tally(two, []).percentage(0) == 0


def test_who_started_it_and_staff_close_a_poll_once() -> None:
    party = Poll(EventId("$p"), RoomId("!r"), SANNE, PARTY, NOW, EventId("$p"))
    refuse_closing(party, SANNE, 0)
    refuse_closing(party, JOOST, 50)
    with pytest.raises(Refusal, match="Only who started"):
        refuse_closing(party, JOOST, 0)
    closed = Poll(EventId("$p"), RoomId("!r"), SANNE, PARTY, NOW, EventId("$p"), end=EventId("$e"))
    with pytest.raises(Refusal, match="closed already"):
        refuse_closing(closed, SANNE, 100)


def test_of_an_undisclosed_poll_nothing_is_told_before_its_end() -> None:
    secret = Poll(EventId("$p"), RoomId("!r"), SANNE, PARTY, NOW, EventId("$p"))
    assert not secret.may_be_told
    assert Poll(
        EventId("$p"), RoomId("!r"), SANNE, PARTY, NOW, EventId("$p"), end=EventId("$e")
    ).may_be_told


MORE_KEYS = ("kind", "max_selections", "m.selections", *STARTS, *RESPONSES, *ENDS)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["m.poll", "question", "answers", "m.text", "body", "m.id", "id", *MORE_KEYS]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(content=st.dictionaries(st.sampled_from(["m.poll", *STARTS]), ODD), vote=ODD)
def test_anything_may_be_sent(content: dict[str, Any], vote: Any) -> None:
    asked = question_in(content) or PARTY
    body = vote if isinstance(vote, dict) else {"m.selections": vote}
    sent = Cast(EventId("$1"), SANNE, 1, 1, body)
    for one in votes_that_count(asked, [sent], None):
        assert 1 <= len(one.answers) <= asked.most
    edit_that_counts([Cast(EventId("$2"), SANNE, 1, 1, {"m.new_content": vote})], [])
