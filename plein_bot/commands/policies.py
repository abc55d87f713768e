"""Commands about policy lists: lists of people and homeservers that others keep, to shut out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated

from plein_bot.actions import policy_decisions, policy_lists
from plein_bot.actions.policy_lists import Seen
from plein_bot.commands import reading
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.introductions import introduce
from plein_bot.domain.people import Person, Role
from plein_bot.domain.policies import Rule, Subject
from plein_bot.domain.policy_lists import Hits, Mode
from plein_bot.domain.sentences import (
    NOTHING,
    Sentence,
    Text,
    brief,
    count,
    lines,
    numbered,
    paragraphs,
    say,
)

_MOST = 20
"""People that a preview names; of more it tells how many."""


@TABLE.command("policy follow", "banlijst volgen", whom=Whom.STAFF)
async def follow(
    call: Call,
    place: Annotated[str, Dutch("deelsite")],
    room: Annotated[str, Dutch("lijst")],
    *,
    on: Annotated[bool, Dutch("aan")] = False,
    dry_run: Annotated[bool, Dutch("proef")] = False,
) -> Reply:
    """Follow a policy list of somebody else in a subsite, first as a trial; by its address."""
    standing = await call.place(place)
    one = await policy_lists.follow(call.act, standing, room)
    seen = await policy_lists.find(call.act, one.number)
    followed = say(
        "{place} follows policy list {number} ({list}) as a trial: nobody is shut out.",
        place=standing.place.full_name,
        number=one.number,
        list=one.shown,
    )
    hits = await policy_lists.would_hit(call.act, seen)
    if on and not dry_run:
        preview = paragraphs(followed, *_what_it_does(seen, hits), say("Is that right?"))
        call.confirm(
            preview, "policy", one.number, hits.situation, line=f"policy apply {one.number}"
        )
    apply = say("Let it count: `policy apply {number}`.", number=one.number)
    return Reply(paragraphs(followed, *_what_it_does(seen, hits), apply))


@TABLE.command("policy apply", "banlijst toepassen", whom=Whom.STAFF)
async def apply(call: Call, number: Annotated[int, Dutch("nummer")]) -> Reply:
    """Let a policy list count: whom it names is shut out, now and when they come."""
    seen = await policy_lists.find(call.act, number, Role.ADMIN)
    begun = await policy_lists.has_begun(call.act, seen, Mode.ON)
    if not begun:
        hits = await policy_lists.would_hit(call.act, seen)
        counts = seen.following.mode is Mode.ON and not hits.out
        if counts and not await policy_lists.is_held(call.act, seen):
            return Reply(_stands(seen))
        preview = paragraphs(*_what_it_does(seen, hits), say("Is that right?"))
        call.confirm(preview, "policy", number, hits.situation)
    await policy_lists.switch(call.act, seen, Mode.ON)
    return Reply(
        say(
            "Policy list {number} counts in {place} from now on. The staff room tells who is shut "
            "out, and asks about whoever works for government.",
            number=number,
            place=seen.subsite.full_name,
        )
    )


def _stands(seen: Seen) -> Sentence:
    place, number = seen.subsite.full_name, seen.following.number
    match seen.following.mode:
        case Mode.ON:
            return say("Policy list {number} counts in {place}.", number=number, place=place)
        case Mode.DRY_RUN:
            return say(
                "Policy list {number} is followed in {place} as a trial.",
                number=number,
                place=place,
            )
        case Mode.OFF:
            return say(
                "Policy list {number} is not followed in {place} any more.",
                number=number,
                place=place,
            )


@TABLE.command("policy dry-run", "banlijst proef", whom=Whom.STAFF)
async def dry_run(
    call: Call,
    number: Annotated[int, Dutch("nummer")],
    *,
    keep: Annotated[bool, Dutch("behoud")] = False,
) -> Reply:
    """Follow a policy list as a trial again; whom it shut out may come back, or not with --keep."""
    return await _let_go(call, number, Mode.DRY_RUN, keep=keep)


@TABLE.command("policy unfollow", "banlijst loslaten", whom=Whom.STAFF)
async def unfollow(
    call: Call,
    number: Annotated[int, Dutch("nummer")],
    *,
    keep: Annotated[bool, Dutch("behoud")] = False,
) -> Reply:
    """Follow a policy list no more; whom it shut out may come back, or not with --keep."""
    return await _let_go(call, number, Mode.OFF, keep=keep)


async def _let_go(call: Call, number: int, mode: Mode, *, keep: bool) -> Reply:
    seen = await policy_lists.find(call.act, number, Role.ADMIN)
    begun = await policy_lists.has_begun(call.act, seen, mode)
    if seen.following.mode in (mode, Mode.OFF) and not begun:
        return Reply(_stands(seen))
    out = () if begun else await policy_lists.shut_out_by(call.act, seen)
    if out and not keep:
        word = "policy unfollow" if mode is Mode.OFF else "policy dry-run"
        preview = count(
            len(out),
            "{n} person who is shut out of {place} by this list may come back then. "
            "Answer `1` to let them stay out.",
            "{n} people who are shut out of {place} by this list may come back then. "
            "Answer `1` to let them stay out.",
            place=seen.subsite.full_name,
        )
        call.confirm(
            paragraphs(preview, say("Is that right?")),
            word,
            number,
            out,
            instead=(f"{word} {number} --keep",),
        )
    await policy_lists.switch(call.act, seen, mode, keep=keep)
    after = await policy_lists.find(call.act, number)
    return Reply(_stands(after))


@TABLE.command("policy lists", "banlijsten", whom=Whom.STAFF)
async def listing(call: Call, place: Annotated[str, Dutch("deelsite")] = ".") -> Reply:
    """Show the policy lists that a subsite follows."""
    standing = await call.place(place)
    found = await policy_lists.of_place(call.act, standing)
    name = standing.place.root.full_name
    if not found:
        return Reply(
            say(
                "{place} follows no policy list. Follow one: `policy follow {slug} <address>`.",
                place=name,
                slug=standing.place.root.slug,
            )
        )
    return Reply(
        paragraphs(
            say("The policy lists that {place} follows:", place=name),
            lines(
                *(
                    say(
                        "{number} · {list} · {mode}",
                        number=one.number,
                        list=one.shown,
                        mode=say("counts") if one.mode is Mode.ON else say("a trial"),
                    )
                    for one in found
                )
            ),
            say("See more of one: `policy show <number>`."),
        )
    )


@TABLE.command("policy show", "banlijst toon", whom=Whom.STAFF)
async def show(
    call: Call,
    number: Annotated[int, Dutch("nummer")],
    *,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show the rules of a policy list, and whom they name in the subsite now."""
    seen = await policy_lists.find(call.act, number)
    hits = await policy_lists.would_hit(call.act, seen)
    out = await policy_lists.shut_out_by(call.act, seen)
    shut_out = count(
        len(out),
        "{n} person is shut out by it now.",
        "{n} people are shut out by it now.",
    )
    title = [_stands(seen), shut_out, *people_named(seen, hits)]
    if not seen.book.rules:
        return Reply(paragraphs(*title, say("There are no rules in it.")))
    rules = say("Its rules:")
    return shown_page(
        paragraphs(*title, rules), seen.book.rules, page, _rule, f"policy show {number}"
    )


