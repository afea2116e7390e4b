"""Hosts in the admin: people, their languages and the papers that let them present."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai.backoffice.columns import column
from donghai.backoffice.duties import CLERKS
from donghai.backoffice.pages import Page, Part
from donghai.backoffice.site import Group
from hosts.models import Host, HostLanguage


class Languages(Part):
    model = HostLanguage
    added_by = kept_by = CLERKS
    fields = ("language", "level", "certificate", "certified_on", "certified_until")


@admin.register(Host)
class HostPage(Page):
    """Clerks enter hosts and their certificates."""

    group = Group.SESSIONS
    added_by = kept_by = CLERKS
    fields = ("user", "name", "slug", "about", "portrait", "joined_at")
    readonly_fields = ("joined_at",)
    fixed_once_made = ("user",)
    autocomplete_fields = ("user",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (Languages,)
    list_display = (
        "name",
        column("user.email", _("e-mail")),
        "may_present",
        "joined_at",
    )
    list_select_related = ("user",)
    list_filter = ("languages__language",)
    search_fields = ("name__icontains", "user__email__startswith")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Host]:
        return super().get_queryset(request).prefetch_related("languages")

    @admin.display(description=_("may present in"))
    def may_present(self, host: Host) -> str:
        today = timezone.localdate()
        return ", ".join(
            spoken.get_language_display()
            for spoken in host.languages.all()
            if spoken.certificate
            and spoken.level in HostLanguage.ON_AIR
            and spoken.certified_on
            and spoken.certified_on <= today
            and (not spoken.certified_until or spoken.certified_until >= today)
        )
