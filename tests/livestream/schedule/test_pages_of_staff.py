"""Series, rooms and followers in the admin: counted, and no address in sight."""

import pytest

from livestream.models import Studio, Subscriber
from livestream.schedule import following
from livestream.schedule.following import Reader, Wish
from tests.make import make_client, make_series, make_session, make_staff


@pytest.mark.django_db
def test_staff_counts_followers_and_forgets_who_asks_for_it():
    make_series()
    session = make_session(on_air=False)
    for wish in (Wish(host_id=session.host_id), Wish(session_id=session.pk)):
        following.follow_by_mail(
            email="ann@example.org", wish=wish, reader=Reader("en", "UTC")
        )
    clerk, accountant = make_client(make_staff()), make_client(make_staff("ACCOUNTANT"))

    for page in ("livesession", "series", "follow", "subscriber"):
        shown = clerk.get(f"/admin/livestream/{page}/")
        assert shown.status_code == 200
        assert "ann@" not in shown.content.decode()
    found = clerk.get("/admin/livestream/subscriber/?q=ann@example.org")
    assert found.context["cl"].result_count == 1
    assert accountant.get("/admin/livestream/subscriber/").status_code == 403
    listed = clerk.get("/admin/livestream/livesession/").context["cl"].result_list
    assert {one.pk: one.followed for one in listed}[session.pk] == 2

    clerk.post("/admin/livestream/studio/add/", {"name": "Room 1", "is_open": "on"})
    assert Studio.objects.get().is_open
    number = Subscriber.objects.get().pk
    clerk.post(f"/admin/livestream/subscriber/{number}/act/forget/")
    assert not Subscriber.objects.exists()
