"""Reminders: at the right times, once, by mail and device, and easy to stop."""

import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import timezone
from django.utils.http import http_date

from donghai import steps
from donghai.models import Step
from donghai.steps.tasks import sweep_until_done
from livestream.models import Follow, LiveSession, Reminder, Subscriber
from livestream.schedule import following, reminders
from livestream.schedule.following import Reader, Wish
from livestream.sessions import services
from tests.catalog.test_stock import in_threads
from tests.livestream.schedule.devices import claims, make_device, push_service, read
from tests.livestream.schedule.test_following import links
from tests.make import make_host, make_session

DAY, HOUR, TEN = timedelta(days=1), timedelta(hours=1), timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


def follow(session, email="ann@example.org", *, language="en", zone="Europe/Berlin"):
    return following.follow_by_mail(
        email=email,
        wish=Wish(host_id=session.host_id),
        reader=Reader(language, zone),
    )


def starting(session, ahead):
    """The session, starting so far from now."""
    at = timezone.now() + ahead
    LiveSession.objects.filter(pk=session.pk).update(
        starts_at=at, ends_at=at + 2 * HOUR
    )
    session.refresh_from_db()
    return session


def work():
    reminders.look()
    sweep_until_done(lane=None)


@pytest.mark.django_db
def test_a_day_an_hour_and_ten_minutes_before_each_is_sent_once():
    told = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        session = make_session(on_air=False)
        follow(session)
        starting(session, DAY + HOUR)
        for ahead in (1441, 1440, 1439, 600, 61, 60, 59, 30, 11, 10, 9, 1, 0, -1):
            clock.move_to(session.starts_at - ahead * MINUTE)
            for _ in range(2):
                before = len(mail.outbox)
                work()
                told += [ahead * MINUTE] * (len(mail.outbox) - before)

    assert told == [DAY, HOUR, TEN]
    assert Reminder.objects.exclude(sent_at=None).count() == 3


@pytest.mark.django_db
def test_a_mail_says_three_times_in_the_readers_language_and_stops_by_one_click(client):
    host = make_host("en", name="Mei")
    session = starting(make_session(host=host, on_air=False), DAY - HOUR)
    subscriber = follow(session)
    Follow.objects.update(confirmed_at=timezone.now() - DAY)

    work()

    (sent,) = mail.outbox
    html = sent.alternatives[0][0]
    for place in ("your time", "in New York", "in Donghai"):
        assert place in sent.body
        assert place in html
    assert sent.subject.startswith("Donghai: Mei goes live: ")
    link, stop = links(sent.body)
    assert link == f"/live/{session.pk}/"
    assert "ann" not in stop
    headers = sent.message()
    assert headers["List-Unsubscribe"] == f"<http://127.0.0.1:8000{stop}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    assert client.get(stop).status_code == 200
    assert Follow.objects.count() == 1
    client.post(stop, {"List-Unsubscribe": "One-Click"})
    client.post(stop, {"List-Unsubscribe": "One-Click"})
    assert not Follow.objects.exists()
    client.post(stop, {"everything": "1"})
    assert not Subscriber.objects.filter(pk=subscriber.pk).exists()


@pytest.mark.django_db
def test_nobody_is_reminded_of_what_is_cancelled_over_or_was_followed_too_late():
    sessions = [make_session(on_air=False) for _ in range(4)]
    cancelled, on_air, late, over = sessions
    for session in sessions:
        follow(session, f"{session.pk}@example.org")
    Follow.objects.update(confirmed_at=timezone.now() - 2 * DAY)
    starting(cancelled, HOUR - MINUTE)
    starting(on_air, HOUR - MINUTE)
    starting(late, HOUR - MINUTE)
    starting(over, -MINUTE)
    Follow.objects.filter(host=late.host_id).update(confirmed_at=timezone.now())
    reminders.look()
    services.cancel_session(host=cancelled.host, session_id=cancelled.pk)
    services.go_live(host=on_air.host, session_id=on_air.pk)

    work()

    assert mail.outbox == []
    assert not Reminder.objects.exists()
    assert not Step.objects.open().exists()


