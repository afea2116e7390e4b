"""People who work stone, and what they were honoured with."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from catalog.merchants.models import Merchant
from donghai.home import home_day

FIRST_YEAR = 1900


def validate_year(year: int) -> None:
    """Of a living person: neither long ago nor still to come."""
    now = home_day().year
    if not FIRST_YEAR <= year <= now:
        words = _("Write a year from %(first)s to %(now)s.")
        raise ValidationError(words, params={"first": FIRST_YEAR, "now": now})


class Artisan(models.Model):
    """A person who works stone. `about` is by language."""

    class Craft(models.TextChoices):
        CARVER = "CARVER", _("carver")
        CUTTER = "CUTTER", _("stone cutter")
        POLISHER = "POLISHER", _("polisher")
        SETTER = "SETTER", _("setter")
        STRINGER = "STRINGER", _("stringer")

    name = models.CharField(_("name"), max_length=100)
    name_zh = models.CharField(_("Chinese name"), max_length=100)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    portrait = models.ImageField(_("portrait"), upload_to="artisans/", blank=True)
    about = models.JSONField(_("about, by language"), default=dict, blank=True)
    craft = models.CharField(_("craft"), max_length=8, choices=Craft.choices)
    workshop = models.ForeignKey(
        Merchant,
        on_delete=models.PROTECT,
        related_name="artisans",
        null=True,
        blank=True,
        verbose_name=_("merchant"),
    )
    since = models.PositiveSmallIntegerField(
        _("at it since"), null=True, blank=True, validators=[validate_year]
    )

    class Meta:
        verbose_name = _("artisan")
        verbose_name_plural = _("artisans")

    def __str__(self) -> str:
        chinese = (translation.get_language() or "").startswith("zh")
        return self.name_zh if chinese else self.name


class Honour(models.Model):
    """A title or prize given to an artisan."""

    artisan = models.ForeignKey(
        Artisan,
        on_delete=models.PROTECT,
        related_name="honours",
        verbose_name=_("artisan"),
    )
    title = models.JSONField(_("title, by language"), default=dict)
    year = models.PositiveSmallIntegerField(_("year"), validators=[validate_year])
    given_by = models.CharField(_("given by"), max_length=120)

    class Meta:
        verbose_name = _("honour")
        verbose_name_plural = _("honours")

    def __str__(self) -> str:
        return f"{next(iter(self.title.values()), '')} ({self.year})"
