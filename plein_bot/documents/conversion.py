"""From a document to what a post is made of."""

import re
from dataclasses import dataclass

from plein_bot.documents.answers import Failed, File, Reason
from plein_bot.documents.children import run
from plein_bot.documents.encodings import decoded
from plein_bot.documents.kinds import Kind
from plein_bot.documents.limits import LIMITS, Limits

_JOB = "plein_bot.documents.jobs.markdown:convert"
_REMOTE_PICTURE = re.compile(r"!\[([^\]\n]*)\]\(\s*<?(?!mxc:)[^)\n]*\)")
_HEADING = re.compile(r"\A\s*#[ \t]+([^\n]+?)[ \t#]*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Document:
    """`text` is Markdown, in which `image:1` is the address of the first of `pictures`.

    `title` is empty where the document has none. `dropped` counts pictures that are elsewhere, or
    that clients do not show.
    """

    title: str
    text: str
    pictures: tuple[File, ...] = ()
    dropped: int = 0


async def convert(data: bytes, kind: Kind, limits: Limits = LIMITS) -> Document | Failed:
    """What is in a document; Failed, and why, for one that cannot be read."""
    if kind is Kind.MARKDOWN:
        return _markdown(data, limits)
    answer = await run(_JOB, data, {"kind": kind}, limits)
    if isinstance(answer, Failed):
        return answer
    facts = answer.facts
    return Document(facts["title"], facts["text"], answer.files, facts["dropped"])


def _markdown(data: bytes, limits: Limits) -> Document | Failed:
    """It is what it is to be already, and stays as it was typed."""
    if len(data) > limits.output:
        return Failed(Reason.TOO_LARGE)
    whole = decoded(data)
    if "\0" in whole:
        return Failed(Reason.BROKEN)
    whole = whole.replace("\r\n", "\n").replace("\r", "\n")
    text, dropped = _REMOTE_PICTURE.subn(r"\1", whole)
    heading = _HEADING.match(text)
    title = heading[1] if heading else ""
    return Document(title, (text[heading.end() :] if heading else text).strip(), (), dropped)
