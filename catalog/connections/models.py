"""Tokens that open our doors to merchants' systems, and what we tell those systems."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.merchants.models import Merchant


class Scope(models.TextChoices):
    """What a token may do."""

    PRODUCTS_READ = "products:read", _("read products")
    PRODUCTS_WRITE = "products:write", _("write products")
    STOCK_READ = "stock:read", _("read stock")
    STOCK_WRITE = "stock:write", _("change stock")


class ApiToken(models.Model):
    """A key to a merchant's things for a program. We keep only the secret's digest.

    It is the merchant's: it goes on when the person who made it leaves.
    """

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="api_tokens"
    )
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(_("begins with"), max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("made by"),
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(
                name="a_token_may_do_something", condition=Q(scopes__len__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"dh_live_{self.prefix}"

    @property
    def may_do(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]

    def is_over_at(self, moment: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= moment


class EventType(models.TextChoices):
    """What we tell. A ping is only sent when somebody asks for one."""

    PRODUCT_UPDATED = "product.updated", _("a product is new or changed")
    PRODUCT_WITHDRAWN = "product.withdrawn", _("a product is withdrawn")
    STOCK_CHANGED = "stock.changed", _("stock changed")
    ORDER_TO_BRING = "order.to_bring", _("sold: bring it to the hub")


PING = "ping"


class EndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def on(self) -> Self:
        return self.filter(is_active=True, disabled_at=None)

    def with_answer(self) -> Self:
        """With `answered`: the status that came back last, None when nothing did."""
        attempts = WebhookAttempt.objects.filter(message__endpoint=OuterRef("pk"))
        last = attempts.order_by("-pk").values("status")[:1]
        return self.annotate(answered=Subquery(last))

    def told(self, event_type: str) -> Self:
        return self.on().filter(event_types__contains=[event_type])


class WebhookEndpoint(models.Model):
    """An address of a merchant's system that wants to be told.

    `is_active` is people's switch, `disabled_at` ours, after days of failure. While it
    rests nothing is sent to it, so that a dead one doesn't keep our senders busy.
    """

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="webhook_endpoints"
    )
    url = models.URLField(_("address"), max_length=500)
    event_types = ArrayField(models.CharField(max_length=30, choices=EventType.choices))
    secret = models.TextField(editable=False)  # sealed, as is the former one
    former_secret = models.TextField(blank=True, default="", editable=False)
    former_until = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(_("sends"), default=True)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    rests_until = models.DateTimeField(_("rests until"), null=True, blank=True)
    disabled_at = models.DateTimeField(_("switched off"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("made by"),
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        indexes = [
            models.Index(
                fields=["merchant"],
                name="endpoints_told",
                condition=Q(is_active=True, disabled_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def is_on(self) -> bool:
        return self.is_active and self.disabled_at is None

    @property
    def told_of(self) -> list[str]:
        return [str(EventType(kind).label) for kind in self.event_types]


class WebhookMark(models.Model):
    """ "This variant changed", written by the database with the change itself.

    Only of merchants with an endpoint that wants to know; a round makes messages of
    them. Several marks of one variant are one message with its newest state.
    """

    class Kind(models.TextChoices):
        STOCK = "STOCK", _("stock")
        PIECE = "PIECE", _("piece")

    variant_id = models.BigIntegerField()
    kind = models.CharField(max_length=5, choices=Kind.choices)

    class Meta:
        verbose_name = _("mark for webhooks")
        verbose_name_plural = _("marks for webhooks")

    def __str__(self) -> str:
        return f"{self.kind} {self.variant_id}"


class WebhookMessage(models.Model):
    """One event for one endpoint: the very bytes that are sent, each time the same."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("on its way")
        DELIVERED = "DELIVERED", _("delivered")
        FAILED = "FAILED", _("not delivered")

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="messages"
    )
    event_id = models.UUIDField(default=uuid.uuid4)
    type = models.CharField(_("event"), max_length=30)
    body = models.TextField(_("body"))
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.WAITING
    )
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    due_at = models.DateTimeField(_("next attempt"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "event_id"],
                name="an_endpoint_is_told_an_event_once",
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="messages_newest"),
            models.Index(fields=["endpoint", "state", "-id"], name="messages_by_state"),
            models.Index(fields=["created_at"], name="messages_by_age"),
        ]

    def __str__(self) -> str:
        return self.webhook_id

    @property
    def webhook_id(self) -> str:
        """What a receiver knows it again by, however often it comes."""
        return f"msg_{self.event_id.hex}"


class WebhookAttempt(models.Model):
    """One time we sent a message, and what came back."""

    message = models.ForeignKey(
        WebhookMessage, on_delete=models.CASCADE, related_name="attempts"
    )
    at = models.DateTimeField(_("sent"), default=timezone.now)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True, default="")
    took_ms = models.PositiveIntegerField(_("took (ms)"))
    error = models.CharField(_("error"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("webhook attempt")
        verbose_name_plural = _("webhook attempts")

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.status or self.error}"

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
