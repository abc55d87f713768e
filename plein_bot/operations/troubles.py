"""What went wrong, in a sentence for the operator, as far as they can put it right."""

from collections.abc import Iterator

from plein_bot.actions.ports import HomeserverError, TokenRevoked
from plein_bot.app import LeaseLost
from plein_bot.config import ConfigTrouble
from plein_bot.demo.folders import DemoTrouble
from plein_bot.homeserver.troubles import HomeserverTrouble, Kind
from plein_bot.index.trouble import DatabaseTrouble
from plein_bot.matrix.accounts import WrongAccount
from plein_bot.matrix.cross_signing import CrossSigningError
from plein_bot.matrix.encryption import EncryptionStoreLost
from plein_bot.web.doors import CannotListen


def sentences(failure: BaseException) -> list[str]:
    """Each once; none where it is a mistake of ours."""
    return list(dict.fromkeys(filter(None, map(sentence, _single(failure)))))


def _single(failure: BaseException) -> Iterator[BaseException]:
    """What happened, without the groups that tasks put around it."""
    if isinstance(failure, BaseExceptionGroup):
        for one in failure.exceptions:
            yield from _single(one)
    else:
        yield failure


def sentence(failure: BaseException) -> str | None:
    """What the operator reads; None for what they cannot put right."""
    match failure:
        case TokenRevoked():
            return (
                "The homeserver does not accept the bot's access token (any more), so Plein stops. "
                "Give it a new one as homeserver.access_token. With a password instead, remove "
                "account.json from data.folder: Plein then signs in anew."
            )
        case HomeserverTrouble(kind=Kind.PORT_IN_USE):
            return f"{failure} Choose another port with --port."
        case HomeserverTrouble() | DemoTrouble() | ConfigTrouble() | WrongAccount():
            return str(failure)
        case CrossSigningError() | EncryptionStoreLost() | CannotListen():
            return str(failure)
        case LeaseLost():
            return (
                "Plein stops: another process may work on the same database, or the database did "
                "not answer in time."
            )
        case DatabaseTrouble():
            return f"The database cannot be used: {failure}."
        case HomeserverError():
            return f"The homeserver refuses: {str(failure).rstrip('.')}."
        case OSError():
            return _of_the_system(failure)
        case _:
            return None


def _of_the_system(error: OSError) -> str:
    words = error.strerror or str(error)
    return f"{error.filename}: {words}." if error.filename else f"{words[:1].upper()}{words[1:]}."
