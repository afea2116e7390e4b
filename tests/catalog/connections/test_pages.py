"""Connections in the workspace: owners only, secrets shown once, a log that helps."""

import pytest
from django.urls import reverse

from catalog.connections import endpoints
from catalog.connections.models import ApiToken, WebhookEndpoint, WebhookMessage
from donghai import steps
from donghai.steps.tasks import sweep_until_done
from tests.make import (
    make_client,
    make_endpoint,
    make_member,
    make_merchant,
    make_token,
    make_user,
)

pytestmark = pytest.mark.django_db
State = WebhookMessage.State


@pytest.fixture
def merchant():
    return make_merchant()


@pytest.fixture
def owner(merchant):
    return make_client(make_member(merchant).user)


def at(name, merchant, *numbers):
    return reverse(f"catalog:{name}", args=[merchant.pk, *numbers])


def test_a_tokens_secret_is_shown_once_and_by_no_cache(merchant, owner):
    answer = owner.post(
        at("make-token", merchant),
        {"name": "till", "scopes": ["stock:read"], "days": "30"},
    )

    token = ApiToken.objects.get()
    secret = f"dh_live_{token.prefix}_"
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert secret in answer.content.decode()
    page = owner.get(at("connections", merchant)).content.decode()
    assert "till" in page and token.digest not in page
    assert page.count(secret) == 1 and f"{secret}…" in page
    assert 29 < (token.expires_at - token.created_at).days + 1 <= 30


def test_a_token_for_nothing_is_refused_and_nothing_typed_is_lost(merchant, owner):
    answer = owner.post(at("make-token", merchant), {"name": "my till"})

    assert answer.status_code == 422
    assert "Choose what it may do." in answer.content.decode()
    assert 'value="my till"' in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_a_token_whose_maker_left_says_so_and_can_be_revoked(merchant, owner):
    make_token(merchant)

    assert "has left" in owner.get(at("connections", merchant)).content.decode()
    owner.post(at("revoke-token", merchant, ApiToken.objects.get().pk))

    assert ApiToken.objects.get().revoked_at is not None


def test_an_address_of_ours_is_refused_in_words(merchant, owner, settings):
    settings.WEBHOOKS_TO_LOOPBACK = False

    answer = owner.post(
        at("make-endpoint", merchant),
        {"url": "http://127.0.0.1/hook", "event_types": ["stock.changed"]},
    )

    assert answer.status_code == 422
    assert "We cannot send there." in answer.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_an_endpoint_is_made_tried_looked_into_and_sent_again(
    merchant, owner, receiver
):
    made = owner.post(
        at("make-endpoint", merchant),
        {"url": receiver.url, "event_types": ["stock.changed"]},
    )
    endpoint = WebhookEndpoint.objects.get()
    (secret,) = endpoints.keys(endpoint)
    assert secret.replace("+", "&#x2B;") in made.content.decode() or secret in (
        made.content.decode()
    )

    receiver.mood = "broken"
    owner.post(at("ping", merchant, endpoint.pk))
    sweep_until_done(lane=steps.Lane.MERCHANTS)
    message = WebhookMessage.objects.get()
    log = owner.get(at("endpoint", merchant, endpoint.pk)).content.decode()
    shown = owner.get(at("message", merchant, message.pk)).content.decode()
    assert "answers 500" in log and "1 attempt" in log
    assert "HTTP 500" in shown and "&lt;h1&gt;Oops" in shown
    assert secret not in log + shown

    receiver.mood = "good"
    owner.post(at("send-again", merchant, message.pk))
    sweep_until_done(lane=steps.Lane.MERCHANTS)
    message.refresh_from_db()
    assert message.state == State.DELIVERED
    assert receiver.ids == {message.webhook_id: 2}


def test_the_log_is_found_by_state_and_event(merchant, owner, receiver):
    endpoint = make_endpoint(merchant, receiver.url)
    endpoints.ping(endpoint_id=endpoint.pk)
    page = at("endpoint", merchant, endpoint.pk)

    found = {
        query: "/messages/" in owner.get(f"{page}?{query}").content.decode()
        for query in ("", "state=WAITING", "state=FAILED", "type=ping", "type=zzz")
    }

    assert found == {
        "": True,
        "state=WAITING": True,
        "state=FAILED": False,
        "type=ping": True,
        "type=zzz": False,
    }


def test_an_endpoint_is_paused_switched_on_changed_rotated_and_removed(merchant, owner):
    endpoint = make_endpoint(merchant, "http://127.0.0.1:1/")

    owner.post(at("pause", merchant, endpoint.pk))
    endpoint.refresh_from_db()
    assert not endpoint.is_on
    owner.post(at("resume", merchant, endpoint.pk))
    owner.post(at("endpoint", merchant, endpoint.pk), {"event_types": "stock.changed"})
    endpoint.refresh_from_db()
    assert endpoint.is_on
    assert endpoint.event_types == ["stock.changed"]
    page = owner.post(at("rotate", merchant, endpoint.pk))
    assert "For 24 hours" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    owner.post(at("remove", merchant, endpoint.pk))
    assert not WebhookEndpoint.objects.exists()


def doors(merchant):
    """Every page and button of Connections, on a token, endpoint and message."""
    make_token(merchant)
    endpoint = make_endpoint(merchant, "http://127.0.0.1:1/")
    message = endpoints.ping(endpoint_id=endpoint.pk)
    on_endpoint = ("ping", "pause", "resume", "rotate", "remove", "send-failed")
    token = merchant.api_tokens.get()
    return [
        ("get", at("connections", merchant)),
        ("get", at("endpoint", merchant, endpoint.pk)),
        ("post", at("endpoint", merchant, endpoint.pk)),
        ("get", at("message", merchant, message.pk)),
        ("post", at("send-again", merchant, message.pk)),
        ("post", at("make-token", merchant)),
        ("post", at("make-endpoint", merchant)),
        ("post", at("revoke-token", merchant, token.pk)),
        *(("post", at(name, merchant, endpoint.pk)) for name in on_endpoint),
    ]


def everything():
    tables = (ApiToken, WebhookEndpoint, WebhookMessage)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_strangers_find_nothing_clerks_may_not_and_guests_sign_in(merchant, client):
    all_doors = doors(merchant)
    before = everything()
    stranger = make_client(make_member(make_merchant()).user)
    nobody = make_client(make_user())
    clerk = make_client(make_member(merchant, role="CLERK").user)

    for method, path in all_doors:
        assert getattr(stranger, method)(path).status_code == 404
        assert getattr(nobody, method)(path).status_code == 404
        assert getattr(clerk, method)(path).status_code == 403
        assert "/account/login/" in getattr(client, method)(path)["Location"]
    assert everything() == before


def test_an_owner_of_another_merchant_reaches_nothing_under_her_own_number(merchant):
    theirs = doors(merchant)
    before = everything()
    other = make_merchant()
    stranger = make_client(make_member(other).user)

    for method, path in theirs:
        own = path.replace(f"/stall/{merchant.pk}/", f"/stall/{other.pk}/")
        if "/tokens/" in own or "/endpoints/" in own or "/messages/" in own:
            answer = getattr(stranger, method)(own)
            assert answer.status_code in (404, 422), own
    assert everything() == before


def test_a_clerk_is_not_shown_the_way(merchant):
    clerk = make_client(make_member(merchant, role="CLERK").user)

    page = clerk.get(at("products", merchant)).content.decode()

    assert at("connections", merchant) not in page
