"""Applying to sell, being refused, correcting, being approved."""

import re

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from catalog.merchants import licences, mails, services
from catalog.models import Merchant, MerchantMember
from donghai.models import StaffMember
from donghai.steps.models import Step
from tests.make import (
    make_client,
    make_credit_code,
    make_member,
    make_merchant,
    make_picture,
    make_staff,
    make_user,
)
from tests.orders.later import step_in_hand

pytestmark = pytest.mark.django_db
State = Merchant.State
PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path):
    """Files of these tests lie in a folder of their own."""
    place = {"location": tmp_path, "base_url": None}
    settings.STORAGES = settings.STORAGES | {
        "private": settings.STORAGES["private"] | {"OPTIONS": place}
    }
    field = Merchant._meta.get_field("licence")
    before, field.storage = field.storage, storages["private"]
    yield tmp_path
    field.storage = before


def sent(content=None, filename="licence.jpg", **changes):
    return {
        "name_zh": "东海紫晶行",
        "name": "Violet Crystal House",
        "credit_code": make_credit_code(777),
        "stall": "A-107",
        "phone": "139 1234 5678",
        "licence": SimpleUploadedFile(filename, content or make_picture()),
    } | changes


def apply(user=None, **changes):
    user = user or make_user()
    return make_client(user).post("/stall/apply/", sent(**changes))


def test_who_applies_is_owner_of_a_merchant_that_waits(private_folder):
    user = make_user()

    answer = apply(user)

    merchant = Merchant.objects.get()
    assert answer.url == f"/stall/{merchant.pk}/application/"
    assert merchant.state == State.APPLIED
    assert merchant.members.get().user == user
    assert merchant.members.get().role == MerchantMember.Role.OWNER
    assert re.fullmatch(r"licences/[0-9a-f]{32}\.jpeg", merchant.licence.name)
    assert (private_folder / merchant.licence.name).exists()
    page = make_client(user).get(answer.url).content.decode()
    assert "We have your application." in page


def test_a_visitor_is_led_through_the_door_and_back(client):
    answer = client.get("/stall/apply/")

    assert answer.url == "/account/login/?next=/stall/apply/"
    assert b"next=%2Fstall%2Fapply%2F" in client.get(answer.url).content


@pytest.mark.parametrize("shape", ["full width", "with spaces", "in small letters"])
def test_a_code_typed_on_any_keyboard_is_the_same_code(shape):
    body = "91320722MA1ABCD12"
    from stdnum.cn import uscc

    code = body + uscc.calc_check_digit(body)
    typed = {
        "full width": "".join(chr(ord(sign) + 0xFEE0) for sign in code),
        "with spaces": f" {code[:8]}\u3000{code[8:]} ",
        "in small letters": code.lower(),
    }[shape]

    apply(credit_code=typed)

    assert Merchant.objects.get().credit_code == code


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("credit_code", "91320722000000001X", "not a unified social credit code"),
        ("name_zh", "Violet House", "Chinese characters"),
        ("name", "紫晶", "Latin letters"),
        ("phone", "ask my brother", "telephone number"),
        ("stall", "", "required"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_the_rest_is_kept(field, value, words):
    answer = apply(**{field: value})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    kept = "A-107" if field != "stall" else "Violet Crystal House"
    assert f'value="{kept}"' in page
    assert not Merchant.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<script>alert(1)</script>", "licence.jpg", "no photo and no PDF"),
        (b"GIF89a" + bytes(40), "licence.pdf", "no photo and no PDF"),
        (make_picture()[:200], "licence.jpg", None),
        (PDF + bytes(licences.BIGGEST), "licence.pdf", "more than 10 MB"),
    ],
    ids=["a page", "a GIF", "half a photo", "too big"],
)
def test_a_licence_is_judged_by_its_content_and_size(content, name, words):
    answer = apply(content=content, filename=name)

    if words is None:  # cut off behind its head: a person will see that it is
        assert answer.status_code in (302, 422)
        return
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Merchant.objects.exists()


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PDF, "pdf"), (make_picture("PNG"), "png"), (make_picture("WEBP"), "webp")],
)
def test_a_licence_gets_the_name_of_what_it_is(content, kind):
    apply(content=content, filename="anything.exe")

    assert Merchant.objects.get().licence.name.endswith(f".{kind}")


