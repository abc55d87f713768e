"""In which characters and codes a text is written."""

import base64

from tests.bridges.email.shapes.shape import mail, shape, text

_WORDS = {
    "iso-8859-1": "Café ÿ",
    "iso-8859-15": "Café €",
    "windows-1252": "“Café” €",
    "utf-16": "Café €",
    "utf-7": "Café €",
    "koi8-r": "Привет",
    "windows-1251": "Привет",
    "iso-8859-2": "Zażółć",
    "iso-8859-7": "Γειά",
    "windows-1255": "שלום",
    "iso-8859-6": "مرحبا",
    "iso-2022-jp": "こんにちは",
    "shift_jis": "こんにちは",
    "euc-jp": "こんにちは",
    "gb2312": "你好",
    "gb18030": "你好",
    "big5": "你好",
    "euc-kr": "안녕",
    "ks_c_5601-1987": "안녕",
    "macintosh": "Café",
}
_PYTHON = {"ks_c_5601-1987": "cp949", "macintosh": "mac_roman"}

SHAPES = [
    *(
        shape(
            f"text in {name}", text(words.encode(_PYTHON.get(name, name)), charset=name), text=words
        )
        for name, words in _WORDS.items()
        if name != "utf-16"
    ),
    shape(
        "windows-1252 called iso-8859-1",
        text(b"\x93Ja\x94 \x80", charset="iso-8859-1"),
        text="“Ja” €",
    ),
    shape("windows-1252 called us-ascii", text(b"caf\xe9 \x80", charset="us-ascii"), text="café €"),
    shape("UTF-8 called us-ascii", text("café €", charset="us-ascii"), text="café €"),
    shape("UTF-8 without a name", mail("café €"), text="café €"),
    shape("gb18030 called gb2312", text("镕".encode("gb18030"), charset="gb2312"), text="镕"),
    shape("UTF-8 with one wrong byte", text("café €".encode() + b"\xff!"), text="café €\ufffd!"),
    shape("windows-1252 called UTF-8", text(b"caf\xe9"), text="café"),
    shape("a charset in quotes and capitals", text("café", charset='"UTF-8"'), text="café"),
    shape("a charset that nobody knows", text("café", charset="x-plein"), text="café"),
    shape("a codec that is no charset", text("cm90MTM=", charset="base64"), text="cm90MTM="),
    shape("the escapes of Python", text("\\u0041", charset="unicode_escape"), text="\\u0041"),
    shape("a byte order mark", text("\ufeffHallo"), text="Hallo"),
    shape(
        "quoted-printable",
        text("caf=C3=A9 =E2=82=AC een lange=\n zin", way="quoted-printable"),
        text="café € een lange zin",
    ),
    shape(
        "quoted-printable with faults",
        text("50=% =ZZ caf=c3=a9 =", way="Quoted-Printable"),
        text="50=% =ZZ café",
    ),
    shape(
        "quoted-printable without soft breaks",
        text("lang =C3=A9 " * 300, way="quoted-printable"),
        holds=["lang é"],
    ),
    shape("base64", text("SGFsbG8gY2Fmw6k=", way="base64"), text="Hallo café"),
    shape(
        "base64 of words that could be base64",
        text(base64.encodebytes(b"This is a Base64 encoded message."), way="base64"),
        text="This is a Base64 encoded message.",
    ),
    shape("base64 in two pieces", text("SGFsbG8=\nIGRhYXI=\n", way="base64"), text="Hallo daar"),
    shape(
        "base64 with rubbish", text("SGFs**bG8g\n\n Y2Fm!w6k\n", way="BASE64"), text="Hallo café"
    ),
    shape("base64 without its end", text("SGFsbG8gY2Fmw6", way="base64"), holds=["Hallo caf"]),
    shape(
        "base64 that is none", text("Gewoon tekst, zonder code. Echt.", way="base64"), lacks=["\0"]
    ),
    shape("a way that nobody knows", text("Hallo", way="x-brieven"), text="Hallo"),
    shape("uuencode", text("begin 644 x\n%2&%L;&\\\n`\nend\n", way="x-uuencode"), text="Hallo"),
    shape("zeros in the text", text(b"Ha\0llo"), text="Hallo"),
    shape("controls in the text", text(b"Ha\x07l\x1b[31mlo\x0b"), text="Hal[31mlo"),
    shape(
        "text that turns around",
        text("betaal \u202e001\u202c euro \u2066x\u2069"),
        text="betaal 001 euro x",
    ),
    shape("lines that end in all ways", mail(b"een\rtwee\n\rdrie"), text="een\ntwee\n\ndrie"),
    shape("a line of 100,000 characters", text("a" * 100_000), text="a" * 100_000),
    shape("emoji of several characters", text("👩\u200d👩\u200d👧"), text="👩\u200d👩\u200d👧"),
    shape("accents apart", text("cafe\u0301"), text="café"),
    shape(
        "a flowed text",
        text("Een zin \ndie verder gaat.\n\nEn \nnog een.\n -- \n", more="; format=flowed"),
        text="Een zin die verder gaat.\n\nEn nog een.",
    ),
    shape(
        "a flowed text without its spaces",
        text("Hallo we\n reld \n!", more="; format=flowed; delsp=yes"),
        text="Hallo we\nreld!",
    ),
]
