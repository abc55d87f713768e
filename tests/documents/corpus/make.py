"""How the documents in `made/` came to be: each source went through one program after another.

    python -m tests.documents.corpus.make [name …]

Needs the programs that README.md names, which is written anew with their versions. The results
stand in `made/`, so that no test needs any of them.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.documents.corpus import mails, programs
from tests.documents.corpus.programs import (
    abiword,
    abiword_pdf,
    calc,
    comma,
    encoded,
    enscript,
    ghostscript,
    groff_pdf,
    impress,
    nroff,
    pandoc,
    pdftex,
    qpdf,
    reference_document,
    ssconvert,
    weasyprint,
    wkhtmltopdf,
    writer,
)

HERE = Path(__file__).parent
SOURCES, MADE = HERE / "sources", HERE / "made"

Step = Callable[[Path], Path]

_DOCX, _ODT = "docx:Office Open XML Text", "odt:writer8"
_PLAIN = "txt:Text (encoded)"
_CSV = "csv:Text - txt - csv (StarCalc)"
# Impress reads what pandoc makes of headings and lists.
_SLIDES = pandoc("pptx")

STEPS: dict[str, tuple[Step, ...]] = {
    # PDF
    "raadsvoorstel-fietstunnel.pdf": (reference_document, writer("pdf:writer_pdf_Export")),
    "besluitenlijst-college.pdf": (pandoc("odt"), writer("pdf"), ghostscript("1.4")),
    "plan-van-aanpak-woningbouw.pdf": (reference_document, writer("pdf"), ghostscript("1.3")),
    "jaarverslag-bibliotheek.pdf": (pdftex,),
    "handhavingsbesluit-steiger.pdf": (groff_pdf,),
    "informatieavond-warmtenet.pdf": (pandoc("html"), wkhtmltopdf),
    "subsidieregeling-sport.pdf": (pandoc("html"), weasyprint),
    "brief-bewoners-riool.pdf": (reference_document, writer("pdf"), qpdf),
    "klachtenregeling.pdf": (pandoc("rtf"), abiword_pdf),
    "logboek-brugwachter.pdf": (pandoc("plain", "txt"), enscript, ghostscript("1.5")),
    "begrotingswijziging-derde.pdf": (calc("pdf"),),
    "presentatie-mobiliteit.pdf": (_SLIDES, impress("pdf")),
    "visie-musea.pdf": (_SLIDES, impress("pdf"), ghostscript("1.7")),
    # DOCX and ODT
    "gezinsplan-logeerpartijen.docx": (pandoc("docx"),),
    "wmo-verslag-keukentafel.docx": (reference_document, writer(_DOCX)),
    "notulen-ondernemingsraad.docx": (pandoc("docx"),),
    "evaluatie-zwerfjongeren.docx": (reference_document, writer(_DOCX)),
    "inkoopstrategie-schoonmaak.docx": (pandoc("rtf"), writer(_DOCX)),
    "bezoekverslag-chocolaterie.docx": (pandoc("rtf"), abiword("docx")),
    "nota-dierenwelzijn.odt": (pandoc("odt"),),
    "protocol-hitte.odt": (pandoc("docx"), writer(_ODT)),
    "archiefbeleid.odt": (pandoc("rtf"), abiword("odt")),
    "handreiking-vergaderen.odt": (reference_document, writer(_ODT)),
    "samenwerkingsovereenkomst-haven.odt": (pandoc("docx"), writer(_ODT)),
    "advies-kinderraad.odt": (pandoc("rtf"), writer(_ODT)),
    # XLSX and ODS
    "begroting-sociaal-domein.xlsx": (comma, ssconvert("xlsx", "begroting-sociaal-domein-blad2")),
    "meerjarenplanning-wegen.xlsx": (calc("xlsx"),),
    "urenregistratie-wijkteam.xlsx": (comma, ssconvert("xlsx")),
    "inventaris-kunstcollectie.xlsx": (calc("ods"), calc("xlsx")),
    "formatie-afdelingen.xlsx": (comma, ssconvert("ods"), calc("xlsx")),
    "tarieven-begraafplaats.ods": (calc("ods"),),
    "energieverbruik-gebouwen.ods": (comma, ssconvert("ods")),
    "wachttijden-jeugdhulp.ods": (calc("ods"),),
    "bomenlijst-kap.ods": (comma, ssconvert("xlsx"), calc("ods")),
    # PPTX and ODP
    "startbijeenkomst-omgevingsvisie.pptx": (_SLIDES,),
    "training-agressie.pptx": (_SLIDES, impress("odp"), impress("pptx")),
    "datagedreven-werken.pptx": (_SLIDES,),
    "introductie-nieuwe-collegas.pptx": (_SLIDES, impress("pptx")),
    "voortgang-digitale-balie.pptx": (_SLIDES, impress("odp"), impress("pptx")),
    "lessen-waterschade.odp": (_SLIDES, impress("odp")),
    "project-schoolpleinen.odp": (_SLIDES, impress("odp")),
    "cijfers-arbeidsmarkt.odp": (_SLIDES, impress("odp")),
    "campagne-valpreventie.odp": (_SLIDES, impress("fodp"), impress("odp")),
    "terugblik-wijkbudget.odp": (_SLIDES, impress("odp")),
    # HTML
    "rapportage-ondermijning.html": (pandoc("html"),),
    "monitor-eenzaamheid.html": (pandoc("odt"), writer("html:HTML (StarWriter)")),
    "standplaatsennota.html": (pandoc("rtf"), abiword("html")),
    "verslag-wijkschouw-rosmolen.html": (
        pandoc("html"),
        encoded("cp1252", "utf-8", "windows-1252"),
    ),
    "leerlingenprognose.html": (calc("html:HTML (StarCalc)"),),
    "parkeertellingen.html": (comma, ssconvert("html")),
    # TXT
    "handboek-crisisdienst.txt": (pandoc("plain", "txt"),),
    "nieuwsbrief-vergunningen.txt": (pandoc("odt"), writer(f"{_PLAIN}:MS_1252")),
    "reglement-kinderopvang.txt": (pandoc("plain", "txt"), encoded("utf-16")),
    "toespraak-herdenking.txt": (nroff,),
    # CSV
    "deelnemers-cursus-bhv.csv": (calc("ods"), calc(f"{_CSV}:59,34,1,1")),
    "klachten-openbare-ruimte.csv": (encoded("utf-16"),),
    "aanbestedingen-kalender.csv": (comma, ssconvert("ods"), ssconvert("csv")),
    "subsidieregister.csv": (calc("ods"), calc(f"{_CSV}:59,34,76,1,,0,true")),
    "adressen-stembureaus.csv": (encoded("utf-8-sig"),),
    # EML
    "mail-uitnodiging-lunch.eml": (mails.quoted_printable,),
    "mail-storing-zaaksysteem.eml": (mails.in_base64,),
    "mail-offerte-speeltoestel.eml": (mails.with_document,),
    "mail-doorgestuurd-woo.eml": (mails.forwarded,),
    "mail-vakbond-cao.eml": (mails.only_html,),
    "mail-bijlagen-verslag.eml": (mails.in_latin,),
}


def source_of(name: str) -> Path:
    return next(SOURCES.glob(f"{Path(name).stem}.*"))


def make(name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        document = Path(shutil.copy(source_of(name), folder))
        for number, step in enumerate(STEPS[name]):
            # Each in a folder of its own: a program may read and write the same kind.
            room = Path(folder) / str(number)
            room.mkdir()
            document = step(Path(shutil.move(document, room)))
        shutil.copyfile(document, MADE / name)


def told(step: Step) -> str:
    return getattr(step, "told", None) or step.__name__.replace("_", " ")


def readme() -> str:
    rows = [
        f"| `{name}` | {' → '.join(told(step) for step in steps)} |"
        for name, steps in STEPS.items()
    ]
    versions = [f"* {name}: {version}" for name, version in programs.versions().items()]
    return "\n".join(
        [
            "# Documents that real programs made",
            "",
            "`sources/` are the texts, a file for each document; `made/` are the documents.",
            "`make.py` made them, and this file with them; it needs these programs:",
            "",
            *versions,
            "",
            "Of Debian 12: " + ", ".join(f"`{name}`" for name in programs.PACKAGES) + ".",
            "",
            "`locked/` are some of them with a password (`geheim`), made by `locked.py` with",
            "LibreOffice and qpdf.",
            "",
            "| document | made by |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def main(names: list[str]) -> None:
    MADE.mkdir(exist_ok=True)
    for name in names or STEPS:
        make(name)
    (HERE / "README.md").write_text(readme())


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except subprocess.CalledProcessError as failure:
        sys.exit(f"{failure}\n{failure.stdout}\n{failure.stderr}")
