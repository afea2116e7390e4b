"""The export list of a parcel, what we sent for it and what customs answered."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.customs.messages import Sender
from orders.customs.snapshot import ParcelSnapshot
from orders.shipping.models import Parcel


class Route(models.Model):
    """How parcels of one channel are declared: who exports, where, by which carrier.

    An officer keeps it: districts are re-organised and ports differ in what they want.
    """

    channel = models.CharField(
        _("channel"),
        max_length=20,
        unique=True,
        blank=True,
        help_text=_("empty: for every channel without a route of its own"),
    )
    exporter_code = models.CharField(_("exporter's company code"), max_length=18)
    exporter_name = models.CharField(_("exporter's name"), max_length=100)
    agent_code = models.CharField(
        _("declaring agent's company code"),
        max_length=18,
        blank=True,
        help_text=_("empty: the exporter declares"),
    )
    agent_name = models.CharField(_("agent's name"), max_length=100, blank=True)
    carrier_code = models.CharField(_("carrier's company code"), max_length=18)
    carrier_name = models.CharField(_("carrier's name"), max_length=100)
    dxp_id = models.CharField(_("our number at the e-port"), max_length=16)
    customs_code = models.CharField(_("declaring customs"), max_length=4)
    port_code = models.CharField(_("exit customs"), max_length=4)
    loct_no = models.CharField(_("supervision site"), max_length=10, blank=True)
    traf_mode = models.CharField(_("mode of transport"), max_length=1, default="5")
    wrap_type = models.CharField(_("kind of package"), max_length=1, default="2")
    letters = models.BooleanField(
        _("countries and currencies in letters"), default=False
    )
    simplified = models.BooleanField(_("goods by four digits, no refund"), default=True)

    class Meta:
        verbose_name = _("customs route")
        verbose_name_plural = _("customs routes")

    def __str__(self) -> str:
        return self.channel or str(_("every other channel"))

    @property
    def sender(self) -> Sender:
        """Who transmits: the declaring agent, which may be the exporter itself."""
        return Sender(
            code=self.agent_code or self.exporter_code,
            name=self.agent_name or self.exporter_name,
            dxp_id=self.dxp_id,
            letters=self.letters,
            simplified=self.simplified,
        )


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    def rejected(self) -> Self:
        return self.filter(state=Declaration.State.REJECTED)


class Declaration(models.Model):
    """One parcel before customs. Written from one snapshot; mended, it tries again."""

    class State(models.TextChoices):
        READY = "READY", _("ready to send")
        SENT = "SENT", _("sent")
        ACCEPTED = "ACCEPTED", _("taken in by customs")
        HELD = "HELD", _("held for inspection")
        RELEASED = "RELEASED", _("released")
        CLOSED = "CLOSED", _("closed")
        REJECTED = "REJECTED", _("rejected, needs mending")
        RETURNED = "RETURNED", _("sent back")

    parcel = models.OneToOneField(
        Parcel, on_delete=models.PROTECT, related_name="declaration"
    )
    route = models.ForeignKey(
        Route,
        on_delete=models.PROTECT,
        related_name="declarations",
        verbose_name=_("customs route"),
    )
    cop_no = models.CharField(_("our number"), max_length=30, unique=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.READY
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    last_status = models.IntegerField(_("customs' last status"), default=0)
    reason = models.TextField(_("why it was rejected"), blank=True)
    pre_no = models.CharField(_("e-port's number"), max_length=18, blank=True)
    invt_no = models.CharField(
        _("customs' number of the list"), max_length=20, blank=True
    )
    snapshot = models.JSONField(_("what is declared"))
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    sent_at = models.DateTimeField(_("list sent at"), null=True, blank=True)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        constraints = [
            models.CheckConstraint(
                name="a_rejected_declaration_says_why",
                condition=~Q(state="REJECTED") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="a_released_declaration_says_when",
                condition=~Q(state__in=["RELEASED", "CLOSED"])
                | Q(released_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["invt_no"], name="declarations_by_list"),
            models.Index(
                fields=["opened_at"],
                name="declarations_to_mend",
                condition=Q(state="REJECTED"),
            ),
        ]

    def __str__(self) -> str:
        return self.cop_no

    @property
    def facts(self) -> ParcelSnapshot:
        return ParcelSnapshot.from_json(self.snapshot)


class MessageQuerySet(models.QuerySet["Message"]):
    def current(self) -> Self:
        """Of each declaration and kind the newest attempt: what customs judges now."""
        return self.order_by("declaration_id", "kind", "-attempt").distinct(
            "declaration_id", "kind"
        )


class Message(models.Model):
    """One message of one attempt, exactly as it was sent."""

    class Kind(models.TextChoices):
        ORDER = "303", _("order")
        WAYBILL = "505", _("waybill")
        LIST = "603", _("list")

    declaration = models.ForeignKey(
        Declaration, on_delete=models.PROTECT, related_name="messages"
    )
    kind = models.CharField(_("kind"), max_length=3, choices=Kind.choices)
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    is_change = models.BooleanField(_("changes what customs holds"), default=False)
    guid = models.CharField("GUID", max_length=36, unique=True)
    natural_key = models.CharField(_("what it is about"), max_length=120)
    content = models.TextField(_("as it was sent"))
    status = models.IntegerField(_("customs' status"), default=0)
    # By customs' own clock: what it answered before was about an earlier attempt.
    deaf_until = models.DateTimeField(_("answers count after"), null=True, blank=True)
    written_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("customs message")
        verbose_name_plural = _("customs messages")
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "kind", "attempt"],
                name="an_attempt_has_one_message_of_a_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "natural_key"], name="messages_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.natural_key}"


class Receipt(models.Model):
    """One answer of customs. All are kept; only those that lead forward are applied."""

    kind = models.CharField(_("kind"), max_length=3)
    natural_key = models.CharField(_("what it is about"), max_length=300)
    message = models.ForeignKey(
        Message,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="receipts",
    )
    status = models.IntegerField(_("customs' status"))
    text = models.TextField(_("in customs' words"), blank=True)
    returned_at = models.DateTimeField(_("given at"))
    fingerprint = models.CharField(_("fingerprint"), max_length=64, unique=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    applied = models.BooleanField(_("led forward"), default=False)

    class Meta:
        verbose_name = _("customs receipt")
        verbose_name_plural = _("customs receipts")
        indexes = [
            models.Index(fields=["kind", "natural_key"], name="receipts_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.natural_key}: {self.status}"
