"""A host's market: her share at her price, one tap to add, other shelves."""

import json
import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Variant
from donghai.home import home_day
from donghai.money import Money
from livestream.models import Collection, Listing, LiveSession, SoldCount
from livestream.sessions import linking, pricing
from livestream.sold import services as sold
from tests.make import (
    make_client,
    make_glossary,
    make_host,
    make_listing,
    make_session,
    make_terms,
    make_variant,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words(db):
    make_glossary()


def rows_of(page):
    return {row.variant.pk: row for card in page.context["cards"] for row in card.rows}


def test_a_host_sees_her_share_before_she_adds_a_piece_in_one_tap():
    session, variant = make_session(), make_variant(wholesale="60.00")
    client = make_client(session.host.user)
    address = f"/studio/{session.pk}/pieces/"

    row = rows_of(client.get(address, {"search": "amatista"}))[variant.pk]
    typed = client.get(f"{address}of/{variant.pk}/", {"retail": "30"})

    assert row.shares.merchant == Money.of("60", "CNY")
    assert typed.context["row"].retail == Money.of("30", "USD")
    assert str(typed.context["row"].shares.host)[3:] in typed.content.decode()
    assert not Listing.objects.exists()

    added = client.post(
        f"{address}link/",
        {"variant": variant.pk, "retail": "30.00"},
        headers={"HX-Request": "true"},
    )
    assert added.context["row"].linked == Money.of("30", "USD")
    assert Listing.objects.get().host_share == typed.context["row"].shares.host


def test_a_price_below_cost_says_the_least_and_offers_nothing_to_accept():
    session, variant = make_session(), make_variant(wholesale="600.00")

    part = make_client(session.host.user).get(
        f"/studio/{session.pk}/pieces/of/{variant.pk}/", {"retail": "30"}
    )

    assert part.context["row"].shares is None
    assert "The price does not cover its costs" in part.content.decode()


def test_nobody_asks_less_than_the_merchant_wants_at_least():
    session, variant = make_session(), make_variant(wholesale="60.00")
    variant.least_retail_minor = 70_000
    variant.save()
    rate = pricing.rate_into_yuan("USD", timezone.localdate())
    least = pricing.in_currency(70_000, "USD", rate)

    with pytest.raises(linking.RetailTooLow) as refusal:
        linking.link_variant(
            host=session.host,
            session_id=session.pk,
            variant_id=variant.pk,
            retail=least - Money(1, "USD"),
        )
    assert refusal.value.details["least"] == least
    assert not Listing.objects.exists()

    linking.link_variant(
        host=session.host, session_id=session.pk, variant_id=variant.pk, retail=least
    )
    assert rate.convert(least) >= Money(70_000, "CNY")


def test_the_merchants_suggestion_is_the_first_price():
    session, variant = make_session(), make_variant(wholesale="60.00")
    variant.suggested_retail_minor = 30_000
    variant.save()
    rate = pricing.rate_into_yuan("USD", timezone.localdate())

    page = make_client(session.host.user).get(f"/studio/{session.pk}/pieces/")

    retail = rows_of(page)[variant.pk].retail
    assert Money(0, "USD") <= retail - pricing.in_currency(30_000, "USD", rate)
    assert retail - pricing.in_currency(30_000, "USD", rate) < Money(100, "USD")


def test_terms_lower_what_the_merchant_gets_for_their_host_and_their_days_alone():
    variant, host = make_variant(wholesale="60.00"), make_host()
    today, merchant = home_day(), variant.merchant
    make_terms(merchant, host=host)
    make_terms(merchant, host=host, percent_off="15", product=variant.product)
    make_terms(host=host, percent_off="50")
    make_terms(merchant, percent_off="60")
    yesterday = today - timedelta(days=1)
    over = {"starts_on": yesterday, "ends_on": yesterday}
    make_terms(merchant, host=host, percent_off="70", **over)

    terms = pricing.Terms.of(host, today)

    assert terms.wholesale(variant) == Money.of("51", "CNY")
    other = make_variant(wholesale="60.00", merchant=variant.merchant)
    assert terms.wholesale(other) == Money.of("54", "CNY")
    assert terms.wholesale(make_variant(wholesale="60.00")) == Money.of("60", "CNY")


def test_a_listing_keeps_what_the_merchant_asked_when_the_host_accepted():
    variant = make_variant(wholesale="60.00")
    session = make_session()
    make_terms(variant.merchant, host=session.host)

    listing = make_listing(session=session, variant=variant)
    assert listing.wholesale_minor == 5400

    variant.wholesale_minor = 9000
    variant.save()
    listing.refresh_from_db()
    assert listing.wholesale_minor == 5400


def test_a_collection_joins_a_session_whole_and_says_what_could_not():
    session = make_session()
    good, gone = make_variant(), make_variant()
    client = make_client(session.host.user)
    for variant in (good, gone):
        client.post(
            f"/studio/{session.pk}/pieces/collect/",
            {"variant": variant.pk, "name": "Friday"},
        )
    gone.withdrawn_at = timezone.now()
    gone.save()
    kept = Collection.objects.get()
    assert kept.items.count() == 2

    client.post(f"/studio/{session.pk}/collections/{kept.pk}/link/")
    client.post(f"/studio/{session.pk}/collections/{kept.pk}/link/")

    assert [one.variant_id for one in Listing.objects.all()] == [good.pk]


def test_a_collection_is_its_hosts_alone():
    session = make_session()
    client = make_client(session.host.user)
    client.post(
        f"/studio/{session.pk}/pieces/collect/",
        {"variant": make_variant().pk, "name": "Friday"},
    )
    other = make_session()

    answer = make_client(other.host.user).post(
        f"/studio/{other.pk}/collections/{Collection.objects.get().pk}/drop/"
    )

    assert answer.status_code == 404
    assert Collection.objects.exists()


HOME = ZoneInfo(settings.HOME_ZONE)


def start_at(session, day, hour):
    """Let a session begin on a day at an hour of Donghai's."""
    starts = datetime.combine(day, time(hour), HOME)
    ends = starts + timedelta(hours=2)
    LiveSession.objects.filter(pk=session.pk).update(starts_at=starts, ends_at=ends)


def test_what_was_sold_last_night_is_counted_by_language():
    listing = make_listing(variant=make_variant(on_hand=10))
    session, today = listing.session, home_day()
    start_at(session, today - timedelta(days=1), 1)
    sold.count(listing_id=listing.pk, units=3)
    start_at(session, today - timedelta(days=1), 23)
    sold.count(listing_id=listing.pk, units=4)

    night = sold.last_night()
    assert night.languages == {"en": 7}
    assert sold.most_sold("en") == [listing.variant.product_id]
    assert sold.most_sold("es") == []

    sold.refresh_search()
    page = make_client(session.host.user).get(
        f"/studio/{session.pk}/pieces/", {"sold": "en"}
    )
    assert [card.sold for card in page.context["cards"]] == [7]


@pytest.mark.parametrize("days_ago", [0, 2])
def test_what_is_sold_today_or_was_the_night_before_is_not_last_nights(days_ago):
    listing = make_listing(variant=make_variant(on_hand=10))
    start_at(listing.session, home_day() - timedelta(days=days_ago), 1)

    sold.count(listing_id=listing.pk, units=3)

    assert sold.last_night().languages == {}
    assert sold.most_sold("en") == []


def test_pieces_like_one_are_a_shelf_of_their_own():
    session = make_session()
    first, alike = make_variant(), make_variant()
    make_variant(mineral="CITRINE", form="TOWER")

    page = make_client(session.host.user).get(
        f"/studio/{session.pk}/pieces/", {"like": first.product_id}
    )

    assert page.context["cards"][0].product.pk == alike.product_id
    assert first.product_id not in {c.product.pk for c in page.context["cards"]}


HTMX = {"HX-Request": "true"}


def test_what_stands_in_the_box_is_what_add_sends():
    session, variant = make_session(), make_variant(wholesale="60.00")

    page = make_client(session.host.user).get(f"/studio/{session.pk}/pieces/")

    row = page.content.decode().split(f'id="variant-{variant.pk}"')[1]
    [form] = re.findall(r"<form.*?</form>", row.split("</li>")[0], re.S)
    assert form.count('name="retail"') == 1
    assert f'hx-post="/studio/{session.pk}/pieces/link/"' in form
    assert form.index('name="retail"') < form.index(f'id="add-{variant.pk}"')


def test_a_piece_that_was_added_stands_in_the_row_and_in_the_session_at_once():
    session, variant = make_session(), make_variant(wholesale="60.00")

    part = make_client(session.host.user).post(
        f"/studio/{session.pk}/pieces/link/",
        {"variant": variant.pk, "retail": "99.00", "back": "/studio/"},
        headers=HTMX,
    )

    text, listing = part.content.decode(), Listing.objects.get()
    assert listing.retail == Money.of("99", "USD")
    assert 'value="99.00"' in text
    assert f"in at {listing.retail}" in text
    assert re.search(r'id="linked"[^>]*hx-swap-oob="true"', text)
    assert re.search(r'id="linked-count" hx-swap-oob="true">1<', text)
    assert variant.sku in json.loads(part["HX-Trigger"])["donghai:say"]


REFUSED_PRICES = [
    ("", "Give a price."),
    ("abc", "“abc” cannot be read as a price. Write it like 24.50."),
    ("0", "A price is more than nought."),
    ("－5", "A price is more than nought."),
    ("3", "The price does not cover its costs."),
    ("9999999", "Is that a nought too many?"),
    ("24.505", "USD has no coin that small. Write a price like 24.50."),
]


@pytest.mark.parametrize(("text", "words"), REFUSED_PRICES)
def test_a_refused_add_says_why_in_the_row_and_links_nothing(text, words):
    session, variant = make_session(), make_variant(wholesale="60.00")
    client, page = make_client(session.host.user), f"/studio/{session.pk}/pieces/"
    asked = {"variant": variant.pk, "retail": text, "back": f"{page}?search=x"}

    part = client.post(f"{page}link/", asked, headers=HTMX)
    assert part.status_code == 200
    assert part["HX-Retarget"] == f"#answer-{variant.pk}"
    assert words in part.content.decode()
    assert "<html" not in part.content.decode()
    question = client.get(f"{page}of/{variant.pk}/", {"retail": text})
    assert words in question.content.decode()

    whole = client.post(f"{page}link/", asked)
    assert whole["Location"] == asked["back"]
    assert words in str(next(iter(get_messages(whole.wsgi_request))))
    assert not Listing.objects.exists()


def test_a_piece_withdrawn_meanwhile_is_refused_in_its_row():
    session, variant = make_session(), make_variant(wholesale="60.00")
    Variant.objects.update(withdrawn_at=timezone.now())

    part = make_client(session.host.user).post(
        f"/studio/{session.pk}/pieces/link/",
        {"variant": variant.pk, "retail": "99"},
        headers=HTMX,
    )

    assert part["HX-Retarget"] == f"#answer-{variant.pk}"
    assert "This piece is not for sale now." in part.content.decode()
    assert not Listing.objects.exists()


def test_without_scripts_her_share_is_told_on_the_page():
    session, variant = make_session(), make_variant(wholesale="60.00")
    page = f"/studio/{session.pk}/pieces/"

    answer = make_client(session.host.user).post(
        f"{page}of/{variant.pk}/", {"retail": "30", "back": page}
    )

    assert answer["Location"] == page
    [said] = get_messages(answer.wsgi_request)
    assert "you get" in str(said)
    assert not Listing.objects.exists()


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("７．５０", "USD", "7.50"),
        ("7。50", "USD", "7.50"),
        ("1,234.50", "USD", "1234.50"),
        ("1.234,50", "EUR", "1234.50"),
        ("$8", "USD", "8"),
        ("US$ 8", "USD", "8"),
        (" 12 EUR ", "EUR", "12"),
        ("12,5 €", "EUR", "12.50"),
        ("￥1，２００", "JPY", "1200"),
        ("7.500", "KWD", "7.5"),
    ],
)
def test_a_price_is_read_as_people_type_it(text, currency, amount):
    assert pricing.read_price(text, currency) == Money.of(amount, currency)


