"""Did the mail come from whom it says? As the organisation's own mail server found (RFC 8601).

Anybody can write these headers, so only the topmost that bears the name of that server counts: what
it found stands above what came in under its name. What is not in that one was not found.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

_LONGEST = 10_000
_PART = re.compile(r'\s*([A-Za-z][\w.-]{0,40})\s*=\s*(?:"([^"]*)"|([^\s;"]+))')
_POLICY = re.compile(r"\b(?:p|policy)\s?[=:.]\s?(none|quarantine|reject)\b", re.IGNORECASE)


class Verdict(StrEnum):
    ACCEPT = "accept"
    DOUBT = "doubt"
    """Perhaps forged: whoever has the mailbox is asked whether they wrote it."""
    REFUSE = "refuse"
    """Forged, by the word of the domain that it says it is from."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a server found by one method: `dmarc`, `dkim`, `spf`, …"""

    method: str
    found: str
    properties: dict[str, str] = field(default_factory=dict)
    comment: str = ""


def verdict(headers: Sequence[str], authserv_id: str | None, sender: str) -> Verdict:
    """Judge mail from the address `sender`; where no server is trusted, all is accepted."""
    if authserv_id is None:
        return Verdict.ACCEPT
    domain = sender.rpartition("@")[2].lower()
    topmost = next((one for one in map(_clauses, headers) if _is_by(one, authserv_id)), [])
    found = [one for one in results(topmost) if _is_about(one, domain)]
    dmarc = next((one for one in found if one.method == "dmarc"), None)
    if dmarc and dmarc.found == "pass":
        return Verdict.ACCEPT
    if dmarc and dmarc.found == "fail":
        forbidden = policy_of(dmarc) in {"reject", "quarantine"}
        return Verdict.REFUSE if forbidden else Verdict.DOUBT
    aligned = any(one.found == "pass" and _aligns(one, domain) for one in found)
    return Verdict.ACCEPT if aligned else Verdict.DOUBT


def _is_by(clauses: list[tuple[str, str]], authserv_id: str) -> bool:
    words = clauses[0][0].split()
    return bool(words) and words[0].strip('"').lower() == authserv_id.lower()


def results(clauses: list[tuple[str, str]]) -> list[Result]:
    """What one Authentication-Results says."""
    found = []
    for clause, comment in clauses[1:]:
        parts = list(_PART.finditer(clause))
        if parts:
            method, value = _pair(parts[0])
            properties = dict(_pair(one) for one in parts[1:])
            found.append(Result(method.partition("/")[0], value, properties, comment))
    return found


def _clauses(header: str) -> list[tuple[str, str]]:
    """What stands between the semicolons, and the comments in it.

    A reason or a comment may repeat words of whoever wrote the mail: in these nothing counts.
    """
    clauses: list[tuple[list[str], list[str]]] = [([], [])]
    quoted, depth = False, 0
    for one in header[:_LONGEST]:
        text, comment = clauses[-1]
        if one == '"' and not depth:
            quoted = not quoted
            text.append(one)
        elif quoted:
            text.append({";": ",", "=": ":"}.get(one, one))
        elif one in "()":
            depth = max(0, depth + (1 if one == "(" else -1))
            comment.append(" ")
            text.append(" ")
        elif depth:
            comment.append(one)
        elif one == ";":
            clauses.append(([], []))
        else:
            text.append(one)
    return [("".join(text), "".join(comment)) for text, comment in clauses]


def policy_of(dmarc: Result) -> str:
    """What the domain asks to be done with forgeries; servers say it in ways of their own."""
    said = dmarc.properties.get("policy.dmarc") or dmarc.properties.get(
        "policy.published-domain-policy"
    )
    if said:
        return said.lower()
    found = _POLICY.search(f"{dmarc.comment} {dmarc.properties.get('reason', '')}")
    return found[1].lower() if found else ""


def _pair(part: re.Match[str]) -> tuple[str, str]:
    return part[1].lower(), (part[2] if part[2] is not None else part[3]).lower()


def _is_about(result: Result, domain: str) -> bool:
    """Whether it was found of the domain that the reader sees, where it says so."""
    seen = result.properties.get("header.from")
    return seen is None or seen.rpartition("@")[2] == domain


def _aligns(result: Result, domain: str) -> bool:
    """Whether it vouches for the domain that the reader sees: that one and no other.

    Which domains are of one owner is not known without a list of public suffixes: of some, each
    subdomain is somebody else's. DMARC knows, and where it passes none of this is asked.
    """
    names = {"dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom", "smtp.mail", "smtp.from")}
    said = (result.properties.get(name) for name in names.get(result.method, ()))
    found = next(filter(None, said), "")
    return found.rpartition("@")[2].rstrip(".") == domain
