"""What search reads: a row for each product, its SKUs, and the words that occur."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

PUBLIC = Q(is_public=True)


class SearchRow(models.Model):
    """A product as search sees it. Only `catalog.search.services` writes it.

    All but `sold` and `in_stock` are copies of the product's facts. `in_stock` follows
    its stock by the database (see the migration), stands in no index, and so a sale
    rewrites none. A list is read along one of the `_by_` indexes.
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
    is_public = models.BooleanField()
    in_stock = models.BooleanField(default=False)
    facts = ArrayField(models.BigIntegerField())  # codes of all facts, to count them
    tokens = SearchVectorField()  # facts in words, "@merchant", and free words

    class Meta:
        indexes = [
            GinIndex(fields=["tokens"], name="search_tokens", fastupdate=False),
            models.Index(fields=["product"], name="search_by_id", condition=PUBLIC),
            models.Index(
                fields=["price_minor", "product"],
                name="search_by_price",
                condition=PUBLIC,
            ),
            models.Index(
                fields=["sold", "product"], name="search_by_sold", condition=PUBLIC
            ),
            models.Index(
                fields=["mineral", "product"],
                name="search_mineral_by_id",
                condition=PUBLIC,
            ),
            models.Index(
                fields=["mineral", "price_minor", "product"],
                name="search_mineral_by_price",
                condition=PUBLIC,
            ),
            models.Index(
                fields=["mineral", "sold", "product"],
                name="search_mineral_by_sold",
                condition=PUBLIC,
            ),
            models.Index(
                fields=["form", "product"], name="search_form_by_id", condition=PUBLIC
            ),
            models.Index(
                fields=["form", "price_minor", "product"],
                name="search_form_by_price",
                condition=PUBLIC,
            ),
            models.Index(
                fields=["form", "sold", "product"],
                name="search_form_by_sold",
                condition=PUBLIC,
            ),
            models.Index(
                fields=["mineral", "form", "product"],
                name="search_both_by_id",
                condition=PUBLIC,
            ),
            models.Index(
                fields=["mineral", "form", "price_minor", "product"],
                name="search_both_by_price",
                condition=PUBLIC,
            ),
            models.Index(
                fields=["mineral", "form", "sold", "product"],
                name="search_both_by_sold",
                condition=PUBLIC,
            ),
            models.Index(
                fields=["merchant_id", "product"], name="search_merchant_by_id"
            ),
            models.Index(
                fields=["merchant_id", "price_minor", "product"],
                name="search_merchant_by_price",
            ),
            models.Index(
                fields=["merchant_id", "sold", "product"],
                name="search_merchant_by_sold",
            ),
        ]


class SearchSku(models.Model):
    """A SKU as it's typed: small letters and digits alone."""

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
        indexes = [models.Index(fields=["sku", "product"], name="search_by_sku")]


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
