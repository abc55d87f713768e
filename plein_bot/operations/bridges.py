"""Does the e-mail bridge answer, and does it mean the same accounts as Plein?"""

from plein_bot.actions.ports import MailboxesAway
from plein_bot.config import Settings
from plein_bot.mail.bridge import reaching
from plein_bot.operations.findings import Findings, good, warning, wrong


async def examine(settings: Settings) -> Findings:
    """Nothing where no bridge was given. One that is away is no more than a warning."""
    email = settings.email
    if email.url is None or email.secret is None:
        return
    try:
        async with reaching(email.url, email.secret.get_secret_value()) as bridge:
            ghosts, server = await bridge.begins()
    except MailboxesAway as away:
        yield warning(
            f"At {email.url} {away}. Nobody can choose to take part by e-mail until it does; start "
            "plein-email, or look at email.url and email.secret."
        )
        return
    own = settings.homeserver.user_id.partition(":")[2]
    if server != own:
        yield wrong(
            f"The e-mail bridge makes accounts on {server}, and Plein is on {own}. Let both have "
            "the same homeserver."
        )
    elif ghosts != email.ghosts:
        yield wrong(
            f"The accounts of the e-mail bridge begin with “{ghosts}”, and email.ghosts says "
            f"“{email.ghosts}”: who writes by mail would not be known as such. Set it to "
            f"“{ghosts}”."
        )
    else:
        yield good(f"The e-mail bridge at {email.url} answers.")