def test_a_code_in_use_is_refused_in_words_that_tell_nothing(private_folder):
    other = make_merchant(name="Secret House", stall="Z-9")

    answer = apply(credit_code=other.credit_code)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "We cannot take this code online." in page
    assert "Secret House" not in page
    assert "Z-9" not in page
    assert Merchant.objects.count() == 1
    assert not list(private_folder.rglob("*.jpeg"))


def test_an_application_sent_twice_is_one():
    user = make_user()

    first, again = apply(user), apply(user)

    assert first.url == again.url
    assert Merchant.objects.count() == 1


def test_who_is_refused_reads_why_hears_it_by_mail_and_sends_again(mailoutbox):
    user = make_user("lin@example.org")
    merchant = Merchant.objects.get(pk=apply(user).url.split("/")[2])
    before = merchant.licence.name

    assert services.refuse(merchant_id=merchant.pk, because="The photo is dark.")
    run_mails(merchant)
    page = make_client(user).get(f"/stall/{merchant.pk}/").content.decode()
    answer = make_client(user).post(
        f"/stall/{merchant.pk}/application/correct/", sent(stall="B-2")
    )

    merchant.refresh_from_db()
    assert "The photo is dark." in page
    assert [mail.to for mail in mailoutbox] == [["lin@example.org"]]
    assert "The photo is dark." in mailoutbox[0].body
    assert answer.url == f"/stall/{merchant.pk}/application/"
    assert (merchant.state, merchant.stall) == (State.APPLIED, "B-2")
    assert merchant.refused_because == ""
    assert merchant.licence.name != before


def test_correcting_without_a_new_file_keeps_the_licence():
    user = make_user()
    merchant = Merchant.objects.get(pk=apply(user).url.split("/")[2])
    services.refuse(merchant_id=merchant.pk, because="The stall is wrong.")
    corrected = sent(stall="B-2")
    del corrected["licence"]

    make_client(user).post(f"/stall/{merchant.pk}/application/correct/", corrected)

    again = Merchant.objects.get()
    assert (again.stall, again.licence.name) == ("B-2", merchant.licence.name)


def test_only_a_refused_application_is_corrected():
    member = make_member()

    answer = make_client(member.user).post(
        f"/stall/{member.merchant_id}/application/correct/", sent()
    )

    member.merchant.refresh_from_db()
    assert answer.status_code == 302
    assert member.merchant.state == State.APPROVED
    assert member.merchant.stall != "A-107"


def run_mails(merchant):
    for step in Step.objects.filter(job=services.TELL, subject_id=merchant.pk):
        mails.tell_applicant(step_in_hand(step.job, merchant.pk, step.key))


def test_an_approval_is_told_once_however_often_it_is_pressed(mailoutbox):
    merchant = Merchant.objects.get(pk=apply().url.split("/")[2])

    done = [services.approve(merchant_id=merchant.pk) for _ in range(2)]
    run_mails(merchant)

    assert done == [True, False]
    assert len(mailoutbox) == 1
    assert "/stall/" in mailoutbox[0].body
    assert mailoutbox[0].extra_headers["Message-ID"].startswith("<catalog.tell")


def test_a_mail_about_a_decision_that_was_overtaken_is_not_sent(mailoutbox):
    user = make_user()
    merchant = Merchant.objects.get(pk=apply(user).url.split("/")[2])
    services.refuse(merchant_id=merchant.pk, because="The photo is dark.")
    make_client(user).post(f"/stall/{merchant.pk}/application/correct/", sent())
    services.approve(merchant_id=merchant.pk)

    run_mails(merchant)

    assert Step.objects.filter(job=services.TELL).count() == 2
    assert [
        "You can sell" in mail.subject or "可以" in mail.subject for mail in mailoutbox
    ]
    assert len(mailoutbox) == 1


