"""What customs is told of a product, as clerks set it right."""

from typing import Any

import pytest
from django.urls import reverse

from catalog.models import Product
from tests.make import make_client, make_staff, make_variant

pytestmark = pytest.mark.django_db
ELEMENTS = "紫水晶手链|无品牌|不享惠|手链|天然紫水晶"
RIGHT = {
    "hs_code": "7116200000",
    "customs_name": "水晶手链",
    "customs_elements": ELEMENTS,
    "state": "LISTED",
}
NO_PARTS = {
    f"{part}-{count}_FORMS": "0"
    for part in ("variants", "photos")
    for count in ("TOTAL", "INITIAL")
}


def send(product: Product, **said: str) -> Any:
    address = reverse("admin:catalog_product_change", args=[product.pk])
    return make_client(make_staff()).post(address, RIGHT | said | NO_PARTS)


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


@pytest.mark.parametrize(
    ("field", "said", "words"),
    [
        ("hs_code", "", "nothing is listed without it"),
        ("customs_name", "", "nothing is listed without it"),
        ("customs_elements", "", "nothing is listed without it"),
        ("hs_code", "711620", "ten digits"),
        ("hs_code", "9999999999", "By its facts it is 7116200000"),
        ("hs_code", "0101210010", "By its facts it is 7116200000"),
        ("customs_name", "石头", "Customs refuses “石头”"),
        ("customs_name", "礼品", "Customs refuses “礼品”"),
        ("customs_name", "bracelet", "in Chinese"),
        ("customs_name", "招财手链", "promises luck"),
        ("customs_elements", "x", f"5 elements under this code, with | between them. "
         f"For such a piece: {ELEMENTS}"),
        ("customs_elements", "紫水晶手链||不享惠|手链|天然紫水晶", "5 elements"),
    ],
)  # fmt: skip
def test_what_customs_would_refuse_is_said_at_its_field(field, said, words):
    product = make_variant().product

    answer = send(product, **{field: said})

    found = errors(answer)
    assert list(found) == [field]
    assert [words in sentence for sentence in found[field]] == [True]
    assert Product.objects.get(pk=product.pk).customs_name == product.customs_name


def test_what_customs_takes_is_kept():
    product = make_variant().product

    assert send(product, customs_elements=f"{ELEMENTS}|无GTIN").status_code == 302

    product.refresh_from_db()
    assert product.customs_name == "水晶手链"
    assert product.customs_elements.endswith("|无GTIN")


def test_a_draft_may_wait_for_what_customs_asks():
    product = make_variant().product

    answer = send(product, state="DRAFT", hs_code="", customs_elements="")

    assert answer.status_code == 302
    product.refresh_from_db()
    assert (product.state, product.hs_code) == (Product.State.DRAFT, "")


def test_a_draft_without_facts_is_not_listed_here():
    product = make_variant().product
    Product.objects.filter(pk=product.pk).update(state="DRAFT", colour="")

    answer = send(product)

    assert errors(answer) == {
        "state": ["Its merchant must say this first, in the editor: colour."]
    }
    product.refresh_from_db()
    assert product.state == Product.State.DRAFT
