"""What is listed: facts of a piece, its words by language, what is counted of it."""

from decimal import ROUND_CEILING, Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from catalog.merchants.models import Merchant
from donghai.money import Money


class Mineral(models.TextChoices):
    ROCK_CRYSTAL = "ROCK_CRYSTAL", _("rock crystal")
    AMETHYST = "AMETHYST", _("amethyst")
    CITRINE = "CITRINE", _("citrine")
    ROSE_QUARTZ = "ROSE_QUARTZ", _("rose quartz")
    SMOKY_QUARTZ = "SMOKY_QUARTZ", _("smoky quartz")
    AGATE = "AGATE", _("agate")
    OBSIDIAN = "OBSIDIAN", _("obsidian")
    TIGER_EYE = "TIGER_EYE", _("tiger's eye")
    LABRADORITE = "LABRADORITE", _("labradorite")
    MOONSTONE = "MOONSTONE", _("moonstone")
    FLUORITE = "FLUORITE", _("fluorite")
    GREEN_AVENTURINE = "GREEN_AVENTURINE", _("green aventurine")
    LAPIS_LAZULI = "LAPIS_LAZULI", _("lapis lazuli")
    TOURMALINE = "TOURMALINE", _("tourmaline")
    RUTILATED_QUARTZ = "RUTILATED_QUARTZ", _("rutilated quartz")
    PREHNITE = "PREHNITE", _("prehnite")


class Form(models.TextChoices):
    BRACELET = "BRACELET", _("bracelet")
    NECKLACE = "NECKLACE", _("necklace")
    PENDANT = "PENDANT", _("pendant")
    EARRINGS = "EARRINGS", _("earrings")
    RING = "RING", _("ring")
    SPHERE = "SPHERE", _("sphere")
    TOWER = "TOWER", _("tower")
    CLUSTER = "CLUSTER", _("cluster")
    CARVING = "CARVING", _("carving")
    TUMBLED = "TUMBLED", _("tumbled stones")
    FACETED = "FACETED", _("faceted stone")
    ROUGH = "ROUGH", _("rough stone")


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


class ProductQuerySet(models.QuerySet["Product"]):
    def listed(self) -> Self:
        return self.filter(
            state=Product.State.LISTED, merchant__state=Merchant.State.APPROVED
        )

    def matching(self, words: str) -> Self:
        """Every word occurs in a title, a SKU or the merchant's name."""
        found = self
        for word in words.split()[:6]:
            found = found.filter(
                Q(titles_text__icontains=word)
                | Q(variants__sku__istartswith=word)
                | Q(merchant__name__icontains=word)
                | Q(merchant__name_zh__icontains=word)
            )
        return found.distinct() if words.strip() else found

    def with_stock(self) -> Self:
        return self.prefetch_related("variants__stock").select_related("merchant")


class Product(models.Model):
    """What is listed: the facts of a piece, and its words by language.

    `titles` and `descriptions` are what is shown, composed from the facts; what a
    person wrote over them stands in `own_titles` and `own_descriptions` and wins.
    `story` is the merchant's free text in `story_language`.
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
    descriptions = models.JSONField(
        _("descriptions by language"), default=dict, blank=True
    )
    own_descriptions = models.JSONField(
        _("descriptions a person wrote"), default=dict, blank=True
    )
    story = models.TextField(_("the merchant's own words"), blank=True, default="")
    story_language = models.CharField(max_length=8, blank=True, default="zh-hans")
    stories = models.JSONField(_("story by language"), default=dict, blank=True)

    mineral = models.CharField(
        _("mineral"), max_length=20, choices=Mineral.choices, blank=True
    )
    form = models.CharField(_("form"), max_length=20, choices=Form.choices, blank=True)
    treatment = models.CharField(
        _("treatment"), max_length=14, choices=Treatment.choices, blank=True
    )
    origin = models.CharField(_("origin of the raw stone"), max_length=2, blank=True)
    colour = models.CharField(_("colour"), max_length=30, blank=True, default="")
    motif = models.CharField(_("motif"), max_length=20, blank=True, default="")

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
        """In `language`, else in English, else in any."""
        return _in_language(self.titles, language) or f"#{self.pk}"

    def description(self, language: str) -> str:
        """A few honest sentences, in the same order of languages."""
        return _in_language(self.descriptions, language)


class Variant(models.Model):
    """What is counted. A one-off piece is a variant of one.

    Prices are in fen. `merchant` is its product's (the database holds it to that): a
    SKU is the merchant's own and unique among hers, at most 20 characters because
    customs' order takes 30 and its list 20.
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
                fields=["merchant", "sku"], name="a_sku_is_unique_at_its_merchant"
            ),
        ]
        indexes = [models.Index(fields=["sku"], name="variants_by_sku")]

    def __str__(self) -> str:
        return self.sku

    @property
    def wholesale(self) -> Money:
        return Money(self.wholesale_minor, "CNY")

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


def _in_language(words: dict[str, str], language: str) -> str:
    base = language.split("-", maxsplit=1)[0]
    for code in (language, base, "en"):
        if words.get(code):
            return str(words[code])
    return next((str(said) for said in words.values() if said), "")
