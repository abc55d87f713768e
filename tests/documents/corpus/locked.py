"""How the files in `locked/` came to be: documents with a password, by programs that set one.

    /usr/bin/python3 tests/documents/corpus/locked.py

Needs qpdf, LibreOffice and Debian's python3-uno, which speaks with it. The password is `geheim`.
"""

import subprocess
import tempfile
import time
from pathlib import Path

import uno  # type: ignore[import-not-found]  # Only Debian's own Python has it.
from com.sun.star.beans import (  # type: ignore[import-not-found]  # The same.
    NamedValue,
    PropertyValue,
)

HERE = Path(__file__).parent
MADE, LOCKED = HERE / "made", HERE / "locked"
PASSWORD = "geheim"
ADDRESS = "uno:socket,host=localhost,port=2992;urp;StarOffice.ComponentContext"

OFFICE = {
    "wachtwoord.docx": ("wmo-verslag-keukentafel.docx", "MS Word 2007 XML"),
    "wachtwoord.xlsx": ("meerjarenplanning-wegen.xlsx", "Calc MS Excel 2007 XML"),
    "wachtwoord.odt": ("nota-dierenwelzijn.odt", "writer8"),
    "wachtwoord.ods": ("tarieven-begraafplaats.ods", "calc8"),
}


def value(name: str, what: object) -> object:
    return PropertyValue(Name=name, Value=what)


def password(name: str) -> object:
    """Its own formats take the word itself, those of Microsoft a form of it."""
    if name.endswith((".odt", ".ods")):
        return value("Password", PASSWORD)
    form = {"CryptoType": "Standard", "OOXPassword": PASSWORD}
    named = tuple(NamedValue(Name=key, Value=what) for key, what in form.items())
    return PropertyValue(
        Name="EncryptionData", Value=uno.Any("[]com.sun.star.beans.NamedValue", named)
    )


def desktop() -> object:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    for _ in range(60):
        try:
            context = resolver.resolve(ADDRESS)
        except Exception:
            time.sleep(1)
        else:
            return context.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", context
            )
    raise SystemExit("LibreOffice does not answer")


def main() -> None:
    LOCKED.mkdir(exist_ok=True)
    source = MADE / "raadsvoorstel-fietstunnel.pdf"
    encrypt = ["qpdf", "--encrypt", PASSWORD, PASSWORD, "256", "--", str(source)]
    subprocess.run([*encrypt, str(LOCKED / "wachtwoord.pdf")], check=True)
    # Whoever wants to change this one needs a password; anybody may read it.
    encrypt = ["qpdf", "--encrypt", "", PASSWORD, "256", "--", str(source)]
    subprocess.run([*encrypt, str(LOCKED / "alleen-lezen.pdf")], check=True)
    with tempfile.TemporaryDirectory() as profile:
        listening = f"--accept={ADDRESS.removeprefix('uno:').rpartition(';')[0]};"
        office = subprocess.Popen(
            ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", listening]
        )
        try:
            program = desktop()
            for name, (made, kind) in OFFICE.items():
                hidden = (value("Hidden", True),)
                document = program.loadComponentFromURL(  # type: ignore[attr-defined]
                    (MADE / made).as_uri(), "_blank", 0, hidden
                )
                how = (value("FilterName", kind), password(name))
                document.storeToURL((LOCKED / name).as_uri(), how)
                document.close(True)
            program.terminate()  # type: ignore[attr-defined]
        finally:
            office.wait(60)


if __name__ == "__main__":
    main()