@pytest.mark.parametrize("text", ["1e5", "NaN", "٣٠", "8x10", "1" * 13])
def test_what_is_no_price_is_refused(text):
    with pytest.raises(pricing.NotAPrice):
        pricing.read_price(text, "USD")


@given(st.integers(1, 10**12 - 1), st.sampled_from(["USD", "JPY", "KWD"]))
def test_a_price_that_is_shown_in_a_box_reads_back_the_same(minor, currency):
    price = Money(minor, currency)
    assert pricing.read_price(str(price.amount), currency) == price


def test_a_collection_that_is_in_already_says_so():
    session, variant = make_session(), make_variant()
    client = make_client(session.host.user)
    client.post(
        f"/studio/{session.pk}/pieces/collect/",
        {"variant": variant.pk, "name": "Friday"},
    )
    add_all = f"/studio/{session.pk}/collections/{Collection.objects.get().pk}/link/"

    first, again = client.post(add_all), client.post(add_all)
    variant.withdrawn_at = timezone.now()
    variant.save()
    gone = client.post(add_all)

    last = [str(list(get_messages(one.wsgi_request))[-1]) for one in (again, gone)]
    assert last == ["All are in already.", "None of its pieces is for sale now."]
    assert first.status_code == 302


def test_a_product_page_leads_to_the_market_of_the_session_with_it_found():
    session, variant = make_session(), make_variant()
    make_variant(mineral="CITRINE", form="TOWER")
    client = make_client(session.host.user)

    page = client.get(f"/crystals/{variant.product_id}/").content.decode()
    found = client.get(f"/studio/market/?search={variant.sku}", follow=True)

    assert f'href="/studio/market/?search={variant.sku}"' in page
    [(address, _)] = found.redirect_chain
    assert address == f"/studio/{session.pk}/pieces/?search={variant.sku}"
    assert rows_of(found).keys() == {variant.pk}


