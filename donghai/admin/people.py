"""Users, and who of them works at the centre."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from donghai.backoffice.columns import column, link
from donghai.backoffice.duties import ADMINS, CLERKS
from donghai.backoffice.pages import Page
from donghai.backoffice.site import Group
from donghai.models import StaffMember, User


@admin.register(StaffMember)
class StaffMemberPage(Page):
    """Employment opens the admin; a last day closes it. Rows are never deleted."""

    class Form(forms.ModelForm):
        def clean(self) -> dict[str, Any]:
            """Refuse to end the last administrator: who would open the door again?"""
            facts = super().clean() or {}
            remains = facts.get("duty") == StaffMember.Duty.ADMIN and not facts.get(
                "until"
            )
            others = StaffMember.objects.filter(
                duty=StaffMember.Duty.ADMIN, until=None, user__is_active=True
            ).exclude(pk=self.instance.pk)
            if self.instance.pk and not remains and not others.exists():
                raise ValidationError(_("One administrator must remain."))
            return facts

    group = Group.PEOPLE
    seen_by = added_by = kept_by = ADMINS
    form = Form
    fields = ("user", "duty", "since", "until")
    fixed_once_made = ("user",)
    autocomplete_fields = ("user",)
    list_display = (
        column("user", _("user"), order="user__email"),
        column("user.email", _("e-mail"), order="user__email"),
        "duty",
        "since",
        "until",
        "second_factor",
    )
    list_select_related = ("user",)
    list_filter = ("duty", ("until", admin.EmptyFieldListFilter))
    search_fields = ("user__email__startswith", "user__name__icontains")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffMember]:
        keys = Authenticator.objects.filter(user=OuterRef("user"))
        return super().get_queryset(request).annotate(has_second_factor=Exists(keys))

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, member: Any) -> bool:
        return bool(member.has_second_factor)


@admin.register(User)
class UserPage(Page):
    """People who log in. They sign up, prove their e-mail and set passwords alone."""

    group = Group.PEOPLE
    seen_by = CLERKS
    kept_by = ADMINS
    fields = ("email", "email_proven", "name", "is_active", "joined_at", "last_login")
    readonly_fields = ("email", "email_proven", "joined_at", "last_login")
    list_display = ("email", "name", "duty", "is_active", "joined_at")
    list_select_related = ("staff_member",)
    list_filter = ("is_active", "staff_member__duty")
    search_fields = ("email__startswith", "name__icontains")

    @admin.display(
        description=pgettext_lazy("of a person", "duty"), ordering="staff_member__duty"
    )
    def duty(self, user: User) -> str | None:
        return user.staff_member.get_duty_display() if user.is_staff else None

    @admin.display(description=_("e-mail proven"), boolean=True)
    def email_proven(self, user: User) -> bool:
        proven = EmailAddress.objects.filter(user=user, email__iexact=user.email)
        return bool(proven.filter(verified=True).exists())


@admin.register(LogEntry)
class LogEntryPage(Page):
    """What staff did here, by whom and when."""

    group = Group.PEOPLE
    place = 9
    seen_by = ADMINS
    fields = ("action_time", "user", "content_type", "object_repr", "change_message")
    list_display = (
        "action_time",
        link("user", _("by")),
        "content_type",
        "object_repr",
        column("get_change_message", _("what")),
    )
    list_select_related = ("user", "content_type")
    date_hierarchy = "action_time"
    search_fields = ("user__email__startswith", "object_repr__startswith")
