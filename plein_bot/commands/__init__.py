"""What people can type. Importing this registers every command in `TABLE`."""

from collections.abc import Iterator

from plein_bot.commands import (
    archiving,
    audits,
    authors,
    bans,
    cases,
    consultations,
    digests,
    documents,
    drafts,
    exports,
    files,
    groups,
    guest_lists,
    help,
    invitation_links,
    invitation_overviews,
    invitations,
    joining,
    languages,
    mutes,
    objections,
    organisations,
    overviews,
    policies,
    polls,
    posts,
    protections,
    publishing,
    redactions,
    removals,
    replacing,
    reports,
    requests,
    revisions,
    roles,
    sanctions,
    search,
    sessions,
    settings,
    subsites,
    verification,
    warnings,
    zips,
)
from plein_bot.commands.table import TABLE
from plein_bot.domain.policies import Subject
from plein_bot.locale.messages import Message, enum_words


def messages() -> Iterator[Message]:
    """The help of each command, and the words for choices that only commands have."""
    for command in TABLE:
        yield Message(command.help.text)
    yield from enum_words(organisations.OrganisationFact)
    yield from enum_words(Subject)


__all__ = [
    "TABLE",
    "archiving",
    "audits",
    "authors",
    "bans",
    "cases",
    "consultations",
    "digests",
    "documents",
    "drafts",
    "exports",
    "files",
    "groups",
    "guest_lists",
    "help",
    "invitation_links",
    "invitation_overviews",
    "invitations",
    "joining",
    "languages",
    "messages",
    "mutes",
    "objections",
    "organisations",
    "overviews",
    "policies",
    "polls",
    "posts",
    "protections",
    "publishing",
    "redactions",
    "removals",
    "replacing",
    "reports",
    "requests",
    "revisions",
    "roles",
    "sanctions",
    "search",
    "sessions",
    "settings",
    "subsites",
    "verification",
    "warnings",
    "zips",
]
