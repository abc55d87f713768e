"""Commands about invitations that were made: how they stand, and what can still be done."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated

from plein_bot.actions import invitation_endings, invitation_overviews, invitations
from plein_bot.actions.acts import Act
from plein_bot.actions.invitation_overviews import Shown
from plein_bot.commands.calls import Call
from plein_bot.commands.inviting import words_in
from plein_bot.commands.pages import shown_page
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.commands.timers import when_due
from plein_bot.domain import invitations as rules
from plein_bot.domain.errors import Refusal
from plein_bot.domain.events import Due, Membership
from plein_bot.domain.finding import NameAPlace
from plein_bot.domain.invitations import Invitation, InvitationKind, InvitationState
from plein_bot.domain.mails import MailState
from plein_bot.domain.sentences import NOTHING, Sentence, Text, count, lines, paragraphs, say


@dataclass(frozen=True, slots=True)
class _Many:
    """Invitations that were made together, as one line."""

    all: tuple[Shown, ...]


@TABLE.command("invitations", "uitnodigingen", whom=Whom.STAFF)
async def listing(
    call: Call,
    place: Annotated[str, Dutch("plek")] = ".",
    *,
    each: Annotated[bool, Dutch("elk")] = False,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show the invitations to a place and how they stand; with --each also those of a list."""
    try:
        standing = await call.place(place)
    except NameAPlace:
        found, line = await invitation_overviews.of_mine(call.act), "invitations"
    else:
        found = await invitation_overviews.overview(call.act, standing)
        line = f"invitations {standing.place.path}"
    if not found:
        return Reply(say("There are no invitations yet. Make one: `invite <place> <who>`."))
    now = datetime.now(UTC)
    items: list[Shown | _Many] = list(found) if each else list(_together(found))

    def shown(item: Shown | _Many) -> Sentence | Text:
        return _summary(item, now) if isinstance(item, _Many) else _line(item, now)

    heading = count(len(found), "One invitation:", "{n} invitations:")
    reply = shown_page(heading, items, page, shown, f"{line} --each" if each else line)
    doing = say(
        "More about one: `invitation show {number}`. Take it back: `invitation revoke {number}`.",
        number=found[0].invitation.number,
    )
    mailed = [one.invitation.number for one in found if one.invitation.address]
    again = (say("Mail one again: `invitation resend {number}`.", number=n) for n in mailed[:1])
    return replace(reply, text=paragraphs(reply.text, doing, *again))


def _together(found: Iterable[Shown]) -> Iterator[Shown | _Many]:
    """What was made together by one list becomes one, where its newest stands."""
    groups: dict[str, list[Shown]] = {}
    for one in found:
        alone = str(one.invitation.number)
        groups.setdefault(one.invitation.cause if one.invitation.several else alone, []).append(one)
    for group in groups.values():
        yield group[0] if len(group) == 1 else _Many(tuple(group))


def _summary(many: _Many, now: datetime) -> Sentence:
    numbers = [one.invitation.number for one in many.all]
    states = Counter(one.invitation.state_at(now) for one in many.all)
    mails = Counter(one.mail for one in many.all)
    parts: list[Sentence] = [
        say("{n} {state}", n=states[state], state=state)
        for state in InvitationState
        if states[state]
    ]
    if waiting := mails[MailState.QUEUED]:
        parts.append(count(waiting, "one mail waits", "{n} mails wait"))
    if failed := mails[MailState.FAILED]:
        parts.append(count(failed, "one mail did not arrive", "{n} mails did not arrive"))
    return say(
        "Invitations {first} to {last} for {place}: {states}",
        first=min(numbers),
        last=max(numbers),
        place=many.all[0].place.full_name,
        states=Text(tuple(parts), between=", "),
    )


def _line(shown: Shown, now: datetime) -> Sentence:
    one = shown.invitation
    state = one.state_at(now)
    return say(
        "Invitation {number} for {place}: {whom} · {state}{used}{until}{mail}",
        number=one.number,
        place=shown.place.full_name,
        whom=one.whom or _whoever(one),
        state=state,
        used=say(" · {uses}", uses=rules.used_so_far(one)) if _is_link(one) else NOTHING,
        until=say(" · until {day}", day=one.expires_at.date()) if one.is_open(now) else NOTHING,
        mail=_about_mail(shown) if one.is_open(now) else NOTHING,
    )


