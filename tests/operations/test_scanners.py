"""What an operator reads of the virus scanner."""

from plein_bot.operations import scanners
from plein_bot.operations.findings import Grade
from tests.fakes import clamd as fakes
from tests.fakes.clamd import FakeClamd
from tests.synapse.harness import free_port


async def test_a_scanner_that_answers_tells_its_version() -> None:
    async with fakes.running(FakeClamd(), free_port()) as where:
        found = await scanners.examine(where)

    assert found.grade is Grade.GOOD
    assert "ClamAV 1.4.6" in found.what


async def test_one_that_does_not_is_a_warning_that_says_what_to_do() -> None:
    found = await scanners.examine("/nergens/clamd.ctl")

    assert found.grade is Grade.WARNING
    assert "/nergens/clamd.ctl does not answer" in found.what
    assert "scanner.clamd" in found.what
