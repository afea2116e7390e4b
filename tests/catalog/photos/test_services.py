"""Adding, ordering, cropping and removing photos, and what the worker makes of them."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from catalog.models import Photo, Product
from catalog.photos import making, services
from donghai.steps.models import Step
from donghai.steps.services import Lane
from donghai.steps.tasks import sweep_until_done
from donghai.storage import private_files
from tests.catalog.photos.pictures import exif, file_of, photo, picture, png, upload
from tests.catalog.test_stock import in_threads
from tests.make import make_user, make_variant

COLOURS = [(200, 0, 0), (0, 150, 0), (0, 0, 200)]


@pytest.fixture(autouse=True)
def files_of_this_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    storages = settings.STORAGES | {
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "private", "base_url": None},
        }
    }
    settings.STORAGES = storages
    return tmp_path


@pytest.fixture
def product(db):
    return make_variant().product


def add(product, *files, by=None):
    return services.add_photos(product_id=product.pk, files=files, by=by).photos


def add_made(product, *colours):
    """Photos of these colours, made."""
    photos = add(product, *(photo(colour) for colour in colours or COLOURS))
    work()
    for each in photos:
        each.refresh_from_db()
    return photos


def work():
    return sweep_until_done(lane=Lane.MEDIA)


def there(name):
    return default_storage.exists(name)


def shown(product):
    """The photos of a product in order, and its picture."""
    product.refresh_from_db()
    photos = Photo.objects.filter(product=product).in_order()
    return list(photos.values_list("pk", flat=True)), product.picture.name


def files_on_disk(folder):
    return sorted(path.name for path in (folder / "media").rglob("*") if path.is_file())


def test_a_photo_is_kept_and_made_and_becomes_the_products_picture(
    product, files_of_this_test
):
    person = make_user()

    (kept,) = add(
        product, upload(file_of(picture(), exif=exif()), "IMG_1.jpg"), by=person
    )
    assert (kept.state, kept.added_by, kept.position) == ("WAITING", person, 0)
    assert work() == 1

    kept.refresh_from_db()
    assert kept.state == Photo.State.READY
    assert (kept.width, kept.height, kept.colour) == (1200, 900, kept.made.colour)
    assert all(there(name) for name in kept.made.names())
    assert shown(product) == ([kept.pk], f"{kept.stem}-800.jpg")
    assert "IMG_1" not in kept.original.name
    assert not list((files_of_this_test / "media").rglob(Path(kept.original.name).name))


def test_the_same_picture_twice_is_kept_once(product):
    first, second, other = add(product, photo(), photo(), photo((1, 2, 3)))

    assert first == second != other
    assert Photo.objects.count() == 2
    assert Step.objects.filter(job=services.MAKE).count() == 2
    assert len(private_files().listdir("originals")[1]) == 2


def test_another_product_may_show_the_same_picture(product):
    add(product, photo())
    add(make_variant().product, photo())

    assert Photo.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<!doctype html><script>alert(1)</script>", Photo.Reason.NO_PICTURE),
        (b"<svg onload='alert(1)'/>", Photo.Reason.OTHER_KIND),
        (b"", Photo.Reason.NO_PICTURE),
        (b"\0\0\0\x20ftypheic" + b"\0" * 99, Photo.Reason.HEIC),
        (b"\xff\xd8\xff" + b"\0" * services.MOST_BYTES, Photo.Reason.TOO_HEAVY),
    ],
)
def test_what_is_no_photo_is_turned_away_in_words_and_the_others_are_kept(
    product, content, reason
):
    added = services.add_photos(
        product_id=product.pk, files=[upload(content, "a.jpg"), photo()]
    )

    assert [(one.name, one.words) for one in added.turned_away] == [
        ("a.jpg", str(reason.label))
    ]
    assert len(added.photos) == Photo.objects.count() == 1
    assert len(private_files().listdir("originals")[1]) == 1


def test_a_product_has_no_more_photos_than_it_may(product, monkeypatch):
    monkeypatch.setattr(services, "MOST_PHOTOS", 2)

    added = services.add_photos(
        product_id=product.pk, files=[photo(colour) for colour in COLOURS]
    )

    assert len(added.photos) == 2
    assert "at most 2 photos" in added.turned_away[0].words
    assert len(private_files().listdir("originals")[1]) == 2


def test_what_the_worker_cannot_use_is_refused_with_the_reason(product):
    bomb, good = add(product, upload(png(50_000, 50_000)), photo())

    work()

    bomb.refresh_from_db()
    assert (bomb.state, bomb.stem) == (Photo.State.REFUSED, "")
    assert "at most 64" in bomb.refusal
    good.refresh_from_db()
    assert shown(product)[1] == good.made.name()
    assert not Step.objects.open().exists()


def test_the_picture_follows_the_first_photo(product):
    red, green, blue = add_made(product)
    assert shown(product) == ([red.pk, green.pk, blue.pk], red.made.name())

    for _ in range(2):
        services.order_photos(product_id=product.pk, ids=[blue.pk, 999_999, red.pk])
        assert shown(product) == ([blue.pk, red.pk, green.pk], blue.made.name())

    services.move_photo(photo_id=green.pk, places=-1)
    assert shown(product) == ([blue.pk, green.pk, red.pk], blue.made.name())
    services.move_photo(photo_id=blue.pk, places=-1)
    services.move_photo(photo_id=red.pk, places=5)
    assert shown(product) == ([blue.pk, green.pk, red.pk], blue.made.name())


def test_a_photo_that_still_waits_is_no_cover(product):
    red, green = add_made(product, *COLOURS[:2])
    (new,) = add(product, photo((9, 9, 9)))

    services.order_photos(product_id=product.pk, ids=[new.pk])

    assert shown(product) == ([new.pk, red.pk, green.pk], red.made.name())


def test_a_photo_of_another_product_cannot_be_ordered(product):
    (foreign,) = add(make_variant().product, photo())
    (own,) = add(product, photo())

    services.order_photos(product_id=product.pk, ids=[foreign.pk, own.pk])

    foreign.refresh_from_db()
    assert foreign.position == 0
    assert shown(product)[0] == [own.pk]


def test_a_cropped_photo_shows_as_it_was_until_it_is_made_anew(product):
    (kept,) = add_made(product, COLOURS[0])
    before = kept.made

    services.crop_photo(photo_id=kept.pk, box=(0.5, 0.5, 1, 1))
    kept.refresh_from_db()
    assert (kept.state, kept.stem) == (Photo.State.WAITING, before.stem)
    assert shown(product)[1] == before.name()
    work()

    kept.refresh_from_db()
    assert (kept.state, kept.width, kept.height) == (Photo.State.READY, 600, 450)
    assert shown(product)[1] == kept.made.name() != before.name()
    assert all(there(name) for name in before.names())  # an open page may show it


def test_the_same_crop_again_makes_nothing(product):
    (kept,) = add_made(product, COLOURS[0])
    for _ in range(2):
        services.crop_photo(photo_id=kept.pk, box=(0.5, 0.5, 1, 1))
    assert work() == 1

    services.crop_photo(photo_id=kept.pk, box=(0.50001, 0.5, 1, 1))
    assert work() == 0
    services.crop_photo(photo_id=kept.pk, box=None)
    services.crop_photo(photo_id=kept.pk, box=(0, 0, 1, 1))
    assert work() == 1
    kept.refresh_from_db()
    assert (kept.crop, kept.width) == (None, 1200)


def test_a_crop_taken_back_before_it_was_made_costs_nothing(product):
    (kept,) = add_made(product, COLOURS[0])
    stem = kept.stem

    services.crop_photo(photo_id=kept.pk, box=(0.5, 0.5, 1, 1))
    services.crop_photo(photo_id=kept.pk, box=None)
    work()

    kept.refresh_from_db()
    assert (kept.state, kept.crop) == (Photo.State.READY, None)
    assert all(there(name) for name in kept.made.names())
    assert kept.stem == stem


@pytest.mark.parametrize(
    "box",
    [
        (0.5, 0.5, 0.5, 0.5),
        (0.6, 0, 0.4, 1),
        (-0.1, 0, 1, 1),
        (0, 0, 1, 1.1),
        (0, 0, float("nan"), 1),
        (0, 0, float("inf"), 1),
        (0, 0, 0.01, 1),
    ],
)
def test_a_crop_that_leaves_nothing_is_refused(product, box):
    (kept,) = add_made(product, COLOURS[0])

    with pytest.raises(services.NoSuchCrop):
        services.crop_photo(photo_id=kept.pk, box=box)

    kept.refresh_from_db()
    assert (kept.crop, kept.state) == (None, Photo.State.READY)
    assert not Step.objects.open().exists()


def test_a_removed_photo_is_gone_and_its_files_go_a_week_later(
    product, files_of_this_test
):
    red, green = add_made(product, *COLOURS[:2])
    services.crop_photo(photo_id=red.pk, box=(0.5, 0.5, 1, 1))
    work()

    for _ in range(2):
        services.remove_photo(photo_id=red.pk)
    work()
    assert shown(product) == ([green.pk], green.made.name())
    assert not private_files().exists(red.original.name)
    assert len(files_on_disk(files_of_this_test)) == 18

    with time_machine.travel(timezone.now() + timedelta(days=8), tick=True):
        work()
    names = [Path(name).name for name in green.made.names()]
    assert files_on_disk(files_of_this_test) == sorted(names)


def test_without_photos_a_product_has_no_picture(product):
    (kept,) = add_made(product, COLOURS[0])

    services.remove_photo(photo_id=kept.pk)

    assert shown(product) == ([], "")


def meanwhile(monkeypatch, act):
    """Do something in the moment when the worker has made its files, once."""
    opened, left = making.made_from, [act]

    def made_from(*facts):
        made = opened(*facts)
        if left:
            left.pop()()
        return made

    monkeypatch.setattr(making, "made_from", made_from)


def test_a_photo_that_is_cropped_while_it_is_made_ends_up_cropped(
    product, monkeypatch, files_of_this_test
):
    (kept,) = add(product, photo())
    meanwhile(
        monkeypatch,
        lambda: services.crop_photo(photo_id=kept.pk, box=(0.5, 0.5, 1, 1)),
    )

    work()

    kept.refresh_from_db()
    assert (kept.state, kept.width) == (Photo.State.READY, 600)
    names = [Path(name).name for name in kept.made.names()]
    assert files_on_disk(files_of_this_test) == sorted(names)


def test_a_photo_that_is_removed_while_it_is_made_leaves_nothing(
    product, monkeypatch, files_of_this_test
):
    (kept,) = add(product, photo())
    meanwhile(monkeypatch, lambda: services.remove_photo(photo_id=kept.pk))

    work()

    assert files_on_disk(files_of_this_test) == []
    assert shown(product) == ([], "")
    assert not Step.objects.open().exists()


def test_a_photo_made_by_two_workers_at_once_is_shown_once(
    product, monkeypatch, files_of_this_test
):
    (kept,) = add(product, photo())

    def another_worker():
        Step.objects.update(due_at=timezone.now())  # the first one's lease ran out
        assert work() == 1

    meanwhile(monkeypatch, another_worker)
    work()

    kept.refresh_from_db()
    names = [Path(name).name for name in kept.made.names()]
    assert files_on_disk(files_of_this_test) == sorted(names)
    assert not Step.objects.open().exists()


def test_what_fails_for_no_fault_of_the_picture_is_tried_again(product, monkeypatch):
    (kept,) = add(product, photo())
    monkeypatch.setattr(making, "PATIENCE", 0.01)
    assert work() == 0
    kept.refresh_from_db()
    assert kept.state == Photo.State.WAITING

    monkeypatch.undo()
    Step.objects.update(due_at=timezone.now())
    work()

    kept.refresh_from_db()
    assert kept.state == Photo.State.READY


@pytest.mark.django_db(transaction=True)
def test_many_phones_at_once_keep_each_photo_once_and_in_a_place_of_its_own():
    product = make_variant().product

    def send(number):
        return add(product, photo(COLOURS[number % 3]), photo((number * 25, 9, 9)))

    in_threads(8, send)

    photos = Photo.objects.filter(product=product)
    assert photos.count() == 11
    assert sorted(photos.values_list("position", flat=True)) == list(range(11))


@pytest.mark.django_db(transaction=True)
def test_ordering_cropping_and_removing_at_once_lock_each_other_out_cleanly():
    product = make_variant().product
    photos = add(product, *(photo((number * 25, 9, 9)) for number in range(4)))
    ids = [one.pk for one in photos]
    acts = [
        lambda: services.order_photos(product_id=product.pk, ids=ids[::-1]),
        lambda: services.crop_photo(photo_id=ids[1], box=(0, 0, 0.5, 0.5)),
        lambda: services.remove_photo(photo_id=ids[2]),
        work,
        work,
    ]

    in_threads(len(acts), lambda number: acts[number]())
    work()

    left = Photo.objects.filter(product=product).in_order()
    assert [one.pk for one in left] == [ids[3], ids[1], ids[0]]
    assert {one.state for one in left} == {"READY"}
    assert left[1].width == 600
    assert Product.objects.get(pk=product.pk).picture.name == left[0].made.name()


DIES = """
import os, signal, django
django.setup()
from catalog.photos import services
from donghai.steps.services import Lane
from donghai.steps.tasks import sweep_until_done
left = [int(os.environ["FILES"])]
store = services._store
def stores_few(name, path):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    store(name, path)
services._store = stores_few
sweep_until_done(lane=Lane.MEDIA)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stored", [0, 3])
def test_a_worker_killed_while_it_writes_leaves_work_and_no_rubbish(
    stored, settings, tmp_path
):
    product = make_variant().product
    (kept,) = add(product, photo())
    address = urlsplit(settings.DATABASE_URL)
    name = connection.settings_dict["NAME"]

    dead = subprocess.run(
        [sys.executable, "-c", DIES],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": address._replace(path=f"/{name}").geturl(),
            "DONGHAI_VAR": str(tmp_path),
            "FILES": str(stored),
        },
        check=False,
    )
    assert dead.returncode == -signal.SIGKILL
    assert len(files_on_disk(tmp_path)) == stored
    kept.refresh_from_db()
    assert (kept.state, kept.stem) == (Photo.State.WAITING, "")

    Step.objects.update(due_at=timezone.now())  # its lease ran out
    work()

    kept.refresh_from_db()
    names = [Path(name).name for name in kept.made.names()]
    assert files_on_disk(tmp_path) == sorted(names)


@pytest.mark.django_db
def test_a_child_that_is_killed_ends_no_worker_and_its_photo_is_made_later(monkeypatch):
    product = make_variant().product
    (kept,) = add(product, photo())
    run = subprocess.run

    def killed(*args, **options):
        return subprocess.CompletedProcess(args, -signal.SIGKILL, "", "")

    monkeypatch.setattr(subprocess, "run", killed)
    assert work() == 0
    monkeypatch.setattr(subprocess, "run", run)
    Step.objects.update(due_at=timezone.now())
    assert work() == 1

    kept.refresh_from_db()
    assert kept.state == Photo.State.READY
