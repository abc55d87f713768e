"""Settings as they stand in a room, and as they come back from it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.domain.places import (
    GROUP_DEFAULTS,
    Inviting,
    Joining,
    Posting,
    Settings,
    Visibility,
)
from plein_bot.domain.protections import Protection
from plein_bot.domain.protections import from_content as from_guards
from plein_bot.domain.settings import Answer, Setting, changed, from_content, to_content
from tests.domain.examples import group, subsite

V = Visibility

everything = st.builds(
    Settings,
    visibility=st.sampled_from(Visibility),
    joining=st.sampled_from(Joining),
    posting=st.sampled_from(Posting),
    citizens=st.booleans(),
    external=st.booleans(),
    invite=st.sampled_from(Inviting),
    index=st.booleans(),
    encrypted=st.booleans(),
    organisations=st.lists(st.sampled_from(["zaanstad", "purmerend"]), unique=True).map(tuple),
    cap=st.none() | st.sampled_from(Visibility),
    overview=st.booleans(),
    slow=st.none() | st.sampled_from(Joining),
    protections=st.lists(st.sampled_from(Protection), unique=True).map(
        lambda some: from_guards({one.value: {"mode": "simulate", "minutes": 5} for one in some})
    ),
)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


@given(everything, st.booleans())
def test_what_is_written_is_read_back(settings: Settings, of_subsite: bool) -> None:
    place = (subsite() if of_subsite else group()).with_settings(settings)
    assert from_content(to_content(place), subsite=of_subsite) == settings


def test_the_words_in_the_room_are_english_and_whole() -> None:
    assert to_content(subsite()) == {
        "slug": "zaanstreek",
        "visibility": "listed",
        "joining": "request",
        "posting": "everyone",
        "citizens": False,
        "external": False,
        "invite": "staff",
        "index": False,
    }
    assert to_content(replace(group(), archived=True))["archived"] is True


@given(st.dictionaries(st.sampled_from(sorted(to_content(group()))), json), st.booleans())
def test_what_is_not_understood_is_the_most_closed(content: dict[str, Any], root: bool) -> None:
    settings = from_content(content, subsite=root)
    if content.get("visibility") not in list(Visibility):
        assert settings.visibility is Visibility.HIDDEN
    if content.get("joining") not in list(Joining):
        assert settings.joining is Joining.INVITE
    assert settings.citizens is (content.get("citizens") is True)
    if content.get("invite") not in list(Inviting):
        assert settings.invite is Inviting.STAFF


@pytest.mark.parametrize("cap", ["open", 3, [], {}, True])
def test_a_cap_that_is_not_understood_is_the_lowest(cap: object) -> None:
    assert from_content({"cap": cap}, subsite=True).cap is Visibility.HIDDEN


def test_the_effective_cap() -> None:
    assert subsite(V.LISTED).cap is V.LISTED
    assert subsite(V.LISTED, cap=V.PUBLIC).cap is V.PUBLIC
    assert subsite(V.PUBLIC, cap=V.MEMBERS).cap is V.MEMBERS
    # The members of a hidden subsite see its groups, unless an owner says otherwise.
    assert subsite(V.HIDDEN).cap is V.MEMBERS
    assert group(inside=subsite(V.PUBLIC)).cap is V.PUBLIC


@pytest.mark.parametrize(
    ("setting", "value", "field", "is_now"),
    [
        (Setting.CITIZENS, Answer.YES, "citizens", True),
        (Setting.EXTERNAL, Answer.YES, "external", True),
        (Setting.INDEX, Answer.NO, "index", False),
        (Setting.OVERVIEW, Answer.YES, "overview", True),
        (Setting.POSTING, Posting.STAFF, "posting", Posting.STAFF),
        (Setting.INVITE, Inviting.MEMBERS, "invite", Inviting.MEMBERS),
        (Setting.CAP, V.PUBLIC, "cap", V.PUBLIC),
        (Setting.VISIBILITY, V.LISTED, "visibility", V.LISTED),
    ],
)
def test_one_setting_changes_and_no_other(
    setting: Setting, value: Any, field: str, is_now: object
) -> None:
    before = group(V.MEMBERS, GROUP_DEFAULTS.joining)
    after = changed(before, setting, value)
    wanted: dict[str, Any] = {field: is_now}
    assert after.settings == replace(before.settings, **wanted)


def test_organisations_belong_to_the_way_of_joining() -> None:
    named = changed(group(), Setting.JOINING, Joining.ORGANISATION, ("zaanstad",))
    assert named.settings.organisations == ("zaanstad",)
    assert changed(named, Setting.JOINING, Joining.OPEN).settings.organisations == ()


def test_name_and_topic_are_no_settings() -> None:
    place = group()
    assert changed(place, Setting.NAME, "Jeugd") == replace(place, name="Jeugd")
    assert changed(place, Setting.TOPIC, "Over jeugd") == replace(place, topic="Over jeugd")
