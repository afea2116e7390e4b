"""The right to present a language follows from a certificate in force."""

from datetime import date

import pytest

from hosts.models import HostLanguage
from hosts.services import may_present
from tests.make import make_host

DAY = date(2026, 11, 22)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        ({}, True),
        ({"level": "B1"}, True),
        ({"level": "A2"}, False),
        ({"certificate": ""}, False),
        ({"certified_on": None}, False),
        ({"certified_on": date(2026, 11, 23)}, False),
        ({"certified_until": DAY}, True),
        ({"certified_until": date(2026, 11, 21)}, False),
    ],
)
def test_only_a_certificate_in_force_lets_a_host_present(facts, allowed):
    host = make_host("es")
    HostLanguage.objects.filter(host=host).update(**facts)

    assert may_present(host, language="es", on=DAY) is allowed
    assert not may_present(host, language="de", on=DAY)
