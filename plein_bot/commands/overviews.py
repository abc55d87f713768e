"""The monthly overview of new files, as it stands in the room."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from plein_bot.actions import files as file_actions
from plein_bot.actions import overviews as actions
from plein_bot.actions.acts import Act
from plein_bot.commands.timers import when_due
from plein_bot.domain import files as file_rules
from plein_bot.domain import links
from plein_bot.domain import overviews as rules
from plein_bot.domain.effects import Say
from plein_bot.domain.events import Due
from plein_bot.domain.files import SharedFile
from plein_bot.domain.ids import RoomId
from plein_bot.domain.overviews import Overview
from plein_bot.domain.people import Person
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, Text, count, lines, paragraphs, say


@when_due(rules.ALL)
async def _month(act: Act, timer: Due) -> None:
    await actions.begin(act, timer.due_at)


@when_due(rules.ONE)
async def _due(act: Act, timer: Due) -> None:
    room = RoomId(timer.subject["room"])
    begin, end = (datetime.fromtimestamp(timer.subject[key], UTC) for key in ("begin", "end"))
    found = await actions.of_group(act, room, begin, end)
    if found is None:
        return
    place, overview = found
    senders = await file_actions.senders(act, overview.newest)
    zone = ZoneInfo(act.plein.timezone)
    text = paragraphs(
        count(
            overview.total,
            "**One new file in {place}**, {first} to {last}",
            "**{n} new files in {place}**, {first} to {last}",
            place=place.full_name,
            first=begin.astimezone(zone).date(),
            last=(end.astimezone(zone) - timedelta(days=1)).date(),
        ),
        *_folders(overview),
        lines(*(_line(act, place, file, senders[file.sender]) for file in overview.newest)),
        say(
            "All files: `files {path}`. The staff can stop this overview: "
            "`set {path} overview no`.",
            path=place.path,
        ),
    )
    await act.homeserver.say(Say(place.room, text, "overview", act.plein.language), act.cause)
    await act.record(rules.ONE, place.room)


def _folders(overview: Overview) -> list[Text]:
    """Where everything stands in no folder there is nothing to tell of them."""
    named = [(folder, number) for folder, number in overview.folders if folder]
    told: list[Sentence] = [
        count(number, "📁 {folder} · one file", "📁 {folder} · {n} files", folder=folder)
        for folder, number in named[: rules.MOST_FOLDERS]
    ]
    if (more := len(named) - rules.MOST_FOLDERS) > 0:
        told.append(count(more, "And one more folder.", "And {n} more folders."))
    return [lines(*told)] if told else []


def _line(act: Act, place: Place, file: SharedFile, sender: Person) -> Sentence:
    name = file_rules.shown_name(file.name)
    return say(
        "{link} · {sender} · {date}",
        link=links.to_event(name, place.room, file.event, act.plein.server),
        sender=sender.shown,
        date=file.sent_at.astimezone(ZoneInfo(act.plein.timezone)).date(),
    )
