"""The provider's webhooks at the real door: forged, doubled, late, lost, too early."""

import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from catalog.models import Hold, StockLevel
from catalog.stock import services as catalog
from donghai.steps.models import Step
from donghai.steps.tasks import sweep_until_done
from orders.checkout import bag as bags
from orders.checkout.models import Order
from orders.payments import sandbox, services
from orders.payments import truths as payments
from orders.payments.models import Notice, Payment, Refund, SandboxCharge
from tests.catalog.test_stock import in_threads
from tests.make import make_order, make_variant
from tests.orders.payments.test_paying import let_the_hold_run_out

pytestmark = pytest.mark.django_db(transaction=True)

NOTICES = "/api/v1/payments/notices/sandbox"


@pytest.fixture
def outside(live_server, settings) -> Iterator[httpx.Client]:
    """The provider's machine and buyers, who only know our address."""
    settings.SITE_URL = live_server.url
    settings.SANDBOX_WEBHOOKS = "lost"  # each test tells what it wants to tell
    with httpx.Client(base_url=live_server.url, trust_env=False, timeout=60) as client:
        yield client


def make_open_payment(**facts) -> Payment:
    """An order whose buyer is on the provider's page."""
    order = make_order(**facts)
    return services.begin_payment(order_id=order.pk, method="page")


def press(outside: httpx.Client, payment: Payment, decision: str = "approve") -> None:
    """What the buyer does on the provider's page. The way back he doesn't take."""
    page = payment.page_url
    token = outside.get(page).cookies["csrftoken"]
    form = {"decision": decision, "csrfmiddlewaretoken": token}
    assert outside.post(page, data=form).status_code == 302


def tell(
    outside: httpx.Client, *, key: str, event: str = "e1", **said: object
) -> httpx.Response:
    """One webhook, well signed."""
    body = json.dumps({"event": event, "key": key, **said}).encode()
    return outside.post(
        NOTICES, content=body, headers={"Signature": sandbox.sign(body)}
    )


def come_back(outside: httpx.Client, order: Order) -> httpx.Response:
    """The buyer returns from the provider's page, with his bag."""
    headers = {bags.HEADER: bags.token(order.bag)}
    return outside.get(f"/orders/{order.number}/paid/", headers=headers)


def require_one_payment(order: Order) -> None:
    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    assert order.payments.filter(pays_order=True).count() == 1
    assert not Refund.objects.exists()
    assert Step.objects.filter(job="orders.book_payment").count() == 1
    assert list(payments.broken()) == []


@pytest.mark.parametrize("signature", ["", "0" * 64, "é", None])
def test_a_notice_without_the_right_signature_changes_nothing(outside, signature):
    payment = make_open_payment()
    press(outside, payment)
    body = json.dumps({"event": "e1", "key": payment.key}).encode()
    headers = {} if signature is None else {"Signature": signature.encode("latin-1")}

    answer = outside.post(NOTICES, content=body, headers=headers)

    assert answer.status_code == 403
    assert not Notice.objects.exists()
    assert Payment.objects.get().state == Payment.State.OPEN


def test_a_signature_is_good_for_its_own_bytes_only(outside):
    payment = make_open_payment()
    press(outside, payment)
    body = json.dumps({"event": "e1", "key": payment.key}).encode()
    headers = {"Signature": sandbox.sign(body)}

    answer = outside.post(NOTICES, content=body + b" ", headers=headers)

    assert answer.status_code == 403
    assert Payment.objects.get().state == Payment.State.OPEN


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"event": "e1"}', b"\xff"])
def test_a_signed_notice_that_says_nothing_is_turned_away(outside, body):
    headers = {"Signature": sandbox.sign(body)}

    assert outside.post(NOTICES, content=body, headers=headers).status_code == 400
    assert not Notice.objects.exists()


def test_nobody_listens_for_a_provider_we_do_not_use(outside):
    answer = outside.post("/api/v1/payments/notices/other", content=b"{}")

    assert answer.status_code == 404


def test_a_notice_of_an_unknown_payment_is_kept_and_changes_nothing(outside):
    payment = make_open_payment()

    assert tell(outside, key="never/heard").status_code == 204

    assert Notice.objects.get().content["key"] == "never/heard"
    assert Payment.objects.get(pk=payment.pk).state == Payment.State.OPEN


def test_an_event_told_many_times_at_once_is_kept_and_booked_once(outside):
    payment = make_open_payment()
    press(outside, payment)

    answers = in_threads(8, lambda i: tell(outside, key=payment.key).status_code)

    assert answers == [204] * 8
    assert Notice.objects.count() == 1
    require_one_payment(payment.order)


def test_a_notice_is_only_a_hint_and_the_provider_is_asked(outside):
    payment = make_open_payment()

    told = tell(outside, key=payment.key, state="CAPTURED", amount_minor=1)

    assert told.status_code == 204
    assert Payment.objects.get().state == Payment.State.OPEN


def test_a_notice_for_a_declined_payment_leaves_it_declined(outside):
    payment = make_open_payment()
    press(outside, payment, "decline")

    for event in ("e1", "e1", "e2"):
        assert tell(outside, key=payment.key, event=event).status_code == 204

    payment.refresh_from_db()
    assert payment.state == Payment.State.DECLINED
    assert Hold.objects.get().state == Hold.State.HELD
    assert payment.order.status == Order.Status.AWAITING_PAYMENT


