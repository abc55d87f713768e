"""Signing in on the web: a link that works once, and for how long somebody is in by it."""

from datetime import timedelta

from plein_bot.domain.errors import Refusal
from plein_bot.domain.sentences import say

LINK_LASTS = timedelta(minutes=10)
LASTS = timedelta(hours=12)
IDLE = timedelta(hours=1)
MOST_LINKS = 10
"""In an hour: whoever asks for more has another trouble than a link that was lost."""


def link(web: str, token: str) -> str:
    return f"{web.rstrip('/')}/aanmelden/{token}"


def refuse_link(web: str | None, asked: int) -> None:
    """`asked` is how many this person was given in the last hour."""
    if web is None:
        raise Refusal(say("This Plein has no pages, so there is nothing to sign in to."))
    if asked >= MOST_LINKS:
        raise Refusal(
            say(
                "You have asked for {n} links in an hour. Please wait a while.",
                n=asked,
            )
        )
