"""The schedule, and a host's studio."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from livestream.models import Listing, LiveSession
from tests.make import (
    make_client,
    make_host,
    make_listing,
    make_market,
    make_rules,
    make_session,
    make_user,
    make_variant,
)


@pytest.mark.django_db
def test_the_schedule_lists_who_is_on_air_and_who_is_next(client):
    on_air = make_session()
    to_come = make_session(on_air=False, country="MX")
    LiveSession.objects.filter(pk=to_come.pk).update(
        starts_at=timezone.now() + timedelta(hours=1),
        ends_at=timezone.now() + timedelta(hours=3),
    )

    page = client.get("/schedule/").content.decode()
    spanish = client.get("/schedule/?language=es").content.decode()

    assert f"/live/{on_air.pk}/" in page
    assert f"/live/{to_come.pk}/" in page
    assert f'href="/live/{on_air.pk}/"' not in spanish


@pytest.mark.django_db
def test_only_a_host_enters_the_studio_and_only_her_own_sessions():
    session = make_session()

    assert make_client(make_user()).get("/studio/").status_code == 403
    other = make_client(make_host().user)
    assert other.get(f"/studio/{session.pk}/pieces/").status_code == 404
    assert other.post(f"/studio/{session.pk}/end/").status_code == 404


@pytest.mark.django_db
def test_a_host_plans_a_session_on_the_markets_wall_clock():
    make_rules()
    make_market("MX")
    host = make_host("es")
    day = timezone.localdate() + timedelta(days=3)

    answer = make_client(host.user).post(
        "/studio/plan/",
        {
            "title": "Noche de amatista",
            "market": "MX",
            "language": "es",
            "starts_on": day.isoformat(),
            "starts_time": "22:00",
            "minutes": "120",
        },
    )

    session = LiveSession.objects.get()
    assert answer.headers["Location"] == f"/studio/{session.pk}/pieces/"
    assert session.local_start.strftime("%H:%M") == "22:00"
    assert session.currency == "MXN"


@pytest.mark.django_db
def test_a_plan_in_a_language_without_certificate_goes_back_with_what_was_typed():
    make_market("DE")
    host = make_host("es")

    page = make_client(host.user).post(
        "/studio/plan/",
        {"title": "Kristall", "market": "DE", "language": "de", "minutes": "60"},
    )

    assert page.status_code == 200
    assert 'value="Kristall"' in page.content.decode()
    assert not LiveSession.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("variant", ["abc", "9" * 24, "", "-1", "²"])
def test_a_piece_that_cannot_be_is_not_found(variant):
    session = make_session()

    answer = make_client(session.host.user).post(
        f"/studio/{session.pk}/pieces/link/", {"variant": variant, "retail": "30"}
    )

    assert answer.status_code == 404
    assert not Listing.objects.exists()


@pytest.mark.django_db
def test_going_live_long_before_its_time_is_asked_about_first():
    session = make_session(on_air=False)
    client = make_client(session.host.user)
    asked = []

    for minutes in (31, 29, -5):
        moment = timezone.now() + timedelta(minutes=minutes)
        LiveSession.objects.update(starts_at=moment)
        asked.append(client.get(f"/studio/{session.pk}/desk/").context["is_early"])

    assert asked == [True, False, False]


@pytest.mark.django_db
def test_next_takes_up_what_follows_and_leaves_out_what_is_gone():
    session = make_session()
    first = make_listing(session=session)
    make_listing(session=session, variant=make_variant(on_hand=0))
    third = make_listing(session=session)
    client = make_client(session.host.user)

    for wanted in (first, third, first):
        client.post(f"/studio/{session.pk}/next/")
        assert session.listings.pinned().get() == wanted


@pytest.mark.django_db
def test_a_host_goes_live_and_ends_by_plain_forms():
    session = make_session(on_air=False)
    client = make_client(session.host.user)

    client.post(f"/studio/{session.pk}/go-live/")
    session.refresh_from_db()
    assert session.state == LiveSession.State.ON_AIR

    client.post(f"/studio/{session.pk}/end/")
    session.refresh_from_db()
    assert session.state == LiveSession.State.ENDED


@pytest.mark.django_db
def test_who_is_logged_out_is_told_so_by_the_desks_buttons():
    session = make_session(on_air=False)
    door = f"/studio/{session.pk}/go-live/"
    by_script = {"accept": "application/json"}

    refused = Client().post(door, headers=by_script)

    session.refresh_from_db()
    assert (refused.status_code, refused.json()["code"]) == (401, "logged_out")
    assert session.state == LiveSession.State.SCHEDULED
    make_session(host=session.host)
    busy = make_client(session.host.user).post(door, headers=by_script)
    assert busy.json()["title"]
    session.refresh_from_db()
    assert session.state == LiveSession.State.SCHEDULED


@pytest.mark.django_db
def test_a_date_to_change_has_its_day_in_every_language_until_it_is_over():
    session = make_session(on_air=False)
    client = make_client(session.host.user)
    page = f"/studio/{session.pk}/date/"

    shown = client.get(page, headers={"accept-language": "zh-hans"}).content.decode()
    assert f'value="{session.starts_on.isoformat()}"' in shown

    client.post(f"/studio/{session.pk}/cancel/")
    refused = client.get(page)
    assert refused.status_code == 409
    assert 'name="starts_on"' not in refused.content.decode()
