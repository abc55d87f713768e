"""Which place somebody means, and how little is told of what they may not know."""

from dataclasses import replace

import pytest

from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Membership
from plein_bot.domain.finding import MOST_SHOWN, Spelling, means_here, spellings, the_one
from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Place, Visibility
from plein_bot.domain.sentences import Text
from plein_bot.domain.standing import NoSuchPlace, Standing
from tests.domain.examples import group, standing, subsite


def named(place: Place, slug: str, name: str, room: str = "") -> Standing:
    return standing(replace(place, room=RoomId(room or f"!{slug}"), slug=slug, name=name))


ZAAN = named(subsite(), "zaanstreek", "Zaanstreek")
WATERLAND = named(subsite(), "waterland", "Waterland")
LEDEN = named(group(inside=ZAAN.place), "leden", "Leden", "!zl")
LEDEN_TOO = named(group(inside=WATERLAND.place), "leden", "Leden", "!wl")
WERK = named(group(inside=ZAAN.place), "werk", "Werk en inkomen")


@pytest.mark.parametrize(
    ("typed", "spelling"),
    [
        ("zaanstreek", Spelling(None, "zaanstreek", "zaanstreek")),
        (" Zaanstreek. ", Spelling(None, "zaanstreek", "zaanstreek")),
        ("zaanstreek/leden", Spelling("zaanstreek", "leden", "leden")),
        (
            "Zaanstreek/Werk en Inkomen",
            Spelling("zaanstreek", "werk-en-inkomen", "werk en inkomen"),
        ),
        ("#zaanstreek:plein.example", Spelling(None, "zaanstreek", "zaanstreek")),
        ("#zaanstreek.werk:plein.example", Spelling("zaanstreek", "werk", "werk")),
        ("Foto’s", Spelling(None, "fotos", "foto’s")),
        ("مرحبا", Spelling(None, "مرحبا", "مرحبا")),
    ],
)
def test_a_path_an_address_or_a_name(typed: str, spelling: Spelling) -> None:
    assert spellings(typed) == spelling


@pytest.mark.parametrize("typed", ["", ".", " . "])
def test_a_full_stop_is_here(typed: str) -> None:
    assert means_here(typed)


def test_a_beginning_is_enough_where_it_is_of_one_place() -> None:
    assert the_one("werk en", [WERK], None) is WERK


def test_an_exact_name_goes_before_a_beginning() -> None:
    longer = named(subsite(), "zaanstreek-noord", "Zaanstreek Noord")
    assert the_one("zaanstreek", [longer, ZAAN], None) is ZAAN


def test_a_subsite_goes_before_a_group() -> None:
    same = named(group(inside=WATERLAND.place), "zaanstreek", "Zaanstreek", "!g")
    assert the_one("zaanstreek", [same, ZAAN], None) is ZAAN


def test_of_equals_the_one_around_here_is_meant() -> None:
    assert the_one("leden", [LEDEN, LEDEN_TOO], WATERLAND.place.room) is LEDEN_TOO


def test_of_equals_the_one_where_one_takes_part_is_meant() -> None:
    mine = replace(LEDEN_TOO, membership=Membership.JOIN)
    assert the_one("leden", [LEDEN, mine], None) is mine


def test_a_path_names_the_subsite() -> None:
    assert the_one("waterland/leden", [LEDEN, LEDEN_TOO], ZAAN.place.room) is LEDEN_TOO


def test_where_nothing_decides_all_are_listed() -> None:
    with pytest.raises(Refusal) as refused:
        the_one("leden", [LEDEN, LEDEN_TOO], None)
    told = str(refused.value.sentence)
    assert "zaanstreek/leden" in told
    assert "waterland/leden" in told


def test_a_long_list_is_cut_off_and_says_so() -> None:
    many = [named(subsite(), f"zaan-{n}", f"Zaan {n}") for n in range(MOST_SHOWN + 5)]
    with pytest.raises(Refusal) as refused:
        the_one("zaan", many, None)
    assert isinstance(refused.value.sentence, Text)
    _, listed, rest = refused.value.sentence.parts
    assert isinstance(listed, Text)
    assert len(listed.parts) == MOST_SHOWN
    assert "'n': 5" in str(rest)


def test_what_may_not_be_known_sounds_like_what_is_not_there() -> None:
    hidden = standing(subsite(Visibility.HIDDEN))
    with pytest.raises(NoSuchPlace) as nothing:
        the_one("zaanstreek", [], None)
    with pytest.raises(NoSuchPlace) as secret:
        hidden.require_member()
    assert nothing.value.sentence == secret.value.sentence


def test_a_long_name_is_said_back_short() -> None:
    with pytest.raises(NoSuchPlace) as nothing:
        the_one("x" * 60_000, [], None)
    assert len(str(nothing.value.sentence)) < 400
