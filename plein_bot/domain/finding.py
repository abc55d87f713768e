"""Which place somebody means by what they typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from plein_bot.domain.errors import Refusal
from plein_bot.domain.ids import RoomId
from plein_bot.domain.places import Place
from plein_bot.domain.sentences import Text, brief, lines, paragraphs, say
from plein_bot.domain.slugs import slug_from
from plein_bot.domain.standing import NoSuchPlace, Standing

MOST_SHOWN = 10
"""Of places that are as good; more would have to be named better anyway."""


class NameAPlace(Refusal):
    def __init__(self) -> None:
        super().__init__(
            say("Which place do you mean? Name it, for example: `members zaanstreek/leden`.")
        )


@dataclass(frozen=True, slots=True)
class Spelling:
    """What may be looked for: a path of slugs, and the beginning of a name, in lower case."""

    subsite: str | None
    last: str
    name: str


def means_here(text: str) -> bool:
    return text.strip() in ("", ".")


def spellings(text: str) -> Spelling:
    """Read a path (`zaanstreek/jeugdzorg`), an alias (`#zaanstreek.jeugdzorg:…`) or a name."""
    text = text.strip().rstrip(".")
    if text.startswith("#"):
        text = text[1:].partition(":")[0].replace(".", "/", 1)
    subsite, slash, last = text.rpartition("/")
    return Spelling(
        subsite=_slug(subsite) if slash else None,
        last=_slug(last),
        name=" ".join(last.split()).casefold(),
    )


def _slug(text: str) -> str:
    return slug_from(text) or text.strip().casefold()


def the_one(text: str, candidates: Sequence[Standing], near: RoomId | None) -> Standing:
    """The one that is meant: an exact name goes before a beginning, a subsite before a group.

    Of several as good, the one in the subsite `near` wins, then the one where the person takes
    part; where that does not decide the refusal lists them.
    """
    wanted = spellings(text)
    for as_good in (
        [c for c in candidates if c.place.slug == wanted.last and _in_place(c.place, wanted)],
        [c for c in candidates if c.place.name.casefold() == wanted.name],
        list(candidates),
    ):
        best = _preferred(as_good, near)
        if len(best) == 1:
            return best[0]
        if best:
            raise Refusal(_which(text, [c.place for c in best]))
    raise NoSuchPlace(text)


def _in_place(place: Place, wanted: Spelling) -> bool:
    return wanted.subsite is None or (
        place.subsite is not None and place.subsite.slug == wanted.subsite
    )


def _preferred(candidates: list[Standing], near: RoomId | None) -> list[Standing]:
    candidates = [c for c in candidates if c.place.root.room == near] or candidates
    candidates = [c for c in candidates if c.place.is_subsite] or candidates
    return [c for c in candidates if c.is_in] or candidates


def _which(text: str, places: Sequence[Place]) -> Text:
    shown, more = places[:MOST_SHOWN], len(places) - MOST_SHOWN
    return paragraphs(
        say("“{name}” can be several places. Which one do you mean?", name=brief(text)),
        lines(*(say("`{path}` · {name}", path=p.path, name=p.full_name) for p in shown)),
        *([say("And {n} more. Type a longer part of the name.", n=more)] if more > 0 else []),
    )
