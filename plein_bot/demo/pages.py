"""The page of the mailbox: what Plein mailed, for who plays a person with an address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from html import escape

from plein_bot.demo.mailboxes import Mailbox
from plein_bot.web.doors import page, serving

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10">
<title>Mailbox of the demo</title>
<style>
  :root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }}
  body {{ max-width: 45rem; margin: 2rem auto; padding: 0 1rem }}
  article {{ border-top: 1px solid; padding: 1rem 0 }}
  h2 {{ font-size: 1.1rem; margin: 0 }}
  pre {{ white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }}
</style>
<h1>Mailbox of the demo</h1>
<p>Everything that this Plein mails ends here, whoever it is for. The newest comes first.</p>
{mails}
</html>
"""
_NONE = (
    "<p>Nothing yet. Type <code>verifieer naam@zaanstad.example</code> in a chat with Plein.</p>"
)
_MAIL = """<article lang="nl">
<h2>{subject}</h2>
<p>{to} · {date}</p>
<pre>{text}</pre>
</article>"""


@asynccontextmanager
async def shown(mailbox: Mailbox, port: int) -> AsyncIterator[str]:
    """Show the mailbox on 127.0.0.1; gives the page's address. Raises `CannotListen`."""
    routes = [page("/", lambda: _page(mailbox.mails))]
    way_out = "Choose another port with --mailbox-port."
    async with serving("The page of the mailbox", mailbox.host, port, routes, way_out):
        yield f"http://{mailbox.host}:{port}"


def _page(mails: list[EmailMessage]) -> str:
    return _PAGE.format(mails="\n".join(map(_article, reversed(mails))) or _NONE)


def _article(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    return _MAIL.format(
        subject=escape(str(mail["Subject"] or "")),
        to=escape(str(mail["To"] or "")),
        date=escape(str(mail["Date"] or "")),
        text=escape(str(body.get_content()) if body else ""),
    )