def _whoever(one: Invitation) -> Sentence:
    return say("whoever has the link") if _is_link(one) else say("an address that is forgotten")


def _is_link(one: Invitation) -> bool:
    return one.kind is InvitationKind.LINK


def _about_mail(shown: Shown) -> Sentence | Text:
    if shown.mail is MailState.QUEUED:
        return say(" · the mail waits") if shown.trouble else say(" · the mail is on its way")
    if shown.mail is MailState.FAILED:
        return say(" · the mail did not arrive")
    return NOTHING


@TABLE.command("invitation show", "uitnodiging toon", "uitnodiging", whom=Whom.STAFF)
async def show(call: Call, number: Annotated[int, Dutch("nummer")]) -> Reply:
    """Show an invitation: for whom it is, what it says and how it stands."""
    invitation, standing = await invitations.find(call.act, number)
    shown = await invitation_overviews.shown(call.act, invitation, standing.place)
    parts: list[Sentence | Text] = [_line(shown, datetime.now(UTC))]
    if invitation.text:
        parts.append(say("“{text}”", text=invitation.text))
    if shown.trouble and shown.mail is MailState.FAILED:
        parts.append(
            say(
                "The mail server refused the mail: “{why}”. Look whether the address is right, "
                "and invite again.",
                why=shown.trouble,
            )
        )
    elif shown.trouble and shown.mail is MailState.QUEUED:
        parts.append(say("The mail did not go yet: “{why}”. I go on trying.", why=shown.trouble))
    parts.append(
        lines(
            say("Made on {day}.", day=invitation.made_at.date()),
            say("Valid until {until}.", until=invitation.expires_at),
        )
    )
    return Reply(paragraphs(*parts))


@TABLE.command("invitation revoke", "uitnodiging intrekken", whom=Whom.STAFF)
async def revoke(call: Call, number: Annotated[int, Dutch("nummer")]) -> Reply:
    """Take back an invitation that nobody has accepted yet; its link leads nowhere any more."""
    invitation, standing = await invitations.find(call.act, number)
    async with call.act.locks.alone_in(standing.place.root.room):
        invitation, _ = await invitations.find(call.act, number)
        await invitation_endings.revoke(call.act, invitation, standing.place)
    return Reply(say("Invitation {number} is taken back.", number=number))


@TABLE.command("invitation resend", "uitnodiging opnieuw", whom=Whom.STAFF)
async def resend(call: Call, number: Annotated[int, Dutch("nummer")]) -> Reply:
    """Mail an invitation again, with a new link; the old one leads nowhere any more."""
    invitation, standing = await invitations.find(call.act, number)
    async with call.act.locks.alone_in(standing.place.root.room):
        invitation, standing = await invitations.find(call.act, number)
        sent = await invitation_endings.send_again(call.act, invitation, standing, words_in(call))
    return Reply(
        say(
            "Invitation {number} is sent again, and valid until {day}.",
            number=number,
            day=sent.expires_at.date(),
        )
    )


@TABLE.command("invitation decline", "uitnodiging afslaan", "uitnodiging afwijzen")
async def decline(call: Call, place: Annotated[str, Dutch("plek")]) -> Reply:
    """Decline an invitation to a place; whoever invited you hears of it."""
    where = await invitation_endings.being_declined(call.act)
    if where is None:
        standing = await call.place(place)
        where = standing.place
        if standing.membership is not Membership.INVITE:
            raise Refusal(say("You have no invitation to {place}.", place=where.full_name))
    async with call.act.locks.alone_in(where.root.room):
        await invitation_endings.decline(call.act, where, call.act.actor)
    return Reply(say("You have declined the invitation to {place}.", place=where.full_name))


@when_due(invitation_endings.SUMMARY)
async def _summary_due(act: Act, timer: Due) -> None:
    await invitation_endings.summarise(act, str(timer.subject["cause"]))
