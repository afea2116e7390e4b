"""A visitor who wants to apply makes an account first and is led back."""

import re

import pytest

PASSWORD = "six-sided-and-clear"


@pytest.mark.django_db
def test_who_makes_an_account_to_apply_comes_back_to_the_form(client, mailoutbox):
    wanted = client.get("/stall/apply/").url
    page = client.get(wanted).content.decode()
    sign_up = re.search(r'href="(/account/signup/[^"]*)"', page).group(1)
    assert "next=%2Fstall%2Fapply%2F" in sign_up

    client.post(
        sign_up,
        {
            "email": "bea@example.org",
            "password1": PASSWORD,
            "password2": PASSWORD,
            "next": "/stall/apply/",
        },
    )
    confirm = re.search(r"http://testserver(/\S+)", mailoutbox[0].body).group(1)
    answer = client.post(confirm)
    if answer.url.startswith("/account/login/"):
        answer = client.post(
            answer.url, {"login": "bea@example.org", "password": PASSWORD}
        )

    assert answer.url == "/stall/apply/"
