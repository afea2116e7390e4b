"""Who acts for a merchant: invitations, roles, removal, and what others may not."""

import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from catalog.merchants import access, mails, people
from catalog.models import Invitation, Merchant, MerchantMember
from donghai.steps.models import Step
from tests.make import (
    make_client,
    make_known_user,
    make_member,
    make_merchant,
    make_user,
)
from tests.orders.later import step_in_hand

pytestmark = pytest.mark.django_db
Role = MerchantMember.Role


def invite(owner, email="new@example.org", role=Role.CLERK):
    return people.invite(
        merchant_id=owner.merchant_id,
        email=email,
        role=role,
        invited_by=owner.user_id,
        language="en",
    )


def mailed_link(invitation, mailoutbox):
    mails.send_invitation(step_in_hand(people.INVITE, invitation.pk))
    return re.search(r"(/stall/join/\S+)", mailoutbox[-1].body).group(1)


def test_an_owner_invites_a_clerk_who_joins_by_the_mailed_link_once(mailoutbox):
    owner = make_member()
    make_client(owner.user).post(
        f"/stall/{owner.merchant_id}/people/",
        {"email": "New@Example.org", "role": Role.CLERK},
    )
    invitation = Invitation.objects.get()
    link = mailed_link(invitation, mailoutbox)
    guest = make_known_user("new@example.org")
    client = make_client(guest)

    asked = client.get(link)
    joined = client.post(link)

    assert mailoutbox[0].to == ["new@example.org"]
    assert str(owner.merchant) in asked.content.decode()
    assert joined.url == f"/stall/{owner.merchant_id}/"
    member = MerchantMember.objects.get(user=guest)
    assert member.role == Role.CLERK
    member.delete()
    again = client.post(link)
    assert again.status_code == 410
    assert "used, withdrawn or is older" in again.content.decode()
    assert not MerchantMember.objects.filter(user=guest).exists()


def test_the_link_opens_nothing_for_another_account(mailoutbox):
    owner = make_member()
    link = mailed_link(invite(owner), mailoutbox)
    stranger = make_client(make_known_user())

    for answer in (stranger.get(link), stranger.post(link)):
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "another e-mail address" in page
        assert "new@example.org" not in page
        assert str(owner.merchant) not in page
    assert MerchantMember.objects.count() == 1


def test_an_address_nobody_confirmed_opens_nothing(mailoutbox):
    owner = make_member()
    link = mailed_link(invite(owner), mailoutbox)

    answer = make_client(make_user("new@example.org")).post(link)

    assert answer.status_code == 403
    assert MerchantMember.objects.count() == 1


def test_a_visitor_logs_in_first_and_comes_back(client, mailoutbox):
    link = mailed_link(invite(make_member()), mailoutbox)

    assert client.get(link).url.startswith("/account/login/?next=/stall/join/")


def test_an_open_invitation_waits_on_the_stalls_page_of_who_was_asked():
    owner = make_member()
    invite(owner)

    page = make_client(make_known_user("new@example.org")).get("/stall/")

    assert str(owner.merchant) in page.content.decode()


@pytest.mark.parametrize("why", ["withdrawn", "expired", "forged"])
def test_a_link_that_is_over_says_so_kindly(why, mailoutbox):
    owner = make_member()
    invitation = invite(owner)
    link = mailed_link(invitation, mailoutbox)
    guest = make_known_user("new@example.org")
    now = timezone.now()
    if why == "withdrawn":
        make_client(owner.user).post(
            f"/stall/{owner.merchant_id}/invitations/{invitation.pk}/withdraw/"
        )
    if why == "expired":
        now += timedelta(days=8)
    if why == "forged":
        link = f"/stall/join/{invitation.pk}:abc:def/"

    with time_machine.travel(now, tick=True):
        answer = make_client(guest).post(link)

    assert answer.status_code == 410
    assert not MerchantMember.objects.filter(user=guest).exists()


def test_inviting_again_makes_the_link_before_useless(mailoutbox):
    owner = make_member()
    first = mailed_link(invite(owner), mailoutbox)
    second = mailed_link(invite(owner, role=Role.OWNER), mailoutbox)
    client = make_client(make_known_user("new@example.org"))

    assert client.post(first).status_code == 410
    assert client.post(second).status_code == 302
    assert MerchantMember.objects.get(user__email="new@example.org").role == Role.OWNER


def test_a_withdrawn_invitation_is_not_mailed(mailoutbox):
    owner = make_member()
    invitation = invite(owner)
    people.withdraw(merchant_id=owner.merchant_id, invitation_id=invitation.pk)

    mails.send_invitation(step_in_hand(people.INVITE, invitation.pk))

    assert mailoutbox == []
    assert Step.objects.get(job=people.INVITE).state == Step.State.DONE


