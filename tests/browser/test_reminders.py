"""Reminders on a phone: by device, shown by the service worker, and stopped again."""

import pytest
from django.utils import timezone

from livestream.models import Follow
from tests.livestream.schedule.devices import make_device
from tests.make import make_host, make_session

# The push service of a browser is somebody else's: this one gives its answer
SUBSCRIBES = """
PushManager.prototype.subscribe = async ({ applicationServerKey }) => ({
  toJSON: () => ({ endpoint: "%s", keys: { p256dh: "%s", auth: "%s" } }),
});
"""


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_phone_is_notified_without_an_account_and_stops_it_again(open_phone):
    session = make_session(host=make_host("en", name="Mei"), on_air=False)
    device = make_device("https://push.example.net/abc")
    phone = open_phone(permissions=["notifications"])
    phone.add_init_script(
        SUBSCRIBES % (device.endpoint, device.public_key, device.shared_secret)
    )

    phone.goto(f"/live/{session.pk}/")
    phone.click("text=Remind me")
    assert phone.locator(".clocks dd").count() == 3
    phone.click("text=Notify me here")
    phone.wait_for_selector("text=You are reminded on this device")
    follow = Follow.objects.select_related("subscriber").get()
    assert follow.session == session
    assert follow.confirmed_at <= timezone.now()
    assert follow.subscriber.zone == "Europe/Berlin"

    workers = phone.context.new_cdp_session(phone)
    found = []
    workers.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(event["registrations"]),
    )
    workers.send("ServiceWorker.enable")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    while not found:
        phone.wait_for_timeout(50)
    told = '{"title": "Mei", "body": "22:00", "url": "/live/1/", "tag": "session-1"}'
    workers.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": phone.url.partition("/live")[0],
            "registrationId": found[0]["registrationId"],
            "data": told,
        },
    )
    shown = phone.evaluate(
        """async () => {
          const worker = await navigator.serviceWorker.ready;
          for (let looks = 0; looks < 200; looks += 1) {
            const [one] = await worker.getNotifications();
            if (one) return [one.title, one.body, one.data.url];
            await new Promise((next) => setTimeout(next, 50));
          }
        }"""
    )
    assert shown == ["Mei", "22:00", "/live/1/"]

    phone.click("text=Stop reminders of Mei")
    phone.wait_for_selector("text=Stopped.")
    assert not Follow.objects.exists()
