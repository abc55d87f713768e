"""Do the mails that we send look like what nobody wants? By SpamAssassin, without network."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.bridges.email.outgoing import confirmation, message, with_a_file

_PROGRAM = shutil.which("spamassassin")


@pytest.mark.skipif(_PROGRAM is None, reason="SpamAssassin is not installed")
async def test_what_we_send_is_no_spam(tmp_path: Path) -> None:
    sent = [message(), with_a_file(), await confirmation(tmp_path)]

    reports = scored(sent)

    assert len(reports) == len(sent)
    assert [report for points, report in reports if points >= 2] == []


def scored(mails: list[bytes]) -> list[tuple[float, str]]:
    """The points of each, and for what; in one run, as starting it takes longest."""
    assert _PROGRAM
    box = b"".join(b"From x Mon Mar  3 10:00:00 2025\n" + mail + b"\n" for mail in mails)
    answer = subprocess.run(
        [_PROGRAM, "--local", "--test-mode", "--mbox"], input=box, capture_output=True, check=True
    )
    reports = re.split(r"(?m)^From x ", answer.stdout.decode(errors="replace"))[1:]
    points = [re.search(r"score=(-?[\d.]+)", report) for report in reports]
    return [
        (float(one[1]), report[report.find("Content analysis") :])
        for one, report in zip(points, reports, strict=True)
        if one
    ]
