"""A host's collections: pieces she keeps for later sessions, under a name."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from catalog.models import Variant
from donghai.errors import Refused
from hosts.models import Host
from livestream.collections.models import Collection, CollectionPiece

MOST = 50  # collections of a host
MOST_PIECES = 200


class NamelessCollection(Refused):
    code = "nameless_collection"
    title = _("Give the collection a name of at most 60 letters.")
    status = 422


class CollectionIsFull(Refused):
    code = "collection_is_full"
    title = _("A host has at most 50 collections of 200 pieces.")


def of(host: Host) -> Any:
    """A host's collections by name, each with `pieces`, how many it has."""
    found = Collection.objects.filter(host=host).annotate(pieces=Count("items"))
    return found.order_by("name")


@transaction.atomic
def keep(*, host: Host, name: str, variant_id: int) -> Collection:
    """Put a variant into the collection of that name, made if need be. Once only."""
    wanted = " ".join(name.split())
    if not 0 < len(wanted) <= 60:
        raise NamelessCollection()
    collection, is_new = Collection.objects.get_or_create(host=host, name=wanted)
    if is_new and host.collections.count() > MOST:
        raise CollectionIsFull()
    if collection.items.count() >= MOST_PIECES:
        raise CollectionIsFull()
    CollectionPiece.objects.get_or_create(collection=collection, variant_id=variant_id)
    return collection


def drop(collection: Collection) -> None:
    """Forget a collection; its pieces stay on the market."""
    collection.delete()


def variants_of(collection: Collection) -> Sequence[Variant]:
    """What is in it and still for sale, in the order it was put there."""
    found = Variant.objects.for_sale().filter(collected__collection=collection)
    rows = found.select_related("product__merchant", "stock")
    return list(rows.order_by("collected__pk"))


def take_out(*, collection: Collection, variant_id: int) -> None:
    """Take one piece out; what isn't in it stays out."""
    collection.items.filter(variant_id=variant_id).delete()


def pieces_of(collection: Collection) -> set[int]:
    """The variants in it, for sale or not."""
    return set(collection.items.values_list("variant_id", flat=True))


def products_of(collection: Collection) -> list[int]:
    """The products of its pieces, in the same order."""
    items = collection.items.order_by("pk")
    return list(dict.fromkeys(items.values_list("variant__product_id", flat=True)))
