"""Who helps a host: seated by mail or link, out when removed or after the session."""

import pytest
import time_machine
from django.utils import timezone

from livestream.collections import services as collections
from livestream.crew import services
from livestream.crew.models import READS_ON
from livestream.models import CrewMember, LiveSession, ModerationAct, RoomEvent
from livestream.sessions import services as sessions
from tests.catalog.test_stock import in_threads
from tests.make import (
    make_client,
    make_crew,
    make_known_user,
    make_listing,
    make_session,
    make_variant,
)


def client_of(seat):
    from donghai.models import User

    return make_client(User.objects.get(pk=seat.user_id))


def host_of(session):
    return services.seat_of(session.pk, session.host.user_id)


@pytest.mark.django_db
def test_an_assistant_runs_the_desk_in_the_hosts_name_and_is_written_down():
    session = make_session(on_air=False)
    listing = make_listing(session=session)
    seat = make_crew(session, "ASSISTANT")
    client, desk = client_of(seat), f"/studio/{session.pk}"

    assert client.get(f"/live/{session.pk}/desk/").status_code in (200, 404)
    client.post(f"{desk}/go-live/")
    client.post(f"{desk}/pieces/{listing.pk}/pin/")
    door = f"/api/v1/sessions/{session.pk}/pin"
    body = {"listing": listing.pk, "pinned": False}
    assert client.post(door, body, "application/json").status_code == 204

    session.refresh_from_db()
    assert session.state == LiveSession.State.ON_AIR
    kinds = RoomEvent.objects.filter(session=session).order_by("number")
    assert list(kinds.values_list("kind", flat=True))[-3:] == ["live", "pin", "unpin"]
    noted = ModerationAct.objects.filter(session=session, by=seat.user_id)
    assert [(act.act, act.role) for act in noted.order_by("pk")] == [
        ("go-live", "ASSISTANT"),
        ("pin", "ASSISTANT"),
        ("pin", "ASSISTANT"),
    ]


@pytest.mark.django_db
def test_an_assistant_chooses_pieces_of_the_market_and_leaves_the_hosts_lists_alone():
    session, elsewhere = make_session(), make_session()
    kept, free = make_variant(), make_variant()
    shelf = collections.keep(host=session.host, name="Friday", variant_id=kept.pk)
    seat = make_crew(session, "ASSISTANT")
    client, page = client_of(seat), f"/studio/{session.pk}/pieces/"
    lists = f"/studio/{session.pk}/collections/{shelf.pk}/"

    shown = client.get(page, {"collection": shelf.pk}).content.decode()
    assert "Add all to the session" in shown
    assert f"You help {session.host.name}" in shown
    assert not [one for one in ("drop", "take-out", "collect/") if one in shown]
    assert client.get(f"{page}of/{free.pk}/", {"retail": "99"}).status_code == 200
    client.post(f"{lists}link/")
    client.post(f"{page}link/", {"variant": free.pk, "retail": "99"})
    client.post(f"{page}link/", {"variant": free.pk, "retail": "0"})  # refused
    client.post(f"{page}{session.listings.get(variant=kept).pk}/unlink/")

    assert [one.variant_id for one in session.listings.all()] == [free.pk]
    noted = ModerationAct.objects.filter(session=session, by=seat.user_id)
    assert [(act.act, act.details.get("variant")) for act in noted.order_by("pk")] == [
        ("link-collection", None),
        ("link", str(free.pk)),
        ("unlink", None),
    ]
    for where in (f"{lists}drop/", f"{lists}{kept.pk}/take-out/", f"{page}collect/"):
        assert client.post(where, {"variant": free.pk, "name": "x"}).status_code == 403
    assert collections.pieces_of(shelf) == {kept.pk}
    own = session.listings.get()
    for nobody in (client_of(make_crew(session)), make_client(elsewhere.host.user)):
        asked = {"variant": kept.pk, "retail": "99"}
        assert nobody.get(page).status_code == 404
        assert nobody.post(f"{page}link/", asked).status_code == 404
        assert nobody.post(f"{page}{own.pk}/unlink/").status_code == 404
    assert [one.variant_id for one in session.listings.all()] == [free.pk]


