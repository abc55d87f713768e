"""What the staff of two rooms agree with the relay, and what it refuses."""

import pytest

from bridges.homeserver.store import audits, links, notices
from bridges.homeserver.store.audits import CROSSED, Entry
from bridges.homeserver.store.links import LinkState
from tests.bridges.homeserver.memory import Desks, desks, last, linked, rooms, state_of


async def test_one_staff_offers_the_other_looks_and_accepts_and_both_rooms_read_it(
    desk: Desks,
) -> None:
    here, there = await rooms(desk)
    z, p = desk.zaanstad, desk.purmerend
    p.puts(there, p.user("piet"), "m.room.power_levels", {"users": {p.bot: 50}, "invite": 50})

    told = await desk.asks(z, here, z.user("sanne"), f"!relay offer gemeente Purmerend {there}")
    assert "offer 1" in told
    assert "I may not invite anybody here" in told
    assert "Somebody of gemeente Zaanstad offers to share this room" in last(p, there)
    assert (await desk.link()).state is LinkState.OFFERED

    shown = await desk.asks(p, there, p.user("piet"), "!relay accept 1")
    assert "with a room of gemeente Zaanstad, where 2 people are now" in shown
    assert "Jeugd" not in shown  # whoever made that room wrote so, and here all read it
    chat = next(room for room in p.rooms if "made" in room)
    assert "“Jeugd”, and @sanne:zaanstad.example offered it" in last(p, chat)
    assert "both ways, everything, and files up to 50 MB, of everybody" in shown
    assert (await desk.link()).state is LinkState.OFFERED
    await desk.asks(p, there, p.user("piet"), "!relay yes")

    assert (await desk.link()).state is LinkState.ACTIVE
    assert "shared with a room of gemeente Purmerend" in last(z, here)
    assert "shared with a room of gemeente Zaanstad" in last(p, there)
    assert (state_of(p, there) or {})["with"]["server"] == "zaanstad.example"
    assert "id" not in str(state_of(p, there))
    assert state_of(z, here) is None  # it has no power to write that there
    assert "nothing to say yes to" in await desk.asks(p, there, p.user("piet"), "!relay yes")


async def test_an_offer_to_nobody_in_particular_is_for_who_has_its_key(desk: Desks) -> None:
    here, there = await rooms(desk)
    z, p = desk.zaanstad, desk.purmerend
    said = await desk.asks(z, here, z.user("sanne"), "!relay offer purmerend")
    assert "accept 1" not in said  # in a room others read it too
    chat = next(room for room in z.rooms if "made" in room)
    line = last(z, chat).partition("`")[2].partition("`")[0]
    piet = p.user("piet")
    assert "There is no link 1" in await desk.asks(p, there, piet, "!relay accept 1 aaaabbbbcccc")
    assert "Share “Wijkteam”" in await desk.asks(p, there, piet, line)
    said = await desk.asks(z, here, z.user("sanne"), "!relay stop 1")
    assert said == "Offer 1 to gemeente Purmerend is taken back."
    await desk.asks(p, there, piet, "!relay yes")
    assert (await desk.link()).state is LinkState.STOPPED


async def test_who_offered_must_still_manage_the_room_and_nothing_may_have_changed(
    desk: Desks,
) -> None:
    here, there = await rooms(desk)
    z, p = desk.zaanstad, desk.purmerend
    await desk.asks(z, here, z.user("sanne"), f"!relay offer purmerend {there}")
    await desk.asks(p, there, p.user("piet"), "!relay accept 1")
    await desk.asks(z, here, z.user("sanne"), "!relay set 1 richting uit")
    # They said yes to something else, and are shown what it is now.
    shown = await desk.asks(p, there, p.user("piet"), "!relay yes")
    assert "only from there to here" in shown
    assert (await desk.link()).state is LinkState.OFFERED
    z.moves(here, z.user("sanne"), "leave")
    said = await desk.asks(p, there, p.user("piet"), "!relay yes")
    assert "no longer manages the room there" in said
    assert (await desk.link()).state is LinkState.OFFERED