def test_who_is_suspended_hears_and_reads_why_and_that_it_is_over(mailoutbox):
    member = make_member(make_merchant(language="en"))
    merchant = member.merchant
    owner = make_client(member.user)

    assert services.suspend(merchant_id=merchant.pk, because="No more stall.")
    run_mails(merchant)

    assert "stopped for now" in mailoutbox[0].subject
    assert "No more stall." in mailoutbox[0].body
    page = owner.get(f"/stall/{merchant.pk}/application/").content.decode()
    assert "No more stall." in page
    assert services.approve(merchant_id=merchant.pk)
    merchant.refresh_from_db()
    assert (merchant.state, merchant.refused_because) == (State.APPROVED, "")
    run_mails(merchant)
    assert "You can sell" in mailoutbox[1].subject


def test_nobody_is_refused_or_suspended_without_a_reason():
    merchant = make_merchant(state=State.APPLIED)

    for verb in (services.refuse, services.suspend):
        with pytest.raises(services.NoReason):
            verb(merchant_id=merchant.pk, because="  ")
    with pytest.raises(IntegrityError), transaction.atomic():
        Merchant.objects.filter(pk=merchant.pk).update(state=State.REFUSED)

    merchant.refresh_from_db()
    assert merchant.state == State.APPLIED


def admin_of(merchant, page):
    return f"/admin/catalog/merchant/{merchant.pk}/{page}/"


def test_a_clerk_sees_the_licence_and_nobody_else_does():
    user = make_user()
    merchant = Merchant.objects.get(pk=apply(user).url.split("/")[2])

    seen = make_client(make_staff()).get(admin_of(merchant, "licence"))
    owner = make_client(user).get(admin_of(merchant, "licence"))
    accountant = make_client(make_staff(StaffMember.Duty.ACCOUNTANT))

    assert b"".join(seen.streaming_content) == make_picture()
    assert seen["Content-Type"] == "image/jpeg"
    assert seen["X-Content-Type-Options"] == "nosniff"
    assert owner.status_code == 302
    assert accountant.get(admin_of(merchant, "licence")).status_code == 403
    assert (
        make_client(make_staff()).get(f"/media/{merchant.licence}").status_code == 404
    )


def test_a_clerk_refuses_with_a_reason_and_approves():
    merchant = make_merchant(state=State.APPLIED)
    clerk = make_client(make_staff())
    page = clerk.get(admin_of(merchant, "change")).content.decode()
    assert "Refuse" in page

    assert clerk.post(admin_of(merchant, "refuse"), {"because": " "}).status_code == 200
    merchant.refresh_from_db()
    assert merchant.state == State.APPLIED

    clerk.post(admin_of(merchant, "refuse"), {"because": "No licence."})
    merchant.refresh_from_db()
    assert (merchant.state, merchant.refused_because) == (State.REFUSED, "No licence.")

    Merchant.objects.filter(pk=merchant.pk).update(state=State.APPLIED)
    clerk.post(admin_of(merchant, "act/approve"))
    merchant.refresh_from_db()
    assert merchant.state == State.APPROVED


def test_a_clerk_suspends_with_a_reason_and_lifts_it():
    merchant = make_merchant()
    clerk = make_client(make_staff())
    assert "Suspend" in clerk.get(admin_of(merchant, "change")).content.decode()

    clerk.post(admin_of(merchant, "suspend"), {"because": " "})
    merchant.refresh_from_db()
    assert merchant.state == State.APPROVED

    clerk.post(admin_of(merchant, "suspend"), {"because": "No licence."})
    merchant.refresh_from_db()
    assert (merchant.state, merchant.refused_because) == (
        State.SUSPENDED,
        "No licence.",
    )
    assert "No licence." in clerk.get(admin_of(merchant, "change")).content.decode()
    clerk.post(admin_of(merchant, "act/approve"))
    merchant.refresh_from_db()
    assert merchant.state == State.APPROVED