@pytest.mark.django_db
def test_a_session_that_moved_is_reminded_of_anew():
    session = make_session(on_air=False)
    follow(session)
    Follow.objects.update(confirmed_at=timezone.now() - 2 * DAY)
    for ahead in (HOUR - MINUTE, HOUR - MINUTE, 5 * HOUR, HOUR - 2 * MINUTE):
        starting(session, ahead)
        work()

    kinds = Reminder.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["HOUR", "HOUR", "DAY", "HOUR"]
    assert len(mail.outbox) == 4


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_a_doubled_step_remind_each_follower_once():
    session = make_session(on_air=False)
    for number in range(120):
        follow(session, f"{number}@example.org")
    Follow.objects.update(confirmed_at=timezone.now() - DAY)
    starting(session, HOUR - MINUTE)
    reminders.look()
    (step,) = steps.claim_due(limit=9)
    sent = []

    class Slow(EmailBackend):
        def send_messages(self, messages):
            sent.extend(message.to[0] for message in messages)
            return len(messages)

    def run(_number):
        try:
            reminders.look()
            steps.run(step)
        finally:
            connection.close()

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(4) as threads:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend", Slow)
        list(threads.map(run, range(4)))

    assert len(sent) == len(set(sent)) == 120
    assert Reminder.objects.exclude(sent_at=None).count() == 120


@pytest.mark.django_db
def test_a_kill_between_claim_and_sending_loses_a_reminder_and_doubles_none():
    session = make_session(on_air=False)
    follow(session)
    Follow.objects.update(confirmed_at=timezone.now() - DAY)
    starting(session, HOUR - MINUTE)
    reminders.look()
    task = reminders.Task.of(Step.objects.get())

    assert len(reminders.claim(task, timezone.now())) == 1  # and then nothing is sent

    sweep_until_done(lane=None)
    assert mail.outbox == []
    assert Reminder.objects.get().sent_at is None


@pytest.mark.django_db
def test_a_mail_server_that_goes_away_names_nobody_and_what_was_not_tried_is_kept(
    monkeypatch, caplog
):
    session = make_session(on_air=False)
    for name in ("ann", "ben", "cid", "dan"):
        follow(session, f"{name}@example.org")
    Follow.objects.update(confirmed_at=timezone.now() - DAY)
    starting(session, HOUR - MINUTE)
    reminders.look()

    class Broken(EmailBackend):
        """Takes one, refuses the second, and goes away at the third."""

        seen = 0

        def send_messages(self, messages):
            Broken.seen += 1
            to = messages[0].to[0]
            if Broken.seen == 2:
                raise smtplib.SMTPRecipientsRefused({to: (550, b"no " + to.encode())})
            if Broken.seen == 3:
                raise smtplib.SMTPServerDisconnected(f"while sending to {to}")
            return super().send_messages(messages)

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend", Broken)
    sweep_until_done(lane=None)

    step = Step.objects.get()
    assert step.last_error == "MailServerAway: SMTPServerDisconnected"
    assert "example.org" not in caplog.text
    assert Reminder.objects.count() == 3  # the fourth was given back
    with time_machine.travel(timezone.now() + MINUTE):
        sweep_until_done(lane=None)
    assert len(mail.outbox) == 2


@pytest.mark.django_db
def test_a_device_is_notified_and_one_that_is_gone_is_forgotten():
    host = make_host("en", name="Mei")
    session = make_session(host=host, on_air=False)
    with push_service() as (address, sent):
        for name, language in (("here", "zh-hans"), ("gone", "en")):
            following.follow_by_push(
                device=make_device(f"{address}/{name}"),
                wish=Wish(session_id=session.pk),
                reader=Reader(language, "Europe/Berlin"),
            )
        Follow.objects.update(confirmed_at=timezone.now() - DAY)
        starting(session, TEN - MINUTE)
        work()
        work()

    assert sorted(path for path, _headers, _body in sent) == ["/gone", "/here"]
    assert Subscriber.objects.get().endpoint.endswith("/here")
    assert Reminder.objects.get().sent_at
    _path, headers, body = next(one for one in sent if one[0] == "/here")
    told = read(body)
    assert told["title"] == "Mei · Amethyst night"
    assert told["url"] == f"/live/{session.pk}/"
    assert headers["ttl"] in ("539", "540")
    said = claims(headers["authorization"])
    assert (said["aud"], said["sub"]) == (address, "mailto:hello@donghai.example")


