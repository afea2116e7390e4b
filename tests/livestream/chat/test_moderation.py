"""Lines deleted, viewers muted and banned; each taken back; each written down."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from donghai import steps
from donghai.models import Step
from livestream.chat import moderation, services, translating, words
from livestream.crew.models import Role
from livestream.crew.services import Seat, seat_of
from livestream.models import ChatBan, ChatLine, ChatMute, ModerationAct, RoomEvent
from livestream.room import truths
from tests.catalog.test_stock import in_threads
from tests.livestream.chat.test_saying import post, says, told
from tests.make import (
    make_client,
    make_crew,
    make_session,
    make_speaker,
    make_staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return make_session()


@pytest.fixture
def host(session):
    return seat_of(session.pk, session.host.user_id)


def acts(session):
    rows = ModerationAct.objects.filter(session=session).order_by("pk")
    return list(rows.values_list("act", flat=True))


def everything_said(session):
    return str(list(RoomEvent.objects.filter(session=session).values_list("payload")))


def translate(line):
    (step,) = steps.claim_due(limit=5)
    assert step.subject_id == line.pk
    translating.translate(step)


def test_a_deleted_line_is_nowhere_but_in_the_act_and_numbers_stay_gapless(
    session, host, settings
):
    settings.TRANSLATOR = "sandbox"
    line = says(session, "buy from me")
    translate(line)
    assert everything_said(session).count("buy from me") == 3

    for _ in range(2):
        moderation.delete(seat=host, line_id=line.pk, reason="spam")

    assert "buy from me" not in everything_said(session)
    line.refresh_from_db()
    assert (line.state, line.text, line.translations) == ("DELETED", "", {})
    act = ModerationAct.objects.get(session=session)
    assert (act.act, act.number, act.reason) == ("delete", line.number, "spam")
    assert act.details["text"] == "buy from me"
    told_of = RoomEvent.objects.filter(kind="deleted").get().payload
    assert told_of["line"] == line.number and len(told_of["numbers"]) == 2
    assert list(truths.broken()) == []

    moderation.restore(seat=host, line_id=line.pk)
    assert told(session) == ["buy from me"]
    moderation.delete(seat=host, line_id=line.pk)
    assert "buy from me" not in everything_said(session)
    assert acts(session) == ["delete", "restore", "delete"]


def test_acts_can_not_be_changed(session, host):
    moderation.slow(seat=host, seconds=5)

    with pytest.raises(IntegrityError), transaction.atomic():
        ModerationAct.objects.update(reason="never mind")
    with pytest.raises(IntegrityError), transaction.atomic():
        ModerationAct.objects.all().delete()


def test_a_mute_ends_by_itself_or_with_the_session_or_when_it_is_lifted(session, host):
    ann = make_speaker()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        line = says(session, "one", ann)
        moderation.mute(seat=host, line_id=line.pk)
        clock.shift(60)
        with pytest.raises(services.MutedForAWhile) as refused:
            says(session, "two", ann)
        assert refused.value.details["seconds"] == 241
        assert ChatLine.objects.count() == 1
        clock.shift(240)
        says(session, "two", ann)

        moderation.mute(seat=host, line_id=line.pk, minutes=None)
        clock.shift(timedelta(hours=3))
        with pytest.raises(services.Muted):
            says(session, "three", ann)
        other = says(make_session(), "elsewhere", ann)
        assert other.number
        assert moderation.unmute(seat=host, line_id=line.pk)
        assert not moderation.unmute(seat=host, line_id=line.pk)
        says(session, "three", ann)
    assert told(session) == ["one", "two", "three"]
    assert acts(session) == ["mute", "mute", "unmute"]


def test_a_ban_holds_in_all_rooms_of_the_host_by_viewer_and_by_address(session, host):
    bad = make_speaker("Bad", address_hash="d" * 32)
    line = says(session, "one", bad)
    first = moderation.ban(seat=host, line_id=line.pk, reason="spam")

    assert moderation.ban(seat=host, line_id=line.pk) == first
    fresh = make_speaker("Other", address_hash="d" * 32)
    for speaker in (make_speaker("Bad", viewer=bad.viewer), fresh):
        with pytest.raises(services.Banned) as refused:
            says(session, "two", speaker)
        assert "help@donghai.example" in str(refused.value)
    elsewhere = make_session()
    says(elsewhere, "hello", bad)

    centre = Seat(session, make_staff().pk, Role.CENTRE, "Donghai")
    moderation.ban(seat=centre, line_id=line.pk)
    moderation.unban(seat=host, line_id=line.pk)
    for room in (session, elsewhere):
        with pytest.raises(services.Banned):
            says(room, "three", bad)
    house = ChatBan.objects.get(host=None)
    assert moderation.lift(ban_id=house.pk, by_id=centre.user_id)
    says(session, "three", bad)
    assert told(session) == ["one", "three"]
    assert ModerationAct.objects.filter(act="lift-ban").count() == 1


def test_a_clerk_bans_from_the_whole_house_in_the_admin_and_lifts_it(session):
    bad = make_speaker("Bad")
    line = says(session, "one", bad)
    clerk = make_client(make_staff())

    clerk.post(reverse("admin:livestream_chatline_act", args=[line.pk, "ban_writers"]))

    ban = ChatBan.objects.get(host=None)
    with pytest.raises(services.Banned):
        says(make_session(), "two", bad)
    clerk.post(reverse("admin:livestream_chatban_act", args=[ban.pk, "lift"]))
    says(session, "two", bad)
    assert told(session) == ["one", "two"]


def test_a_held_line_is_seen_by_nobody_until_one_of_the_crew_lets_it_through(
    session, host
):
    words.add(host=session.host, word="secret", language="", act="HOLD")
    first, second = says(session, "a secret"), says(session, "another secret")
    moderator = make_client_of(make_crew(session))

    waiting = moderator.get(f"/api/v1/sessions/{session.pk}/chat/waiting").json()
    assert [line["id"] for line in waiting["held"]] == [first.pk, second.pk]
    assert told(session) == []
    moderation.let_through(seat=host, line_id=first.pk)
    moderation.drop(seat=host, line_id=second.pk)

    assert told(session) == ["a secret"]
    with pytest.raises(moderation.NotNow):
        moderation.let_through(seat=host, line_id=second.pk)
    assert told(session) == ["a secret"]
    assert acts(session)[-2:] == ["let-through", "drop"]


def make_client_of(seat):
    from donghai.models import User

    return make_client(User.objects.get(pk=seat.user_id))


@pytest.mark.django_db(transaction=True)
def test_two_of_the_crew_deal_with_one_line_once(session, host):
    words.add(host=session.host, word="secret", language="", act="HOLD")
    line = says(session, "a secret")

    answers = in_threads(
        4,
        lambda i: (moderation.let_through if i % 2 else moderation.drop)(
            seat=host, line_id=line.pk
        ),
    )

    assert len(acts(session)) == 1
    assert sum(isinstance(answer, moderation.NotNow) for answer in answers) == 2


def test_a_moderator_of_another_session_and_a_viewer_find_nothing(session):
    line = says(session, "hello")
    stranger = make_client_of(make_crew(make_session()))
    before = everything_said(session)

    for act in ("delete", "mute", "ban", "answered"):
        body = {"act": act, "number": line.number}
        assert post(stranger, session, body, "chat/acts").status_code == 404
    assert post(stranger, session, {"seconds": 5}, "chat/slow").status_code == 404
    assert post(stranger, session, {"text": "hi"}, "chat/replies").status_code == 404

    assert everything_said(session) == before
    assert not ChatMute.objects.exists() and not ChatBan.objects.exists()
    assert acts(session) == []


def test_a_moderator_does_what_the_desk_asks_by_its_doors(session):
    seat = make_crew(session)
    client = make_client_of(seat)
    line = says(session, "hello")
    own = services.answer(seat=seat, text="welcome")
    for body, status in (
        ({"act": "mute", "number": line.number, "minutes": None}, 204),
        ({"act": "mute", "number": own.number}, 409),  # of the crew
        ({"act": "delete", "number": line.number, "reason": "rude"}, 204),
        ({"act": "let_through", "id": line.pk}, 409),
        ({"act": "delete", "number": 999}, 404),
        ({"act": "delete"}, 400),
    ):
        assert post(client, session, body, "chat/acts").status_code == status, body
    assert acts(session)[-2:] == ["mute", "delete"]
    by = ModerationAct.objects.filter(session=session, act="delete").get()
    assert (by.by_id, by.role) == (seat.user_id, "MODERATOR")


def test_translations_stand_under_the_original_and_a_broken_translator_delays_nobody(
    session, settings
):
    settings.TRANSLATOR = "sandbox"
    line = says(session, "ist es natürlich?")
    translate(line)
    event = RoomEvent.objects.get(session=session, kind="translated")
    assert event.payload["line"] == line.number
    assert event.payload["texts"]["zh-hans"] == "[zh-hans] ist es natürlich?"

    broken = says(session, "sandbox: fail")
    (step,) = steps.claim_due(limit=5)
    assert steps.run(step) is False
    assert told(session) == ["ist es natürlich?", "sandbox: fail"]
    broken.refresh_from_db()
    assert broken.translations == {}

    late = says(session, "too late by now", make_speaker())
    Step.objects.filter(subject_id=late.pk).update(
        created_at=timezone.now() - translating.STALE
    )
    translate(late)
    assert RoomEvent.objects.filter(kind="translated").count() == 1

    settings.TRANSLATOR = ""
    says(session, "quiet")
    assert Step.objects.filter(job=services.TRANSLATE).count() == 3


def test_chat_and_acts_are_taken_home_as_files_that_run_no_formula(session, host):
    says(session, "=1+1", make_speaker("@Ann", viewer=uuid.uuid4()))
    moderation.slow(seat=host, seconds=5)
    client = make_client(session.host.user)

    chat = client.get(f"/studio/{session.pk}/crew/chat.csv").content.decode()
    done = client.get(f"/studio/{session.pk}/crew/acts.csv").content.decode()

    assert "'=1+1" in chat and "'@Ann" in chat
    assert "slow" in done
