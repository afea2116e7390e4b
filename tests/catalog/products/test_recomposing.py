"""A word that changes in the glossary changes the titles made of it."""

from catalog.glossary import services
from catalog.glossary.models import TermName
from catalog.products import saving
from catalog.products.models import Product
from catalog.products.pieces import Piece
from donghai import steps
from donghai.steps.tasks import sweep_until_done
from tests.catalog.products.test_saving import BRACELET, saver  # noqa: F401


def test_titles_follow_a_word_but_not_where_a_person_wrote_one(saver):  # noqa: F811
    saving.save([BRACELET], saver)
    saving.save([Piece(sku="AM-8", titles={"de": "Mein Armband"})], saver)
    name = TermName.objects.select_related("term").get(
        term__code="AMETHYST", language="es"
    )
    german = TermName.objects.get(term__code="AMETHYST", language="de")
    TermName.objects.filter(pk__in=[name.pk, german.pk]).update(name="piedra violeta")

    for _ in range(2):
        services.renamed(name.term)
    sweep_until_done(lane=steps.Lane.QUICK)

    titles = Product.objects.get().titles
    assert "piedra violeta" in titles["es"].lower()
    assert titles["de"] == "Mein Armband"
