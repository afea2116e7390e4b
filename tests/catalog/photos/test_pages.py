"""How photos stand on pages."""

import pytest
from django.template import Context, Template

from catalog.models import Product
from catalog.photos.models import Made, Photo
from tests.make import make_variant

STEM = "pieces/7/{0}-abcdef123456-9.1-1200x1600-a07fb3"


def render(template, **facts):
    return Template("{% load photos %}" + template).render(Context(facts))


def make_shown(product, *numbers):
    """Photos with files that nobody has made; a page only needs their names."""
    for number in numbers:
        Photo.objects.create(
            product=product,
            position=number,
            stem=STEM.format(number),
            state=Photo.State.READY,
            sha256=f"{number:064}",
        )
    product.picture = STEM.format(numbers[0]) + "-800.jpg"
    product.save()


def test_the_name_of_a_file_tells_everything_about_it():
    made = Made.named(STEM.format(3) + "-800.jpg")

    assert made == Made.named(made.stem) == Made(made.stem, 1200, 1600, "#a07fb3")
    assert made.size_at(800) == (600, 800)
    assert len(made.names()) == 6
    assert Made.named("pieces/DH-0001-1.jpg") is None
    assert Made.named("") is None


def test_a_width_that_two_files_share_is_offered_once():
    small = Made("pieces/1/x", 300, 200, "#000000")

    assert small.srcset("webp") == "/media/pieces/1/x-320.webp 300w"


def test_a_photo_is_offered_in_all_sizes_without_asking_the_database():
    product = Product(picture=STEM.format(3) + "-800.jpg")

    html = render('{% photo product 1600 sizes="50vw" alt="Ring" %}', product=product)

    assert html.count("-1600.webp 1200w") == html.count("-1600.jpg 1200w") == 1
    assert html.count("-320.webp 240w") == 1
    assert 'width="1200" height="1600" alt="Ring" loading="lazy"' in html
    assert 'data-colour="#a07fb3"' in html
    assert "1600" not in render("{% photo product 320 %}", product=product).replace(
        "1200x1600", ""
    )


def test_a_drawn_picture_stands_as_it_is_and_none_leaves_an_empty_frame():
    drawn = render("{% photo product 320 %}", product=Product(picture="pieces/a.jpg"))
    bare = render("{% photo product 320 %}", product=Product())

    assert 'src="/media/pieces/a.jpg"' in drawn
    assert "<picture" not in drawn
    assert bare.strip() == '<span class="picture"></span>'


@pytest.mark.django_db
def test_a_products_page_shows_all_its_photos_with_zoom(client):
    product = make_variant().product
    make_shown(product, 1, 2)
    Photo.objects.create(product=product, position=0)  # still being made

    page = client.get(f"/crystals/{product.pk}/").content.decode()

    assert page.count('class="zoom-one"') == page.count('class="gallery-open"') == 2
    assert page.index(STEM.format(1)) < page.index(STEM.format(2))
    assert f'href="/media/{STEM.format(1)}-1600.jpg"' in page


@pytest.mark.django_db
def test_a_product_without_photos_still_has_its_page(client):
    product = make_variant().product

    page = client.get(f"/crystals/{product.pk}/").content.decode()

    assert '<span class="picture"></span>' in page
    assert "data-gallery" not in page
