"""Calendar files: one session, and feeds that keep up with what changes."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from icalendar import Calendar

from livestream.models import LiveSession
from livestream.schedule import calendars
from livestream.sessions import services
from tests.make import make_host, make_market, make_session


def entries(answer):
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return {str(one["UID"]): one for one in Calendar.from_ical(answer.content).events}


@pytest.mark.django_db
def test_one_session_goes_into_a_calendar_in_its_markets_zone(client):
    session = make_session(on_air=False)

    answer = client.get(f"/live/{session.pk}/calendar.ics")

    (entry,) = entries(answer).values()
    assert entry["DTSTART"].dt == session.starts_at
    assert entry["DTSTART"].params["TZID"] == "America/New_York"
    assert entry["DURATION"].dt == session.length
    assert entry["URL"] == f"http://127.0.0.1:8000/live/{session.pk}/"


@pytest.mark.django_db
def test_a_feed_has_what_was_and_will_be_and_marks_what_is_called_off(client):
    host = make_host("en")
    coming, off = (make_session(host=host, on_air=False) for _ in range(2))
    stranger = make_session(country="MX", on_air=False)
    past, long_past = (make_session(host=host, on_air=False) for _ in range(2))
    for session, days in ((past, 59), (long_past, 61)):
        then = timezone.now() - timedelta(days=days)
        LiveSession.objects.filter(pk=session.pk).update(
            starts_at=then, ends_at=then + timedelta(hours=2), state="ENDED"
        )
    LiveSession.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    before = entries(client.get(f"/hosts/{host.slug}/calendar.ics"))
    services.cancel_session(host=host, session_id=off.pk)

    answer = client.get(f"/hosts/{host.slug}/calendar.ics")

    after = entries(answer)
    names = {one.pk: f"session-{one.pk}@127.0.0.1" for one in (coming, off, past)}
    assert set(before) == set(after) == set(names.values())
    called_off, was = after[names[off.pk]], before[names[off.pk]]
    assert (called_off["STATUS"], was["STATUS"]) == ("CANCELLED", "CONFIRMED")
    assert (called_off["SEQUENCE"], was["SEQUENCE"]) == (1, 0)
    assert called_off["LAST-MODIFIED"].dt > was["LAST-MODIFIED"].dt
    text = answer.content.decode()
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text
    assert "X-PUBLISHED-TTL:PT1H" in text
    assert text.count("BEGIN:VTIMEZONE") == 1

    english = entries(client.get("/schedule/calendar.ics?language=en"))
    mexico = entries(client.get("/schedule/calendar.ics?market=MX"))
    both = entries(client.get("/schedule/calendar.ics?market=MX&language=en"))
    assert (set(english), both) == (set(after), {})
    assert list(mexico) == [f"session-{stranger.pk}@127.0.0.1"]


@pytest.mark.django_db
def test_a_feed_that_did_not_change_is_not_sent_again(
    client, django_assert_max_num_queries
):
    host = make_host("en")
    session = make_session(host=host, on_air=False)
    address = f"/hosts/{host.slug}/calendar.ics"
    etag = client.get(address).headers["ETag"]

    with django_assert_max_num_queries(2):
        unchanged = client.get(address, headers={"If-None-Match": etag})
    services.cancel_session(host=host, session_id=session.pk)
    changed = client.get(address, headers={"If-None-Match": etag})

    assert (unchanged.status_code, changed.status_code) == (304, 200)
    assert changed.headers["ETag"] != etag


@pytest.mark.django_db
def test_a_feed_says_which_sessions_it_has(client, monkeypatch):
    host = make_host("en")
    sessions = [make_session(host=host, on_air=False) for _ in range(3)]
    for session, days in zip(sessions, (-20, 30, 40), strict=True):
        then = timezone.now() + timedelta(days=days)
        LiveSession.objects.filter(pk=session.pk).update(
            starts_at=then, ends_at=then + timedelta(hours=2)
        )
    address = f"/hosts/{host.slug}/calendar.ics"
    whole = Calendar.from_ical(client.get(address).content)
    monkeypatch.setattr(calendars, "MOST", 2)
    cache.clear()

    cut = Calendar.from_ical(client.get(address).content)

    assert len(whole.events) == 3
    assert whole["DESCRIPTION"].startswith("The sessions of the last 60 days")
    assert len(cut.events) == 2
    days = [f"{timezone.now() + timedelta(days=n):%Y-%m-%d}" for n in (30, 40)]
    said = f"The 2 sessions nearest to now, {days[0]} to {days[1]}. "
    assert cut["DESCRIPTION"].startswith(said)


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["", "?language=xx", "?market=ZZ", "?market=%F0"])
def test_there_is_no_calendar_of_everything(client, asked):
    make_market("US")

    assert client.get(f"/schedule/calendar.ics{asked}").status_code == 404


@pytest.mark.django_db
def test_the_schedule_by_market_offers_its_calendar(client):
    make_session(on_air=False)
    mexican = make_session(country="MX", on_air=False)

    page = client.get("/schedule/?market=MX").content.decode()

    assert page.count('class="agenda-row"') == 1
    assert f'href="/live/{mexican.pk}/remind/"' in page
    assert "webcal://127.0.0.1:8000/schedule/calendar.ics?market=MX" in page
