import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from orders.customs import messages, schema, validate
from orders.customs.messages import Sender
from orders.customs.signing import SandboxSigner
from tests.orders.customs.make import (
    CENTRE,
    SENDER,
    make_line,
    make_sending,
    make_snapshot,
)

CEB = f"{{{schema.NAMESPACE}}}"
LETTERS = Sender(SENDER.code, SENDER.name, SENDER.dxp_id, letters=True)
FULL = Sender(SENDER.code, SENDER.name, SENDER.dxp_id, simplified=False)


def all_three(snapshot, sending):
    return [
        messages.order(snapshot, sending),
        messages.waybill(snapshot, sending),
        messages.export_list(
            snapshot, sending, cop_no="L2611200001", signer=SandboxSigner()
        ),
    ]


def fields_of(written, path):
    """All elements under `path` as they are written, without what the guids say."""
    node = etree.fromstring(written.content).find(
        "/".join(f"{CEB}{step}" for step in path.split("/"))
    )
    return {
        child.tag.removeprefix(CEB): child.text
        for child in node
        if not child.tag.endswith("guid") and child.text
    }


def test_the_order_says_what_was_sold():
    written = messages.order(make_snapshot(), make_sending())

    assert fields_of(written, "Order/OrderHead") == {
        "appType": "1",
        "appTime": "20261121003005",
        "appStatus": "2",
        "orderType": "E",
        "orderNo": "P26112000001",
        "ebpCode": CENTRE.code,
        "ebpName": CENTRE.name,
        "ebcCode": CENTRE.code,
        "ebcName": CENTRE.name,
        "goodsValue": "49",
        "freight": "9.8",
        "currency": "502",
    }
    assert fields_of(written, "Order/OrderList") == {
        "gnum": "1",
        "itemNo": "AME-BR-001",
        "itemName": "紫水晶手链",
        "unit": "011",
        "currency": "502",
        "qty": "2",
        "price": "18.5",
        "totalPrice": "37",
    }
    assert fields_of(written, "BaseTransfer") == {
        "copCode": CENTRE.code,
        "copName": CENTRE.name,
        "dxpMode": "DXP",
        "dxpId": "DXPENT0000012345",
    }


def test_no_buyer_is_named_in_any_message():
    words = b" ".join(w.content for w in all_three(make_snapshot(), make_sending()))

    assert b"buyer" not in words.lower()
    assert b"consignee" not in words.lower()


def test_the_waybill_says_what_the_carrier_took_over():
    written = messages.waybill(make_snapshot(), make_sending())

    assert fields_of(written, "Logistics") == {
        "appType": "1",
        "appTime": "20261121003005",
        "appStatus": "2",
        "logisticsCode": "3201986789",
        "logisticsName": "江苏省邮政速递物流有限公司",
        "logisticsNo": "LK000000001CN",
        "freight": "9.8",
        "insuredFee": "0",
        "currency": "502",
        "grossWeight": "0.1875",
        "packNo": "1",
        "goodsInfo": "紫水晶手链；白水晶刻面石",
        "ebcCode": CENTRE.code,
        "ebcName": CENTRE.name,
    }


