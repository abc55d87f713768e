"""The command that shows how much was reported, and how it ended."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from plein_bot.actions import cases, chats
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch, Whom
from plein_bot.domain.case_statistics import Month, by_month
from plein_bot.domain.cases import Decision
from plein_bot.domain.effects import SendImage
from plein_bot.domain.people import Role
from plein_bot.domain.periods import period
from plein_bot.domain.sentences import Sentence, Text, count, lines, paragraphs, say
from plein_bot.drawing.charts import Bar, bar_chart
from plein_bot.index import cases as rows
from plein_bot.locale import language

_USUALLY = timedelta(days=365)


@TABLE.command("reports statistics", "meldingen cijfers", whom=Whom.STAFF)
async def statistics(
    call: Call,
    place: Annotated[str, Dutch("plek")] = ".",
    *,
    since: Annotated[str | None, Dutch("sinds")] = None,
) -> Reply:
    """Show month by month what was reported in a place, how that ended and how soon; nobody is
    named."""
    standing = await call.place(place)
    standing.require(Role.MODERATOR)
    here, zone = standing.place, ZoneInfo(call.act.plein.timezone)
    begin = period(since, zone)[0] if since else datetime.now(UTC) - _USUALLY
    found = [
        case
        for case, _ in await cases.queue(call.act, here, everything=True)
        if case.opened_at >= begin
    ]
    told = await rows.reports_of(call.act.index, [case.number for case in found])
    months = by_month(found, Counter(one.case for one in told), zone)
    if not months:
        return Reply(say("Nothing was reported in {place} in that time.", place=here.full_name))
    title = say("What was reported in {place}", place=here.full_name)

    async def draw() -> None:
        await _send_chart(call, title, months)

    return Reply(paragraphs(title, lines(*map(_line, months))), then=draw)


def _line(month: Month) -> Text:
    parts: list[Sentence] = [
        say("**{month}**", month=month.name),
        count(month.reports, "one report", "{n} reports"),
        count(month.cases, "one case", "{n} cases"),
    ]
    if month.decided:
        parts.append(_ends(month.decided))
    if month.objections:
        parts.append(count(month.objections, "one objection", "{n} objections"))
        if month.objected:
            parts.append(_ends(month.objected))
    if month.half is not None:
        parts.append(say("half of it decided within {time}", time=_time(month.half)))
    return Text(tuple(parts), between=" · ")


def _ends(ends: Mapping[Decision, int]) -> Sentence:
    each = (say("{decision} {n}", decision=one, n=ends[one]) for one in Decision if one in ends)
    return say("{ends}", ends=Text(tuple(each), between=", "))


def _time(time: timedelta) -> Sentence:
    hours = -int(-time.total_seconds() // 3600)
    if hours > 48:
        return say("{n} days", n=-(-hours // 24))
    return count(max(hours, 1), "an hour", "{n} hours")


async def _send_chart(call: Call, title: Sentence, months: tuple[Month, ...]) -> None:
    """In the direct chat, where the answer is."""
    words = language(call.language)
    most = max(month.cases for month in months)
    shown = [count(month.cases, "one case", "{n} cases") for month in months]
    bars = [
        Bar(month.name, month.cases, words.plain(cases_then))
        for month, cases_then in zip(months, shown, strict=True)
    ]
    picture = await asyncio.to_thread(bar_chart, words.plain(title), bars, most)
    alt = Text(
        tuple(
            say("{month}: {cases}", month=month.name, cases=cases_then)
            for month, cases_then in zip(months, shown, strict=True)
        ),
        between=". ",
    )
    room = await chats.with_person(call.act, call.act.actor)
    image = SendImage(
        room,
        picture.data,
        "image/png",
        "reports.png",
        picture.width,
        picture.height,
        say("Bar chart. {bars}", bars=alt),
        "statistics",
        call.language,
    )
    await call.act.perform([image])
