"""Terms between a merchant and a host: agreed, ended, and what they do to prices."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from catalog.merchants.access import NotApproved
from catalog.models import Merchant, Product
from donghai.home import home_day
from donghai.money import Money
from livestream.models import HostTerms
from livestream.sessions import pricing
from livestream.terms import services as terms
from tests.make import (
    make_client,
    make_host,
    make_listing,
    make_member,
    make_merchant,
    make_session,
    make_staff,
    make_terms,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def wish(**facts):
    today = home_day()
    usual = {
        "host": None,
        "product": None,
        "percent_off": Decimal("10"),
        "starts_on": today,
        "ends_on": today + 7 * DAY,
    } | facts
    return terms.Wanted(**usual | {"host": usual["host"] or make_host()})


def agree(owner, wanted):
    return terms.agree(
        merchant_id=owner.merchant_id, wanted=wanted, by_id=owner.user_id
    )


def end(owner, agreed):
    return terms.end(
        merchant_id=owner.merchant_id, terms_id=agreed.pk, by_id=owner.user_id
    )


def asked(variant, host):
    """What the merchant asks of a host for a piece now."""
    return pricing.Terms.of(host, home_day()).wholesale(variant)


def sees(page):
    """Which terms stand under which heading."""
    kinds = ("in_force", "coming", "past")
    return {kind: [line.terms for line in page.context[kind]] for kind in kinds}


def test_terms_hold_from_their_first_day_in_donghai_to_the_end_of_their_last():
    variant = make_variant(wholesale="60.00")
    owner = make_member(variant.merchant)
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False):
        wanted = wish(starts_on=home_day() + DAY)  # the 2nd to the 8th
        wanted = replace(wanted, ends_on=home_day() + 7 * DAY)
        agree(owner, wanted)

    before, after = Money.of("60", "CNY"), Money.of("54", "CNY")
    for moment, price in [
        (datetime(2026, 3, 1, 15, 59, tzinfo=UTC), before),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), after),  # midnight in Donghai
        (datetime(2026, 3, 8, 15, 59, tzinfo=UTC), after),
        (datetime(2026, 3, 8, 16, 0, tzinfo=UTC), before),
    ]:
        with time_machine.travel(moment, tick=False):
            assert asked(variant, wanted.host) == price, moment


def test_of_overlapping_terms_the_best_one_holds_and_the_next_after_it():
    variant = make_variant(wholesale="60.00")
    owner, host = make_member(variant.merchant), make_host()
    long = agree(owner, wish(host=host, percent_off=Decimal("7.5")))
    best = agree(owner, wish(host=host, product=variant.product, percent_off=20))

    offer = pricing.Terms.of(host, home_day()).best(variant)
    assert offer == pricing.Offer(Decimal(20), best.ends_on)
    assert asked(variant, host) == Money.of("48", "CNY")

    end(owner, best)
    assert asked(variant, host) == Money.of("55.50", "CNY")
    end(owner, long)
    assert asked(variant, host) == Money.of("60", "CNY")


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"percent_off": Decimal(0)}, terms.WrongPercent),
        ({"percent_off": Decimal("-5")}, terms.WrongPercent),
        ({"percent_off": Decimal("90.1")}, terms.WrongPercent),
        ({"percent_off": Decimal("7.25")}, terms.WrongPercent),
        ({"starts_on": -DAY}, terms.BeginsInThePast),
        ({"ends_on": -DAY, "starts_on": 0 * DAY}, terms.EndsTooSoon),
        ({"ends_on": 3 * DAY, "starts_on": 4 * DAY}, terms.EndsTooSoon),
        ({"ends_on": terms.FARTHEST + DAY}, terms.EndsTooLate),
    ],
)
def test_what_nobody_can_mean_is_refused(facts, refusal):
    today = home_day()
    facts = {k: today + v if isinstance(v, timedelta) else v for k, v in facts.items()}

    with pytest.raises(refusal):
        agree(make_member(), wish(**facts))

    assert not HostTerms.objects.exists()


def test_hosts_who_left_and_products_of_others_or_off_the_market_are_refused():
    mine = make_variant()
    owner, gone = make_member(mine.merchant), make_host()
    gone.user.is_active = False
    gone.user.save()

    with pytest.raises(terms.HostNotAtWork):
        agree(owner, wish(host=gone))
    with pytest.raises(terms.NotOnYourShelf):
        agree(owner, wish(product=make_variant().product))
    Product.objects.filter(pk=mine.product_id).update(state="WITHDRAWN")
    with pytest.raises(terms.NotOnYourShelf):
        agree(owner, wish(product=mine.product))

    assert not HostTerms.objects.exists()


@pytest.mark.parametrize("state", [Merchant.State.APPLIED, Merchant.State.SUSPENDED])
def test_who_is_not_approved_agrees_nothing_but_may_end_what_stands(state):
    owner = make_member(make_merchant(state=state))
    standing = make_terms(owner.merchant)

    with pytest.raises(NotApproved):
        agree(owner, wish())

    assert HostTerms.objects.get() == standing
    assert end(owner, standing)


def test_there_is_an_end_to_how_many_stand_at_once(monkeypatch):
    monkeypatch.setattr(terms, "MOST", 2)
    owner = make_member()
    first, _second = agree(owner, wish()), agree(owner, wish())

    with pytest.raises(terms.TooManyTerms):
        agree(owner, wish())
    assert HostTerms.objects.count() == 2

    end(owner, first)
    agree(owner, wish())


def test_terms_end_at_once_and_only_once():
    variant = make_variant(wholesale="60.00")
    owner, clerk = make_member(variant.merchant), make_member(variant.merchant)
    agreed = agree(owner, wish())

    assert end(owner, agreed)
    assert not end(clerk, agreed)

    agreed.refresh_from_db()
    assert agreed.ended_by == owner.user
    assert asked(variant, agreed.host) == Money.of("60", "CNY")
    again = agree(owner, wish(host=agreed.host))
    assert again.pk != agreed.pk
    assert asked(variant, agreed.host) == Money.of("54", "CNY")


def test_terms_of_another_merchant_or_that_are_over_cannot_be_ended():
    yesterday = home_day() - DAY
    over = make_terms(starts_on=yesterday, ends_on=yesterday)
    owner, theirs = make_member(over.merchant), make_terms()

    assert not end(owner, over)
    assert not end(owner, theirs)

    assert not HostTerms.objects.exclude(ended_at=None).exists()


def test_what_is_in_a_session_keeps_its_price_when_terms_end():
    variant, session = make_variant(wholesale="60.00"), make_session()
    owner = make_member(variant.merchant)
    agreed = agree(owner, wish(host=session.host))
    listing = make_listing(session=session, variant=variant)

    end(owner, agreed)

    listing.refresh_from_db()
    assert listing.wholesale_minor == 5400
    assert make_listing(session=session).wholesale_minor == 6000


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_product", [True, False])
def test_the_same_terms_sent_twice_at_once_stand_once(has_product):
    variant = make_variant()
    owner = make_member(variant.merchant)
    wanted = wish(product=variant.product if has_product else None)
    together, agreed = Barrier(4), []

    def send():
        together.wait()
        try:
            agreed.append(agree(owner, wanted).pk)
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert agreed == [HostTerms.objects.get().pk] * 4


def test_the_database_itself_refuses_the_same_terms_twice_and_a_nameless_end():
    agreed = make_terms()
    facts = {"host": agreed.host, "agreed_by": agreed.agreed_by}

    same = pytest.raises(IntegrityError, match="the_same_terms_stand_once")
    with same, transaction.atomic():
        make_terms(agreed.merchant, **facts)
    with pytest.raises(IntegrityError, match="who_ended_terms_is_known"):
        HostTerms.objects.update(ended_at=agreed.agreed_at)


def test_hosts_are_found_by_name_and_language_those_who_show_the_pieces_first():
    host = make_host("es", name="Zhao Yue")
    listing = make_listing(session=make_session(country="US", host=make_host("en")))
    merchant, knows = listing.variant.merchant, listing.session.host
    make_host("es", name="Chen Yu")
    gone = make_host("es", name="Gone Yu")
    type(gone.user).objects.filter(pk=gone.user_id).update(is_active=False)

    def found(**looked_for):
        return list(terms.hosts_for(merchant_id=merchant.pk, **looked_for))

    assert found()[0] == knows
    assert [one.knows for one in found()] == [True, False, False]
    assert found(search="zhao") == [host]
    assert [one.name for one in found(language="es")] == ["Chen Yu", "Zhao Yue"]


# The page


def form_of(host, **said):
    today = home_day()
    return {
        "host": host.pk,
        "product": "",
        "percent_off": "10",
        "starts_on": today.isoformat(),
        "ends_on": (today + 7 * DAY).isoformat(),
    } | said


def test_an_owner_agrees_terms_on_the_page_and_sees_them_in_yuan():
    variant = make_variant(wholesale="60.00")
    owner, host = make_member(variant.merchant), make_host()
    client, address = make_client(owner.user), f"/stall/{owner.merchant_id}/terms/"
    assert "earns more on your pieces" in client.get(address).content.decode()

    said = form_of(host, percent_off="７，５ %", product=variant.product_id)
    answer = client.post(f"{address}agree/", said, follow=True)

    agreed = HostTerms.objects.get()
    assert (agreed.percent_off, agreed.product) == (Decimal("7.5"), variant.product)
    assert agreed.agreed_by == owner.user
    page = answer.content.decode()
    assert sees(answer) == {"in_force": [agreed], "coming": [], "past": []}
    assert "7.5 % off" in page
    assert "¥55.50" in page
    assert str(variant.product) in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"host": ""}, "Choose a host."),
        ({"host": "999999"}, "Select a valid choice"),
        ({"percent_off": "ten"}, "Enter a number"),
        ({"percent_off": "NaN"}, "Enter a number"),
        ({"percent_off": "91"}, "Give 0.1 to 90 per cent"),
        ({"percent_off": ""}, "This field is required"),
        ({"starts_on": "2020-01-01"}, "This day is over"),
        ({"ends_on": "2020-01-01"}, "before the first day"),
        ({"ends_on": "9999-12-31"}, "within two years"),
        ({"product": "999999"}, "Select a valid choice"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_typed_is_lost(wrong, words):
    variant = make_variant()
    owner, host = make_member(variant.merchant), make_host()
    said = form_of(host, product=variant.product_id, percent_off="12.5") | wrong

    answer = make_client(owner.user).post(
        f"/stall/{owner.merchant_id}/terms/agree/", said
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert answer.context["form"].errors.keys() == wrong.keys()
    assert f'value="{said["percent_off"]}"' in page or not said["percent_off"]
    assert f'value="{said["ends_on"]}"' in page
    if "host" not in wrong:
        assert f'value="{host.pk}" checked' in page
    if "product" not in wrong:
        assert f'value="{variant.product_id}" selected' in page
    assert not HostTerms.objects.exists()


def test_without_script_looking_for_a_host_keeps_what_was_typed():
    owner, host = make_member(), make_host(name="Zhao Yue")
    make_host(name="Chen Yu")

    answer = make_client(owner.user).post(
        f"/stall/{owner.merchant_id}/terms/agree/",
        form_of(host, percent_off="12.5", look="1", search="chen"),
    )

    assert answer.status_code == 200
    names = [one.name for one in answer.context["hosts"]]
    assert names == ["Zhao Yue", "Chen Yu"]  # the chosen one stays
    assert 'value="12.5"' in answer.content.decode()
    assert not HostTerms.objects.exists()


def test_the_hosts_to_choose_from_come_alone_as_somebody_types():
    owner = make_member()
    for number in range(10):
        make_host("es", name=f"Yue {number}")

    answer = make_client(owner.user).get(
        f"/stall/{owner.merchant_id}/terms/hosts/",
        {"search": "yue", "language": "es", "host": "oops"},
    )

    assert len(answer.context["hosts"]) == 8
    assert "There are more hosts" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_the_editor_leads_to_terms_for_its_product():
    variant = make_variant()
    owner = make_member(variant.merchant)
    client, stall = make_client(owner.user), f"/stall/{owner.merchant_id}/"
    editor = client.get(f"{stall}products/{variant.product_id}/").content.decode()
    for address in (
        f"{stall}terms/?product={variant.product_id}",
        f"{stall}labels/?product={variant.product_id}",
        f"/stall/products/{variant.product_id}/origin/",
    ):
        assert f'href="{address}"' in editor
        assert client.get(address).status_code == 200

    page = client.get(f"{stall}terms/", {"product": variant.product_id})
    assert f'value="{variant.product_id}" selected' in page.content.decode()
    odd = {"product": "0x", "host": "-", "percent_off": "<"}
    assert client.get(f"{stall}terms/", odd).status_code == 200


def test_terms_stand_under_in_force_coming_and_over_and_end_from_there():
    owner, today = make_member(), home_day()
    now = make_terms(owner.merchant)
    soon = make_terms(owner.merchant, starts_on=today + DAY, ends_on=today + DAY)
    gone = make_terms(owner.merchant, starts_on=today - DAY, ends_on=today - DAY)
    make_terms()
    client, address = make_client(owner.user), f"/stall/{owner.merchant_id}/terms/"
    page = client.get(address)
    assert sees(page) == {"in_force": [now], "coming": [soon], "past": [gone]}

    for one in (now, soon):
        client.post(f"{address}{one.pk}/end/")

    page = client.get(address)  # what was called off never was
    assert sees(page) == {"in_force": [], "coming": [], "past": [now, gone]}
    assert "ended early" in page.content.decode()


def test_a_clerk_sees_terms_and_can_neither_agree_nor_end_them():
    clerk = make_member(role="CLERK")
    standing = make_terms(clerk.merchant)
    client, address = make_client(clerk.user), f"/stall/{clerk.merchant_id}/terms/"

    page = client.get(address)
    assert sees(page)["in_force"] == [standing]
    assert f"{address}agree/" not in page.content.decode()
    assert f"{address}{standing.pk}/end/" not in page.content.decode()

    assert client.post(f"{address}agree/", form_of(make_host())).status_code == 403
    assert client.post(f"{address}{standing.pk}/end/").status_code == 403
    assert client.get(f"{address}hosts/").status_code == 403
    assert HostTerms.objects.get().ended_at is None


def test_a_stranger_finds_nothing_and_an_owner_only_her_own():
    standing = make_terms()
    address = f"/stall/{standing.merchant_id}/terms/"
    stranger, owner = make_client(make_user()), make_member()

    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}{standing.pk}/end/").status_code == 404
    mine = f"/stall/{owner.merchant_id}/terms/{standing.pk}/end/"
    assert make_client(owner.user).post(mine).status_code == 404
    assert HostTerms.objects.get().ended_at is None


def test_who_waits_for_approval_finds_no_form():
    owner = make_member(make_merchant(state=Merchant.State.APPLIED))

    page = make_client(owner.user).get(f"/stall/{owner.merchant_id}/terms/")

    assert "terms/agree/" not in page.content.decode()


# Those they are for, and the centre


def test_a_host_sees_in_her_market_what_is_less_for_her_and_until_when():
    variant, session = make_variant(wholesale="60.00"), make_session()
    agreed = make_terms(variant.merchant, host=session.host)
    client = make_client(session.host.user)

    page = client.get(f"/studio/{session.pk}/pieces/")
    row = client.get(f"/studio/{session.pk}/pieces/of/{variant.pk}/", {"retail": "30"})

    assert page.context["offering"] == [variant.merchant]
    assert f'href="?merchant={variant.merchant_id}"' in page.content.decode()
    assert row.context["row"].offer == pricing.Offer(Decimal(10), agreed.ends_on)
    assert "10 % off for you until" in page.content.decode()
    assert "¥54.00" in row.content.decode()

    other = make_session()
    page = make_client(other.host.user).get(f"/studio/{other.pk}/pieces/")
    assert "off for you until" not in page.content.decode()


def test_the_centre_sees_terms_and_changes_none():
    agreed = make_terms()
    client = make_client(make_staff())
    lists = "/admin/livestream/hostterms/"

    page = client.get(lists)
    shown = client.get(f"{lists}{agreed.pk}/change/")

    assert str(agreed.merchant) in page.content.decode()
    assert str(agreed.host) in shown.content.decode()
    assert client.post(f"{lists}{agreed.pk}/change/", {}).status_code == 403
    assert client.get(f"{lists}add/").status_code == 403
