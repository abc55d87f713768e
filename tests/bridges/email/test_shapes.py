"""Does of every mail come what should?"""

from typing import Any

import pytest

from bridges.email.letters import Letter, read
from tests.bridges.email.shapes import bodies, heads, letters_in, machines, quoting
from tests.bridges.email.shapes.shape import Shape

SHAPES = [
    *heads.SHAPES,
    *letters_in.SHAPES,
    *bodies.SHAPES,
    *quoting.SHAPES,
    *machines.SHAPES,
]


def found(letter: Letter, what: str) -> Any:
    match what:
        case "from_":
            return letter.sender and letter.sender.address
        case "named":
            return letter.sender and letter.sender.name
        case "to":
            return [box.address for box in letter.recipients]
        case "files":
            return [one.name for one in letter.attachments]
        case "mimes":
            return [one.mime for one in letter.attachments]
        case "many_references":
            return len(letter.references)
        case _:
            return getattr(letter, what)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_what_comes_of_a_mail(shape: Shape) -> None:
    letter = read(shape.raw, mail_from=shape.mail_from, ours=frozenset({"plein.test"}))

    assert isinstance(letter, Letter), letter
    expected = dict(shape.expected)
    both = f"{letter.text}\n{letter.html}"
    for piece in expected.pop("holds", []):
        assert piece in both
    for piece in expected.pop("lacks", []):
        assert piece not in both
    assert expected.pop("quoted_holds", "") in letter.quoted
    assert {what: found(letter, what) for what in expected} == expected


def test_shapes_have_names_of_their_own() -> None:
    names = [shape.name for shape in SHAPES]

    assert len(set(names)) == len(names) >= 100
