"""Was a mail written by whom it says?

Its owner is asked at the address that it gives, by a mail with a button to press, or to answer with
a word. Looking at the page does nothing.
"""

import logging
import time
from dataclasses import dataclass, replace

from bridges.email import headers, trees
from bridges.email.addresses import (
    ConfirmAddress,
    Keys,
    OurAddress,
    PlaceAddress,
    normal,
    shown_name,
)
from bridges.email.answers import CONFIRM, Answers
from bridges.email.letters import Letter, Mailbox
from bridges.email.store import letters, mails, people
from bridges.email.store.database import Store
from bridges.email.store.letters import LetterState, Stored
from bridges.email.store.people import Choice, Person

logger = logging.getLogger(__name__)

# Questions that somebody gets in a day, and does not answer.
_QUESTIONS = 3
# Questions that go to everybody together in an hour.
_ALL_QUESTIONS = 200
_HOUR, _DAY = 3600.0, 86_400.0
_YES = {"ja", "yes", "oui", "ok", "akkoord"}


class TooManyQuestions(Exception):
    """Somebody may be writing in the names of very many: we would write to them all."""


@dataclass(frozen=True, slots=True)
class Confirming:
    store: Store
    keys: Keys
    answers: Answers
    domain: str
    language: str

    async def ask(
        self, letter: Letter, stored: Stored, target: OurAddress, sender: Mailbox
    ) -> LetterState:
        """Each mail is asked about by itself: another one may be forged."""
        address, name = normal(sender.address), shown_name(sender.name)
        async with self.store.session() as session:
            await people.meet(
                session,
                Person(
                    stored.author,
                    address,
                    name,
                    self.language,
                    Choice.EACH,
                    confirmed=False,
                    registered=False,
                    paused=False,
                ),
                time.time(),
            )
            asked = await letters.asked_about(session, stored.author, time.time() - _DAY)
            all_asked = await mails.caused(session, None, "confirm:", time.time() - _HOUR)
        if asked >= _QUESTIONS:
            # Somebody else could fill a mailbox with our questions.
            logger.info("Mail %d is one too many of somebody who does not answer", stored.number)
            return LetterState.REFUSED
        if all_asked >= _ALL_QUESTIONS:
            raise TooManyQuestions
        place = target.path if isinstance(target, PlaceAddress) else self.domain
        await self.answers.ask_to_confirm(
            stored.number, address, place, letter.subject, self.language
        )
        return LetterState.UNCONFIRMED

    async def answered(self, letter: Letter, stored: Stored, target: ConfirmAddress) -> None:
        own = [line for line in letter.text.splitlines() if not line.startswith(">")]
        if any(line.strip(" \t.,!*").lower() in _YES for line in own):
            await self.confirm(target.token, by=stored.author)

    async def asked(self, token: str) -> Stored | None:
        """The mail about which somebody was asked, if the token is ours and it still waits."""
        number = self.keys.opened(CONFIRM, token)
        if number is None or not number.isdecimal():
            return None
        async with self.store.session() as session:
            return await letters.by_number(session, int(number))

    async def confirm(self, token: str, by: str | None = None) -> bool:
        """Somebody says that a mail was theirs. Saying it twice does no more than once."""
        stored = await self.asked(token)
        if stored is None or (by is not None and stored.author != by):
            return False
        async with self.store.session() as session:
            person = await people.by_id(session, stored.author)
        if person is None or stored.state is LetterState.REFUSED:
            return False
        # Their name is as it stands in this mail: in another, a forger may have named them.
        author = headers.sender(trees.head(stored.content))
        name = shown_name(author.name) if author else ""
        async with self.store.session() as session:
            met = replace(person, confirmed=True, name=name)
            await people.meet(session, met, time.time())
            await letters.vouch(session, stored.number, time.time())
        return True
