"""What search reads: a row for each product, its SKUs, and the words that occur."""

from collections.abc import Collection, Iterator
from itertools import product

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Reverse

PUBLIC = Q(is_public=True)


# What a walk begins with, and what it goes along; every index ends with the product.
OF = {
    "": (),
    "mineral_": ("mineral",),
    "form_": ("form",),
    "both_": ("mineral", "form"),
}
ALONG = {"id": (), "price": ("price_minor",), "sold": ("sold",)}


def paths() -> Iterator[models.Index]:
    """The indexes lists are read along; they tell the price and what facts may be."""
    for (of, given), (along, values) in product(OF.items(), ALONG.items()):
        yield models.Index(
            fields=[*given, *values, "product"],
            include=_told(values),
            name=f"search_{of}by_{along}",
            condition=PUBLIC,
        )
    for along, values in ALONG.items():  # a merchant's own, listed or not
        yield models.Index(
            fields=["merchant_id", *values, "product"],
            include=_told(values),
            name=f"search_merchant_by_{along}",
        )


def _told(along: Collection[str]) -> list[str]:
    return [name for name in ("signature", "price_minor") if name not in along]


class SearchRow(models.Model):
    """A product as search sees it. Only `catalog.search.services` writes it.

    All but `sold` and `in_stock` are copies of the product's facts. `in_stock` follows
    its stock by the database (see the migration) and stands in no index, so that a sale
    rewrites none. `signature` and the price stand in all of them: they tell that a row
    lacks a fact or costs too much without a look at the row.
    """

    product = models.OneToOneField(
        "catalog.Product",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="search_row",
    )
    merchant_id = models.BigIntegerField()
    price_minor = models.BigIntegerField()
    sold = models.BigIntegerField(default=0)
    mineral = models.BigIntegerField(default=0)  # codes of facts; 0 is none
    form = models.BigIntegerField(default=0)
    signature = models.BigIntegerField()  # two bits of each fact, one over the other
    is_public = models.BooleanField()
    in_stock = models.BooleanField(default=False)
    facts = models.BinaryField()  # codes of all facts, eight bytes each, to be counted
    tokens = SearchVectorField()  # facts in words, "@merchant", and free words

    class Meta:
        indexes = [
            GinIndex(fields=["tokens"], name="search_tokens", fastupdate=False),
            *paths(),
        ]


class SearchSku(models.Model):
    """A SKU as it's typed: small letters and digits alone.

    Of one with parts between its first and its last, also what begins at each of them.
    """

    product = models.ForeignKey(
        SearchRow, on_delete=models.CASCADE, related_name="skus", db_index=False
    )
    sku = models.CharField(max_length=40, db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "sku"], name="a_product_has_a_sku_once"
            ),
        ]
        indexes = [
            models.Index(fields=["sku", "product"], name="search_by_sku"),
            models.Index(Reverse("sku"), "product", name="search_by_sku_end"),
        ]


class SearchWord(models.Model):
    """A free word of some product, and the numbers of its forms with letters out.

    Two writers that meet a new word at once may both write it: nobody waits for it, and
    twice is no harm. The same is true of SearchFact.
    """

    word = models.CharField(max_length=100, db_collation="C")
    near = ArrayField(models.IntegerField())

    class Meta:
        indexes = [
            models.Index(fields=["word"], name="search_words"),
            GinIndex(fields=["near"], name="search_words_near", fastupdate=False),
        ]


class SearchFact(models.Model):
    """What a code stands for."""

    code = models.BigIntegerField(db_index=True)
    facet = models.CharField(max_length=20)
    value = models.CharField(max_length=60)
