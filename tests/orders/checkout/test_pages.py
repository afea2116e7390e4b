"""A buyer's pages: the shop, the room, the bag; the host's desk."""

import pytest
from django.utils import timezone

from catalog.models import Hold
from donghai import memory
from livestream.models import RoomEvent
from orders.checkout import landed, services
from orders.checkout.book import RuleBook
from orders.checkout.doors import offers
from orders.checkout.models import Claim, Order, Quote
from orders.checkout.rules import DestinationRule
from tests.make import (
    make_claim,
    make_client,
    make_deal,
    make_host,
    make_listing,
    make_session,
    make_terms,
    make_variant,
)

ADDRESS = {
    "country": "US",
    "postcode": "78701",
    "name": "Ann Lee",
    "street": "1 Main St",
    "city": "Austin",
    "region": "TX",
    "email": "ann@example.org",
}


def claim_by_form(client, listing):
    return client.post(
        f"/live/{listing.session_id}/claim/", {"listing": listing.pk, "quantity": 1}
    )


@pytest.mark.django_db
def test_home_shows_who_is_on_air_and_what_a_piece_costs_at_the_door(client):
    listing = make_listing()

    page = client.get("/")

    (offer,) = page.context["offers"]
    assert offer.listing == listing
    assert str(offer.price) in page.content.decode()
    assert f"/live/{listing.session_id}/" in page.content.decode()


@pytest.mark.django_db
def test_the_price_of_an_offer_is_the_landed_price_of_one_piece():
    listing = make_listing()

    (offer,) = offers([listing])

    today = timezone.localdate()
    claim = make_claim(listing=listing)
    quote = services.quote(bag=claim.bag, hold_ids=None, country="US").quote
    assert offer.price == quote.total
    assert offer.price > listing.retail
    assert isinstance(offer.landed, landed.LandedPrice)
    assert RuleBook.load("US", today)


@pytest.mark.django_db
def test_the_market_finds_by_words_and_filters_and_turns_pages_by_key(client):
    variants = [make_variant() for _ in range(25)]
    rose = make_variant(mineral="ROSE_QUARTZ")

    first = client.get("/crystals/")
    second = client.get("/crystals/", {"after": first.context["next_after"]})
    filtered = client.get(
        "/crystals/", {"mineral": "ROSE_QUARTZ", "search": "bracelet"}
    )

    assert len(first.context["cards"]) == 24
    assert [card.product for card in second.context["cards"]] == [
        variants[1].product,
        variants[0].product,
    ]
    assert [card.product for card in filtered.context["cards"]] == [rose.product]
    filters = [facet.name for facet in first.context["shelf"].facets]
    assert [facet.name for facet in second.context["shelf"].facets] == filters != []
    assert second.context["shelf"].found.total == 26


@pytest.mark.django_db
def test_a_chosen_mineral_leaves_the_others_to_choose_from(client):
    make_variant()
    make_variant(mineral="ROSE_QUARTZ")

    shelf = client.get("/crystals/", {"mineral": "ROSE_QUARTZ"}).context["shelf"]

    minerals = next(facet for facet in shelf.facets if facet.name == "mineral")
    assert {(each.value, each.count) for each in minerals.choices} == {
        ("AMETHYST", 1),
        ("ROSE_QUARTZ", 1),
    }
    assert [each.value for each in minerals.chosen] == ["ROSE_QUARTZ"]


@pytest.mark.django_db
def test_a_piece_leads_to_all_its_merchant_sells_and_merchants_can_be_told_apart(
    client,
):
    product, other = (make_variant().product for _ in range(2))
    make_variant()
    others = {
        facet.name: facet for facet in client.get("/crystals/").context["shelf"].facets
    }
    assert len(others["merchant"].choices) == 3
    assert "price_band" not in others

    page = client.get(f"/crystals/{product.pk}/").content.decode()
    address = f"/crystals/?merchant={product.merchant_id}"
    assert address in page
    assert client.get(address).context["shelf"].products == [product]
    both = client.get(f"{address}&merchant={other.merchant_id}").context["shelf"]
    assert both.products == [other, product]
    assert {choice.value for choice in both.chosen} == {
        str(product.merchant_id),
        str(other.merchant_id),
    }


