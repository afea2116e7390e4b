"""Signing up, confirming, logging in by e-mail, and getting back in."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.utils import timezone

from donghai.models import StaffMember, User

PASSWORD = "six-sided-and-clear"


@pytest.fixture(autouse=True)
def no_mail_was_sent_lately():
    """A second mail to the same address has to wait, also from a test to the next."""
    cache.clear()


def link_in(mail):
    return re.search(r"http://testserver(/\S+)", mail.body).group(1)


def sign_up(client):
    return client.post(
        "/account/signup/",
        {"email": "Ann@example.org", "password1": PASSWORD, "password2": PASSWORD},
    )


def log_in(client, email="ann@example.org", password=PASSWORD):
    return client.post("/account/login/", {"login": email, "password": password})


@pytest.mark.django_db
def test_who_signs_up_confirms_by_mail_and_logs_in(client, mailoutbox):
    assert sign_up(client).status_code == 302
    assert User.objects.get().email == "ann@example.org"
    assert "/confirm-email/" in log_in(client).url
    assert "_auth_user_id" not in client.session

    assert client.get(link_in(mailoutbox[0])).status_code == 200
    client.post(link_in(mailoutbox[0]))

    assert EmailAddress.objects.get().verified
    assert "_auth_user_id" in client.session  # the browser that signed up
    client.logout()
    assert log_in(client, "ANN@example.org").url == "/you/"
    assert "_auth_user_id" in client.session


@pytest.mark.django_db
def test_a_second_account_with_the_same_mail_is_not_made(client, mailoutbox):
    sign_up(client)
    sign_up(client)

    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_forgotten_password_is_set_anew_by_mail(client, mailoutbox):
    user = User.objects.create_user("ann@example.org", PASSWORD)
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    client.post("/account/password/reset/", {"email": "ann@example.org"})

    page = client.get(link_in(mailoutbox[0]), follow=True)
    new = "heated-but-honest"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})

    assert log_in(client).status_code == 200
    assert log_in(client, password=new).status_code == 302


@pytest.mark.django_db
def test_a_reset_for_an_unknown_mail_says_nothing_about_who_is_here(client, mailoutbox):
    answer = client.post("/account/password/reset/", {"email": "no@example.org"})

    assert answer.status_code == 302
    assert all("/password/reset/key" not in mail.body for mail in mailoutbox)


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "12345678901", "password123"])
def test_a_weak_password_is_refused(client, password):
    answer = client.post(
        "/account/signup/",
        {"email": "a@example.org", "password1": password, "password2": password},
    )

    assert answer.status_code == 200
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("since", "until", "works"),
    [(0, None, True), (1, None, False), (-9, 1, True), (-9, 0, False)],
)
def test_employment_counts_by_its_days(since, until, works):
    today = timezone.localdate()
    member = StaffMember(since=today + timedelta(days=since))
    if until is not None:
        member.until = today + timedelta(days=until)

    assert member.works_on(today) is works


@pytest.mark.django_db
def test_staff_are_staff_by_their_employment_not_by_a_flag():
    user = User.objects.create_user("clerk@example.org")
    assert not User.objects.get(pk=user.pk).is_staff
    member = StaffMember.objects.create(user=user, duty=StaffMember.Duty.CLERK)
    assert User.objects.get(pk=user.pk).is_staff
    member.until = timezone.localdate()
    member.save()
    assert not User.objects.get(pk=user.pk).is_staff


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "The password needs 8 characters at least."),
        ("zh-hans", "密码至少要有 8 个字符。"),
    ],
)
def test_a_short_password_is_refused_in_the_readers_language(client, language, words):
    page = client.post(
        "/account/signup/",
        {"email": "ann@example.org", "password1": "x1y2", "password2": "x1y2"},
        headers={"Accept-Language": language},
    )

    assert words in page.content.decode()
    assert not User.objects.exists()