def _rule(rule: Rule) -> Sentence:
    """Whatever a list advises is shown; only bans count."""
    return say(
        "{subject} `{entity}`{reason}{advice}",
        subject=rule.subject,
        entity=rule.entity,
        reason=say(" · “{reason}”", reason=brief(rule.reason, 200)) if rule.reason else NOTHING,
        advice=NOTHING
        if rule.bans and rule.subject is not Subject.ROOM
        else say(" · only shown, I do nothing with it"),
    )


def _what_it_does(seen: Seen, hits: Hits) -> Iterator[Sentence | Text]:
    yield count(
        len(seen.book.rules),
        "There is {n} rule in it. Whom it names goes out of {place} and of all its groups, and "
        "cannot come in.",
        "There are {n} rules in it. Whom they name goes out of {place} and of all its groups, and "
        "cannot come in.",
        place=seen.subsite.full_name,
    )
    yield from people_named(seen, hits)


def people_named(seen: Seen, hits: Hits) -> Iterator[Sentence | Text]:
    """Who of those who are there is named, and what becomes of them."""
    if not hits.out and not hits.asked:
        yield say("Nobody who is in {place} now is named.", place=seen.subsite.full_name)
    if hits.out:
        where = Counter(
            place.full_name for person in hits.out for place in hits.places.get(person.id, ())
        )
        places = Text(
            tuple(say("{place}: {n}", place=place, n=n) for place, n in sorted(where.items())),
            between=" · ",
        )
        yield count(
            len(hits.out),
            "{n} person who is there now ({places}):",
            "{n} people who are there now ({places}):",
            places=places,
        )
        yield _people(hits.out)
    if hits.asked:
        yield say("About these I ask in the staff room first, because they work for government:")
        yield _people(hits.asked)
    if hits.staff:
        yield count(
            len(hits.staff),
            "{n} person is named and stays, as one of the staff or because you spared them.",
            "{n} people are named and stay, as staff or because you spared them.",
        )


def _people(found: Mapping[Person, Rule]) -> Text:
    shown = [
        say(
            "{who} · `{person}` · rule `{entity}`",
            who=introduce(person),
            person=person.id,
            entity=rule.entity,
        )
        for person, rule in list(found.items())[:_MOST]
    ]
    more = len(found) - len(shown)
    rest = (count(more, "and {n} more", "and {n} more"),) if more else ()
    return lines(numbered(*shown), *rest)


@TABLE.command("policy confirm", "banlijst bevestigen", whom=Whom.STAFF)
async def confirm(call: Call, number: Annotated[int, Dutch("nummer")]) -> Reply:
    """Shut out somebody who works for government and whom a policy list names."""
    person = await policy_decisions.decide(call.act, number, out=True)
    return Reply(say("{name} is shut out.", name=person.shown))


@TABLE.command("policy spare", "banlijst sparen", whom=Whom.STAFF)
async def spare(
    call: Call,
    place: Annotated[str, Dutch("deelsite")],
    person: Annotated[str, Dutch("wie")] = "",
) -> Reply:
    """Let somebody be whom a policy list names; by number of the question, or by place and who."""
    if not person and (number := reading.number(place)):
        spared = await policy_decisions.decide(call.act, number, out=False)
    else:
        standing = await call.place(place)
        standing.require(Role.MODERATOR)
        spared = await call.person(person, (standing.place.root.room,))
        await policy_decisions.spare(call.act, standing, spared)
    return Reply(say("{name} may be there, whatever a policy list says.", name=spared.shown))
