"""Merchants' own systems in the admin: which keys they have, and what reaches them."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy

from catalog.connections.models import ApiToken, WebhookEndpoint, WebhookMessage
from donghai.backoffice.columns import link, state
from donghai.backoffice.pages import Page
from donghai.backoffice.site import Group

MERCHANT = link("merchant", gettext_lazy("merchant"))


@admin.register(ApiToken)
class ApiTokenPage(Page):
    """Keys by their first letters: the secret itself nobody has but the merchant."""

    group = Group.MARKET
    shown = (
        *(MERCHANT, "name", "prefix", "may_do_in_words", "created_by", "created_at"),
        *("last_used_at", "expires_at", "revoked_at"),
    )
    list_display = (
        *(MERCHANT, "name", "prefix", "may_do_in_words"),
        *("last_used_at", "expires_at", "revoked_at"),
    )
    list_select_related = ("merchant",)
    search_fields = ("prefix__exact", "merchant__name__istartswith")
    search_help_text = gettext_lazy("first letters of a token, or merchant")

    @admin.display(description=gettext_lazy("may do"))
    def may_do_in_words(self, token: ApiToken) -> str:
        return ", ".join(token.may_do)


@admin.register(WebhookEndpoint)
class WebhookEndpointPage(Page):
    """Addresses we tell, and since when one fails."""

    group = Group.MARKET
    shown = (
        *(MERCHANT, "url", "told_of_in_words", "is_active", "failing_since"),
        *("rests_until", "disabled_at", "created_by", "created_at"),
    )
    list_display = (
        *(MERCHANT, "url", "is_active", "failing_since", "rests_until", "disabled_at"),
    )
    list_select_related = ("merchant",)
    list_filter = ("is_active", ("disabled_at", admin.EmptyFieldListFilter))
    search_fields = ("url__icontains", "merchant__name__istartswith")
    search_help_text = gettext_lazy("address or merchant")

    @admin.display(description=gettext_lazy("told of"))
    def told_of_in_words(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(endpoint.told_of)


@admin.register(WebhookMessage)
class WebhookMessagePage(Page):
    """What was written to whom, and whether it came through."""

    group = Group.MARKET
    shown = (
        *(link("endpoint", gettext_lazy("endpoint")), "webhook_id", "type", "state"),
        *("created_at", "due_at", "attempts_made"),
    )
    list_display = (
        "created_at",
        link("endpoint.merchant", gettext_lazy("merchant")),
        link("endpoint", gettext_lazy("endpoint")),
        "type",
        state("state", gettext_lazy("state")),
        "due_at",
    )
    list_select_related = ("endpoint__merchant",)
    list_filter = ("state", "type")
    search_fields = ("endpoint__url__icontains",)
    search_help_text = gettext_lazy("address")

    @admin.display(description=gettext_lazy("attempts"))
    def attempts_made(self, message: WebhookMessage) -> Any:
        return message.attempts.count()
