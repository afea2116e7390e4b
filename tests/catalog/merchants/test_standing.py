"""What of a merchant others see and claim: all while she's approved, else nothing."""

import uuid

import pytest
from django.urls import reverse

from catalog.merchants import services
from catalog.models import Hold, Merchant, Product
from catalog.sheets.models import SheetImport
from catalog.stocktaking.codes import code_of
from livestream.models import Collection, Listing
from livestream.sessions import linking
from orders.checkout import claiming
from orders.checkout.models import Claim
from tests.catalog.sheets.sheets import as_csv, bracelet, work
from tests.catalog.sheets.test_pages import Member
from tests.make import (
    make_client,
    make_glossary,
    make_listing,
    make_member,
    make_merchant,
    make_session,
    make_staff,
    make_variant,
)

pytestmark = pytest.mark.django_db
State = Merchant.State
NOT_APPROVED = (State.APPLIED, State.SUSPENDED)
BRACELET = {
    "mineral": "AMETHYST",
    "form": "BRACELET",
    "treatment": "NONE",
    "colour": "VIOLET",
    "origin": "UY",
    "v0-sku": "AM-8",
    "v0-bead_mm": "8",
    "v0-weight_g": "27",
    "v0-wholesale": "60",
    "v0-on_hand": "12",
}


def make_prepared(state):
    """A piece with all its facts, of a merchant who may not sell today."""
    make_glossary()
    variant = make_variant()
    Merchant.objects.filter(pk=variant.merchant_id).update(state=state)
    return variant


def test_who_waits_types_a_product_and_reads_when_it_is_seen():
    make_glossary()
    member = make_member(make_merchant(state=State.APPLIED))
    client = make_client(member.user)
    editor = client.post(f"/stall/{member.merchant_id}/products/new/").headers[
        "Location"
    ]

    page = client.post(
        editor,
        BRACELET | {"seen": client.get(editor).context["seen"], "confirms": "yes"},
        follow=True,
    )

    assert Product.objects.get().state == Product.State.LISTED
    assert "as soon as the centre has approved you" in page.content.decode()
    assert "not seen yet" in page.content.decode()
    assert not Product.objects.listed().exists()


def test_who_waits_takes_a_sheet_over():
    member = Member(state=State.APPLIED)
    member.upload(as_csv(bracelet("A-1")), "pieces.csv")
    work()
    fields = enumerate(SheetImport.objects.get().fields)
    member.post("columns/", **{f"column-{n}": name for n, name in fields})
    work()
    member.post("take-over/", confirms_codes="on")
    work()

    assert Product.objects.get().state == Product.State.LISTED
    assert not Product.objects.listed().exists()


@pytest.mark.parametrize("state", NOT_APPROVED)
def test_what_she_prepared_is_on_no_page_of_others(client, state):
    variant = make_prepared(state)
    product, sku = variant.product, variant.sku

    market = client.get("/crystals/", {"search": sku})
    doors = client.get("/api/v1/products", {"search": sku})

    assert market.context["shelf"].products == []
    assert doors.json()["results"] == []
    for path in (f"/crystals/{product.pk}/", f"/s/{code_of(variant.pk)}"):
        assert client.get(path, follow=True).status_code == 404


@pytest.mark.parametrize("state", NOT_APPROVED)
def test_no_host_finds_keeps_or_links_what_she_prepared(state):
    variant, session = make_prepared(state), make_session()
    host = make_client(session.host.user)
    address = f"/studio/{session.pk}/pieces/"

    found = host.get(address, {"search": variant.sku})
    row = host.get(f"{address}of/{variant.pk}/")
    kept = host.post(f"{address}collect/", {"variant": variant.pk, "name": "Mine"})

    assert found.context["cards"] == []
    assert (row.status_code, kept.status_code) == (404, 404)
    assert not Collection.objects.exists()
    with pytest.raises(linking.NotForSale):
        make_listing(session=session, variant=variant)
    assert not Listing.objects.exists()


def test_once_approved_all_of_it_is_seen_without_her_doing_more(client):
    variant, session = make_prepared(State.APPLIED), make_session()

    services.approve(merchant_id=variant.merchant_id)

    found = client.get("/crystals/", {"search": variant.sku})
    assert found.context["shelf"].products == [variant.product]
    assert client.get(f"/crystals/{variant.product_id}/").status_code == 200
    row = make_client(session.host.user).get(
        f"/studio/{session.pk}/pieces/of/{variant.pk}/"
    )
    assert row.context["row"].variant == variant
    assert make_listing(session=session, variant=variant).variant == variant


def test_a_piece_of_a_suspended_merchant_is_claimed_by_nobody_even_on_air():
    variant = make_variant(on_hand=3)
    listing = make_listing(variant=variant)
    services.suspend(merchant_id=variant.merchant_id, because="No licence.")

    with pytest.raises(linking.NotForSale):
        claiming.claim(
            session_id=listing.session_id, listing_id=listing.pk, bag=uuid.uuid4()
        )

    assert not Claim.objects.exists()
    assert not Hold.objects.exists()
    variant.stock.refresh_from_db()
    assert variant.stock.reserved == 0
    services.approve(merchant_id=variant.merchant_id)
    claiming.claim(
        session_id=listing.session_id, listing_id=listing.pk, bag=uuid.uuid4()
    )
    assert Hold.objects.count() == 1


def test_a_running_session_marks_a_suspended_merchants_piece_as_not_for_sale():
    variant = make_variant(on_hand=3)
    listing = make_listing(variant=variant)
    session = listing.session
    host = make_client(session.host.user)
    assert (
        "not for sale" not in host.get(f"/studio/{session.pk}/desk/").content.decode()
    )

    services.suspend(merchant_id=variant.merchant_id, because="No licence.")

    desk = host.get(f"/studio/{session.pk}/desk/").content.decode()
    room = host.get(f"/live/{session.pk}/").content.decode()
    assert "not for sale" in desk
    assert f"/{listing.pk}/pin/" not in desk
    assert "not for sale" in room
    assert f'name="listing" value="{listing.pk}">Claim' not in room


def test_a_clerk_who_suspends_comes_back_to_that_merchant():
    merchant = make_merchant()
    address = reverse("admin:catalog_merchant_suspend", args=[merchant.pk])

    answer = make_client(make_staff()).post(address, {"because": "No licence."})

    merchant.refresh_from_db()
    assert merchant.state == Merchant.State.SUSPENDED
    assert answer["Location"] == reverse(
        "admin:catalog_merchant_change", args=[merchant.pk]
    )


def test_an_application_that_waits_is_not_suspended():
    merchant = make_merchant(state=Merchant.State.APPLIED)
    address = reverse("admin:catalog_merchant_suspend", args=[merchant.pk])

    answer = make_client(make_staff()).post(address, {"because": "No licence."})

    merchant.refresh_from_db()
    assert merchant.state == Merchant.State.APPLIED
    assert "not selling any more" in answer.content.decode()
    assert not services.suspend(merchant_id=merchant.pk, because="No licence.")


def test_a_merchant_is_found_by_how_his_credit_code_begins():
    merchant, other = make_merchant(), make_merchant()
    listed = reverse("admin:catalog_merchant_changelist")
    begins = merchant.credit_code[:-2].lower()

    page = make_client(make_staff()).get(listed, {"q": begins})

    assert list(page.context["cl"].queryset.filter(pk=merchant.pk)) == [merchant]
    assert other.credit_code.lower().startswith(begins) == (
        other in page.context["cl"].queryset
    )
