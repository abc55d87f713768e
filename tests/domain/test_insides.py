"""What is told of what is in a file, and of why its words are not found?"""

import pytest

from plein_bot.documents.answers import Reason
from plein_bot.documents.jobs import mimes
from plein_bot.domain.insides import Inside, told


def said(inside: Inside) -> str:
    return " ".join(sentence.text for sentence in told(inside))


def test_each_reason_is_told_in_its_own_words() -> None:
    reasons = [*Reason, "gone", "M_FORBIDDEN"]
    sentences = {said(Inside(reason=reason)) for reason in reasons}

    assert len(sentences) == len(reasons)
    assert all("cannot be searched" in sentence for sentence in sentences)
    # The homeserver's word for the same thing.
    assert said(Inside(reason="M_TOO_LARGE")) == said(Inside(reason=Reason.TOO_LARGE))
    assert said(Inside(reason="M_NOT_FOUND")) == said(Inside(reason="gone"))


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        (Inside(), "I have not read yet what is in it."),
        (Inside(read=True, mime=mimes.PDF, words=True), "By its content it is {kind}."),
        (Inside(read=True, mime="image/jpeg"), "I read no words in it."),
        (Inside(read=True, mime="application/x-msdownload"), "this is a program"),
        (Inside(read=True, mime=f"{mimes.ODF}graphics", words=True), ""),
        (Inside(read=True, mime=mimes.UNKNOWN), "I do not know this kind of file."),
    ],
)
def test_what_was_read_is_told_with_its_kind(inside: Inside, sentence: str) -> None:
    assert sentence in said(inside)


def test_every_kind_with_words_has_a_name() -> None:
    kinds = [mimes.PDF, mimes.DOCX, mimes.XLSX, mimes.PPTX, mimes.ODT, mimes.ODS, mimes.ODP]
    kinds += [mimes.RTF, mimes.HTML, mimes.MAIL, mimes.TEXT]

    names = {str(told(Inside(True, mime, True))[0].data["kind"]) for mime in kinds}
    assert len(names) == len(kinds)
