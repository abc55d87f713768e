"""Mails as the bridge writes them, the same each time."""

from datetime import UTC, datetime
from pathlib import Path

from bridges.email.addresses import Keys
from bridges.email.answers import Answers
from bridges.email.composing import Attached, Outgoing, compose, message_id
from bridges.email.store import mails, people
from bridges.email.store.database import Store
from bridges.email.store.people import Choice, Person

NOW = datetime.now(UTC)


def outgoing(**changes: object) -> Outgoing:
    given: dict[str, object] = {
        "message_id": message_id("$event:plein.test", "plein.test"),
        "sender_name": "Annelies",
        "place_name": "Jeugdzorg",
        "place_address": "zaanstreek+jeugdzorg@plein.test",
        "reply_to": "r+abcdefghijklmnopqrstuvwxyz@plein.test",
        "recipient": "jan@example.org",
        "subject": "[Jeugdzorg] Bijeenkomst over de wachtlijsten",
        "answers": True,
        "references": ("1@example.org", "2@plein.test"),
        "text": "Beste mensen,\n\nDonderdag komen wij bijeen in het café aan de Zaan. Wie komt er?",
        "html": "<p>Beste mensen,</p><p>Donderdag komen wij bijeen in het <b>café</b> aan de Zaan. "
        "Wie komt er?</p>",
        "attachments": (),
        "date": NOW,
        "unsubscribe": "https://plein.test/mail/leave/mzxw6ytboi",
        "choose": "https://plein.test/mail/choose/mail_jan-mzxw6ytboi",
        "choose_by_mail": "s+mail_jan-mzxw6ytboi@plein.test",
        "language": "nl",
    }
    return Outgoing(**(given | changes))  # type: ignore[arg-type]


def message() -> bytes:
    return bytes(compose(outgoing()))


def with_a_file() -> bytes:
    return bytes(compose(outgoing(attachments=(Attached("plan.pdf", "application/pdf", b"%PDF"),))))


async def confirmation(folder: Path) -> bytes:
    """What somebody gets who writes for the first time."""
    store = await Store.open(f"sqlite+aiosqlite:///{folder}/mail.db")
    try:
        keys = Keys("geheim-" * 6)
        answers = Answers(store, keys, "plein.test", "https://plein.test", lambda: None)
        async with store.session() as session:
            jan = Person("@x:y", "jan@example.org", "Jan", "nl", Choice.EACH, False, False, False)
            await people.meet(session, jan, 1.0)
        await answers.ask_to_confirm(1, "jan@example.org", "zaanstreek", "Wachtlijsten", "nl")
        async with store.session() as session:
            mail = await mails.begin(session, "jan@example.org")
    finally:
        await store.close()
    assert mail is not None
    return mail.content
