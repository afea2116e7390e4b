"""The product editor: nothing typed is lost, nothing half-done is listed."""

import re

import pytest

from catalog.merchants.models import MerchantMember
from catalog.products import editing, saving
from catalog.products.models import Product, Variant
from catalog.stock import services as stock
from catalog.stock.models import StockLevel
from tests.make import (
    make_client,
    make_glossary,
    make_member,
    make_merchant,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db

BRACELET = {
    "mineral": "AMETHYST",
    "form": "BRACELET",
    "treatment": "NONE",
    "colour": "VIOLET",
    "origin": "UY",
    "v0-sku": "AM-8",
    "v0-bead_mm": "8",
    "v0-weight_g": "27,5",
    "v0-wholesale": "¥60",
    "v0-tiers": "10: 55; 50: 48.50",
    "v0-suggested": "200",
    "v0-least": "90",
    "v0-on_hand": "１２",
    "story": "每一颗都是手工打磨的。",
}
ANOTHER = {
    "v1-bead_mm": "10",
    "v1-weight_g": "40",
    "v1-wholesale": "90",
    "v1-on_hand": "4",
}


class Desk:
    """A merchant's owner with one product open in the editor."""

    def __init__(self):
        make_glossary()
        self.merchant = make_merchant()
        self.user = make_user()
        MerchantMember.objects.create(
            merchant=self.merchant, user=self.user, role="OWNER"
        )
        self.client = make_client(self.user)
        opened = self.client.post(f"/stall/{self.merchant.pk}/products/new/")
        self.address = opened.headers["Location"]

    @property
    def product(self):
        return Product.objects.get(merchant=self.merchant)

    @property
    def seen(self):
        return self.client.get(self.address).context["seen"]

    def keep(self, **said):
        return self.client.post(f"{self.address}keep/", {"seen": self.seen, **said})

    def save(self, said, **more):
        return self.client.post(self.address, {"seen": self.seen, **said, **more})


@pytest.fixture
def desk(db):
    return Desk()


def test_a_product_is_typed_confirmed_and_listed(desk):
    answer = desk.save(BRACELET, confirms="yes")

    assert answer.status_code == 302
    product, variant = desk.product, Variant.objects.select_related("stock").get()
    assert product.state == Product.State.LISTED
    assert product.titles["es"] == "Pulsera de amatista"
    assert product.story == BRACELET["story"]
    assert (variant.wholesale_minor, variant.stock.on_hand) == (6000, 12)
    assert variant.suggested_retail_minor == 20000
    assert list(
        variant.tiers.order_by("from_quantity").values_list(
            "from_quantity", "wholesale_minor"
        )
    ) == [(10, 5500), (50, 4850)]
    assert product.unfinished is None


def test_what_they_say_most_comes_first_to_be_chosen(desk):
    assert "<optgroup" not in desk.client.get(desk.address).content.decode()
    for mineral in ("FLUORITE", "CITRINE", "FLUORITE"):
        make_variant(merchant=desk.merchant, mineral=mineral)
    make_variant(mineral="GARNET")

    page = desk.client.get(desk.address).content.decode()

    minerals = page.partition('id="id-mineral"')[2].partition("</select>")[0]
    first, others = minerals.split("</optgroup>")[:2]
    assert re.findall('value="([A-Z]+)"', first) == ["FLUORITE", "CITRINE"]
    assert 'value="GARNET"' in others
    assert 'value="FLUORITE"' not in others


def test_what_is_typed_is_kept_half_done_and_comes_back_on_any_device(desk):
    answer = desk.keep(mineral="AMETHYST", **{"v0-wholesale": "6o"})

    assert answer.status_code == 200
    assert "Amethyst" in answer.json()["says"]
    other = make_client(desk.user).get(desk.address)
    assert other.context["said"]["v0-wholesale"] == "6o"
    assert 'value="6o"' in other.content.decode()
    assert desk.product.state == Product.State.DRAFT
    assert not Variant.objects.exists()


def test_two_devices_do_not_overwrite_each_other_unseen(desk):
    first = desk.seen
    desk.keep(mineral="AMETHYST")

    late = desk.client.post(
        f"{desk.address}keep/", {"seen": first, "mineral": "CITRINE"}
    )

    assert late.status_code == 409
    assert desk.product.unfinished["typed"]["mineral"] == "AMETHYST"


def test_what_a_page_kept_itself_is_no_change_of_another_device(desk):
    """The line went before our answer came: the page still shows the older mark."""
    first = desk.seen
    desk.keep(mineral="AMETHYST", seen=first, page="phone")

    again = desk.keep(mineral="CITRINE", seen=first, page="phone")
    other = desk.keep(mineral="AGATE", seen=first, page="tablet")
    saved = desk.save(BRACELET, seen=first, page="phone", confirms="yes")

    assert (again.status_code, other.status_code) == (200, 409)
    assert saved.status_code == 302
    assert desk.product.mineral == "AMETHYST"
    late = desk.keep(mineral="CITRINE", seen=first, page="phone")
    assert late.status_code == 409
    assert desk.product.unfinished is None


def test_what_is_missing_is_said_by_the_name_of_its_field(desk):
    says = desk.keep(mineral="AMETHYST", form="BRACELET").json()["says"]

    for name in ("SKU", "Weight", "Wholesale, yuan", "Size", "Origin"):
        assert f">{name}\n</a>" in says


def test_errors_stand_at_their_fields_and_nothing_typed_is_lost(desk):
    faulty = BRACELET | {"v0-weight_g": "heavy", "v0-least": "10"}

    answer = desk.save(faulty, confirms="yes")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert set(answer.context["errors"]) == {"v0-weight_g", "v0-least"}
    assert 'value="heavy"' in page and "手工打磨" in page
    assert not Variant.objects.exists()


def test_without_a_confirmed_code_it_stays_a_draft(desk):
    desk.save(BRACELET)
    assert desk.product.state == Product.State.DRAFT

    said = editing.typed_of(desk.product)
    desk.save(said, confirms="yes")
    assert desk.product.state == Product.State.LISTED


def test_saving_what_the_editor_shows_changes_nothing(desk):
    desk.save(BRACELET, confirms="yes")
    before = Variant.objects.values().get()

    desk.save(editing.typed_of(desk.product), confirms="yes")

    assert Variant.objects.values().get() == before
    assert desk.product.state == Product.State.LISTED


def test_what_is_cleared_is_gone(desk):
    desk.save(BRACELET | {"title_es": "Mi pulsera"}, confirms="yes")
    assert desk.product.titles["es"] == "Mi pulsera"

    said = editing.typed_of(desk.product)
    cleared = {"title_es": "", "v0-suggested": "", "v0-tiers": "", "story": ""}
    desk.save(said | cleared, confirms="yes")

    variant = Variant.objects.get()
    assert desk.product.titles["es"] == "Pulsera de amatista"
    assert (variant.suggested_retail_minor, variant.tiers.count()) == (None, 0)
    assert desk.product.story == ""


def test_a_size_that_is_taken_out_is_withdrawn_with_its_stock(desk):
    two = BRACELET | {
        key.replace("v0", "v1"): text
        for key, text in BRACELET.items()
        if key.startswith("v0")
    }
    desk.save(two | {"v1-sku": "AM-10", "v1-bead_mm": "10"}, confirms="yes")
    assert desk.product.variants.count() == 2

    said = editing.typed_of(desk.product)
    desk.save(
        {k: v for k, v in said.items() if not k.startswith("v1-")}, confirms="yes"
    )

    gone = Variant.objects.select_related("stock").get(sku="AM-10")
    assert gone.withdrawn_at and gone.stock.on_hand == 0
    assert Variant.objects.get(sku="AM-8").withdrawn_at is None


def test_the_same_sku_twice_is_said_at_the_second(desk):
    two = BRACELET | {"v1-sku": "AM-8", "v1-weight_g": "3", "v1-wholesale": "5"}

    answer = desk.save(two, confirms="yes")

    assert "v1-sku" in answer.context["errors"]


def test_without_script_a_size_is_added_by_its_button(desk):
    page = desk.save(BRACELET, add="1")
    assert page.context["rows"] == [0, 1]
    assert not Variant.objects.exists()


def test_an_empty_draft_is_used_again(desk):
    desk.client.post(f"/stall/{desk.merchant.pk}/products/new/")
    assert Product.objects.filter(merchant=desk.merchant).count() == 1


def test_a_stranger_neither_sees_nor_keeps_nor_saves(desk):
    stranger = make_client(make_user())
    for address in (desk.address, f"{desk.address}keep/", f"{desk.address}withdraw/"):
        assert stranger.post(address, BRACELET).status_code == 404
    assert desk.product.unfinished is None


def test_what_was_taken_off_the_market_is_listed_again_as_it_was(desk):
    desk.save(BRACELET, confirms="yes")
    desk.client.post(f"{desk.address}withdraw/")
    assert desk.product.state == Product.State.WITHDRAWN
    assert StockLevel.objects.get().on_hand == 0

    said = Page(desk).said
    assert desk.save(said, confirms="yes").status_code == 302

    assert desk.product.state == Product.State.LISTED
    assert StockLevel.objects.get().on_hand == 12
    assert Variant.objects.get().withdrawn_at is None
    assert said["v0-bead_mm"] == "8"


def test_a_draft_without_a_name_is_called_so_in_the_list():
    member = make_member()
    client = make_client(member.user)
    client.post(f"/stall/{member.merchant_id}/products/new/")

    page = client.get(f"/stall/{member.merchant_id}/products/").content.decode()

    assert "New product, not yet named" in page


def test_the_preview_shows_the_code_that_will_be_declared(desk):
    own = desk.keep(**BRACELET, hs_code="7103999000").json()["says"]
    wrong = desk.keep(**BRACELET, hs_code="9999999999").json()["says"]

    assert '<strong class="num">7103999000</strong>' in own
    assert '<strong class="num">7116200000</strong>' in wrong
    assert "9999999999 is no customs code for such a piece" in wrong
    desk.save(BRACELET | {"hs_code": "7103999000"})
    assert desk.product.customs_confirmed_at is None


def test_tiers_may_be_typed_in_any_order_and_counts_say_their_bounds(desk):
    said = BRACELET | {"v0-tiers": "50:48;10:55", "v0-min_quantity": "1.5"}
    errors = desk.save(said, confirms="yes").context["errors"]

    assert set(errors) == {"v0-min_quantity"}
    assert "10,000,000" in str(errors["v0-min_quantity"])


class Page:
    """The editor open in a browser: what its fields hold is sent back whole."""

    def __init__(self, desk):
        self.desk = desk
        shown = desk.client.get(desk.address).context
        self.said = {name: text for name, text in shown["said"].items() if text}
        self.said |= {name: shown[name] for name in ("seen", "shown")}

    def save(self, **changes):
        return self.desk.client.post(self.desk.address, self.said | changes)

    def keep(self, **changes):
        address = f"{self.desk.address}keep/"
        return self.desk.client.post(address, self.said | changes)


@pytest.fixture
def listed(desk):
    desk.save(BRACELET, confirms="yes")
    return desk


def move(variant, pieces):
    stock.adjust(variant_id=variant.pk, change=pieces, reason="found")


def test_what_moved_while_the_page_stood_open_stays_moved(listed):
    variant, page = Variant.objects.get(), Page(listed)
    move(variant, 5)

    page.save(**{"v0-wholesale": "70"})

    variant.refresh_from_db()
    assert variant.wholesale_minor == 7000
    assert variant.stock.on_hand == 17


def test_a_count_that_is_changed_moves_by_as_much(listed):
    variant, page = Variant.objects.get(), Page(listed)
    move(variant, 5)

    page.save(**{"v0-on_hand": "10"})

    assert StockLevel.objects.get().on_hand == 15


def test_what_was_kept_comes_back_over_what_stands_now(listed):
    variant = Variant.objects.get()
    Page(listed).keep(story="Neu")
    move(variant, 7)
    Variant.objects.update(wholesale_minor=8000)

    again = Page(listed)

    assert again.said["v0-on_hand"] == "19"
    assert again.said["v0-wholesale"] == "80"
    assert again.said["story"] == "Neu"
    again.save()
    variant.refresh_from_db()
    assert (variant.wholesale_minor, variant.stock.on_hand) == (8000, 19)
    assert listed.product.story == "Neu"


def test_who_saves_again_after_a_refusal_keeps_what_another_changed(listed):
    mine, theirs = Page(listed), Page(listed)
    theirs.save(colour="WHITE", **{"v1-sku": "AM-10", **ANOTHER})

    refused = mine.save(origin="BR")
    shown = refused.context
    said = {name: text for name, text in shown["said"].items() if text}
    again = listed.client.post(
        listed.address, said | {"seen": shown["seen"], "shown": shown["shown"]}
    )

    assert (refused.status_code, again.status_code) == (422, 302)
    product = listed.product
    assert (product.colour, product.origin) == ("WHITE", "BR")
    assert product.variants.filter(withdrawn_at=None).count() == 2


def test_a_size_that_was_taken_away_meanwhile_does_not_come_back(listed):
    page = Page(listed)
    page.save(**{"v1-sku": "AM-10", **ANOTHER})
    stale = Page(listed)
    saver = saving.Saver(merchant_id=listed.merchant.pk, by_id=listed.user.pk)
    saving.withdraw(["AM-10"], saver)

    stale.save(origin="BR", seen=Page(listed).said["seen"])

    assert listed.product.origin == "BR"
    standing = listed.product.variants.filter(withdrawn_at=None)
    assert list(standing.values_list("sku", flat=True)) == ["AM-8"]


@pytest.mark.parametrize(
    "shown", ["", "x", "[]", "{}", '{"product": 1, "variants": {"a": 2}}', "null"]
)
def test_a_page_that_does_not_say_what_it_showed_is_taken_as_typed(listed, shown):
    page = Page(listed)

    answer = page.save(shown=shown, origin="BR", **{"v0-on_hand": "3"})

    assert answer.status_code == 302
    assert listed.product.origin == "BR"
    assert StockLevel.objects.get().on_hand == 3


def test_a_sku_of_another_product_is_said_at_its_field_while_typing(listed):
    opened = listed.client.post(f"/stall/{listed.merchant.pk}/products/new/")
    said = {name: text for name, text in BRACELET.items() if name != "v0-sku"}

    kept = listed.client.get(opened.headers["Location"]).context
    answer = listed.client.post(
        opened.headers["Location"],
        said | {"v0-sku": "am-8", "seen": kept["seen"], "confirms": "yes"},
    )

    assert answer.status_code == 422
    assert "another one" in str(answer.context["errors"]["v0-sku"])
    assert Variant.objects.count() == 1


def test_the_bare_address_of_a_new_product_leads_to_the_list(desk):
    answer = desk.client.get(f"/stall/{desk.merchant.pk}/products/new/")

    assert answer.headers["Location"] == f"/stall/{desk.merchant.pk}/products/"
    assert Product.objects.count() == 1


def test_own_products_are_found_by_short_and_chinese_skus_withdrawn_ones_too(desk):
    address = f"/stall/{desk.merchant.pk}/products/"
    for sku in ("N-1", "紫-1", "DN-1"):
        variant = make_variant(merchant=desk.merchant)
        Variant.objects.filter(pk=variant.pk).update(sku=sku)
    saver = saving.Saver(merchant_id=desk.merchant.pk, by_id=desk.user.pk)
    saving.withdraw(["N-1"], saver)

    def skus(words):
        found = desk.client.get(address, {"search": words}).context["products"]
        return [one.sku for product in found for one in product.variants.all()]

    assert (skus("n-1"), skus("紫-1"), skus("Ｎ－")) == (["N-1"], ["紫-1"], ["N-1"])
    page = desk.client.get(address).content.decode()
    assert "N-1</span> · off the market" in page
