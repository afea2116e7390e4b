"""The sale in the admin: lists, the story of one order, and what a clerk can do."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from donghai import steps
from donghai.admin.steps import tasks
from donghai.backoffice.columns import page_of
from donghai.models import StaffMember
from donghai.steps.models import Step
from donghai.steps.tasks import sweep_until_done
from orders.checkout.models import Order
from orders.customs.models import Declaration, Message
from orders.management import truths
from orders.payments.models import Payment
from orders.shipping import services as shipping
from orders.shipping.models import NumberRange, Parcel
from tests.make import make_claim, make_client, make_listing, make_order, make_staff
from tests.orders.customs.parcels import SandboxOffice
from tests.orders.later import make_closed_parcel, make_packed_parcel, make_paid_order

pytestmark = pytest.mark.django_db
Duty = StaffMember.Duty


@pytest.fixture
def customs(settings, tmp_path):
    """An office next door, a carrier that delivers at once, no webhooks."""
    settings.CUSTOMS_FOLDER = tmp_path
    settings.SANDBOX_DELIVERY_SECONDS = 0
    settings.SANDBOX_WEBHOOKS = "lost"
    return SandboxOffice(tmp_path)


@pytest.fixture
def clerk() -> Client:
    return make_client(make_staff(Duty.CLERK))


@pytest.fixture
def boss() -> Client:
    return make_client(make_staff(Duty.ADMIN))


def tell_a_sale(customs: SandboxOffice, **facts: Any) -> Order:
    """One order from payment to payables."""
    order = make_paid_order(**facts)
    sweep_until_done(lane=None)
    shipping.send_now(order_id=order.pk)
    for _night in range(30):
        sweep_until_done(lane=None)
        if not list(truths.unfinished()):
            return order
        customs.answer()
    raise AssertionError(list(truths.unfinished()))


def read(client: Client, row: Any) -> str:
    answer = client.get(page_of(row))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_story_of_a_sale_stands_on_one_page(customs, boss):
    order = tell_a_sale(customs, country="DE")
    parcel = Parcel.objects.get(parcel_orders__order=order)
    declaration = Declaration.objects.get(parcel=parcel)
    line = order.lines.get()

    story = read(boss, order)

    told = [
        order.number,
        str(order.total),
        "Hauptstr. 1",
        line.merchant.name,
        line.host.name,
        line.claim.receipt,
        *(str(share.amount) for share in line.splits.all()),
        *(price.rule for price in order.quote.lines.all()),
        order.payments.get().key,
        parcel.number,
        parcel.waybill,
        declaration.invt_no,
        "800 released",
        "603 list",
        "payment received",
        "shares fell due",
        "sum €0.00",
        "sum CN¥0.00",
        "ask the carrier where it is",
    ]
    assert [words for words in told if words not in story] == []
    assert "Gave up" not in story


def test_money_is_for_accountants_and_addresses_are_for_clerks(customs, clerk):
    order = tell_a_sale(customs, country="DE")
    accountant = make_client(make_staff(Duty.ACCOUNTANT))
    message = Message.objects.first()
    parcel = Parcel.objects.get()
    papers = [
        reverse("admin:orders_message_xml", args=[message.pk]),
        reverse("admin:orders_parcel_label", args=[parcel.pk]),
    ]

    seen_by_clerk, seen_by_accountant = read(clerk, order), read(accountant, order)

    assert "Hauptstr. 1" in seen_by_clerk
    assert "shares fell due" not in seen_by_clerk
    assert "Hauptstr. 1" not in seen_by_accountant
    assert "shares fell due" in seen_by_accountant
    assert [clerk.get(paper).status_code for paper in papers] == [200, 200]
    assert [accountant.get(paper).status_code for paper in papers] == [404, 404]
    assert clerk.get(papers[0]).content.decode() == message.content
    assert clerk.get(papers[1]).content.startswith(b"%PDF")


def test_the_story_of_an_order_that_is_not_paid_opens_too(boss):
    story = read(boss, make_order())

    assert "waiting for payment" in story
    assert "Not in a parcel yet." in story


def test_nobody_edits_an_order(boss):
    order = make_order()

    answer = boss.post(page_of(order), {"status": "PAID"})

    assert answer.status_code == 405
    order.refresh_from_db()
    assert order.status == Order.Status.AWAITING_PAYMENT


def test_a_parked_step_is_tried_again_from_the_orders_story(clerk):
    order = make_paid_order()
    step = Step.objects.get(job="orders.pack_order", subject_id=order.pk)
    Step.objects.filter(pk=step.pk).update(
        state=Step.State.PARKED, attempts=12, last_error="NoNumbers: ask the post"
    )

    story = read(clerk, order)
    assert "Gave up: put it into the parcel of the night." in story
    assert "NoNumbers: ask the post" in story
    button = reverse("admin:donghai_step_act", args=[step.pk, "try_again"])
    assert f'action="{button}"' in story

    answer = clerk.post(button, {"next": page_of(order)}, follow=True)
    assert answer.redirect_chain == [(page_of(order), 302)]
    assert "Tried again: 1" in answer.content.decode()
    step.refresh_from_db()
    assert step.state == Step.State.OPEN
    assert "Gave up" not in answer.content.decode()


def test_a_rejected_declaration_is_mended_from_the_orders_story(customs, clerk):
    order = make_paid_order()
    product = order.lines.get().variant.product
    type(product).objects.filter(pk=product.pk).update(hs_code="0000000000")
    make_closed_parcel(order)
    sweep_until_done(lane=None)
    declaration = Declaration.objects.get()
    assert declaration.state == Declaration.State.REJECTED

    story = read(clerk, order)
    assert "Customs rejected the declaration." in story
    button = reverse("admin:orders_declaration_act", args=[declaration.pk, "mend"])
    assert button in story
    still_wrong = clerk.post(button, follow=True)
    assert "messagelist" in still_wrong.content.decode()
    declaration.refresh_from_db()
    assert declaration.state == Declaration.State.REJECTED

    facts = {"hs_code": "7116200000", "customs_name": "紫水晶手链", "state": "LISTED"}
    facts["customs_elements"] = product.customs_elements
    inline = {
        f"{part}-{count}_FORMS": "0"
        for part in ("variants", "photos")
        for count in ("TOTAL", "INITIAL")
    }
    assert clerk.post(page_of(product), facts | inline).status_code == 302
    clerk.post(button)
    declaration.refresh_from_db()
    assert (declaration.state, declaration.attempt) == (Declaration.State.READY, 2)


def test_a_parcel_is_closed_now(clerk):
    parcel = make_packed_parcel()
    before = parcel.closes_at
    button = reverse("admin:orders_parcel_act", args=[parcel.pk, "close_now"])
    assert button in read(clerk, parcel)

    clerk.post(button)

    parcel.refresh_from_db()
    assert parcel.closes_at < before
    assert Step.objects.get(job="orders.close_parcel").due_at == parcel.closes_at


@pytest.mark.parametrize(
    "found_by",
    [
        lambda order, parcel: order.number.lower(),
        lambda order, parcel: parcel.number,
        lambda order, parcel: parcel.waybill,
        lambda order, parcel: order.lines.get().variant.sku,
        lambda order, parcel: order.payments.get().reference,
        lambda order, parcel: order.email.upper(),
    ],
    ids=["order", "parcel", "waybill", "SKU", "payment", "e-mail"],
)
def test_an_order_is_found_by_any_number_a_clerk_has_in_hand(clerk, found_by):
    order = make_paid_order(country="GB")
    parcel = make_closed_parcel(order)
    other = make_order()
    Order.objects.filter(pk=other.pk).update(email="other@example.org")

    page = clerk.get(
        reverse("admin:orders_order_changelist"), {"q": found_by(order, parcel)}
    ).content.decode()

    assert order.number in page
    assert other.number not in page


def test_steps_are_found_by_the_number_of_their_order(clerk):
    order, _other = make_paid_order(), make_paid_order()

    answer = clerk.get(reverse("admin:donghai_step_changelist"), {"q": order.number})

    found = {step.subject_id for step in answer.context["cl"].queryset}
    assert found == {order.pk}


def test_every_row_of_a_sale_has_a_page_that_opens(customs, boss):
    order = tell_a_sale(customs, country="MX")
    parcel = Parcel.objects.get()
    declaration = Declaration.objects.get()
    rows = [
        *(parcel, declaration, order.quote, order.payments.get()),
        *(*declaration.messages.all(), *order.journals.all(), *order.conversions.all()),
        *(declaration.messages.get(kind="303").receipts.first(), declaration.route),
        *(order.lines.get().claim, order.lines.get().claim.hold),
        *(order.lines.get().variant, order.lines.get().variant.product),
        *(order.lines.get().session, order.lines.get().claim.listing),
        *(order.lines.get().merchant, order.lines.get().host),
        *(order.lines.get().variant.movements.first(), Step.objects.first()),
        *(order.conversions.get().rate, NumberRange.objects.first()),
        *order.lines.get().splits.get(party="HOST").payables.all(),
    ]

    for row in rows:
        page = read(boss, row)
        assert "_minor" not in page, row
        assert ">None<" not in page, row


def test_every_job_has_words():
    from donghai.steps.services import jobs

    assert set(jobs()) - set(tasks) == set()


def test_a_long_order_takes_no_more_queries_than_a_short_one(
    customs, boss, django_assert_max_num_queries
):
    order = tell_a_sale(customs)
    with django_assert_max_num_queries(50) as short:
        read(boss, order)
    second = make_listing(session=order.lines.get().session)
    claim = make_claim(listing=second)
    line = order.lines.get()
    line.pk, line.claim, line.variant = None, claim, second.variant
    line.save()
    steps.schedule("orders.track", "orders.pack_order", subject_id=order.pk, key="more")

    with django_assert_max_num_queries(len(short.captured_queries)):
        read(boss, order)


@pytest.mark.parametrize(
    "name",
    ["order", "claim", "quote", "payment", "parcel", "declaration", "message"],
)
def test_lists_of_the_sale_ask_as_often_for_many_rows_as_for_one(
    customs, boss, name, django_assert_max_num_queries
):
    address = reverse(f"admin:orders_{name}_changelist")
    make_closed_parcel(make_paid_order())
    sweep_until_done(lane=None)
    boss.get(address)
    with django_assert_max_num_queries(12) as few:
        boss.get(address)
    for _order in range(2):
        make_closed_parcel(make_paid_order())
    sweep_until_done(lane=None)

    with django_assert_max_num_queries(len(few.captured_queries)):
        assert boss.get(address).status_code == 200


def test_payments_open_for_long_are_counted_and_listed(clerk, settings):
    order = make_paid_order()
    Payment.objects.update(
        state=Payment.State.OPEN,
        pays_order=False,
        begun_at=order.placed_at.replace(year=2025),
    )

    page = clerk.get(reverse("admin:orders_payment_changelist"), {"open": "long"})

    assert order.payments.get().key in page.content.decode()
    assert len(page.context["cl"].result_list) == 1
