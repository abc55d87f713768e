"""What is done when the moment of a timer has come."""

from collections.abc import Awaitable, Callable

from plein_bot.actions.acts import Act
from plein_bot.domain.events import Due

Handler = Callable[[Act, Due], Awaitable[None]]

_HANDLERS: dict[str, Handler] = {}


def when_due(kind: str) -> Callable[[Handler], Handler]:
    """Register what sees to timers of a kind, such as `post.publish`.

    It is called with an act of the bot's own: `replace(act, actor=…)` where somebody else's. Like
    all work it may be called again for the same cause, and it may be late by as long as Plein was
    away.
    """

    def register(handler: Handler) -> Handler:
        if _HANDLERS.setdefault(kind, handler) is not handler:
            raise ValueError(f"two handlers see to {kind!r}")
        return handler

    return register


def handler_of(kind: str) -> Handler:
    """Raises LookupError for a kind that this version of Plein does not know."""
    if kind not in _HANDLERS:
        raise LookupError(f"nothing sees to timers of the kind {kind!r}")
    return _HANDLERS[kind]
