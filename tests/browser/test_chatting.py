"""A viewer writes, a moderator deals with it: two phones in one room."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from donghai.models import User
from livestream.chat import services, words
from livestream.models import ChatLine, ModerationAct
from tests.browser.entering import sign_in
from tests.make import make_crew, make_listing, make_session, make_speaker

pytestmark = pytest.mark.browser


def test_what_a_moderator_does_is_seen_by_the_viewer_at_once(open_phone, site):
    session = make_session()
    make_listing(session=session)
    words.add(host=session.host, word="secret", language="", act="HOLD")
    services.say(
        session_id=session.pk, speaker=make_speaker("Bea"), text="<b>buy</b> from me"
    )
    user = User.objects.get(pk=make_crew(session).user_id)
    viewer, moderator = open_phone(), open_phone()
    viewer.goto(f"/live/{session.pk}/")
    sign_in(moderator, user, f"/studio/{session.pk}/crew/chat/")
    chat, field = viewer.locator("#chat"), viewer.locator("#chat-form [name=text]")

    def write(text):
        field.fill(text)
        field.press("Enter")

    # her line stands once, though it is told by the answer and by the stream
    write("is it heated?")
    expect(chat.get_by_text("is it heated?")).to_have_count(1)
    moderator.locator("#chat").get_by_text("is it heated?").click()
    moderator.fill("#answer-form [name=text]", "no, see https://donghai.example/a")
    moderator.press("#answer-form [name=text]", "Enter")
    expect(chat.locator(".staff .badge")).to_have_text("moderator")
    expect(chat.locator(".staff a")).to_have_attribute("rel", "nofollow noopener")
    assert ChatLine.objects.get(text="is it heated?").answered_at < timezone.now()

    # deleted: gone from everybody's page, and brought back
    assert chat.locator("b b").count() == 0
    moderator.locator("#chat").get_by_text("from me").click()
    moderator.click("#line-sheet [data-act=delete]")
    expect(chat.get_by_text("from me")).to_have_count(0)
    moderator.click("#silenced summary")
    moderator.click("#silenced [data-act=restore]")
    expect(chat.locator("[data-number]").first).to_contain_text("<b>buy</b> from me")

    # held: hers alone until it's let through
    write("a secret")
    expect(chat.locator(".held")).to_contain_text("a secret")
    moderator.click("#held [data-act=let_through]")
    expect(chat.locator(".held")).to_have_count(0)
    expect(chat.get_by_text("a secret")).to_have_count(1)

    # slow mode counts down in her field; a lost line leaves her words where they are
    moderator.select_option("#slow", "60")
    expect(viewer.locator("#chat-state")).to_be_hidden()
    viewer.context.set_offline(True)
    write("are you there?")
    expect(viewer.locator("#chat-state")).to_contain_text("line is lost")
    expect(field).to_have_value("are you there?")
    viewer.context.set_offline(False)
    field.press("Enter")
    expect(viewer.locator("#chat-state")).to_contain_text("Slow mode")

    # muted: said in words, and the field is closed
    moderator.locator("#chat").get_by_text("is it heated?").click()
    moderator.click("#line-sheet [data-act=mute]:not([data-minutes])")
    expect(moderator.locator("#silenced .count")).to_have_text("1")
    viewer.reload()
    field.focus()
    expect(viewer.locator("#chat-state")).to_contain_text("for this session")
    expect(field).to_be_disabled()
    acts = ModerationAct.objects.filter(session=session, by=user)
    assert list(acts.order_by("pk").values_list("act", flat=True)) == [
        *("delete", "restore", "let-through", "slow", "mute"),
    ]
