"""What can I type here?"""

from collections.abc import Iterable
from typing import Annotated

from plein_bot.commands.calls import Call
from plein_bot.commands.reading import nearest, read
from plein_bot.commands.replies import Audience, Reply
from plein_bot.commands.table import TABLE, Command, Dutch, Whom
from plein_bot.domain.errors import Refusal
from plein_bot.domain.search import may_be_a_search
from plein_bot.domain.sentences import Sentence, Text, Typed, brief, lines, paragraphs, say
from plein_bot.index import rooms

_ORDER = (
    "help",
    "subsite list",
    "subsite show",
    "group list",
    "group show",
    "join",
    "leave",
    "members",
    "subsite create",
    "group create",
    "invite",
    "requests",
    "approve",
    "deny",
    "role",
    "set",
)
"""What is explained at once; the others are named."""


@TABLE.command("help", "hulp", "?", answer=Audience.HERE)
async def show(call: Call, command: Annotated[str, Dutch("opdracht")] = "") -> Reply:
    """Show what you can type, or explain one command."""
    if command:
        return Reply(explained(_found(command)))
    of_use = await _of_use(call)
    begin = [one for one in of_use if one.name in _ORDER]
    return Reply(
        paragraphs(
            say("I keep the places of Plein in order: subsites, and the groups in them."),
            lines(*(say("`{usage}` — {help}", usage=_name(one), help=one.help) for one in begin)),
            say("There is more:"),
            lines(*map(_named, _by_subject(one for one in of_use if one.name not in _ORDER))),
            say(
                "In our direct chat you type it just so; in a room put `!plein` in front. "
                "More about one: `help subsite create`."
            ),
        )
    )


def _name(command: Command) -> Typed:
    return Typed(command.name, _dutch(command))


def _named(commands: Iterable[Command]) -> Text:
    return Text(tuple(say("`{usage}`", usage=_name(one)) for one in commands), between=", ")


def _by_subject(commands: Iterable[Command]) -> Iterable[list[Command]]:
    """Together what begins with the same word, and what stands alone at the end."""
    subjects: dict[str, list[Command]] = {}
    for one in commands:
        subjects.setdefault(_subject(one), []).append(one)
    several = [found for found in subjects.values() if len(found) > 1]
    alone = [found[0] for found in subjects.values() if len(found) == 1]
    return [*several, alone] if alone else several


def _subject(command: Command) -> str:
    """`posts` shows what `post` makes."""
    return command.path[0].removesuffix("s")


async def _of_use(call: Call) -> list[Command]:
    """What this person can do here, in the order of somebody who begins."""
    person = await call.me()
    of_use = {Whom.EVERYBODY}
    if person.person_class in call.act.plein.starters:
        of_use.add(Whom.STARTERS)
    if person.id in call.act.plein.operators:
        of_use.add(Whom.OPERATORS)
    if await rooms.has_a_role(call.act.index, person.id):
        of_use.add(Whom.STAFF)
    known = {command.name: command for command in TABLE}
    ordered = [known.pop(name) for name in _ORDER if name in known] + list(known.values())
    return [command for command in ordered if command.whom in of_use]


def explained(command: Command) -> Text:
    also = [" ".join(path) for path in (command.path, *command.dutch)]
    parts: list[Sentence | Text] = [
        say("`{usage}`", usage=command.typed),
        command.help,
        say("You can also type: {words}", words=", ".join(also)),
    ]
    beside = [one for one in TABLE if one is not command and _subject(one) == _subject(command)]
    if beside:
        parts.append(say("See also: {commands}", commands=_named(beside)))
    return paragraphs(*parts)


def _found(text: str) -> Command:
    reading = read(text)
    if found := TABLE.find(reading):
        return found[0]
    begun = [
        command
        for path, command in TABLE.paths.items()
        if path[: len(reading.words)] == tuple(reading.folded())
    ]
    if begun:
        return begun[0]
    raise Refusal(suggestion(text))


def suggestion(text: str) -> Sentence:
    """Which command was probably meant; anything else may be something to look for."""
    if command := _close(text):
        return say("Do you mean: `{command}`? (`help` shows everything.)", command=command.typed)
    if may_be_a_search(text):
        typed = Typed(f"search {brief(text)}", f"zoek {brief(text)}")
        return say("Do you mean: `{command}`? (`help` shows everything.)", command=typed)
    return say("I do not know “{line}”. Type `help` to see what I can do.", line=text[:80])


def looks_like_a_command(text: str) -> bool:
    return _close(text) is not None


def _close(text: str) -> Command | None:
    paths = {" ".join(path): path for path in TABLE.paths}
    words = text.split()
    for length in (2, 1):
        if close := nearest(" ".join(words[:length]), paths):
            return TABLE.paths[paths[close]]
    return None


def _dutch(command: Command) -> str:
    return " ".join(command.dutch[0] if command.dutch else command.path)
