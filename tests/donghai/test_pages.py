"""What templates say of moments, places and amounts; pages of errors; languages."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from donghai.money import Money
from donghai.templatetags import pages

MOMENT = datetime(2026, 11, 21, 22, 16, 5, tzinfo=UTC)


def said(tag, zone=""):
    request = RequestFactory().get("/")
    if zone:
        request.COOKIES["zone"] = zone
    context = Context({"at": MOMENT, "request": request})
    return Template("{% load pages %}" + tag).render(context)


def test_a_moment_is_said_in_the_viewers_zone_once_the_browser_told_it():
    html = said("{% moment at %}", zone="Europe/Berlin")

    assert '<time datetime="2026-11-21T22:16:05+00:00" data-show="time">' in html
    assert ">23:16<" in html


def test_a_moment_names_utc_while_nobody_knows_where_the_viewer_is():
    assert ">22:16 UTC<" in said("{% moment at %}")
    for unknown in ("../etc/passwd", "Etc/Unknown", "Mars/Base"):
        assert ">22:16 UTC<" in said("{% moment at %}", zone=unknown)


def test_a_moment_in_a_named_zone_is_not_said_again_by_the_browser():
    html = said('{% moment at "time" "America/Mexico_City" %}', zone="Asia/Tokyo")

    assert 'data-zone="America/Mexico_City"' in html
    assert ">16:16<" in html


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "22 Nov, 06:16"), ("zh-hans", "11月22日 06:16")],
)
def test_a_full_moment_is_said_as_the_reader_says_it(language, words):
    with translation.override(language):
        html = said('{% moment at "full" %}', zone="Asia/Shanghai")

    assert f">{words}<" in html


@time_machine.travel(MOMENT, tick=False)
def test_days_near_by_have_names():
    with translation.override("en"):
        assert ">Today<" in said('{% moment at "day" %}', zone="UTC")
        tomorrow = datetime(2026, 11, 22, 12, tzinfo=UTC)
        monday = datetime(2026, 11, 23, 12, tzinfo=UTC)
        assert pages.day_in_words(tomorrow) == "Tomorrow"
        assert pages.day_in_words(monday) == "Monday"
        assert pages.day_in_words(datetime(2026, 12, 4, tzinfo=UTC)) == "4 Dec"


def test_places_countries_and_yuan_are_said_in_the_readers_language():
    with translation.override("zh-hans"):
        assert pages.country("DE") == "德国"
        assert pages.place("America/Mexico_City") == "墨西哥城"
    with translation.override("en"):
        assert pages.country("DE") == "Germany"
        assert pages.yuan(Money.of("66.50", "CNY")) == "¥66.50"
        assert pages.grouped(1248) == "1,248"


@pytest.mark.django_db
def test_an_address_with_nothing_says_so_and_shows_ways_on(client):
    page = client.get("/nothing/here/")

    assert page.status_code == 404
    assert b"There is nothing at this address." in page.content


@pytest.mark.django_db
def test_the_language_switch_turns_the_page_chinese(client):
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})

    page = client.get("/").content.decode()

    assert '<html lang="zh-hans" dir="ltr">' in page
    assert "正在直播" in page


@pytest.mark.django_db
def test_signing_in_wears_our_clothes(client):
    for address in ("login", "signup", "password/reset"):
        page = client.get(f"/account/{address}/").content.decode()
        assert 'class="panel entrance"' in page


def test_no_template_holds_a_script_or_a_style_of_its_own():
    for path in Path(settings.BASE_DIR / "templates").rglob("*.html"):
        if "mails" in path.parts:
            continue  # mail programs know no stylesheets
        text = path.read_text()
        assert not re.search(r"<script(?![^>]*src=)|<style|style=\"| on\w+=\"", text), (
            path
        )


CHINESE = settings.LOCALE_PATHS[0] / "zh_Hans" / "LC_MESSAGES"


def test_every_string_of_ours_is_chinese_too():
    entries = (CHINESE / "django.po").read_text().split("\n\n")[1:]
    empty = [
        entry
        for entry in entries
        if re.search(r'msgstr(\[0\])? ""(\n#|\n?$)', entry) or "#, fuzzy" in entry
    ]

    assert empty == []


def test_the_compiled_chinese_is_that_of_its_source():
    translation.trans_real._translations.clear()
    with translation.override("zh-hans"):
        assert translation.gettext("I want it!") == "我要！"
    source = (CHINESE / "django.po").stat().st_size
    assert (CHINESE / "django.mo").stat().st_size > source / 3


def test_production_finds_every_file_that_pages_name(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "donghai.storage.HashedStaticFiles"}
    }

    call_command("collectstatic", verbosity=0, interactive=False)

    (room,) = (tmp_path / "js" / "orders").glob("session.????????????.js")
    assert re.search(r'from "../livestream/events\.[0-9a-f]{12}\.js"', room.read_text())
