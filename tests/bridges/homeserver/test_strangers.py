"""What can whoever does not manage a room, or no longer, do there by means of the relay?"""

from bridges.homeserver.store import ghosts, links
from bridges.homeserver.store.ghosts import Ghost
from bridges.homeserver.store.links import End, LinkState
from tests.bridges.homeserver.memory import Desks, last, linked, rooms


async def test_whoever_does_not_manage_a_room_decides_nothing(desk: Desks) -> None:
    here, there = await rooms(desk)
    z, p = desk.zaanstad, desk.purmerend
    assert "Only who may ban" in await desk.asks(z, here, z.user("joost"), "!relay offer purmerend")
    await desk.asks(z, here, z.user("sanne"), f"!relay offer purmerend {there}")
    for line in ("accept 1", "refuse 1", "stop 1", "set 1 files no", "audit 1", "list"):
        said = await desk.asks(p, there, p.user("wim"), f"!relay {line}")
        assert "Only who may ban" in said, line
    chat = p.chat(p.user("wim"))
    await desk.settle()
    for line in ("accept", "refuse", "stop", "set", "audit"):
        told = [await desk.asks(p, chat, p.user("wim"), f"{line} {number}") for number in (1, 7)]
        assert "You manage no room with link 1" in told[0]
        assert told[1] == told[0].replace("1", "7")
    assert "No room that you manage" in await desk.asks(p, chat, p.user("wim"), "list")
    assert (await desk.link()).state is LinkState.OFFERED

    # Of a room of others the same is said, whether the relay is in it or not.
    mine = p.room("Koffie", p.user("wim"))
    p.moves(mine, p.bot, "invite", p.user("wim"))
    await desk.settle()
    for number in (1, 7):
        said = await desk.asks(p, mine, p.user("wim"), f"!relay accept {number}")
        assert said == f"There is no link {number} of this room."
    secret = p.room("Geheim", p.user("piet"))
    for room in (secret, there):
        said = await desk.asks(p, chat, p.user("wim"), f"offer {room} zaanstad")
        assert "You do not manage that room, or I am not in it" in said


async def test_of_a_room_that_the_relay_was_taken_out_of_nobody_decides_anything(
    desk: Desks,
) -> None:
    here, there = await rooms(desk)
    z, p = desk.zaanstad, desk.purmerend
    wim, piet = p.user("wim"), p.user("piet")
    p.puts(there, piet, "m.room.power_levels", {"users": {wim: 100}, "invite": 50})
    p.moves(there, p.bot, "leave", piet)
    p.puts(there, piet, "m.room.power_levels", {"users": {}, "invite": 50})
    p.moves(there, wim, "ban", piet)
    await desk.asks(z, here, z.user("sanne"), f"!relay offer purmerend {there}")
    chat = p.chat(wim)
    await desk.settle()
    await desk.asks(p, chat, wim, "aannemen 1")
    assert "nothing to say yes to" in await desk.asks(p, chat, wim, "ja")
    assert "I am not in it" in await desk.asks(p, chat, wim, f"offer {there} zaanstad {here}")
    assert "No room that you manage" in await desk.asks(p, chat, wim, "list")
    assert (await desk.link()).state is LinkState.OFFERED

    # Its staff have it back, and read of the offer; and of a link, should there be one.
    p.moves(there, p.bot, "invite", piet)
    await desk.settle()
    assert "accept 1" in last(p, there)
    async with desk.store.session() as session:
        await links.accept(session, 1, there, piet, 0.0)
    p.moves(there, p.bot, "invite", piet)
    await desk.settle()
    assert "shared with a room of gemeente Zaanstad (link 1)" in last(p, there)


