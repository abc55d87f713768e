"""Digests: each person is told what is new for them, once, and never what they may not read."""

import re
from datetime import UTC, datetime, timedelta

from plein_bot.actions import digests
from plein_bot.commands import timers as handlers
from plein_bot.domain import digests as rules
from plein_bot.domain.digests import Often, Way
from plein_bot.domain.events import Due
from plein_bot.domain.mails import Mail
from plein_bot.domain.places import Joining, Visibility
from plein_bot.domain.verification import VALID
from plein_bot.index import addresses, mails, timers
from plein_bot.locale import language
from tests.actions.conftest import squares
from tests.commands.test_search import a_place, blog, bring
from tests.fakes.interruptions import Deed, Squares, survives_every_interruption
from tests.fakes.people import Person
from tests.fakes.square import PLEIN, Square
from tests.web.visiting import visiting

__all__ = ["squares"]

TEXT = "text/plain"
A_WEEK = timedelta(days=8)
BEGINNING = datetime.now(UTC)


async def begins(square: Square) -> None:
    """Whoever proved an address gets one from now on, and all before that is no news."""
    await digests.enrol(square.acts, datetime.now(UTC))


async def a_week_passes(square: Square, weeks: int = 1) -> dict[str, Mail]:
    """What everybody is mailed, by their first names. What is to be said in chats is said."""
    await square.homeserver.settled()
    now = datetime.now(UTC) + weeks * A_WEEK
    await digests.send_due(square.acts, now, language)
    await _said_in_chats(square)
    found = {one.address.partition("@")[0]: one for one in await mails.due(square.index, now)}
    for mail in found.values():
        await mails.sent(square.index, mail.cause)
    return found


async def _said_in_chats(square: Square) -> None:
    for timer in await timers.of_kind(square.index, rules.TELL):
        act = square.acts.by(PLEIN.bot, f"timer:{timer.name}")
        due = Due(timer.name, timer.kind, dict(timer.subject), timer.due_at)
        await handlers.handler_of(timer.kind)(act, due)
        await timers.cancel(square.index, timer.name)
    await square.homeserver.settled()


def overviews(square: Square, person: Person) -> list[str]:
    return [said for said in square.chat_of(person) if "nieuw voor u sinds" in said]


async def test_what_is_new_is_mailed_once_and_not_to_who_wrote_it(square: Square) -> None:
    place = await a_place(square)
    await bring(square, square.joost, place.root, place)
    await begins(square)
    await blog(square.sanne, place, "Bezoek aan *Woudenberg*", "Wij waren bij de **haven**.")
    await square.sanne.sends_file(place.room, "plan.txt", b"plan", TEXT)
    await square.joost.sends_file(place.room, "kaart.txt", b"kaart", TEXT)

    sent = await a_week_passes(square)

    assert set(sent) == {"sanne", "joost"}, "nothing is new for Peter, so he gets no mail"
    mail = sent["joost"]
    assert mail.subject == "Er zijn 2 dingen nieuw voor u"
    assert "Bezoek aan *Woudenberg*" in mail.text
    assert "Zaanstreek/Leden · Sanne · Wij waren bij de haven." in mail.text
    assert "plan.txt" in mail.text
    assert "kaart.txt" not in mail.text
    assert "kaart.txt" in sent["sanne"].text
    assert "<h2>Zaanstreek</h2>" in mail.html
    assert mail.unsubscribe in mail.text
    assert mail.unsubscribe != sent["sanne"].unsubscribe
    assert await a_week_passes(square, 2) == {}


async def test_it_holds_only_what_its_reader_may_read_when_it_is_sent(square: Square) -> None:
    place = await a_place(square)
    await bring(square, square.joost, place.root, place)
    await bring(square, square.peter, place.root, place)
    await begins(square)
    room = square.homeserver.room(place.room)
    room.puts(PLEIN.bot, "m.room.history_visibility", {"history_visibility": "joined"})
    await blog(square.sanne, place, "Voor wie er was", "Hier.")
    await square.sanne.removes(place.room, square.joost.user_id)
    await blog(square.sanne, place, "Zonder Joost", "Hier.")
    await bring(square, square.joost, place)
    await square.sanne.removes(place.room, square.peter.user_id)
    await square.sanne.removes(place.root.room, square.peter.user_id)
    gone = await blog(square.sanne, place, "Ingetrokken", "Toch niet.")
    await square.sanne.redacts(place.room, gone)

    sent = await a_week_passes(square)

    assert "Voor wie er was" in sent["joost"].text
    assert "Zonder Joost" not in sent["joost"].text
    assert "Ingetrokken" not in sent["joost"].text
    assert "peter" not in sent


