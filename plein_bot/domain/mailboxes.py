"""Taking part by e-mail: what somebody is mailed."""

from enum import StrEnum


class Mailed(StrEnum):
    """By the names that the bridge gives them (docs/email.md)."""

    EACH = "each"
    DAILY = "daily"
    POSTS = "posts"
