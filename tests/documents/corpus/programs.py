"""Programs that make documents, each as a step: a function from one file to another."""

import csv
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pypandoc

SOURCES = Path(__file__).parent / "sources"

Step = Callable[[Path], Path]


def run(*command: str | Path, folder: Path | None = None, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        check=True,
        capture_output=True,
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1790000000", **environment},
    )
    return (done.stdout + done.stderr).decode(errors="replace")


def step(told: str) -> Callable[[Step], Step]:
    """Say in the README what a step is."""

    def marked(function: Step) -> Step:
        function.told = told  # type: ignore[attr-defined]  # Functions take attributes.
        return function

    return marked


# Pandoc


def _pandoc(*arguments: str | Path) -> str:
    return run(pypandoc.get_pandoc_path(), *arguments)


def pandoc(kind: str, ending: str | None = None) -> Step:
    @step(f"pandoc ({kind})")
    def convert(source: Path) -> Path:
        made = source.with_suffix(f".{ending or kind}")
        title = ["--metadata", f"title={source.stem}"] if kind == "html" else []
        _pandoc("--standalone", *title, "--to", kind, "--output", made, source)
        return made

    return convert


_PAGE = """<style:header><text:p>Gemeente Zaanstad, ter bespreking</text:p></style:header>
<style:footer><text:p>Bladzijde <text:page-number/></text:p></style:footer>"""


