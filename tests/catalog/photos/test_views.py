"""The merchant's strip of photos, for htmx and without scripts."""

from urllib.parse import urlsplit

import pytest

from catalog.models import MerchantMember, Photo
from catalog.photos import services
from donghai.steps.models import Step
from donghai.steps.services import Lane
from donghai.steps.tasks import sweep_until_done
from tests.catalog.photos.pictures import photo, upload
from tests.make import make_client, make_staff, make_user, make_variant

HTMX = {"HX-Request": "true"}
DOORS = ["", "add/", "order/", "{0}/move/", "{0}/crop/", "{0}/remove/", "{0}/original/"]


@pytest.fixture
def product(db):
    return make_variant().product


@pytest.fixture
def merchant(product):
    """A browser of the product's merchant."""
    user = make_user()
    MerchantMember.objects.create(merchant=product.merchant, user=user, role="CLERK")
    return make_client(user)


def door(product, to="", photo_id=0):
    return f"/stall/products/{product.pk}/photos/{to.format(photo_id)}"


def send(client, product, *files, headers=HTMX):
    return client.post(door(product, "add/"), {"photos": files}, headers=headers)


def make_photos(client, product, number=3):
    send(client, product, *(photo((number * 60, 9, 9)) for number in range(number)))
    sweep_until_done(lane=Lane.MEDIA)
    return list(Photo.objects.filter(product=product).in_order())


def order_of(product):
    found = Photo.objects.filter(product=product).in_order()
    return list(found.values_list("pk", flat=True))


def test_several_photos_come_at_once_and_the_strip_asks_until_they_are_made(
    merchant, product
):
    answer = send(merchant, product, photo((1, 1, 1)), photo((200, 1, 1)))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("photo-tile") == 2
    assert 'hx-trigger="every 2s"' in page
    sweep_until_done(lane=Lane.MEDIA)
    page = merchant.get(door(product), headers=HTMX).content.decode()
    assert "hx-trigger" not in page
    assert page.count("<picture") == 2
    assert page.count("photo-cover") == 1


