"""Is a forged sender told from a true one?"""

import pytest

from bridges.email.authentication import Verdict, verdict

_MX = "mx.plein.test"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("mx.plein.test; dmarc=pass (p=reject dis=none) header.from=example.org", Verdict.ACCEPT),
        ("MX.plein.test 1; dkim=fail; dmarc=pass header.from=EXAMPLE.org", Verdict.ACCEPT),
        ("mx.plein.test; dmarc=fail (p=reject dis=none) header.from=example.org", Verdict.REFUSE),
        ("mx.plein.test; dmarc=fail (p=quarantine) header.from=example.org", Verdict.REFUSE),
        ("mx.plein.test; dmarc=fail header.from=example.org policy.dmarc=reject", Verdict.REFUSE),
        (
            'mx.plein.test; dmarc=fail reason="No valid SPF, No valid DKIM" header.from=example.org'
            " (policy=reject)",
            Verdict.REFUSE,
        ),
        ("mx.plein.test; dmarc=fail (p=none) header.from=example.org", Verdict.DOUBT),
        ("mx.plein.test; dmarc=temperror header.from=example.org", Verdict.DOUBT),
        ("mx.plein.test; dmarc=none; dkim=pass header.d=example.org", Verdict.ACCEPT),
        ("mx.plein.test; dkim=pass header.i=@example.org", Verdict.ACCEPT),
        ("mx.plein.test; dkim=pass header.d=mail.example.org", Verdict.DOUBT),
        ("mx.plein.test; spf=pass smtp.mailfrom=huurder.example.org", Verdict.DOUBT),
        ("mx.plein.test; spf=pass smtp.mailfrom=jan@example.org", Verdict.ACCEPT),
        ("mx.plein.test; dkim=pass header.d=dief.example", Verdict.DOUBT),
        ("mx.plein.test; dkim=pass header.d=org; spf=pass smtp.mailfrom=org", Verdict.DOUBT),
        ("mx.plein.test; dkim=pass header.d=notexample.org", Verdict.DOUBT),
        ("mx.plein.test; dkim=fail header.d=example.org; spf=softfail", Verdict.DOUBT),
        ("mx.plein.test; none", Verdict.DOUBT),
        ("mx.plein.test; dmarc=pass header.from=dief.example", Verdict.DOUBT),
        ("mx.elders.test; dmarc=pass header.from=example.org", Verdict.DOUBT),
        ("mx.plein.test.elders.test; dmarc=pass header.from=example.org", Verdict.DOUBT),
        ("(mx.plein.test;) dief; dmarc=pass header.from=example.org", Verdict.DOUBT),
        ('mx.plein.test; spf=fail reason="x; dmarc=pass header.from=example.org"', Verdict.DOUBT),
        ("", Verdict.DOUBT),
    ],
)
def test_what_the_mail_server_found_decides(header: str, expected: Verdict) -> None:
    assert verdict([header], _MX, "jan@example.org") is expected


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("mx.plein.test; dmarc=fail (p=reject) header.from=example.org", Verdict.REFUSE),
        ("mx.plein.test; dkim=fail header.d=example.org; spf=fail; dmarc=none", Verdict.DOUBT),
        ("mx.plein.test; none", Verdict.DOUBT),
    ],
)
@pytest.mark.parametrize(
    "forged", ["dmarc=pass header.from=example.org", "dkim=pass header.d=example.org"]
)
def test_below_what_the_mail_server_wrote_nothing_counts(
    own: str, expected: Verdict, forged: str
) -> None:
    headers = ["mx.elders.test; none", own, f"mx.plein.test; {forged}"]

    assert verdict(headers, _MX, "jan@example.org") is expected


def test_who_trusts_no_server_leaves_it_to_what_stands_before() -> None:
    assert verdict([], None, "jan@example.org") is Verdict.ACCEPT
