"""Commands for finding again what was said."""

from typing import Annotated
from zoneinfo import ZoneInfo

from plein_bot.actions import indexing, members
from plein_bot.actions import search as actions
from plein_bot.actions.search import Found
from plein_bot.commands import reading
from plein_bot.commands.calls import Call
from plein_bot.commands.pages import there_is_more
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.domain import links
from plein_bot.domain import search as rules
from plein_bot.domain.audiences import audience_of
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId
from plein_bot.domain.paging import page_of
from plein_bot.domain.periods import period
from plein_bot.domain.search import SearchKind
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
from plein_bot.domain.snippets import Piece
from plein_bot.index import search as rows
from plein_bot.index.candidates import Within


@TABLE.command("search", "zoek", "zoeken", "find", "vind")
async def search(
    call: Call,
    words: Annotated[str, Dutch("woorden")],
    *,
    in_: Annotated[str | None, Dutch("in")] = None,
    type_: Annotated[SearchKind | None, Dutch("soort")] = None,
    by: Annotated[str | None, Dutch("door")] = None,
    since: Annotated[str | None, Dutch("sinds")] = None,
    until: Annotated[str | None, Dutch("tot")] = None,
    tag: Annotated[str | None, Dutch("label")] = None,
    page: Annotated[int, Dutch("pagina")] = 1,
) -> Reply:
    """Find posts, files and what was said, by the words in them; with “quotes” exactly so."""
    query = rules.parse(words)
    rooms = place = None
    if in_:
        inside = await call.place(in_)
        rooms, place = await actions.rooms_in(call.act, inside), inside.place
    who = None
    if by:
        concerned = rooms or await rows.rooms_of(call.act.index, call.act.actor)
        who = (await call.author(by, concerned)).id
    zone = ZoneInfo(call.act.plein.timezone)
    within = Within(
        rooms,
        type_,
        who,
        period(since, zone)[0] if since else None,
        period(until, zone)[1] if until else None,
    )
    wanted = actions.Wanted(query, within, tag.lstrip("#") if tag else None)
    found = await actions.results(call.act, wanted)
    options = {"in": in_, "type": type_, "by": by, "since": since, "until": until, "tag": tag}
    again = f"search {words}" + "".join(f" --{name} {v}" for name, v in options.items() if v)
    withheld = await indexing.withheld(call.act, place)
    if not found.hits:
        hint = withheld or _hint(filtered=any(options.values()))
        return Reply(paragraphs(say("I find nothing for “{words}”.", words=brief(words)), hint))
    shown = page_of(found.hits, page)
    told = await actions.shown(call.act, shown.items, query)
    total = len(found.hits)
    parts: list[Sentence | Text] = [
        say("More than {n} found, the best of them first. Another word makes it fewer.", n=total)
        if found.more
        else count(total, "1 found:", "{n} found:"),
        numbered(*map(_line, told), start=shown.first),
    ]
    if shown.has_more:
        parts.append(there_is_more(shown))
    if withheld:
        parts.append(withheld)
    parts.append(say("Answer with a number."))
    return Reply(
        paragraphs(*parts),
        offers=tuple(f"found {hit.event}" for hit in found.hits),
        shown=tuple(hit.event for hit in found.hits),
        more=f"{again} --page {page + 1}" if shown.has_more else None,
    )


def _hint(*, filtered: bool) -> Sentence:
    if filtered:
        return say("Try it without the options.")
    return say("Try another word, or fewer words.")


def _line(found: Found) -> Sentence:
    head = (
        say("**{title}**", title=found.title)
        if found.title
        else say("{author}", author=found.author.shown)
    )
    return say(
        "{head} · {place} · {date}{text}",
        head=head,
        place=found.standing.place.full_name,
        date=found.hit.at.date(),
        text=say(" · {text}", text=marked(found.text)) if found.text else NOTHING,
    )


def marked(pieces: tuple[Piece, ...]) -> Text:
    return Text(
        tuple(
            say("**{text}**", text=piece.text) if piece.marked else say("{text}", text=piece.text)
            for piece in pieces
        ),
        between="",
    )


@TABLE.command("found", "gevonden")
async def show(call: Call, number: Annotated[str, Dutch("nummer")]) -> Reply:
    """Show where something stands that you found, with a link that opens it."""
    found = await actions.again(call.act, meant(call, number))
    place = found.standing.place
    sizes = await members.counts(call.act, [place])
    label = found.title or brief("".join(piece.text for piece in found.text))
    return Reply(
        lines(
            say(
                "**{link}**",
                link=links.to_event(label, found.hit.room, found.hit.event, call.act.plein.server),
            ),
            say(
                "{kind} · {author} · {place} · {moment}",
                kind=found.hit.kind,
                author=found.author.shown,
                place=place.full_name,
                moment=found.hit.at,
            ),
            say(
                "Who reads along: {audience}",
                audience=audience_of(place, sizes.get(place.room, 0)),
            ),
        ),
        keeps_list=True,
    )


def meant(call: Call, text: str) -> EventId:
    """What a number in the list just shown stands for, or an event that is named itself."""
    number = reading.number(text)
    if number is None:
        return EventId(text.strip())
    if not 1 <= number <= len(call.shown):
        raise Refusal(say("Please choose a number from the list that was just shown."))
    return EventId(call.shown[number - 1])
