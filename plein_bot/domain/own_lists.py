"""The policy list that a subsite publishes: who writes on it, and what may stand there."""

from collections.abc import Iterable

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import UserId, user_id
from plein_bot.domain.people import Role
from plein_bot.domain.places import Place
from plein_bot.domain.policies import (
    BAN,
    Rule,
    RuleBook,
    Subject,
    is_server_glob,
    is_user_glob,
)
from plein_bot.domain.sentences import brief, say
from plein_bot.domain.standing import Standing


def refuse_hidden(subsite: Place, *, in_sight: bool) -> None:
    if not in_sight or subsite.archived:
        raise Refusal(
            say(
                "Others could not find the list of {place}: it is hidden, or archived.",
                place=subsite.full_name,
            )
        )


def refuse_writing(standing: Standing) -> None:
    standing.require(Role.MODERATOR)


def nothing_published(subsite: Place) -> Refusal:
    return Refusal(
        say(
            "{place} publishes no policy list. An admin makes one: `policy publish {slug}`.",
            place=subsite.full_name,
            slug=subsite.slug,
        )
    )


def not_on_the_list(entity: str) -> Refusal:
    return Refusal(say("“{entity}” is not on the list.", entity=brief(entity)))


def rule_about(text: str, reason: str) -> Rule:
    """What somebody typed as a rule, judged by what it is about."""
    entity = text.strip().strip("`")
    if entity.startswith("@"):
        if user_id(entity) and not set("*?") & set(entity):
            return Rule(Subject.USER, entity, BAN, reason)
        if is_user_glob(entity):
            return Rule(Subject.USER, entity, BAN, reason)
    elif is_server_glob(entity):
        return Rule(Subject.SERVER, entity.lower(), BAN, reason)
    raise Refusal(
        say(
            "“{text}” cannot be on a list. Give a Matrix ID (`@name:example.org`), a part of one "
            "with * (`@spam*:example.org`), or a homeserver (`example.org`, `*.example.org`).",
            text=brief(text),
        )
    )


def refuse_friendly_fire(rule: Rule, staff: Iterable[UserId], servers: Iterable[str]) -> None:
    """Refuse a rule against staff, Plein itself, or a homeserver of ours or of government."""
    book = RuleBook([rule])
    for user in sorted(staff):
        if book.against(user, ""):
            raise Refusal(
                say("That names {person}, who is staff here, or Plein itself.", person=user)
            )
    for server in sorted(servers):
        # Somebody of whom only the homeserver is known: a rule about one person says nothing here.
        if rule.subject is Subject.SERVER and book.against(UserId(f"@:{server}"), ""):
            raise Refusal(
                say(
                    "That names the homeserver {server}, where staff or people of government have "
                    "their accounts.",
                    server=server,
                )
            )
