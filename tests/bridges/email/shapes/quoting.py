"""How mail programs quote what is answered."""

from tests.bridges.email.shapes.shape import html, html_reply, mail, reply, shape

_NEW = "Goed idee.\n\nMet vriendelijke groet,\nJan"
_OLD = "\n> Zullen we?\n> Groet, Piet"
_ANNOUNCED = {
    "Gmail in Dutch": "Op ma 3 mrt 2025 om 10:00 schreef Piet <piet@example.org>:",
    "Gmail in Dutch, on two lines": "Op ma 3 mrt 2025 om 10:00 schreef Piet van der Lange Naam <\npiet@example.org>:",
    "Gmail in English": "On Mon, Mar 3, 2025 at 10:00 AM Piet <piet@example.org> wrote:",
    "Gmail in German": "Am Mo., 3. März 2025 um 10:00 Uhr schrieb Piet <piet@example.org>:",
    "Gmail in French": "Le lun. 3 mars 2025 à 10:00, Piet <piet@example.org> a écrit :",
    "Thunderbird in Dutch": "Op 3-3-2025 om 10:00 schreef Piet:",
    "Thunderbird in Dutch, long ago": "Piet schreef op 3-3-2025 om 10:00:",
    "Thunderbird in English": "On 3/3/25 10:00, Piet wrote:",
    "Apple Mail in Dutch": "Op 3 mrt 2025, om 10:00 heeft Piet <piet@example.org> het volgende geschreven:",
    "Apple Mail in English": "On 3 Mar 2025, at 10:00, Piet <piet@example.org> wrote:",
    "K-9": "Op 3 maart 2025 10:00:00 CET schreef Piet <piet@example.org>:",
    "Yahoo": "On Monday, March 3, 2025 at 10:00:00 AM GMT+1, Piet <piet@example.org> wrote:",
    "Proton Mail": "On Monday, March 3rd, 2025 at 10:00, Piet <piet@example.org> wrote:",
    "mutt": "On Mon, Mar 03, 2025 at 10:00:00AM +0100, Piet wrote:",
}
_BLOCKS = {
    "Outlook in Dutch": "Van: Piet <piet@example.org>\nVerzonden: maandag 3 maart 2025 10:00\nAan: Jan\nOnderwerp: Groeten",
    "Outlook in English": "From: Piet\nSent: Monday, March 3, 2025 10:00\nTo: Jan\nSubject: Groeten",
    "Outlook in German": "Von: Piet\nGesendet: Montag, 3. März 2025 10:00\nAn: Jan\nBetreff: Groeten",
    "Outlook in French": "De : Piet\nEnvoyé : lundi 3 mars 2025 10:00\nÀ : Jan\nObjet : Groeten",
    "Outlook with a rule": "________________________________\nVan: Piet\nVerzonden: maandag 3 maart 2025\nAan: Jan\nOnderwerp: Groeten",
    "Outlook with its words in bold": "*Van:* Piet\n*Verzonden:* maandag 3 maart 2025\n*Aan:* Jan\n*Onderwerp:* Groeten",
    "Outlook with a title": "-----Oorspronkelijk bericht-----\nVan: Piet\nVerzonden: 3 maart\nAan: Jan",
    "an original message": "-----Original Message-----",
    "no marks below an attribution": "Op 3 maart 2025 om 10:00 schreef Piet <piet@example.org>:",
}
_CITE = '<blockquote type="cite"><p>Zullen we?</p></blockquote>'

