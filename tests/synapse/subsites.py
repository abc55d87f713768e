"""A subsite with groups of every kind, and what becomes of somebody in it."""

from tests.synapse.people import Person
from tests.synapse.scenes import Scene

GROUPS = (
    "groep nieuw {} Jeugdzorg",
    "groep nieuw {} Agenda --zichtbaarheid vindbaar --deelname verzoek",
    "groep nieuw {} Kern --zichtbaarheid verborgen",
)


async def subsite(scene: Scene, name: str, joining: str = "verzoek") -> dict[str, str]:
    """The rooms of a new subsite of Sanne's, by short name; she is in all of them."""
    line = f"deelsite nieuw {name} --zichtbaarheid openbaar --deelname {joining}"
    assert "Klaar" in await scene.says(scene.sanne, line)
    slug = name.casefold()
    for group in GROUPS:
        assert "Klaar" in await scene.says(scene.sanne, group.format(slug))
    rooms = {"": str(await scene.room(slug)), "beheer": str(await scene.staff_room(slug))}
    for group in ("leden", "publiek", "jeugdzorg", "agenda", "kern"):
        rooms[group] = await scene.room(f"{slug}/{group}")
    for room in rooms.values():
        await scene.sanne.joins(room)
    return rooms


async def member(scene: Scene, slug: str, rooms: dict[str, str], *groups: str) -> Person:
    """Somebody new who takes part in the subsite and in these groups, and has a chat."""
    person = await scene.newcomer("ilse", "Ilse Smit")
    await comes_in(scene, person, slug, rooms, *groups)
    return person


async def comes_in(
    scene: Scene, person: Person, slug: str, rooms: dict[str, str], *groups: str
) -> None:
    await person.chat_with(scene.plein.bot)
    for name in ("", *groups):
        path = f"{slug}/{name}" if name else slug
        await scene.says(scene.sanne, f"uitnodigen {path} {person.user_id}")
        await person.joins(rooms[name])
    await person.hears(f"In {slug.capitalize()}:")


async def does(scene: Scene, person: Person, line: str) -> str:
    preview = await scene.says(person, line)
    assert preview.rstrip().endswith(("tik op ✅ of ❌.", "tap ✅ or ❌.")), preview
    return await scene.says(person, "yes")


async def where(scene: Scene, rooms: dict[str, str], person: Person) -> dict[str, str]:
    found = {name: await scene.sanne.members(room) for name, room in rooms.items()}
    return {name: there[person.user_id] for name, there in found.items() if person.user_id in there}
