"""A host reads from her phone what she says, and finds the answer to what is asked."""

import pytest
from playwright.sync_api import expect

from livestream.chat import services as chat
from livestream.prompter.models import PhraseUse
from livestream.sessions import linking
from tests.browser.entering import sign_in
from tests.make import make_glossary, make_listing, make_session, make_speaker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_host_reads_finds_and_keeps_what_to_say(open_phone):
    make_glossary()
    session = make_session(country="MX")
    listing = make_listing(session=session, retail="410")
    linking.pin(host=session.host, session_id=session.pk, listing_id=listing.pk)
    phone = open_phone()
    sign_in(phone, session.host.user, f"/studio/{session.pk}/desk/")

    prompter = phone.locator("#prompter")
    expect(prompter).to_contain_text("Tengo en la mano: pulsera de amatista.")
    expect(prompter.locator("[data-page]")).to_have_text("1 / 6")
    prompter.locator(".prompter-page").first.click()
    expect(prompter.locator("[data-page]")).to_have_text("2 / 6")

    chat.say(
        session_id=session.pk,
        speaker=make_speaker("luz"),
        text="cuanto pesa la pulsera??",
    )
    expect(phone.locator("#asked")).to_contain_text("Pesa 27 gramos.")
    expect(prompter.locator("[data-page]")).to_have_text("2 / 6")

    phone.get_by_role("button", name="Phrases").click()
    phone.fill("#phrases-search", "CUPON")
    first = phone.locator("#phrase-list li").first
    expect(first).to_contain_text("¿Hay cupón?")
    phone.fill("#phrases-search", "海关")
    expect(first).to_contain_text("¿Tengo que pagar aduana?")
    first.locator("[data-star]").click()
    first.locator("[data-read]").click()
    expect(phone.locator("#read-out [data-answer]")).to_be_in_viewport()
    expect(phone.locator("#read-out [data-answer]")).to_contain_text("en el precio")

    phone.reload()
    phone.get_by_role("button", name="Phrases").click()
    phone.get_by_role("button", name="Favourites", exact=True).click()
    expect(phone.locator("#phrase-list li")).to_have_count(1)
    kept = PhraseUse.objects.get(card="tax")
    assert (kept.times, kept.is_favourite) == (1, True)
