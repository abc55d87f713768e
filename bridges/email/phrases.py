"""How do mail programs announce that what follows is not new? In the languages that are met here.

Read off what these programs write: Outlook, Gmail, Apple Mail, Thunderbird, Yahoo, K-9, Proton Mail
and mutt, in Dutch, English, German, French and Spanish.
"""

import re

_LONGEST = 400
"""Characters of a line that can announce something; a longer one is a paragraph."""

_ATTRIBUTION = re.compile(
    r"(?:Op|On|Am|Le|El|Il)\b.{4,250}\b(?:schreef|wrote|schrieb|a écrit|escribió|ha scritto)\b"
    r".{0,200}:"
    r"|Op\b.{4,120}\bheeft\b.{1,200}\bgeschreven\s?:"
    r"|.{1,150}\b(?:schreef|wrote|schrieb|a écrit)\s+(?:op|on|am|le)\b.{4,100}:"
    r"|Quoting .{2,150}:",
    re.IGNORECASE,
)
# Mutt and s-nail name no moment; s-nail names the mail, on a line of its own.
_BRIEF = re.compile(
    r".{1,150}\b(?:schreef|wrote|schrieb|a écrit)(?: in\n <[^<>\n]{3,300}>)?\s?:", re.IGNORECASE
)
_TIME_OR_ADDRESS = re.compile(r"\d\s?[:.h]\s?\d\d|@")
_FROM = re.compile(r"[*\s]*(?:Van|From|Von|De|Da)\s?:[*\s]*\S", re.IGNORECASE)
_OTHERS = {
    "date": r"Verzonden|Datum|Sent|Date|Gesendet|Envoyé|Enviado|Fecha",
    "to": r"Aan|To|An|À|Para",
    "copy": r"CC",
    "subject": r"Onderwerp|Subject|Betreff|Objet|Asunto",
}
_OTHER = {
    kind: re.compile(rf"[*\s]*(?:{words})\s?:", re.IGNORECASE) for kind, words in _OTHERS.items()
}
_ORIGINAL = re.compile(
    r"[-‐–—_]{2,30}\s*(?:Oorspronkelijk(?: bericht|e bericht)|Original(?: Message|-Nachricht)?"
    r"|Origineel bericht|Ursprüngliche Nachricht|Message d'origine|Mensaje original)"
    r"\s*[-‐–—_]{2,30}",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"[-‐–—_\s]*(?:Begin )?(?:Forwarded message|Doorgestuurd bericht|Weitergeleitete Nachricht"
    r"|Anfang der weitergeleiteten Nachricht|Message transféré|Début du message transféré"
    r"|Mensaje reenviado)\s?:?[-‐–—_\s]*(?:(?:from|van|von|de) .{1,150})?",
    re.IGNORECASE,
)
_RULE = re.compile(r"[_\-–—]{8,}")
_FORWARD_SUBJECT = re.compile(r"\s*(?:fw|fwd|doorst|wg|tr|rv)\s?:", re.IGNORECASE)
_REPLY_SUBJECT = re.compile(r"\s*(?:re|antw|aw|betr|sv|rép)\s?(?:\[\d+\])?:", re.IGNORECASE)
_FROM_A_PHONE = re.compile(
    r"(?:Verzonden|Verstuurd|Sent|Gesendet|Envoyé|Enviado) (?:vanaf|met|via|vanuit|from|with|von|"
    r"mit|depuis|de|à partir de|desde)\b.{2,250}"
    r"|(?:Get|Download) Outlook (?:for|voor) .{2,250}"
    r"|Outlook voor \w+(?: \(\S{1,200}\))? (?:downloaden|ophalen).{0,20}"
    r"|Von meinem .{2,40} gesendet\.?",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(
    r"(?:Dit bericht kan informatie bevatten die niet voor u is bestemd"
    r"|This message may contain information that is not intended for you"
    r"|De informatie (?:in|verzonden met) dit (?:e-?mail)?bericht"
    r"|(?:Dit|Deze) e-?mail(?:bericht)? (?:is|en) .{0,60}(?:uitsluitend|vertrouwelijk)"
    r"|This e-?mail (?:and any .{0,40})?(?:is|are|may be) .{0,40}(?:confidential|intended)"
    r"|The information (?:contained )?in this (?:e-?mail|message))",
    re.IGNORECASE,
)


def is_reply(subject: str) -> bool:
    return bool(_REPLY_SUBJECT.match(subject))


def is_forward(subject: str) -> bool:
    return bool(_FORWARD_SUBJECT.match(subject))


def attribution(rows: list[str]) -> int:
    """How many of these rows together say who wrote what follows; 0 when they don't."""
    for count in (1, 2):
        if _BRIEF.fullmatch("\n".join(row.rstrip() for row in rows[:count])):
            return count
    for count in range(1, min(4, len(rows) + 1)):
        if not rows[0].strip() or not rows[count - 1].strip():
            return 0
        joined = " ".join(row.strip() for row in rows[:count])
        if len(joined) <= _LONGEST and _ATTRIBUTION.fullmatch(joined):
            return count
    return 0


def names_a_moment(rows: list[str]) -> bool:
    """Whether a mail program wrote this attribution rather than a person, who would be vaguer."""
    return any(_TIME_OR_ADDRESS.search(row) for row in rows)


def begins_header_block(rows: list[str]) -> bool:
    """From, sent, to and subject of an earlier letter, as Outlook writes them above it."""
    if not rows or not _FROM.match(rows[0][:_LONGEST]):
        return False
    following = [row[:_LONGEST] for row in rows[1:12] if row.strip()][:8]
    found = {kind for kind, form in _OTHER.items() for row in following if form.match(row)}
    return len(found) >= 2


def is_rule(row: str) -> bool:
    return bool(_RULE.fullmatch(row.strip()))


def says_original(row: str) -> bool:
    return len(row) <= _LONGEST and bool(_ORIGINAL.fullmatch(row.strip()))


def says_forwarded(row: str) -> bool:
    return len(row) <= _LONGEST and bool(_FORWARDED.fullmatch(row.strip()))


def names_a_phone(row: str) -> bool:
    return len(row) <= _LONGEST and bool(_FROM_A_PHONE.fullmatch(row.strip()))


def disclaims(row: str) -> bool:
    return bool(_DISCLAIMER.match(row.strip()[:_LONGEST]))
