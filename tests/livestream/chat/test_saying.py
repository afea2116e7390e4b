"""Who may write what, how fast, under which name."""

import json
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from livestream.chat import moderation, pace, services
from livestream.chat.folding import has_phrase, skeleton
from livestream.chat.names import NotYourName
from livestream.chat.questions import is_question
from livestream.chat.words import PHONE, NoContacts, WordRefused, has_link
from livestream.crew.services import seat_of
from livestream.models import ChatLine, ChatPace, ChatWord, RoomEvent
from tests.catalog.test_stock import in_threads
from tests.make import make_client, make_crew, make_session, make_speaker, make_staff


def says(session, text, speaker=None, **facts):
    return services.say(
        session_id=session.pk, speaker=speaker or make_speaker(), text=text, **facts
    )


def told(session):
    """What the room's log has of its chat."""
    events = RoomEvent.objects.filter(session=session, kind="chat").order_by("number")
    return [event.payload.get("text") for event in events]


@pytest.mark.django_db(transaction=True)
def test_of_many_lines_at_once_a_viewer_gets_three_through():
    session, ann = make_session(), make_speaker(address_hash="a" * 32)

    answers = in_threads(8, lambda i: says(session, f"line {i}", ann))

    assert sum(isinstance(answer, ChatLine) for answer in answers) == 3
    assert {type(a) for a in answers} == {ChatLine, pace.TooFast}
    assert len(told(session)) == ChatLine.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_same_line_from_two_tabs_is_one_line():
    session, ann, key = make_session(), make_speaker(), uuid.uuid4()

    lines = in_threads(4, lambda _: says(session, "is it heated?", ann, key=key))

    assert len({line.number for line in lines}) == 1
    assert told(session) == ["is it heated?"]


@pytest.mark.django_db
def test_a_viewer_writes_three_at_once_then_one_a_second_and_nothing_twice():
    session, ann = make_session(), make_speaker()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for text in ("one", "two", "three"):
            says(session, text, ann)
        before = ChatPace.objects.get(who=ann.viewer.hex)

        with pytest.raises(pace.TooFast) as refused:
            says(session, "four", ann)

        assert refused.value.details["seconds"] == 1
        assert ChatPace.objects.get(who=ann.viewer.hex).tokens == before.tokens
        clock.shift(1)
        says(session, "four", ann)
        clock.shift(5)
        with pytest.raises(pace.SaidAlready):
            says(session, "F O U R!", ann)
        clock.shift(26)
        says(session, "four", ann)
    assert told(session) == ["one", "two", "three", "four", "four"]


@pytest.mark.django_db
def test_new_viewers_of_one_address_are_stopped_together():
    session = make_session()
    with time_machine.travel(timezone.now(), tick=False):
        for number in range(15):
            says(session, f"line {number}", make_speaker(address_hash="b" * 32))
        with pytest.raises(pace.TooFast):
            says(session, "one more", make_speaker(address_hash="b" * 32))
        says(session, "from elsewhere", make_speaker(address_hash="c" * 32))
    assert len(told(session)) == 16


@pytest.mark.django_db
def test_slow_mode_says_the_seconds_that_are_left_and_the_crew_is_not_slowed():
    session, ann = make_session(), make_speaker()
    host = seat_of(session.pk, session.host.user_id)
    moderation.slow(seat=host, seconds=30)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        says(session, "one", ann)
        clock.shift(10)
        with pytest.raises(pace.SlowMode) as refused:
            says(session, "two", ann)
        assert refused.value.details["seconds"] == 20
        assert services.voice(session.pk, ann.viewer, "")["wait"] == 20
        for text in ("hello", "all"):
            services.answer(seat=host, text=text)
        clock.shift(20)
        says(session, "two", ann)
    with pytest.raises(moderation.NotThatPace):
        moderation.slow(seat=host, seconds=7)
    assert told(session) == ["one", "hello", "all", "two"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Studio 7", "studi0 7", "Ѕtudіо７", "S.t.u.d.i.o-7"])
def test_nobody_takes_the_name_of_the_host_or_one_that_looks_like_it(name):
    session = make_session()
    session.host.name = "Studio 7"
    session.host.save()
    seat = make_crew(session)

    for taken in (name, seat.name.upper(), "D0NGHAI"):
        with pytest.raises(NotYourName):
            says(session, "pay me", make_speaker(taken))

    assert told(session) == []
    assert says(session, "hello", make_speaker("Studio 71")).number
    assert skeleton("Ann") != skeleton("Anna")


@pytest.mark.django_db
def test_words_are_found_in_every_disguise_and_only_in_their_language():
    ChatWord.objects.all().delete()
    session = make_session()
    for kind, word, language, act in (
        ("WORD", "whatsapp", "", "HOLD"),
        ("WORD", "加微", "", "HOLD"),
        ("WORD", "idiot", "en", "REFUSE"),
        ("WORD", "gift", "de", "REFUSE"),
        ("LINK", "", "", "REFUSE"),
    ):
        ChatWord.objects.create(kind=kind, word=word, language=language, act=act)

    for text in ("W h a t s A p p me", "ＷＨＡＴＳＡＰＰ", "wһatѕapp", "请加 微 信"):
        assert says(session, text).state == ChatLine.State.HELD
    for text in ("You IDIÓT", "i-d-i-o-t"):
        with pytest.raises(WordRefused):
            says(session, text)
    with pytest.raises(NoContacts):
        says(session, "cheaper at t.me/abc")

    assert says(session, "a gift for idiotic grins").state == ChatLine.State.SAID
    assert told(session) == ["a gift for idiotic grins"]
    assert not has_phrase("the glass", "ass")


DISGUISES = {"a": "aAаáＡ", "e": "eЕéｅ", "o": "oОο", "p": "pрＰ", "t": "tТｔ"}


@given(st.data(), st.sampled_from(["", " ", "-", ".", "\u200b"]))
def test_a_word_is_itself_in_any_disguise(data, between):
    letters = [
        data.draw(st.sampled_from(DISGUISES.get(letter, letter + letter.upper())))
        for letter in "whatsapp"
    ]

    assert has_phrase(f"write me: {between.join(letters)}!", "whatsapp")


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see https://a.example/x", True),
        ("www . shop", True),
        ("my-shop.com", True),
        ("t . me / joinme", True),
        ("It is heated. It looks fine", False),
        ("nice.is it 3.5 cm?", False),
        ("de Uruguay.es natural", False),
        ("evil。com", True),
        ("hxxp://x.y", True),
    ],
)
def test_web_addresses_are_told_from_sentences(text, link):
    assert has_link(text) == link


