"""The wholesale inventory: who owns it, what it is, how much is there and for whom."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc

from donghai.money import Money


def validate_uscc(value: str) -> None:
    """Unified social credit code: 18 characters with a check character (GB 32100)."""
    if not uscc.is_valid(value):
        raise ValidationError(_("This is not a unified social credit code."))


class Merchant(models.Model):
    """A seller of the wholesale market."""

    class State(models.TextChoices):
        APPLIED = "APPLIED", _("applied")
        APPROVED = "APPROVED", _("approved")
        SUSPENDED = "SUSPENDED", _("suspended")

    name = models.CharField(_("name"), max_length=100)
    name_zh = models.CharField(_("Chinese name"), max_length=100)
    credit_code = models.CharField(
        _("unified social credit code"),
        max_length=18,
        unique=True,
        validators=[validate_uscc],
    )
    stall = models.CharField(_("stall"), max_length=20)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.APPLIED
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    class Meta:
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")

    def __str__(self) -> str:
        return self.name_zh if _reads_chinese() else self.name


class MerchantMember(models.Model):
    """A person who acts for a merchant."""

    class Role(models.TextChoices):
        OWNER = "OWNER", _("owner")
        CLERK = "CLERK", _("clerk")

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="members"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=6, choices=Role.choices)
    since = models.DateField(_("since"), default=timezone.localdate)

    class Meta:
        verbose_name = _("merchant's member")
        verbose_name_plural = _("merchants' members")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "user"], name="a_person_joins_a_merchant_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.merchant_id}"


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
    """What is listed: the facts of a piece, and its titles by language."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("draft")
        LISTED = "LISTED", _("listed")
        WITHDRAWN = "WITHDRAWN", _("withdrawn")

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="products"
    )
    titles = models.JSONField(_("titles by language"), default=dict)
    titles_text = models.GeneratedField(
        expression=Cast("titles", models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )
    mineral = models.CharField(_("mineral"), max_length=20, choices=Mineral.choices)
    form = models.CharField(_("form"), max_length=12, choices=Form.choices)
    treatment = models.CharField(
        _("treatment"), max_length=14, choices=Treatment.choices
    )
    origin = models.CharField(_("origin of the raw stone"), max_length=2)
    colour = models.CharField(_("colour"), max_length=30, blank=True, default="")
    hs_code = models.CharField(_("customs code (10 digits)"), max_length=10)
    customs_name = models.CharField(_("customs name in Chinese"), max_length=250)
    customs_elements = models.CharField(_("declaration elements"), max_length=250)
    picture = models.ImageField(_("picture"), upload_to="pieces/", blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.DRAFT
    )
    created_at = models.DateTimeField(_("listed at"), default=timezone.now)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(
                name="customs_code_has_ten_digits",
                condition=Q(hs_code__regex=r"^[0-9]{10}$"),
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
        base = language.split("-", maxsplit=1)[0]
        for code in (language, base, "en"):
            if code in self.titles:
                return str(self.titles[code])
        return next((str(title) for title in self.titles.values()), f"#{self.pk}")


class Variant(models.Model):
    """What is counted. A one-off piece is a variant of one."""

    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="variants"
    )
    sku = models.CharField("SKU", max_length=20, unique=True)
    size = models.CharField(_("size"), max_length=60, blank=True, default="")
    weight_g = models.PositiveIntegerField(_("net weight in grams"))
    wholesale_minor = models.PositiveBigIntegerField(_("wholesale price in fen"))
    is_one_off = models.BooleanField(_("one of a kind"), default=False)

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
        ]

    def __str__(self) -> str:
        return self.sku

    @property
    def wholesale(self) -> Money:
        return Money(self.wholesale_minor, "CNY")


class StockLevel(models.Model):
    """What is left of one variant. Only the database writes it (see migration 0003).

    `on_hand` and `allocated` follow from StockMovement rows, `reserved` from holds.
    """

    variant = models.OneToOneField(
        Variant, on_delete=models.PROTECT, related_name="stock", primary_key=True
    )
    on_hand = models.PositiveBigIntegerField(_("on hand"), default=0)
    allocated = models.PositiveBigIntegerField(_("sold, not yet gone"), default=0)
    reserved = models.PositiveBigIntegerField(_("held for buyers"), default=0)

    class Meta:
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        constraints = [
            models.CheckConstraint(
                name="stock_promises_only_what_is_there",
                condition=Q(on_hand__gte=0, allocated__gte=0, reserved__gte=0)
                & Q(on_hand__gte=F("allocated") + F("reserved")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.free}"

    @property
    def free(self) -> int:
        """Units nobody has been promised."""
        return self.on_hand - self.allocated - self.reserved


class StockMovement(models.Model):
    """One change of stock and why. Append-only; inserting it moves the counters."""

    class Kind(models.TextChoices):
        RECEIVED = "RECEIVED", _("received")
        ADJUSTED = "ADJUSTED", _("adjusted")
        SOLD = "SOLD", _("sold")
        UNSOLD = "UNSOLD", _("sale taken back")
        DISPATCHED = "DISPATCHED", _("dispatched")

    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="movements"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    on_hand = models.BigIntegerField(_("change on hand"), default=0)
    allocated = models.BigIntegerField(_("change of sold"), default=0)
    hold = models.ForeignKey(
        "Hold",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True, default="")
    moved_at = models.DateTimeField(_("moved at"), default=timezone.now)

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints = [
            models.CheckConstraint(
                name="a_movement_moves_something",
                condition=~Q(on_hand=0, allocated=0),
            ),
            models.UniqueConstraint(
                fields=["hold", "kind"], name="a_hold_moves_stock_once_per_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on_hand:+} {self.allocated:+}"


class HoldQuerySet(models.QuerySet["Hold"]):
    def open(self) -> Self:
        return self.filter(state__in=Hold.OPEN)

    def of(self, bag: Any) -> Self:
        return self.filter(bag=bag)

    def stale(self, moment: datetime) -> Self:
        """Past their time and not under payment."""
        return self.filter(state=Hold.State.HELD, expires_at__lte=moment)


class Hold(models.Model):
    """Units promised to one bag until a moment. It ends once (see migration 0003)."""

    class State(models.TextChoices):
        HELD = "HELD", _("held")
        PAYING = "PAYING", _("being paid")
        CONSUMED = "CONSUMED", _("sold")
        RELEASED = "RELEASED", _("given back")
        EXPIRED = "EXPIRED", _("ran out")

    OPEN = (State.HELD, State.PAYING)

    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="holds")
    bag = models.UUIDField(_("bag"))
    quantity = models.PositiveIntegerField(_("quantity"))
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.HELD
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    expires_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.CheckConstraint(
                name="hold_is_of_something", condition=Q(quantity__gt=0)
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], name="holds_stale", condition=Q(state="HELD")
            ),
            models.Index(
                fields=["variant"],
                name="holds_open",
                condition=Q(state__in=["HELD", "PAYING"]),
            ),
            models.Index(fields=["bag"], name="holds_of_a_bag"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant_id}, {self.get_state_display()}"


def _reads_chinese() -> bool:
    return (translation.get_language() or "").startswith("zh")


from catalog.search.models import (  # noqa: E402, F401 # so that Django finds them
    SearchFact,
    SearchRow,
    SearchSku,
    SearchWord,
)
