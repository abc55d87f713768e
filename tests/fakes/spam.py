"""What does SpamAssassin say of a mail, by its own rules and without network?"""

import re
import shutil
import subprocess
from collections.abc import Sequence

import pytest

_PROGRAM = shutil.which("spamassassin")
where_spam_is_told = pytest.mark.skipif(_PROGRAM is None, reason="SpamAssassin is not installed")


def scored(mails: Sequence[bytes]) -> list[tuple[float, str]]:
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
