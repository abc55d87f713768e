"""The register of organisations, kept by operators in the chat."""

from pathlib import Path

from tests.synapse.conftest import running, says, settings_on
from tests.synapse.harness import Synapse


async def test_an_operator_keeps_the_register(synapse: Synapse, tmp_path: Path) -> None:
    operator = await synapse.person("beheer", "Beheer")
    piet = await synapse.person("piet")
    plein_settings: dict[str, object] = {"operators": [operator.user_id]}
    async with running(await settings_on(synapse, tmp_path, plein=plein_settings)) as plein:
        assert "Er doet nog geen organisatie mee" in await says(piet, plein, "organisaties")
        assert "Alleen de beheerders" in await says(piet, plein, "organisatie nieuw Zaanstad")

        added = await says(
            operator,
            plein,
            "organisatie nieuw gemeente Zaanstad --kort zaanstad "
            "--servers matrix.zaanstad.example --domeinen zaanstad.example, .zaanstad.example",
        )
        assert added == (
            "gemeente Zaanstad · `zaanstad` · overheid\n"
            "Homeservers: matrix.zaanstad.example\n"
            "E-maildomeinen: .zaanstad.example, zaanstad.example"
        )
        refused = await says(
            operator, plein, f"organisatie instellen zaanstad servers {synapse.server_name}"
        )
        assert "geen organisatie kan die opeisen" in refused
        refused = await says(
            operator, plein, "organisatie nieuw Purmerend --domeinen zaanstad.example"
        )
        assert refused == "zaanstad.example hoort al bij gemeente Zaanstad."
        changed = await says(operator, plein, "organisatie instellen zaanstad servers -")
        assert "Homeservers: geen" in changed

        assert "1. gemeente Zaanstad" in await says(piet, plein, "organisaties")
        assert "Klopt dat?" in await says(operator, plein, "organisatie verwijderen zaanstad")
        assert "staat niet meer in het register" in await says(operator, plein, "ja")
        assert "Er doet nog geen organisatie mee" in await says(piet, plein, "organisaties")
