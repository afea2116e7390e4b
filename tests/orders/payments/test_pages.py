"""Paying on pages: to the provider, back, and what the order says then."""

import pytest
from django.test import Client

from orders.checkout import bag
from orders.checkout.models import Order
from orders.payments.models import Payment, SandboxCharge
from tests.make import make_client, make_order, make_user


def buyer_of(order):
    client = Client()
    client.cookies[bag.COOKIE] = bag.token(order.bag)
    return client


@pytest.mark.django_db
def test_approving_on_the_sandbox_page_pays_the_order_on_return():
    order = make_order()
    client = buyer_of(order)

    page = client.post(f"/orders/{order.number}/pay/").headers["Location"]
    back = client.post(page, {"decision": "approve"}).headers["Location"]
    client.get(back)

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    assert (
        "Paid. It is yours." in client.get(f"/orders/{order.number}/").content.decode()
    )


@pytest.mark.django_db
def test_declining_keeps_the_order_open_and_a_second_try_pays():
    order = make_order()
    client = buyer_of(order)

    for decision in ("decline", "approve"):
        page = client.post(f"/orders/{order.number}/pay/").headers["Location"]
        client.get(client.post(page, {"decision": decision}).headers["Location"])

    states = Payment.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [Payment.State.DECLINED, Payment.State.CAPTURED]
    order.refresh_from_db()
    assert order.status == Order.Status.PAID


@pytest.mark.django_db
def test_pressing_pay_twice_leads_to_one_charge():
    order = make_order()
    client = buyer_of(order)

    pages = {
        client.post(f"/orders/{order.number}/pay/").headers["Location"]
        for _ in range(2)
    }

    assert len(pages) == 1
    assert SandboxCharge.objects.count() == 1


@pytest.mark.django_db
def test_thinking_again_at_the_bank_lets_the_buyer_change_the_address():
    order = make_order()
    client = buyer_of(order)
    bank = client.post(f"/orders/{order.number}/pay/").headers["Location"]
    assert not client.get("/bag/").context["can_pay"]

    page = client.post(f"/orders/{order.number}/change/", follow=True)

    assert page.redirect_chain[-1][0] == "/bag/"
    assert page.context["can_pay"]
    assert page.context["form"]["street"].value() == order.street
    client.post(bank, {"decision": "approve"})  # in a tab left open: too late
    assert SandboxCharge.objects.get().state == "DECLINED"
    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED
    assert page.context["waiting"] is None
    assert [claim.hold.state for claim in page.context["claims"]] == ["HELD"]


@pytest.mark.django_db
def test_what_was_paid_meanwhile_stays_paid_when_the_buyer_thinks_again():
    order = make_order()
    client = buyer_of(order)
    bank = client.post(f"/orders/{order.number}/pay/").headers["Location"]
    client.post(bank, {"decision": "approve"})

    page = client.post(f"/orders/{order.number}/change/", follow=True)

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    assert page.redirect_chain[-1][0] == f"/orders/{order.number}/"


@pytest.mark.django_db
def test_another_buyer_neither_pays_nor_changes_an_order():
    order = make_order()
    stranger = buyer_of(make_order())

    for act in ("pay", "change"):
        assert stranger.post(f"/orders/{order.number}/{act}/").status_code == 404
    assert not Payment.objects.exists()


@pytest.mark.django_db
def test_an_order_is_shown_to_its_bag_and_its_e_mail_and_nobody_else(client):
    order = make_order()
    address = f"/orders/{order.number}/"

    assert client.get(address).status_code == 404
    assert make_client(make_user()).get(address).status_code == 404
    assert buyer_of(order).get(address).status_code == 200
    assert make_client(make_user(order.email)).get(address).status_code == 200


@pytest.mark.django_db
def test_the_account_lists_orders_of_this_browser_and_of_this_person():
    order = make_order()

    for client in (buyer_of(order), make_client(make_user(order.email))):
        assert list(client.get("/you/").context["orders"]) == [order]
