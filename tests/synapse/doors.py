"""Every way to look at a room, or to get into it, that Matrix knows of without being in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.synapse.strangers import Json, safe


@dataclass(frozen=True, slots=True)
class Door:
    """One call. `path` is as `tries` of a person or of a peer takes it."""

    method: str
    path: str
    body: Json | None = None
    query: tuple[tuple[str, str], ...] = ()


def of_clients(room: str, event: str, via: tuple[str, ...]) -> Iterator[Door]:
    """What any account may call; the homeserver `via` which rooms of elsewhere are found."""
    there = f"rooms/{safe(room)}"
    servers = tuple(("via", one) for one in via)
    yield Door("GET", f"{there}/state")
    yield Door("GET", f"{there}/state/m.room.name/")
    yield Door("GET", f"{there}/state/m.room.create/")
    yield Door("GET", f"{there}/members")
    yield Door("GET", f"{there}/joined_members")
    yield Door("GET", f"{there}/aliases")
    yield Door("GET", f"{there}/messages?dir=b")
    yield Door("GET", f"{there}/initialSync")
    yield Door("GET", f"{there}/event/{safe(event)}")
    yield Door("GET", f"{there}/context/{safe(event)}")
    yield Door("GET", f"/_matrix/client/v1/{there}/relations/{safe(event)}")
    yield Door("GET", f"/_matrix/client/v1/{there}/threads")
    yield Door("GET", f"/_matrix/client/v1/{there}/timestamp_to_event?ts=0&dir=f")
    yield Door("GET", f"/_matrix/client/v1/room_summary/{safe(room)}", query=servers)
    of_space = tuple(("org.matrix.msc4235.via", one) for one in via)
    yield Door("GET", f"/_matrix/client/v1/{there}/hierarchy", query=of_space)
    yield Door("POST", f"{there}/join", {})
    yield Door("POST", f"join/{safe(room)}", {}, servers)
    yield Door("POST", f"knock/{safe(room)}", {}, servers)
    yield Door("PUT", f"{there}/send/m.room.message/1", {"msgtype": "m.text", "body": "hallo"})
    yield Door("POST", f"{there}/upgrade", {"new_version": "12"})


def of_servers(room: str, event: str, user: str) -> Iterator[Door]:
    """What another homeserver may call, in the name of one of its people."""
    there = safe(room)
    yield Door("GET", f"v1/event/{safe(event)}")
    yield Door("GET", f"v1/state/{there}", query=(("event_id", event),))
    yield Door("GET", f"v1/state_ids/{there}", query=(("event_id", event),))
    yield Door("GET", f"v1/backfill/{there}", query=(("v", event), ("limit", "10")))
    yield Door("GET", f"v1/event_auth/{there}/{safe(event)}")
    yield Door("GET", f"v1/timestamp_to_event/{there}", query=(("ts", "0"), ("dir", "f")))
    yield Door("GET", f"v1/hierarchy/{there}")
    yield Door("GET", f"v1/make_join/{there}/{safe(user)}", query=(("ver", "12"),))
    yield Door("GET", f"v1/make_knock/{there}/{safe(user)}", query=(("ver", "12"),))
    yield Door("GET", f"v1/make_leave/{there}/{safe(user)}")
    missing = {"earliest_events": [], "latest_events": [event], "limit": 10}
    yield Door("POST", f"v1/get_missing_events/{there}", missing)
