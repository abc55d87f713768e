"""Documents that people sent, on their way to become posts."""

from collections.abc import Sequence
from dataclasses import replace

from plein_bot.actions.acts import Act
from plein_bot.actions.ports import Damaged, HomeserverError, ScanFailed, ScannerAway
from plein_bot.actions.scanning import NotScannedYet
from plein_bot.documents.answers import Failed, File, Reason
from plein_bot.documents.conversion import Document, convert
from plein_bot.documents.kinds import kind_of
from plein_bot.domain import posts as rules
from plein_bot.domain.drafts import Draft, refuse_too_long
from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.media import Media, media_in
from plein_bot.domain.scanning import Verdict
from plein_bot.domain.sentences import brief, say
from plein_bot.index import drafts
from plein_bot.index.drafts import Picture

LARGEST = 25 * 1024 * 1024
"""Bytes of a document: a report of some hundreds of pages with photographs."""


def can_be_post(media: Media) -> bool:
    return kind_of(media.name, media.mime) is not None


async def sent_here(act: Act, room: RoomId, event: EventId) -> Media:
    """The document that the actor sent in a message."""
    said = await act.homeserver.message(room, event)
    media = media_in(said.content) if said else None
    if said is None or media is None:
        raise Refusal(say("I find no document there. Send the file, and I ask what to do with it."))
    if said.sender != act.actor:
        raise Refusal(
            say("That is somebody else’s message. Only who wrote it can make a post of it.")
        )
    return media


async def drafted(act: Act, media: Media, title: str = "") -> tuple[Draft, int]:
    """A draft with what is in a document, and how many of its pictures are left out.

    Begun once per cause: the draft holds the text and the pictures from then on.
    """
    if draft := await drafts.begun_by(act.index, act.cause):
        return draft, 0
    name = brief(media.name)
    document = await _read(act, media)
    found, text = rules.title_for(document.title, document.text, media.name)
    refuse_too_long(text)
    if not rules.summary_of(rules.with_pictures(text, {}).replace("🖼", "")):
        raise Refusal(say("There is no text in “{file}” that can be a post.", file=name))
    draft = await drafts.begin(
        act.index,
        act.actor,
        rules.clean_title(title or found),
        text,
        act.cause,
        pictures=_numbered(document.pictures),
    )
    return draft, document.dropped


def _numbered(files: Sequence[File]) -> list[Picture]:
    return [Picture(n, file.name, file.mime, file.data) for n, file in enumerate(files, 1)]


async def _read(act: Act, media: Media) -> Document:
    """What is in a document. Raises a Refusal that says what to do where it cannot be read."""
    name = brief(media.name)
    kind = kind_of(media.name, media.mime)
    if kind is None:
        raise Refusal(
            say(
                "“{file}” cannot become a post. These can: .docx, .odt, .md and .html.",
                file=name,
            )
        )
    try:
        if media.size and media.size > LARGEST:
            raise HomeserverError("M_TOO_LARGE", "as its sender says")
        data = await act.homeserver.fetch(media, LARGEST)
    except Damaged:
        raise Refusal(
            say("“{file}” did not arrive whole. Please send it again.", file=name)
        ) from None
    except HomeserverError as error:
        if error.code == "M_TOO_LARGE":
            raise _too_large(name) from None
        if error.status in (403, 404):
            raise Refusal(
                say("“{file}” is no longer there. Please send it again.", file=name)
            ) from None
        raise
    await _refuse_infected(act, data, name)
    read = await convert(data, kind)
    if isinstance(read, Document):
        return read
    raise _refusal(read, name)


async def _refuse_infected(act: Act, data: bytes, name: str) -> None:
    """Where it stands in a place it is withdrawn from there as soon as its turn comes."""
    if act.scanner is None:
        return
    try:
        scan = await act.scanner.scan(data)
    except (ScannerAway, ScanFailed):
        raise NotScannedYet(name) from None
    if scan.verdict is Verdict.INFECTED:
        raise Refusal(
            say(
                "There is a virus in “{name}”: {finding}. I make no post of it.",
                name=name,
                finding=scan.finding,
            )
        )
    if scan.verdict is Verdict.UNSCANNED:
        raise _too_large(name)


def _too_large(name: str) -> Refusal:
    return Refusal(
        say(
            "“{file}” is too large to become a post. Split it, or make its pictures smaller.",
            file=name,
        )
    )


def _refusal(failed: Failed, name: str) -> Refusal:
    match failed.reason:
        case Reason.TOO_LARGE:
            return _too_large(name)
        case Reason.TOO_SLOW:
            return Refusal(
                say(
                    "Reading “{file}” takes too long. Save it in another form, such as .odt, or "
                    "split it.",
                    file=name,
                )
            )
        case Reason.BROKEN:
            return Refusal(
                say(
                    "“{file}” cannot be read: it is damaged, or it is something else than its name "
                    "says. Save it again and send it once more.",
                    file=name,
                )
            )
        case Reason.LOCKED:
            return Refusal(
                say(
                    "“{file}” has a password. Save it without one and send it once more.", file=name
                )
            )
        case Reason.CRASHED:
            return Refusal(
                say(
                    "I cannot read “{file}”. Save it in another form, such as .odt, and send it "
                    "once more.",
                    file=name,
                )
            )


async def settled(act: Act, draft: Draft) -> Draft:
    """The draft as it is sent: with its pictures in the media repository, each once."""
    addresses: dict[int, str] = {}
    for one in await drafts.pictures_of(act.index, draft.number):
        addresses[one.number] = await _stored(act, draft, one)
    return replace(draft, text=rules.with_pictures(draft.text, addresses))


async def _stored(act: Act, draft: Draft, picture: Picture) -> str:
    """Where it stands. That is written down first: so it is the same however often this begins."""
    url = picture.url or await _addressed(act, draft, picture)
    try:
        await act.homeserver.store(url, picture.data, picture.mime, picture.name)
    except HomeserverError as error:
        if error.code != "M_NOT_FOUND":
            raise
        # Plein was away for so long that the homeserver has forgotten the address.
        url = await _addressed(act, draft, picture)
        await act.homeserver.store(url, picture.data, picture.mime, picture.name)
    return url


async def _addressed(act: Act, draft: Draft, picture: Picture) -> str:
    url = await act.homeserver.media_address()
    await drafts.addressed(act.index, draft.number, picture.number, url)
    return url
