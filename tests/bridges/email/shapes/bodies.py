"""Of what parts a mail is made."""

from tests.bridges.email.shapes.shape import HEAD, PICTURE, html, mail, multi, part, shape, whole

_TEXT = part("text/plain; charset=utf-8", "Hallo")
_HTML = part("text/html; charset=utf-8", "<p>Hallo <b>daar</b></p>")
_PDF = part(
    'application/pdf; name="plan.pdf"',
    "JVBERi0=",
    "Content-Transfer-Encoding: base64",
    'Content-Disposition: attachment; filename="plan.pdf"',
)
_IMAGE = part(
    "image/gif",
    PICTURE,
    "Content-Transfer-Encoding: base64",
    "Content-ID: <foto@x>",
    'Content-Disposition: inline; filename="foto.gif"',
)
_INNER = part("message/rfc822", "From: piet@example.org\nSubject: Binnen\n\nVan binnen")


def _nested(depth: int) -> str:
    inner = _TEXT
    for level in range(depth):
        inner = multi("mixed", inner, boundary=f"n{level}")
    return inner


def _named(*disposition: str) -> str:
    return whole(multi("mixed", _TEXT, part("application/pdf", "x", *disposition)))


SHAPES = [
    shape("an empty body", mail(""), text="", html=None),
    shape("no body at all", HEAD.rstrip("\n"), text=""),
    shape(
        "two ways to say it",
        whole(multi("alternative", _TEXT, _HTML)),
        text="Hallo daar",
        html="<p>Hallo <b>daar</b></p>",
    ),
    shape(
        "HTML that says nothing beside text",
        whole(multi("alternative", _TEXT, part("text/html", "<p> </p>"))),
        text="Hallo",
        html=None,
    ),
    shape("HTML alone", html("<p>Hallo &amp; &eacute;&#233;</p>"), text="Hallo & éé"),
    shape(
        "the text after the picture",
        whole(multi("mixed", _IMAGE, _TEXT)),
        text="Hallo",
        files=["foto.gif"],
    ),
    shape(
        "texts around a file",
        whole(multi("mixed", _TEXT, _PDF, part("text/plain", "Tot ziens"))),
        text="Hallo\n\nTot ziens",
        files=["plan.pdf"],
    ),
    shape(
        "text and then HTML",
        whole(multi("mixed", _TEXT, _HTML)),
        text="Hallo\n\nHallo daar"[:5] + "\nHallo daar",
    ),
    shape("a file alone", whole(_PDF), text="", files=["plan.pdf"], mimes=["application/pdf"]),
    shape(
        "a text file",
        whole(
            multi(
                "mixed",
                _TEXT,
                part("text/plain", "lijst", "Content-Disposition: attachment; filename=lijst.txt"),
            )
        ),
        text="Hallo",
        files=["lijst.txt"],
    ),
    shape(
        "a picture in the text",
        whole(
            multi(
                "related",
                part("text/html", '<p>Kijk <img src="cid:foto@x" alt="foto"></p>'),
                _IMAGE,
            )
        ),
        html='<p>Kijk <img src="cid:foto@x" alt="foto"></p>',
        files=["foto.gif"],
        text="Kijk foto",
    ),
    shape(
        "a picture and no words",
        whole(multi("related", part("text/html", '<img src="cid:foto@x">'), _IMAGE)),
        html='<img src="cid:foto@x">',
        files=["foto.gif"],
    ),
    shape(
        "a tracking pixel",
        html('<p>Hallo</p><img src="https://spion.example/p.gif?u=1" width="1" height="1">'),
        text="Hallo",
        html="<p>Hallo</p>",
    ),
    shape(
        "a picture from elsewhere",
        html('<p>Hallo <img src="//elders.example/a.png" alt="kaart"></p>'),
        lacks=["elders", "<img"],
        text="Hallo kaart",
    ),
    shape(
        "HTML that would do harm",
        html(
            '<p onclick="x()">Hallo</p><script>alert(1)</script><style>p{background:url(https://spion.example)}</style><a href="javascript:x()">klik</a><iframe src="https://x.example"></iframe><form action="https://x.example"><input></form>'
        ),
        lacks=["script", "alert", "spion", "javascript", "iframe", "form", "onclick"],
        holds=["Hallo", "klik"],
    ),
    shape(
        "a link",
        html('<p>Zie <a href="https://example.org/a?b=1&amp;c=2">hier</a></p>'),
        text="Zie hier (https://example.org/a?b=1&c=2)",
        html='<p>Zie <a href="https://example.org/a?b=1&amp;c=2">hier</a></p>',
    ),
    shape(
        "a list and a table",
        html("<ul><li>een</li><li>twee</li></ul><table><tr><td>a</td><td>b</td></tr></table>"),
        text="• een\n• twee\na  b",
    ),
    shape(
        "HTML without an end", html("<p>Hallo <b>daar<table><tr><td>x"), holds=["Hallo daar", "x"]
    ),
    shape("HTML 5,000 deep", html("<div>" * 5000 + "Hallo"), text="Hallo", html=None),
    shape("parts 60 deep", whole(_nested(60)), text="Hallo"),
    shape(
        "a part without an end",
        whole(multi("mixed", _TEXT, _PDF).replace("--b1--", "")),
        text="Hallo",
        files=["plan.pdf"],
    ),
    shape(
        "a boundary that is not told",
        whole(multi("alternative", _TEXT, _HTML)).replace('; boundary="b1"', ""),
        text="Hallo daar",
    ),
    shape(
        "a boundary that never comes",
        whole(multi("mixed", _TEXT)).replace('boundary="b1"', 'boundary="b2"'),
        holds=["Hallo"],
    ),
    shape(
        "the same boundary inside",
        whole(multi("mixed", multi("alternative", _TEXT, _HTML), _PDF)),
        holds=["Hallo"],
    ),
    shape(
        "words before and after the parts",
        whole(multi("mixed", _TEXT).replace("\n\n--b1", "\n\nThis is MIME.\n--b1") + "\nslot\n"),
        text="Hallo",
    ),
    shape(
        "no parts in a multipart",
        whole('Content-Type: multipart/mixed; boundary="b1"\n\n--b1--\n'),
        text="",
    ),
    shape("a type that is none", mail("Hallo", "Content-Type: tekst"), text="Hallo"),
    shape(
        "a type with faults",
        mail("Hallo", 'Content-Type: text/plain; charset="utf-8; x'),
        text="Hallo",
    ),
    shape(
        "two types",
        mail("<p>Hallo", "Content-Type: text/plain", "Content-Type: text/html"),
        holds=["Hallo"],
    ),
    shape(
        "a letter in a letter",
        whole(multi("mixed", _TEXT, _INNER)),
        text="Hallo",
        files=["Binnen.eml"],
    ),
    shape(
        "nothing but a letter",
        whole(_INNER),
        text="",
        files=["Binnen.eml"],
        mimes=["message/rfc822"],
    ),
    shape(
        "many letters",
        whole(multi("digest", *(part("message/rfc822", f"Subject: n{n}\n\nx") for n in range(20)))),
        files=[f"n{n}.eml" for n in range(20)],
    ),
    shape(
        "text/enriched",
        mail(
            "<bold>Hallo</bold> <<daar\n\n<color><param>red</param>rood</color>",
            "Content-Type: text/enriched",
        ),
        text="Hallo <daar\nrood",
    ),
    shape(
        "a name in RFC 2231",
        _named("Content-Disposition: attachment; filename*=utf-8''caf%C3%A9%20%E2%82%AC.pdf"),
        files=["café €.pdf"],
    ),
    shape(
        "a name in RFC 2231 in parts",
        _named(
            "Content-Disposition: attachment; filename*0*=utf-8''caf%C3%A9; filename*1=-lang.pdf"
        ),
        files=["café-lang.pdf"],
    ),
    shape(
        "a name in an encoded word",
        _named('Content-Disposition: attachment; filename="=?utf-8?B?Y2Fmw6kucGRm?="'),
        files=["café.pdf"],
    ),
    shape(
        "a name in raw UTF-8",
        _named('Content-Disposition: attachment; filename="café.pdf"'),
        files=["café.pdf"],
    ),
    shape(
        "a name in a charset that is none",
        _named("Content-Disposition: attachment; filename*=klingon''caf%C3%A9.pdf"),
        holds=["Hallo"],
    ),
    shape(
        "a name that climbs",
        _named('Content-Disposition: attachment; filename="../../etc/.passwd"'),
        files=["passwd"],
    ),
    shape(
        "a name of Windows",
        _named('Content-Disposition: attachment; filename="C:\\\\Temp\\\\plan.pdf"'),
        files=["plan.pdf"],
    ),
    shape(
        "a file that turns around",
        _named('Content-Disposition: attachment; filename="plan\u202efdp.exe"'),
        files=["planfdp.exe"],
    ),
    shape(
        "a name of 300 letters",
        _named(f'Content-Disposition: attachment; filename="{"a" * 300}.pdf"'),
        files=["a" * 146 + ".pdf"],
    ),
    shape("no name", _named("Content-Disposition: attachment"), files=["attachment-1.pdf"]),
    shape(
        "an unknown type with a name",
        whole(
            multi(
                "mixed",
                _TEXT,
                part(
                    "application/octet-stream",
                    "x",
                    "Content-Disposition: attachment; filename=foto.jpg",
                ),
            )
        ),
        mimes=["image/jpeg"],
    ),
    shape(
        "a file in two codes",
        whole(
            multi(
                "mixed",
                _TEXT,
                part(
                    "application/pdf",
                    "JVBERi0=",
                    "Content-Transfer-Encoding: base64",
                    "Content-Transfer-Encoding: 7bit",
                    "Content-Disposition: attachment; filename=a.pdf",
                ),
            )
        ),
        files=["a.pdf"],
    ),
    shape(
        "signed with S/MIME",
        whole(
            multi(
                "signed",
                _TEXT,
                part(
                    "application/pkcs7-signature; name=smime.p7s",
                    "MIIB",
                    "Content-Disposition: attachment; filename=smime.p7s",
                ),
            )
        ),
        text="Hallo",
        files=[],
    ),
    shape(
        "encrypted with S/MIME",
        whole(part("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "MIIB")),
        text="",
        sealed=True,
        files=[],
    ),
    shape(
        "signed with PGP",
        whole(
            multi(
                "signed",
                _TEXT,
                part(
                    "application/pgp-signature; name=signature.asc", "-----BEGIN PGP SIGNATURE-----"
                ),
            )
        ),
        text="Hallo",
        files=[],
    ),
    shape(
        "encrypted with PGP",
        whole(
            multi(
                "encrypted",
                part("application/pgp-encrypted", "Version: 1"),
                part("application/octet-stream", "-----BEGIN PGP MESSAGE-----"),
            )
        ),
        text="",
        sealed=True,
    ),
    shape(
        "signed with PGP in the text",
        mail(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHallo\n- -- streep\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
        ),
        text="Hallo\n-- streep",
    ),
    shape(
        "encrypted with PGP in the text",
        mail("-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n"),
        text="",
        sealed=True,
    ),
    shape(
        "AMP beside HTML",
        whole(multi("alternative", _TEXT, part("text/x-amp-html", "<html amp4email>"), _HTML)),
        text="Hallo daar",
        files=[],
    ),
]
