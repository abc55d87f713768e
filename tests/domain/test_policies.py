"""What the rules of a policy list say, and whom they match."""

import pytest

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId
from plein_bot.domain.policies import (
    Rule,
    RuleBook,
    Subject,
    as_fits,
    hits_all_of,
    is_server_glob,
    is_user_glob,
    matches,
    rule_of,
)
from plein_bot.domain.policy_lists import Reference, reference

OWN = "plein.test"


def user(entity: str, advice: str = "m.ban") -> Rule:
    return Rule(Subject.USER, entity, advice)


def server(entity: str) -> Rule:
    return Rule(Subject.SERVER, entity, "m.ban")


@pytest.mark.parametrize(
    ("glob", "text", "is_hit"),
    [
        ("@spam:evil.example", "@spam:evil.example", True),
        ("@spam*:*", "@spammer:evil.example", True),
        ("@spam?:evil.example", "@spam1:evil.example", True),
        ("@spam?:evil.example", "@spam12:evil.example", False),
        ("@spam*:evil.example", "@SPAMMER:evil.example", False),
        ("@[ab]:evil.example", "@a:evil.example", False),
        ("*a*a?b", "aab", False),
        ("*aa", "a", False),
        ("a*a", "a", False),
        ("**", "", True),
        ("*?x*y", "axzy", True),
    ],
)
def test_a_star_is_any_characters_a_question_mark_one_and_all_else_itself(
    glob: str, text: str, is_hit: bool
) -> None:
    assert matches(glob, text) is is_hit


def test_today_s_rules_and_older_ones_count_and_nothing_else() -> None:
    content = {"entity": "@a:b", "recommendation": "m.ban", "reason": "spam"}
    for kind in ("m.policy.rule.user", "m.room.rule.user", "org.matrix.mjolnir.rule.user"):
        assert rule_of(kind, "rule:@a:b", content) == Rule(
            Subject.USER, "@a:b", "m.ban", "spam", "rule:@a:b"
        )
    for nothing in ({}, {"entity": 3, "recommendation": "m.ban"}, {"entity": "@a:b"}):
        assert rule_of("m.policy.rule.user", "", nothing) is None
    assert rule_of("m.policy.rule.user", "", {**content, "entity": "x" * 300}) is None
    assert rule_of("m.policy.rule.user", "", {**content, "reason": ["spam"]}) is not None
    assert rule_of("m.room.member", "", content) is None


def test_only_bans_are_followed_by_whatever_name() -> None:
    advised = [user("@a:x.example", "org.matrix.mjolnir.ban"), user("@b:x.example", "m.takedown")]
    book = RuleBook(advised)

    assert book.against(UserId("@a:x.example"), OWN) == advised[0]
    assert book.against(UserId("@b:x.example"), OWN) is None


def test_people_are_hit_by_name_by_glob_and_by_their_homeserver() -> None:
    book = RuleBook([user("@one:x.example"), user("@bad*:x.example"), server("*.Evil.example")])

    def hit(name: str) -> bool:
        return book.against(UserId(name), OWN) is not None

    assert hit("@one:x.example")
    assert hit("@badger:x.example")
    assert hit("@any:sub.evil.example:8448")
    assert not hit("@two:x.example")
    assert not hit("@badger:y.example")
    assert not hit("@any:evil.example")
    assert book.denied(OWN) == ("*.evil.example",)


def test_no_rule_counts_that_is_about_all_of_our_own_people() -> None:
    book = RuleBook([server(OWN), server("*"), user("*"), user(f"@*:{OWN}"), user("@?*:plein.*")])

    assert book.against(UserId(f"@fatima:{OWN}"), OWN) is None
    assert book.denied(OWN) == ()
    # One of them by name is another matter.
    named = RuleBook([user(f"@fatima:{OWN}"), user(f"@spam*:{OWN}")])
    assert named.against(UserId(f"@fatima:{OWN}"), OWN)
    assert named.against(UserId(f"@spam1:{OWN}"), OWN)
    assert not hits_all_of(f"@spam*:{OWN}", OWN)


def test_what_may_be_published() -> None:
    assert is_user_glob("@spam*:evil.example")
    assert is_user_glob("@spam:*.example")
    assert not any(map(is_user_glob, ("*", "@*:*", "@*:evil.example", "evil.example", "@a b:c.d")))
    assert is_server_glob("*.evil.example")
    assert is_server_glob("evil.example")
    assert not any(map(is_server_glob, ("*", "*.*", "evil", "@a:b.c", "evil example", "")))


def test_a_room_is_named_by_address_id_or_link() -> None:
    by_alias = Reference("#list:x.example", ("x.example",))
    assert reference("#list:x.example") == by_alias
    assert reference("https://matrix.to/#/%23list%3Ax.example") == by_alias
    assert reference("matrix:r/list:x.example") == by_alias
    assert reference("https://matrix.to/#/!id?via=x.example&via=y.example") == Reference(
        "!id", ("x.example", "y.example")
    )
    assert reference("!id:x.example") == Reference("!id:x.example", ("x.example",))
    for nothing in ("list", "#list", "@a:b", "https://x.example/list", "!"):
        with pytest.raises(Refusal):
            reference(nothing)


def test_a_long_list_and_a_nasty_glob_are_looked_through_at_once() -> None:
    exact = [user(f"@spam{number}:evil{number % 100}.example") for number in range(50_000)]
    globs = [user(f"@bad{number}*:*") for number in range(500)]
    nasty = [user("*".join("a" * 60) + "?b:*"), server("*".join("a" * 60) + "b")]
    book = RuleBook([*exact, *globs, *nasty])

    # Where a glob is tried in every way that there is, this does not end.
    assert book.against(UserId(f"@{'a' * 200}:{'a' * 200}.example"), OWN) is None


def test_homeservers_of_officials_and_staff_are_not_shut_out_with_the_others() -> None:
    named = ["*.example", "evil.test", "purmerend.nl"]
    assert as_fits(named, ["Purmerend.nl:8448", "a.example"]) == ("evil.test",)
    many = [f"server-{number:05}.evil.test" for number in range(50_000)]
    assert 500 < len(as_fits(many, [])) < 3000
