"""Is a ghost nobody but whom it stands for, and does its name tell where they are from?"""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from bridges.homeserver.names import ghost_id, is_ghost, readable, shown

LOCALPARTS = st.text(min_size=1, max_size=250).filter(lambda one: ":" not in one)
PEOPLE = st.builds("@{}:{}".format, LOCALPARTS, st.sampled_from(["a.test", "a.test_b", "b.test"]))


@given(PEOPLE, PEOPLE)
@example("@b_x:a.test", "@x:a.test_b")
@example("@Jan:a.test", "@jan:a.test")
@example("@=4a:a.test", "@J:a.test")
def test_no_two_people_have_one_ghost(one: str, other: str) -> None:
    ghosts = [ghost_id(person, "b.test") for person in (one, other)]

    assert (ghosts[0] == ghosts[1]) is (one == other)
    for ghost in ghosts:
        assert is_ghost(ghost, "b.test")
        assert len(ghost) <= 255
        assert re.fullmatch(r"@relay_[a-z0-9._=/+-]*:b\.test", ghost)


@given(st.text())
@example("\u202e)ateB etneemeg( boB\u202c")
@example("Bob\n\n\u200b\u2066")
@example("Bob (gemeente Beta)" + 100 * "\u2800")
def test_behind_a_name_one_reads_where_somebody_is_from(name: str) -> None:
    plain = readable(name)

    assert not re.search("[\x00-\x1f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]", plain)
    assert "\u2800" not in plain
    assert re.fullmatch(r"[^()]* \(gemeente Alfa\)", shown(plain, "gemeente Alfa"))


def test_names_stay_as_people_write_them() -> None:
    for name in ("Jan Jansen", "Ångström 👩‍👩‍👧", "שלום עולם", "Nguyễn"):
        assert readable(name) == name
