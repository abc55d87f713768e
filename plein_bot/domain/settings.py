"""Settings on the wire and in words: `nl.plein.subsite` and `nl.plein.group`, and what `set` reads.

Contents come from the homeserver and may be anything (an older Plein, a server administrator), so
reading is total: what is not understood is the most closed that it can be.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from plein_bot.domain import protections
from plein_bot.domain.ids import UserId
from plein_bot.domain.openness import fitting_joining
from plein_bot.domain.places import (
    GROUP_DEFAULTS,
    SUBSITE_DEFAULTS,
    Inviting,
    Joining,
    Place,
    Posting,
    Settings,
    Visibility,
    cap_under,
)

Word = TypeVar("Word", bound=StrEnum)


def marker_of(place: Place) -> str:
    """The type of state that makes a room a place."""
    return "nl.plein.subsite" if place.is_subsite else "nl.plein.group"


def to_content(place: Place) -> dict[str, Any]:
    """The state event's content: the slug and the settings under their English names."""
    settings = place.settings
    content: dict[str, Any] = {
        "slug": place.slug,
        "visibility": settings.visibility.value,
        "joining": settings.joining.value,
        "posting": settings.posting.value,
        "citizens": settings.citizens,
        "external": settings.external,
        "invite": settings.invite.value,
        "index": settings.index,
    }
    if place.subsite:
        # The create event cannot follow when the subsite goes on in another space.
        content["subsite"] = place.subsite.room
    if settings.encrypted:
        content["encrypted"] = True
    if settings.organisations:
        content["organisations"] = list(settings.organisations)
    if settings.cap:
        content["cap"] = settings.cap.value
    if not settings.history:
        content["history"] = False
    if settings.servers is not None:
        content["servers"] = list(settings.servers)
    if settings.authors:
        content["authors"] = list(settings.authors)
    if settings.overview:
        content["overview"] = True
    if settings.protections.all:
        content["protections"] = protections.to_content(settings.protections)
    if settings.slow:
        content["slow"] = settings.slow.value
    if settings.denied:
        content["denied"] = list(settings.denied)
    if place.archived:
        content["archived"] = True
    return content


def from_content(content: Mapping[str, Any], *, subsite: bool) -> Settings:
    defaults = SUBSITE_DEFAULTS if subsite else GROUP_DEFAULTS
    cap, servers, slow = content.get("cap"), content.get("servers"), content.get("slow")
    return Settings(
        visibility=_word(Visibility, content.get("visibility"), Visibility.HIDDEN),
        joining=_word(Joining, content.get("joining"), Joining.INVITE),
        posting=_word(Posting, content.get("posting"), defaults.posting),
        citizens=content.get("citizens") is True,
        external=content.get("external") is True,
        invite=_word(Inviting, content.get("invite"), Inviting.STAFF),
        index=content.get("index") is True,
        encrypted=content.get("encrypted") is True,
        organisations=_strings(content.get("organisations")),
        servers=_strings(servers) if servers is not None else None,
        cap=_word(Visibility, cap, Visibility.HIDDEN) if cap is not None else None,
        history=content.get("history") is not False,
        authors=tuple(UserId(author) for author in _strings(content.get("authors"))),
        overview=content.get("overview") is True,
        protections=protections.from_content(content.get("protections")),
        slow=_word(Joining, slow, Joining.REQUEST) if slow is not None else None,
        denied=_strings(content.get("denied")),
    )


def _strings(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _word(kind: type[Word], value: object, otherwise: Word) -> Word:
    return kind(value) if isinstance(value, str) and value in set(kind) else otherwise


class Setting(StrEnum):
    """What `set` can change."""

    VISIBILITY = "visibility"
    JOINING = "joining"
    POSTING = "posting"
    CITIZENS = "citizens"
    EXTERNAL = "external"
    INVITE = "invite"
    INDEX = "index"
    CAP = "cap"
    HISTORY = "history"
    SLUG = "slug"
    SERVERS = "servers"
    OVERVIEW = "overview"
    NAME = "name"
    TOPIC = "topic"


class Answer(StrEnum):
    """How a setting that is on or off is written."""

    YES = "yes"
    NO = "no"


VALUES: dict[Setting, type[StrEnum]] = {
    Setting.VISIBILITY: Visibility,
    Setting.JOINING: Joining,
    Setting.POSTING: Posting,
    Setting.CITIZENS: Answer,
    Setting.EXTERNAL: Answer,
    Setting.INVITE: Inviting,
    Setting.INDEX: Answer,
    Setting.CAP: Visibility,
    Setting.HISTORY: Answer,
    Setting.OVERVIEW: Answer,
}


def changed(
    place: Place, setting: Setting, value: StrEnum | str, organisations: tuple[str, ...] = ()
) -> Place:
    """The place with one setting changed; whether that may be is decided elsewhere.

    Visibility takes along what cannot stay: the cap where it is lowered (design 5.2), and a way of
    joining or a history that does not go with it.
    """
    settings = place.settings
    match setting, value:
        case Setting.NAME, str():
            return replace(place, name=str(value))
        case Setting.SLUG, str():
            return replace(place, slug=str(value))
        case Setting.TOPIC, str():
            return replace(place, topic=str(value))
        case Setting.JOINING, Joining():
            return place.with_settings(
                # Whoever chooses it means it, also where people had to ask for a while.
                replace(settings, joining=value, organisations=organisations, slow=None)
            )
        case Setting.VISIBILITY, Visibility():
            cap = settings.cap
            if cap and value.openness < settings.visibility.openness:
                cap = min(cap, cap_under(value), key=lambda v: v.openness)
            return place.with_settings(
                replace(
                    settings,
                    visibility=value,
                    joining=fitting_joining(value, settings.joining),
                    cap=cap,
                    history=settings.history or value is not Visibility.HIDDEN,
                )
            )
        case _:
            change: dict[str, Any] = {setting.value: value}
            if isinstance(value, Answer):
                change = {setting.value: value is Answer.YES}
            return place.with_settings(replace(settings, **change))
