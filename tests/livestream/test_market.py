"""A host's market: her share at her price, one tap to add, other shelves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from donghai.money import Money
from livestream import pricing, services, sold
from livestream.models import Collection, Listing
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
    assert added.context["row"].is_linked
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

    with pytest.raises(services.RetailTooLow) as refusal:
        services.link_variant(
            host=session.host,
            session_id=session.pk,
            variant_id=variant.pk,
            retail=least - Money(1, "USD"),
        )
    assert refusal.value.details["least"] == least
    assert not Listing.objects.exists()

    services.link_variant(
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
    today, merchant = pricing.home_day(), variant.merchant
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


def test_what_was_sold_is_counted_by_night_and_language():
    listing = make_listing(variant=make_variant(on_hand=10))
    for _ in range(2):
        sold.count(listing_id=listing.pk, units=3)
    session = listing.session
    type(session).objects.filter(pk=session.pk).update(starts_on=timezone.localdate())
    sold.count(listing_id=listing.pk, units=1)

    night = sold.last_night()
    assert night.languages == {"en": 7}
    assert sold.most_sold("en") == [listing.variant.product_id]
    assert sold.most_sold("es") == []

    sold.refresh_search()
    page = make_client(session.host.user).get(
        f"/studio/{session.pk}/pieces/", {"sold": "en"}
    )
    assert [card.sold for card in page.context["cards"]] == [7]


def test_pieces_like_one_are_a_shelf_of_their_own():
    session = make_session()
    first, alike = make_variant(), make_variant()
    make_variant(mineral="CITRINE", form="TOWER")

    page = make_client(session.host.user).get(
        f"/studio/{session.pk}/pieces/", {"like": first.product_id}
    )

    assert page.context["cards"][0].product.pk == alike.product_id
    assert first.product_id not in {c.product.pk for c in page.context["cards"]}
