"""Scheduling by wall time, prices that cover their costs, a room's numbered log."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine

from donghai.money import Money
from hosts.services import NotCertified
from livestream.chat import services as chat
from livestream.chat.names import NotYourName
from livestream.events import services as events
from livestream.models import LiveSession, RoomEvent, RoomLog
from livestream.room import truths
from livestream.sessions import linking, services
from tests.catalog.test_stock import in_threads
from tests.make import (
    make_host,
    make_listing,
    make_market,
    make_session,
    make_speaker,
    make_variant,
)


def plan(country: str = "DE", day: date = date(2026, 11, 27), at: time = time(22)):
    market = make_market(country)
    return services.Plan(
        title="Bergkristall",
        language=market.language,
        market=market,
        starts_on=day,
        starts_time=at,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 7, 1), datetime(2026, 7, 1, 20, tzinfo=UTC)),
        (date(2026, 11, 27), datetime(2026, 11, 27, 21, tzinfo=UTC)),
    ],
)
@time_machine.travel(datetime(2026, 6, 1, tzinfo=UTC), tick=False)
def test_a_session_starts_by_its_markets_wall_clock(day, moment):
    session = services.schedule_session(host=make_host("de"), plan=plan(day=day))

    assert session.starts_at == moment
    assert session.currency == "EUR"
    assert RoomLog.objects.get(session=session).last_number == 0


@pytest.mark.django_db
@time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False)
def test_in_the_hour_that_the_clocks_skip_a_session_starts_an_hour_later():
    skipped = plan("US", date(2026, 3, 8), time(2, 30))

    session = services.schedule_session(host=make_host("en"), plan=skipped)

    assert f"{session.local_start:%H:%M}" == "03:30"
    assert session.starts_time == time(2, 30)


@pytest.mark.django_db
@time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC), tick=False)
def test_a_language_without_certificate_is_refused():
    with pytest.raises(NotCertified):
        services.schedule_session(host=make_host("en"), plan=plan())

    assert not LiveSession.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("year", [1, 2025, 2028, 9999])
@time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC), tick=False)
def test_a_day_that_is_over_or_far_away_is_refused(year):
    with pytest.raises(services.NotThatDay):
        services.schedule_session(
            host=make_host("de"), plan=plan(day=date(year, 12, 31), at=time(23))
        )

    assert not LiveSession.objects.exists()


@pytest.mark.django_db
def test_nobody_dresses_up_as_the_host_or_turns_the_line_round():
    session = make_session()

    with pytest.raises(NotYourName):
        imposter = make_speaker(session.host.name)
        chat.say(session_id=session.pk, speaker=imposter, text="pay me")
    ann = make_speaker("A\u202enn")
    chat.say(session_id=session.pk, speaker=ann, text="is it\x07 heated?")

    (said,) = RoomEvent.objects.filter(kind="chat")
    assert said.payload == {"name": "A nn", "text": "is it heated?"}


@pytest.mark.django_db
def test_only_its_host_runs_a_session():
    session = make_session()

    with pytest.raises(services.NotYourSession):
        services.end_session(host=make_host("en"), session_id=session.pk)

    session.refresh_from_db()
    assert session.state == LiveSession.State.ON_AIR


@pytest.mark.django_db
def test_a_host_is_on_air_in_one_session_at_a_time():
    first = make_session()
    second = make_session(host=first.host, on_air=False)

    with pytest.raises(services.AlreadyOnAir):
        services.go_live(host=first.host, session_id=second.pk)


@pytest.mark.django_db
def test_a_price_below_its_costs_is_refused_and_the_least_one_is_named():
    session = make_session()
    variant = make_variant(wholesale="60.00")

    with pytest.raises(linking.RetailTooLow) as refused:
        make_listing(session=session, variant=variant, retail="1.00")
    least = refused.value.details["least_minor"]

    assert not session.listings.exists()
    listing = linking.link_variant(
        host=session.host,
        session_id=session.pk,
        variant_id=variant.pk,
        retail=Money(least, session.currency),
    )
    assert listing.host_share_minor > 0
    with pytest.raises(linking.RetailTooLow):
        linking.link_variant(
            host=session.host,
            session_id=session.pk,
            variant_id=variant.pk,
            retail=Money(least - 2, session.currency),
        )


@pytest.mark.django_db
def test_a_price_that_only_a_slip_can_mean_is_refused_and_the_most_is_named():
    session = make_session()
    variant = make_variant(wholesale="60.00")

    with pytest.raises(linking.RetailTooHigh) as refused:
        make_listing(session=session, variant=variant, retail="30000.00")

    assert not session.listings.exists()
    most = refused.value.details["most"]
    assert make_listing(session=session, variant=variant, retail=most.amount).pk


@pytest.mark.django_db
def test_three_pieces_are_shown_at_most_the_newest_in_the_hand_and_the_room_is_told():
    session = make_session()
    pks = [make_listing(session=session).pk for _ in range(5)]
    own = {"host": session.host, "session_id": session.pk}

    for pk in pks[:4]:
        linking.pin(**own, listing_id=pk)
    assert [one.pk for one in session.listings.pinned()] == pks[3:0:-1]
    linking.pin(**own, listing_id=pks[4], instead=True)
    assert [one.pk for one in session.listings.pinned()] == [pks[4], pks[2], pks[1]]
    linking.pin(**own, listing_id=pks[1])
    linking.unpin(**own, listing_id=pks[4])
    linking.unpin(**own, listing_id=pks[4])

    assert [one.pk for one in session.listings.pinned()] == [pks[1], pks[2]]
    told = RoomEvent.objects.filter(kind__in=("pin", "unpin")).order_by("number")
    assert [(one.kind, one.payload["pinned"]) for one in told] == [
        ("pin", [pks[0]]),
        ("pin", [pks[1], pks[0]]),
        ("pin", [pks[2], pks[1], pks[0]]),
        ("pin", [pks[3], pks[2], pks[1]]),
        ("pin", [pks[4], pks[2], pks[1]]),
        ("pin", [pks[1], pks[4], pks[2]]),
        ("unpin", [pks[1], pks[2]]),
    ]


@pytest.mark.django_db
def test_nothing_is_pinned_or_said_when_the_room_is_closed():
    session = make_session()
    listing = make_listing(session=session)
    services.end_session(host=session.host, session_id=session.pk)
    before = RoomEvent.objects.count()

    with pytest.raises(services.WrongState):
        linking.pin(host=session.host, session_id=session.pk, listing_id=listing.pk)
    with pytest.raises(services.WrongState):
        chat.say(session_id=session.pk, speaker=make_speaker(), text="hello")

    assert RoomEvent.objects.count() == before


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "   ", "x" * 201])
def test_an_empty_or_endless_message_is_refused(text):
    with pytest.raises(chat.NothingToSay):
        chat.say(session_id=make_session().pk, speaker=make_speaker(), text=text)


@pytest.mark.django_db(transaction=True)
def test_events_written_at_once_have_gapless_numbers():
    session = make_session()

    in_threads(16, lambda i: events.append(session.pk, "chat", {"text": str(i)}))

    numbers = RoomEvent.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 18))
    assert list(truths.broken()) == []