def test_the_market_is_the_running_sessions_before_the_next_ones():
    coming = make_session(on_air=False)
    running = make_session(host=coming.host)
    client = make_client(coming.host.user)

    assert client.get("/studio/market/")["Location"] == f"/studio/{running.pk}/pieces/"
    studio = client.get("/studio/").content.decode()
    assert f'href="/studio/{running.pk}/pieces/"' in studio

    past = {"starts_at": timezone.now() - timedelta(hours=9), "state": "SCHEDULED"}
    LiveSession.objects.update(ends_at=timezone.now() - timedelta(hours=7), **past)
    answer = client.get("/studio/market/?search=ring")
    assert answer["Location"] == "/studio/plan/?search=ring"


def keep(client, session, variant, name="Friday"):
    address = f"/studio/{session.pk}/pieces/collect/"
    client.post(address, {"variant": variant.pk, "name": name})
    return Collection.objects.get(name=name)


def test_what_another_host_keeps_is_not_shown():
    session, other = make_session(), make_session()
    kept = keep(make_client(session.host.user), session, make_variant())
    address = f"/studio/{other.pk}/pieces/"

    answer = make_client(other.host.user).get(address, {"collection": kept.pk})

    assert answer.status_code == 404


def test_one_piece_is_taken_out_of_a_collection_by_its_host_alone():
    session, other = make_session(), make_session()
    first, second = make_variant(), make_variant()
    client = make_client(session.host.user)
    keep(client, session, first)
    kept = keep(client, session, second)
    page = client.get(f"/studio/{session.pk}/pieces/", {"collection": kept.pk})
    out = f"collections/{kept.pk}/{first.pk}/take-out/"
    stranger = make_client(other.host.user)

    refused = stranger.post(f"/studio/{other.pk}/{out}")
    assert refused.status_code == 404
    assert kept.items.count() == 2

    assert f'action="/studio/{session.pk}/{out}"' in page.content.decode()
    client.post(f"/studio/{session.pk}/{out}")
    client.post(f"/studio/{session.pk}/{out}")
    assert [item.variant_id for item in kept.items.all()] == [second.pk]


