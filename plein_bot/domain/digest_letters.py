"""What a digest says."""

from dataclasses import dataclass
from datetime import date

from plein_bot.domain import links
from plein_bot.domain.digests import Digest, Entry, Named, NewsKind, Often, Section
from plein_bot.domain.sentences import NOTHING, Link, Sentence, Text, count, lines, paragraphs, say


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the news. `server` is ours; `unsubscribe` is an address, in a mail."""

    since: date
    often: Often
    server: str
    unsubscribe: str | None = None


def subject(digest: Digest) -> Sentence:
    return count(digest.total, "One thing is new for you", "{n} things are new for you")


def body(digest: Digest, frame: Frame) -> Text:
    server = frame.server
    return paragraphs(
        say("This is new for you since {date}.", date=frame.since),
        *_waiting(digest),
        *(part for section in digest.sections for part in _section(section, server)),
        *_more(digest),
        *_closing(digest.closing, server),
        *_places(digest.places),
        *_footer(frame),
    )


def _heading(text: Sentence) -> Sentence:
    return say("## {text}", text=text)


def _items(*items: Sentence | Text) -> Text:
    return lines(*(say("- {item}", item=item) for item in items))


def _waiting(digest: Digest) -> list[Sentence | Text]:
    items = [
        count(
            one.n,
            "One request to take part in **{place}**: `requests {path}`",
            "{n} requests to take part in **{place}**: `requests {path}`",
            place=one.name,
            path=one.path,
        )
        for one in digest.requests
    ]
    items += [
        say("You are invited to **{place}**: `join {path}`", place=one.name, path=one.path)
        for one in digest.invitations
    ]
    return [_heading(say("Waiting for you")), _items(*items)] if items else []


def _section(section: Section, server: str) -> list[Sentence | Text]:
    more = (
        count(
            section.more,
            "And one more: `posts {path}`, `files {path}`",
            "And {n} more: `posts {path}`, `files {path}`",
            path=section.path,
        ),
    )
    return [
        say("## {name}", name=section.name),
        _items(*(_entry(one, server) for one in section.entries), *(more if section.more else ())),
    ]


def _entry(entry: Entry, server: str) -> Sentence:
    link = links.to_event(entry.title, entry.room, entry.event, server)
    if entry.kind is NewsKind.FILE:
        return say(
            "📎 {link} · {place} · {author}", link=link, place=entry.place, author=entry.author
        )
    return say(
        "**{link}** · {place} · {author}{until}{text}",
        link=link,
        place=entry.place,
        author=entry.author,
        until=say(" · think along until {moment}", moment=entry.closes_at)
        if entry.closes_at
        else NOTHING,
        text=say(" · {text}", text=entry.text) if entry.text else NOTHING,
    )


def _more(digest: Digest) -> list[Sentence]:
    if not digest.more:
        return []
    return [
        count(
            digest.more,
            "And one more in other subsites: `posts <place>`.",
            "And {n} more in other subsites: `posts <place>`.",
        )
    ]


def _closing(entries: tuple[Entry, ...], server: str) -> list[Sentence | Text]:
    if not entries:
        return []
    told = _items(*(_entry(one, server) for one in entries))
    return [_heading(say("Think along while you can")), told]


def _places(places: tuple[Named, ...]) -> list[Sentence | Text]:
    if not places:
        return []
    told = _items(
        *(say("**{place}**: `join {path}`", place=one.name, path=one.path) for one in places)
    )
    return [_heading(say("New places")), told]


def _footer(frame: Frame) -> list[Sentence]:
    said = [
        say(
            "You get this {often}. Another choice: type `digest daily`, `digest weekly`, "
            "`digest monthly` or `digest never` to Plein.",
            often=frame.often,
        )
    ]
    if frame.unsubscribe:
        address = frame.unsubscribe
        said.append(say("No more of these mails: {link}", link=Link(address, address)))
    return said
