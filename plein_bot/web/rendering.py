"""What people wrote, as HTML: made beside the loop, because a hostile text takes its time."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

from plein_bot.domain.posts import Post
from plein_bot.locale.cleaning import for_page
from plein_bot.web import addresses

LONGEST_COMMENT = 20_000
"""Characters that are shown of one; who wants more opens it in an app."""


async def of_post(post: Post, house: str = "") -> str:
    """The text with its pictures, which come from an address of ours; of `house` where it is given.

    It stands under the title of a page.
    """
    return await asyncio.to_thread(_of_post, post.number, post.text, house)


async def pictures_in(post: Post) -> frozenset[str]:
    """The `mxc:` addresses that the page of a post shows."""
    return await asyncio.to_thread(_pictures_in, post.text)


async def without_pictures(texts: Sequence[str], *, under: int) -> list[str]:
    """What somebody says about a post: what they show there is theirs to answer for."""
    return await asyncio.to_thread(lambda: [_without_pictures(one, under) for one in texts])


@lru_cache(maxsize=256)
def _of_post(number: int, text: str, house: str) -> str:
    return for_page(text, lambda mxc: house + addresses.of_picture(number, mxc), under=1)


@lru_cache(maxsize=256)
def _pictures_in(text: str) -> frozenset[str]:
    found: set[str] = set()

    def picture(mxc: str) -> str:
        found.add(mxc)
        return mxc

    for_page(text, picture, under=1)
    return frozenset(found)


@lru_cache(maxsize=4096)
def _without_pictures(text: str, under: int) -> str:
    return for_page(text[:LONGEST_COMMENT], lambda _: None, under=under)