def test_the_list_declares_the_parcel():
    _, _, written = all_three(make_snapshot(), make_sending())

    assert fields_of(written, "Inventory/InventoryHead") == {
        "appType": "1",
        "appTime": "20261121003005",
        "appStatus": "2",
        "customsCode": "2301",
        "ebpCode": CENTRE.code,
        "ebpName": CENTRE.name,
        "orderNo": "P26112000001",
        "logisticsCode": "3201986789",
        "logisticsName": "江苏省邮政速递物流有限公司",
        "logisticsNo": "LK000000001CN",
        "copNo": "L2611200001",
        "ieFlag": "E",
        "portCode": "2349",
        "ieDate": "20261121",
        "statisticsFlag": "A",
        "agentCode": CENTRE.code,
        "agentName": CENTRE.name,
        "ebcCode": CENTRE.code,
        "ebcName": CENTRE.name,
        "ownerCode": CENTRE.code,
        "ownerName": CENTRE.name,
        "tradeMode": "9610",
        "trafMode": "5",
        "country": "429",
        "POD": "429",
        "freight": "9.8",
        "fCurrency": "502",
        "fFlag": "3",
        "insuredFee": "0",
        "iCurrency": "502",
        "iFlag": "3",
        "wrapType": "2",
        "packNo": "1",
        "grossWeight": "0.1875",
        "netWeight": "0.0675",
    }
    assert fields_of(written, "Inventory/InventoryList") == {
        "gnum": "1",
        "itemNo": "AME-BR-001",
        "itemName": "紫水晶手链",
        "gcode": "7116000000",
        "gname": "紫水晶手链",
        "gmodel": "0|0|手链|紫水晶",
        "barCode": "无",
        "country": "429",
        "currency": "502",
        "qty": "2",
        "qty1": "0.064",
        "unit": "011",
        "unit1": "035",
        "price": "18.5",
        "totalPrice": "37",
    }


def test_a_port_that_wants_letters_gets_letters():
    _, _, written = all_three(make_snapshot(), make_sending(sender=LETTERS))

    head = fields_of(written, "Inventory/InventoryHead")
    assert (head["country"], head["fCurrency"]) == ("MEX", "USD")


def test_goods_that_want_their_refund_are_declared_by_the_full_code():
    _, _, written = all_three(make_snapshot(), make_sending(sender=FULL))

    assert fields_of(written, "Inventory/InventoryHead")["statisticsFlag"] == "B"
    assert fields_of(written, "Inventory/InventoryList")["gcode"] == "7116200000"


@pytest.mark.parametrize("sender", [SENDER, LETTERS, FULL])
def test_every_message_is_as_the_schema_wants_it(sender):
    for written in all_three(make_snapshot(), make_sending(sender=sender)):
        assert validate.findings(written.content) == []


def test_the_same_sending_is_the_same_bytes_and_another_one_has_other_guids():
    first = all_three(make_snapshot(), make_sending())
    again = all_three(make_snapshot(), make_sending())
    other = all_three(make_snapshot(), make_sending(key="customs.send/2"))

    assert first == again
    assert not {w.guid for w in first} & {w.guid for w in other}


def test_guids_are_written_large_and_never_shared_in_a_message():
    for written in all_three(make_snapshot(), make_sending()):
        text = written.content.decode()
        guids = re.findall(
            r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", text
        )

        assert len(guids) == len(set(guids)) == 2
        assert all(guid == guid.upper() for guid in guids)


def test_a_message_that_is_too_long_is_refused_in_words():
    line = make_line(1, sku="A" * 31)
    written = messages.order(make_snapshot(lines=(line,)), make_sending())

    with pytest.raises(validate.NotValid) as refusal:
        validate.check(written.content)

    assert "itemNo (企业商品货号)" in str(refusal.value)
    assert "maximum length of '30'" in str(refusal.value)


def test_a_country_customs_does_not_know_can_not_be_written():
    with pytest.raises(KeyError):
        all_three(make_snapshot(destination="AQ"), make_sending())


exact = st.decimals(min_value=0, max_value=10**13, places=5, allow_nan=False)


@given(exact)
def test_a_number_reads_back_as_itself_without_exponent(value):
    text = messages.number(value)

    assert Decimal(text) == value
    assert re.fullmatch(r"\d+(\.\d{1,4}[1-9]|\.[1-9])?|\d+\.\d{0,4}[1-9]", text)


@pytest.mark.parametrize(
    ("value", "text"),
    [("1E+3", "1000"), ("0E-7", "0"), ("-0", "0"), ("0.10000", "0.1"), ("5.0", "5")],
)
def test_no_number_is_written_with_an_exponent(value, text):
    assert messages.number(Decimal(value)) == text


@pytest.mark.parametrize("value", ["0.000001", "-1"])
def test_a_number_customs_can_not_read_is_an_error(value):
    with pytest.raises(ValueError, match="can't be written"):
        messages.number(Decimal(value))
