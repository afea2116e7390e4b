"""Other platforms a show may also be sent to, and the codes that bring claims home."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hosts.models import Host
from livestream.sessions.models import Listing, LiveSession


class Platform(models.Model):
    """A platform and what its rules say about sending the same show to several.

    Rules change: `checked_on` says when somebody of the centre last read them, and
    `source` where. Without a server each host enters the one she was given.
    """

    class Policy(models.TextChoices):
        ALLOWED = "ALLOWED", _("allowed")
        NEEDS_APPROVAL = "NEEDS_APPROVAL", _("only with the platform's approval")
        UNCERTAIN = "UNCERTAIN", _("not certain")
        FORBIDDEN = "FORBIDDEN", _("forbidden")

    slug = models.SlugField(_("short name"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    server = models.CharField(_("server"), max_length=200, blank=True)
    policy = models.CharField(
        _("sending the same show"), max_length=14, choices=Policy.choices
    )
    note = models.TextField(_("what its rules say"), blank=True)
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    source = models.CharField(_("where that stands"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("platform")
        verbose_name_plural = _("platforms")
        constraints = [
            models.CheckConstraint(
                name="a_certain_policy_says_when_it_was_checked",
                condition=Q(policy="UNCERTAIN") | Q(checked_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Destination(models.Model):
    """A host's own channel on a platform; `key` is sealed, `key_ends` may be shown."""

    host = models.ForeignKey(
        Host, on_delete=models.CASCADE, related_name="destinations"
    )
    platform = models.ForeignKey(
        Platform, on_delete=models.PROTECT, related_name="destinations"
    )
    server = models.CharField(_("server"), max_length=200)
    key = models.TextField(editable=False)
    key_ends = models.CharField(_("key ends with"), max_length=4)
    added_at = models.DateTimeField(_("added"), default=timezone.now)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("channel elsewhere")
        verbose_name_plural = _("channels elsewhere")

    def __str__(self) -> str:
        return f"{self.platform} …{self.key_ends}"


class Push(models.Model):
    """A session sent to a destination, from when the host began it until she stops.

    `approved_at` is when she said that the platform has approved it, where one must.
    """

    class State(models.TextChoices):
        CONNECTING = "CONNECTING", _("connecting")
        SENDING = "SENDING", _("sending")
        RETRYING = "RETRYING", _("trying again")
        STOPPED = "STOPPED", _("stopped")

    class Reason(models.TextChoices):
        UNREACHABLE = "UNREACHABLE", _("the server does not answer")
        ADDRESS = "ADDRESS", _("the server's address is not on the public internet")
        CERTIFICATE = "CERTIFICATE", _("the server can't prove who it is")
        REFUSED = "REFUSED", _("the platform did not take the stream: check the key")
        DROPPED = "DROPPED", _("the platform ended the connection")
        SLOW = "SLOW", _("the line to the platform is too slow")
        UNREADABLE = "UNREADABLE", _("enter the key again: it can't be read any more")

    session = models.ForeignKey(
        LiveSession, on_delete=models.PROTECT, related_name="pushes"
    )
    destination = models.ForeignKey(
        Destination, on_delete=models.PROTECT, related_name="pushes"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.CONNECTING
    )
    reason = models.CharField(
        _("reason"), max_length=11, choices=Reason.choices, blank=True
    )
    begun_at = models.DateTimeField(_("begun"), default=timezone.now)
    approved_at = models.DateTimeField(_("approval confirmed"), null=True, blank=True)
    told_at = models.DateTimeField(_("last change"), null=True, blank=True)
    losses = models.PositiveIntegerField(_("connections lost"), default=0)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)

    class Meta:
        verbose_name = _("show sent elsewhere")
        verbose_name_plural = _("shows sent elsewhere")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "destination"],
                condition=Q(stopped_at=None),
                name="a_session_is_sent_somewhere_once",
            ),
            models.CheckConstraint(
                name="a_stopped_push_says_when",
                condition=Q(state="STOPPED", stopped_at__isnull=False)
                | (~Q(state="STOPPED") & Q(stopped_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} > {self.destination}"


class Code(models.Model):
    """What viewers elsewhere type or tap to claim a piece here: /c/K7Q/.

    Two sessions may use the same code, but not at once.
    """

    listing = models.OneToOneField(
        Listing, on_delete=models.CASCADE, related_name="code"
    )
    code = models.CharField(_("code"), max_length=6)
    made_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("code of a piece")
        verbose_name_plural = _("codes of pieces")
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(retired_at=None),
                name="a_code_leads_to_one_piece",
            ),
            models.CheckConstraint(
                name="a_code_retires_after_it_was_made",
                condition=Q(retired_at=None) | Q(retired_at__gte=F("made_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.code
