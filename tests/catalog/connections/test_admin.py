"""The centre sees which systems merchants have, what reaches them, what came in."""

import pytest

from catalog.connections.models import ApiToken, WebhookMessage
from catalog.sheets.models import SheetImport
from catalog.stocktaking.models import StockTake
from donghai.backoffice.columns import list_of, page_of
from tests.make import (
    make_client,
    make_endpoint,
    make_merchant,
    make_staff,
    make_token,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_a_clerk_sees_keys_and_addresses_and_never_a_secret():
    merchant, clerk = make_merchant(), make_client(make_staff())
    secret = make_token(merchant, "stock:write")
    endpoint = make_endpoint(merchant, "https://till.example/hooks")
    message = WebhookMessage.objects.create(
        endpoint=endpoint, type="stock.changed", body="{}"
    )

    for row in (ApiToken.objects.get(), endpoint, message):
        for address in (list_of(type(row)), page_of(row)):
            page = clerk.get(address)
            assert page.status_code == 200
            assert merchant.name in page.content.decode() or row == message
            assert secret not in page.content.decode()
            assert endpoint.secret not in page.content.decode()


def test_a_clerk_sees_what_a_merchant_imported_and_counted():
    merchant, clerk = make_merchant(), make_client(make_staff())
    sheet = SheetImport.objects.create(
        merchant=merchant, name="stock.xlsx", state="FAILED", failure="Save it again."
    )
    take = StockTake.objects.create(
        merchant=merchant, name="shelf 3", started_by=make_user()
    )

    assert "Save it again." in clerk.get(page_of(sheet)).content.decode()
    assert "Save it again." in clerk.get(list_of(SheetImport)).content.decode()
    assert "shelf 3" in clerk.get(list_of(StockTake)).content.decode()
    assert "shelf 3" in clerk.get(page_of(take)).content.decode()
