"""The prompter on the desk, and the doors of the phrase cards: the host's alone."""

import pytest

from hosts.models import Language
from livestream.prompter.cards import cards, version
from livestream.prompter.models import PhraseUse
from livestream.prompter.services import used_in
from livestream.sessions import linking
from tests.make import make_client, make_host, make_listing, make_session, make_user


@pytest.mark.django_db
def test_the_desk_prompts_the_host_in_her_viewers_language_with_chinese_beside_it():
    session = make_session(country="MX")
    listing = make_listing(session=session, retail="410")
    client = make_client(session.host.user)
    desk = f"/studio/{session.pk}/desk/"

    empty = client.get(desk).content.decode()
    linking.pin(host=session.host, session_id=session.pk, listing_id=listing.pk)
    page = client.get(desk).content.decode()

    assert 'class="prompter-page"' not in empty
    assert "Tengo en la mano: pulsera de amatista." in page
    assert "我手里这件：紫水晶手链。" in page
    assert "Todo incluido, México:" in page
    assert "quedan 10" in page


@pytest.mark.django_db
def test_all_cards_travel_once_and_small():
    session = make_session(country="MX")
    client = make_client(session.host.user)
    door = f"/studio/{session.pk}/phrases/"

    answer = client.get(door, {"v": version()})

    found = answer.json()["cards"]
    assert [card["key"] for card in found] == list(cards())
    assert set(found[0]["texts"]) == {"es", "zh-hans"}
    assert "immutable" in answer["Cache-Control"]
    assert "Cache-Control" not in client.get(door, {"v": "old"})
    small = client.get(door, headers={"accept-encoding": "gzip"})
    assert len(small.content) < 30_000


@pytest.mark.django_db
def test_a_line_of_chat_finds_its_card():
    session = make_session(country="MX")
    door = f"/studio/{session.pk}/phrases/match/"

    answer = make_client(session.host.user).get(door, {"line": "cuanto cuesta??"})

    assert answer.json() == {"card": "price"}


@pytest.mark.django_db
def test_a_card_is_counted_for_all_and_kept_for_its_host_alone():
    session = make_session(country="MX")
    client = make_client(session.host.user)
    door = f"/studio/{session.pk}/phrases/water"

    for _ in range(2):
        assert client.post(f"{door}/use/").status_code == 204
        assert client.post(f"{door}/keep/", {"favourite": "yes"}).status_code == 204

    row = PhraseUse.objects.get()
    assert (row.host, row.language, row.card) == (session.host, Language.ES, "water")
    assert (row.times, row.is_favourite) == (2, True)
    assert used_in("es") == {"water": 2}
    client.post(f"{door}/keep/", {"favourite": "no"})
    assert not PhraseUse.objects.get().is_favourite


@pytest.mark.django_db
def test_a_card_nobody_knows_is_refused():
    session = make_session()
    client = make_client(session.host.user)

    client.post(f"/studio/{session.pk}/phrases/nonsense/use/")

    assert not PhraseUse.objects.exists()


@pytest.mark.django_db
def test_the_doors_are_closed_to_all_but_the_sessions_host(client):
    session = make_session()
    other, nobody = make_client(make_host().user), make_client(make_user())
    doors = [f"/studio/{session.pk}/phrases/{door}" for door in ("", "match/")]
    acts = [f"/studio/{session.pk}/phrases/water/{act}/" for act in ("use", "keep")]

    for stranger, status in ((client, 302), (nobody, 403), (other, 404)):
        assert {stranger.get(door).status_code for door in doors} == {status}
        assert {stranger.post(act).status_code for act in acts} == {status}
    assert make_client(session.host.user).get(acts[0]).status_code == 405
    assert not PhraseUse.objects.exists()