@pytest.mark.django_db
def test_a_refused_act_of_an_assistant_is_not_written_down():
    session = make_session(on_air=False)
    listing = make_listing(session=session)
    client = client_of(make_crew(session, "ASSISTANT"))
    before = ModerationAct.objects.count()

    client.post(f"/studio/{session.pk}/pieces/{listing.pk}/pin/")  # not on air yet

    assert ModerationAct.objects.count() == before
    assert not session.listings.pinned().exists()


@pytest.mark.django_db
def test_a_moderator_has_the_chat_and_nothing_of_the_desk():
    session = make_session()
    listing = make_listing(session=session)
    seat = make_crew(session)
    client, desk = client_of(seat), f"/studio/{session.pk}"

    assert client.get(f"{desk}/crew/chat/").status_code == 200
    assert client.post(f"{desk}/pieces/{listing.pk}/pin/").status_code == 404
    assert client.post(f"{desk}/end/").status_code == 404
    client.post(f"{desk}/crew/link/", {"role": "ASSISTANT"})
    door = f"/api/v1/sessions/{session.pk}/end"
    assert client.post(door, content_type="application/json").status_code == 403

    session.refresh_from_db()
    assert session.state == LiveSession.State.ON_AIR
    assert not session.listings.pinned().exists()
    assert not session.crew_invitations.exists()


@pytest.mark.django_db
def test_a_seat_ends_with_removal_or_the_session_and_a_week_later_for_reading():
    session = make_session()
    removed, stays = make_crew(session), make_crew(session)
    member = session.crew.get(user=removed.user_id)
    page = f"/studio/{session.pk}/crew/chat/"

    services.remove(seat=host_of(session), member_id=member.pk)
    assert client_of(removed).get(page).status_code == 404
    assert services.seat_of(session.pk, stays.user_id)

    sessions.end_session(host=session.host, session_id=session.pk)
    assert services.seat_of(session.pk, stays.user_id) is None
    assert (
        client_of(stays).get(f"/studio/{session.pk}/crew/chat.csv").status_code == 200
    )
    with time_machine.travel(timezone.now() + READS_ON):
        assert services.seat_of(session.pk, stays.user_id, reads=True) is None


@pytest.mark.django_db(transaction=True)
def test_a_link_seats_one_person_once_however_many_open_it():
    session = make_session()
    link = services.make_link(seat=host_of(session), role="ASSISTANT")
    people = [make_known_user() for _ in range(4)]

    answers = in_threads(4, lambda i: services.join(link=link, user=people[i]))

    assert sum(isinstance(answer, CrewMember) for answer in answers) == 1
    assert sum(isinstance(answer, services.LinkIsOver) for answer in answers) == 3
    assert session.crew.standing().count() == 1


@pytest.mark.django_db
def test_links_are_worthless_when_withdrawn_forged_or_after_the_session():
    session, user = make_session(), make_known_user()
    first = services.make_link(seat=host_of(session), role="MODERATOR")
    services.withdraw_links(seat=host_of(session))
    second = services.make_link(seat=host_of(session), role="MODERATOR")

    assert make_client(user).get(f"/crew/{second}/").status_code == 200
    sessions.end_session(host=session.host, session_id=session.pk)
    for link in (first, second, "12:forged"):
        assert make_client(user).post(f"/crew/{link}/").status_code == 302
        with pytest.raises(services.LinkIsOver):
            services.join(link=link, user=user)

    assert not session.crew.exists()


@pytest.mark.django_db
def test_only_who_has_an_account_is_added_once_and_never_the_host_herself():
    session = make_session()
    host, user = host_of(session), make_known_user("mod@example.org")

    services.add(seat=host, email="MOD@example.org", role="MODERATOR")
    with pytest.raises(services.AlreadyInCrew):
        services.add(seat=host, email=user.email, role="ASSISTANT")
    with pytest.raises(services.NoSuchAccount):
        services.add(seat=host, email="nobody@example.org", role="MODERATOR")

    assert [member.role for member in session.crew.all()] == ["MODERATOR"]
    helping = make_client(user).get("/crew/").content.decode()
    assert session.title in helping
