"""What the chat forgets of those who wrote."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from livestream.chat import forgetting, moderation, services
from livestream.crew.services import seat_of
from livestream.models import ChatBan, ChatLine, ChatPace
from tests.make import make_session, make_speaker


@pytest.mark.django_db
def test_paces_go_in_an_hour_and_addresses_in_a_month_but_those_of_bans_that_stand():
    session = make_session()
    hers = seat_of(session.pk, session.host.user_id)
    lines = [
        services.say(
            session_id=session.pk,
            speaker=make_speaker(name, address_hash=name[0] * 32),
            text=f"words of {name}",
        )
        for name in ("ann", "ben", "cid")
    ]
    for line in lines[:2]:
        moderation.ban(seat=hers, line_id=line.pk)
    moderation.unban(seat=hers, line_id=lines[0].pk)
    now = timezone.now()

    with time_machine.travel(now + timedelta(minutes=59)):
        forgetting.forget_old()
        assert ChatPace.objects.count() == 6
    with time_machine.travel(now + timedelta(minutes=61)):
        forgetting.forget_old()
        assert not ChatPace.objects.exists()
    assert not ChatLine.objects.filter(address_hash="").exists()

    with time_machine.travel(now + timedelta(days=31)):
        forgetting.forget_old()
    assert set(ChatLine.objects.values_list("address_hash", flat=True)) == {""}
    kept = ChatBan.objects.order_by("pk").values_list("address_hash", flat=True)
    assert list(kept) == ["", "b" * 32]
    assert ChatLine.objects.exclude(text="").count() == 3