SHAPES = [
    *(
        shape(
            f"quoted by {name}",
            reply(f"{_NEW}\n\n{line}\n{_OLD}\n"),
            text=_NEW,
            quoted_holds="> Zullen we?",
        )
        for name, line in _ANNOUNCED.items()
    ),
    *(
        shape(
            f"quoted by {name}",
            reply(f"{_NEW}\n\n{block}\n\nZullen we?\n\nPiet\n"),
            text=_NEW,
            quoted_holds="Zullen we?",
        )
        for name, block in _BLOCKS.items()
    ),
    shape(
        "an answer below",
        reply("Op 3-3-2025 om 10:00 schreef Piet:\n> Zullen we?\n> Piet\n\nGoed idee.\n"),
        text="Goed idee.",
        quoted_holds="> Zullen we?",
    ),
    shape(
        "answers between the lines",
        reply("On 3/3/25 10:00, Piet wrote:\n> Een?\nJa.\n\n> Twee?\nNee.\n\n> Groet\n"),
        text="On 3/3/25 10:00, Piet wrote:\n> Een?\nJa.\n\n> Twee?\nNee.",
    ),
    shape(
        "one answer between the lines",
        reply("> Een?\n\nJa.\n\n> Twee?\n> Groet, Piet\n"),
        text="> Een?\n\nJa.",
    ),
    shape(
        "nothing but a quotation", reply("On 3/3/25 10:00, Piet wrote:\n> Zullen we?\n"), text=""
    ),
    shape(
        "a quotation that somebody chose",
        mail("In de wet staat:\n\n> Een ieder heeft recht\n"),
        text="In de wet staat:\n\n> Een ieder heeft recht",
    ),
    shape(
        "somebody who tells what was written",
        reply("Op zolder schreef Anne:\nlieve Kitty."),
        text="Op zolder schreef Anne:\nlieve Kitty.",
    ),
    shape(
        "somebody who writes from where",
        reply("Van: Amsterdam\nnaar Zaandam fietsen."),
        text="Van: Amsterdam\nnaar Zaandam fietsen.",
    ),
    shape(
        "somebody who tells of another letter",
        mail("Ik kreeg dit:\n\nVan: Piet\nDatum: maandag\nAan: Jan\n\nZullen we?\n"),
        holds=["Zullen we?"],
    ),
    shape(
        "somebody who quotes in a new letter",
        mail("Kijk:\n\nOn 3/3/25 10:00, Piet wrote:\n> Zullen we?\n"),
        holds=["> Zullen we?"],
    ),
    shape(
        "something forwarded by Gmail",
        reply(
            "Kijk.\n\n---------- Forwarded message ---------\nVan: Piet\nDate: 3 maart\nSubject: x\nTo: y\n\nZullen we?\n",
            "Fwd: Groeten",
        ),
        holds=["Kijk.", "Zullen we?"],
    ),
    shape(
        "something forwarded by Outlook",
        reply(
            "Kijk.\n\nVan: Piet\nVerzonden: 3 maart\nAan: Jan\nOnderwerp: x\n\nZullen we?\n",
            "FW: Groeten",
        ),
        holds=["Kijk.", "Zullen we?"],
    ),
    shape(
        "a signature",
        mail("Hallo\n\nGroet, Jan\n-- \nJan de Vries\n075 123 45 67\n"),
        text="Hallo\n\nGroet, Jan",
        quoted_holds="075",
    ),
    shape("a signature that lost its space", mail("Hallo\n\n--\nJan de Vries\n"), text="Hallo"),
    shape("a line of dashes in a long text", mail("Hallo\n--\n" + "regel\n" * 30), holds=["regel"]),
    shape(
        "a signature above the quotation",
        reply("Ja.\n-- \nJan\n\nOn 3/3/25 10:00, Piet wrote:\n> Zullen we?\n"),
        text="Ja.",
    ),
    shape(
        "a signature below the quotation",
        reply("Ja.\n\nOn 3/3/25 10:00, Piet wrote:\n> Zullen we?\n\n-- \nJan\n"),
        text="Ja.",
    ),
    shape("a telephone", mail("Hallo\n\nVerzonden vanaf mijn iPhone\n"), text="Hallo"),
    shape(
        "Outlook on a telephone",
        reply(
            "Ja.\n\nOutlook voor Android downloaden\n________________________________\nFrom: P\nSent: x\nTo: y\nSubject: z\n\nHm"
        ),
        text="Ja.",
    ),
    shape(
        "a disclaimer of the government",
        mail(
            "Hallo\n\nDit bericht kan informatie bevatten die niet voor u is bestemd. Indien u\nniet de geadresseerde bent\n"
        ),
        text="Hallo",
        quoted_holds="geadresseerde",
    ),
    shape(
        "Gmail in HTML",
        html_reply(
            '<div dir="ltr">Goed <b>idee</b>.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Op ma schreef Piet:<br></div><blockquote class="gmail_quote" style="margin:0"><div>Zullen we?</div></blockquote></div>'
        ),
        text="Goed idee.",
        html="<div>Goed <b>idee</b>.</div>",
        quoted_holds="Zullen we?",
    ),
    shape(
        "answers between the lines in HTML",
        html_reply(
            '<div class="gmail_quote"><blockquote class="gmail_quote">Een?</blockquote><div>Ja.</div><blockquote class="gmail_quote">Twee?</blockquote><div>Nee.</div></div>'
        ),
        text="> Een?\nJa.\n> Twee?\nNee.",
    ),
    shape(
        "Outlook on the web",
        html_reply(
            '<div>Goed idee.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Van:</b> Piet<br><b>Verzonden:</b> maandag<br></div><div>Zullen we?</div>'
        ),
        text="Goed idee.",
        html="<div>Goed idee.</div>",
    ),
    shape(
        "Outlook on a desk",
        html_reply(
            '<div class="WordSection1"><p class="MsoNormal">Goed idee.<o:p></o:p></p><div style="border-top:solid"><p><b>Van:</b> Piet<br><b>Verzonden:</b> maandag<br><b>Aan:</b> Jan<br><b>Onderwerp:</b> x</p></div><p>Zullen we?</p></div>'
        ),
        text="Goed idee.",
        html="<div><p>Goed idee.</p></div>",
    ),
    shape(
        "Apple Mail in HTML",
        html_reply(
            f'<div>Goed idee.</div><div><br><blockquote type="cite"><div>Op 3 mrt 2025, om 10:00 heeft Piet het volgende geschreven:</div></blockquote></div>{_CITE}'
        ),
        text="Goed idee.",
    ),
    shape(
        "Thunderbird in HTML",
        html_reply(
            f'<div class="moz-cite-prefix">Op 3-3 schreef Piet:</div>{_CITE}<p>Goed idee.</p>'
        ),
        text="Goed idee.",
        html="<p>Goed idee.</p>",
    ),
    shape(
        "Yahoo in HTML",
        html_reply(
            '<div>Goed idee.</div><div class="yahoo_quoted"><div>On Monday Piet wrote:</div><div>Zullen we?</div></div>'
        ),
        text="Goed idee.",
    ),
    shape(
        "Proton Mail in HTML",
        html_reply(
            f'<div>Goed idee.</div><div class="protonmail_quote">On Monday Piet wrote:<br>{_CITE}</div>'
        ),
        text="Goed idee.",
    ),
    shape(
        "Outlook on a telephone in HTML",
        html_reply(
            '<div>Met groet,<br>Jan</div><div><br>Outlook voor <a href="https://aka.ms/o">iOS</a> '
            'downloaden</div><div id="mail-editor-reference-message-container"><hr>Zullen we?</div>'
        ),
        text="Met groet,\nJan",
        html="<div>Met groet,<br>Jan</div>",
    ),
    shape(
        "a quotation of one's own in HTML",
        html("<p>De wet:</p><blockquote>Een ieder</blockquote>"),
        text="De wet:\n\n> Een ieder",
        html="<p>De wet:</p><blockquote>Een ieder</blockquote>",
    ),
]
