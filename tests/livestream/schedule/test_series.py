"""Repeating sessions, and what a host is told before she saves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection

from hosts.services import NotCertified
from livestream.models import Listing, LiveSession, RoomLog, Series, Studio
from livestream.schedule import planning, recurrence, series
from livestream.sessions import services
from tests.make import (
    make_client,
    make_host,
    make_market,
    make_variant,
)

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)  # a Tuesday
State = LiveSession.State


def plan(country="US", day=date(2026, 10, 23), at=time(22), **facts):
    market = make_market(country)
    wanted = {"title": "Amethyst", "language": market.language, "market": market}
    return services.Plan(**wanted, starts_on=day, starts_time=at, **facts)


def begin(host=None, rule="FREQ=WEEKLY;BYDAY=FR", **facts):
    return series.begin(
        host=host or make_host("en"), plan=plan(**facts), rule=recurrence.Rule(rule)
    )


def local(one):
    return f"{one.local_start:%m-%d %H:%M}"


def of(made):
    return list(made.sessions.order_by("starts_at"))


@pytest.mark.django_db
def test_a_series_makes_eight_weeks_of_sessions_and_the_round_keeps_them_coming():
    with time_machine.travel(NOW, tick=False):
        made = begin()
        first = of(made)
        assert [local(one) for one in first[:3]] == [
            *("10-23 22:00", "10-30 22:00", "11-06 22:00")
        ]
        # the clocks of New York went back in between: an hour later in Donghai
        assert first[2].starts_at - first[1].starts_at == timedelta(days=7, hours=1)
        assert (len(first), RoomLog.objects.count()) == (9, 9)
        assert not Listing.objects.exists()
        assert series.fill_horizon() == 0

    with time_machine.travel(NOW + timedelta(weeks=2), tick=False):
        assert series.fill_horizon() == 1
        assert of(made)[-1].series_day == date(2026, 12, 25)


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_a_date_can_be_moved_or_called_off_and_is_not_made_again():
    host = make_host("en")
    made = begin(host)
    moved, skipped, *rest = of(made)
    listing = Listing.objects.create(
        session=moved,
        variant=make_variant(),
        retail_minor=3000,
        currency="USD",
        host_share_minor=100,
        wholesale_minor=6000,
    )

    services.move_session(
        host=host,
        session_id=moved.pk,
        plan=plan(day=date(2026, 10, 25), at=time(20), minutes=60),
    )
    series.skip(host=host, session_id=skipped.pk)

    assert series.fill(made.pk) == []
    moved.refresh_from_db()
    skipped.refresh_from_db()
    assert (local(moved), moved.length) == ("10-25 20:00", timedelta(hours=1))
    assert (moved.revision, moved.series_day) == (1, date(2026, 10, 23))
    assert moved.listings.get() == listing
    assert (skipped.state, skipped.revision) == (State.CANCELLED, 1)
    assert [one.day for one in made.skipped.all()] == [date(2026, 10, 30)]

    assert series.end(host=host, series_id=made.pk) == 1 + len(rest)
    assert series.end(host=host, series_id=made.pk) == 0
    assert series.fill(made.pk) == []
    assert not made.sessions.exclude(state=State.CANCELLED).exists()


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_dates_after_the_certificate_runs_out_are_named_and_made_once_it_is_renewed():
    host = make_host("en")
    host.languages.update(certified_until=date(2026, 11, 6))

    outlook = planning.look(
        host=host, plan=plan(), rule=recurrence.Rule("FREQ=WEEKLY;BYDAY=FR")
    )
    made = begin(host)

    (said,) = [one.words for one in outlook.cautions if one.kind == "certificate"]
    assert "13 Nov 2026" in said
    assert "6 Nov 2026" not in said
    assert len(of(made)) == 3
    host.languages.update(certified_until=None)
    assert series.fill_horizon() == 6


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"rule": "FREQ=DAILY;UNTIL=20200101"}, recurrence.NotARule),
        ({"day": date(2026, 10, 1), "rule": "FREQ=DAILY;COUNT=3"}, series.NeverComes),
        ({"country": "DE"}, NotCertified),
        ({"day": date(2028, 10, 1)}, services.NotThatDay),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_a_series_that_cannot_be_is_refused_and_leaves_nothing(facts, refusal):
    with pytest.raises(refusal):
        rule = recurrence.parse(
            facts.pop("rule", "FREQ=DAILY"),
            first_day=facts.get("day", date(2026, 10, 23)),
            wall=time(22),
            zone="America/New_York",
        )
        series.begin(host=make_host("en"), plan=plan(**facts), rule=rule)

    assert not Series.objects.exists()
    assert not LiveSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_make_each_date_once():
    with time_machine.travel(NOW, tick=False):
        made = begin()
        RoomLog.objects.all().delete()
        made.sessions.all().delete()

        def fill(_number):
            try:
                return len(series.fill(made.pk))
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as threads:
            counts = sorted(threads.map(fill, range(4)))

    assert counts == [0, 0, 0, 9]
    assert made.sessions.count() == 9


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_rest_and_clashes_of_host_room_and_language_are_told_and_nothing_else():
    room = Studio.objects.create(name="Room 3")
    host, other, third = make_host("en"), make_host("en", name="Li"), make_host("es")
    services.schedule_session(host=host, plan=plan(at=time(22), studio_id=room.pk))

    def said(who, **facts):
        found = planning.look(host=who, plan=plan(**facts)).cautions
        return [(one.kind, one.words) for one in found]

    assert said(host, at=time(23)) == [
        ("own", "23 Oct: you have “Amethyst” then, too, from 22:00.")
    ]
    assert said(host, day=date(2026, 10, 24), at=time(7, 59)) == [
        ("rest", "24 Oct: less than 8 hours of rest beside “Amethyst”, 22:00.")
    ]
    assert said(host, day=date(2026, 10, 24), at=time(8)) == []
    assert said(host, at=time(12)) == []
    assert said(third, country="MX", at=time(20), studio_id=room.pk) == [
        ("room", f"23 Oct: {host} is in Room 3 then, from 20:00.")
    ]
    assert said(other, at=time(23, 59)) == [
        (
            "language",
            f"23 Oct: {host} is live in English for United States then, too, "
            "from 22:00.",
        )
    ]
    assert said(other, day=date(2026, 10, 24), at=time(0)) == []


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_the_plan_page_says_what_speaks_against_keeps_what_was_typed_and_goes_on():
    host = make_host("en")
    make_market("US")
    page = make_client(host.user)
    typed = {
        "title": "Amethyst",
        "market": "US",
        "language": "en",
        "starts_on": "2026-10-23",
        "starts_time": "22:00",
        "minutes": "120",
        "repeat": "WEEKLY",
        "weekdays": ["TU", "FR"],
        "until": "2026-11-10",
    }

    shown = page.post("/studio/plan/", typed)

    words = "From 1 Nov your 22:00 in New York is 11:00 in Donghai, not 10:00."
    assert words in shown.content.decode()
    assert 'value="Amethyst"' in shown.content.decode()
    assert not LiveSession.objects.exists()

    seen = shown.context["outlook"].seen
    stale = page.post("/studio/plan/", typed | {"until": "2026-10-30", "anyway": seen})
    assert stale.status_code == 302  # nothing speaks against the shorter one
    Series.objects.update(ended_at=NOW)
    page.post("/studio/plan/", typed | {"starts_time": "21:00", "anyway": seen})
    assert Series.objects.count() == 1  # it saw other words
    gone_on = page.post("/studio/plan/", typed | {"title": "B", "anyway": seen})
    assert gone_on.status_code == 200  # rest beside the first one was not seen yet

    studio = page.get("/studio/").content.decode()
    assert "in Donghai" in studio


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_a_host_changes_one_date_by_plain_forms_and_nobody_else_does():
    host = make_host("en")
    made = begin(host)
    first, second, *_rest = of(made)
    page, stranger = make_client(host.user), make_client(make_host("en").user)
    when = {"starts_on": "2026-10-24", "starts_time": "20:00", "minutes": "60"}
    acts = {
        f"/studio/{first.pk}/date/": when,
        f"/studio/{second.pk}/skip/": {},
        f"/studio/series/{made.pk}/end/": {},
    }

    for address, typed in acts.items():
        assert stranger.post(address, typed).status_code == 404
    assert set(made.sessions.values_list("revision", flat=True)) == {0}

    shown = page.get(f"/studio/{first.pk}/date/").content.decode()
    assert 'value="22:00"' in shown
    for address, typed in acts.items():
        assert page.post(address, typed).headers["Location"] == "/studio/"
    first.refresh_from_db()
    made.refresh_from_db()
    assert first.starts_time == time(20)
    assert made.ended_at == NOW
    assert not made.sessions.filter(state=State.SCHEDULED).exists()
