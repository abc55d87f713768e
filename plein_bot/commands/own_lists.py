"""Commands about the policy list that a subsite publishes."""

from typing import Annotated

from plein_bot.actions import own_lists, policy_lists
from plein_bot.commands.calls import Call
from plein_bot.commands.policies import people_named
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.people import Role
from plein_bot.domain.sentences import NOTHING, paragraphs, say
from plein_bot.locale import language


@TABLE.command("policy publish", "banlijst maken", whom=Whom.STAFF)
async def publish(
    call: Call,
    place: Annotated[str, Dutch("deelsite")],
    name: Annotated[str, Dutch("naam")] = "",
) -> Reply:
    """Make a policy list of a subsite, which others can follow, and which counts in it."""
    standing = await call.place(place)
    subsite = standing.place.root
    list_ = language(call.act.plein.language).plain(say("Policy list"))
    made = await own_lists.publish(call.act, standing, name.strip() or f"{subsite.name} · {list_}")
    return Reply(
        paragraphs(
            say(
                "{place} publishes the policy list {address}. Others follow it by that address; "
                "everybody can read it. In {place} it counts as list {number}.",
                place=subsite.full_name,
                address=made.address,
                number=made.number or 0,
            ),
            say("Put somebody on it: `policy add {slug} <who> [reason]`.", slug=subsite.slug),
        )
    )


@TABLE.command("policy add", "banlijst erbij", whom=Whom.STAFF)
async def add(
    call: Call,
    place: Annotated[str, Dutch("deelsite")],
    who: Annotated[str, Dutch("wie")],
    reason: Annotated[str, Dutch("reden")] = "",
) -> Reply:
    """Put a person, people by a part of their ID, or a homeserver on the list of a subsite."""
    standing = await call.place(place)
    published = await own_lists.of(call.act, standing)
    rule = await own_lists.checked(call.act, standing, who, reason)
    if not await call.act.has_begun(own_lists.ADD, standing.place.root.room):
        seen = await policy_lists.as_if(call.act, standing, rule)
        hits = await policy_lists.would_hit(call.act, seen)
        preview = say(
            "I put `{entity}` on the public list of {place}{why}. Everybody can read that, and "
            "others may act on it.",
            entity=rule.entity,
            place=standing.place.root.full_name,
            why=say(", with the reason “{reason}”", reason=reason) if reason else NOTHING,
        )
        call.confirm(
            paragraphs(preview, *people_named(seen, hits), say("Is that right?")),
            "policy add",
            published.room,
            rule.entity,
            reason,
            hits.situation,
        )
    await own_lists.add(call.act, standing, published, rule)
    return Reply(
        say("`{entity}` is on the list {address}.", entity=rule.entity, address=published.address)
    )


@TABLE.command("policy remove", "banlijst eraf", whom=Whom.STAFF)
async def remove(
    call: Call,
    place: Annotated[str, Dutch("deelsite")],
    who: Annotated[str, Dutch("wie")],
) -> Reply:
    """Take a person, people or a homeserver off the list of a subsite."""
    standing = await call.place(place)
    standing.require(Role.MODERATOR)
    published = await own_lists.of(call.act, standing)
    await own_lists.remove(call.act, standing, published, who.strip().strip("`"))
    return Reply(
        say(
            "`{entity}` is off the list {address}.",
            entity=who.strip("`"),
            address=published.address,
        )
    )