async def test_the_relay_comes_into_no_room_because_a_stranger_names_it(desk: Desks) -> None:
    z = desk.zaanstad
    open_room = z.room("Plein", z.user("sanne"))
    z.puts(open_room, z.user("sanne"), "m.room.join_rules", {"join_rule": "public"})
    z.aliases["#plein:zaanstad.example"] = open_room
    chat = z.chat(z.user("joost"))
    await desk.settle()
    said = await desk.asks(z, chat, z.user("joost"), "offer #plein:zaanstad.example purmerend")
    assert "Its staff invite @plein-relay:zaanstad.example there" in said
    assert ("m.room.member", z.bot) not in z.rooms[open_room].state


async def test_no_stranger_has_the_relay_say_things_in_a_room_of_others(desk: Desks) -> None:
    _, there = await rooms(desk)
    z, p = desk.zaanstad, desk.purmerend
    eve, piet = z.user("eve"), p.user("piet")

    async def offers(name: str, to: str) -> str:
        own = z.room(name, eve)
        z.moves(own, z.bot, "invite", eve)
        await desk.settle()
        return await desk.asks(z, own, eve, f"!relay offer purmerend {to}")

    assert "offer 1" in await offers("Bel 0900-1234", there)
    assert "0900" not in last(p, there)
    assert "Offer 1 of yours" in await offers("Nog een", there)
    await desk.asks(p, there, piet, "!relay refuse 1")
    before = len(p.rooms[there].said)
    assert "less than a week ago" in await offers("En nog een", there)
    # Whoever guesses what rooms others have reads the same, whether there is such a room or not.
    p.aliases["#geheim:purmerend.example"] = p.room("Geheim", piet)
    told = [await offers(f"Raad {one}", f"#{one}:purmerend.example") for one in ("geheim", "x")]
    assert "if there is such a room" in told[0]
    assert "Offer 2 of yours" in told[1]
    chat = z.chat(eve)
    await desk.settle()
    await desk.asks(z, chat, eve, "stop 2")
    again = await offers("Raad x weer", "#x:purmerend.example")
    assert again == told[0].replace("offer 2", "offer 3")
    await desk.asks(z, chat, eve, "stop 3")
    async with desk.store.session() as session:
        end = End("purmerend", p.room("Elders", piet))
        await ghosts.silence(session, end, eve, banned=True, now=0.0)
    assert "took you out of it" in await offers("Terug", end.room)
    assert len(p.rooms[there].said) == before
    # Without a room there nobody over there reads anything, so that one can always.
    assert "offer 4" in await offers("Netjes", "")


async def test_taking_out_a_ghost_is_a_request_to_the_staff_where_its_person_speaks(
    desk: Desks,
) -> None:
    here, there = await linked(desk)
    z, p = desk.zaanstad, desk.purmerend
    ghost, joost = "@relay_zaanstad.example_joost:purmerend.example", z.user("joost")
    async with desk.store.session() as session:
        await ghosts.know(session, "purmerend", Ghost(ghost, joost, True, "Joost", None))
    p.moves(there, ghost, "join")
    p.moves(there, ghost, "ban", p.user("piet"), reason="scheldt")
    await desk.settle()

    chat = next(room for room in z.rooms if "made" in room)
    assert f"asks that {joost} does not take part any more" in last(z, chat)
    assert "scheldt" in last(z, chat)
    assert ("m.room.member", z.user("sanne")) in z.rooms[chat].state
    assert "scheldt" not in str(z.rooms[here].said)
    assert z.rooms[here].state["m.room.member", joost]["content"]["membership"] == "join"

    async def silenced() -> bool:
        await desk.settle()
        async with desk.store.session() as session:
            return await ghosts.is_silenced(session, End("purmerend", there), joost)

    assert await silenced()
    p.moves(there, ghost, "leave", p.user("piet"))
    assert not await silenced()
    p.moves(there, ghost, "join")
    p.moves(there, ghost, "leave", p.user("piet"))
    # In many rooms every member may invite; only who might take people out has them back.
    p.moves(there, ghost, "invite", p.user("wim"))
    assert await silenced()
    p.moves(there, ghost, "invite", p.user("piet"))
    assert not await silenced()
