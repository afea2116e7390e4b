"""Raw lots: numbered, used for no more than they weigh, loaded by the thousand."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from catalog.models import RawLot, RawUse
from catalog.provenance import loading, services, totals
from donghai import memory
from tests.make import make_lot, make_variant

HEAD = (
    "code,mineral,origin,place,weight_kg,importer,declaration_number,declared_on,"
    "arrived_on,supplier"
)
ROW = (
    "RL-2026-000{n},AMETHYST,BR,Minas Gerais,{kg},甲公司,230120260000000{n},"
    "2026-05-01,2026-05-04,乙矿"
)


def in_threads(number, work):
    results = []

    def one(place):
        try:
            results.append(work(place))
        except Exception as problem:
            results.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[n]) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def sheet(*rows, head=HEAD):
    return "\n".join([head, *rows]).encode()


@pytest.mark.django_db
def test_lots_are_numbered_by_the_year_they_arrive():
    codes = [
        make_lot().code,
        make_lot().code,
        make_lot(arrived_on=date(2025, 2, 3)).code,
    ]

    assert codes == ["RL-2026-000001", "RL-2026-000002", "RL-2025-000001"]


@pytest.mark.django_db(transaction=True)
def test_lots_registered_at_once_get_a_number_each():
    lots = in_threads(8, lambda _n: make_lot())

    assert sorted(lot.code for lot in lots) == [f"RL-2026-{n:06}" for n in range(1, 9)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "ZZ"},
        {"origin": "Brazil"},
        {"weight_kg": Decimal(0)},
        {"declaration_number": "123"},
        {"declared_on": None},
        {"arrived_on": None},
        {"mineral": "KRYPTONITE"},
    ],
    ids=str,
)
def test_a_lot_with_a_wrong_fact_is_not_written(wrong):
    with pytest.raises(ValidationError):
        make_lot(**wrong)

    assert not RawLot.objects.exists()


@pytest.mark.django_db
def test_a_lot_is_used_until_nothing_of_it_is_left():
    lot, variant = make_lot(weight_kg=Decimal("0.100")), make_variant()
    product_id = variant.product_id

    services.use_lot(product_id=product_id, lot_code=lot.code, grams=Decimal(60))
    with pytest.raises(services.LotTooSmall) as refused:
        services.use_lot(
            product_id=make_variant().product_id, lot_code=lot.code, grams=Decimal(41)
        )

    lot.refresh_from_db()
    assert refused.value.details["left"] == Decimal(40)
    assert (lot.used_g, RawUse.objects.count()) == (Decimal(60), 1)

    services.take_back(RawUse.objects.get())
    lot.refresh_from_db()
    assert lot.used_g == 0


@pytest.mark.django_db(transaction=True)
def test_many_who_use_a_lot_at_once_never_use_more_than_it_weighs():
    lot = make_lot(weight_kg=Decimal("0.100"))
    products = [make_variant().product_id for _ in range(10)]

    results = in_threads(
        10,
        lambda n: services.use_lot(
            product_id=products[n], lot_code=lot.code, grams=Decimal(30)
        ),
    )

    lot.refresh_from_db()
    assert sum(isinstance(result, RawUse) for result in results) == 3
    assert sum(isinstance(result, services.LotTooSmall) for result in results) == 7
    assert lot.used_g == Decimal(90)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"mineral": "CITRINE"}, services.AnotherStone),
        ({"origin": "BR"}, services.AnotherStone),
        ({"state": "EXPECTED"}, services.LotNotHere),
    ],
)
def test_a_lot_that_can_not_be_in_a_piece_is_refused(facts, refusal):
    lot = make_lot(**facts)

    with pytest.raises(refusal):
        services.use_lot(product_id=make_variant().product_id, lot_code=lot.code)

    assert not RawUse.objects.exists()


@pytest.mark.django_db
def test_a_lot_nobody_knows_and_one_said_twice_are_refused():
    product_id, lot = make_variant().product_id, make_lot()
    services.use_lot(product_id=product_id, lot_code=lot.code.lower())

    with pytest.raises(services.SaidAlready):
        services.use_lot(product_id=product_id, lot_code=lot.code)
    with pytest.raises(services.NoSuchLot):
        services.use_lot(product_id=product_id, lot_code="RL-2026-999999")

    assert RawUse.objects.count() == 1


@pytest.mark.django_db
def test_a_one_off_has_its_own_lot_and_others_have_not():
    lot, variant, other = make_lot(), make_variant(), make_variant()
    say = {"product_id": variant.product_id, "lot_code": lot.code}

    with pytest.raises(services.NotOneOfAKind):
        services.use_lot(**say, variant_id=variant.pk)
    with pytest.raises(services.OtherProduct):
        services.use_lot(**say, variant_id=other.pk)
    variant.is_one_off = True
    variant.save()

    assert services.use_lot(**say, variant_id=variant.pk).variant == variant


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalog_rawlot SET weight_kg = 0.01",
        "UPDATE catalog_rawlot SET code = 'RL-26-1'",
        "UPDATE catalog_rawlot SET origin = 'br'",
        "UPDATE catalog_rawlot SET arrived_on = NULL",
        "UPDATE catalog_rawlot SET declared_on = NULL",
        "UPDATE catalog_rawuse SET grams = 1000001",
        "UPDATE catalog_rawuse SET grams = -1",
    ],
)
def test_the_database_itself_refuses_what_a_lot_can_not_be(statement):
    lot = make_lot()
    product_id = make_variant().product_id
    services.use_lot(product_id=product_id, lot_code=lot.code, grams=Decimal(500))

    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db
def test_saving_a_lot_from_an_old_form_keeps_what_was_used_meanwhile():
    old = make_lot()
    product_id = make_variant().product_id
    services.use_lot(product_id=product_id, lot_code=old.code, grams=Decimal(500))

    old.place = "Catalán"
    old.save()

    old.refresh_from_db()
    assert (old.place, old.used_g) == ("Catalán", Decimal(500))


@pytest.mark.django_db
def test_a_file_of_lots_is_loaded_once_however_often_it_comes(tmp_path):
    path = tmp_path / "lots.csv"
    path.write_bytes(sheet(ROW.format(n=101, kg=500), ROW.format(n=102, kg="12.5")))

    for _ in range(2):
        call_command("load_lots", str(path), verbosity=0)
    again = sheet(ROW.format(n=101, kg=600)).decode().encode("gb18030")
    loaded = loading.load_lots(again)

    lots = RawLot.objects.order_by("code")
    assert [lot.weight_kg for lot in lots] == [Decimal(600), Decimal("12.5")]
    assert (lots[0].importer, lots[0].state, lots[0].year) == (
        "甲公司",
        "ARRIVED",
        2026,
    )
    assert (loaded.new, loaded.known) == (0, 1)
    assert make_lot().code == "RL-2026-000103"


@pytest.mark.django_db
def test_one_bad_row_and_nothing_is_written(tmp_path, capsys):
    path = tmp_path / "lots.csv"
    good = ROW.format(n=101, kg=500)
    bad = "RL-1,KRYPTONITE,Mars,,-3,,12,,,"
    path.write_bytes(sheet(good, bad, good))

    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("load_lots", str(path), verbosity=0)

    said = capsys.readouterr().err
    assert not RawLot.objects.exists()
    for part in ("Row 3, code", "mineral", "origin", "weight_kg", "Row 4, code"):
        assert part in said


@pytest.mark.django_db
def test_a_file_can_not_make_a_lot_lighter_than_what_is_used():
    loading.load_lots(sheet(ROW.format(n=101, kg=1).replace(",BR,", ",UY,")))
    code, product_id = "RL-2026-000101", make_variant().product_id
    services.use_lot(product_id=product_id, lot_code=code, grams=Decimal(900))

    loaded = loading.load_lots(sheet(ROW.format(n=101, kg="0.5").replace("BR", "UY")))

    assert "900" in loaded.errors[0]
    assert RawLot.objects.get().weight_kg == 1


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"", b"a,b\n1,2", b"\xff\xfe\x00", b"code\n"])
def test_a_file_that_is_no_sheet_of_lots_says_which_columns_are_missing(content):
    loaded = loading.load_lots(content)

    assert "mineral" in loaded.errors[0]


@pytest.mark.django_db
def test_totals_are_by_year_and_country():
    memory.forget()
    make_lot(weight_kg=Decimal(2000))
    make_lot(weight_kg=Decimal(500))
    make_lot(weight_kg=Decimal(700), origin="BR", arrived_on=date(2025, 5, 5))
    make_lot(state="EXPECTED", arrived_on=None)

    found = [(one.year, one.origin, one.tonnes) for one in totals.by_country()]

    assert found == [(2026, "UY", Decimal("2.5")), (2025, "BR", Decimal("0.7"))]
    assert [one.lots for one in totals.by_year()] == [2, 1]
    memory.forget()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ({}, 2),
        ({"search": "rl-2026"}, 1),
        ({"origin": "BR"}, 1),
        ({"mineral": "AMETHYST"}, 2),
        ({"year": "2025"}, 1),
        ({"year": "99999999999999999"}, 0),
        ({"year": "x", "search": "%", "origin": "'"}, 0),
    ],
)
def test_lots_are_found_by_code_country_mineral_and_year(client, asked, number):
    memory.forget()
    make_lot()
    make_lot(origin="BR", arrived_on=date(2025, 5, 5))
    make_lot(state="EXPECTED", arrived_on=None)

    page = client.get("/lots/", asked)

    assert page.status_code == 200
    assert len(page.context["lots"]) == number


@pytest.mark.django_db
def test_a_lots_page_hides_the_supplier_and_most_of_the_declaration(client):
    lot = make_lot(declaration_number="230120260012345678")
    variant = make_variant()
    services.use_lot(product_id=variant.product_id, lot_code=lot.code)

    page = client.get(f"/lots/{lot.code}/").content.decode()

    assert "••••••••••••••5678" in page
    assert "230120260012345678" not in page
    assert "Secret Supplier" not in page
    assert str(variant.product) in page
    assert client.get(f"/lots/{lot.code.lower()}/").status_code == 301
    assert client.get("/lots/RL-2026-999999/").status_code == 404


@pytest.mark.django_db
def test_a_lot_still_at_sea_has_no_page(client):
    lot = make_lot(state="EXPECTED", arrived_on=None)

    assert client.get(f"/lots/{lot.code}/").status_code == 404
