"""Tokens: shown once, kept as a digest, ended at once, limited, never in a log."""

import json
import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from catalog.connections import limits, tokens
from catalog.connections.models import ApiToken, Scope
from catalog.models import Merchant, StockLevel
from tests.make import (
    make_merchant,
    make_system,
    make_token,
    make_user,
    make_variant,
)

PRODUCTS, STOCK = "/api/v1/merchant/products", "/api/v1/merchant/stock"


@pytest.mark.django_db
def test_a_token_opens_the_doors_and_its_secret_is_kept_nowhere():
    secret = make_token(make_merchant())

    answer = make_system(secret).get(STOCK)

    assert answer.status_code == 200
    assert ApiToken.objects.get().last_used_at is not None
    assert secret.startswith(f"dh_live_{ApiToken.objects.get().prefix}_")
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM catalog_apitoken t")
        assert secret.rpartition("_")[2] not in cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer nothing",
        "Basic dXNlcjpwdw==",
        "Bearer dh_live_00000000_" + "0" * 40,
        "Bearer dh_live_\x00",
        "Bearer dh_live_紫".encode().decode("latin-1"),
        "Bearer " + "x" * 5000,
    ],
)
def test_without_a_token_of_ours_a_door_stays_shut(client, header):
    answer = client.get(STOCK, headers={"authorization": header})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_one_wrong_letter_of_the_secret_opens_nothing():
    secret = make_token(make_merchant())
    wrong = secret[:-1] + ("0" if secret[-1] != "0" else "1")

    assert make_system(wrong).get(STOCK).json()["code"] == "token_unknown"


@pytest.mark.django_db
def test_a_revoked_token_is_shut_out_at_the_next_request():
    merchant, other = make_merchant(), make_merchant()
    system = make_system(make_token(merchant))
    token = ApiToken.objects.get()

    assert not tokens.revoke(merchant_id=other.pk, token_id=token.pk)
    assert system.get(STOCK).status_code == 200
    assert tokens.revoke(merchant_id=merchant.pk, token_id=token.pk)

    answer = system.get(STOCK)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_revoked")
    assert not tokens.revoke(merchant_id=merchant.pk, token_id=token.pk)


@pytest.mark.django_db
def test_a_token_ends_at_its_time():
    over = timezone.now() - timedelta(seconds=1)

    answer = make_system(make_token(make_merchant(), expires_at=over)).get(STOCK)

    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


@pytest.mark.django_db
def test_a_suspended_merchants_systems_are_told_why_and_change_nothing():
    merchant = make_merchant()
    variant = make_variant(merchant=merchant, on_hand=7)
    system = make_system(make_token(merchant))
    Merchant.objects.update(state=Merchant.State.SUSPENDED)

    answer = system.put(f"{STOCK}/{variant.sku}", {"on_hand": 9}, "application/json")

    assert answer.status_code == 403
    assert answer.json()["code"] == "merchant_not_approved"
    assert StockLevel.objects.get().on_hand == 7


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("get", PRODUCTS, Scope.PRODUCTS_READ),
        ("post", PRODUCTS, Scope.PRODUCTS_WRITE),
        ("get", f"{PRODUCTS}/A", Scope.PRODUCTS_READ),
        ("put", f"{PRODUCTS}/A", Scope.PRODUCTS_WRITE),
        ("delete", f"{PRODUCTS}/A", Scope.PRODUCTS_WRITE),
        ("get", STOCK, Scope.STOCK_READ),
        ("get", f"{STOCK}/A", Scope.STOCK_READ),
        ("put", f"{STOCK}/A", Scope.STOCK_WRITE),
        ("post", f"{STOCK}/A/adjustments", Scope.STOCK_WRITE),
    ],
)
def test_each_door_asks_for_its_own_scope(method, path, scope):
    merchant = make_merchant()
    all_others = [one for one in Scope.values if one != scope]

    shut = getattr(make_system(make_token(merchant, *all_others)), method)(path)
    open_ = getattr(make_system(make_token(merchant, scope)), method)(path)

    assert (shut.status_code, shut.json()["code"]) == (403, "scope_missing")
    assert scope.value in shut.json()["title"]
    assert open_.status_code != 403


@pytest.mark.django_db
def test_too_many_requests_of_one_token_wait_and_others_do_not(settings):
    settings.API_REQUESTS_A_MINUTE = 3
    merchant = make_merchant()
    busy, other = (make_system(make_token(merchant)) for _ in range(2))

    answers = [busy.get(STOCK) for _ in range(8)]  # two windows at most

    assert answers[-1].status_code == 429
    assert answers[-1].json()["code"] == "throttled"
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert other.get(STOCK).status_code == 200


@pytest.mark.django_db
def test_with_redis_away_everybody_is_let_in(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    limits._client.cache_clear()
    try:
        assert make_system(make_token(make_merchant())).get(STOCK).status_code == 200
    finally:
        limits._client.cache_clear()


@pytest.mark.django_db
def test_no_log_ever_holds_a_secret(caplog):
    caplog.set_level(logging.DEBUG)
    merchant = make_merchant()
    secret = make_token(merchant)
    system = make_system(secret)

    system.get(STOCK)
    system.put(f"{PRODUCTS}/A", json.dumps({"sku": "A"}), "application/json")
    tokens.revoke(merchant_id=merchant.pk, token_id=ApiToken.objects.get().pk)
    system.get(STOCK)

    assert secret not in caplog.text
    assert secret.rpartition("_")[2] not in caplog.text
    made = tokens.MadeToken(ApiToken.objects.get(), secret)
    assert secret not in repr(made)


@pytest.mark.django_db
def test_a_merchant_has_a_bounded_number_of_tokens():
    merchant = make_merchant()
    for _ in range(tokens.MOST):
        make_token(merchant)

    with pytest.raises(tokens.TooManyTokens):
        make_token(merchant)

    assert merchant.api_tokens.count() == tokens.MOST


@pytest.mark.django_db
def test_a_token_goes_on_when_who_made_it_leaves():
    merchant, leaver = make_merchant(), make_user()
    member = merchant.members.create(user=leaver, role="OWNER")
    made = tokens.make(
        merchant_id=merchant.pk,
        name="till",
        scopes=[Scope.STOCK_READ],
        made_by_id=leaver.pk,
    )

    member.delete()

    assert make_system(made.secret).get(STOCK).status_code == 200
