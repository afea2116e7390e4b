from datetime import UTC, datetime

import pytest

from orders.customs import messages, receipts
from orders.customs.exchange import FolderWindow, unwrap, wrap
from tests.catalog.test_stock import in_threads
from tests.orders.customs.make import CLOSED_AT, SENDER, make_sending, make_snapshot

BOM = b"\xef\xbb\xbf"
RECEIPT = """<?xml version="1.0" encoding="UTF-8"?>
<ceb:CEB604Message xmlns:ceb="http://www.chinaport.gov.cn/ceb"
  guid="82386d84-409b-56a5-85f6-3331e14135ba" version="1.0"><ceb:InventoryReturn>
  <ceb:guid>82386d84-409b-56a5-85f6-3331e14135ba</ceb:guid>
  <ceb:agentCode>3201986789</ceb:agentCode><ceb:copNo>L1</ceb:copNo>
  <ceb:preNo>B20261122000000003</ceb:preNo><ceb:invtNo>23012026E000000003</ceb:invtNo>
  <ceb:ebcCode>3201986789</ceb:ebcCode><ceb:ebpCode>无</ceb:ebpCode>
  <ceb:orderNo>P1</ceb:orderNo><ceb:statisticsFlag>A</ceb:statisticsFlag>
  <ceb:returnStatus>800</ceb:returnStatus>
  <ceb:returnTime>20261122010203004</ceb:returnTime>
  <ceb:returnInfo>放行</ceb:returnInfo></ceb:InventoryReturn></ceb:CEB604Message>
""".encode()


def test_an_envelope_gives_back_what_was_put_in():
    written = messages.order(make_snapshot(), make_sending())

    envelope = unwrap(wrap(written, SENDER, CLOSED_AT))

    assert envelope.content == written.content
    assert envelope.message_id == written.guid
    assert envelope.kind == "CEB303Message"


def test_an_envelope_is_addressed_and_dated():
    written = messages.order(make_snapshot(), make_sending())

    text = wrap(written, SENDER, CLOSED_AT).decode()

    assert "<dxp:SenderId>DXPENT0000012345</dxp:SenderId>" in text
    assert "<dxp:ReceiverId>DXPEDCCEB0000003</dxp:ReceiverId>" in text
    assert "<dxp:CreatTime>2026-11-21T00:30:05</dxp:CreatTime>" in text


@pytest.mark.parametrize("content", [b"", b"no xml", b"<a>", BOM])
def test_what_is_no_message_is_refused(content):
    with pytest.raises(ValueError, match="not XML"):
        unwrap(content)


def test_a_window_sends_a_name_once_and_lets_nobody_see_half_a_file(tmp_path):
    window = FolderWindow(tmp_path)
    window.send("303-1.xml", b"one")
    taken = (tmp_path / "out" / "303-1.xml").read_bytes()
    (tmp_path / "out" / "303-1.xml").unlink()  # as the client does

    window.send("303-1.xml", b"one")

    assert taken == b"one"
    assert list((tmp_path / "out").iterdir()) == []
    assert (tmp_path / "sent" / "303-1.xml").read_bytes() == b"one"


def test_a_window_sends_a_name_again_when_it_says_something_else(tmp_path):
    window = FolderWindow(tmp_path)
    window.send("303-1.xml", b"one")

    window.send("303-1.xml", b"two")

    assert (tmp_path / "out" / "303-1.xml").read_bytes() == b"two"


def test_two_threads_that_send_the_same_lay_it_whole(tmp_path):
    window, content = FolderWindow(tmp_path), b"<a/>" * 100_000

    results = in_threads(8, lambda i: window.send("one.xml", content))

    assert results == [None] * 8
    assert (tmp_path / "out" / "one.xml").read_bytes() == content
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["one.xml"]


def test_an_answer_waits_until_it_is_done(tmp_path):
    window = FolderWindow(tmp_path)
    (tmp_path / "in" / "b.xml").write_bytes(b"2")
    (tmp_path / "in" / "a.xml").write_bytes(b"1")
    (tmp_path / "in" / ".c.xml.77").write_bytes(b"half")

    assert list(window.received()) == [("a.xml", b"1"), ("b.xml", b"2")]
    window.done("a.xml")
    window.done("a.xml")

    assert list(window.received()) == [("b.xml", b"2")]
    assert (tmp_path / "archive" / "a.xml").read_bytes() == b"1"


@pytest.mark.parametrize("content", [RECEIPT, BOM + RECEIPT, b"\n" + RECEIPT])
def test_a_receipt_is_read_whatever_stands_before_it(content):
    (receipt,) = receipts.read(content)

    assert receipt.kind == "604"
    assert receipt.natural_key == ("3201986789", "L1")
    assert receipt.status == 800
    assert receipt.returned_at == datetime(2026, 11, 21, 17, 2, 3, 4000, tzinfo=UTC)
    assert receipt.text == "放行"
    assert receipt.pre_no == "B20261122000000003"
    assert receipt.invt_no == "23012026E000000003"


def test_the_same_answer_under_another_guid_has_the_same_fingerprint():
    other = RECEIPT.replace(b"82386d84", b"AAAAAAAA")
    later = RECEIPT.replace(b"010203004", b"010203005")

    (first,), (again,), (new,) = map(receipts.read, (RECEIPT, other, later))

    assert first.fingerprint == again.fingerprint
    assert first.fingerprint != new.fingerprint


def test_what_is_no_receipt_is_refused():
    written = messages.order(make_snapshot(), make_sending())

    with pytest.raises(ValueError, match="not a receipt"):
        receipts.read(written.content)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"20261122010203004", b"2026-11-22"),
        (b">800<", b">many<"),
        (b">800<", b">99999999999<"),
        (b"B20261122000000003", b"B" * 19),
        (b">L1<", b">" + b"L" * 256 + b"<"),
    ],
)
def test_a_garbled_receipt_is_refused_as_a_whole(good, bad):
    with pytest.raises(ValueError, match=r"too long|match|invalid"):
        receipts.read(RECEIPT.replace(good, bad))


def test_entities_are_not_followed():
    bomb = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    content = bomb + RECEIPT.split(b"\n", 1)[1].replace("放行".encode(), b"&e;")

    (receipt,) = receipts.read(content)

    assert receipt.text == ""