def test_the_good_files_are_kept_and_each_bad_one_is_named_with_the_reason(
    merchant, product
):
    answer = send(
        merchant,
        product,
        upload(b"<html>", "page.jpg"),
        photo(),
        upload(b"GIF89a", "a.gif"),
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<strong>page.jpg</strong>: This is no picture." in page
    assert "<strong>a.gif</strong>: This kind of picture cannot be used." in page
    assert Photo.objects.count() == 1


def test_without_scripts_a_form_leads_back_to_the_photos_with_words(merchant, product):
    answer = merchant.post(
        door(product, "add/"),
        {"photos": [upload(b"<html>", "page.jpg"), photo()]},
        follow=True,
    )

    page = answer.content.decode()
    editor = f"/stall/{product.merchant_id}/products/{product.pk}/"
    assert answer.redirect_chain == [(editor, 302)]
    assert merchant.get(door(product)).headers["Location"] == editor
    assert "page.jpg: This is no picture." in page
    assert page.count('class="photo-open') == 1
    empty = merchant.post(door(product, "add/"), follow=True).content.decode()
    assert "Choose one or more photos first." in empty


def test_photos_are_put_in_order_by_drag_or_by_buttons(merchant, product):
    send(merchant, product, *(photo((n * 60, 9, 9)) for n in range(3)))
    first, second, third = order_of(product)

    merchant.post(door(product, "order/"), {"photo": [third, first, "x", second]})
    assert order_of(product) == [third, first, second]

    merchant.post(door(product, "{0}/move/", third), {"to": "later"})
    merchant.post(door(product, "{0}/move/", second), {"to": "earlier"}, headers=HTMX)
    assert order_of(product) == [first, second, third]


def test_a_photo_is_cropped_and_removed(merchant, product):
    one, two = make_photos(merchant, product, 2)

    box = {"left": "0.25", "top": "0", "right": "0.75", "bottom": "1"}
    answer = merchant.post(door(product, "{0}/crop/", one.pk), box, headers=HTMX)
    assert "Being made" in answer.content.decode()
    one.refresh_from_db()
    assert one.crop == [0.25, 0, 0.75, 1]

    for _ in range(2):
        gone = merchant.post(door(product, "{0}/remove/", one.pk), headers=HTMX)
        assert gone.status_code == 200
    assert order_of(product) == [two.pk]


@pytest.mark.parametrize("box", [{}, {"left": "x"}, {"right": "0.01"}, {"top": "nan"}])
def test_a_crop_that_makes_no_sense_is_refused_in_words(merchant, product, box):
    (one,) = make_photos(merchant, product, 1)
    whole = {"left": "0", "top": "0", "right": "1", "bottom": "1"}

    answer = merchant.post(
        door(product, "{0}/crop/", one.pk), box and whole | box, headers=HTMX
    )

    assert answer.status_code == 422
    assert "leaves too little" in answer.content.decode()
    one.refresh_from_db()
    assert one.crop is None


def test_a_merchant_sees_the_original_as_a_picture_and_never_as_a_page(
    merchant, product
):
    (one,) = make_photos(merchant, product, 1)

    answer = merchant.get(door(product, "{0}/original/", one.pk))

    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert b"".join(answer.streaming_content)[:3] == b"\xff\xd8\xff"


@pytest.mark.parametrize("to", DOORS)
def test_strangers_find_no_door_and_change_nothing(merchant, product, client, to):
    (one,) = make_photos(merchant, product, 1)
    foreign = make_client(make_user())
    other = make_variant().product
    MerchantMember.objects.create(
        merchant=other.merchant, user=make_user(), role="OWNER"
    )
    reads = to in ("", "{0}/original/")
    before = Photo.objects.values().get()

    def knock(browser, at):
        ask = browser.get if reads else browser.post
        return ask(
            door(at, to, one.pk), {} if reads else {"photos": [photo((5, 5, 5))]}
        )

    assert knock(foreign, product).status_code == 404
    assert knock(merchant, other).status_code == 404
    assert (
        urlsplit(knock(client, product).headers["Location"]).path == "/account/login/"
    )
    assert Photo.objects.values().get() == before
    assert not Step.objects.open().exists()


def test_a_photo_is_only_reached_by_its_own_product(merchant, product):
    (one,) = make_photos(merchant, product, 1)
    sister = make_variant(merchant=product.merchant).product

    merchant.post(door(sister, "{0}/remove/", one.pk))
    answer = merchant.post(door(sister, "{0}/move/", one.pk))

    assert answer.status_code == 404
    assert order_of(product) == [one.pk]


def give_up(product):
    """A photo whose making was tried in vain until its step was parked."""
    Step.objects.filter(job=services.MAKE).update(state=Step.State.PARKED)
    return Photo.objects.get(product=product)


def test_a_photo_that_cannot_be_made_says_so_and_can_be_tried_again(merchant, product):
    send(merchant, product, photo())
    kept = give_up(product)

    page = merchant.get(door(product), headers=HTMX).content.decode()
    assert "This photo cannot be made." in page
    assert "Being made" not in page
    assert "every 2s" not in page

    page = merchant.post(door(product, "{0}/again/", kept.pk), headers=HTMX).content
    assert b"Being made" in page
    assert b"cannot be made" not in page
    sweep_until_done(lane=Lane.MEDIA)
    kept.refresh_from_db()
    assert kept.state == Photo.State.READY


def test_trying_a_photo_again_that_never_gave_up_changes_nothing(merchant, product):
    (kept,) = make_photos(merchant, product, 1)

    merchant.post(door(product, "{0}/again/", kept.pk), headers=HTMX)

    assert not Step.objects.filter(job=services.MAKE).open().exists()


def test_the_admin_leads_to_the_parked_step_of_a_photo(merchant, product):
    send(merchant, product, photo())
    give_up(product)
    admin = make_client(make_staff())

    page = admin.get(f"/admin/catalog/product/{product.pk}/change/").content.decode()

    step = Step.objects.get(job=services.MAKE)
    assert f'/admin/donghai/step/{step.pk}/change/">It cannot be made' in page
