"""The tables of openness as an owner reads them (design 5.2), written down by hand.

Every row is a place. Its letters say what befalls an official of the organisation that joining
names, a partner of another one and a citizen, in this order: of those outside its subsite, and of
those inside it.
"""

from dataclasses import dataclass
from enum import StrEnum

from plein_bot.domain.places import Joining, Visibility


class Way(StrEnum):
    """What comes of it: first by the buttons of one's own client, and where those do nothing,
    by asking Plein.
    """

    WALKS_IN = "W"
    KNOCKS_AND_IS_ADMITTED = "A"
    KNOCKS_AND_WAITS = "Q"
    KNOCKS_AND_HEARS_NO = "R"
    IS_INVITED_BY_PLEIN = "P"
    ASKS_THROUGH_PLEIN = "S"
    HEARS_OF_CITIZENS = "C"
    HEARS_OF_INVITATIONS = "I"
    HEARS_OF_NOTHING = "-"


# Found by everybody: a by its alias, d in the directory, n with name and topic by its id. Beside
# them whoever walks in sees name and topic. No list holds a room that is by invitation, unless
# everybody reads in it (measured on Synapse).
_IN_A_SUBSITE_WITH_CITIZENS = """
visibility joining   citizens found outside inside
public  open         yes      adn   WWW     WWW
public  members      yes      adn   QQQ     WWW
public  request      yes      adn   QQQ     QQQ
public  organisation yes      adn   AQQ     AQQ
public  invite       yes      adn   III     III
listed  open         yes      adn   WWW     WWW
listed  open         no       adn   AAR     AAR
listed  members      yes      adn   QQQ     WWW
listed  members      no       adn   QQR     AAR
listed  request      yes      adn   QQQ     QQQ
listed  request      no       adn   QQR     QQR
listed  organisation yes      adn   AQQ     AQQ
listed  organisation no       adn   AQR     AQR
members open         yes      .     ---     WWW
members open         no       .     ---     PPC
members members      yes      .     ---     WWW
members members      no       .     ---     PPC
members request      yes      .     ---     SSS
members request      no       .     ---     SSC
members organisation yes      .     ---     PSS
members organisation no       .     ---     PSC
members invite       yes      .     ---     III
members invite       no       .     ---     IIC
hidden  invite       yes      .     ---     ---
hidden  invite       no       .     ---     ---
"""

# Where nobody in the subsite is a citizen, a group without citizens can let all of them in.
_IN_A_SUBSITE_WITHOUT = """
visibility joining   citizens found outside inside
listed  members      no       adn   QQR     WW
members open         no       .     ---     WW
members members      no       .     ---     WW
"""

_SUBSITES = """
visibility joining   citizens found outside
public  open         yes      adn   WWW
public  request      yes      adn   QQQ
public  organisation yes      adn   AQQ
public  invite       yes      a     III
listed  open         yes      adn   WWW
listed  open         no       adn   AAR
listed  request      yes      adn   QQQ
listed  request      no       adn   QQR
listed  organisation yes      adn   AQQ
listed  organisation no       adn   AQR
hidden  invite       yes      .     ---
hidden  invite       no       .     ---
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One place. `subsite` is the one that it is in; `inside` are the ways of its members."""

    visibility: Visibility
    joining: Joining
    citizens: bool
    found: str
    outside: tuple[Way, ...]
    inside: tuple[Way, ...] = ()
    subsite: str = ""

    @property
    def name(self) -> str:
        citizens = "met" if self.citizens else "zonder"
        return f"{self.visibility} {self.joining} {citizens}"

    @property
    def topic(self) -> str:
        return f"Over {self.name}"

    @property
    def path(self) -> str:
        slug = self.name.replace(" ", "-")
        return f"{self.subsite}/{slug}" if self.subsite else slug

    @property
    def is_public(self) -> bool:
        return self.visibility is Visibility.PUBLIC

    def __str__(self) -> str:
        return self.path

    @property
    def is_named_to_all(self) -> bool:
        return "n" in self.found


WITHOUT, WITH = "zonder-burgers", "met-burgers"
"""Two subsites, listed and public, whose members walk in."""


def _rows(table: str, subsite: str = "") -> list[Row]:
    return [_row(line.split(), subsite) for line in table.strip().splitlines()[1:]]


def _row(cells: list[str], subsite: str) -> Row:
    visibility, joining, citizens, found, outside, *inside = cells
    return Row(
        Visibility(visibility),
        Joining(joining),
        citizens == "yes",
        found,
        tuple(map(Way, outside)),
        tuple(map(Way, "".join(inside))),
        subsite,
    )


GROUPS = [*_rows(_IN_A_SUBSITE_WITH_CITIZENS, WITH), *_rows(_IN_A_SUBSITE_WITHOUT, WITHOUT)]
SUBSITES = _rows(_SUBSITES)
