"""Wall time over a year of clock changes in forty zones, and calendars that agree."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from icalendar import Calendar

from hosts.models import Host
from livestream.models import LiveSession
from livestream.schedule import calendars, cautions, recurrence
from livestream.schedule.recurrence import NotARule, Rule
from livestream.sessions.services import moment_of

# With and without summer time, both hemispheres, half and quarter hours, Lord Howe's
# half-hour change, Ramadan in Morocco, Egypt, the Troll station's two hours
PLACES = {
    "America": (
        "New_York Chicago Denver Phoenix Los_Angeles Anchorage Halifax St_Johns "
        "Mexico_City Tijuana Havana Bogota Lima Sao_Paulo Santiago Asuncion "
        "Nuuk "
    ),
    "Pacific": "Honolulu Auckland Chatham",
    "Atlantic": "Azores",
    "Europe": "London Dublin Berlin Athens Moscow Chisinau",
    "Africa": "Cairo Casablanca Lagos",
    "Antarctica": "Troll",
    "Asia": "Jerusalem Beirut Dubai Kolkata Kathmandu Shanghai Tokyo Yangon",
    "Australia": "Adelaide Brisbane Lord_Howe Sydney",
}
ZONES = [f"{where}/{place}" for where in PLACES for place in PLACES[where].split()]
YEAR = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
WALLS = [time(22), *(time(h, 30) for h in (23, 0, 1, 2, 3)), time(1, 45), time(2, 15)]


def odd(day: date, wall: time, there: ZoneInfo) -> str:
    """Told by counting which moments of two days a clock shows `wall` of `day`."""
    wanted = datetime.combine(day, wall)
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    quarters = (noon + timedelta(minutes=15 * n) for n in range(-160, 160))
    shown = sum(q.astimezone(there).replace(tzinfo=None) == wanted for q in quarters)
    return ("skipped", "", "repeated")[shown]


def changes(zone: str) -> list[date]:
    """The days of the year on which the clocks change."""
    there = ZoneInfo(zone)
    noons = [datetime.combine(day, time(12), tzinfo=there) for day in YEAR]
    return [
        one.date()
        for before, one in pairwise(noons)
        if before.utcoffset() != one.utcoffset()
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_wall_time_is_kept_all_year_but_in_the_hour_that_is_skipped(zone):
    there = ZoneInfo(zone)
    odd_days = {day + timedelta(days=n) for day in changes(zone) for n in (-1, 0, 1)}
    seen = set()
    for wall in WALLS:
        for day in YEAR if wall == WALLS[0] else sorted(odd_days):
            moment = moment_of(day, wall, zone)
            shown = moment.astimezone(there)
            kind = odd(day, wall, there) if day in odd_days else ""
            seen.add(kind)
            if day in odd_days:
                said = cautions.of_clocks(zone, wall, [day], day)
                assert [one.kind for one in said] == [kind] * bool(kind)
            before = moment - timedelta(hours=3)
            if kind == "skipped":
                gap = shown.utcoffset() - before.astimezone(there).utcoffset()
                wanted = datetime.combine(day, wall) + gap
                assert shown.replace(tzinfo=None) == wanted
            else:
                assert (shown.date(), shown.time()) == (day, wall)
                assert kind != "repeated" or shown.fold == 0
    assert {"skipped", "repeated"} <= seen or not changes(zone)


def sessions_of(zone: str) -> list[LiveSession]:
    """Around both changes, before, in and after the hours that are odd."""
    days = {date(2027, 2, 1), date(2027, 8, 1)} | {
        day + timedelta(days=n) for day in changes(zone) for n in (-1, 0, 1)
    }
    starts = [moment_of(day, wall, zone) for day in sorted(days) for wall in WALLS]
    return [
        LiveSession(
            pk=number,
            host=Host(name="Mei"),
            title="Night; with, signs",
            zone=zone,
            starts_at=start,
            ends_at=start + timedelta(hours=2),
            changed_at=datetime(2027, 1, 1, tzinfo=UTC),
        )
        for number, start in enumerate(starts, start=1)
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_a_calendar_says_the_same_moments_by_the_zone_it_carries(zone, tmp_path):
    sessions = sessions_of(zone)
    text = calendars.written(sessions)

    told = Calendar.from_ical(text)
    entries = told.walk("VEVENT")
    assert [one["DTSTART"].dt.astimezone(UTC) for one in entries] == [
        session.starts_at for session in sessions
    ]
    assert {one["DURATION"].dt for one in entries} == {timedelta(hours=2)}

    # And by a reader who knows nothing of zones but what the file says
    file = tmp_path / "zone.ics"
    (made,) = told.walk("VTIMEZONE")
    file.write_bytes(made.to_ical())
    carried = tzical(str(file)).get(zone)
    for one, session in zip(entries, sessions, strict=True):
        wall = one["DTSTART"].dt.replace(tzinfo=None)
        offset = session.starts_at.astimezone(ZoneInfo(zone)).utcoffset()
        twice = datetime.combine(wall.date(), wall.time(), ZoneInfo(zone))
        is_twice = twice.utcoffset() != twice.replace(fold=1).utcoffset()
        assert is_twice or carried.utcoffset(wall) == offset


def test_the_weeks_when_only_one_side_has_changed_its_clocks_are_told():
    said = cautions.of_clocks(
        "America/New_York",
        time(22),
        [date(2026, 10, 25), date(2026, 11, 1), date(2026, 11, 8)],
        date(2026, 10, 20),
    )
    assert [one.words for one in said] == [
        "From 1 Nov your 22:00 in New York is 11:00 in Donghai, not 10:00."
    ]


@pytest.mark.parametrize(
    ("text", "comes"),
    [
        ("FREQ=WEEKLY;BYDAY=TU,FR", ["2026-11-24", "2026-11-27", "2026-12-01"]),
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", ["2026-11-23", "2026-12-07"]),
        ("freq=daily;count=2", ["2026-11-23", "2026-11-24"]),
        ("FREQ=MONTHLY;BYDAY=-1SA", ["2026-11-28"]),
        ("FREQ=DAILY;UNTIL=20261124", ["2026-11-23", "2026-11-24"]),
        # 22:00 in New York on the 24th is 03:00 UTC on the 25th
        ("FREQ=DAILY;UNTIL=20261125T030000Z", ["2026-11-23", "2026-11-24"]),
        ("FREQ=DAILY;UNTIL=20261125T025959Z", ["2026-11-23"]),
    ],
)
def test_a_rule_comes_on_its_days(text, comes):
    first = date(2026, 11, 23)
    rule = recurrence.parse(
        text, first_day=first, wall=time(22), zone="America/New_York"
    )

    found = recurrence.days(rule, first, first, date(2026, 12, 10))

    assert [day.isoformat() for day in found][: len(comes)] == comes
    assert len(found) == len(comes) or "UNTIL" not in text.upper()


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "every week",
            "FREQ=HOURLY",
            "FREQ=DAILY;BYHOUR=3",
            "FREQ=WEEKLY;BYDAY=XX",
        ),
        *(
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;;=;",
        ),
        *(
            "FREQ=DAILY;UNTIL=2026-12-01",
            "FREQ=DAILY;UNTIL=20261301",
            "FREQ=DAILY;COUNT=x",
        ),
        *("FREQ=DAILY;UNTIL=20200101", "DTSTART:20261123\nRRULE:FREQ=DAILY"),
        *(
            "FREQ=DAILY;FREQ=WEEKLY",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;COUNT=²",
        ),
        "FREQ=MONTHLY;BYDAY=" + ",".join(["MO"] * 90),
    ],
)
def test_what_says_no_days_is_no_rule(text):
    with pytest.raises(NotARule):
        recurrence.parse(text, first_day=date(2026, 11, 23), wall=time(22), zone="UTC")


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        (date(2026, 11, 6), "FREQ=MONTHLY;BYDAY=1FR"),
        (date(2026, 11, 28), "FREQ=MONTHLY;BYDAY=4SA"),
        (date(2026, 11, 30), "FREQ=MONTHLY;BYDAY=-1MO"),
    ],
)
def test_a_month_is_counted_by_the_weekday(day, rule):
    assert recurrence.nth_weekday(day) == rule
    assert recurrence.days(Rule(rule), day, day, day) == [day]
