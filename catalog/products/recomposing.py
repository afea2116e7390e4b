"""A word of the glossary changed: titles made of it follow, some hundreds a step."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from catalog.glossary import titles
from catalog.glossary.models import Term
from catalog.products import indexing
from catalog.products.current import piece_of, with_facts
from catalog.products.models import Product, Variant
from catalog.products.saving import title_facts
from donghai import memory, steps
from donghai.steps.models import Step

RECOMPOSE = "catalog.recompose"
AT_ONCE = 300


def recompose(step: Step) -> None:
    """Compose the titles of the next products that use a term; then those after them.

    The step's key is a mark of the change and the product to go on after.
    """
    term = Term.objects.get(pk=step.subject_id)
    mark, _colon, after = step.key.partition(":")
    memory.forget()
    products = list(using(term).filter(pk__gt=int(after or 0))[:AT_ONCE])
    with steps.finishing(step):
        changed = [product for product in products if _is_renamed(product)]
        Product.objects.bulk_update(changed, ["titles", "changed_at"])
        indexing.index(product.pk for product in changed)
        if len(products) == AT_ONCE:
            key = f"{mark}:{products[-1].pk}"
            steps.schedule(RECOMPOSE, subject_id=term.pk, key=key)


def using(term: Term) -> QuerySet[Product]:
    """Products that say a term."""
    code = term.code
    facts = Q(mineral=code) | Q(form=code) | Q(colour=code) | Q(motif=code)
    return Product.objects.filter(facts | Q(treatment=code)).order_by("pk")


def _is_renamed(product: Product) -> bool:
    """Give a product its titles anew; whether any of them is another now."""
    variant = with_facts(Variant.objects.filter(product=product)).order_by("pk").first()
    if variant is None:
        return False
    composed = titles.compose_titles(title_facts(piece_of(variant)))
    composed |= product.own_titles
    if composed == product.titles:
        return False
    product.titles, product.changed_at = composed, timezone.now()
    return True
