import pytest
from lxml import etree

from orders.customs import schema


@pytest.mark.parametrize("message", schema.messages())
def test_the_committed_schema_is_what_the_field_table_gives(message):
    committed = (schema.FOLDER / "schemas" / f"{message}.xsd").read_bytes()

    assert committed == schema.make(message)


def test_no_schema_is_left_over_from_another_edition():
    files = {path.stem for path in (schema.FOLDER / "schemas").iterdir()}

    assert files == set(schema.messages())


def test_fields_are_in_the_order_of_the_official_table():
    head = [f.element for f in schema.fields("CEB303Message", "Order/OrderHead")]

    assert head[:6] == [
        "guid",
        "appType",
        "appTime",
        "appStatus",
        "orderType",
        "orderNo",
    ]
    assert [f.element for f in schema.fields("CEB603Message", "BaseTransfer")] == [
        "copCode",
        "copName",
        "dxpMode",
        "dxpId",
        "note",
    ]


def receipt(guid: str, invt_no: str) -> etree._Element:
    values = {
        "guid": guid,
        "agentCode": "3201986789",
        "copNo": "L1",
        "preNo": "B20261122000000003",
        "invtNo": invt_no,
        "ebcCode": "3201986789",
        "ebpCode": "3201986789",
        "orderNo": "P1",
        "statisticsFlag": "A",
        "returnStatus": "1",
        "returnTime": "20261122010203004",
        "returnInfo": "",
    }
    root = etree.Element(
        f"{{{schema.NAMESPACE}}}CEB604Message", guid=guid, version="1.0"
    )
    node = etree.SubElement(root, f"{{{schema.NAMESPACE}}}InventoryReturn")
    for name, text in values.items():
        etree.SubElement(node, f"{{{schema.NAMESPACE}}}{name}").text = text
    return root


def test_a_receipt_may_write_its_guid_small_and_leave_a_number_empty():
    guid = "82386d84-409b-56a5-85f6-3331e14135ba"

    assert schema.load("CEB604Message").validate(receipt(guid, invt_no=""))


def test_a_message_the_edition_does_not_have_has_no_schema():
    with pytest.raises(KeyError):
        schema.load("CEB999Message")
