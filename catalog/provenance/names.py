"""What codes of stones are called on pages: one place to ask, whatever names them."""

from catalog.products.models import Mineral, Treatment

MINERALS = dict(Mineral.choices)
TREATMENTS = dict(Treatment.choices)


def mineral(code: str) -> str:
    return str(MINERALS.get(code, code))


def treatment(code: str) -> str:
    return str(TREATMENTS.get(code, code))
