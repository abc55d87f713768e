"""Commands about requests: those who decide, and those who ask."""

from dataclasses import replace
from typing import Annotated

from plein_bot.actions import people, request_endings, requests
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import shown_page
from plein_bot.commands.reading import number as number_in
from plein_bot.commands.reading import read
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId
from plein_bot.domain.introductions import introduce, with_class
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.requests import Request
from plein_bot.domain.sentences import Sentence, Text, count, paragraphs, say


@TABLE.command("requests", "verzoeken", whom=Whom.STAFF)
async def listing(
    call: Call,
    place: Annotated[str, Dutch("plek")] = ".",
    *,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Show who waits to be let in to a place where you are staff."""
    standing = await call.place(place)
    waiting = await requests.waiting(call.act, standing)
    if not waiting:
        return Reply(say("Nobody waits for {place}.", place=standing.place.full_name))

    def line(item: tuple[Request, Place, Person]) -> Sentence | Text:
        request, where, person = item
        return say(
            "Request {number} for {place}: {who}{reason}",
            number=request.number,
            place=where.full_name,
            who=introduce(person),
            reason=requests.quoted(request.reason),
        )

    heading = count(len(waiting), "One request waits:", "{n} requests wait:")
    reply = shown_page(heading, waiting, page, line, f"requests {standing.place.path}")
    deciding = say(
        "Let somebody in: `approve {number}`. Or not: `deny {number} <reason>`.",
        number=waiting[0][0].number,
    )
    return replace(reply, text=paragraphs(reply.text, deciding))


@TABLE.command("approve", "goedkeuren", "toelaten", whom=Whom.STAFF)
async def approve(call: Call, number: Annotated[str, Dutch("nummer")]) -> Reply:
    """Let somebody in who asked; by the number of the request, or by place and person."""
    request, subsite = await _request(call, number)
    async with call.act.locks.alone_in(subsite):
        person = await requests.approve(call.act, request.number)
    return Reply(
        say("Request {number}: {name} is admitted.", number=request.number, name=with_class(person))
    )


@TABLE.command("deny", "afwijzen", "weigeren", whom=Whom.STAFF)
async def deny(
    call: Call,
    number: Annotated[str, Dutch("nummer")],
    reason: Annotated[str, Dutch("reden")] = "",
) -> Reply:
    """Turn down a request; the reason goes to the person."""
    if number_in(number) is None:
        # A place was named, so that what follows begins with the person.
        following = read(reason)
        named = following.words[0].text if following.words else ""
        number, reason = f'"{number}" {named}', following.rest(1)
    request, subsite = await _request(call, number)
    async with call.act.locks.alone_in(subsite):
        person = await requests.deny(call.act, request.number, reason)
    return Reply(
        say(
            "Request {number}: {name} is turned down.",
            number=request.number,
            name=with_class(person),
        )
    )


async def _request(call: Call, text: str) -> tuple[Request, RoomId]:
    """`12`, `#12`, or `zaanstreek @somebody:server`; the request, and the subsite it is in."""
    if (number := number_in(text)) is not None:
        request, standing = await requests.find(call.act, number)
        return request, standing.place.root.room
    named = read(text)
    who = named.rest(1)
    if not who:
        raise Refusal(
            say(
                "Give the number of the request, for example `approve 12`. All numbers: `requests`."
            )
        )
    standing = await call.place(named.words[0].text)
    waiting = await requests.waiting(call.act, standing)
    person = await people.find(
        call.act, who, call.pills, call.shown, [one.room for _, one, _ in waiting]
    )
    for request, _, asker in waiting:
        if asker.id == person:
            return request, standing.place.root.room
    raise Refusal(
        say("{name} does not wait for {place}.", name=who, place=standing.place.full_name)
    )


@TABLE.command("request withdraw", "verzoek intrekken", "intrekken")
async def withdraw(call: Call, number: Annotated[int, Dutch("nummer")]) -> Reply:
    """Withdraw a request of yours that still waits."""
    request, place = await request_endings.mine(call.act, number)
    async with call.act.locks.alone_in(place.root.room):
        await request_endings.withdraw(call.act, place, request)
    return Reply(withdrawn(place, request))


def withdrawn(place: Place, request: Request) -> Sentence:
    return say(
        "Your request {number} for {place} is withdrawn.",
        number=request.number,
        place=place.full_name,
    )
