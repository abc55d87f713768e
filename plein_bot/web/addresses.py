"""Where does a place or a post stand on the web?"""

import hashlib
from urllib.parse import quote

from plein_bot.domain.ids import EventId
from plein_bot.domain.links import to_event, to_room
from plein_bot.domain.places import Place
from plein_bot.domain.posts import Post


def of_place(place: Place) -> str:
    return "/s/" + quote(place.path, safe="/")


def of_post(place: Place, post: Post) -> str:
    return f"{of_place(place)}/p/{quote(post.slug, safe='')}"


def of_media(post: Post, mxc: str, name: str = "") -> str:
    """Of a picture or a file that belongs to a post."""
    return of_picture(post.number, mxc, name)


def of_picture(number: int, mxc: str, name: str = "") -> str:
    """The same for the post of this number."""
    server, _, media = mxc.removeprefix("mxc://").partition("/")
    parts = [str(number), server, media, *([name] if name else [])]
    return "/media/" + "/".join(quote(part, safe="") for part in parts)


def anchor(comment: EventId) -> str:
    """The part of a post's page where a comment stands."""
    return f"c-{hashlib.sha256(comment.encode()).hexdigest()[:10]}"


def of_files(place: Place) -> str:
    return "/bestanden/" + quote(place.path, safe="/")


def of_file(event: EventId, name: str) -> str:
    """Of a file that was sent in a place."""
    return f"/bestand/{quote(event, safe='')}/{quote(name, safe='')}"


def in_client(place: Place, server: str, post: Post | None = None) -> str:
    """A link that opens in every Matrix client."""
    if post:
        return to_event("", post.room, post.event, server).url
    return to_room("", place.room, server).url
