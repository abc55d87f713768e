"""Does the virus scanner answer, and how old are its signatures?"""

from plein_bot.actions.ports import ScannerAway
from plein_bot.operations.findings import Finding, good, warning
from plein_bot.scanning.clamd import Clamd


async def examine(where: str) -> Finding:
    """No more than a warning: Plein runs without it, and files wait."""
    try:
        version = await Clamd(where).version()
    except ScannerAway as away:
        return warning(
            f"The virus scanner at {where} does not answer ({away}). Files are not read and not "
            "sent until it does; start clamd, or look at scanner.clamd."
        )
    return good(f"The virus scanner answers: {version}.")