def follows_on_a_device(session, address):
    following.follow_by_push(
        device=make_device(f"{address}/here"),
        wish=Wish(session_id=session.pk),
        reader=Reader("en", "Europe/Berlin"),
    )
    Follow.objects.update(confirmed_at=timezone.now() - DAY)


@pytest.mark.django_db
def test_a_busy_push_service_is_asked_again_when_it_says_and_takes_each_once():
    session = make_session(on_air=False)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        until = http_date((timezone.now() + 6 * MINUTE).timestamp())
        with push_service((429, "120"), (503, ""), (500, until)) as (address, sent):
            follows_on_a_device(session, address)
            starting(session, HOUR - MINUTE)
            told, begun = [], timezone.now()
            for _ in range(30):
                before = len(sent)
                work()
                told += [timezone.now() - begun] * (len(sent) - before)
                clock.shift(MINUTE / 2)

    # at once; after Retry-After; after as long again as was tried; by the date it named
    assert told == [0 * MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert Reminder.objects.get().sent_at == begun + 8 * MINUTE
    assert Step.objects.get().state == Step.State.DONE


@pytest.mark.django_db
def test_what_comes_too_late_or_is_wanted_no_more_is_not_tried_again():
    session = make_session(on_air=False)
    busy = push_service(*[(429, "1")] * 99)
    moment = time_machine.travel(timezone.now(), tick=False)
    with moment as clock, busy as (address, sent):
        follows_on_a_device(session, address)
        starting(session, TEN)
        work()
        clock.shift(MINUTE)
        work()
        assert len(sent) == 2
        (who,) = Subscriber.objects.values_list("pk", flat=True)
        following.stop(subscriber_id=who, host_id=session.host_id)
        clock.shift(MINUTE)
        work()
        assert (len(sent), Step.objects.get().state) == (2, Step.State.DONE)

        other = starting(make_session(on_air=False), TEN)
        follows_on_a_device(other, address)
        for _ in range(24):
            work()
            clock.shift(MINUTE / 2)

    assert 2 + 3 < len(sent) < 2 + 8
    assert not Reminder.objects.exclude(sent_at=None).exists()
    assert not Step.objects.exclude(state=Step.State.DONE).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_tries_a_reminder_again():
    session = make_session(on_air=False)
    with push_service((503, "")) as (address, sent):
        follows_on_a_device(session, address)
        starting(session, HOUR - MINUTE)
        work()
        with time_machine.travel(timezone.now() + MINUTE, tick=False):
            task, now = reminders.Task.of(Step.objects.get()), timezone.now()
            claimed = in_threads(6, lambda _i: reminders.claim(task, now))

    assert sorted(len(one) for one in claimed) == [0] * 5 + [1]
    assert len(sent) == 1


@pytest.mark.django_db
def test_five_thousand_followers_are_told_by_steps_of_a_few_hundred():
    session = make_session(on_air=False)
    made = Subscriber.objects.bulk_create(
        Subscriber(known_as=f"{number}@example.org") for number in range(5000)
    )
    Follow.objects.bulk_create(
        Follow(
            subscriber=one,
            host_id=session.host_id,
            confirmed_at=timezone.now() - 2 * DAY,
        )
        for one in made
    )
    starting(session, DAY - MINUTE)

    assert reminders.look() == 10
    assert reminders.look() == 0
    ours = reminders.Task.of(Step.objects.order_by("key").first())
    claimed = reminders.claim(ours, timezone.now())
    assert len(claimed) == reminders.AT_ONCE
    assert {one.subscriber_id % 10 for one in claimed} == {ours.slice}
