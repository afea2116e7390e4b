"""What every page of the admin shares: duties instead of permissions, nothing deleted,
nothing edited that a service owns.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import ShowFacets
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from donghai.backoffice.columns import Column, Words, list_of, moment
from donghai.backoffice.duties import ADMINS, CLERKS, NOBODY, STAFF, Duties, may
from donghai.errors import Refused

NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Button:
    """A verb and the address that does it."""

    words: Words
    address: str


class FirstThousands(Paginator):
    """Counts no further than a clerk would turn pages: beyond, a filter finds more."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.MOST].count())


class WholeRow(forms.ModelForm):
    """A form that compares what it changes with what it only shows, too.

    Django leaves out each constraint that names a field which was not sent, or the row
    that an inline belongs to; the database does not.
    """

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors or not self.has_changed():
            return
        is_new = self.instance._state.adding
        form: Any = self
        unsaid = form._get_validation_exclusions() if is_new else None
        try:
            self.instance.validate_constraints(unsaid)
        except ValidationError as broken:
            self.add_error(None, ValidationError(broken.messages))


class Found(AutocompleteSelect):
    """A row found by its name; what is no row's number is the field's to refuse."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        numbers = [one for one in value if NUMBER.fullmatch(str(one))]
        return super().optgroups(name, numbers, attrs)


class _ByDuty(admin.options.BaseModelAdmin):
    """Django's questions about permission, answered by duty. Nothing is deleted."""

    form: Any = WholeRow
    seen_by: ClassVar[Duties] = STAFF
    added_by: ClassVar[Duties] = NOBODY
    kept_by: ClassVar[Duties] = NOBODY
    shown: ClassVar[tuple[Any, ...]] = ()  # instead of `fields` where none is edited
    fixed_once_made: ClassVar[tuple[Any, ...]] = ()  # typed in once, never changed

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = self.shown or super().get_fields(request, obj)
        return self.short(shown, self._only_read(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = self._only_read(request, obj)
        return self.short(names, names)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Labelled in the reader's language by what it leads to."""
        kwargs.setdefault("label", db_field.related_model._meta.verbose_name)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Found(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _only_read(self, request: HttpRequest, obj: Any) -> tuple[Any, ...]:
        fixed = self.fixed_once_made if obj is not None else ()
        edits = obj is None or self.has_change_permission(request, obj)
        others = () if edits else self.fields or ()
        return (*self.readonly_fields, *self.shown, *fixed, *others)

    @cached_property
    def moments(self) -> dict[str, Column]:
        """A short column for each moment that a row of this kind has."""
        return {
            field.name: moment(field.name, field.verbose_name)
            for field in self.model._meta.fields
            if isinstance(field, models.DateTimeField)
        }

    def short(self, names: Any, only_read: Any) -> tuple[Any, ...]:
        """The same names, with moments that are only read in their short form."""
        return tuple(
            self.moments[name] if name in self.moments and name in only_read else name
            for name in names
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request, self.seen_by)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.seen_by)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.added_by)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.kept_by)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Page(_ByDuty, admin.ModelAdmin):
    """One kind of row: seen by all staff, worked on by clerks, unless it says more."""

    group: ClassVar[str]
    place: ClassVar[int] = 5  # in its group, the smallest first
    worked_by: ClassVar[Duties] = CLERKS
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = FirstThousands
    ordering: ClassVar[Any] = ("-pk",)

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.short(self.list_display, self.list_display)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    def has_work_permission(self, request: HttpRequest) -> bool:
        """Asked for actions declared with permissions=["work"]."""
        return may(request, self.worked_by)

    def get_urls(self) -> list[Any]:
        meta = self.opts
        view = self.admin_site.admin_view(require_POST(self.act))
        name = f"{meta.app_label}_{meta.model_name}_act"
        return [
            path("<path:pk>/act/<slug:action>/", view, name=name),
            *super().get_urls(),
        ]

    def act(self, request: HttpRequest, pk: str, action: str) -> HttpResponse:
        """Do one of the list's actions to one row: what a button on its page asks."""
        found = self.get_actions(request).get(action)
        if found is None:
            raise PermissionDenied
        rows = self.get_queryset(request).filter(pk=unquote(pk))
        found[0](self, request, rows)
        return back(request, list_of(self.model))

    def suits(self, action: str, row: Any) -> bool:
        """Whether a button for this action makes sense on this row's page."""
        return True

    def buttons(self, request: HttpRequest, row: models.Model) -> list[Button]:
        """What the person asking can do to a row, as buttons on a page about it."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_act"
        return [
            Button(found[2], reverse(name, args=[row.pk, action]))
            for action, found in self.get_actions(request).items()
            if found and self.suits(action, row)
        ]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        row = kwargs.get("obj")
        if row is not None:
            context["title"] = capfirst(f"{self.opts.verbose_name} {row}")
            context["subtitle"] = None
            context["buttons"] = self.buttons(request, row)
        return super().render_change_form(request, context, *args, **kwargs)

    def work(
        self,
        request: HttpRequest,
        rows: Iterable[models.Model],
        verb: Callable[[Any], object],
        note: str,
    ) -> int:
        """Do `verb` to each row, log it, and say what was refused; how many it did."""
        done = refused = 0
        for row in rows:
            try:
                changed = verb(row)
            except Refused as refusal:
                refused += 1
                self.message_user(request, f"{row}: {refusal}", messages.ERROR)
                continue
            if changed is not False:
                self.log_change(request, row, note)
                done += 1
        if done:
            said = _("%(what)s: %(number)s") % {"what": note, "number": done}
            self.message_user(request, said, messages.SUCCESS)
        elif not refused:
            said = _("Nothing was changed: it no longer is as this page showed it.")
            self.message_user(request, said, messages.WARNING)
        return done


def page_for(model: type[models.Model]) -> Page:
    """The page in charge of a kind of row."""
    page: Any = admin.site.get_model_admin(model)
    assert isinstance(page, Page)
    return page


class NamedRows(forms.BaseInlineFormSet):
    """Rows that say which facts two of them share by the words above the columns."""

    def get_unique_error_message(self, unique_check: Sequence[str]) -> str:
        model: Any = self.model
        names = [name for name in unique_check if name != self.fk.name]
        labels = (str(model._meta.get_field(name).verbose_name) for name in names)
        said = _("Two rows have the same: %(facts)s. Change one, or leave it out.")
        return said % {"facts": ", ".join(labels)}


class Part(_ByDuty, admin.TabularInline):
    """Rows that belong to another row, shown on its page."""

    formset = NamedRows
    extra = 0
    can_delete = False

    def _only_read(self, request: HttpRequest, obj: Any) -> tuple[Any, ...]:
        """Where rows are added, Django itself locks those that are there already."""
        if self.has_add_permission(request, obj):
            return (*self.readonly_fields, *self.shown)
        return super()._only_read(request, obj)


class RulePage(Page):
    """A dated rule: everybody reads it, administrators add one or end one."""

    added_by = ADMINS
    kept_by = ADMINS
    list_per_page = 100


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page a button stood on, if that was one of ours."""
    wanted = request.POST.get("next", "")
    inside = wanted.startswith(reverse("admin:index")) and "//" not in wanted
    return HttpResponseRedirect(wanted if inside else otherwise)