def test_nobody_floods_an_address_with_invitations():
    owner = make_member()
    for _ in range(people.MOST_A_DAY):
        invite(owner)

    with pytest.raises(people.TooManyInvitations):
        invite(owner)
    with pytest.raises(people.AlreadyIn):
        invite(owner, email=owner.user.email)

    assert Invitation.objects.count() == people.MOST_A_DAY


def test_who_is_not_approved_invites_nobody():
    owner = make_member(make_merchant(state=Merchant.State.APPLIED))

    with pytest.raises(access.NotApproved, match="being read"):
        invite(owner)

    assert not Invitation.objects.exists()


def test_the_last_owner_stays_owner_and_stays():
    owner = make_member()
    make_member(owner.merchant, Role.CLERK)
    client, base = make_client(owner.user), f"/stall/{owner.merchant_id}/people"

    page = client.get(f"{base}/").content.decode()
    assert "A merchant needs an owner." in page
    assert f"/people/{owner.pk}/remove/" not in page

    client.post(f"{base}/{owner.pk}/remove/")
    client.post(f"{base}/{owner.pk}/role/", {"role": Role.CLERK})

    owner.refresh_from_db()
    assert owner.role == Role.OWNER


def test_an_owner_changes_a_role_and_removes_a_member():
    owner = make_member()
    clerk = make_member(owner.merchant, Role.CLERK)
    client, base = make_client(owner.user), f"/stall/{owner.merchant_id}/people"

    client.post(f"{base}/{clerk.pk}/role/", {"role": Role.OWNER})
    clerk.refresh_from_db()
    assert clerk.role == Role.OWNER
    client.post(f"{base}/{clerk.pk}/role/", {"role": "KING"})
    clerk.refresh_from_db()
    assert clerk.role == Role.OWNER

    client.post(f"{base}/{clerk.pk}/remove/")
    assert not MerchantMember.objects.filter(pk=clerk.pk).exists()


def test_a_clerk_does_nothing_about_people():
    owner = make_member()
    clerk = make_member(owner.merchant, Role.CLERK)
    invitation = invite(owner)
    client, base = make_client(clerk.user), f"/stall/{owner.merchant_id}"

    answers = [
        client.get(f"{base}/people/"),
        client.post(f"{base}/people/", {"email": "x@example.org", "role": "OWNER"}),
        client.post(f"{base}/people/{owner.pk}/remove/"),
        client.post(f"{base}/people/{clerk.pk}/role/", {"role": Role.OWNER}),
        client.post(f"{base}/invitations/{invitation.pk}/withdraw/"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert MerchantMember.objects.count() == 2
    assert MerchantMember.objects.owners().count() == 1
    assert Invitation.objects.get().withdrawn_at is None
    assert "/people/" not in client.get(f"{base}/stock/").content.decode()


def test_an_owner_does_nothing_about_the_people_of_others():
    owner, other = make_member(), make_member()
    make_member(other.merchant)
    theirs = invite(other)
    client, base = make_client(owner.user), f"/stall/{owner.merchant_id}"

    answers = [
        client.post(f"{base}/people/{other.pk}/remove/"),
        client.post(f"{base}/people/{other.pk}/role/", {"role": Role.CLERK}),
        client.post(f"{base}/invitations/{theirs.pk}/withdraw/"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    other.refresh_from_db()
    assert other.role == Role.OWNER
    assert Invitation.objects.get().withdrawn_at is None


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_remove_each_other_at_once_leave_one():
    first = make_member()
    second = make_member(first.merchant)
    together, refused = Barrier(2), []

    def remove(member):
        together.wait()
        try:
            people.remove(merchant_id=first.merchant_id, member_id=member.pk)
        except people.LastOwner:
            refused.append(member)
        finally:
            connection.close()

    threads = [Thread(target=remove, args=[member]) for member in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert MerchantMember.objects.get() == refused[0]


@pytest.mark.django_db(transaction=True)
def test_a_link_opened_twice_at_once_joins_once():
    owner = make_member()
    invitation = invite(owner)
    guest = make_known_user("new@example.org")
    together, over = Barrier(2), []

    def accept():
        together.wait()
        try:
            people.accept(invitation_id=invitation.pk, user_id=guest.pk)
        except people.InvitationOver:
            over.append(1)
        finally:
            connection.close()

    threads = [Thread(target=accept) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert over == [1]
    assert MerchantMember.objects.filter(user=guest).count() == 1
