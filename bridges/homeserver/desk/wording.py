"""In which words do people read of a link, in its two rooms?

Reasons are not among them: those are for whoever asks and manages the room.
"""

import html
import re
from collections.abc import Iterable
from typing import Any

from bridges.common.words import Sentence, in_words, say
from bridges.homeserver.crossing import policies
from bridges.homeserver.crossing.kinds import MARK, Rule
from bridges.homeserver.crossing.policies import Policy
from bridges.homeserver.desk.rules import in_words as rules_in_words
from bridges.homeserver.sides import Side
from bridges.homeserver.store.audits import CROSSED
from bridges.homeserver.store.links import End, Link, LinkState

_CODE = re.compile(r"`([^`]+)`")


def called(side: Side) -> str:
    """What the people of a side read instead of its short name."""
    return side.label or side.server_name


def rules_at(link: Link, end: End) -> Policy:
    """What holds under the rules of both, as this end sees it."""
    offering = policies.policy(link.offering_rules)
    accepting = policies.policy(link.accepting_rules)
    if end == link.offering:
        return policies.joined(offering, accepting)
    return policies.joined(accepting, offering)


def what_crosses(link: Link, end: End) -> Sentence:
    return listed(rules_in_words(rules_at(link, end)))


def listed(sentences: Iterable[Sentence], between: str = ", ") -> Sentence:
    """Several as one, where a sentence has a gap for them."""
    every = tuple(sentences)
    names = [f"s{number}" for number in range(len(every))]
    text = between.join(f"{{{name}}}" for name in names)
    return Sentence(text, dict(zip(names, every, strict=True)))


def offered_here(number: int, organisation: str) -> Sentence:
    return say(
        "This room is offered to {organisation} as a shared room (offer {number}). Nothing crosses "
        "until the staff of a room there accept it.",
        number=number,
        organisation=organisation,
    )


def offered_there(number: int, organisation: str) -> Sentence:
    """Without what the room there is called: whoever made it wrote that, and anybody makes one."""
    return say(
        "Somebody of {organisation} offers to share this room with a room there: whoever takes "
        "part in one reads and writes in both. Nothing crosses until the staff of this room "
        "decide. `!relay accept {number}` first tells which room it is; `!relay refuse {number}` "
        "turns it down.",
        organisation=organisation,
        number=number,
    )


def begun(link: Link, end: End, organisation: str) -> Sentence:
    return say(
        "This room is shared with a room of {organisation} from now on (link {number}). Whoever "
        "takes part there reads what is said here, and stands here with where they are from behind "
        "their name. What crosses: {rules}. The staff can end that at any moment: `!relay stop "
        "{number}`.",
        organisation=organisation,
        number=link.number,
        rules=what_crosses(link, end),
    )


def stands(link: Link, organisation: str) -> Sentence:
    return say(
        "This room is shared with a room of {organisation} (link {number}). The staff can end that "
        "at any moment: `!relay stop {number}`.",
        organisation=organisation,
        number=link.number,
    )


def changed(link: Link, organisation: str, verb: LinkState, *, ours: bool) -> Sentence:
    """What the others in a room read; `ours` where the staff of that very room decided."""
    data = {"organisation": organisation, "number": link.number}
    match verb:
        case LinkState.REFUSED if ours:
            return say("The offer of {organisation} (number {number}) is turned down.", **data)
        case LinkState.REFUSED:
            return say("{organisation} has turned down offer {number}. Nothing crosses.", **data)
        case LinkState.STOPPED if ours:
            return say(
                "Link {number} with {organisation} has ended. Nothing crosses any more; what was "
                "said stays in both rooms.",
                **data,
            )
        case LinkState.STOPPED:
            return say(
                "{organisation} has ended link {number}. Nothing crosses any more; what was said "
                "stays in both rooms.",
                **data,
            )
        case LinkState.PAUSED if ours:
            return say(
                "Link {number} with {organisation} rests: what is said now does not cross, also "
                "not later. `!relay resume {number}` goes on.",
                **data,
            )
        case LinkState.PAUSED:
            return say(
                "{organisation} has link {number} rest: what is said now does not cross, also not "
                "later.",
                **data,
            )
        case _:
            return say(
                "Link {number} with {organisation} works again: what is said from now on crosses.",
                **data,
            )


def taken_back(number: int, organisation: str) -> Sentence:
    return say(
        "Offer {number} to {organisation} is taken back.", number=number, organisation=organisation
    )


def withdrawn(number: int, organisation: str) -> Sentence:
    return say(
        "{organisation} has taken back offer {number}.", organisation=organisation, number=number
    )


def new_rules(link: Link, end: End, organisation: str) -> Sentence:
    return say(
        "The rules of link {number} with {organisation} have changed. What crosses now: {rules}.",
        number=link.number,
        organisation=organisation,
        rules=what_crosses(link, end),
    )


def message(paragraphs: Iterable[Sentence], language: str, reply_to: str = "") -> dict[str, Any]:
    """A notice of the relay's. It bears the mark of what a relay says, so none carries it on."""
    texts = [in_words(one, language) for one in paragraphs]
    marked = [_CODE.sub(r"<code>\1</code>", html.escape(one, quote=False)) for one in texts]
    content: dict[str, Any] = {
        "msgtype": "m.notice",
        "body": "\n".join(texts),
        "format": "org.matrix.custom.html",
        "formatted_body": "<br>".join(marked),
        "m.mentions": {},
        MARK: {"notice": True},
    }
    if reply_to:
        content["m.relates_to"] = {"m.in_reply_to": {"event_id": reply_to}}
    return content


_OUTCOMES = {
    CROSSED: say("crossed"),
    Rule.RELAYED: say("came from elsewhere"),
    Rule.UNKNOWN: say("of no kind that crosses"),
    Rule.ENCRYPTED: say("encrypted"),
    Rule.TARGET: say("about something that did not cross"),
    Rule.NOT_THEIRS: say("about what somebody else said"),
    Rule.TOO_LONG: say("too long"),
    Rule.DIRECTION: say("nothing goes that way"),
    Rule.PEOPLE: say("not of these people"),
    Rule.KINDS: say("no post"),
    Rule.FILES: say("no files"),
    Rule.SIZE: say("file too large"),
    Rule.TYPES: say("not this type of file"),
    Rule.TOPICS: say("not the name, topic or picture"),
    Rule.PINS: say("no pins"),
    "elsewhere": say("of people of another side"),
    "removed": say("taken out by the staff there"),
    "power": say("may not be said there"),
    "refused": say("refused by the homeserver there"),
}


def outcome(name: str) -> Sentence:
    """What the audit says became of something."""
    return _OUTCOMES.get(name) or Sentence(name)
