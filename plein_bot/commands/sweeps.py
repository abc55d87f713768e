"""Bans of many at once: `ban … --all`, `--purge`, and patterns such as `*:spam.example`."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from plein_bot.actions import sweep_endings, sweeps
from plein_bot.actions.sweeps import Spared, Sweep, Swept
from plein_bot.commands.calls import Call
from plein_bot.commands.people import person_and_rest, place_and_words
from plein_bot.commands.progress import counted
from plein_bot.commands.redactions import left
from plein_bot.commands.removals import refused_rooms
from plein_bot.commands.replies import Reply
from plein_bot.commands.terms import end_of, length_of
from plein_bot.domain.enumerations import in_a_row
from plein_bot.domain.errors import Refusal
from plein_bot.domain.globs import glob, is_glob
from plein_bot.domain.ids import RoomId
from plein_bot.domain.introductions import with_class
from plein_bot.domain.people import Person, Role
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Sentence, Text, count, lines, paragraphs, say
from plein_bot.domain.standing import Standing

_A_WEEK = timedelta(days=7)
_SHOWN = 20
"""People who are shown one by one; of more it is said how many."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of the line, as they were typed."""

    everywhere: bool
    purge: bool
    since: str | None
    days: int | None
    until: str | None

    def back(self) -> timedelta | None:
        """How far back what they said is taken away."""
        if self.since and not self.purge:
            raise Refusal(say("`--since` belongs to `--purge`: what was said since then goes too."))
        if not self.purge:
            return None
        return length_of(self.since) if self.since else _A_WEEK

    def typed(self) -> str:
        term = f" --days {self.days}" if self.days else ""
        term += f" --until {self.until}" if self.until else ""
        term += f" --since {self.since}" if self.since else ""
        return term + " --all" * self.everywhere + " --purge" * self.purge


async def shut_out(call: Call, place: str, who: str, reason: str, wishes: Wishes) -> Reply:
    if is_glob(place):
        place, who, reason = ".", place, f"{who} {reason}".strip()
    standing, who, reason = await place_and_words(call, place, who, reason)
    standing.require(Role.MODERATOR)
    back = wishes.back()
    ends = end_of(call, days=wishes.days, until=wishes.until)
    now = datetime.now(UTC)
    sweep = await sweeps.taken_up(call.act, standing.person)
    if sweep is None:
        sweep, reason = await _planned(call, standing, who, reason, wishes)
        if back:
            sweep = await sweeps.counted(call.act, sweep, now - back, now)
        _confirm(call, sweep, standing, who, reason, wishes, ends, back)

    each = await counted(call, len(sweep.shown) if len(sweep.people) == 1 else 0)
    swept = await sweeps.carry_out(call.act, sweep, reason, ends, each, purge=back)

    return Reply(_answer(swept, purged=back is not None))


async def _planned(
    call: Call, standing: Standing, who: str, reason: str, wishes: Wishes
) -> tuple[Sweep, str]:
    targets: tuple[Standing, ...] = (standing,)
    elsewhere: tuple[Place, ...] = ()
    if wishes.everywhere:
        targets, elsewhere = await sweeps.everywhere(call.act, standing)
        if not targets:
            raise Refusal(say("You moderate no subsite, so there is nothing for `--all`."))
    if is_glob(who):
        whom = await sweeps.matching(call.act, glob(who), targets)
    else:
        rooms = (standing.place.room, standing.place.root.room)
        somebody, reason = await person_and_rest(call, who, reason, rooms)
        whom = (somebody,)
    sweep = await sweeps.plan(
        call.act, targets, whom, elsewhere=elsewhere, by_name=not is_glob(who)
    )
    if not sweep.people:
        raise Refusal(say("There is nobody whom this would shut out: “{who}”.", who=who))
    return sweep, reason


def _confirm(
    call: Call,
    sweep: Sweep,
    standing: Standing,
    who: str,
    reason: str,
    wishes: Wishes,
    ends: datetime | None,
    back: timedelta | None,
) -> None:
    whom = who if is_glob(who) else sweep.people[0].id
    line = f"ban {standing.place.path} {whom} {reason}".strip() + wishes.typed()
    rooms = sorted((user, sorted(rooms)) for user, rooms in sweep.rooms.items())
    call.confirm(_preview(sweep, ends, back), "ban", rooms, wishes, line=line)