def test_another_shelf_says_what_it_is_and_counts_its_language_alone():
    session, variant = make_session(), make_variant()
    client = make_client(session.host.user)
    kept = keep(client, session, variant)
    for spoken, units in (("es", 2), ("en", 5)):
        SoldCount.objects.create(
            night=home_day() - timedelta(days=1),
            language=spoken,
            variant=variant,
            units=units,
        )
    address = f"/studio/{session.pk}/pieces/"

    in_spanish = client.get(address, {"sold": "es"})
    page = in_spanish.content.decode()
    alike = client.get(address, {"like": variant.product_id}).content.decode()
    friday = client.get(address, {"collection": kept.pk}).content.decode()

    assert "Sold last night in Spanish</h2>" in page
    assert [card.sold for card in in_spanish.context["cards"]] == [2]
    assert 'href="?sold=es" aria-current="true"' in page
    assert 'href="?sold=en">' in page
    assert f"Pieces like “{variant.product}”</h2>" in alike
    assert "Your collection “Friday”</h2>" in friday
    assert f'href="?collection={kept.pk}" aria-current="true"' in friday
    assert [card.sold for card in client.get(address).context["cards"]] == [7]


def test_nothing_found_says_what_to_try():
    session = make_session()
    page = make_client(session.host.user).get(
        f"/studio/{session.pk}/pieces/", {"search": "amethyst"}
    )

    assert "Try fewer words, another language" in page.content.decode()
