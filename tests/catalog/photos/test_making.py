"""What is made of a file, and what is refused before it costs anything."""

import json
import resource
import subprocess
import sys
import tracemalloc
import zlib
from functools import cache
from io import BytesIO

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as pace
from hypothesis import strategies as some
from PIL import Image, ImageCms

from catalog.photos import child, making
from catalog.photos.kinds import kind_of
from catalog.photos.making import Reason
from tests.catalog.photos.pictures import GPS, chunk, exif, file_of, picture, png

PEAK = (
    "import resource, subprocess, sys;"
    "ended = subprocess.run(sys.argv[1:], env={}, capture_output=True, text=True);"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
    "print(used.ru_maxrss // 1024, ended.stdout)"
)


def make(content, crop=None):
    """The made files by size and kind, as pictures, with what was said of them."""
    with making.made_from(BytesIO(content), crop) as files:
        made = {
            (size, kind): Image.open(BytesIO(path.read_bytes()))
            for size, kind, path in files.each()
        }
        return files, made


def refusal(content):
    with (
        pytest.raises(making.Unusable) as refused,
        making.made_from(BytesIO(content), None),
    ):
        pass
    return refused.value.reason


def cost(folder, content, crop=making.WHOLE):
    """Megabytes a child needed at its peak, and what it said."""
    (folder / "original").write_bytes(content)
    command = [sys.executable, "-m", "catalog.photos.child", str(folder)]
    said = subprocess.run(
        [sys.executable, "-c", PEAK, *command, json.dumps(crop)],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    megabytes, answer = said.split(maxsplit=1)
    return int(megabytes), json.loads(answer)


def test_a_photo_comes_in_three_sizes_as_webp_and_jpeg():
    files, made = make(file_of(picture((2400, 1800))))

    sizes = {place: (image.format, image.size) for place, image in made.items()}
    assert sizes == {
        (320, "jpg"): ("JPEG", (320, 240)),
        (320, "webp"): ("WEBP", (320, 240)),
        (800, "jpg"): ("JPEG", (800, 600)),
        (800, "webp"): ("WEBP", (800, 600)),
        (1600, "jpg"): ("JPEG", (1600, 1200)),
        (1600, "webp"): ("WEBP", (1600, 1200)),
    }
    assert (files.width, files.height) == (1600, 1200)


def test_a_small_picture_is_never_enlarged():
    _, made = make(file_of(picture((500, 700))))

    assert made[1600, "jpg"].size == made[800, "jpg"].size == (500, 700)
    assert made[320, "webp"].size == (229, 320)


@pytest.mark.parametrize("size", [(5, 4000), (4000, 5), (1, 30000), (1, 1)])
def test_a_thin_picture_keeps_at_least_a_pixel_each_way(size):
    _, made = make(file_of(picture(size), "PNG"))

    for (longest, _kind), image in made.items():
        assert max(image.size) == min(longest, max(size))
        assert min(image.size) >= 1


def turned_by(image, orientation):
    """What a camera stores of an upright picture when it is held so."""
    ways = Image.Transpose
    turns = {
        2: ways.FLIP_LEFT_RIGHT,
        3: ways.ROTATE_180,
        4: ways.FLIP_TOP_BOTTOM,
        5: ways.TRANSPOSE,
        6: ways.ROTATE_90,
        7: ways.TRANSVERSE,
        8: ways.ROTATE_270,
    }
    return image.transpose(turns[orientation]) if orientation > 1 else image


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright_however_the_phone_was_held(orientation):
    lying = turned_by(picture((400, 300)), orientation)

    _, made = make(file_of(lying, exif=exif(orientation), quality=95))

    image = made[1600, "jpg"]
    assert image.size == (400, 300)
    assert min(image.getpixel((20, 20))) > 240
    for violet in ((380, 20), (20, 280), (380, 280)):
        assert image.getpixel(violet)[1] < 90


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_crop_is_taken_of_the_upright_photo(orientation, kind):
    lying = turned_by(picture((4000, 3000)), orientation)

    content = file_of(lying, kind, exif=exif(orientation))
    image = make(content, (0.3, 0.4, 0.9, 0.6))[1][1600, "jpg"]

    assert image.size == (1600, 400)
    width, height = image.size
    assert min(image.getpixel((width // 4, height // 4))) > 240
    for x, y in ((3, 1), (1, 3), (3, 3)):
        assert image.getpixel((width * x // 4, height * y // 4))[1] < 90


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_the_phone_wrote_beside_the_picture_is_left(kind):
    words = {"comment": b"COMMENTMARK"} if kind == "JPEG" else {}
    content = file_of(picture(), kind, exif=exif(), xmp=b"<x>XMPMARK</x>", **words)
    assert GPS in content

    with making.made_from(BytesIO(content), None) as files:
        for _size, _kind, path in files.each():
            there = path.read_bytes()
            for mark in (
                GPS,
                b"MAKERMARK",
                b"COMMENTMARK",
                b"XMPMARK",
                b"Exif",
                b"ICC",
            ):
                assert mark not in there


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (picture(mode="CMYK"), "JPEG"),
        (picture(mode="L"), "JPEG"),
        (picture(mode="P"), "PNG"),
        (picture(mode="1"), "PNG"),
        (picture(mode="LA"), "PNG"),
        (picture(mode="RGBA"), "WEBP"),
        (Image.new("I;16", (300, 200), 40_000), "PNG"),
    ],
)
def test_every_way_to_keep_colours_becomes_plain_rgb(image, kind):
    _, made = make(file_of(image, kind))

    assert {one.mode for one in made.values()} == {"RGB"}


def test_sixteen_bits_of_grey_keep_their_brightness():
    _, made = make(file_of(Image.new("I;16", (300, 200), 0x8000), "PNG"))

    assert abs(made[320, "jpg"].getpixel((10, 10))[0] - 0x80) < 3


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_shines_through_stands_on_white(mode):
    clear = Image.new("RGBA", (300, 300), (0, 0, 0, 0)).convert(mode)
    options = {"transparency": clear.getpixel((0, 0))} if mode == "P" else {}

    files, made = make(file_of(clear, "PNG", **options))

    assert min(made[320, "jpg"].getpixel((50, 50))) > 250
    assert files.colour == "ffffff"


def test_colours_of_another_profile_are_said_in_srgb():
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = own.replace(b"rXYZ", b"----").replace(b"bXYZ", b"rXYZ")
    swapped = swapped.replace(b"----", b"bXYZ")  # what it calls red is blue
    red = file_of(picture(colour=(200, 40, 40)), "PNG", icc_profile=swapped)

    red_seen, _, blue_seen = make(red)[1][320, "jpg"].getpixel((300, 200))

    assert red_seen < 60
    assert blue_seen > 180


@pytest.mark.parametrize("space", ["XYZ", "LAB", ""])
def test_a_profile_that_cannot_be_meant_is_passed_over(space):
    profile = b"no profile at all"
    if space:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()

    _, made = make(file_of(picture(colour=(200, 40, 40)), icc_profile=profile))

    assert abs(made[320, "jpg"].getpixel((300, 200))[0] - 200) < 4


def test_the_placeholder_is_the_average_colour():
    image = Image.new("RGB", (400, 400), (200, 0, 0))
    image.paste((0, 0, 200), (0, 0, 200, 400))

    assert make(file_of(image, "PNG"))[0].colour in ("640064", "650065", "640065")


def test_a_crop_of_a_large_photo_is_as_sharp_as_it_can_be():
    _, made = make(file_of(picture((4000, 3000))), (0.1, 0.1, 0.5, 0.5))

    assert made[1600, "jpg"].size == (1600, 1200)


parts = some.floats(0, 1, allow_nan=False)


@given(
    some.tuples(parts, parts, parts, parts),
    some.integers(1, 5000),
    some.integers(1, 5000),
)
@pace(max_examples=300)
def test_every_crop_lies_inside_and_leaves_something(corners, width, height):
    left, right = sorted(corners[:2])
    top, bottom = sorted(corners[2:])

    x, y, to_x, to_y = child._pixels((width, height), (left, top, right, bottom))

    assert 0 <= x < to_x <= width
    assert 0 <= y < to_y <= height


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (b"\xff\xd8\xff\xe1", "JPEG"),
        (b"\0\0\0\x20ftypheic", "HEIC"),
        (b"\0\0\0\x20ftypmif1", "HEIC"),
        (b"\0\0\0\x20ftypavif", "OTHER"),
        (b"GIF89a", "OTHER"),
        (b"<svg xmlns=", "OTHER"),
        (b"<!doctype html>", ""),
        (b"MZ\x90", ""),
        (b"", ""),
    ],
)
def test_a_file_is_what_its_first_bytes_say(first, kind):
    assert kind_of(first) == kind


def long_text(name, content):
    return chunk(name, b"words\0" + content)


def moving(kind):
    frames = [picture((90, 90), (1, 2, shade)) for shade in (3, 99)]
    return file_of(frames[0], kind, save_all=True, append_images=frames[1:])


MOVING = moving("WEBP")
BOMB = zlib.compress(b"\0" * 200_000_000, 9)
BAD = {
    "a header of 50,000 by 50,000": (png(50_000, 50_000), Reason.TOO_MANY_PIXELS),
    "a JPEG of 65,000 by 65,000": (
        file_of(picture((64, 64))).replace(b"\0\x40\0\x40", b"\xfd\xe8\xfd\xe8", 1),
        Reason.TOO_MANY_PIXELS,
    ),
    "a bomb in iTXt": (
        png(8, 8, chunk(b"iTXt", b"words\0\1\0\0\0" + BOMB)),
        Reason.TOO_COSTLY,
    ),
    "a bomb in zTXt": (png(8, 8, long_text(b"zTXt", b"\0" + BOMB)), Reason.TOO_COSTLY),
    "a bomb in iCCP": (png(8, 8, long_text(b"iCCP", b"\0" + BOMB)), Reason.TOO_COSTLY),
    "a picture cut short": (file_of(picture())[:3000], Reason.DAMAGED),
    "a PNG cut short": (png(3000, 3000, data=b"\0" * 5000), Reason.DAMAGED),
    "only the first bytes of a JPEG": (b"\xff\xd8\xff\xe0", Reason.DAMAGED),
    "a PNG without a header": (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, Reason.DAMAGED),
    "an empty WebP": (b"RIFF\x04\0\0\0WEBP", Reason.DAMAGED),
    "an SVG": (b"<svg onload='alert(1)'/>", Reason.OTHER_KIND),
    "a page": (b"<!doctype html><script>alert(1)</script>", Reason.OTHER_KIND),
    "a GIF": (file_of(picture(), "GIF"), Reason.OTHER_KIND),
    "an animated WebP": (MOVING, Reason.MOVES),
    "an animated PNG": (moving("PNG"), Reason.MOVES),
    "a WebP that wants a canvas of 16,777,215 by 255": (
        MOVING[:24] + b"\xff\xff\xff\xff\0\0" + MOVING[30:],
        Reason.DAMAGED,
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_would_do_harm_is_refused_with_its_reason_and_costs_little(name, tmp_path):
    content, reason = BAD[name]

    megabytes, answer = cost(tmp_path, content)

    assert answer == {"unfit": reason}
    assert megabytes < 150
    assert [path.name for path in tmp_path.iterdir()] == ["original"]
    assert refusal(content) == reason


def test_a_picture_that_is_also_a_page_becomes_a_picture_alone():
    page = b"<script>alert(1)</script>"

    with making.made_from(BytesIO(file_of(picture()) + page), None) as files:
        assert all(page not in path.read_bytes() for *_, path in files.each())


@cache
def large(size, kind, **options):
    ground = Image.radial_gradient("L").resize(size, Image.Resampling.NEAREST)
    return file_of(ground.convert("RGB"), kind, **options)


@pytest.mark.parametrize(
    ("size", "kind", "options"),
    [
        ((4032, 3024), "JPEG", {}),
        ((9216, 6912), "JPEG", {}),
        ((9216, 6912), "JPEG", {"progressive": True, "quality": 40}),
        ((7300, 5450), "PNG", {"compress_level": 1}),
        ((4608, 3456), "WEBP", {"method": 0}),
    ],
)
@pytest.mark.parametrize("crop", [making.WHOLE, (0.4, 0.4, 0.5, 0.5)])
def test_the_largest_photos_are_made_within_350_megabytes(
    size, kind, options, crop, tmp_path
):
    content = large(size, kind, **options)

    megabytes, answer = cost(tmp_path, content, crop)

    assert "size" in answer
    assert megabytes < 350


def test_a_worker_opens_nothing_itself(tmp_path):
    content = png(6000, 6000, data=b"\0" * 6001 * 6000)
    tracemalloc.start()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime

    make(content)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 1
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


def test_a_child_that_takes_too_long_is_worth_another_try(monkeypatch):
    monkeypatch.setattr(making, "PATIENCE", 0.01)

    with pytest.raises(making.Unmade), making.made_from(BytesIO(b"x"), None):
        pass
