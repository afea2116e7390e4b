import io

import pytest
from PIL import Image, ImageChops, ImageStat

from catalog import drawing
from orders.management import market


@pytest.mark.parametrize("form", drawing.FORMS)
def test_every_form_is_drawn_square_in_colour_on_a_light_ground(form):
    picture = drawing.draw_piece(mineral="AMETHYST", form=form, sku="A-1", size=120)

    assert (picture.size, picture.mode) == ((120, 120), "RGB")
    assert min(picture.getpixel((2, 117))) > 180
    assert max(ImageStat.Stat(picture).stddev) > 12


@pytest.mark.parametrize("mineral", drawing.MINERALS)
def test_every_mineral_is_drawn_as_beads_and_as_a_point(mineral):
    for form in ("BRACELET", "TOWER"):
        picture = drawing.draw_piece(mineral=mineral, form=form, sku="A-1", size=120)

        assert max(ImageStat.Stat(picture).stddev) > 8


def test_the_same_sku_gives_the_same_picture_and_another_sku_another():
    def draw(sku: str) -> Image.Image:
        return drawing.draw_piece(mineral="FLUORITE", form="TOWER", sku=sku, size=120)

    assert draw("F-1").tobytes() == draw("F-1").tobytes()
    assert ImageChops.difference(draw("F-1"), draw("F-2")).getbbox() is not None


def test_amethyst_is_purple_and_citrine_is_golden():
    def middle(mineral):
        picture = drawing.draw_piece(
            mineral=mineral, form="SPHERE", sku="S-1", size=120
        )
        return picture.crop((45, 40, 70, 65)).resize((1, 1)).getpixel((0, 0))

    red, green, blue = middle("AMETHYST")
    assert blue > red > green
    red, green, blue = middle("CITRINE")
    assert red > green > blue


def test_a_host_keeps_the_same_portrait():
    one = drawing.draw_portrait(name="Liu Yan", size=96)

    assert (one.size, one.mode) == ((96, 96), "RGB")
    assert one.tobytes() == drawing.draw_portrait(name="Liu Yan", size=96).tobytes()


def test_a_cover_is_upright_and_dark_where_words_stand():
    cover = drawing.draw_cover(mineral="AMETHYST", seed="1", size=(160, 200))

    assert cover.size == (160, 200)
    assert max(ImageStat.Stat(cover.crop((0, 170, 160, 200))).mean) < 60


def test_pictures_are_saved_as_progressive_jpeg_or_webp(tmp_path):
    picture = drawing.draw_portrait(name="Liu Yan", size=64)
    drawing.save_picture(picture, tmp_path / "host.jpg")
    drawing.save_picture(picture, tmp_path / "host.webp")
    memory = io.BytesIO()
    drawing.save_picture(picture, memory)

    with Image.open(tmp_path / "host.jpg") as jpeg:
        assert (jpeg.format, jpeg.info.get("progressive")) == ("JPEG", 1)
    with Image.open(tmp_path / "host.webp") as webp:
        assert webp.format == "WEBP"
    with Image.open(memory) as kept:
        assert kept.format == "JPEG"


def test_what_the_demo_market_lists_can_be_drawn():
    assert set(drawing.MINERALS) == set(market.MINERALS)
    assert set(drawing.FORMS) == set(market.FORMS)
