"""A log-in that ran out while a page stood open."""

import pytest

from tests.make import make_listing

HERE = "http://testserver/studio/7/pieces/?mineral=AMETHYST"
LOGIN = "/account/login/?next=/studio/7/pieces/%3Fmineral%3DAMETHYST"


@pytest.fixture
def link(client):
    """Sends Add of a piece, as nobody."""
    listing = make_listing()

    def send(**headers):
        address = f"/studio/{listing.session_id}/pieces/link/"
        sent = {"variant": listing.variant_id, "retail": "20"}
        return client.post(address, sent, headers={"referer": HERE, **headers})

    return send


@pytest.mark.django_db
def test_a_part_of_a_page_takes_the_whole_page_to_the_log_in(link):
    answer = link(**{"HX-Request": "true"})

    assert (answer.status_code, answer.content) == (401, b"")
    assert answer["HX-Redirect"] == LOGIN


@pytest.mark.django_db
def test_after_a_form_the_log_in_leads_back_to_the_forms_page(link, client):
    answer = link()

    assert answer["Location"] == LOGIN
    page = client.get(answer["Location"]).content.decode()
    assert "Not saved yet: log in, then send it again." in page


@pytest.mark.django_db
def test_nobody_is_led_to_another_site(link):
    assert link(referer="http://elsewhere.example/x")["Location"].endswith("?next=/")


@pytest.mark.django_db
def test_a_page_that_was_asked_for_is_where_the_log_in_leads(client):
    answer = client.get("/studio/7/pieces/?view=mine")

    assert answer["Location"].endswith("/?next=/studio/7/pieces/%3Fview%3Dmine")
