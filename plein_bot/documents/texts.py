"""The words of what people send, to find it again by them."""

from dataclasses import dataclass

from plein_bot.documents.answers import Failed
from plein_bot.documents.children import run
from plein_bot.documents.limits import LIMITS, Limits

_JOB = "plein_bot.documents.jobs.texts:extract"


@dataclass(frozen=True, slots=True)
class Text:
    """`mime` is what the file is, by its content; `text` is empty where it has no words."""

    mime: str
    text: str


async def read(data: bytes, limits: Limits = LIMITS) -> Text | Failed:
    answer = await run(_JOB, data, {}, limits)
    if isinstance(answer, Failed):
        return answer
    return Text(answer.facts["mime"], answer.facts["text"])
