"""What machines write."""

import base64
import struct

from bridges.email.kinds import Bounce, Kind
from tests.bridges.email.shapes.shape import HEAD, mail, multi, part, shape, whole

_CALENDAR = """BEGIN:VCALENDAR
METHOD:{method}
BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:Overleg\\, wekelijks
DTSTART;TZID=Europe/Amsterdam:20250303T100000
DTEND;TZID=Europe/Amsterdam:20250303T110000
LOCATION:Raadhu
 is
BEGIN:VALARM
SUMMARY:niet dit
END:VALARM
END:VEVENT
END:VCALENDAR"""


def _invitation(method: str) -> str:
    return part(f"text/calendar; method={method}; charset=utf-8", _CALENDAR.format(method=method))


def _report(status: str, *, action: str = "failed", address: str = "weg@example.org") -> str:
    blocks = f"Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n"
    return whole(
        multi(
            "report",
            part("text/plain", "Sorry."),
            part("message/delivery-status", blocks),
            part(
                "message/rfc822",
                "Message-ID: <e1@plein.test>\nX-Plein-Loop: plein.test\nSubject: x\n\nx",
            ),
            more="; report-type=delivery-status",
        ),
        "From: Mailer <mailer-daemon@example.org>\nSubject: Undelivered Mail\n",
    )


def _bounce(status: str, *, hard: bool) -> tuple[Bounce, ...]:
    return (Bounce("weg@example.org", hard, status, "e1@plein.test"),)


def _winmail() -> bytes:
    def record(level: int, kind: int, data: bytes) -> bytes:
        return struct.pack("<BHHI", level, kind, 6, len(data)) + data + b"\0\0"

    name = "verslag bezoek.docx\0".encode("utf-16-le")
    block = struct.pack("<I", 2) + struct.pack("<HHI", 3, 0x0E20, 7)
    block += struct.pack("<HHII", 0x1F, 0x3707, 1, len(name)) + name
    return (
        b"\x78\x9f\x3e\x22\x01\x00"
        + record(1, 0x9006, b"\0\0\1\0")
        + record(2, 0x9002, b"\0" * 14)
        + record(2, 0x8010, b"VERSLA~1.DOC\0")
        + record(2, 0x800F, b"PK-inhoud")
        + record(2, 0x9005, block)
    )


def _with_winmail(data: bytes) -> bytes:
    head = whole(
        'Content-Type: multipart/mixed; boundary="b1"\n\n--b1\nContent-Type: text/plain\n\nHallo\n'
    )
    tail = b"--b1\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
    return head.encode() + tail + base64.encodebytes(data) + b"--b1--\n"


def _subject(subject: str) -> bytes:
    return mail("Ik ben er niet.", head=HEAD.replace("Groeten", subject))