def test_a_tower_of_accents_is_cut_and_real_words_stay():
    tower = "a" + "\u0301" * 150

    assert len(services.plain_text(tower)) == 1 + services.MOST_MARKS
    for word in ("Việt Nam", "ที่นี่", "कृत्रिम", "بِسْمِ"):
        assert services.plain_text(word) == word


def test_telephone_numbers_are_told_from_prices_and_questions_from_praise():
    assert PHONE.search("+1 (415) 555-2671")
    assert not PHONE.search("1,200,000.00 or 12 345")
    asked = [("¿es natural", "es"), ("cuanto cuesta", "es"), ("多少钱", "zh-hans")]
    asked += [("はい、いくら", "ja"), ("هل هو طبيعي", "ar"), ("how much", "de")]
    assert all(is_question(text, language) for text, language in asked)
    assert not is_question("what a beauty!", "en")


def post(client, session, body, door="chat"):
    return client.post(
        f"/api/v1/sessions/{session.pk}/{door}",
        json.dumps(body),
        content_type="application/json",
    )


@pytest.mark.django_db
def test_a_viewer_is_known_by_a_signed_cookie_and_never_by_an_address():
    session, client = make_session(), Client(REMOTE_ADDR="203.0.113.9")

    first = post(client, session, {"name": "Ann", "text": "hello"})
    second = post(client, session, {"name": "Ann", "text": "is it heated?"})
    forged = Client(headers={"Viewer": "forged"})
    third = post(forged, session, {"name": "Ann", "text": "me too"})

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.cookies["viewer"]["httponly"]
    lines = ChatLine.objects.order_by("number")
    assert lines[0].viewer == lines[1].viewer != lines[2].viewer
    assert lines[0].address_hash and "203.0.113.9" not in str(lines[0].__dict__)
    assert third.status_code == 201
    assert [line.is_question for line in lines] == [False, True, False]


@pytest.mark.django_db
def test_who_is_signed_in_as_crew_or_centre_writes_with_a_badge_and_a_page_links_it():
    session = make_session()
    host, clerk = make_client(session.host.user), make_client(make_staff())
    for client, text in ((host, "see https://donghai.example/a?b=<i>."), (clerk, "hi")):
        assert post(client, session, {"text": text}).json()["role"] != "VIEWER"
    ChatWord.objects.all().delete()
    post(Client(), session, {"name": "Ann", "text": "see https://bad.example <b>"})

    page = Client().get(f"/live/{session.pk}/").content.decode()

    said = RoomEvent.objects.filter(kind="chat").order_by("number")
    assert [e.payload.get("role") for e in said] == ["HOST", "CENTRE", None]
    link = '<a href="https://donghai.example/a?b=" rel="nofollow noopener"'
    assert link in page and "&lt;i&gt;" in page
    assert 'href="https://bad.example' not in page and "&lt;b&gt;" in page


@pytest.mark.django_db
def test_an_answer_marks_its_question_and_those_left_are_counted():
    session = make_session()
    host = seat_of(session.pk, session.host.user_id)
    first = says(session, "is it heated?")
    says(session, "where from?")

    answer = services.answer(seat=host, text="not heated", to=first.number)

    event = RoomEvent.objects.get(session=session, number=answer.number)
    assert (event.payload["to"], event.payload["to_name"]) == (first.number, "Ann")
    open_ones = session.lines.unanswered().values_list("text", flat=True)
    assert list(open_ones) == ["where from?"]
    first.refresh_from_db()
    assert first.answered_at and timezone.now() - first.answered_at < timedelta(1)
