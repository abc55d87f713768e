"""Choosing which homeservers take part in a subsite: a setting with a preview of its own."""

from collections.abc import Iterator

from plein_bot.actions import people, servers
from plein_bot.actions.servers import Planned
from plein_bot.commands import words
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Reply
from plein_bot.domain.exclusions import Exclusion
from plein_bot.domain.sentences import Sentence, Text, count, lines, paragraphs, say
from plein_bot.domain.servers import Servers
from plein_bot.domain.standing import Standing
from plein_bot.index import organisations as register


async def choose(call: Call, standing: Standing, text: str) -> Reply:
    """`set zaanstreek servers zaanstad purmerend`, `… servers all`, `… servers own`."""
    planned = await servers.plan(call.act, standing, await _named(call, text))
    name = planned.subsite.full_name
    if planned.is_over and not planned.begun:
        return Reply(say("That is how {place} is already.", place=name))
    if not planned.begun:
        call.confirm(_preview(call, planned), planned.fingerprint)

    async with call.act.locks.alone_in(planned.subsite.room):
        outcome = await servers.carry_out(call.act, planned)
    await servers.tell(call.act, planned.subsite, outcome.gone)

    done = say(
        "Done. These homeservers take part in {place}: {names}.",
        place=name,
        names=named_in(planned.subsite.settings.servers),
    )
    return Reply(paragraphs(done, *servers.in_words(outcome)))


async def _named(call: Call, text: str) -> tuple[str, ...] | None:
    match words.find(Servers, text):
        case Servers.ALL:
            return None
        case Servers.OWN:
            return ()
        case None:
            return people.named_organisations(await register.all_of(call.act.index), text)


def named_in(slugs: tuple[str, ...] | None) -> Sentence | Text:
    """`all`, `own`, `own, zaanstad, purmerend`."""
    if slugs is None:
        return say("{word}", word=Servers.ALL)
    own = say("{word}", word=Servers.OWN)
    return Text((own, *(say("{name}", name=slug) for slug in slugs)), between=", ")


def _preview(call: Call, planned: Planned) -> Text:
    place = planned.subsite.full_name
    if planned.subsite.settings.servers is None:
        told: list[Sentence | Text] = [
            say("All homeservers may then take part in {place} and all that is in it.", place=place)
        ]
    else:
        told = [
            lines(
                say(
                    "Only these homeservers may then take part in {place} and all that is in it:",
                    place=place,
                ),
                say("{server}, that of this Plein", server=call.act.plein.server),
                *_hosts(call, planned),
            )
        ]
    return paragraphs(*told, *excluded(planned.exclusion), say("Is that right?"))


def _hosts(call: Call, planned: Planned) -> Iterator[Sentence]:
    for one in planned.admitted:
        if one.servers:
            yield say("{servers}, of {name}", servers=", ".join(one.servers), name=one.name)
        else:
            yield say(
                "{name} has no homeserver in the register: its people take part with an account "
                "on {server}",
                name=one.name,
                server=call.act.plein.server,
            )


def excluded(exclusion: Exclusion) -> Iterator[Text]:
    """Whom it puts out, by homeserver."""
    if exclusion.people:
        yield lines(
            say("These people no longer take part then, and hear why:"),
            *(
                count(n, "{server}: {n} person", "{server}: {n} people", server=server)
                for server, n in exclusion.by_server.items()
            ),
        )