SHAPES = [
    shape("an ordinary mail", mail("Hallo"), kind=Kind.ORDINARY),
    shape(
        "an ordinary mail with an envelope", mail("Hallo"), "jan@example.org", kind=Kind.ORDINARY
    ),
    shape(
        "an answer by itself",
        mail("Ik ben weg", "Auto-Submitted: auto-replied (vacation)"),
        kind=Kind.AUTO_REPLY,
    ),
    shape("something generated", mail("x", "Auto-Submitted: auto-generated"), kind=Kind.AUTO_REPLY),
    shape("not by itself", mail("x", "Auto-Submitted: no"), kind=Kind.ORDINARY),
    shape(
        "an absence from Exchange", mail("x", "X-Auto-Response-Suppress: All"), kind=Kind.AUTO_REPLY
    ),
    shape(
        "an office that wants no answers",
        mail("x", "X-Auto-Response-Suppress: DR, OOF, AutoReply"),
        kind=Kind.ORDINARY,
    ),
    shape("an old answering machine", mail("x", "X-Autoreply: yes"), kind=Kind.AUTO_REPLY),
    shape(
        "an absence by its precedence", mail("x", "Precedence: auto_reply"), kind=Kind.AUTO_REPLY
    ),
    shape(
        "an absence by its Dutch subject",
        _subject("Automatisch antwoord: Groeten"),
        kind=Kind.AUTO_REPLY,
    ),
    shape(
        "an absence by its English subject",
        _subject("Out of Office: Groeten"),
        kind=Kind.AUTO_REPLY,
    ),
    *(
        shape(f"an absence that says {subject}", _subject(subject), kind=Kind.AUTO_REPLY)
        for subject in (
            "Automatische Antwort: Hallo",
            "Afwezig: Re: Groeten",
            "Re: Out of office",
            "Autosvar: Hej",
            "Absence du bureau",
        )
    ),
    shape("a person who will be away", _subject("Afwezig op maandag"), kind=Kind.ORDINARY),
    shape("a person who sells a car", _subject("Auto: wie wil hem?"), kind=Kind.ORDINARY),
    shape("a person who is away", _subject("Re: afwezig op maandag"), kind=Kind.ORDINARY),
    shape("nobody to answer to", mail("x"), "", kind=Kind.AUTO_REPLY),
    shape(
        "a note that it was read",
        whole(
            multi(
                "report",
                part("text/plain", "Gelezen"),
                part("message/disposition-notification", "Disposition: manual-action; displayed"),
                more="; report-type=disposition-notification",
            )
        ),
        kind=Kind.AUTO_REPLY,
    ),
    shape("a newsletter", mail("x", "List-Unsubscribe: <mailto:x@example.org>"), kind=Kind.LIST),
    shape("a mailing list", mail("x", "List-Id: Vrienden <vrienden.example.org>"), kind=Kind.LIST),
    shape("bulk", mail("x", "Precedence: bulk"), kind=Kind.LIST),
    shape("a mail that was here", mail("x", "X-Plein-Loop: plein.test"), kind=Kind.LOOP),
    shape(
        "a mail that was at a sibling's", mail("x", "X-Plein-Loop: elders.test"), kind=Kind.ORDINARY
    ),
    shape(
        "a list of ours", mail("x", "List-Id: Zaanstreek <zaanstreek.plein.test>"), kind=Kind.LOOP
    ),
    shape("a mail that goes around", mail("x", *["Received: from a by b"] * 61), kind=Kind.LOOP),
    shape(
        "an address that is no more",
        _report("5.1.1"),
        "",
        kind=Kind.BOUNCE,
        bounces=_bounce("5.1.1", hard=True),
    ),
    shape(
        "an address that is away for now",
        _report("4.4.1"),
        "",
        kind=Kind.BOUNCE,
        bounces=_bounce("4.4.1", hard=False),
    ),
    shape(
        "a full mailbox",
        _report("5.2.2"),
        "",
        kind=Kind.BOUNCE,
        bounces=_bounce("5.2.2", hard=False),
    ),
    shape(
        "a mail that takes longer",
        _report("4.4.1", action="delayed"),
        "",
        kind=Kind.BOUNCE,
        bounces=(),
    ),
    shape(
        "a mail that arrived",
        _report("2.0.0", action="delivered"),
        "",
        kind=Kind.BOUNCE,
        bounces=(),
    ),
    shape(
        "a report about nobody",
        _report("5.1.1", address="niemand"),
        "",
        kind=Kind.BOUNCE,
        bounces=(),
    ),
    shape(
        "a bounce in words",
        mail(
            "weg@example.org bestaat niet",
            head="From: MAILER-DAEMON@example.org\nSubject: Undelivered Mail Returned to Sender\n",
        ),
        "",
        kind=Kind.BOUNCE,
    ),
    shape("a bounce of Exim", mail("x", "X-Failed-Recipients: weg@example.org"), kind=Kind.BOUNCE),
    shape(
        "an invitation",
        whole(multi("alternative", part("text/plain", "Komt u?"), _invitation("REQUEST"))),
        kind=Kind.CALENDAR,
        text="Komt u?",
        files=["invitation.ics"],
    ),
    shape(
        "an invitation without words",
        whole(_invitation("REQUEST")),
        kind=Kind.CALENDAR,
        text="Overleg, wekelijks, 2025-03-03 10:00–11:00 (Europe/Amsterdam), Raadhuis",
    ),
    shape("an answer to an invitation", whole(_invitation("REPLY")), kind=Kind.AUTO_REPLY),
    shape(
        "an invitation with faults",
        whole(part("text/calendar", "BEGIN:VEVENT\nDTSTART:2025x\nSUMMARY\n")),
        meeting=None,
        files=["invitation.ics"],
    ),
    shape("winmail.dat", _with_winmail(_winmail()), text="Hallo", files=["verslag bezoek.docx"]),
    shape("winmail.dat, cut off", _with_winmail(_winmail()[:-9]), files=["VERSLA~1.DOC"]),
    shape("winmail.dat that is none", _with_winmail(b"niets"), files=["winmail.dat"]),
]