async def test_it_says_what_waits_and_which_places_are_new(square: Square) -> None:
    subsite = await square.subsite("Zaanstreek")
    await bring(square, square.joost, subsite)
    await begins(square)
    await square.sanne.asks("groep nieuw zaanstreek Jeugd")
    await square.sanne.asks("groep nieuw zaanstreek Geheim --zichtbaarheid verborgen")
    await square.subsite("Purmerend")
    await square.subsite("Besloten", Visibility.HIDDEN, Joining.INVITE)
    await square.peter.asks("deelnemen zaanstreek --reden Ik werk mee")
    await square.sanne.asks(f"uitnodigen zaanstreek/geheim {square.joost.user_id}")

    sent = await a_week_passes(square)

    joost, sanne = sent["joost"].text, sent["sanne"].text
    for place in ("Zaanstreek/Jeugd", "Purmerend"):
        assert f"- {place}: `deelnemen" in joost
    assert "Besloten" not in joost
    assert "uitgenodigd voor Zaanstreek/Geheim" in joost
    assert "verzoek" not in joost
    assert "Eén verzoek om mee te doen in Zaanstreek: `verzoeken zaanstreek`" in sanne
    assert "Ik werk mee" not in sanne, "a reason goes to the staff room, and not into a mailbox"
    assert await a_week_passes(square, 2) == {}


async def test_each_chooses_how_often_and_in_which_way(square: Square) -> None:
    place = await a_place(square)
    await bring(square, square.joost, place.root, place)
    await bring(square, square.peter, place.root, place)
    await begins(square)
    assert "wekelijks" in await square.joost.asks("overzicht")
    assert "joost@zaanstad.example" in await square.joost.asks("overzicht dagelijks")
    assert "verifieer" in await square.fatima.asks("overzicht wekelijks")
    assert "in dit gesprek" in await square.peter.asks("overzicht wekelijks --per chat")
    assert "niet" in await square.sanne.asks("digest never")
    assert await square.joost.asks("overzicht toon") == "Er is niets nieuws voor u."
    await blog(square.sanne, place, "Bezoek", "Wij waren bij de haven.")
    await blog(square.joost, place, "Terugblik", "Zo was het.")

    for _ in range(2):
        assert "Bezoek" in await square.joost.asks("overzicht toon")
    sent = await a_week_passes(square)

    assert set(sent) == {"joost"}
    [said] = overviews(square, square.peter)
    assert "Bezoek" in said
    assert "Terugblik" in said
    await a_week_passes(square, 2)
    assert len(overviews(square, square.peter)) == 1


async def test_a_digest_that_is_interrupted_goes_out_once(squares: Squares) -> None:
    async def scene(square: Square) -> Deed:
        place = await a_place(square)
        await bring(square, square.joost, place.root, place)
        await bring(square, square.peter, place.root, place)
        by_peter = square.by(square.peter)
        # The same for each square, so that what follows has the same names.
        await digests.choose(by_peter, Often.WEEKLY, Way.CHAT, BEGINNING)
        await digests.enrol(square.acts, BEGINNING)
        await square.sanne.sends_file(place.room, "plan.txt", b"plan", TEXT)
        now = BEGINNING + A_WEEK

        async def deed() -> None:
            await digests.send_due(square.acts, now, language)
            await _said_in_chats(square)

        return deed

    assert await survives_every_interruption(squares, scene) >= 2


async def test_the_link_in_the_mail_ends_it_with_one_click(square: Square) -> None:
    place = await a_place(square)
    await bring(square, square.joost, place.root, place)
    await begins(square)
    await blog(square.sanne, place, "Bezoek", "Wij waren bij de haven.")
    await square.homeserver.settled()
    later = datetime.now(UTC) + A_WEEK
    await digests.send_due(square.acts, later, language)
    [waiting] = await mails.due(square.index, later)
    link = waiting.unsubscribe
    path = link.removeprefix(PLEIN.web or "")

    async with visiting(square) as visitor:
        for _ in range(2):
            assert "Geen mails meer" in await visitor.reads(path)
        assert "wekelijks" in await square.joost.asks("overzicht")
        wrong = re.sub(r"-.", "-x", path)
        assert (await visitor.sees(wrong, "POST")).status == 404
        assert (await visitor.sees("/overzicht/afmelden/1-%C3%A9", "POST")).status == 404
        assert "wekelijks" in await square.joost.asks("overzicht")
        for _ in range(2):
            assert (await visitor.sees(path, "POST")).status == 200

        ended = await visitor.sees(path, "POST")
        assert await mails.due(square.index, later) == (), "nor what waited for the mail server"
        again = path.replace("afmelden", "aanmelden")
        assert f'action="{again}"' in ended.text
        for _ in range(2):
            assert "Mail mij weer" in await visitor.reads(again)
        assert "niet" in await square.joost.asks("overzicht")
        assert f'action="{again}"' in await visitor.reads(path)
        for _ in range(2):
            begun = await visitor.sees(again, "POST")
            assert "Ze komen wekelijks" in begun.text
        assert "maandelijks" in await square.joost.asks("overzicht maandelijks")
        for _ in range(2):
            await visitor.sees(path, "POST")
        assert "Ze komen maandelijks" in (await visitor.sees(again, "POST")).text
        assert (await visitor.sees(wrong.replace("afmelden", "aanmelden"), "POST")).status == 404
        long_ago = datetime.now(UTC) - 2 * VALID
        await addresses.prove(
            square.index, square.joost.user_id, "joost@zaanstad.example", long_ago
        )
        await visitor.sees(path, "POST")
        unproven = await visitor.sees(again, "POST")
        assert (unproven.status, "geen e-mailadres" in unproven.text) == (422, True)

    assert "niet" in await square.joost.asks("overzicht")
    await blog(square.sanne, place, "Nog een bezoek", "Weer bij de haven.")
    assert await a_week_passes(square, 2) == {}
