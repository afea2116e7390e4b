"""What is listed: facts of a piece, its words by language, what is counted of it."""

from decimal import ROUND_CEILING, Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.merchants.models import Merchant
from catalog.products.skus import ALIKE, alike
from donghai.money import Money


class Treatment(models.TextChoices):
    """What was done to the stone. Customs, consumer law and trust depend on it."""

    NONE = "NONE", _("untreated")
    HEATED = "HEATED", _("heated")
    DYED = "DYED", _("dyed")
    IRRADIATED = "IRRADIATED", _("irradiated")
    COATED = "COATED", _("coated")
    FILLED = "FILLED", _("filled")
    RECONSTITUTED = "RECONSTITUTED", _("reconstituted")
    SYNTHETIC = "SYNTHETIC", _("synthetic")
    GLASS = "GLASS", _("glass")


class Metal(models.TextChoices):
    """Precious metal makes it jewellery of that metal, whatever the stone."""

    NONE = "NONE", _("none to speak of")
    BASE = "BASE", _("base metal")
    SILVER = "SILVER", _("silver")
    GOLD = "GOLD", _("gold or platinum")


class ProductQuerySet(models.QuerySet["Product"]):
    def listed(self) -> Self:
        return self.filter(
            state=Product.State.LISTED, merchant__state=Merchant.State.APPROVED
        )

    def with_stock(self) -> Self:
        """With merchant, and those of its variants that are on the market."""
        return self.with_all_stock(Variant.objects.filter(withdrawn_at=None))

    def with_all_stock(self, of: "VariantQuerySet | None" = None) -> Self:
        """With merchant and variants, or those given."""
        variants = Variant.objects.all() if of is None else of
        return self.select_related("merchant").prefetch_related(
            models.Prefetch("variants", variants.select_related("stock").order_by("pk"))
        )


