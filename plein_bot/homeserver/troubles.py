"""What can be wrong with a private homeserver, as data for whoever has to say it."""

from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    NOT_INSTALLED = "not_installed"
    PORT_IN_USE = "port_in_use"
    HALF_MADE = "half_made"
    SPOILED = "spoiled"
    OTHER_NAME = "other_name"
    DIED_AT_START = "died_at_start"
    TOO_SLOW = "too_slow"
    DIED = "died"


class HomeserverTrouble(Exception):
    """The private Synapse cannot start, or is gone.

    `missing` names the files that a half-made folder lacks; `found` the server name that the
    folder was made for; `lines` are the last of Synapse's own words, and the whole log is `log`.
    """

    def __init__(
        self,
        kind: Kind,
        *,
        folder: Path,
        port: int,
        missing: tuple[str, ...] = (),
        found: str = "",
        lines: tuple[str, ...] = (),
    ) -> None:
        self.kind = kind
        self.folder = folder
        self.port = port
        self.missing = missing
        self.found = found
        self.lines = lines
        super().__init__(self._sentence())

    @property
    def log(self) -> Path:
        return self.folder / "synapse.log"

    def _sentence(self) -> str:
        match self.kind:
            case Kind.NOT_INSTALLED:
                return "matrix-synapse is not installed: pip install 'plein[homeserver]'."
            case Kind.PORT_IN_USE:
                return f"Something else listens on 127.0.0.1:{self.port} already."
            case Kind.HALF_MADE:
                missing = ", ".join(self.missing)
                return (
                    f"The folder {self.folder} is half made: it lacks {missing}. "
                    "Begin anew with --fresh."
                )
            case Kind.SPOILED:
                return f"{self.folder / 'homeserver.yaml'} is spoiled. Begin anew with --fresh."
            case Kind.OTHER_NAME:
                return (
                    f"The folder {self.folder} was made for the server name {self.found}, "
                    "and a homeserver cannot change its name. Begin anew with --fresh."
                )
            case Kind.DIED_AT_START:
                return self._with_lines("Synapse did not start")
            case Kind.TOO_SLOW:
                return self._with_lines("Synapse started but gives no answer")
            case Kind.DIED:
                return self._with_lines("Synapse stopped by itself")

    def _with_lines(self, what: str) -> str:
        return "\n".join((f"{what}; see {self.log}.", *self.lines))