@pytest.mark.django_db
def test_a_visitor_is_told_the_price_at_her_own_door_and_in_her_money(client):
    listing = make_listing(retail="30.00")
    address = f"/crystals/{listing.variant.product_id}/"
    there = client.get(address).context["offers"][0]
    assert (there.country, there.own_money) == ("US", None)

    by_browser = client.get(address, headers={"accept-language": "en-GB,en;q=0.9"})
    client.post("/crystals/deliver-to/", {"country": "DE", "back": address})
    page = client.get(address, headers={"accept-language": "en-GB,en;q=0.9"})

    (offer,) = by_browser.context["offers"]
    assert (offer.country, offer.price.currency) == ("GB", "USD")
    assert offer.own_money.currency == "GBP"
    (offer,) = page.context["offers"]
    assert (offer.country, offer.price.currency) == ("DE", "USD")
    assert offer.own_money.currency == "EUR"
    assert f"≈ {offer.own_money}" in page.content.decode()
    assert offer.price != there.price
    room = client.get(f"/live/{listing.session_id}/")
    assert (
        room.context["pieces"][0].offer.price == offer.price
    )  # the same on every page
    assert "Germany" in room.content.decode()
    assert f"≈ {offer.own_money}" in room.content.decode()


@pytest.mark.django_db
def test_in_the_room_she_chooses_door_and_money_and_both_are_kept(client):
    listing = make_listing(retail="30.00")
    choose = {"country": "DE", "currency": "JPY"}
    asks = {"headers": {"accept": "application/json"}}
    door = f"/live/{listing.session_id}/prices"

    chosen = client.post("/crystals/deliver-to/", choose, **asks).json()
    told = client.get(f"{door}/{chosen['country']}/{chosen['currency']}/en/").json()
    page = client.get(f"/live/{listing.session_id}/")

    assert chosen == choose
    offer = page.context["pieces"][0].offer
    assert offer.own_money.currency == "JPY"
    normal = told["pieces"][0]["normal"]
    assert (normal["price"], normal["own"]) == (
        str(offer.price),
        f"≈ {offer.own_money}",
    )
    assert (normal["promise"], normal["caution"]) == (offer.promise, offer.caution)
    assert normal["price"] in page.content.decode()
    for nowhere in ("XX/EUR/en", "DE/XXX/en", "DE/EUR/tlh"):
        assert client.get(f"{door}/{nowhere}/").status_code == 404
    own = client.post("/crystals/deliver-to/", {"currency": ""}, **asks).json()
    assert own == {"country": "DE", "currency": "EUR"}


@pytest.mark.django_db
def test_where_no_rule_knows_the_duty_the_room_says_so_and_asks_for_the_piece(client):
    listing = make_listing(retail="30.00")
    DestinationRule.objects.filter(scope="US").delete()
    memory.forget()

    page = client.get(f"/live/{listing.session_id}/")
    door = f"/live/{listing.session_id}/prices/US/USD/en/"
    (told,) = client.get(door).json()["pieces"]

    assert page.context["pieces"][0].offer.price == listing.retail
    assert "duty and tax not known yet" in page.content.decode()
    words = "The piece alone: duty and tax not known yet · United States"
    assert (told["normal"]["price"], told["normal"]["promise"]) == ("$30.00", words)


@pytest.mark.django_db
def test_of_a_new_price_thousands_ask_and_the_room_is_read_once(
    client, django_assert_num_queries
):
    listing = make_listing(retail="30.00")
    deal = make_deal(listing=listing, price="24.00")
    last = RoomEvent.objects.count()
    door = f"/live/{listing.session_id}/prices/US/EUR/en/"
    (told,) = client.get(door).json()["pieces"]
    asked = {"piece": listing.pk, "after": last}

    with django_assert_num_queries(0):
        answer = client.get(door, asked)

    assert answer.json()["pieces"] == [told]
    assert told["deal"]["until"] == deal.ends_at.isoformat()
    assert told["deal"]["minor"] < told["normal"]["minor"] == 3000
    assert answer.headers["Cache-Control"] == "public, max-age=30"
    make_listing(session=listing.session, variant=listing.variant, retail="32.00")
    early = client.get(door, {"after": last + 2})  # before it happened: not to be kept
    assert early.headers["Cache-Control"] == "no-store"
    (told,) = client.get(door, {"after": last + 1}).json()["pieces"]
    assert told["normal"]["minor"] == 3200


