"""Imports of spreadsheets: the file, its rows as read, what they say, what became of
them."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.merchants.models import Merchant
from catalog.sheets.tabs import text_of
from donghai.storage import private_files


class ColumnMapping(models.Model):
    """Which column fills which field, as a merchant's person said for such headers."""

    merchant = models.ForeignKey(
        Merchant, on_delete=models.CASCADE, related_name="column_mappings"
    )
    fingerprint = models.CharField(max_length=64)
    fields = models.JSONField(_("field of each column"), default=list)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("column mapping")
        verbose_name_plural = _("column mappings")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "fingerprint"],
                name="a_merchant_maps_such_headers_once",
            ),
        ]


class SheetImportQuerySet(models.QuerySet["SheetImport"]):
    def of(self, merchant: Merchant) -> Self:
        return self.filter(merchant=merchant)


class SheetImport(models.Model):
    """One file of a merchant on its way into the catalogue.

    `run` counts how often a person set something going; a step of an older run ends
    without doing anything. `place` and `cursor` say how far the present work is.
    """

    class State(models.TextChoices):
        UPLOADED = "UPLOADED", _("being read")
        CHOOSING = "CHOOSING", _("which sheet?")
        READ = "READ", _("which columns?")
        CHECKING = "CHECKING", _("being checked")
        READY = "READY", _("ready to take over")
        APPLYING = "APPLYING", _("being taken over")
        STOPPED = "STOPPED", _("stopped")
        DONE = "DONE", _("taken over")
        UNDOING = "UNDOING", _("being taken back")
        UNDONE = "UNDONE", _("taken back")
        FAILED = "FAILED", _("cannot be read")

    WORKING = (State.UPLOADED, State.CHECKING, State.APPLYING, State.UNDOING)

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="sheet_imports"
    )
    name = models.CharField(_("file"), max_length=200)
    file = models.FileField(upload_to="sheets/", storage=private_files, blank=True)
    photos = models.FileField(upload_to="sheets/", storage=private_files, blank=True)
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.UPLOADED
    )
    failure = models.CharField(_("what to do"), max_length=400, blank=True, default="")
    notes = models.JSONField(_("remarks"), default=list, blank=True)

    tabs = models.JSONField(_("sheets that fit"), default=list, blank=True)
    tab = models.CharField(_("sheet"), max_length=255, blank=True, default="")
    headers = models.JSONField(_("headers"), default=list, blank=True)
    fields = models.JSONField(_("field of each column"), default=list, blank=True)

    run = models.PositiveIntegerField(default=1)
    place = models.JSONField(default=dict, blank=True)
    cursor = models.PositiveIntegerField(default=0)
    drafts: "models.JSONField[Any, Any]" = models.JSONField(
        _("rows that stay drafts, by why"), default=dict, blank=True
    )
    codes = models.JSONField(_("customs codes to confirm"), default=list, blank=True)
    confirms_codes = models.BooleanField(_("customs codes confirmed"), default=False)

    rows = models.PositiveIntegerField(_("rows"), default=0)
    counts = models.JSONField(_("rows by what they do"), default=dict, blank=True)
    outcomes = models.JSONField(_("what became of them"), default=dict, blank=True)

    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("started by"),
    )
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = SheetImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["merchant", "-id"], name="imports_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def to_take_over(self) -> int:
        """Rows without fault that would change something."""
        return sum(self.counts.get(kind, 0) for kind in ("NEW", "CHANGE"))

    @property
    def is_idle(self) -> bool:
        """Looked through, and nothing in it is to be taken over: no row, no photo."""
        return self.state == self.State.READY and not (
            self.to_take_over or self.counts.get("PHOTOS")
        )

    def column_of(self, field: str) -> int | None:
        """The column that fills a field."""
        return self.fields.index(field) if field in self.fields else None


class SheetRowQuerySet(models.QuerySet["SheetRow"]):
    def behind(self, line: int) -> Self:
        return self.filter(line__gt=line).order_by("line")


class SheetRow(models.Model):
    """A row of a sheet: as read, what it says, what is wrong, what became of it.

    `before` is what stood until this row was saved.
    """

    class Action(models.TextChoices):
        UNSEEN = "", _("not looked at")
        NEW = "NEW", _("new")
        CHANGE = "CHANGE", _("changed")
        SAME = "SAME", _("the same")
        BAD = "BAD", _("faulty")
        SKIPPED = "SKIPPED", _("left out")

    class Outcome(models.TextChoices):
        NONE = "", _("nothing yet")
        CREATED = "CREATED", _("created")
        CHANGED = "CHANGED", _("changed")
        UNTOUCHED = "UNTOUCHED", _("was so already")
        REFUSED = "REFUSED", _("refused")
        UNDONE = "UNDONE", _("taken back")
        KEPT = "KEPT", _("kept")

    sheet_import = models.ForeignKey(
        SheetImport, on_delete=models.CASCADE, related_name="lines"
    )
    line = models.PositiveIntegerField(_("row"))
    cells = models.JSONField(default=list)
    sku = models.CharField("SKU", max_length=40, blank=True, default="")
    said = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    action = models.CharField(
        max_length=8, choices=Action.choices, blank=True, default=Action.UNSEEN
    )
    outcome = models.CharField(
        max_length=9, choices=Outcome.choices, blank=True, default=Outcome.NONE
    )
    before: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    product_id = models.BigIntegerField(null=True, blank=True)

    objects = SheetRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints = [
            models.UniqueConstraint(
                fields=["sheet_import", "line"], name="a_line_is_read_once"
            ),
        ]
        indexes = [
            models.Index(fields=["sheet_import", "sku"], name="sheet_rows_by_sku"),
        ]

    @property
    def in_short(self) -> str:
        """What stands in its first cells."""
        said = [text_of(cell) for cell in self.cells if cell is not None]
        return " · ".join(said[1:7])[:160]


class SheetPhoto(models.Model):
    """A photo of an import's archive, the piece its name says, what became of it."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("waits")
        ADDED = "ADDED", _("added")
        KNOWN = "KNOWN", _("was there already")
        UNMATCHED = "UNMATCHED", _("no such SKU")
        REFUSED = "REFUSED", _("cannot be used")
        UNDONE = "UNDONE", _("taken back")

    sheet_import = models.ForeignKey(
        SheetImport, on_delete=models.CASCADE, related_name="pictures"
    )
    number = models.PositiveIntegerField(_("place in the archive"))
    name = models.CharField(_("file"), max_length=255)
    sku = models.CharField("SKU", max_length=40, blank=True, default="")
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    words = models.CharField(_("why"), max_length=300, blank=True, default="")
    photo_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("photo of an import")
        verbose_name_plural = _("photos of imports")
        constraints = [
            models.UniqueConstraint(
                fields=["sheet_import", "number"], name="a_picture_is_listed_once"
            ),
        ]