@pytest.mark.parametrize("mode", ["once", "twice", "late", "lost"])
def test_the_money_is_found_however_the_provider_tells(outside, settings, mode):
    settings.SANDBOX_WEBHOOKS = mode
    payment = make_open_payment()
    press(outside, payment)

    sweep_until_done(lane=None)
    told_in_time = mode in ("once", "twice")
    payment.refresh_from_db()
    assert (payment.state == Payment.State.CAPTURED) == told_in_time

    # Twenty seconds later we ask ourselves.
    Payment.objects.update(begun_at=timezone.now() - services.ASK_AFTER)
    assert services.reconcile() == (0 if told_in_time else 1)
    require_one_payment(payment.order)

    # What comes after that is no news.
    Step.objects.filter(job=sandbox.NOTIFY).update(due_at=timezone.now())
    sweep_until_done(lane=None)
    assert Notice.objects.count() == (0 if mode == "lost" else 1)
    require_one_payment(payment.order)


def test_a_late_notice_comes_after_we_have_asked():
    assert services.ASK_AFTER < sandbox.LATE


def test_return_page_and_webhook_and_reconciler_meet_at_the_door(outside):
    payment = make_open_payment()
    order = payment.order
    press(outside, payment)
    Payment.objects.update(begun_at=timezone.now() - timedelta(minutes=1))
    ways = [
        lambda: come_back(outside, order).status_code,
        lambda: tell(outside, key=payment.key).status_code,
        services.reconcile,
    ]

    answers = in_threads(9, lambda i: ways[i % 3]())

    assert set(answers[0::3]) == {302}
    assert set(answers[1::3]) == {204}
    assert not [one for one in answers if isinstance(one, Exception)]
    require_one_payment(order)


def test_an_impatient_buyer_is_charged_once(outside):
    order = make_order()
    pay = f"/api/v1/orders/{order.number}/payments"
    headers = {bags.HEADER: bags.token(order.bag)}
    wanted = {"method": sandbox.PAYS_AT_ONCE}

    answers = in_threads(
        8, lambda i: outside.post(pay, json=wanted, headers=headers).json()
    )

    assert any(answer.get("pays_order") for answer in answers)
    refused = {answer["code"] for answer in answers if "code" in answer}
    assert refused <= {services.AlreadyPaid.code}
    assert SandboxCharge.objects.count() == 1
    require_one_payment(order)


def test_webhooks_before_the_providers_own_answer_change_nothing_about_it(outside):
    order = make_order()
    payment = services._open_payment(order.pk)
    answer = sandbox.SandboxProvider().charge(
        key=payment.key,
        amount=payment.amount,
        method=sandbox.PAYS_AT_ONCE,
        return_url="",
    )

    for _ in range(2):
        assert tell(outside, key=payment.key).status_code == 204
    require_one_payment(order)

    assert services.apply(payment.pk, answer).pays_order
    require_one_payment(order)


def test_an_answer_that_never_came_is_asked_for(outside):
    order = make_order()
    payment = services._open_payment(order.pk)
    sandbox.SandboxProvider().charge(
        key=payment.key,
        amount=payment.amount,
        method=sandbox.PAYS_AT_ONCE,
        return_url="",
    )
    Payment.objects.update(begun_at=timezone.now() - services.ASK_AFTER)

    services.reconcile()

    require_one_payment(order)


def test_money_after_the_piece_went_to_somebody_else_goes_back_once(outside):
    variant = make_variant(on_hand=1)
    payment = make_open_payment(variant=variant)
    order = payment.order
    let_the_hold_run_out(order)
    other = make_order(variant=variant)
    press(outside, payment)

    in_threads(4, lambda i: tell(outside, key=payment.key))
    come_back(outside, order)
    sweep_until_done(lane=None)

    order.refresh_from_db()
    charge = SandboxCharge.objects.get()
    level = StockLevel.objects.get(pk=variant.pk)
    assert order.status == Order.Status.CANCELLED
    assert Refund.objects.get().state == Refund.State.DONE
    assert charge.refunded_minor == charge.amount_minor == order.total_minor
    assert (level.on_hand, level.allocated, level.reserved) == (1, 0, 1)
    assert catalog.release(hold_ids=other.hold_ids())
    assert list(payments.broken()) == []


def test_money_for_an_order_that_another_payment_paid_goes_back(outside):
    first = make_open_payment()
    order = first.order
    services.decline_payment(payment_id=first.pk, reference="given-up")
    second = services.begin_payment(order_id=order.pk, method=sandbox.PAYS_AT_ONCE)
    assert second.pays_order
    press(outside, first)

    for event in ("e1", "e2"):
        tell(outside, key=first.key, event=event)
    sweep_until_done(lane=None)

    order.refresh_from_db()
    refund = Refund.objects.get()
    assert order.status == Order.Status.PAID
    assert (refund.payment_id, refund.amount) == (first.pk, order.total)
    assert list(payments.broken()) == []


def test_a_payment_the_provider_cannot_tell_of_keeps_no_other_waiting(
    outside, monkeypatch
):
    opened = [make_open_payment() for _ in range(2)]
    for payment in opened:
        press(outside, payment)
    Payment.objects.update(begun_at=timezone.now() - services.ASK_AFTER)
    find = sandbox.SandboxProvider.find

    def fail(self, key):
        if key == opened[0].key:
            raise httpx.ReadTimeout("nobody answers")
        return find(self, key)

    monkeypatch.setattr(sandbox.SandboxProvider, "find", fail)

    assert services.reconcile() == 2

    states = list(Payment.objects.order_by("pk").values_list("state", flat=True))
    assert states == [Payment.State.OPEN, Payment.State.CAPTURED]