@pytest.mark.django_db
@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", ""])
def test_a_country_nothing_is_sent_to_is_not_kept_and_nobody_is_led_away(client, back):
    answer = client.post("/crystals/deliver-to/", {"country": "XX", "back": back})

    assert answer.url == "/crystals/"
    assert "country" not in answer.cookies


@pytest.mark.django_db
def test_a_piece_that_is_gone_says_so_instead_of_a_price(client):
    listing = make_listing(variant=make_variant(on_hand=0))

    page = client.get(f"/crystals/{listing.variant.product_id}/").content.decode()

    assert "sold out" in page
    assert "at your door" not in page


@pytest.mark.django_db
def test_only_hosts_see_wholesale_prices(client):
    variant = make_listing(variant=make_variant(wholesale="61.23")).variant
    address = f"/crystals/{variant.product_id}/"

    assert "61.23" not in client.get(address).content.decode()
    assert "61.23" in make_client(make_host().user).get(address).content.decode()


@pytest.mark.django_db
def test_the_room_shows_the_pinned_piece_and_where_its_events_go_on(client):
    listing = make_listing()
    host = make_client(listing.session.host.user)
    host.post(f"/studio/{listing.session_id}/pieces/{listing.pk}/pin/")

    page = client.get(f"/live/{listing.session_id}/")

    assert page.context["pinned"].listing == listing
    assert page.context["last_number"] == listing.session.events.count()
    assert listing.variant.product.title("en") in page.content.decode()


@pytest.mark.django_db
def test_a_claim_by_plain_form_fills_the_bag(client):
    listing = make_listing()

    answer = claim_by_form(client, listing)
    bag = client.get("/bag/")

    assert answer.headers["Location"] == "/bag/"
    assert [claim.listing_id for claim in bag.context["claims"]] == [listing.pk]
    assert bag.context["price"].quote.country == "US"


@pytest.mark.django_db
def test_a_sold_out_claim_by_plain_form_goes_back_and_says_so(client):
    listing = make_listing(variant=make_variant(on_hand=1))
    make_claim(listing=listing)

    page = client.post(
        f"/live/{listing.session_id}/claim/",
        {"listing": listing.pk},
        headers={"Referer": f"http://testserver/live/{listing.session_id}/"},
    )

    assert page.headers["Location"].endswith(f"/live/{listing.session_id}/")
    assert Claim.objects.count() == 1


@pytest.mark.django_db
def test_each_line_of_the_price_answers_why(client):
    claim_by_form(client, make_listing(session=make_session(country="DE")))

    lines = client.get("/bag/").context["price"].lines

    duty = next(line for line in lines if line.kind == "DUTY")
    assert any("€3.00" in reason for reason in duty.why)
    assert any("EU-DUTY-3" in reason for reason in duty.why)


@pytest.mark.django_db
def test_another_country_has_another_price(client):
    claim_by_form(client, make_listing())

    part = client.post("/bag/price/", {"currency": "USD", "country": "GB"})

    assert part.context["price"].quote.country == "GB"
    assert "VAT 20%" in part.content.decode()


@pytest.mark.django_db
def test_a_country_without_rules_is_refused_in_words(client):
    claim_by_form(client, make_listing())

    part = client.post("/bag/price/", {"currency": "USD", "country": "AQ"})

    assert "We cannot ship there yet" in part.content.decode()


@pytest.mark.django_db
def test_paying_the_bag_places_one_order_and_leads_to_its_payment(client):
    claim_by_form(client, make_listing())
    quote = client.get("/bag/").context["price"].quote
    form = ADDRESS | {"currency": "USD", "quote": quote.pk, "action": "pay"}

    answers = [client.post("/bag/", form) for _ in range(2)]

    order = Order.objects.get()
    assert {answer.status_code for answer in answers} == {307}  # a POST stays a POST
    assert answers[0].headers["Location"] == f"/orders/{order.number}/pay/"
    assert (order.total, order.city) == (quote.total, "Austin")


