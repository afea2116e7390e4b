"""Following by mail and device, without an account."""

import re
from dataclasses import asdict
from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core import mail
from django.utils import timezone

from donghai.models import Step
from donghai.steps.tasks import sweep_until_done
from livestream.models import Follow, Subscriber
from livestream.schedule import following
from livestream.schedule.following import Reader, Wish
from tests.catalog.test_stock import in_threads
from tests.livestream.schedule.devices import make_device
from tests.make import make_client, make_host, make_known_user, make_session, make_user

ENGLISH = Reader("en", "Europe/Berlin")


def links(text):
    """Paths of our own addresses in a mail."""
    return re.findall(r"http://127\.0\.0\.1:8000(/\S+)", text)


@pytest.mark.django_db
def test_a_mailbox_follows_once_its_link_is_pressed(client):
    host = make_host("en")
    client.cookies["zone"] = "Europe/Berlin"

    asked = client.post(f"/hosts/{host.slug}/follow/", {"email": "Ann@Example.org "})
    sweep_until_done(lane=None)

    assert "Look into your mailbox" in asked.content.decode()
    (sent,) = mail.outbox
    assert sent.to == ["ann@example.org"]
    assert len(sent.alternatives) == 1
    (link,) = links(sent.body)
    assert "ann" not in link
    assert client.get(link).status_code == 200
    assert not Follow.objects.confirmed().exists()  # a program that opens links

    pressed = client.post(link)
    client.post(link)

    follow = Follow.objects.confirmed().get()
    assert (follow.host, follow.subscriber.zone) == (host, "Europe/Berlin")
    assert pressed.headers["Location"] == f"/hosts/{host.slug}/"
    shown = client.get(f"/hosts/{host.slug}/follow/").content.decode()
    assert "a…@example.org" in shown
    assert "ann@" not in shown
    # by now the browser is known: one press for the next host
    other = make_host("en")
    client.post(f"/hosts/{other.slug}/follow/", {"act": "own"})
    assert Follow.objects.confirmed().count() == 2

    client.post(f"/hosts/{host.slug}/follow/", {"act": "stop"})
    assert [one.host for one in Follow.objects.all()] == [other]


@pytest.mark.django_db
def test_who_is_signed_in_with_an_address_of_their_own_needs_no_link():
    session = make_session(on_air=False)
    known, claimed = make_known_user(), make_user()

    make_client(known).post(f"/live/{session.pk}/remind/", {"act": "own"})
    make_client(claimed).post(f"/live/{session.pk}/remind/", {"act": "own"})

    follow = Follow.objects.get()
    assert (follow.subscriber.email, follow.session) == (known.email, session)
    assert follow.confirmed_at


@pytest.mark.django_db
def test_nobody_can_be_mailed_full_and_the_answer_never_tells_who_is_known(client):
    hosts = [make_host("en") for _ in range(8)]
    answers = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for host in hosts:
            page = client.post(
                f"/hosts/{host.slug}/follow/", {"email": "x@example.org"}
            )
            answers.append("Look into your mailbox" in page.content.decode())
        assert Step.objects.count() == following.FREE_ASKS
        wish = Wish(host_id=hosts[0].pk)
        for _ in range(8 * 30):
            clock.shift(timedelta(hours=3))
            following.ask(email="x@example.org", wish=wish, reader=ENGLISH)

    assert answers == [True] * 8
    assert Step.objects.count() <= following.FREE_ASKS + 9


@pytest.mark.django_db
def test_one_network_gives_so_many_mailboxes_and_devices_in_an_hour(client):
    page = f"/hosts/{make_host('en').slug}/follow/"
    device = make_device("https://push.example.net/abc")
    push = {"act": "push", **asdict(device)}
    most = following.MOST_FROM_ADDRESS

    def ask(number, address="203.0.113.9"):
        facts = {"email": f"{number}@example.org"} if number else push
        return client.post(page, facts, REMOTE_ADDR=address)

    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert all(ask(number).status_code == 200 for number in range(1, most + 1))
        refused = ask(most + 1)
        (words,) = get_messages(refused.wsgi_request)
        assert "Try in an hour again" in str(words)
        assert ask(None).status_code == 302
        assert Step.objects.count() == Subscriber.objects.count() == most
        assert ask(1).status_code == 200  # one of those
        assert ask(most + 1, "203.0.113.10").status_code == 200
        assert "203.0.113" not in str([vars(one) for one in Subscriber.objects.all()])

        clock.shift(timedelta(hours=1))
        assert ask(None).json() == {"follows": True}
        clock.shift(timedelta(days=1, minutes=1))
        following.forget_old()
    assert set(Subscriber.objects.values_list("asked_from", flat=True)) == {""}


@pytest.mark.django_db(transaction=True)
def test_those_who_ask_at_once_from_one_network_are_counted_all(monkeypatch):
    monkeypatch.setattr(following, "MOST_FROM_ADDRESS", 3)
    wish, reader = Wish(host_id=make_host("en").pk), Reader("en", "UTC", "a" * 32)

    def act(number):
        following.ask(email=f"{number}@example.org", wish=wish, reader=reader)

    results = in_threads(8, act)

    refused = [one for one in results if isinstance(one, following.TooManyFromHere)]
    assert len(refused) == 5
    assert Subscriber.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("link", ["", "1", "1:x", "9:1a2b:forged", "²:a:b"])
def test_a_link_that_we_did_not_write_does_nothing(client, link):
    following.follow_by_mail(
        email="a@example.org", wish=Wish(host_id=make_host().pk), reader=ENGLISH
    )

    for verb in ("confirm", "stop"):
        assert client.get(f"/follow/{verb}/{link}/").status_code in (404, 410)
        client.post(f"/follow/{verb}/{link}/")

    assert Follow.objects.count() == 1


@pytest.mark.django_db
def test_a_link_is_good_for_three_days(client):
    following.ask(
        email="a@example.org", wish=Wish(host_id=make_host().pk), reader=ENGLISH
    )
    link = following.link_of(Follow.objects.get())

    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        assert client.get(f"/follow/confirm/{link}/").status_code == 410
        following.forget_old()

    assert not Follow.objects.exists()


@pytest.mark.django_db
def test_a_device_follows_at_once_and_an_address_inside_our_walls_is_refused(
    client, settings
):
    session = make_session(on_air=False)
    address = f"/live/{session.pk}/remind/"
    device = make_device("https://push.example.net/abc")
    facts = {
        "act": "push",
        "endpoint": device.endpoint,
        "public_key": device.public_key,
        "shared_secret": device.shared_secret,
    }

    settings.WEBHOOKS_TO_LOOPBACK = False
    refused = [
        client.post(address, facts | change).status_code
        for change in (
            {"endpoint": "https://10.0.0.7/abc"},
            {"endpoint": "http://push.example.net/abc"},
            {"endpoint": "https://127.0.0.1/abc"},
            {"public_key": "AAAA"},
            {"shared_secret": "short"},
            {"endpoint": ""},
        )
    ]
    assert refused == [302] * 6
    assert not Subscriber.objects.exists()

    for _ in range(2):
        assert client.post(address, facts).json() == {"follows": True}
    assert "on this device" in client.get(address).content.decode()
    assert Follow.objects.confirmed().get().session == session


@pytest.mark.django_db
def test_the_worker_is_in_charge_of_every_page(client):
    answer = client.get("/push.js")

    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert b"showNotification" in answer.content
