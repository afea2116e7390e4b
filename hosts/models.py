"""People who present: languages, certificates, the right to be on air in them."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    """Languages a session can be held in; names as their speakers write them."""

    EN = "en", "English"
    ES = "es", "Español"
    DE = "de", "Deutsch"
    FR = "fr", "Français"
    PT_BR = "pt-br", "Português"
    RU = "ru", "Русский"
    AR = "ar", "العربية"
    JA = "ja", "日本語"
    KO = "ko", "한국어"
    ZH_HANS = "zh-hans", "中文"


class Host(models.Model):
    """A person who presents pieces live and earns a share of what she sells."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="host",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name on air"), max_length=60)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    about = models.TextField(_("about"), blank=True, default="")
    portrait = models.ImageField(_("portrait"), upload_to="hosts/", blank=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    class Meta:
        verbose_name = _("host")
        verbose_name_plural = _("hosts")

    def __str__(self) -> str:
        return self.name


class HostLanguageQuerySet(models.QuerySet["HostLanguage"]):
    def certified_on(self, day: date) -> Self:
        """Spoken well enough, by a certificate in force on `day`."""
        return self.filter(
            Q(certified_until__isnull=True) | Q(certified_until__gte=day),
            level__in=HostLanguage.ON_AIR,
            certified_on__lte=day,
        ).exclude(certificate="")


class HostLanguage(models.Model):
    """How well a host speaks a language, and the paper that says so."""

    class Level(models.TextChoices):
        """Common European Framework of Reference."""

        A2 = "A2", "A2"
        B1 = "B1", "B1"
        B2 = "B2", "B2"
        C1 = "C1", "C1"
        C2 = "C2", "C2"

    ON_AIR = (Level.B1, Level.B2, Level.C1, Level.C2)

    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="languages")
    language = models.CharField(_("language"), max_length=8, choices=Language.choices)
    level = models.CharField(_("level"), max_length=2, choices=Level.choices)
    certificate = models.CharField(
        _("certificate number"), max_length=40, blank=True, default=""
    )
    certified_on = models.DateField(_("certified on"), null=True, blank=True)
    certified_until = models.DateField(_("certified until"), null=True, blank=True)

    objects = HostLanguageQuerySet.as_manager()

    class Meta:
        verbose_name = _("host's language")
        verbose_name_plural = _("hosts' languages")
        constraints = [
            models.UniqueConstraint(
                fields=["host", "language"],
                name="a_host_has_a_language_once",
                violation_error_message=_(
                    "This host has that language already. Change its row."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_language_display()} {self.level}"