@pytest.mark.django_db
def test_a_changed_country_shows_the_price_anew_and_keeps_what_was_typed(client):
    claim_by_form(client, make_listing())
    quote = client.get("/bag/").context["price"].quote

    page = client.post(
        "/bag/",
        ADDRESS
        | {"country": "GB", "currency": "USD", "quote": quote.pk, "action": "pay"},
    )

    assert not Order.objects.exists()
    assert page.context["price"].quote.country == "GB"
    assert 'value="Ann Lee"' in page.content.decode()


@pytest.mark.django_db
def test_a_missing_address_places_no_order_and_keeps_the_price(client):
    claim_by_form(client, make_listing())

    page = client.post("/bag/", {"currency": "USD", "country": "US", "action": "pay"})

    assert page.context["form"].errors.keys() >= {"name", "street", "city", "email"}
    assert page.context["price"].quote is not None
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_giving_back_frees_the_piece_but_only_ones_own(client):
    own, foreign = make_listing(), make_claim()
    claim_by_form(client, own)

    client.post(f"/bag/{Claim.objects.get(listing=own).pk}/give-back/")
    client.post(f"/bag/{foreign.pk}/give-back/")

    assert Hold.objects.get(claim__listing=own).state == Hold.State.RELEASED
    assert Hold.objects.get(claim=foreign).state == Hold.State.HELD


@pytest.mark.django_db
def test_an_empty_bag_makes_no_quote(client):
    assert client.get("/bag/").context["claims"] == []
    assert not Quote.objects.exists()


@pytest.mark.django_db
def test_the_desk_shows_claims_with_their_places_to_her_alone():
    claim = make_claim()
    session = claim.listing.session

    page = make_client(session.host.user).get(f"/studio/{session.pk}/desk/")

    assert list(page.context["claims"]) == [claim]
    assert page.context["earned"].minor == 0
    other = make_client(make_host().user)
    assert other.get(f"/studio/{session.pk}/desk/").status_code == 404


@pytest.mark.django_db
def test_pages_ask_the_database_little_however_much_they_show(
    client, django_assert_max_num_queries, time_machine
):
    time_machine.move_to(timezone.now(), tick=False)  # what's remembered stays so
    session = make_session()
    for _ in range(6):
        make_listing(session=session)
    client.get("/")

    for address in ("/", "/crystals/", f"/live/{session.pk}/"):
        with django_assert_max_num_queries(8):
            client.get(address)


@pytest.mark.django_db
def test_a_bag_under_payment_leads_back_to_its_order(client):
    claim_by_form(client, make_listing())
    quote = client.get("/bag/").context["price"].quote
    paying = ADDRESS | {"currency": "USD", "quote": quote.pk, "action": "pay"}
    client.post("/bag/", paying, follow=True)

    page = client.get("/bag/")

    assert page.context["waiting"] == Order.objects.get()
    assert not page.context["can_pay"]
    assert f"/orders/{Order.objects.get().number}/" in page.content.decode()


@pytest.mark.django_db
def test_a_host_sees_her_own_price_beside_the_list_price():
    variant = make_variant(wholesale="39.00")
    terms = make_terms(variant.merchant, percent_off=5)
    address = f"/crystals/{variant.product_id}/"

    hers = make_client(terms.host.user).get(address).content.decode()
    others = make_client(make_host().user).get(address).content.decode()

    assert "¥37.05" in hers
    assert "list price ¥39.00" in hers
    assert "¥39.00" in others
    assert "list price" not in others


@pytest.mark.django_db
def test_cards_of_the_market_say_what_a_piece_costs_the_host_who_looks(client):
    variant = make_variant(wholesale="39.00")
    terms = make_terms(variant.merchant, percent_off=5)

    hers = make_client(terms.host.user).get("/crystals/").content.decode()
    others = make_client(make_host().user).get("/crystals/").content.decode()
    buyers = client.get("/crystals/").content.decode()

    assert "¥37.05 <s" in hers
    assert "¥39.00</span>" in others
    assert "¥" not in buyers
