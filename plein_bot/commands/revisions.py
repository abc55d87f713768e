"""The command that shows how a post came to read as it does."""

from itertools import pairwise
from typing import Annotated

from plein_bot.actions import posts
from plein_bot.commands.calls import Call
from plein_bot.commands.replies import Reply
from plein_bot.commands.table import TABLE, Dutch
from plein_bot.domain import differences
from plein_bot.domain.posts import Said
from plein_bot.domain.sentences import Sentence, Text, count, lines, paragraphs, say


@TABLE.command("post history", "blog geschiedenis", "blog historie")
async def history(call: Call, post: Annotated[str, Dutch("nummer")]) -> Reply:
    """Show how a post came to read as it does."""
    found = await posts.find(call.act, post)
    versions = await posts.revisions(call.act, found)
    told: list[Sentence | Text] = [
        count(
            len(versions),
            "“{title}” has not been changed since it was posted.",
            "“{title}” has {n} versions:",
            title=found.post.title,
        )
    ]
    for number, (before, after) in enumerate(pairwise(versions), 2):
        told.append(_changed(number, before, after))
    return Reply(paragraphs(*told))


def _changed(number: int, before: Said, after: Said) -> Text:
    changed = differences.between(before.text, after.text)
    told: list[Sentence | Text] = [
        say("**Version {number}** · {moment}", number=number, moment=after.at)
    ]
    for came, line in changed.lines:
        told.append(say("➕ {line}", line=line) if came else say("➖ {line}", line=line))
    if changed.more:
        told.append(count(changed.more, "And one more line.", "And {n} more lines."))
    return lines(*told)
