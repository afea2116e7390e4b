"""The to-do rows."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class StepQuerySet(models.QuerySet["Step"]):
    def open(self) -> Self:
        return self.filter(state=Step.State.OPEN)

    def parked(self) -> Self:
        return self.filter(state=Step.State.PARKED)

    def due(self, moment: datetime) -> Self:
        return self.open().filter(due_at__lte=moment)


class Step(models.Model):
    """One thing that must happen for one subject, once in effect.

    While somebody works on it, `lease_token` is theirs and `due_at` is the lease's end.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("to do")
        DONE = "DONE", _("done")
        PARKED = "PARKED", _("needs a person")

    job = models.CharField(_("job"), max_length=60)
    subject_id = models.BigIntegerField(_("subject"))
    key = models.CharField(_("key"), max_length=80, blank=True, default="")
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.OPEN
    )
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    last_error = models.TextField(_("last error"), blank=True, default="")
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        db_table = "donghai_step"
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(
                fields=["job", "subject_id", "key"], name="one_step_per_cause"
            ),
            models.CheckConstraint(
                name="done_step_says_when",
                condition=Q(state="DONE", done_at__isnull=False)
                | (~Q(state="DONE") & Q(done_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="steps_due", condition=Q(state="OPEN")
            ),
            models.Index(
                fields=["created_at"], name="steps_parked", condition=Q(state="PARKED")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.subject_id} {self.key}".strip()

    @property
    def reference(self) -> str:
        """The idempotency key that every outside call of this step carries."""
        return f"{self.job}/{self.subject_id}/{self.key}".rstrip("/")
