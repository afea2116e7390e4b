from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donghai.errors import Refused
from livestream.models import Code, Destination, Platform, Push
from livestream.platforms import codes, services
from tests.make import make_client, make_listing, make_session

KEY = "abcd-efgh-1234-wxyz"
SERVER = "rtmps://live.example.org/app"


def make_platform(policy="UNCERTAIN", **fields):
    named = {"slug": f"p{Platform.objects.count()}", "name": "Elsewhere"}
    day = None if policy == "UNCERTAIN" else date(2026, 11, 21)
    return Platform.objects.create(policy=policy, checked_on=day, **named | fields)


def make_destination(session, platform=None, key=KEY):
    return services.add_destination(
        host=session.host,
        platform=platform or make_platform(),
        key=key,
        server=SERVER,
    )


def start(session, destination, **options):
    return services.start_push(
        host=session.host,
        session_id=session.pk,
        destination_id=destination.pk,
        **options,
    )


def test_a_key_is_kept_sealed_and_shown_by_its_end_alone(db):
    session = make_session()
    client = make_client(session.host.user)
    platform = make_platform()

    answer = client.post(
        "/studio/channels/",
        {"platform": platform.pk, "server": SERVER, "key": KEY},
        follow=True,
    )

    kept = Destination.objects.get()
    assert KEY not in kept.key
    assert kept.key_ends == "wxyz"
    assert KEY not in answer.content.decode()
    assert "wxyz" in answer.content.decode()
    client.post(f"/studio/channels/{kept.pk}/remove/")
    kept.refresh_from_db()
    assert (kept.key, kept.removed_at is None) == ("", False)


@pytest.mark.parametrize(
    ("policy", "code"),
    [("FORBIDDEN", "platform_forbids"), ("NEEDS_APPROVAL", "needs_approval")],
)
def test_a_platforms_policy_decides_whether_a_show_goes_there(db, policy, code):
    session = make_session()
    destination = make_destination(session, make_platform(policy))

    with pytest.raises(Refused) as no:
        start(session, destination)
    assert no.value.code == code
    assert not Push.objects.exists()
    if policy == "NEEDS_APPROVAL":
        assert start(session, destination, is_approved=True).approved_at
    else:
        with pytest.raises(services.PlatformForbids):
            start(session, destination, is_approved=True)


def test_only_her_own_show_on_air_goes_to_her_own_channel_and_once(db):
    session, other = make_session(), make_session()
    destination = make_destination(session)

    push = start(session, destination)
    assert start(session, destination) == push
    assert (
        make_client(other.host.user)
        .post(f"/studio/{other.pk}/platforms/{destination.pk}/start/")
        .status_code
        == 404
    )
    services.stop_push(host=other.host, push_id=push.pk)
    push.refresh_from_db()
    assert push.stopped_at is None
    with pytest.raises(services.IsBeingSent):
        services.remove_destination(host=session.host, destination_id=destination.pk)
    services.stop_push(host=session.host, push_id=push.pk)
    assert start(session, destination) != push


@pytest.mark.parametrize(
    "address",
    [
        *("", "https://a.example/live", "rtmp://", "rtmp://a.example"),
        *("rtmp://u:p@a.example/live", "rtmp://a.example/live?key=1"),
        *("rtmp://a.example:99999/live", "rtmp://a b/live", "rtmp://[::1/live"),
    ],
)
def test_what_is_no_server_is_refused(address):
    with pytest.raises(services.NotAServer):
        services.read_server(address)


@given(st.text(max_size=60))
def test_no_words_make_reading_a_server_stumble(words):
    try:
        server = services.read_server(f"rtmp://{words}")
    except services.NotAServer:
        return
    assert server.host
    assert server.app


def test_a_code_opens_the_room_at_its_piece_and_the_claim_says_where_from(db, client):
    session = make_session()
    listing, other = (make_listing(session=session) for _ in range(2))
    host = make_client(session.host.user)
    destination = make_destination(session, make_platform(slug="youtube2"))
    answer = host.post(
        f"/studio/{session.pk}/platforms/{destination.pk}/start/", follow=True
    )
    code = Code.objects.get(listing=listing).code
    assert len(code) == 3
    assert f"/c/{code}/" in answer.content.decode()

    page = client.get(f"/c/{code.lower()}/youtube2/", follow=True)

    words = page.content.decode()
    assert page.redirect_chain[-1][0].startswith(f"/live/{session.pk}/")
    assert f'name="listing" value="{listing.pk}"' in words
    client.post(f"/live/{session.pk}/claim/", {"listing": listing.pk})
    assert listing.claims.get().came_from == "youtube2"
    assert client.get("/c/ZZZ/").status_code == 404
    client.cookies["came_from"] = "<script>"
    client.post(f"/live/{session.pk}/claim/", {"listing": other.pk})
    assert other.claims.get().came_from == ""


def test_codes_of_pieces_shown_at_once_never_clash(db, monkeypatch):
    monkeypatch.setattr(codes, "ALPHABET", "AB")
    session = make_session()
    listings = [make_listing(session=session) for _ in range(12)]

    codes.give(listings)
    codes.give(listings)

    made = list(codes.of(session).values_list("code", flat=True))
    assert len(set(made)) == len(made) == 12
    assert {len(code) for code in made} > {3}
