"""Do the mails that plein-email sends look like what nobody wants?"""

from pathlib import Path

from tests.bridges.email.outgoing import confirmation, message, with_a_file
from tests.fakes.spam import scored, where_spam_is_told


@where_spam_is_told
async def test_what_we_send_is_no_spam(tmp_path: Path) -> None:
    sent = [message(), with_a_file(), await confirmation(tmp_path)]

    reports = scored(sent)

    assert len(reports) == len(sent)
    assert [report for points, report in reports if points >= 2] == []