async def test_each_side_has_it_rest_for_itself_and_either_ends_it_at_once(desk: Desks) -> None:
    here, there = await linked(desk)
    z, p = desk.zaanstad, desk.purmerend
    sanne, piet = z.user("sanne"), p.user("piet")
    await desk.asks(z, here, sanne, "!relay pauzeren 1")
    assert "gemeente Zaanstad has link 1 rest" in last(p, there)
    assert "only they resume it" in await desk.asks(p, there, piet, "!relay resume 1")
    said = await desk.asks(p, there, piet, "!relay list")
    assert "Put to rest by: gemeente Zaanstad." in said
    await desk.asks(p, there, piet, "!relay pause 1")
    await desk.asks(z, here, sanne, "!relay resume 1")
    assert (await desk.link()).state is LinkState.PAUSED
    await desk.asks(p, there, piet, "!relay hervatten 1")
    assert (await desk.link()).state is LinkState.ACTIVE
    assert "works again" in last(z, here)

    z.away = True
    desk.attend.sides["zaanstad"].away.missed(0.0)
    said = await desk.asks(p, there, piet, "!relay list")
    assert "The homeserver of gemeente Zaanstad does not answer now" in said
    said = await desk.asks(p, there, piet, "!relay stop 1 Jan praat te veel")
    assert "Link 1 with gemeente Zaanstad has ended" in said
    assert (await desk.link()).state is LinkState.STOPPED
    await desk.comes_back(z)
    assert "gemeente Purmerend has ended link 1" in last(z, here)
    assert "Jan" not in str([one for room in z.rooms.values() for one in room.said])
    assert "Link 1 has ended" in await desk.asks(p, there, piet, "!relay resume 1")
    shown = await desk.asks(z, here, sanne, "!relay list")
    assert "gemeente Purmerend: ended." in shown
    assert "Jan praat te veel" in shown


