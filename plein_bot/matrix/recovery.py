"""Recovery keys as people write them down.

Specification, appendix "Cryptographic key representation": 0x8B 0x01, 32 bytes, and a byte that
makes the exclusive or of all of them 0; in base58 with Bitcoin's alphabet, in groups of four.
"""

from functools import reduce
from operator import xor

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
PREFIX = bytes((0x8B, 0x01))
LENGTH = 32


class NotARecoveryKey(ValueError):
    """A letter is wrong or missing, or it is something else."""


def encode(secret: bytes) -> str:
    data = PREFIX + secret
    number = int.from_bytes(data + bytes([reduce(xor, data)]))
    letters = ""
    while number:
        number, letter = divmod(number, 58)
        letters = ALPHABET[letter] + letters
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def decode(text: str) -> bytes:
    """Whitespace does not matter. Raises `NotARecoveryKey`."""
    number = 0
    for letter in "".join(text.split()):
        if letter not in ALPHABET:
            raise NotARecoveryKey(f"{letter!r} is in no recovery key")
        number = number * 58 + ALPHABET.index(letter)
    try:
        data = number.to_bytes(len(PREFIX) + LENGTH + 1)
    except OverflowError as too_long:
        raise NotARecoveryKey("this recovery key is too long") from too_long
    if not data.startswith(PREFIX) or reduce(xor, data):
        raise NotARecoveryKey("this is no recovery key; is a letter wrong or missing?")
    return data[len(PREFIX) : -1]
