"""What somebody reports comes to the staff without their name, and is decided once."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from plein_bot.actions import case_reminders, client_reports, reports
from plein_bot.domain.cases import ByClient, CaseState, Complaint, Decision, Target
from plein_bot.domain.ids import EventId, RoomId
from plein_bot.domain.places import Joining, Place, Visibility
from plein_bot.index import audits, sanctions, timers
from plein_bot.index import cases as rows
from tests.commands.test_roles import brought
from tests.fakes.people import Person
from tests.fakes.reports import FakeReports, one_is_told_once
from tests.fakes.square import PLEIN, SERVER, Square


@dataclass
class Scene:
    """Fatima has said something in Publiek, where Peter, Joost (a moderator) and Sanne are too."""

    square: Square
    subsite: Place
    group: Place
    staff: RoomId
    said: EventId

    @property
    def link(self) -> str:
        return f"https://matrix.to/#/{self.group.room}/{self.said}?via={SERVER}"

    def read_by_staff(self) -> list[str]:
        return self.square.homeserver.room(self.staff).said_by(PLEIN.bot)

    def in_group(self) -> list[tuple[str, str]]:
        """Everything that was said, or taken away, after it."""
        timeline = self.square.homeserver.room(self.group.room).timeline
        at = next(n for n, raw in enumerate(timeline) if raw["event_id"] == self.said)
        return [
            (raw["type"], raw["sender"]) for raw in timeline[at + 1 :] if "state_key" not in raw
        ]

    async def notice(self, number: int = 1) -> EventId:
        (notice,) = await rows.notices_of(self.square.index, number)
        return notice.event

    async def decision(self, number: int = 1) -> Decision | None:
        case = await rows.numbered(self.square.index, number)
        assert case
        return case.decision


async def said_in_group(square: Square) -> Scene:
    """Without the moderator; nobody has to be at the desk for it."""
    subsite = await square.subsite("Zaanstreek", Visibility.PUBLIC, Joining.OPEN, citizens=True)
    group, staff = await square.group(subsite, "publiek"), await square.staff_room(subsite)
    for person in (square.fatima, square.peter, square.joost):
        await brought(square, subsite, person)
        await brought(square, group, person)
    await square.peter.says(group.room, "Wie komt er morgen?")
    said = await square.fatima.says(group.room, "Koop <b>nu</b> @room pillen")
    return Scene(square, subsite, group, staff, said)


async def scene(square: Square) -> Scene:
    here = await said_in_group(square)
    for person in (square.fatima, square.peter, square.joost):
        await person.asks("help")
    await square.sanne.asks("rol zaanstreek Joost moderator")
    await square.sanne.asks("ja")
    await square.joost.joins(here.staff)
    return here


async def hears(square: Square, person: Person, words: str) -> str:
    raw = await person.hears(person.chat, lambda raw: words in str(raw["content"].get("body", "")))
    return str(raw["content"]["body"])


async def test_a_report_is_read_by_staff_without_its_reporter_and_in_the_room_by_nobody(
    square: Square,
) -> None:
    here = await scene(square)

    told = await square.peter.asks(f"melden {here.link} Dit is spam van mij gezien")

    assert told.startswith("Dank u wel. Uw melding over Zaanstreek/Publiek heeft nummer 1.")
    (notice,) = [one for one in here.read_by_staff() if "Zaak 1" in one]
    assert f"Zaak 1 · Zaanstreek/Publiek · Fatima · burger · `{square.fatima.user_id}`" in notice
    assert "Eén keer gemeld:\niets anders: “Dit is spam van mij gezien”" in notice
    assert "Peter: “Wie komt er morgen?”" in notice
    assert "▶ Fatima: “Koop <b>nu</b> @room pillen”" in notice
    event, timeline = await here.notice(), square.homeserver.room(here.staff).timeline
    raw = next(raw for raw in timeline if raw["event_id"] == event)
    assert raw["content"]["m.mentions"] == {}
    assert "<b>nu" not in raw["content"]["formatted_body"]
    assert square.peter.user_id not in str(raw)
    assert here.in_group() == []

    again = await square.peter.asks(f"melden {here.link} nog eens")
    assert again == "U hebt dit al gemeld: het is uw melding 1."
    await square.joost.asks(f"melden {here.link} reclame")
    assert "2 keer gemeld:" in [one for one in here.read_by_staff() if "Zaak 1" in one][-1]
    shown = await square.sanne.asks("zaak tonen 1")
    assert f"Gemeld door:\nPeter · `{square.peter.user_id}`: iets anders" in shown
    queue = await square.sanne.asks("meldingen")
    assert "Zaak 1 · Zaanstreek/Publiek · Fatima · 2 keer gemeld · wacht nog geen uur" in queue
    for nobody in (square.fatima, square.peter):
        assert await nobody.asks("zaak tonen 1") == "Ik ken geen zaak 1."
    deeds = await audits.last(
        square.index, ["case.open"], places=[here.group.room], whom=square.fatima.user_id
    )
    assert deeds[here.group.room].actor == PLEIN.bot


async def test_a_tap_asks_for_a_reason_and_decides_and_everybody_hears_what_is_theirs(
    square: Square,
) -> None:
    here = await scene(square)
    await square.peter.asks(f"melden {here.link} reclame")

    await square.joost.reacts(here.staff, await here.notice(), "🧹")
    asked = await hears(square, square.joost, "Waarom?")
    assert "overslaan" in asked
    assert await square.joost.asks("Geen reclame graag") == "Zaak 1: het bericht is weggehaald."

    assert here.in_group() == [("m.room.redaction", PLEIN.bot)]
    assert "Geen reclame graag" in await hears(square, square.fatima, "`bezwaar 1`")
    outcome = await hears(square, square.peter, "Uw melding 1")
    assert "het bericht weggehaald" in outcome
    assert "Geen reclame graag" not in outcome
    over = here.read_by_staff()[-1]
    assert "Zaak 1 · Zaanstreek/Publiek: weggehaald, door Joost." in over
    assert not [one for one in here.read_by_staff() if "Koop" in one]
    assert await here.decision() is Decision.REDACTED

    late = await square.sanne.asks("zaak sluiten 1")
    assert late == "Over zaak 1 is al beslist, door Joost: weggehaald."
    await square.sanne.asks("zaak heropenen 1")
    assert await square.sanne.asks("zaak sluiten 1") == "Zaak 1 is gesloten: niets mis."


async def test_a_case_can_shut_somebody_out_after_a_preview(square: Square) -> None:
    here = await scene(square)
    await square.peter.asks(f"melden {square.fatima.user_id} zaanstreek")
    await square.peter.asks("2")
    await square.peter.asks("overslaan")

    preview = await square.sanne.asks("zaak verban 1 Bedreiging")
    assert "Ik ontzeg Fatima" in preview
    # Whoever only looked has not decided.
    await square.joost.asks("zaak tonen 1")
    preview = await square.sanne.asks("zaak 1 verban Bedreiging --overal --opruimen")
    assert preview.startswith("Ik ontzeg de toegang tot Zaanstreek: met de groepen erbij")
    assert "gaat voorgoed weg: één bericht" in preview
    told = await square.sanne.asks("ja")
    assert told.startswith("Fatima: toegang ontzegd tot Zaanstreek.\n\nWat")

    assert await here.decision() is Decision.BANNED
    (one,) = await sanctions.of_person(square.index, square.fatima.user_id)
    assert one.case == 1
    assert here.in_group() == [("m.room.redaction", PLEIN.bot)]
    assert "Bedreiging" in await hears(square, square.fatima, "toegang")
    assert "iets aan gedaan" in await hears(square, square.peter, "Uw melding 1")


async def test_a_line_in_the_room_goes_at_once_and_is_answered_apart(square: Square) -> None:
    here = await scene(square)

    line = await square.peter.replies(here.group.room, here.said, "!plein melden reclame")
    told = await hears(square, square.peter, "Uw melding")

    assert "anderen in Zaanstreek/Publiek kunnen hem gezien hebben" in told
    assert here.in_group() == [
        ("m.room.message", square.peter.user_id),
        ("m.room.redaction", PLEIN.bot),
    ]
    timeline = square.homeserver.room(here.group.room).timeline
    assert next(raw for raw in timeline if raw["event_id"] == line)["content"] == {}
    await square.peter.says(here.group.room, "!plein melden")
    await hears(square, square.peter, "Dat kan ik niet vinden.")
    slip = await square.peter.says(here.group.room, "!plein meld3n dit")
    await hears(square, square.peter, "Bedoelt u")
    assert next(raw for raw in timeline if raw["event_id"] == slip)["content"] == {}
    assert {sender for kind, sender in here.in_group() if kind == "m.room.message"} == {
        square.peter.user_id
    }


async def test_staff_are_judged_by_those_above_them_and_read_nothing_of_it(
    square: Square,
) -> None:
    here = await scene(square)
    said = await square.joost.says(here.group.room, "Mond houden allemaal")
    link = f"https://matrix.to/#/{here.group.room}/{said}"

    await square.peter.asks(f"melden {link} beledigend of bedreigend")

    assert not [one for one in here.read_by_staff() if "Zaak 1" in one]
    assert "Mond houden" in await hears(square, square.sanne, "Zaak 1")
    assert await square.joost.asks("zaak tonen 1") == "Ik ken geen zaak 1."
    heard = await audits.last(
        square.index, ["case.open"], places=[here.group.room], whom=square.joost.user_id
    )
    assert heard == {}
    assert await square.joost.asks("meldingen zaanstreek") == (
        "Er is niets gemeld dat op u wacht.\n\nWat u zelf meldde: `meldingen mijn`."
    )
    before = square.sanne.chat
    await square.sanne.opens_chat()
    await square.sanne.asks("help")
    assert "heeft nummer 2" in await square.fatima.asks(f"melden {link} iets anders")
    assert "2 keer gemeld" in await hears(square, square.sanne, "Mond houden")
    await square.sanne.reacts(square.sanne.chat, await here.notice(), "✖️")
    await hears(square, square.sanne, "Zaak 1 is gesloten")
    await hears(square, square.sanne, "niets mis, door Sanne")
    assert not [one for one in square.chat_of(square.sanne) if "Mond" in one]
    assert "Mond" not in str(square.homeserver.room(before).timeline)
    assert "geen reden" in await hears(square, square.peter, "Uw melding 1")

    await square.sanne.asks("zaak heropenen 1")
    await square.sanne.asks("zaak waarschuwen 1 Niet zo boos")
    assert "“Niet zo boos”" in await hears(square, square.joost, "waarschuwt u")
    assert not [one for one in here.read_by_staff() if "Joost" in one and "waarschuwd" in one]
    assert "boos" not in await square.joost.asks("maatregelen zaanstreek")
    assert "boos" in await square.sanne.asks("maatregelen zaanstreek")


async def test_where_nobody_can_do_anything_that_is_said_and_operators_read_no_hidden_name(
    square: Square,
) -> None:
    here = await said_in_group(square)
    await square.joost.asks("help")
    await square.sanne.asks("rol zaanstreek Joost beheerder")
    await square.sanne.asks("ja")
    await square.sanne.asks("groep nieuw zaanstreek Geheim --zichtbaarheid verborgen")
    hidden = await square.group(here.subsite, "geheim")

    told = await square.peter.asks(f"melden {square.sanne.user_id} zaanstreek")
    while "nummer 1" not in told:
        told = await square.peter.asks("1" if "Wat is er mis" in told else "overslaan")

    assert "kon ik niet bereiken" in told
    assert "veilig@plein.test" in told
    assert "heeft hier geen lagere rol dan u" in await hears(square, square.joost, "Zaak 1")
    notice, timeline = await here.notice(), square.homeserver.room(square.joost.chat).timeline
    relations = [raw["content"].get("m.relates_to", {}) for raw in timeline]
    shown = [one["key"] for one in relations if one.get("event_id") == notice and "key" in one]
    assert shown == ["👁️", "✖️"]
    assert "verban" not in await square.joost.asks("zaak tonen 1")

    plein = replace(PLEIN, operators=(square.peter.user_id,))
    act = replace(square.by(square.fatima, "$hidden"), plein=plein)
    for place in (hidden, here.group):
        target = Target(place.room, person=square.sanne.user_id)
        heard = await reports.report(act, target, Complaint.ABUSE, "Zo niet")
        act = replace(act, cause="$listed")
        assert heard.heard is reports.Heard.OPERATORS
    await square.homeserver.settled()
    unnamed = await hears(square, square.peter, "niet iedereen kent")
    assert "(beledigend of bedreigend)" in unnamed
    assert "zaak 2" in unnamed
    await hears(square, square.peter, "In Zaanstreek/Publiek is Sanne gemeld")
    assert "Geheim" not in str(square.chat_of(square.peter))


async def test_what_cannot_be_reported_is_refused_with_what_to_do(square: Square) -> None:
    here = await scene(square)
    elsewhere = await square.group(await square.subsite("Waterland"))
    secret = await square.sanne.says(elsewhere.room, "Geheim")

    theirs = await square.peter.asks(f"melden https://matrix.to/#/{elsewhere.room}/{secret} x")
    none = await square.peter.asks(f"melden https://matrix.to/#/{elsewhere.room}/$none x")

    assert theirs == none
    assert theirs.startswith("Dat kan ik niet vinden.")
    for ours in (PLEIN.bot, PLEIN.reserve):
        assert "maar Plein zelf" in await square.peter.asks(f"melden {ours} zaanstreek")
    assert "over uzelf" in await square.fatima.asks(f"melden {here.link} x")

    for number in range(10):
        target = Target(here.group.room, EventId(f"${number}"), square.fatima.user_id)
        me, why = square.peter.user_id, Complaint.OTHER
        await rows.report(square.index, target, 50, me, why, "", f"$cause {number}")

    assert "Wacht alstublieft een uur" in await square.peter.asks(f"melden {here.link} reclame")


async def test_a_withdrawn_report_takes_its_case_along(square: Square) -> None:
    here = await scene(square)
    await square.peter.asks(f"melden {here.link} reclame")
    await square.joost.asks(f"melden {here.link} reclame")

    assert await square.peter.asks("melding intrekken 1") == "Uw melding 1 is ingetrokken."
    assert "Eén keer gemeld:" in here.read_by_staff()[-1]
    assert await square.peter.asks("melding intrekken 2") == "U hebt geen melding 2 gedaan."
    await square.joost.asks("melding intrekken 2")

    case = await rows.numbered(square.index, 1)
    assert case
    assert case.state is CaseState.WITHDRAWN
    assert "Melding 1" in await square.peter.asks("mijn meldingen")
    assert "ingetrokken" in here.read_by_staff()[-1]


async def test_what_the_button_of_a_client_reports_comes_once_and_is_not_left_to_wait(
    square: Square,
) -> None:
    here = await scene(square)
    now = datetime.now(UTC)
    old = ByClient(4, here.group.room, here.said, square.joost.user_id, "Te vroeg", now)
    button = FakeReports([old])
    acts = replace(square.acts, reported=button)
    await client_reports.look(acts)
    elsewhere = replace(old, id=5, room=RoomId("!elsewhere"))
    new = replace(old, id=6, reporter=square.peter.user_id, words="Reclame!")
    button.told.append(elsewhere)

    async def press() -> None:
        button.told.append(new)

    assert await one_is_told_once(button, press) == new
    for _ in range(2):
        await client_reports.look(acts)
    for _ in range(2):
        await timers.ripen(square.index, now)

    assert "heeft nummer 1." in await hears(square, square.peter, "Uw melding over")
    (notice,) = [one for one in here.read_by_staff() if "Zaak 1" in one]
    assert "iets anders: “Reclame!”" in notice
    assert len(await rows.reports_of(square.index, [1])) == 1

    morning = (datetime.now(UTC) + timedelta(days=2)).replace(hour=10)
    for hour in (-8, 0, 1):
        await case_reminders.remind(square.acts, morning + timedelta(hours=hour))

    told = [one for one in here.read_by_staff() if "langer dan een dag" in one]
    assert told == [
        "Eén zaak in Zaanstreek wacht langer dan een dag. Bekijk die: `meldingen zaanstreek`."
    ]
