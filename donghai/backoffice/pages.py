"""What every page of the admin shares: duties instead of permissions, nothing deleted,
nothing edited that a service owns, and columns for words, money and links.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import ShowFacets
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from donghai.backoffice.duties import ADMINS, CLERKS, NOBODY, STAFF, Duties, may
from donghai.errors import Refused

Words = Any  # text, or text that waits for the reader's language
Column = Callable[[Any], Any]

# How a state looks; what isn't named is plain
TONES = {
    "ok": (
        *("DONE", "PAID", "CAPTURED", "CONSUMED", "RELEASED", "HANDED_OVER"),
        *("DELIVERED", "CLOSED", "APPROVED", "LISTED", "ON_AIR"),
    ),
    "warn": (
        *("AWAITING_PAYMENT", "OPEN", "PAYING", "HELD", "APPLIED", "DECLINED"),
        *("CANCELLED", "RETURNED"),
    ),
    "bad": ("PARKED", "REJECTED", "SUSPENDED"),
}
TONE_OF = {state: tone for tone, states in TONES.items() for state in states}


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


class _ByDuty(admin.options.BaseModelAdmin):
    """Django's questions about permission, answered by duty. Nothing is deleted."""

    seen_by: ClassVar[Duties] = STAFF
    added_by: ClassVar[Duties] = NOBODY
    kept_by: ClassVar[Duties] = NOBODY
    shown: ClassVar[tuple[Any, ...]] = ()  # instead of `fields` where none is edited
    fixed_once_made: ClassVar[tuple[Any, ...]] = ()  # typed in once, never changed

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.shown or super().get_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = self.fixed_once_made if obj is not None else ()
        return (*self.readonly_fields, *self.shown, *fixed)

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
    worked_by: ClassVar[Duties] = CLERKS
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = FirstThousands
    ordering: ClassVar[Any] = ("-pk",)

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
        if row is not None and not context.get("is_popup"):
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
        done = 0
        for row in rows:
            try:
                changed = verb(row)
            except Refused as refusal:
                self.message_user(request, f"{row}: {refusal}", messages.ERROR)
                continue
            if changed is not False:
                self.log_change(request, row, note)
                done += 1
        if done:
            said = _("%(what)s: %(number)s") % {"what": note, "number": done}
            self.message_user(request, said, messages.SUCCESS)
        return done


def page_for(model: type[models.Model]) -> Page:
    """The page in charge of a kind of row."""
    page: Any = admin.site.get_model_admin(model)
    assert isinstance(page, Page)
    return page


class Part(_ByDuty, admin.TabularInline):
    """Rows that belong to another row, shown on its page."""

    extra = 0
    can_delete = False
    show_change_link = True


class RulePage(Page):
    """A dated rule: everybody reads it, administrators add one or end one."""

    added_by = ADMINS
    kept_by = ADMINS
    list_per_page = 100


def value(row: Any, dotted: str) -> Any:
    """`row` at a dotted path, calling what can be called; None where it breaks off."""

    def step(at: Any, name: str) -> Any:
        found: Any = getattr(at, name, None)
        return found() if callable(found) else found

    return reduce(step, dotted.split("."), row)


def column(dotted: str, title: Words, *, order: str = "") -> Column:
    """What stands at a path, as it is."""

    @admin.display(description=title, ordering=order or None)
    def show(row: Any) -> Any:
        return value(row, dotted)

    return _named(show, dotted)


def money(dotted: str, title: Words) -> Column:
    """An amount, right-aligned, as the reader writes money."""

    @admin.display(description=title)
    def show(row: Any) -> Any:
        amount = value(row, dotted)
        return None if amount is None else format_html('<b class="num">{}</b>', amount)

    return _named(show, dotted)


def number(dotted: str, title: Words, *, order: str = "") -> Column:
    """A count, right-aligned."""

    @admin.display(description=title, ordering=order or None)
    def show(row: Any) -> Any:
        return format_html('<span class="num">{}</span>', value(row, dotted))

    return _named(show, dotted)


def state(dotted: str, title: Words, *, order: str = "") -> Column:
    """A state in words, coloured by how good it is."""
    holder, _dot, field = dotted.rpartition(".")

    @admin.display(description=title, ordering=order or dotted.replace(".", "__"))
    def show(row: Any) -> Any:
        stated = value(row, holder) if holder else row
        return pill(stated, field) if stated is not None else None

    return _named(show, dotted)


def link(dotted: str, title: Words, *, order: str = "") -> Column:
    """Another row, by its name, leading to its page."""

    @admin.display(description=title, ordering=order or None)
    def show(row: Any) -> Any:
        other = value(row, dotted)
        return None if other is None else link_to(other)

    return _named(show, dotted)


def pill(row: Any, field: str) -> SafeString:
    """The words of a state in its colour."""
    return format_html(
        '<span class="pill {}">{}</span>',
        TONE_OF.get(getattr(row, field), ""),
        getattr(row, f"get_{field}_display")(),
    )


def page_of(row: models.Model) -> str:
    """The address of a row's page in the admin; empty when it has none."""
    meta = row._meta
    try:
        return reverse(
            f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk]
        )
    except NoReverseMatch:
        return ""


def list_of(model: type[models.Model], **query: object) -> str:
    """The address of a list in the admin, filtered."""
    meta = model._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    asked = "&".join(f"{name}={wanted}" for name, wanted in query.items())
    return f"{address}?{asked}" if asked else address


def link_to(row: models.Model, text: object = None) -> SafeString:
    """A link to a row's page, or just its name when it has none."""
    address, words = page_of(row), str(row if text is None else text)
    return format_html('<a href="{}">{}</a>', address, words) if address else words  # type: ignore[return-value]


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page a button stood on, if that was one of ours."""
    wanted = request.POST.get("next", "")
    inside = wanted.startswith(reverse("admin:index")) and "//" not in wanted
    return HttpResponseRedirect(wanted if inside else otherwise)


def _named(show: Column, dotted: str) -> Column:
    show.__name__ = dotted.replace(".", "_")
    return show
