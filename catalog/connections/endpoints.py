"""Webhook endpoints: made, tried, paused, given a new secret, told again."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.connections import addresses, outbox, signing
from catalog.connections.models import PING, WebhookEndpoint, WebhookMessage
from catalog.merchants.access import require_approved
from catalog.merchants.models import Merchant
from donghai import sealing, steps
from donghai.errors import Refused

PURPOSE = "catalog.connections"  # what secrets are sealed for
MOST = 5  # endpoints of one merchant
BOTH_SIGN = timedelta(hours=24)
MOST_AGAIN = 500
BY_HAND = "hand"  # begins the key of a step that a person asked for
State = WebhookMessage.State


class TooManyEndpoints(Refused):
    code = "too_many_endpoints"
    title = _("%(most)s addresses are enough. Remove one that you don't need.")


class EndpointIsOff(Refused):
    code = "endpoint_is_off"
    title = _("Nothing is sent to this address now. Switch it on first.")


@dataclass(frozen=True, slots=True)
class MadeEndpoint:
    """An endpoint and its new secret, which is shown once."""

    endpoint: WebhookEndpoint
    secret: str = field(repr=False)


@transaction.atomic
def make(
    *, merchant_id: int, url: str, event_types: Collection[str], made_by_id: int
) -> MadeEndpoint:
    """A new endpoint. Locks the merchant.

    Refuses TooManyEndpoints, AddressNotAllowed and, for merchants, NotApproved.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=merchant_id)
    require_approved(merchant)
    addresses.read(url)
    if merchant.webhook_endpoints.count() >= MOST:
        raise TooManyEndpoints(most=MOST)
    secret = signing.new_secret()
    endpoint = merchant.webhook_endpoints.create(
        url=url,
        event_types=sorted(event_types),
        secret=sealing.seal(secret, PURPOSE),
        created_by_id=made_by_id,
    )
    return MadeEndpoint(endpoint, secret)


def choose(*, endpoint_id: int, event_types: Collection[str]) -> None:
    """Say which events an endpoint is told, from now on."""
    found = WebhookEndpoint.objects.filter(pk=endpoint_id)
    found.update(event_types=sorted(event_types))


@transaction.atomic
def rotate(*, endpoint_id: int) -> MadeEndpoint:
    """Give an endpoint a new secret; for a day the one before signs as well."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint_id)
    secret = signing.new_secret()
    endpoint.former_secret = endpoint.secret
    endpoint.secret = sealing.seal(secret, PURPOSE)
    endpoint.former_until = timezone.now() + BOTH_SIGN
    endpoint.save(update_fields=["secret", "former_secret", "former_until"])
    return MadeEndpoint(endpoint, secret)


def keys(endpoint: WebhookEndpoint) -> list[str]:
    """The secrets that sign now, the newest first."""
    sealed = [endpoint.secret]
    until = endpoint.former_until
    if endpoint.former_secret and until is not None and until > timezone.now():
        sealed.append(endpoint.former_secret)
    return [sealing.unseal(one, PURPOSE) for one in sealed]


def pause(*, endpoint_id: int) -> None:
    """Send nothing more. What happens meanwhile is not written down for it."""
    WebhookEndpoint.objects.filter(pk=endpoint_id).update(is_active=False)


def resume(*, endpoint_id: int) -> None:
    """Send again, as if it had never failed."""
    WebhookEndpoint.objects.filter(pk=endpoint_id).update(
        is_active=True, disabled_at=None, failing_since=None, rests_until=None
    )


def remove(*, endpoint_id: int) -> None:
    """Forget an endpoint and its log. Steps that are left find nothing to do."""
    WebhookEndpoint.objects.filter(pk=endpoint_id).delete()


@transaction.atomic
def ping(*, endpoint_id: int) -> WebhookMessage:
    """Send something that means nothing. Refuses EndpointIsOff."""
    endpoint = WebhookEndpoint.objects.get(pk=endpoint_id)
    _require_on(endpoint)
    body = outbox.body_of(PING, {"endpoint": endpoint.pk})
    message = WebhookMessage(endpoint=endpoint, type=PING, body=body)
    outbox.post([message])
    return message


@transaction.atomic
def send_again(*, message_id: int) -> None:
    """One more attempt now, of the same bytes and id. Refuses EndpointIsOff."""
    message = WebhookMessage.objects.select_related("endpoint").get(pk=message_id)
    _require_on(message.endpoint)
    steps.schedule(outbox.DELIVER, subject_id=message.pk, key=f"{BY_HAND}/{uuid4()}")


@transaction.atomic
def send_failed_again(*, endpoint_id: int) -> int:
    """Let the newest that failed wait as if they were new; how many.

    Locks the endpoint. Refuses EndpointIsOff.
    """
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint_id)
    _require_on(endpoint)
    failed = endpoint.messages.filter(state=State.FAILED).order_by("-pk")
    ids = sorted(failed.values_list("pk", flat=True)[:MOST_AGAIN])
    WebhookMessage.objects.filter(pk__in=ids).update(state=State.WAITING)
    for pk in ids:
        steps.schedule(outbox.DELIVER, subject_id=pk, key=f"0/{uuid4()}")
    return len(ids)


def _require_on(endpoint: WebhookEndpoint) -> None:
    if not endpoint.is_on:
        raise EndpointIsOff()
