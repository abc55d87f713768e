"""What stands above a mail."""

from tests.bridges.email.shapes.shape import HEAD, mail, shape

_JAN = "From: Jan <jan@example.org>\n"


def _head(lines: str | bytes) -> bytes:
    return (lines if isinstance(lines, bytes) else lines.encode()) + b"\n\nHallo\n"


SHAPES = [
    shape("no subject", _head(_JAN + "To: plek@plein.test"), subject="", text="Hallo"),
    shape("an empty subject", _head(_JAN + "Subject: "), subject="", text="Hallo"),
    shape("no date", _head(_JAN + "Subject: x"), sent_at=None),
    shape("a date that is none", _head(_JAN + "Date: gisteren om 25:99"), sent_at=None),
    shape("a date far away", _head(_JAN + "Date: Mon, 1 Jan 99999 00:00:00 +9999"), sent_at=None),
    shape("no sender", _head("Subject: x"), sender=None, text="Hallo"),
    shape("two senders in one header", _head("From: a@example.org, b@example.org"), sender=None),
    shape("two headers of senders", _head("From: a@example.org\nFrom: b@example.org"), sender=None),
    shape("a sender without a name", _head("From: jan@example.org"), from_="jan@example.org"),
    shape(
        "an old comment as a name",
        _head("From: jan@example.org (Jan (de) Vries)"),
        from_="jan@example.org",
    ),
    shape("large letters in a domain", _head("From: Jan@EXAMPLE.Org"), from_="Jan@example.org"),
    shape(
        "a domain of other letters",
        _head("From: jan@bücher.example"),
        from_="jan@xn--bcher-kva.example",
    ),
    shape(
        "a route before the address",
        _head("From: <@a.example,@b.example:jan@example.org>"),
        from_="jan@example.org",
    ),
    shape(
        "a name with a comma and an @",
        _head('From: "Vries, Jan @ de" <jan@example.org>'),
        from_="jan@example.org",
        named="Vries, Jan @ de",
    ),
    shape(
        "a name without quotes, with a comma of its own",
        _head("From: =?utf-8?Q?Vries=2C_Jan?= <jan@example.org>"),
        from_="jan@example.org",
        named="Vries, Jan",
    ),
    shape(
        "a name that is an address of somebody else",
        _head('From: "baas@gemeente.example" <dief@example.org>'),
        from_="dief@example.org",
        named="baas@gemeente.example",
    ),
    shape(
        "a name that turns around",
        _head("From: Jan \u202eseirV <jan@example.org>"),
        named="Jan seirV",
    ),
    shape(
        "a group of recipients",
        _head(_JAN + "To: vrienden: a@example.org, B <b@example.org>;, plek@plein.test"),
        to=["a@example.org", "b@example.org", "plek@plein.test"],
    ),
    shape("recipients that are not told", _head(_JAN + "To: undisclosed-recipients:;"), to=[]),
    shape(
        "200 recipients",
        _head(_JAN + "To: " + ",\n ".join(f"N {n} <n{n}@example.org>" for n in range(200))),
        to=[f"n{n}@example.org" for n in range(200)],
    ),
    shape(
        "somebody twice",
        _head(_JAN + "To: a@example.org\nCc: A <a@example.org>, b@example.org"),
        to=["a@example.org", "b@example.org"],
    ),
    shape(
        "a subject in encoded words",
        _head(_JAN + "Subject: =?utf-8?B?Q2Fmw6k=?=\n =?utf-8?q?_in_de_buurt?="),
        subject="Café in de buurt",
    ),
    shape(
        "a character cut in two by its words",
        _head(_JAN + "Subject: =?utf-8?B?Q2Fmww==?= =?utf-8?B?qQ==?="),
        subject="Café",
    ),
    shape(
        "an encoded word with spaces",
        _head(_JAN + "Subject: =?utf-8?Q?een twee=21?="),
        subject="een twee!",
    ),
    shape(
        "an encoded word in a word", _head(_JAN + "Subject: a=?utf-8?Q?=C3=A9?=b"), subject="aéb"
    ),
    shape(
        "an encoded word without an end",
        _head(_JAN + "Subject: =?utf-8?B?Q2F"),
        subject="=?utf-8?B?Q2F",
    ),
    shape(
        "base64 with rubbish in a word",
        _head(_JAN + "Subject: =?utf-8?B?Q2F!mw6k?="),
        subject="Café",
    ),
    shape("a charset that is none", _head(_JAN + "Subject: =?klingon?Q?hallo?="), subject="hallo"),
    shape(
        "a language in a word", _head(_JAN + "Subject: =?utf-8*nl?Q?caf=C3=A9?="), subject="café"
    ),
    shape("raw UTF-8 in a header", _head(_JAN + "Subject: Café €"), subject="Café €"),
    shape(
        "raw windows-1252 in a header",
        _head(_JAN.encode() + b"Subject: Caf\xe9 \x80"),
        subject="Café €",
    ),
    shape(
        "a subject of many lines",
        _head(_JAN + "Subject: een\n twee\n\tdrie"),
        subject="een twee drie",
    ),
    shape(
        "a subject with a line break in a word",
        _head(_JAN + "Subject: =?utf-8?Q?een=0D=0ABcc:_x?="),
        subject="een Bcc: x",
    ),
    shape("a very long subject", _head(_JAN + "Subject: " + "lang " * 5000), text="Hallo"),
    shape(
        "large and small letters in names of headers",
        _head("fROM: jan@example.org\nSUBJECT: x"),
        subject="x",
        from_="jan@example.org",
    ),
    shape("space before a colon", mail("Hallo", "X-Vreemd : ja"), text="Hallo"),
    shape(
        "a line above that is no header",
        _head(_JAN + "dit is niets\nSubject: x"),
        from_="jan@example.org",
    ),
    shape(
        "the mark of a mailbox file",
        "From jan Mon Mar  3 10:00:00 2025\n" + HEAD + "\nHallo\n",
        text="Hallo",
        subject="Groeten",
    ),
    shape(
        "references and an answer",
        mail("Hallo", "References: <a@x> <b@x>\n <c@x>", "In-Reply-To: <d@x>"),
        references=("a@x", "b@x", "c@x", "d@x"),
        in_reply_to="d@x",
    ),
    shape(
        "an answer to words instead of an id",
        mail("Hallo", 'In-Reply-To: Your message of "Mon, 3 Mar" <a@x>'),
        in_reply_to="a@x",
    ),
    shape("ids without brackets", mail("Hallo", "In-Reply-To: a@x"), in_reply_to="a@x"),
    shape(
        "a thousand references",
        mail("Hallo", "References: " + " ".join(f"<{n}@x>" for n in range(1000))),
        many_references=100,
    ),
    shape("no id", _head(_JAN), message_id=None),
]
