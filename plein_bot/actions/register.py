"""The register of organisations: the state of one room of the bot's."""

from plein_bot.actions.acts import Act
from plein_bot.domain.effects import CreateRoom, PutState
from plein_bot.domain.ids import RoomId
from plein_bot.domain.people import Organisation
from plein_bot.domain.places import Kind
from plein_bot.index import organisations, rooms

PUT, DROP = "organisation.put", "organisation.remove"


async def put(act: Act, organisation: Organisation) -> None:
    """Add an organisation, or change one."""
    room = await room_of(act)
    content = organisations.to_content(organisation)
    await act.begin(PUT, room)
    await act.perform([PutState(room, organisations.TYPE, content, organisation.slug)])
    await act.record(PUT, room)


async def has_begun(act: Act, action: str) -> bool:
    """Whether this cause was interrupted in changing the register so."""
    room = await rooms.register(act.index)
    return room is not None and await act.has_begun(action, room)


async def room_of(act: Act) -> RoomId:
    """The register's room, made at its first use. There is one, whoever asks for it."""
    if room := await rooms.register(act.index):
        return room
    body = {
        "preset": "public_chat",
        "room_version": "12",
        "visibility": "private",
        "name": "Plein · register",
        "creation_content": {"nl.plein.kind": Kind.REGISTER.value},
        "initial_state": [
            {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "invite"}},
            {
                "type": "m.room.guest_access",
                "state_key": "",
                "content": {"guest_access": "forbidden"},
            },
        ],
    }
    room = await act.homeserver.create_room(CreateRoom("register", body), "register")

    async def known() -> bool:
        return await rooms.register(act.index) is not None

    await act.told_back(known)
    return room


async def drop(act: Act, organisation: Organisation) -> None:
    """Take an organisation out; an empty state event is as near as Matrix comes to none."""
    room = await room_of(act)
    await act.begin(DROP, room)
    await act.perform([PutState(room, organisations.TYPE, {}, organisation.slug)])
    await act.record(DROP, room)
