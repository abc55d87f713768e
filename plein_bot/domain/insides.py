"""What is told of what is in a file: of what kind it is, and why its words are not found."""

from dataclasses import dataclass

from plein_bot.domain.sentences import Sentence, say


@dataclass(frozen=True, slots=True)
class Inside:
    """What came of reading a file. `mime` is by its content, "" where that is not known.

    `reason` is why it could not be read: one of `documents/answers.Reason`, or what the
    homeserver or the virus scanner said.
    """

    read: bool = False
    mime: str = ""
    words: bool = False
    reason: str = ""


_ODF, _OOXML = (
    "application/vnd.oasis.opendocument.",
    "application/vnd.openxmlformats-officedocument.",
)
_KINDS = {
    "application/pdf": say("a PDF document"),
    f"{_OOXML}wordprocessingml.document": say("a Word document"),
    f"{_OOXML}spreadsheetml.sheet": say("an Excel spreadsheet"),
    f"{_OOXML}presentationml.presentation": say("a PowerPoint presentation"),
    f"{_ODF}text": say("an OpenDocument text"),
    f"{_ODF}spreadsheet": say("an OpenDocument spreadsheet"),
    f"{_ODF}presentation": say("an OpenDocument presentation"),
    "application/rtf": say("a text with formatting (RTF)"),
    "application/x-ole-storage": say("a document of an old Office"),
    "text/html": say("a web page"),
    "text/plain": say("plain text"),
    "message/rfc822": say("a mail"),
    "application/zip": say("an archive of files"),
    "application/gzip": say("an archive of files"),
    "application/vnd.rar": say("an archive of files"),
    "application/x-7z-compressed": say("an archive of files"),
}
_FAMILIES = {
    "image": say("a picture"),
    "audio": say("sound"),
    "video": say("a video"),
}
_PROGRAMS = {"application/x-msdownload", "application/x-executable"}


def told(inside: Inside) -> tuple[Sentence, ...]:
    """What somebody reads of it who looks at the file."""
    if inside.reason:
        return (_unread(inside.reason),)
    if not inside.read:
        return (say("I have not read yet what is in it."),)
    if inside.mime in _PROGRAMS:
        return (say("Take care: by its content this is a program, whatever its name says."),)
    kind = _KINDS.get(inside.mime) or _FAMILIES.get(inside.mime.partition("/")[0])
    if kind is None and inside.words:
        return ()
    if kind is None:
        return (say("What is in it cannot be searched: I do not know this kind of file."),)
    what = say("By its content it is {kind}.", kind=kind)
    if inside.words:
        return (what,)
    return (what, say("What is in it cannot be searched: I read no words in it."))


def _unread(reason: str) -> Sentence:
    match reason:
        case "locked":
            return say("What is in it cannot be searched: a password is needed to open it.")
        case "broken" | "NL.PLEIN.DAMAGED":
            return say(
                "What is in it cannot be searched: it is damaged, or something else than its name "
                "says."
            )
        case "too large" | "M_TOO_LARGE":
            return say("What is in it cannot be searched: it is too large for me to read.")
        case "too slow":
            return say("What is in it cannot be searched: reading it takes too long.")
        case "gone" | "M_NOT_FOUND":
            return say("What is in it cannot be searched: the homeserver no longer has it.")
        case "unscanned":
            return say("What is in it cannot be searched: I read only what was checked first.")
        case "infected":
            return say("What is in it cannot be searched: there is a virus in it.")
        case "crashed":
            return say("What is in it cannot be searched: I did not manage to read it.")
        case _:
            return say(
                "What is in it cannot be searched: the homeserver did not give it to me "
                "({reason}).",
                reason=reason,
            )
