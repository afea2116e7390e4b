"""The admin's door: who comes in, who doesn't, what waits on the front page."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from donghai import steps
from donghai.backoffice.columns import page_of
from donghai.backoffice.pages import Page
from donghai.models import StaffMember
from donghai.steps.models import Step
from tests.make import (
    make_client,
    make_host,
    make_merchant,
    make_staff,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db
Duty = StaffMember.Duty
SHOWN_IN = ("list_display", "fields", "shown", "readonly_fields", "list_filter")
SAID_ALIKE = {"sku", "guid"}  # in every language


def every_address() -> list[str]:
    """Each page of the admin that needs no row, and one of each kind that does."""
    site = admin.site
    pages = ["index", "password_change", "autocomplete", "jsi18n"]
    found = [reverse(f"admin:{name}") for name in pages]
    for model, page in site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        found += [reverse(f"admin:{name}_{view}") for view in ("changelist", "add")]
        found += [
            reverse(f"admin:{name}_{view}", args=[1])
            for view in ("change", "delete", "history")
        ]
        assert isinstance(page, Page)
        found.append(reverse(f"admin:{name}_act", args=[1, "anything"]))
    found += [
        reverse("admin:catalog_variant_move", args=[1]),
        reverse("admin:catalog_merchant_licence", args=[1]),
        reverse("admin:catalog_merchant_refuse", args=[1]),
        reverse("admin:catalog_merchant_suspend", args=[1]),
        reverse("admin:catalog_evidence_file", args=[1]),
        reverse("admin:orders_parcel_label", args=[1]),
        reverse("admin:orders_parcel_bring"),
        reverse("admin:orders_message_xml", args=[1]),
    ]
    return found


def make_ended_staff() -> Any:
    user = make_staff(Duty.ADMIN)
    StaffMember.objects.filter(user=user).update(until=timezone.localdate())
    return type(user).objects.get(pk=user.pk)


@pytest.mark.parametrize(
    "make_person",
    [
        make_user,
        lambda: make_host().user,
        make_ended_staff,
        lambda: make_user(is_superuser=True),
    ],
    ids=["a buyer", "a host", "ended staff", "a flag without employment"],
)
def test_who_is_not_staff_is_turned_away_from_every_page(make_person):
    client = make_client(make_person())
    door = reverse("admin:login")

    for address in every_address():
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code == 302, address
            assert answer.url.startswith(door), address

    assert client.get(door).status_code == 403


def test_strangers_are_sent_to_the_one_door_and_come_back_where_they_wanted():
    wanted = reverse("admin:catalog_merchant_changelist")

    answer = Client().get(wanted, follow=True)

    assert [step for step, _code in answer.redirect_chain] == [
        f"{reverse('admin:login')}?next={wanted}",
        f"{reverse('account_login')}?next={wanted}",
    ]


def test_the_door_never_sends_people_off_the_site():
    client = make_client(make_staff())

    answer = client.get(reverse("admin:login"), {"next": "https://example.com/admin/"})

    assert answer.url == reverse("admin:index")


def test_staff_without_a_second_factor_is_asked_to_set_one_up(settings):
    settings.STAFF_NEED_MFA = True
    user = make_staff(Duty.ADMIN)
    client = make_client(user)

    answer = client.get(reverse("admin:index"), follow=True)

    assert reverse("mfa_activate_totp") in answer.content.decode()
    assert client.post(reverse("admin:index")).status_code == 302

    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    assert client.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize("duty", Duty)
def test_every_list_opens_for_those_who_may_see_it(duty):
    client = make_client(make_staff(duty))

    for model, page in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        answer = client.get(reverse(f"admin:{name}_changelist"), {"q": "a"})
        assert answer.status_code == (200 if duty in page.seen_by else 403), name
        added = client.get(reverse(f"admin:{name}_add"))
        assert added.status_code == (200 if duty in page.added_by else 403), name


def test_nobody_deletes_anything():
    client = make_client(make_staff(Duty.ADMIN))
    merchant = make_merchant()

    answer = client.post(
        reverse("admin:catalog_merchant_delete", args=[merchant.pk]), {"post": "yes"}
    )

    assert answer.status_code == 403
    assert type(merchant).objects.filter(pk=merchant.pk).exists()


def test_a_parked_step_is_found_in_words_and_tried_again():
    steps.schedule("orders.pack_order", subject_id=7)
    Step.objects.update(state=Step.State.PARKED, attempts=12, last_error="Boom: 1")
    client = make_client(make_staff(Duty.CLERK))
    parked = f"{reverse('admin:donghai_step_changelist')}?state__exact=PARKED"

    page = client.get(parked).content.decode()
    assert "put it into the parcel of the night" in page
    assert "needs a person" in page
    assert "Boom: 1" in page

    step = Step.objects.get()
    client.post(parked, {"action": "try_again", "_selected_action": step.pk})
    step.refresh_from_db()
    assert (step.state, step.attempts) == (Step.State.OPEN, 0)


def test_a_button_pressed_from_another_site_does_nothing():
    steps.schedule("orders.pack_order", subject_id=7)
    Step.objects.update(state=Step.State.PARKED)
    client = make_client(make_staff())
    client.handler.enforce_csrf_checks = True

    answer = client.post(
        reverse("admin:donghai_step_act", args=[Step.objects.get().pk, "try_again"])
    )

    assert answer.status_code == 403
    assert Step.objects.get().state == Step.State.PARKED


def test_an_accountant_may_not_try_steps_again():
    steps.schedule("orders.pack_order", subject_id=7)
    Step.objects.update(state=Step.State.PARKED)
    client = make_client(make_staff(Duty.ACCOUNTANT))

    answer = client.post(
        reverse("admin:donghai_step_act", args=[Step.objects.get().pk, "try_again"])
    )

    assert answer.status_code == 403
    assert Step.objects.get().state == Step.State.PARKED


def test_a_step_that_did_not_give_up_is_left_alone():
    steps.schedule("orders.pack_order", subject_id=7)
    client = make_client(make_staff())

    answer = client.post(
        reverse("admin:donghai_step_act", args=[Step.objects.get().pk, "try_again"]),
        {"next": "https://example.com/"},
        follow=True,
    )

    assert answer.redirect_chain[0][0] == reverse("admin:donghai_step_changelist")
    assert "Nothing to try again" in answer.content.decode()


def test_the_front_page_counts_what_waits_and_leads_there():
    steps.schedule("orders.pack_order", "orders.track", subject_id=7)
    Step.objects.filter(job="orders.track").update(state=Step.State.PARKED)
    Step.objects.filter(job="orders.pack_order").update(
        due_at=timezone.now() - timedelta(minutes=9)
    )
    make_merchant(state="APPLIED")
    make_variant(on_hand=0)
    client = make_client(make_staff())

    answer = client.get(reverse("admin:index"))

    figures = {str(f.title): f for f in answer.context["figures"]}
    assert figures["steps that gave up"].value == 1
    assert figures["oldest step that is due"].value == "9\xa0minutes"
    assert figures["merchants wait for approval"].value == 1
    assert figures["listed pieces with none left"].value == 1
    assert figures["declarations rejected by customs"].value == 0
    assert figures["payments open for long"].value == 0
    for figure in figures.values():
        assert client.get(figure.url).status_code == 200
        assert figure.url.replace("&", "&amp;") in answer.content.decode()


def test_clerks_approve_merchants_and_the_log_says_who_did():
    merchant = make_merchant(state="APPLIED")
    clerk, boss = make_staff(), make_staff(Duty.ADMIN)

    make_client(clerk).post(
        reverse("admin:catalog_merchant_act", args=[merchant.pk, "approve"])
    )

    merchant.refresh_from_db()
    assert merchant.state == "APPROVED"
    log = make_client(boss).get(reverse("admin:admin_logentry_changelist"))
    assert clerk.email in log.content.decode()


def test_what_services_write_is_not_in_any_form():
    merchant = make_merchant()
    client = make_client(make_staff(Duty.ADMIN))

    form = client.get(page_of(merchant)).context["adminform"].form

    assert set(form.fields) == {"name", "name_zh", "credit_code", "stall", "phone"}


def test_stock_moves_only_by_a_form_with_a_reason():
    variant = make_variant(on_hand=5)
    client = make_client(make_staff())
    address = reverse("admin:catalog_variant_move", args=[variant.pk])

    refused = client.post(address, {"kind": "ADJUSTED", "change": -6, "reason": "gone"})
    assert "Only 5 can be taken out" in refused.content.decode()
    no_reason = client.post(address, {"kind": "RECEIVED", "change": 3})
    assert no_reason.status_code == 200
    assert variant.movements.count() == 1

    client.post(address, {"kind": "ADJUSTED", "change": -2, "reason": "broken"})
    client.post(address, {"kind": "RECEIVED", "change": 4, "reason": "delivery 12"})
    variant.stock.refresh_from_db()
    assert variant.stock.on_hand == 7
    said = variant.movements.order_by("pk").values_list("on_hand", "reason")
    assert list(said)[1:] == [(-2, "broken"), (4, "delivery 12")]


def test_the_last_administrator_stays():
    boss = make_staff(Duty.ADMIN)
    client = make_client(boss)
    address = reverse("admin:donghai_staffmember_change", args=[boss.staff_member.pk])
    ended = {"duty": "ADMIN", "since": "2026-01-01", "until": "2026-02-01"}

    assert (
        "One administrator must remain" in client.post(address, ended).content.decode()
    )

    make_staff(Duty.ADMIN)
    assert client.post(address, ended).status_code == 302
    assert client.get(reverse("admin:index")).status_code == 302


def test_the_admin_speaks_chinese():
    client = make_client(make_staff())

    page = client.get(
        reverse("admin:donghai_step_changelist"), headers={"accept-language": "zh-hans"}
    ).content.decode()

    assert 'lang="zh-hans"' in page
    assert "步骤" in page
    assert "Steps" not in page


def test_lists_ask_the_database_as_often_for_many_rows_as_for_one(
    django_assert_max_num_queries,
):
    for _row in range(4):
        make_variant()
        make_host()
    steps.schedule("orders.pack_order", "orders.track", "orders.close", subject_id=1)
    client = make_client(make_staff(Duty.ADMIN))

    for name in ("catalog_variant", "catalog_product", "hosts_host", "donghai_step"):
        with django_assert_max_num_queries(7):
            assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200


def test_every_field_the_admin_shows_has_a_name_to_be_translated():
    found = admin.site._registry.values()
    pages = [page for page in found if isinstance(page, Page)]
    for shown in [*pages, *(part for page in pages for part in page.inlines)]:
        lists = [getattr(shown, name, None) or () for name in SHOWN_IN]
        names = {name for named in lists for name in named if isinstance(name, str)}
        assert "pk" not in names
        for field in shown.model._meta.fields:
            if field.name in names - SAID_ALIKE:
                assert isinstance(field.verbose_name, Promise), (shown, field)
