"""Logging in as people do."""

from allauth.account.models import EmailAddress
from playwright.sync_api import Page

from donghai.models import User

PASSWORD = "crystal-by-night"


def sign_in(page: Page, user: User, path: str) -> None:
    """Land on `path` over the log-in page."""
    page.goto(f"/account/login/?next={path}")
    fill_in(page, user)
    page.wait_for_url(f"**{path}")


def fill_in(page: Page, user: User) -> None:
    """The log-in that stands there; makes the account able to."""
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
