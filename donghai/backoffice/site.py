"""The admin's door, its menu by subject and its front page.

People log in at the house's one door (allauth), not here. Inside, moments are shown by
Donghai's clock.
"""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from donghai.backoffice import figures
from donghai.backoffice.duties import duty_of, lacks_second_factor
from donghai.backoffice.pages import Page


class Group(models.TextChoices):
    """The headings of the menu, in the order of a sale. Pages name one of them."""

    SALES = "sales", _("Orders and payments")
    PARCELS = "parcels", _("Parcels and customs")
    LEDGER = "ledger", _("Shares and ledger")
    MARKET = "market", _("Merchants and stock")
    SESSIONS = "sessions", _("Hosts and sessions")
    RULES = "rules", _("Rules and rates")
    PEOPLE = "people", _("People and work")


class Site(admin.AdminSite):
    """Django's admin, opened by a duty and shown in groups a clerk knows."""

    site_title = _("Donghai admin")
    site_header = _("Donghai admin")
    index_title = _("Today")
    enable_nav_sidebar = True

    def register(
        self,
        model_or_iterable: Any,
        admin_class: type[admin.ModelAdmin] | None = None,
        **options: Any,
    ) -> None:
        """Take our own pages only: those of other packages go by flags, not duties."""
        if admin_class is not None and issubclass(admin_class, Page):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return duty_of(user) is not None and not lacks_second_factor(user)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's, with Donghai's time of day while the page is made."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def at_home(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            with timezone.override(settings.HOME_ZONE):
                response = inner(request, *args, **kwargs)
                if isinstance(response, TemplateResponse):
                    response.render()
                return response

        return at_home

    @method_decorator(never_cache)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send people to the house's door, or say why this one stays shut."""
        wanted = _safe_next(request)
        if self.has_permission(request):
            return redirect(wanted)
        if not request.user.is_authenticated:
            return redirect_to_login(wanted, reverse(settings.LOGIN_URL))
        context = {**self.each_context(request), "wanted": wanted}
        if duty_of(request.user) is None:
            page, status = "admin/turned_away.html", 403
            context["title"] = _("This door is for the centre's staff")
        else:
            page, status = "admin/second_factor.html", 200
            context["title"] = _("Set up a second factor first")
        return render(request, page, context, status=status)

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return LogoutView.as_view(next_page="/")(request)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return redirect("account_change_password")

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """The pages one may see, by group and place in it."""
        apps = self._build_app_dict(request, app_label).values()
        seen = {row["model"]: row for app in apps for row in app["models"]}
        pages: Any = self._registry.items()
        groups = []
        for group in Group:
            rows = [
                seen[model]
                for model, page in sorted(pages, key=lambda item: item[1].place)
                if model in seen and page.group == group
            ]
            if rows:
                groups.append(_menu_entry(group, rows))
        return groups

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        shown = {"figures": figures.shown_to(request)}
        return super().index(request, {**shown, **(extra_context or {})})

    def app_index(
        self,
        request: HttpRequest,
        app_label: str,
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The address in the middle of every breadcrumb; the front page has it all."""
        return redirect("admin:index")


def _menu_entry(group: Group, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": group.label,
        "app_label": group.value,
        "app_url": f"{reverse('admin:index')}#{group.value}",
        "has_module_perms": True,
        "models": rows,
    }


def _safe_next(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return reverse("admin:index")