async def test_encrypted_rooms_are_not_shared_and_the_reason_is_told(desk: Desks) -> None:
    here, there = await linked(desk)
    z, p = desk.zaanstad, desk.purmerend
    sealed = z.room("Stil", z.user("sanne"), encryption={"algorithm": "m.megolm.v1.aes-sha2"})
    z.moves(sealed, z.bot, "invite", z.user("sanne"))
    await desk.settle()
    said = await desk.asks(z, sealed, z.user("sanne"), "!relay offer purmerend")
    assert "“Stil” is encrypted" in said

    z.puts(here, z.user("sanne"), "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    await desk.settle()
    assert "This room was encrypted" in last(z, here)
    assert "the room there was encrypted" in last(p, there)
    assert (await desk.link()).state is LinkState.PAUSED
    for verb in ("resume", "pause"):
        said = await desk.asks(p, there, p.user("piet"), f"!relay {verb} 1")
        assert "cannot go on" in said
        assert "`!relay stop 1`" in said
    said = await desk.asks(p, there, p.user("piet"), "!relay list")
    assert said.endswith("One of the rooms was encrypted.")


async def test_the_relay_stays_where_staff_have_it_and_taking_it_out_ends_the_link(
    desk: Desks,
) -> None:
    here, there = await linked(desk)
    z, p = desk.zaanstad, desk.purmerend
    z.puts(here, z.user("sanne"), "m.room.power_levels", {"users": {}, "invite": 0})
    other = z.room("Kantine", z.user("sanne"), z.user("joost"))
    z.moves(other, z.bot, "invite", z.user("joost"))
    await desk.settle()
    assert "I leave it" in last(z, other)
    assert z.rooms[other].state["m.room.member", z.bot]["content"]["membership"] == "leave"
    # The same person has it come and go no more today; its staff have it come.
    z.moves(other, z.bot, "invite", z.user("joost"))
    await desk.settle()
    assert len(z.rooms[other].said) == 1
    assert z.rooms[other].state["m.room.member", z.bot]["content"]["membership"] == "leave"
    z.moves(other, z.bot, "invite", z.user("sanne"))
    await desk.settle()
    assert "Hello" in last(z, other)

    p.puts(there, p.user("piet"), "m.room.power_levels", {"users": {p.bot: 50}})
    await desk.asks(p, there, p.user("piet"), "!relay set 1 pins no")
    p.moves(there, p.bot, "leave", p.user("piet"))
    await desk.settle()
    assert (await desk.link()).state is LinkState.STOPPED
    assert "gemeente Purmerend has ended link 1" in last(z, here)
    assert (state_of(p, there) or {})["state"] == "active"
    p.moves(there, p.bot, "invite", p.user("piet"))
    await desk.settle()
    assert state_of(p, there) == {"state": "stopped"}


async def test_the_audit_tells_what_crossed_and_of_the_others_only_how_much(desk: Desks) -> None:
    here, _ = await linked(desk)
    z = desk.zaanstad
    entries = (
        ("purmerend", z.user("joost"), CROSSED),
        ("purmerend", z.user("joost"), "size"),
        ("zaanstad", "@wim:purmerend.example", CROSSED),
        ("zaanstad", "@geheim:purmerend.example", "people"),
    )
    async with desk.store.session() as session:
        for number, (to, sender, outcome) in enumerate(entries):
            entry = Entry(1, to, 0.0, "message", 9, sender, f"$e{number}", outcome)
            await audits.write(session, entry)
    said = await desk.asks(z, here, z.user("sanne"), "!relay list")
    assert "Out: 1, in: 1. What did not cross: " in said
    assert "file too large 1" in said

    chat = z.chat(z.user("sanne"))
    await desk.settle()
    await desk.asks(z, chat, z.user("sanne"), "logboek 1")
    z.moves(chat, z.user("joost"), "join")
    said = await desk.asks(z, chat, z.user("sanne"), "logboek 1")
    assert said == "Others are here too. Start a chat in which only you and I are."
    table = z.uploaded[0].decode("utf-8-sig").splitlines()
    assert len(table) == 5
    assert "'@joost:zaanstad.example" in table[1]
    assert "@wim" in table[3]
    assert "geheim" not in table[4]
    assert "not of these people" in table[4]


async def test_done_again_after_an_interruption_all_is_said_and_done_once(desk: Desks) -> None:
    here, there = await rooms(desk)
    z, p = desk.zaanstad, desk.purmerend
    offered = z.says(here, z.user("sanne"), f"!relay offer purmerend {there}")
    await desk.settle()
    before = len(z.rooms[here].said), len(p.rooms[there].said)
    side = desk.attend.sides["zaanstad"]
    # The relay was killed before it had written down that it saw to this.
    await desk.attend.desk.said(
        side, here, offered["event_id"], z.user("sanne"), f"!relay offer purmerend {there}"
    )
    await desk.settle()
    assert (len(z.rooms[here].said), len(p.rooms[there].said)) == before
    async with desk.store.session() as session:
        assert len(await links.all_of(session, "zaanstad")) == 1


async def test_what_was_said_just_before_the_relay_was_killed_is_not_said_again(
    desk: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = await rooms(desk)
    z = desk.zaanstad

    async def killed(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(notices, "sent", killed)
        with pytest.raises(RuntimeError, match="killed"):
            await desk.asks(z, here, z.user("sanne"), "!relay list")
    before = len(z.rooms[here].said)
    z.forgets()
    await desk.settle()
    assert len(z.rooms[here].said) == before
    assert "not shared, nor offered" in last(z, here)


async def test_whose_homeserver_is_away_is_told_and_holds_up_nobody(desk: Desks) -> None:
    here, there = await rooms(desk)
    z, p = desk.zaanstad, desk.purmerend
    await desk.asks(z, here, z.user("sanne"), f"!relay offer purmerend {there}")
    z.away = True
    said = await desk.asks(p, there, p.user("piet"), "!relay accept 1")
    assert "The homeserver of gemeente Zaanstad does not answer now" in said


async def test_in_dutch_every_line_is(empty_sqlite_url: str) -> None:
    async with desks(empty_sqlite_url, "nl") as desk:
        here, _ = await rooms(desk)
        z = desk.zaanstad
        assert "`!koppeling help`" in last(z, here)
        said = await desk.asks(z, here, z.user("sanne"), "!koppeling")
        assert "`!koppeling aanbieden <naam> [#kamer:server]`" in said
        assert "relay" not in said
        chat = z.chat(z.user("sanne"))
        await desk.settle()
        said = await desk.asks(z, chat, z.user("sanne"), "hulp")
        assert "\n`aanbieden <naam> [#kamer:server]`" in said
