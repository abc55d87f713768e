"""How somebody is introduced to those who decide about them."""

from plein_bot.domain.introductions import introduce, with_class
from plein_bot.locale import language
from tests.domain.examples import CITIZEN, OFFICIAL, PARTNER


def test_everybody_is_named_with_what_they_are() -> None:
    dutch, english = language("nl"), language("en")
    assert dutch.plain(introduce(OFFICIAL)) == "Sanne de Vries · ambtenaar, gemeente Zaanstad"
    assert english.plain(with_class(OFFICIAL)) == "Sanne de Vries (official, gemeente Zaanstad)"
    assert dutch.plain(with_class(PARTNER)) == "Joost Bakker (partner, WerkSaam)"
    assert dutch.plain(introduce(CITIZEN)) == "Fatima el Amrani · burger"
    assert dutch.plain(with_class(CITIZEN)) == "Fatima el Amrani (burger)"