@step("pandoc (odt, with a header, hyphens, and a page for every heading)")
def reference_document(source: Path) -> Path:
    """As offices write: a narrow column in Dutch, so that words are broken at the ends of lines."""
    plain, reference = source.with_name("plain.odt"), source.with_name("reference.odt")
    default = subprocess.run(
        [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.odt"],
        check=True,
        capture_output=True,
    )
    plain.write_bytes(default.stdout)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(reference, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "styles.xml":
                data = _dressed(data.decode()).encode()
            new.writestr(entry, data)
    made = source.with_suffix(".odt")
    language = ["--metadata", "lang=nl-NL"]
    _pandoc("--reference-doc", reference, *language, "--to", "odt", "--output", made, source)
    return made


def _dressed(styles: str) -> str:
    styles = re.sub(
        r"(<style:master-page\s[^>]*?)(/>|>)",
        lambda found: f"{found[1]}>{_PAGE}" + ("</style:master-page>" if found[2] == "/>" else ""),
        styles,
        count=1,
    )
    hyphens = 'fo:hyphenate="true" fo:hyphenation-remain-char-count="2" '
    styles = re.sub(r'fo:hyphenat\S+="(false|\d)"\s*', "", styles)
    styles = styles.replace('fo:language="en" fo:country="US"', 'fo:language="nl" fo:country="NL"')
    styles = styles.replace("<style:text-properties ", f"<style:text-properties {hyphens}")
    styles = re.sub(r'fo:margin-(left|right)="1in"', r'fo:margin-\1="2.6in"', styles)
    return re.sub(
        r'(<style:style\s+style:name="Heading_20_2"[^>]*>)',
        r'\1<style:paragraph-properties fo:break-before="page"/>',
        styles,
    )


# LibreOffice


@cache
def _profile() -> Path:
    folder = Path(tempfile.gettempdir()) / "plein-corpus-profile"
    folder.mkdir(exist_ok=True)
    return folder


def _office(kind: str, source: Path, *options: str) -> Path:
    folder = source.parent / "out"
    profile = f"-env:UserInstallation=file://{_profile()}"
    asked: list[str | Path] = [*options, "--convert-to", kind, "--outdir", folder]
    run("soffice", profile, "--headless", *asked, source)
    return folder / f"{source.stem}.{kind.partition(':')[0]}"


def writer(kind: str) -> Step:
    return step(f"LibreOffice Writer ({kind})")(lambda source: _office(kind, source))


def impress(kind: str) -> Step:
    return step(f"LibreOffice Impress ({kind})")(lambda source: _office(kind, source))


def calc(kind: str) -> Step:
    @step(f"LibreOffice Calc ({kind})")
    def convert(source: Path) -> Path:
        ours = source.suffix == ".csv"
        options = ["--infilter=Text - txt - csv (StarCalc):59,34,76"] if ours else []
        return _office(kind, source, *options)

    return convert


# Other offices


@step("commas for semicolons")
def comma(source: Path) -> Path:
    made = source.with_suffix(".comma.csv")
    with source.open(newline="") as old, made.open("w", newline="") as new:
        csv.writer(new).writerows(csv.reader(old, delimiter=";"))
    return made.rename(source)


def ssconvert(kind: str, other: str = "") -> Step:
    @step(f"Gnumeric ({kind}{', two sheets' if other else ''})")
    def convert(source: Path) -> Path:
        made = source.parent / "out" / f"{source.stem}.{kind}"
        made.parent.mkdir()
        if not other:
            run("ssconvert", source, made)
            return made
        beside = comma(Path(shutil.copy(SOURCES / f"{other}.csv", source.parent)))
        run("ssconvert", f"--merge-to={made}", source, beside)
        return made

    return convert


def abiword(kind: str) -> Step:
    @step(f"AbiWord ({kind})")
    def convert(source: Path) -> Path:
        made = source.with_suffix(f".{kind}")
        run("abiword", f"--to={kind}", f"--to-name={made}", source)
        return made

    return convert


abiword_pdf = abiword("pdf")


# Printed


def ghostscript(version: str) -> Step:
    @step(f"Ghostscript (PDF {version})")
    def distil(source: Path) -> Path:
        made = source.parent / "out.pdf"
        options = ["-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite"]
        run("gs", *options, f"-dCompatibilityLevel={version}", f"-sOutputFile={made}", source)
        return made

    return distil


@step("qpdf (linear, object streams)")
def qpdf(source: Path) -> Path:
    made = source.parent / "out.pdf"
    run("qpdf", "--linearize", "--object-streams=generate", source, made)
    return made


@step("pdfTeX (two columns)")
def pdftex(source: Path) -> Path:
    tex = source.with_suffix(".tex")
    options = ["-V", "classoption=twocolumn", "-V", "lang=nl", "-V", "papersize=a5"]
    _pandoc("--standalone", *options, "--to", "latex", "--output", tex, source)
    run("pdflatex", "-interaction=batchmode", tex.name, folder=source.parent)
    return source.with_suffix(".pdf")


def _roff(source: Path) -> Path:
    """Narrow: then there are hyphens at the ends of lines."""
    made = source.with_suffix(".ms")
    _pandoc("--standalone", "--to", "ms", "--output", made, source)
    made.write_text(re.sub(r"(?m)^\.nr LL .*$", ".nr LL 2.4i", made.read_text()))
    return made


@step("groff (pdf)")
def groff_pdf(source: Path) -> Path:
    made = source.with_suffix(".pdf")
    pages = subprocess.run(
        ["groff", "-k", "-ms", "-t", "-Tpdf", str(_roff(source))],
        check=True,
        capture_output=True,
    )
    made.write_bytes(pages.stdout)
    return made


@step("nroff (narrow, hyphens)")
def nroff(source: Path) -> Path:
    made = source.with_suffix(".txt")
    pages = subprocess.run(
        ["groff", "-k", "-ms", "-t", "-Tutf8", "-P-c", "-P-bou", str(_roff(source))],
        check=True,
        capture_output=True,
    )
    made.write_bytes(pages.stdout)
    return made


@step("enscript (PostScript)")
def enscript(source: Path) -> Path:
    made, latin = source.with_suffix(".ps"), source.with_suffix(".latin.txt")
    latin.write_bytes(source.read_text().encode("latin-1", errors="replace"))
    run("enscript", "--encoding=latin1", "--no-header", f"--output={made}", latin)
    return made


@step("wkhtmltopdf")
def wkhtmltopdf(source: Path) -> Path:
    made = source.with_suffix(".pdf")
    run(
        "wkhtmltopdf",
        "--quiet",
        source,
        made,
        XDG_RUNTIME_DIR=tempfile.gettempdir(),
        QT_QPA_PLATFORM="offscreen",
    )
    return made


@step("WeasyPrint")
def weasyprint(source: Path) -> Path:
    made = source.with_suffix(".pdf")
    run("weasyprint", source, made)
    return made


def encoded(encoding: str, before: str = "", after: str = "") -> Step:
    """`before` is what the text says of its own encoding, `after` what it is to say."""

    @step(f"written as {encoding}")
    def write(source: Path) -> Path:
        text = source.read_text()
        if before:
            text = text.replace(before, after)
        source.write_bytes(text.encode(encoding, errors="xmlcharrefreplace"))
        return source

    return write


PACKAGES = (
    *("libreoffice-writer", "libreoffice-calc", "libreoffice-impress", "hyphen-nl", "python3-uno"),
    *("ghostscript", "qpdf", "gnumeric", "abiword", "groff", "enscript", "wkhtmltopdf"),
    *("weasyprint", "texlive-latex-extra", "texlive-lang-european", "lmodern"),
)

_ASKED = {
    "pandoc": (),
    "soffice": ("--version",),
    "gs": ("--version",),
    "qpdf": ("--version",),
    "ssconvert": ("--version",),
    "abiword": ("--version",),
    "groff": ("--version",),
    "pdflatex": ("--version",),
    "enscript": ("--version",),
    "wkhtmltopdf": ("--version",),
    "weasyprint": ("--version",),
}


def versions() -> dict[str, str]:
    """What each program says that it is; of Debian's packages as they were."""
    found = {}
    for name, asked in _ASKED.items():
        if name == "pandoc":
            found[name] = str(pypandoc.get_pandoc_version())
            continue
        told = run(name, *asked).strip().splitlines()[0]
        number = re.search(r"\d[\w.+~-]*", told)
        found[name] = number[0] if number else told
    return found
