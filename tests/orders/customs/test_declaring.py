"""From a packed parcel to its release, and back from a refusal."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone
from lxml import etree

from catalog.models import Product
from donghai import steps
from donghai.steps.models import Step
from orders.customs import answers, gate, schema, services
from orders.customs.exchange import FolderWindow, lay
from orders.customs.models import Declaration, Message, Receipt, Route
from orders.customs.office import book
from orders.shipping.models import Parcel
from tests.orders.customs.parcels import (
    SandboxOffice,
    answer_by_hand,
    make_parcel,
    message_of,
    send_what_is_due,
)

pytestmark = pytest.mark.django_db
ORDER, WAYBILL, LIST = "303", "505", "603"
THAT_NIGHT = datetime(2026, 11, 21, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.CUSTOMS_FOLDER = tmp_path
    FolderWindow(tmp_path)
    return tmp_path


def declared(folder, papers=120):
    """A declaration whose papers were sent, and answered with `papers` if given."""
    parcel = make_parcel()
    send_what_is_due()
    declaration = Declaration.objects.get(parcel=parcel)
    if papers:
        for kind in (ORDER, WAYBILL):
            say(folder, declaration, kind, papers)
        declaration.refresh_from_db()
    return declaration


def say(folder, declaration, kind, status, seconds=0, text="说明"):
    at = THAT_NIGHT + timedelta(seconds=seconds)
    answer_by_hand(folder, message_of(declaration, kind), status, at, text)
    services.read_receipts()
    declaration.refresh_from_db()


def list_steps(parcel_id):
    return Step.objects.filter(job=answers.SEND_LIST, subject_id=parcel_id)


def field(message, name):
    root = etree.fromstring(message.content.encode())
    return root.findtext(f".//{{{schema.NAMESPACE}}}{name}")


def test_a_packed_parcel_is_declared_released_and_given_to_the_carrier(folder):
    parcel, office = make_parcel(), SandboxOffice(folder)

    assert send_what_is_due() == ["orders.declare_order", "orders.declare_waybill"]
    office.answer()
    assert send_what_is_due() == ["orders.declare_list"]
    office.answer()

    declaration = Declaration.objects.get(parcel=parcel)
    parcel.refresh_from_db()
    assert declaration.state == Declaration.State.CLOSED
    assert declaration.invt_no.startswith("2301")
    assert declaration.pre_no.startswith("B")
    assert declaration.released_at < declaration.closed_at
    assert parcel.state == Parcel.State.RELEASED
    assert (
        Step.objects.filter(job="orders.hand_over", subject_id=parcel.pk).count() == 1
    )
    assert [(row["kind"], row["seen"]) for row in book(folder)] == [
        (ORDER, 1),
        (WAYBILL, 1),
        (LIST, 1),
    ]


def test_what_is_declared_follows_from_the_rows(folder):
    declaration = declared(folder, papers=None)

    facts, line = declaration.facts, declaration.facts.lines[0]
    assert (facts.currency, facts.goods_value) == ("USD", Decimal("60.00"))
    assert (line.quantity, line.unit_price) == (2, Decimal("30.00"))
    assert (line.gcode, line.unit1) == ("7116200000", "035")
    assert line.statutory_quantity == Decimal("0.05400")
    assert facts.net_weight_g == 54
    assert facts.gross_weight_g == declaration.parcel.weight_g
    assert facts.waybill_no == declaration.parcel.waybill
    assert line.merchant.code.startswith("91320722")
    assert gate.problems(facts) == []


def test_pesos_are_declared_in_yuan_at_a_named_rate():
    parcel = make_parcel(country="MX")
    send_what_is_due()

    facts = Declaration.objects.get(parcel=parcel).facts

    assert (facts.sale_currency, facts.currency) == ("MXN", "CNY")
    assert facts.goods_value == (1200 * facts.rate).quantize(Decimal("0.01"))
    assert gate.problems(facts) == []


def test_a_step_that_runs_again_sends_nothing_new(folder):
    declaration = declared(folder, papers=None)
    sent = {p.name: p.read_bytes() for p in (folder / "sent").iterdir()}
    for path in (folder / "out").iterdir():
        path.unlink()

    Step.objects.filter(job="orders.declare_order").update(state="OPEN", done_at=None)
    send_what_is_due()

    assert list((folder / "out").iterdir()) == []
    assert {p.name: p.read_bytes() for p in (folder / "sent").iterdir()} == sent
    assert declaration.messages.count() == 2


def test_a_step_killed_before_it_was_recorded_sends_the_same_bytes(folder, monkeypatch):
    parcel = make_parcel()
    step = steps.claim_due(limit=50)[0]
    Step.objects.filter(pk=step.pk).update(lease_token=None)  # somebody else's by now
    assert not steps.run(step)
    first = {p.name: p.read_bytes() for p in (folder / "out").iterdir()}
    Step.objects.update(due_at=timezone.now())

    send_what_is_due()

    again = {p.name: p.read_bytes() for p in (folder / "out").iterdir()}
    assert len(first) == 1
    assert first.items() <= again.items()
    assert Declaration.objects.get(parcel=parcel).messages.count() == 2


def test_the_list_is_sent_once_when_both_papers_are_in(folder):
    declaration = declared(folder, papers=None)
    say(folder, declaration, ORDER, 120)
    assert list_steps(declaration.parcel_id).count() == 0

    say(folder, declaration, WAYBILL, 120)
    say(folder, declaration, WAYBILL, 120, seconds=1)
    send_what_is_due()
    say(folder, declaration, ORDER, 120, seconds=2)

    assert list_steps(declaration.parcel_id).count() == 1
    assert declaration.messages.filter(kind=LIST).count() == 1
    assert declaration.state == Declaration.State.SENT


def test_receipts_in_any_order_and_any_number_lead_only_forward(folder):
    declaration = declared(folder)
    send_what_is_due()

    states = []
    for status, seconds in ((120, 4), (2, 2), (800, 6), (1, 1), (800, 6), (399, 5)):
        say(folder, declaration, LIST, status, seconds)
        states.append(declaration.state)

    assert states == [
        "ACCEPTED",
        "ACCEPTED",
        "RELEASED",
        "RELEASED",
        "RELEASED",
        "RELEASED",
    ]
    kept = Receipt.objects.filter(message__kind=LIST).order_by("pk")
    assert [(r.status, r.applied) for r in kept] == [
        (120, True),
        (2, False),
        (800, True),
        (1, False),
        (399, False),
    ]
    assert Step.objects.filter(job="orders.hand_over").count() == 1


def test_closing_may_be_heard_of_before_release(folder):
    declaration = declared(folder)
    send_what_is_due()

    say(folder, declaration, LIST, 899, seconds=9)
    say(folder, declaration, LIST, 800, seconds=8)

    assert declaration.state == Declaration.State.CLOSED
    assert declaration.released_at == declaration.closed_at
    assert Parcel.objects.get().state == Parcel.State.RELEASED


@pytest.mark.parametrize(
    ("status", "state"),
    [(300, "ACCEPTED"), (500, "HELD"), (501, "HELD"), (700, "RETURNED")],
)
def test_a_list_may_be_held_or_sent_back(folder, status, state):
    declaration = declared(folder)
    send_what_is_due()

    say(folder, declaration, LIST, status)

    assert (declaration.state, declaration.last_status) == (state, status)
    assert not Step.objects.filter(job="orders.hand_over").exists()


def test_a_refused_list_is_mended_and_declared_again(folder):
    declaration = declared(folder)
    send_what_is_due()
    say(folder, declaration, LIST, 100, text="商品编码不存在")
    assert (declaration.state, declaration.reason) == ("REJECTED", "商品编码不存在")

    Product.objects.update(hs_code="7103100000")
    services.mend(declaration_id=declaration.pk)

    assert send_what_is_due() == ["orders.declare_list"]
    declaration.refresh_from_db()
    again = message_of(declaration, LIST)
    assert (declaration.state, declaration.attempt, declaration.reason) == (
        "SENT",
        2,
        "",
    )
    assert (field(again, "gcode"), field(again, "appType")) == ("7103000000", "1")
    assert declaration.messages.filter(kind=LIST).count() == 2


def test_a_late_word_on_the_first_try_says_nothing_of_the_second(folder):
    declaration = declared(folder)
    send_what_is_due()
    say(folder, declaration, LIST, 100, seconds=5)
    services.mend(declaration_id=declaration.pk)
    send_what_is_due()

    say(folder, declaration, LIST, 3, seconds=3)
    say(folder, declaration, LIST, 100, seconds=5, text="again")

    assert declaration.state == Declaration.State.SENT
    say(folder, declaration, LIST, 800, seconds=9)
    assert declaration.state == Declaration.State.RELEASED


def test_only_the_paper_that_changed_goes_again_and_says_so(folder):
    declaration = declared(folder)
    send_what_is_due()
    say(folder, declaration, LIST, 100, text="毛重不符")

    Parcel.objects.update(weight_g=declaration.parcel.weight_g + 30)
    services.mend(declaration_id=declaration.pk)

    assert send_what_is_due() == ["orders.declare_waybill"]
    waybill = message_of(declaration, WAYBILL)
    assert (waybill.attempt, waybill.is_change) == (2, True)
    assert field(waybill, "appType") == "2"
    say(folder, declaration, WAYBILL, 120, seconds=9)
    assert send_what_is_due() == ["orders.declare_list"]
    assert message_of(declaration, ORDER).attempt == 1


def test_the_office_turns_a_wrong_weight_away_and_takes_the_mended_one(folder):
    parcel, office = make_parcel(), SandboxOffice(folder)
    send_what_is_due()
    office.answer()
    declaration = Declaration.objects.get(parcel=parcel)
    declaration.snapshot["gross_weight_g"] = "500"
    declaration.save()
    send_what_is_due()
    office.answer()
    declaration.refresh_from_db()
    assert declaration.state == Declaration.State.REJECTED
    assert "毛重或件数与运单不符" in declaration.reason

    Parcel.objects.update(weight_g=500)
    services.mend(declaration_id=declaration.pk)
    for _ in ("waybill", "list"):
        send_what_is_due()
        office.answer()

    declaration.refresh_from_db()
    assert (declaration.state, declaration.attempt) == ("CLOSED", 2)
    assert [(row["kind"], row["status"], row["attempt"]) for row in book(folder)] == [
        (ORDER, 120, 1),
        (WAYBILL, 120, 2),
        (LIST, 899, 2),
    ]


def test_what_our_own_gate_refuses_is_shown_and_not_sent(folder):
    parcel = make_parcel(hs_code="7116209999")
    send_what_is_due()

    declaration = Declaration.objects.get(parcel=parcel)
    assert declaration.state == Declaration.State.REJECTED
    assert "7116209999" in declaration.reason
    assert list((folder / "out").iterdir()) == []
    with pytest.raises(gate.GoodsCodeUnknown):
        services.mend(declaration_id=declaration.pk)
    declaration.refresh_from_db()
    assert (declaration.state, declaration.attempt) == ("REJECTED", 1)

    Product.objects.update(hs_code="7116200000")
    services.mend(declaration_id=declaration.pk)
    assert send_what_is_due() == ["orders.declare_order", "orders.declare_waybill"]


def test_what_the_schema_refuses_is_shown_and_not_sent(folder):
    services.open_demo_route()
    Route.objects.update(exporter_name="")
    parcel = make_parcel()
    send_what_is_due()

    declaration = Declaration.objects.get(parcel=parcel)
    assert declaration.state == Declaration.State.REJECTED
    assert "ebpName" in declaration.reason
    assert list((folder / "out").iterdir()) == []


def test_nothing_is_mended_that_was_not_rejected(folder):
    declaration = declared(folder)

    with pytest.raises(services.NotRejected):
        services.mend(declaration_id=declaration.pk)

    declaration.refresh_from_db()
    assert declaration.attempt == 1


def test_declared_twice_does_not_undo_what_customs_holds(folder):
    declaration = declared(folder, papers=None)
    say(folder, declaration, ORDER, -301010, seconds=2)
    assert declaration.state == Declaration.State.REJECTED

    say(folder, declaration, ORDER, 120, seconds=1)
    assert declaration.state == Declaration.State.SENT
    say(folder, declaration, ORDER, -301010, seconds=3)

    assert declaration.state == Declaration.State.SENT
    assert declaration.reason == ""


def test_a_message_customs_could_not_read_is_a_rejection(folder):
    declaration = declared(folder, papers=None)
    guid = message_of(declaration, ORDER).guid
    content = (
        f'<a:CEB900Message xmlns:a="{schema.NAMESPACE}"><a:MessageReturn>'
        f"<a:returnStatus>-2</a:returnStatus><a:returnInfo>格式</a:returnInfo>"
        f"<a:returnTime>20261122010203004</a:returnTime>"
        f"<a:oriCopMsgId>{guid.lower()}</a:oriCopMsgId></a:MessageReturn>"
        f"</a:CEB900Message>"
    )
    lay(folder / "in", "900.xml", content.encode())

    services.read_receipts()

    declaration.refresh_from_db()
    assert (declaration.state, declaration.reason) == ("REJECTED", "格式")


def test_what_can_not_be_read_is_kept_and_stands_in_nobodys_way(folder):
    declaration = declared(folder, papers=None)
    lay(folder / "in", "000.xml", b"no xml")
    say(folder, declaration, ORDER, 120)
    lay(folder / "in", "000.xml", b"no xml")
    services.read_receipts()

    bad = Receipt.objects.get(kind=answers.UNREADABLE)
    assert bad.text.startswith("000.xml: not XML")
    assert message_of(declaration, ORDER).status == 120
    assert {p.name for p in (folder / "archive").iterdir()} >= {"000.xml"}


def test_an_answer_to_nothing_of_ours_is_kept(folder):
    declaration = declared(folder, papers=None)
    message = message_of(declaration, ORDER)
    Message.objects.filter(pk=message.pk).update(natural_key="of/somebody/else")

    say(folder, declaration, ORDER, 120)

    kept = Receipt.objects.get()
    assert (kept.message, kept.applied) == (None, False)


def test_real_customs_wants_a_route_and_gets_lists_unsigned(folder, settings):
    settings.CUSTOMS_WINDOW = "files"
    parcel = make_parcel()

    with pytest.raises(services.NoRoute):
        services.open_declaration(parcel_id=parcel.pk)

    assert services.signer() is None
    assert not Declaration.objects.exists()


def test_a_channel_may_have_a_route_of_its_own():
    services.open_demo_route()
    Route.objects.create(
        **services.DEMO_ROUTE | {"customs_code": "2349"}, channel="EPACKET"
    )

    declaration = services.open_declaration(parcel_id=make_parcel().pk)

    assert declaration.route.channel == "EPACKET"
    assert declaration.facts.customs_code == "2349"


@pytest.mark.django_db(transaction=True)
def test_two_readers_do_not_meet(folder):
    found = []

    def read() -> None:
        found.append(answers.take_in(files=[]))
        connection.close()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [answers.ONE_READER])
        other = threading.Thread(target=read)
        other.start()
        other.join()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [answers.ONE_READER])

    assert found == [False]
    assert answers.take_in(files=[]) is True