def _preview(sweep: Sweep, ends: datetime | None, back: timedelta | None) -> Text:
    names = in_a_row([place.full_name for place in sweep.places])
    parts: list[Sentence | Text] = [
        count(
            len(sweep.shown),
            "I shut them out of {places}: that is one room.",
            "I shut them out of {places}: with the groups there those are {n} rooms.",
            places=names,
        )
    ]
    parts.append(_people(sweep.people))
    if ends:
        parts.append(say("They can come back from {moment}.", moment=ends))
    parts += map(_stays, sweep.spared[:_SHOWN])
    if sweep.elsewhere:
        others = in_a_row([place.full_name for place in sweep.elsewhere])
        parts.append(say("Not in {places}: you are no moderator there.", places=others))
    if back:
        parts.append(
            count(
                sweep.messages,
                "What they said there since {moment} goes too: one message, for good.",
                "What they said there since {moment} goes too: {n} messages, for good.",
                moment=datetime.now(UTC) - back,
            )
        )
    parts.append(say("Is that right?"))
    return paragraphs(*parts)


def _stays(one: Spared) -> Sentence:
    name, place = one.person.shown, one.place.full_name
    if one.of == one.place:
        return say("{name} is staff of {place}, and stays there.", name=name, place=place)
    if one.of is None:
        return say("{name} has a role in a part of {place}, and stays.", name=name, place=place)
    return say(
        "{name} is staff of {group}, and stays in {place}.",
        name=name,
        group=one.of.full_name,
        place=place,
    )


def _people(whom: tuple[Person, ...]) -> Text:
    shown: list[Sentence | Text] = [
        say("{who} · `{person}`", who=with_class(one), person=one.id) for one in whom[:_SHOWN]
    ]
    if len(whom) > _SHOWN:
        shown.append(count(len(whom) - _SHOWN, "and one more", "and {n} more"))
    return lines(*shown)


def _answer(swept: Swept, *, purged: bool) -> Text:
    sweep = swept.sweep
    parts: list[Sentence | Text] = [
        say(
            "{names}: shut out of {places}.",
            names=in_a_row([one.shown for one in sweep.people]),
            places=in_a_row([place.full_name for place in sweep.places]),
        )
    ]
    if purged:
        parts.append(say("What they said there is taken away."))
    if swept.left:
        parts.append(left(swept.left))
    parts += refused_rooms(swept.failed, _names(sweep))
    if swept.untold:
        parts.append(
            say(
                "{name} cannot be reached now, and was not told.",
                name=in_a_row([one.shown for one in swept.untold]),
            )
        )
    return paragraphs(*parts)


def _names(sweep: Sweep) -> dict[RoomId, Sentence | str]:
    """The rooms that the actor may know of, by name."""
    names: dict[RoomId, Sentence | str] = {}
    for one in sweep.around.values():
        names |= {group.room: group.full_name for group in one.groups if group.room in one.shown}
        names[one.place.room] = one.place.full_name
        if one.staff_room:
            names[one.staff_room] = say("the staff room")
    return names


async def let_in_everywhere(call: Call, standing: Standing, person: Person) -> Reply:
    targets, _ = await sweeps.everywhere(call.act, standing)
    deeds = await sweep_endings.plan_lifting(call.act, targets, person)
    if not deeds:
        raise Refusal(say("{name} is shut out of no subsite that you moderate.", name=person.shown))
    places = in_a_row([deed.place.full_name for deed in deeds])
    if not any(deed.begun for deed in deeds):
        call.confirm(
            say(
                "{name} may come back in {places}. Is that right?",
                name=with_class(person),
                places=places,
            ),
            "unban",
            [(deed.place.room, deed.behind) for deed in deeds],
            person.id,
            line=f"unban {standing.place.path} {person.id} --all",
        )

    each = await counted(call, sum(deed.shown for deed in deeds))
    done, told = await sweep_endings.lift(call.act, deeds, each)

    failed = {room: error for one in done for room, error in one.failed.items()}
    names: dict[RoomId, Sentence | str] = {deed.place.room: deed.place.full_name for deed in deeds}
    parts: list[Sentence | Text] = [
        say("{name} is no longer shut out of {places}.", name=person.shown, places=places),
        *refused_rooms(failed, names),
    ]
    if not told:
        parts.append(say("{name} cannot be reached now, and was not told.", name=person.shown))
    return Reply(paragraphs(*parts))
