"""What search engines and chats read of a page: schema.org, as plain facts."""

from typing import Any

from django.urls import reverse

from catalog.products.describing import description
from catalog.products.models import Product
from catalog.provenance import names
from catalog.provenance.models import Artisan, Honour
from donghai.templatetags.pages import absolute, country

CONTEXT = "https://schema.org"


def product_facts(product: Product, language: str) -> dict[str, Any]:
    """A product; who sells it adds `offers`."""
    name = product.title(language)
    facts: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Product",
        "name": name,
        "alternateName": sorted({*product.titles.values()} - {name}),
        "url": absolute(reverse("orders:product", args=[product.pk])),
        "productID": str(product.pk),
        "material": names.mineral(product.mineral),
        "countryOfOrigin": {"@type": "Country", "name": country(product.origin)},
        "additionalProperty": {
            "@type": "PropertyValue",
            "name": "treatment",
            "value": names.treatment(product.treatment),
        },
    }
    facts["description"] = description(product, language)
    if product.picture:
        facts["image"] = absolute(product.picture.url)
    return facts


def passport_facts(passport: Any, language: str) -> dict[str, Any]:
    """A stone with a passport, related to the product as it is sold."""
    facts = product_facts(passport.product, language)
    shown = {key: facts[key] for key in ("@type", "name", "url")}
    address = absolute(reverse("catalog:passport", args=[passport.code]))
    return facts | {
        "url": address,
        "identifier": passport.code,
        "isRelatedTo": shown,
    }


def artisan_facts(
    artisan: Artisan, honours: list[tuple[Honour, str]]
) -> dict[str, Any]:
    """A person, with the titles that were checked."""
    facts: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Person",
        "name": artisan.name,
        "alternateName": artisan.name_zh,
        "jobTitle": artisan.get_craft_display(),
        "url": absolute(reverse("catalog:artisan", args=[artisan.slug])),
        "award": [f"{title} ({honour.year})" for honour, title in honours],
    }
    if artisan.portrait:
        facts["image"] = absolute(artisan.portrait.url)
    return facts