class Product(models.Model):
    """What is listed: the facts of a piece, and its words by language.

    `titles` are what is shown, composed from the facts; what a person wrote over them
    stands in `own_titles` and wins. Descriptions are composed when they are read, if
    nobody wrote one. `story` is the merchant's free text in `story_language`.
    Mineral, form, colour and motif are codes of the glossary.
    `unfinished` is what was typed in the editor and not saved yet, valid or not.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("draft")
        LISTED = "LISTED", _("listed")
        WITHDRAWN = "WITHDRAWN", _("withdrawn")

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="products"
    )
    code = models.CharField(
        _("the merchant's own number"), max_length=40, blank=True, default=""
    )
    titles = models.JSONField(_("titles by language"), default=dict)
    own_titles = models.JSONField(_("titles a person wrote"), default=dict, blank=True)
    titles_text = models.GeneratedField(
        expression=Cast("titles", models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )
    own_descriptions = models.JSONField(
        _("descriptions a person wrote"), default=dict, blank=True
    )
    story = models.TextField(_("the merchant's own words"), blank=True, default="")
    story_language = models.CharField(max_length=8, blank=True, default="zh-hans")
    stories = models.JSONField(_("story by language"), default=dict, blank=True)

    mineral = models.CharField(_("mineral"), max_length=20, blank=True)
    form = models.CharField(_("form"), max_length=20, blank=True)
    treatment = models.CharField(
        _("treatment"), max_length=14, choices=Treatment.choices, blank=True
    )
    origin = models.CharField(_("origin of the raw stone"), max_length=2, blank=True)
    colour = models.CharField(_("colour"), max_length=30, blank=True, default="")
    motif = models.CharField(_("motif"), max_length=20, blank=True, default="")

    metal = models.CharField(
        _("metal in it"), max_length=6, choices=Metal.choices, default=Metal.NONE
    )

    hs_code = models.CharField(_("customs code (10 digits)"), max_length=10, blank=True)
    customs_name = models.CharField(
        _("customs name in Chinese"), max_length=250, blank=True
    )
    customs_elements = models.CharField(
        _("declaration elements"), max_length=250, blank=True
    )
    customs_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    customs_confirmed_at = models.DateTimeField(
        _("customs code confirmed"), null=True, blank=True
    )

    unfinished = models.JSONField(null=True, blank=True)
    picture = models.ImageField(_("picture"), upload_to="pieces/", blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.DRAFT
    )
    created_at = models.DateTimeField(_("listed at"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(
                name="customs_code_has_ten_digits",
                condition=Q(hs_code__regex=r"^([0-9]{10})?$"),
            ),
            models.CheckConstraint(
                name="a_listed_product_has_all_its_facts",
                condition=~Q(state="LISTED")
                | (
                    ~Q(mineral="")
                    & ~Q(form="")
                    & ~Q(treatment="")
                    & ~Q(origin="")
                    & ~Q(colour="")
                    & ~Q(hs_code="")
                    & ~Q(customs_name="")
                    & ~Q(customs_elements="")
                ),
            ),
            models.UniqueConstraint(
                fields=["merchant", "code"],
                condition=~Q(code=""),
                name="a_product_number_is_unique_at_its_merchant",
            ),
            models.UniqueConstraint(  # what Variant.merchant refers to
                fields=["id", "merchant"], name="products_by_merchant"
            ),
        ]
        indexes = [
            models.Index(
                fields=["-id"], name="listed_newest", condition=Q(state="LISTED")
            )
        ]

    def __str__(self) -> str:
        return self.title(translation.get_language() or "en")

    def title(self, language: str) -> str:
        """In `language`, else in English, else in any, else that it has none."""
        base = language.split("-", maxsplit=1)[0]
        for code in (language, base, "en"):
            if self.titles.get(code):
                return str(self.titles[code])
        titles = (str(title) for title in self.titles.values())
        return next(titles, gettext("New product, not yet named"))


class VariantQuerySet(models.QuerySet["Variant"]):
    def by_sku(self, *skus: str) -> Self:
        """Those with one of these SKUs, in whatever case or width they are written."""
        return self.alias(alike=ALIKE).filter(alike__in={alike(sku) for sku in skus})

    def sku_begins(self, text: str) -> Self:
        """Those whose SKU begins like this."""
        return self.alias(alike=ALIKE).filter(alike__startswith=alike(text))

    def for_sale(self) -> Self:
        """What anybody may find and claim."""
        return self.filter(
            withdrawn_at=None,
            product__state=Product.State.LISTED,
            merchant__state=Merchant.State.APPROVED,
        )


class Variant(models.Model):
    """What is counted. A one-off piece is a variant of one.

    Prices are in fen. `merchant` is its product's (the database holds it to that): a
    SKU is the merchant's own and unique among hers without regard to case, at most 20
    characters because customs' order takes 30 and its list 20.
    """

    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="variants"
    )
    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="variants"
    )
    sku = models.CharField("SKU", max_length=20)
    size = models.CharField(_("size"), max_length=60, blank=True, default="")
    bead_mm = models.DecimalField(
        _("bead size in mm"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    wrist_mm = models.DecimalField(
        _("wrist size in mm"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    length_mm = models.DecimalField(
        _("length in mm"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    width_mm = models.DecimalField(
        _("width in mm"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    height_mm = models.DecimalField(
        _("height in mm"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    diameter_mm = models.DecimalField(
        _("diameter in mm"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    weight_g = models.DecimalField(
        _("net weight in grams"), max_digits=9, decimal_places=2
    )
    wholesale_minor = models.PositiveBigIntegerField(_("wholesale price in fen"))
    min_quantity = models.PositiveIntegerField(_("fewest at once"), default=1)
    suggested_retail_minor = models.PositiveBigIntegerField(
        _("suggested retail price in fen"), null=True, blank=True
    )
    least_retail_minor = models.PositiveBigIntegerField(
        _("lowest retail price in fen"), null=True, blank=True
    )
    is_one_off = models.BooleanField(_("one of a kind"), default=False)
    alarm_at = models.PositiveIntegerField(
        _("warn when fewer are left"), null=True, blank=True
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = VariantQuerySet.as_manager()

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints = [
            models.CheckConstraint(
                name="wholesale_price_is_positive", condition=Q(wholesale_minor__gt=0)
            ),
            models.CheckConstraint(
                name="net_weight_is_positive", condition=Q(weight_g__gt=0)
            ),
            models.CheckConstraint(
                name="the_fewest_at_once_is_one_or_more",
                condition=Q(min_quantity__gte=1),
            ),
            models.UniqueConstraint(
                ALIKE, "merchant", name="a_sku_is_unique_at_its_merchant"
            ),
        ]
        indexes = [models.Index(fields=["sku"], name="variants_by_sku")]

    def __str__(self) -> str:
        return self.sku

    @property
    def wholesale(self) -> Money:
        return Money(self.wholesale_minor, "CNY")

    @property
    def size_shown(self) -> str:
        """Its size in words; else in millimetres, by what is measured across."""
        across = self.bead_mm or self.diameter_mm
        sides = [across] if across else [self.length_mm, self.width_mm, self.height_mm]
        numbers = " × ".join(f"{side.normalize():f}" for side in sides if side)
        return self.size or (f"{numbers} mm" if numbers else "")

    @property
    def grams(self) -> int:
        """What the post weighs: whole grams, rounded up."""
        return int(Decimal(self.weight_g).to_integral_value(rounding=ROUND_CEILING))


class PriceTier(models.Model):
    """A lower wholesale price from some quantity on."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="tiers")
    from_quantity = models.PositiveIntegerField(_("from how many"))
    wholesale_minor = models.PositiveBigIntegerField(_("wholesale price in fen"))

    class Meta:
        verbose_name = _("price tier")
        verbose_name_plural = _("price tiers")
        constraints = [
            models.CheckConstraint(
                name="a_tier_begins_above_one", condition=Q(from_quantity__gt=1)
            ),
            models.CheckConstraint(
                name="a_tier_has_a_price", condition=Q(wholesale_minor__gt=0)
            ),
            models.UniqueConstraint(
                fields=["variant", "from_quantity"], name="one_tier_per_quantity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_quantity}+: {Money(self.wholesale_minor, 'CNY')}"
