"""How do mails go out? To one mail server, in order for each recipient, until it has them."""

import asyncio
import logging
import random
import ssl
import time
from dataclasses import dataclass

import aiosmtplib

from bridges.email.addresses import Keys
from bridges.email.config import OutgoingSettings
from bridges.email.daily import Daily
from bridges.email.delivery import Outcome, Step, is_given_up, outcome, pause
from bridges.email.ghosts import Ghosts
from bridges.email.signing import Signer
from bridges.email.store import mails, people
from bridges.email.store.database import Store
from bridges.email.store.mails import Mail, MailState
from bridges.email.store.people import Choice

logger = logging.getLogger(__name__)

_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Sending:
    store: Store
    ghosts: Ghosts
    settings: OutgoingSettings
    keys: Keys
    domain: str
    signer: Signer
    daily: Daily
    bounces: int = 3

    async def recipients(self) -> list[str]:
        async with self.store.session() as session:
            return await mails.recipients(session, time.time())

    async def send(self, recipient: str) -> None:
        async with self.store.session() as session:
            mail = await mails.begin(session, recipient)
        if mail is None:
            return
        try:
            content = await self._content(mail)
            if not content:
                await self._becomes(mail, MailState.DROPPED)
                return
            await self._hand_over(mail, content)
        except aiosmtplib.SMTPNotSupported:
            # An address such as jür@… needs SMTPUTF8 (RFC 6531) of every server on the way.
            await self._refused(mail, Outcome.REFUSED)
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            await self._refused(mail, outcome(Step.RECIPIENT, refused.code, refused.message))
        except aiosmtplib.SMTPDataError as error:
            await self._refused(mail, outcome(Step.CONTENT, error.code, error.message))
        except aiosmtplib.SMTPResponseException as error:
            if error.code >= 500:
                logger.error("The mail server does not take mail from us: %s", error)
            await self._refused(mail, outcome(Step.GREETING, error.code, error.message))
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            await self._refused(mail, Outcome.LATER)
        except Exception:
            # Whatever it is, it comes back with growing pauses too.
            logger.exception("Mail %d stumbled on its way out", mail.number)
            await self._refused(mail, Outcome.LATER)
        else:
            await self._becomes(mail, MailState.SENT)

    async def _content(self, mail: Mail) -> bytes | None:
        """What goes out, if it is still wanted and may still be read; asked at the last moment.

        The homeserver is asked: that something was redacted may not have been told to us yet.
        """
        if mail.user_id is None:
            return mail.content
        async with self.store.session() as session:
            person = await people.by_id(session, mail.user_id)
        if person is None or (person.paused and not mail.cause.startswith("confirm:")):
            # Who is asked whether a mail is theirs wrote from there just now.
            return None
        if person.choice is Choice.NONE and not mail.is_answer:
            return None
        if mail.is_daily:
            return await self.daily.written(mail, person)
        if mail.room_id is None:
            return mail.content
        if await self.ghosts.may_have(mail):
            return await self.daily.current(mail, person)
        return None

    async def _hand_over(self, mail: Mail, content: bytes) -> None:
        settings = self.settings
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            tls_context=ssl.create_default_context(),
            username=settings.username,
            password=settings.password.get_secret_value() if settings.password else None,
            timeout=_WITHIN,
        )
        # RSA in Python takes long enough to keep others waiting.
        signed = await asyncio.to_thread(self.signer.signed, content)
        async with client:
            options = [] if mail.recipient.isascii() else ["SMTPUTF8"]
            await client.sendmail(
                self._envelope(mail), [mail.recipient], signed, mail_options=options
            )

    def _envelope(self, mail: Mail) -> str:
        """Where it comes back to: whoever it could not be brought to is known by that."""
        if mail.user_id is None or mail.is_answer:
            return ""
        localpart = mail.user_id[1:].partition(":")[0]
        return f"b+{self.keys.returning(localpart, time.time())}@{self.domain}"

    async def _refused(self, mail: Mail, meaning: Outcome) -> None:
        now = time.time()
        if meaning is Outcome.LATER and not is_given_up(mail.at, now):
            wait = pause(mail.tries, random.random())
            logger.info("Mail %d cannot go out now; again in %d s", mail.number, wait)
            async with self.store.session() as session:
                await mails.later(session, mail.number, now + wait)
            return
        logger.warning("Mail %d does not go out: %s", mail.number, meaning)
        async with self.store.session() as session:
            if mail.user_id and not mail.is_answer and meaning is Outcome.NO_SUCH_ADDRESS:
                await people.bounced(session, mail.user_id, now, self.bounces)
            await mails.over(session, mail, MailState.FAILED)

    async def _becomes(self, mail: Mail, state: MailState) -> None:
        async with self.store.session() as session:
            await mails.over(session, mail, state)
