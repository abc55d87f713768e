"""Recovery keys as people write them down."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plein_bot.matrix import recovery
from plein_bot.matrix.recovery import NotARecoveryKey

SECRETS = st.binary(min_size=32, max_size=32)


@given(SECRETS)
def test_what_is_written_down_can_be_read(secret: bytes) -> None:
    written = recovery.encode(secret)
    assert recovery.decode(written) == secret
    assert recovery.decode(written.replace(" ", "\n")) == secret
    assert all(len(group) <= 4 for group in written.split(" "))


@given(SECRETS, st.data())
def test_one_wrong_letter_is_noticed(secret: bytes, data: st.DataObject) -> None:
    letters = recovery.encode(secret).replace(" ", "")
    where = data.draw(st.integers(0, len(letters) - 1))
    other = data.draw(st.sampled_from([*set(recovery.ALPHABET) - {letters[where]}]))
    # One byte of parity lets about one in 256 pass; none of those gives the same secret.
    with suppress(NotARecoveryKey):
        assert recovery.decode(letters[:where] + other + letters[where + 1 :]) != secret


@pytest.mark.parametrize("text", ["", "EsTc", "hunter2", "0OIl " * 12, "z" * 200])
def test_what_is_no_recovery_key_is_refused(text: str) -> None:
    with pytest.raises(NotARecoveryKey):
        recovery.decode(text)


def test_every_key_begins_with_the_letters_that_the_format_gives() -> None:
    """0x8B 0x01 was chosen so that every key begins with `E`."""
    assert recovery.encode(bytes(32)).startswith("E")
    assert recovery.encode(b"\xff" * 32).startswith("E")
