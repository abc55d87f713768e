"""What somebody reads of a case to judge it: without a word of who reported it."""

from collections.abc import Iterable
from dataclasses import dataclass

from plein_bot.actions import people, places
from plein_bot.actions import sanction_letters as letters
from plein_bot.actions.acts import Act
from plein_bot.domain import links
from plein_bot.domain.cases import Case, Report
from plein_bot.domain.ids import UserId
from plein_bot.domain.introductions import introduce
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.reading import may_read
from plein_bot.domain.sanctions import Sanction
from plein_bot.domain.sentences import NOTHING, Sentence, Text, brief, count, lines, paragraphs, say
from plein_bot.domain.talk import text_of
from plein_bot.index import cases as rows
from plein_bot.index import histories, quotes, rooms, sanctions
from plein_bot.index.quotes import Quote

_AROUND = 2
_LONGEST = 600
_LONGEST_AROUND = 150
_TOLD = 5
"""Reasons that are shown; of more only how many there are."""


@dataclass(frozen=True, slots=True)
class Story:
    """A case with all that somebody needs to judge it. `quotes` has the reported one in it."""

    case: Case
    place: Place
    person: Person | None
    reports: tuple[Report, ...]
    quotes: tuple[Quote, ...]
    names: dict[UserId, Person]
    sealed: bool = False
    sanction: Sanction | None = None


async def story(act: Act, case: Case, place: Place) -> Story:
    """What is quoted beside the message are lines that a reporter may read too."""
    reports = await rows.reports_of(act.index, [case.number])
    said = await quotes.of(act.index, case.target.event) if case.target.event else None
    shown: tuple[Quote, ...] = ()
    if said:
        before, after = await quotes.around(act.index, said, _AROUND)
        known = await _readable(act, reports, [*before, *after], place)
        shown = tuple(one for one in (*before, said, *after) if one == said or one in known)
    number = case.target.sanction
    sanction = await sanctions.numbered(act.index, number) if number else None
    who = {one.sender for one in shown} | ({case.target.person} if case.target.person else set())
    names = await people.recognise_all(act, who | ({sanction.by} if sanction else set()))
    person = names.get(case.target.person) if case.target.person else None
    sealed = bool(said) and await rooms.is_encrypted(act.index, said.room) if said else False
    return Story(case, place, person, reports, shown, names, sealed, sanction)


async def _readable(
    act: Act, reports: Iterable[Report], near: list[Quote], place: Place
) -> list[Quote]:
    """Those of the lines around it that one of the reporters may read."""
    may: set[Quote | str] = set()
    for reporter in {report.reporter for report in reports}:
        standing = await places.stand(act, await people.recognise(act, reporter), place)
        then = await histories.then(act.index, reporter, [one.event for one in near])
        may |= {one.event for one in near if may_read(standing, then[one.event])}
    return [one for one in near if one.event in may]


def told(story: Story, server: str, *, encrypted: bool) -> Text:
    """The notice. `encrypted` where what was sealed may be quoted: the server cannot read along."""
    case, place = story.case, story.place
    if story.person and story.sanction:
        return objection(story, story.person, story.sanction)
    if story.person:
        heading = say(
            "**Case {number}** · {place} · {who} · `{person}`",
            number=case.number,
            place=place.full_name,
            who=introduce(story.person),
            person=story.person.id,
        )
    else:
        heading = say(
            "**Case {number}** · about {place} itself", number=case.number, place=place.full_name
        )
    parts: list[Sentence | Text] = [heading, why(story.reports)]
    if case.target.event:
        parts.append(_quoted(story, server, encrypted=encrypted))
    return paragraphs(*parts)


def objection(story: Story, person: Person, sanction: Sanction) -> Text:
    """Somebody does not agree with what was done to them."""
    by = story.names[sanction.by].shown
    parts: list[Sentence | Text] = [
        say(
            "**Case {number}** · objection · {place} · {who} · `{person}`",
            number=story.case.number,
            place=story.place.full_name,
            who=introduce(person),
            person=person.id,
        ),
        say(
            "It is against number {number}: {kind}, of {day}, by {staff}. Somebody else than "
            "{staff} decides, where there is anybody else.",
            number=sanction.number,
            kind=sanction.kind,
            day=sanction.at.date(),
            staff=by,
        ),
    ]
    if because := letters.because(sanction.reason):
        parts.append(because)
    words = " ".join(report.words for report in story.reports)
    if words:
        parts.append(say("{name} says: “{words}”", name=person.shown, words=_flat(words, _LONGEST)))
    return paragraphs(*parts)


def why(reports: tuple[Report, ...]) -> Text:
    """How often it was reported and for what, in the order in which it was told."""
    reasons: list[Sentence | Text] = [count(len(reports), "Reported once:", "Reported {n} times:")]
    for report in reports[:_TOLD]:
        reasons.append(reason(report))
    if len(reports) > _TOLD:
        reasons.append(say("… and {n} more", n=len(reports) - _TOLD))
    return lines(*reasons)


def reason(report: Report) -> Sentence:
    if report.words:
        return say(
            "{complaint}: “{words}”", complaint=report.complaint, words=_flat(report.words, 300)
        )
    return say("{complaint}", complaint=report.complaint)


def _quoted(story: Story, server: str, *, encrypted: bool) -> Text:
    event = story.case.target.event
    said = next((one for one in story.quotes if one.event == event), None)
    if event is None or said is None:
        return Text((say("I do not have the message any more."),))
    link = links.to_event("matrix.to", said.room, event, server)
    where = say("The message: {link}", link=link)
    if story.sealed and not encrypted:
        hidden = say("It was said encrypted, so I do not repeat it here.")
        return lines(hidden, where)
    shown = (_line(story, one, reported=one is said) for one in story.quotes)
    return lines(*shown, where)


def _line(story: Story, quote: Quote, *, reported: bool) -> Sentence:
    name = story.names[quote.sender].shown
    words = said_in(quote, _LONGEST if reported else _LONGEST_AROUND)
    if reported:
        return say("▶ **{name}**: {words}", name=name, words=words)
    return say("{name}: {words}", name=name, words=words)


def said_in(quote: Quote, most: int) -> Sentence:
    """Words are literal: nothing in them is a link, a name that pings, or markup."""
    if quote.redacted:
        return say("(was taken away)")
    if quote.type == "m.room.encrypted":
        return say("(encrypted)")
    body = quote.content.get("body")
    words = text_of(quote.content) or (body if isinstance(body, str) else "")
    match quote.content.get("msgtype"):
        case "m.image" | "m.sticker":
            return say("(picture: {name})", name=_flat(words, 100))
        case "m.file" | "m.video" | "m.audio":
            return say("(file: {name})", name=_flat(words, 100))
        case _ if words:
            return say("“{words}”", words=_flat(words, most))
        case _:
            return say("(no text)")


def _flat(words: str, most: int) -> str:
    return brief(" ".join(words.split()), most)


def summary(case: Case, place: Place, person: Person | None) -> Sentence:
    """A line of the queue."""
    about = say(" · {name}", name=person.shown) if person else NOTHING
    return say(
        "Case {number} · {place}{about}",
        number=case.number,
        place=place.full_name,
        about=about,
    )
