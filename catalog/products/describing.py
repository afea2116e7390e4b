"""What a product's page says in sentences: composed from its facts, or a person's own.

The merchant's own words go through the translation adapter, one step a product, when
one is set; they are shown as they were written to whom nobody translated them for.
"""

import hashlib

from django.conf import settings

from catalog.glossary import titles
from catalog.glossary.models import Language
from catalog.products.models import Product, Variant
from catalog.products.pieces import MEASURES
from donghai import steps, translation
from donghai.steps.models import Step

TRANSLATE = "catalog.translate_story"


def description(product: Product, language: str) -> str:
    """A few honest sentences in a selling language, else in English."""
    own: dict[str, str] = product.own_descriptions
    if own.get(language):
        return own[language]
    composed = titles.compose_descriptions(facts_of(product))
    return composed.get(language) or composed[Language.EN]


def facts_of(product: Product, variant: Variant | None = None) -> titles.Facts:
    """What is said of a product; sizes and weight of `variant` or of its only one."""
    alone = variant
    if alone is None:
        variants = [one for one in product.variants.all() if one.withdrawn_at is None]
        alone = variants[0] if len(variants) == 1 else None
    sizes = {name: getattr(alone, name) for name in MEASURES} if alone else {}
    return titles.Facts(
        mineral=product.mineral,
        form=product.form,
        treatment=product.treatment,
        colour=product.colour,
        motif=product.motif,
        origin=product.origin,
        weight_g=alone.weight_g if alone else None,
        **sizes,
    )


def story(product: Product, language: str) -> tuple[str, str]:
    """The merchant's own words and the language they are in: the reader's, if any."""
    if product.stories.get(language):
        return product.stories[language], language
    return product.story, product.story_language


def translate_story(step: Step) -> None:
    """Put a product's story into all selling languages. A repeat asks again."""
    product = Product.objects.get(pk=step.subject_id)
    translator, source = translation.translator(), product.story_language
    stories: dict[str, str] = {}
    for language in Language.values:
        if product.story and language != source:
            for text in translator.translate([product.story], source, language):
                stories[language] = text
    with steps.finishing(step):
        same = Product.objects.filter(pk=product.pk, story=product.story)
        same.update(stories=stories)


def schedule_translation(product_id: int, story: str) -> None:
    """What was written anew goes through the translation adapter, if one is set."""
    if settings.TRANSLATOR:
        key = hashlib.sha256(story.encode()).hexdigest()[:40]
        steps.schedule(TRANSLATE, subject_id=product_id, key=key)
