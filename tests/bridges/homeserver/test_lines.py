"""What people type to the relay, in two languages and with the quotes of their phones."""

import pytest

from bridges.common.words import in_words
from bridges.homeserver.crossing.policies import Direction, People, policy
from bridges.homeserver.desk import lines, rules
from bridges.homeserver.desk.lines import Line, Offer, Verb
from bridges.homeserver.desk.refusals import Refused

BOT = "@plein-relay:zaanstad.example"


@pytest.mark.parametrize(
    ("body", "to_us"),
    [
        ("!relay list", "list"),
        ("!Koppeling lijst", "lijst"),
        ("! relay\u00a0list", "list"),
        ("plein-relay: lijst", "lijst"),
        (f"{BOT} stop 3", "stop 3"),
        ("plein-relay", ""),
        ("plein-relay doet het weer niet", None),
        ("relay is fun", None),
        ("!relayed", None),
        ("!plein deelsites", None),
    ],
)
def test_in_a_room_only_what_calls_the_relay_is_for_it(body: str, to_us: str | None) -> None:
    assert lines.called(body, BOT) == to_us


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("List.", Line(Verb.LIST)),
        ("koppeling lijst", Line(Verb.LIST)),
        ("STOPPEN 12 wij zijn klaar.", Line(Verb.STOP, ("12", "wij", "zijn", "klaar"))),
        ("stop link 12 “het is klaar”.", Line(Verb.STOP, ("12", "het", "is", "klaar"))),
        ("“aannemen” #3", Line(Verb.ACCEPT, ("#3",))),
        ("weigeren 3 foto’s", Line(Verb.REFUSE, ("3", "foto’s"))),
        ("ja!", Line(Verb.YES)),
        ("", Line(Verb.HELP)),
        ("dag allemaal", Line(None, ("dag", "allemaal"))),
    ],
)
def test_dutch_and_english_both_work(text: str, line: Line) -> None:
    assert lines.read(text) == line


def test_a_number_is_one_of_a_link() -> None:
    assert lines.read("stop #3").number == 3
    assert lines.read("hervatten 1!").number == 1
    assert lines.read("stop drie").number is None
    assert lines.read("stop ٣").number is None
    assert lines.read("stop 99999999999").number is None


@pytest.mark.parametrize(
    ("words", "offer"),
    [
        ("purmerend", Offer(None, "purmerend", None)),
        ("hier gemeente Purmerend", Offer(None, "gemeente Purmerend", None)),
        ("#jeugd:zaanstad.example purmerend", Offer("#jeugd:zaanstad.example", "purmerend", None)),
        (
            "https://matrix.to/#/%23jeugd%3Aa.example?via=a purmerend matrix:roomid/abc",
            Offer("#jeugd:a.example", "purmerend", "!abc"),
        ),
        ("hier", None),
        ("", None),
    ],
)
def test_an_offer_names_a_side_and_perhaps_rooms(words: str, offer: Offer | None) -> None:
    assert lines.offer(tuple(words.split())) == offer


def test_rules_are_typed_in_both_languages_and_add_up() -> None:
    agreed: dict[str, object] = {}
    for typed in ("grootte 10 MB", "bestanden JA", "richting uit", "people official", "terug 5000"):
        agreed = rules.changed(3, agreed, tuple(typed.split()))
    after = policy(agreed)
    assert (after.largest, after.files, after.backfill) == (10 * 2**20, True, 1000)
    assert (after.direction, after.people) == (Direction.OUT, People.OFFICIAL)
    assert rules.changed(3, agreed, ("types", "Image/*,", "application/pdf"))["types"] == [
        "application/pdf",
        "image/*",
    ]


@pytest.mark.parametrize("typed", ["", "files", "files maybe", "size big", "colour red", "types a"])
def test_what_is_no_rule_is_told(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.changed(3, {}, tuple(typed.split()))
    told = in_words(refused.value.sentence, "en")
    assert "The rules are" in told
    assert all(word in told for word in typed.split()[:1])
