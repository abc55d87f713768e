"""Does a digest look like what nobody wants?"""

from dataclasses import replace
from datetime import UTC, datetime

from plein_bot.mail.mailer import Relay, written
from tests.commands.test_digests import a_week_passes, begins
from tests.commands.test_search import a_place, blog, bring
from tests.fakes.spam import scored, where_spam_is_told
from tests.fakes.square import Square

RELAY = Relay("127.0.0.1", 25, "none", "plein@plein.test", "Plein")


@where_spam_is_told
async def test_a_digest_is_no_spam(square: Square) -> None:
    place = await a_place(square)
    await bring(square, square.joost, place.root, place)
    await begins(square)
    await blog(square.sanne, place, "Bezoek aan Woudenberg", "Wij waren bij de **haven**.")
    digest = replace((await a_week_passes(square))["joost"], written_at=datetime.now(UTC))

    ((points, report),) = scored([bytes(written(digest, RELAY))])

    assert points < 2, report
